package locate_test

import (
	"math/rand/v2"
	"testing"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/locate"
	"github.com/paulmach/orb"
)

// TestStates checks that a combination has the areas that a lookup gives,
// inside, outside and beside edges, and that nearly all points have one.
func TestStates(t *testing.T) {
	d, err := drawing()
	if err != nil {
		t.Fatal(err)
	}
	x, err := locate.Build(d.Areas, locate.Config{})
	if err != nil {
		t.Fatal(err)
	}
	rnd := rand.New(rand.NewPCG(11, 12))
	b := x.Bound().Pad(0.05)
	met, unknown := map[int]bool{}, 0
	for range 300_000 {
		q, _ := geo.Snap(orb.Point{b.Min[0] + rnd.Float64()*(b.Max[0]-b.Min[0]), b.Min[1] + rnd.Float64()*(b.Max[1]-b.Min[1])})
		s, ok := x.State(q)
		if !ok {
			unknown++
			continue
		}
		if s < 0 || s >= x.States() || x.StateMatch(s) != x.LocateLattice(q) {
			t.Fatalf("State(%v) = %d of %d, whose areas are not those of the point", q, s, x.States())
		}
		met[s] = true
	}
	if len(met) < 1000 || unknown > 100 {
		t.Errorf("met %d combinations, and %d points without one", len(met), unknown)
	}
}
