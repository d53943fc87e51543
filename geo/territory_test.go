package geo

import (
	"testing"

	"github.com/google/uuid"
	"github.com/paulmach/orb"
)

func TestTerritory(t *testing.T) {
	box := func(kind Kind, west, east float64) *Area {
		return &Area{ID: uuid.Must(uuid.NewV7()), Kind: kind, Shape: orb.MultiPolygon{{{{west, 0}, {east, 0}, {east, 1}, {west, 1}, {west, 0}}}}}
	}
	west, middle, village := box(Township, 0, 1), box(Township, 1, 2), box(Village, 3, 4)
	inside, both := box(Grid, 0.2, 0.8), box(Grid, 0, 2)
	inside.Shape = orb.MultiPolygon{{{{0.2, 0.2}, {0.8, 0.2}, {0.8, 0.8}, {0.2, 0.8}, {0.2, 0.2}}}}
	both.Shape = orb.MultiPolygon{{{{0, 0}, {1, 0}, {2, 0}, {2, 1}, {1, 1}, {0, 1}, {0, 0}}}}
	known := map[ID]*Area{west.ID: west, middle.ID: middle, village.ID: village}
	gone := box(Grid, 0, 9) // in the territory by its id, whatever its land
	in := NewTerritory([]ID{west.ID, middle.ID, village.ID, gone.ID}, func(id ID) (*Area, bool) { a, ok := known[id]; return a, ok })
	for name, c := range map[string]struct {
		area *Area
		want bool
	}{
		"named":                           {west, true},
		"named, and not known":            {gone, true},
		"in one":                          {inside, true},
		"what two are together":           {both, true},
		"half outside":                    {box(Grid, 1.5, 2.5), false},
		"elsewhere":                       {box(Grid, 5, 6), false},
		"over a gap between kinds of two": {box(Grid, 1.5, 3.5), false},
	} {
		if got := in.Covers(c.area); got != c.want {
			t.Errorf("%s: Covers = %v, want %v", name, got, c.want)
		}
	}
	if NewTerritory(nil, nil).Covers(west) {
		t.Error("no territory covers something")
	}
}
