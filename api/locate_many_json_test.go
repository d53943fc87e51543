package api

import (
	"fmt"
	"strings"
	"testing"

	"github.com/gridpatrol/gridpatrol/geo"
)

// Whoever sends another name with every feature does not fill the memory.
func TestNamesRememberedAreBounded(t *testing.T) {
	q := testMany(newSite(t), geo.WGS84).newQuick()
	feature := func(name string) string {
		return fmt.Sprintf(`{"type":"Feature","geometry":{"type":"Point","coordinates":[125.62,43.55]},"properties":{%q:1}}`, name)
	}
	for n := range 2 * maxKnown {
		q.feature(nil, []byte(feature(fmt.Sprintf("%d%s", n, strings.Repeat("n", longestKey)))), 0)
	}
	if n := len(q.copier.known); n > 4 { // those that every feature has
		t.Errorf("remembers %d names, want 4, as the others are too long", n)
	}
	for n := range 2 * maxKnown {
		q.feature(nil, []byte(feature(fmt.Sprintf("name %d", n))), 0)
	}
	if n, folded := len(q.copier.known), len(q.copier.folded); n > maxKnown || folded > maxKnown {
		t.Errorf("remembers %d names, %d folded, want at most %d", n, folded, maxKnown)
	}
}
