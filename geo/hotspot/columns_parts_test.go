package hotspot

import (
	"maps"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/gridpatrol/gridpatrol/geo"
)

// TestParts: after many changes the parts give each report once, in order,
// with its time, category, state and place.
func TestParts(t *testing.T) {
	random := rand.New(rand.NewPCG(3, 9))
	c, err := NewColumns(nil)
	if err != nil {
		t.Fatal(err)
	}
	want := map[geo.ID]Row{}
	for range 12 {
		var rows []Row
		for range 900 {
			r := someRow(t, random)
			rows = append(rows, r)
		}
		var gone []geo.ID
		for _, id := range slices.SortedFunc(maps.Keys(want), compareIDs) {
			switch random.IntN(9) {
			case 0:
				gone = append(gone, id)
			case 1:
				r := someRow(t, random)
				r.ID = id
				rows = append(rows, r)
			}
		}
		if c, err = c.With(rows, gone); err != nil {
			t.Fatal(err)
		}
		for _, id := range gone {
			delete(want, id)
		}
		for _, r := range rows {
			want[r.ID] = r
		}
	}
	kinds, n := c.Kinds(), 0
	var last geo.ID
	for p := range c.Parts() {
		for i, id := range p.IDs {
			r, ok := want[id]
			if n++; !ok || n > 1 && compareIDs(last, id) >= 0 {
				t.Fatalf("report %s is not expected here", id)
			}
			last = id
			if p.At[i] != r.At.UnixMicro() || kinds[p.Kinds[i]] != (KindOf{r.Category, r.Status}) || p.Points[i] != r.Point {
				t.Fatalf("report %s: %d %v %v, want %+v", id, p.At[i], kinds[p.Kinds[i]], p.Points[i], r)
			}
		}
	}
	if n != len(want) || n == 0 {
		t.Errorf("parts have %d reports, want %d", n, len(want))
	}
}
