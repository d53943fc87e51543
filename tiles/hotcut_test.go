package tiles

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"
)

// TestCutConvex cuts hexagons of many sizes, in and round the tile, as any
// other ring is cut, and holds both to one another.
func TestCutConvex(t *testing.T) {
	random := rand.New(rand.NewPCG(20, 26))
	nothing, cut := 0, 0
	for range 20_000 {
		middle := corner{random.Float64()*6000 - 1000, random.Float64()*6000 - 1000}
		radius, turned := 20+random.Float64()*random.Float64()*9000, random.Float64()
		var ring []spot
		var plain orb.Ring
		for i := range 6 {
			angle := (float64(i) + turned) * math.Pi / 3
			p := spot{int32(middle[0] + radius*math.Cos(angle)), int32(middle[1] + radius*math.Sin(angle))}
			ring = append(ring, p)
			plain = append(plain, orb.Point{float64(p.x), float64(p.y)})
		}
		plain = append(plain, plain[0])
		area := twiceArea(ring)
		want := clipRing(plain)
		got := cutConvex(ring)
		if len(got) == 0 {
			nothing++
		} else if twiceArea(got) != area {
			cut++
		}
		if float64(twiceArea(got)) != doubleArea(want) {
			t.Fatalf("round %v with radius %g: %v, want %v", middle, radius, got, want)
		}
		for _, p := range got {
			if p.x < low || p.y < low || p.x > high || p.y > high {
				t.Fatalf("round %v with radius %g: %v lies outside", middle, radius, p)
			}
		}
	}
	if nothing < 100 || cut < 100 {
		t.Errorf("%d hexagons vanish and %d are cut, too few to tell anything", nothing, cut)
	}
	if got := cutConvex(nil); got != nil {
		t.Errorf("cutConvex(nil) = %v", got)
	}
}
