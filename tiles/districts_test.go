package tiles

import (
	"bytes"
	"log/slog"
	"strings"
	"testing"

	"github.com/google/uuid"
	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/locate"
)

// TestDistrictsSayWhatCannotBeCompared has boundaries that are too wide for
// cells of the finest resolution: there is no district then, it is said once,
// and a revision that fits has one again.
func TestDistrictsSayWhatCannotBeCompared(t *testing.T) {
	bound := orb.Bound{Min: orb.Point{110, 30}, Max: orb.Point{130, 50}}
	index, err := locate.Build([]geo.Area{{
		ID: uuid.New(), Kind: geo.District, Code: "220112", Name: "wide", Shape: orb.MultiPolygon{bound.ToPolygon()}, Households: 9,
	}}, locate.Config{})
	if err != nil {
		t.Fatal(err)
	}
	wide := &locate.Snapshot{Revision: geo.Revision{Number: 7}, Index: index}
	var log bytes.Buffer
	d := districts{log: slog.New(slog.NewTextHandler(&log, nil))}
	for range 2 {
		if got := d.of(wide); got != nil {
			t.Fatalf("a district of 20° by 20° has %d cells, want none", got.Len())
		}
	}
	if text := log.String(); strings.Count(text, "no statistics") != 1 || !strings.Contains(text, "revision=7") {
		t.Errorf("the log says %q, want one warning that names revision 7", text)
	}
	if d.of(town(t, 8, "")) == nil {
		t.Error("the town after it has no district")
	}
}
