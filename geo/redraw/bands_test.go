package redraw

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/gridpatrol/gridpatrol/geo"
)

// TestBands finds the sides that parallels pass, as a look at every side does,
// and looks at few others.
func TestBands(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 5))
	point := func(size int32) geo.LatticePoint {
		return geo.LatticePoint{Lon: r.Int32N(size), Lat: r.Int32N(size) - size/2}
	}
	var short, long, level []edge
	for range 3000 {
		p := point(1_000_000)
		short = append(short, edge{p, geo.LatticePoint{Lon: p.Lon + 50, Lat: p.Lat + r.Int32N(400)}})
		long = append(long, edge{geo.LatticePoint{Lon: p.Lon, Lat: -500_000}, geo.LatticePoint{Lon: p.Lon + 1, Lat: 500_000}})
		level = append(level, edge{geo.LatticePoint{Lon: p.Lon, Lat: 7}, geo.LatticePoint{Lon: p.Lon + 9, Lat: 7}})
	}
	for name, all := range map[string][]edge{
		"short": short, "long": long, "on one parallel": level, "both": slices.Concat(short, long[:40]), "one": short[:1], "none": nil,
	} {
		t.Run(name, func(t *testing.T) {
			b := newBands(all)
			looked := 0
			for _, e := range all {
				lat := int64(e.a.Lat) + int64(e.b.Lat)
				passes := func(f edge) bool { return (2*int64(f.a.Lat) > lat) != (2*int64(f.b.Lat) > lat) }
				got, want := 0, 0
				for _, f := range b.at(lat) {
					looked++
					if passes(f) {
						got++
					}
				}
				for _, f := range all {
					if passes(f) {
						want++
					}
				}
				if got != want {
					t.Fatalf("%d sides pass the middle of %v, want %d", got, e, want)
				}
			}
			if name == "short" && looked > 40*len(all) {
				t.Errorf("looked at %d sides for %d parallels", looked, len(all))
			}
		})
	}
}
