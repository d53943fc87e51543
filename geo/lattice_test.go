package geo

import (
	"math"
	"math/rand/v2"
	"strconv"
	"testing"

	"github.com/paulmach/orb"
)

func TestSnap(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	tests := []struct {
		p    orb.Point
		want LatticePoint
		ok   bool
	}{
		{orb.Point{0, 0}, LatticePoint{}, true},
		{orb.Point{125.66, 43.52}, LatticePoint{1256600000, 435200000}, true},
		{orb.Point{0.00000005, -0.00000005}, LatticePoint{1, -1}, true}, // halves away from zero
		{orb.Point{0.000000049, -0.000000049}, LatticePoint{}, true},
		{orb.Point{180, 90}, LatticePoint{1800000000, 900000000}, true},
		{orb.Point{-180, -90}, LatticePoint{-1800000000, -900000000}, true},
		{orb.Point{180.00000001, 0}, LatticePoint{}, false},
		{orb.Point{0, 90.00000001}, LatticePoint{}, false},
		{orb.Point{43.52, 125.66}, LatticePoint{}, false},
		{orb.Point{nan, 0}, LatticePoint{}, false},
		{orb.Point{0, nan}, LatticePoint{}, false},
		{orb.Point{inf, 0}, LatticePoint{}, false},
		{orb.Point{0, -inf}, LatticePoint{}, false},
	}
	for _, tt := range tests {
		if got, ok := Snap(tt.p); got != tt.want || ok != tt.ok {
			t.Errorf("Snap(%v) = %v, %v, want %v, %v", tt.p, got, ok, tt.want, tt.ok)
		}
	}
}

// Degrees go back to the same lattice point, and read from seven decimals they
// are the same doubles: what file, database and memory rest on.
func TestLatticeRoundTrip(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 100000 {
		q := LatticePoint{int32(rnd.Int64N(3_600_000_001) - 1_800_000_000), int32(rnd.Int64N(1_800_000_001) - 900_000_000)}
		p := q.Point()
		if got, ok := Snap(p); !ok || got != q || !OnLattice(p) {
			t.Fatalf("Snap(%v) = %v, %v, want %v", p, got, ok, q)
		}
		text, err := strconv.ParseFloat(strconv.FormatFloat(p[0], 'f', 7, 64), 64)
		if err != nil || text != p[0] {
			t.Fatalf("%v written with seven decimals is %v", p[0], text)
		}
		if r, ok := Round(orb.Point{p[0], math.Nextafter(p[1], 100)}); !ok || r != p {
			t.Fatalf("Round of the double next to %v = %v, %v", p, r, ok)
		}
	}
	if OnLattice(orb.Point{0.00000001, 0}) || OnLattice(orb.Point{math.NaN(), 0}) {
		t.Error("OnLattice takes what is not on the lattice")
	}
}
