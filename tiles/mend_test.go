package tiles

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/clip"
	"github.com/paulmach/orb/maptile"
	"github.com/paulmach/orb/planar"

	"github.com/gridpatrol/gridpatrol/geo"
)

// asOrb gives outlines as closed polygons.
func asOrb(outlines []outline) (mp orb.MultiPolygon) {
	for _, o := range outlines {
		var p orb.Polygon
		for _, r := range o {
			var ring orb.Ring
			for _, s := range append(r[:len(r):len(r)], r[0]) {
				ring = append(ring, orb.Point{float64(s.x), float64(s.y)})
			}
			p = append(p, ring)
		}
		mp = append(mp, p)
	}
	return mp
}

func TestMend(t *testing.T) {
	for _, c := range []struct {
		name            string
		rings           [][]spot
		polygons, rests int // holes
		area            float64
	}{
		{"nothing to do", [][]spot{{{0, 0}, {9, 0}, {9, 9}, {0, 9}}}, 1, 0, 81},
		{"spike", [][]spot{{{0, 0}, {9, 0}, {15, 3}, {9, 0}, {9, 9}, {0, 9}}}, 1, 0, 81},
		{"spike along an edge", [][]spot{{{0, 0}, {15, 0}, {9, 0}, {9, 9}, {0, 9}}}, 1, 0, 81},
		{"two that meet in a point", [][]spot{{{0, 0}, {4, 0}, {4, 4}, {8, 4}, {8, 8}, {4, 8}, {4, 4}, {0, 4}}}, 2, 0, 32},
		{"two with a bridge of no width", [][]spot{{{0, 0}, {4, 0}, {4, 2}, {8, 2}, {8, 0}, {12, 0}, {12, 4}, {8, 4}, {8, 2}, {4, 2}, {4, 4}, {0, 4}}}, 2, 0, 32},
		{"a bay that closes", [][]spot{{{0, 0}, {9, 0}, {9, 9}, {5, 9}, {7, 3}, {2, 3}, {5, 9}, {0, 9}}}, 1, 1, 66},
		{"a hole that meets the rim twice", [][]spot{{{0, 0}, {5, 0}, {9, 0}, {9, 9}, {5, 9}, {0, 9}}, {{5, 0}, {3, 4}, {5, 9}, {7, 4}}}, 2, 0, 63},
		{"edges that rounding made cross", [][]spot{{{0, 0}, {20, 0}, {20, 10}, {10, -1}, {0, 10}}}, 2, 0, 90},
		{"nothing", [][]spot{{{0, 0}, {9, 0}, {4, 0}}}, 0, 0, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := asOrb(mend(c.rings))
			holes, area := 0, 0.0
			for _, p := range got {
				holes += len(p) - 1
				area += areaOf(p)
			}
			if len(got) != c.polygons || holes != c.rests || math.Abs(area-c.area) > 4 {
				t.Errorf("mend(%v) = %v with area %v; want %d polygons, %d holes, area %v", c.rings, got, area, c.polygons, c.rests, c.area)
			}
			if len(got) > 0 {
				if err := checkDrawn(got); err != nil {
					t.Errorf("mend(%v) = %v: %v", c.rings, got, err)
				}
			}
		})
	}
}

// star is a ring with spokes of random lengths round a middle, so that it does
// not cross itself.
func star(rnd *rand.Rand, n int, x, y, least, most float64) orb.Ring {
	var ring orb.Ring
	for i := range n {
		a, r := 2*math.Pi*float64(i)/float64(n), least+(most-least)*rnd.Float64()
		ring = append(ring, orb.Point{math.Round(x + r*math.Cos(a)), math.Round(y + r*math.Sin(a))})
	}
	return append(ring, ring[0])
}

// TestCutAgreesWithOrb cuts stars with a hole to tiles: valid, and of the area
// that orb's clipping has.
func TestCutAgreesWithOrb(t *testing.T) {
	rnd := rand.New(rand.NewPCG(11, 12))
	var c cutter
	several, holes := 0, 0
	for i := range 3000 {
		x, y, r := rnd.Float64()*6000-1000, rnd.Float64()*6000-1000, 20+rnd.Float64()*6000
		if i%3 == 0 { // narrow spokes over the rim
			x, y = float64(low+rnd.IntN(20)), rnd.Float64()*200
			r = 300
		}
		n := 5 + rnd.IntN(90)
		polygon := orb.Polygon{star(rnd, n, x, y, r/4, r)}
		if i%2 == 0 {
			hole := star(rnd, 7, x, y, r/20, r/6)
			hole.Reverse()
			polygon = append(polygon, hole)
		}
		if checkDrawn(polygon) != nil {
			continue // too small for its corners
		}
		tile := maptile.New(5, 7, 12)
		c.begin(tile)
		var o outline
		for _, ring := range polygon {
			var line []spot
			for _, p := range ring[1:] {
				line = append(line, spot{int32(p[0]) + 5*extent, int32(p[1]) + 7*extent})
			}
			o = append(o, line)
		}
		p := newDrawnPolygon(o, false)
		got := asOrb(c.cut(&p))
		want := 0.0
		border := 0.0
		if g := clip.Polygon(tileBound, polygon.Clone()); g != nil {
			want, border = math.Abs(planar.Area(g)), planar.Length(g)
		}
		// Cut half a unit further in and rounded there.
		if area := areaOf(got); math.Abs(area-want) > border+2*float64(n) {
			t.Fatalf("star %d: area %v, orb has %v", i, area, want)
		}
		if len(got) > 0 {
			if err := checkDrawn(got); err != nil {
				t.Fatalf("star %d: %v of %v", i, err, polygon)
			}
			for _, p := range got {
				holes += len(p) - 1
			}
		}
		if len(got) > 1 {
			several++
		}
	}
	if several < 100 || holes < 100 {
		t.Errorf("%d stars came apart and %d holes were kept: too few to tell", several, holes)
	}
}

// TestLinesStayApart looks at all of the district at low zooms, where much
// falls together: no lines cross, every polygon is valid.
func TestLinesStayApart(t *testing.T) {
	p, _ := demo()
	mended := 0
	for z := 4; z <= 8; z++ {
		d := p.drawing(z)
		if n := len(d.crossings(p.arcs, nil)); n > 0 {
			t.Errorf("zoom %d: lines cross in %d places", z, n)
		}
		for _, kind := range geo.Kinds() {
			for _, f := range p.level(kind, z).features {
				for _, polygon := range f.polygons {
					var o outline
					for _, ring := range polygon.rings {
						var line []spot // small enough for the check
						for _, s := range ring.line {
							line = append(line, spot{s.x - polygon.box.minX, s.y - polygon.box.minY})
						}
						o = append(o, line)
					}
					if polygon.mended {
						mended++
					}
					if err := checkDrawn(asOrb([]outline{o})); err != nil {
						t.Errorf("zoom %d: %v", z, err)
					}
				}
			}
		}
	}
	if mended == 0 {
		t.Error("nothing fell together: the district is too smooth for this test")
	}
}
