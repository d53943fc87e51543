package patrol

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"
	orbgeo "github.com/paulmach/orb/geo"

	"github.com/gridpatrol/gridpatrol/geo"
)

func TestPublicPoint(t *testing.T) {
	const seed = 7
	r := rand.New(rand.NewPCG(seed, 1))
	for range 2000 {
		p := orb.Point{125.44 + 0.58*r.Float64(), 43.26 + 0.54*r.Float64()}
		for _, tt := range []struct {
			name  string
			snap  func(orb.Point) orb.Point
			limit float64 // half the diagonal, with some metres for the latitude
		}{{"public", PublicPoint, 36.5}, {"coarse", CoarsePoint, 365}} {
			q := tt.snap(p)
			if d := orbgeo.Distance(p, q); d > tt.limit {
				t.Fatalf("%s point of %v is %v, %.1f m off, want at most %g (seed %d)", tt.name, p, q, d, tt.limit, seed)
			}
			if !geo.OnLattice(q) || tt.snap(q) != q {
				t.Fatalf("%s point %v is not on the lattice or moves again", tt.name, q)
			}
		}
	}
}

func TestPublicPointSquares(t *testing.T) {
	tests := []struct {
		name string
		p    orb.Point
		want orb.Point
	}{
		{"east of zero", orb.Point{0, 0}, orb.Point{0.00031, 0.000225}},
		{"last step of the square", orb.Point{0.0006199, 0.0004499}, orb.Point{0.00031, 0.000225}},
		{"next square", orb.Point{0.00062, 0.00045}, orb.Point{0.00093, 0.000675}},
		{"west of zero", orb.Point{-0.0000001, -0.0000001}, orb.Point{-0.00031, -0.000225}},
		{"no number", orb.Point{math.NaN(), 43}, orb.Point{}},
		{"swapped axes", orb.Point{43.52, 125.66}, orb.Point{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := PublicPoint(tt.p); got != tt.want {
				t.Errorf("PublicPoint(%v) = %v, want %v", tt.p, got, tt.want)
			}
		})
	}
	// the whole of a square gives the same, so reading again tells no more
	base := PublicPoint(orb.Point{125.66, 43.52})
	for _, d := range []orb.Point{{-0.00031, -0.000225}, {0.0003099, 0.0002249}, {0, 0.0002}, {-0.0003, 0}} {
		if got := PublicPoint(orb.Point{base[0] + d[0], base[1] + d[1]}); got != base {
			t.Errorf("PublicPoint of the middle + %v = %v, want %v", d, got, base)
		}
	}
}

// TestShown checks which places everybody may see, and that moving a moved
// place again by other rules gives what moving the true one gives, or coarser.
func TestShown(t *testing.T) {
	book := DefaultRulebook(shanghai)
	p := orb.Point{125.6612345, 43.5212345}
	for code, want := range map[string]orb.Point{
		"fire_safety": PublicPoint(p), "lonely_elder": CoarsePoint(p), "abolished": CoarsePoint(p),
	} {
		if got := book.Shown(code, p); got != want {
			t.Errorf("Shown(%s) = %v, want %v", code, got, want)
		}
		if got := book.Shown(code, PublicPoint(p)); got != want {
			t.Errorf("Shown(%s) of a moved place = %v, want %v", code, got, want)
		}
	}
	if got := book.Shown("lonely_elder", CoarsePoint(p)); got != CoarsePoint(p) {
		t.Errorf("Shown of a coarse place = %v, want it as it is", got)
	}
}
