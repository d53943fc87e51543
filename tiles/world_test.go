package tiles

import (
	"math"
	"reflect"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/maptile"
)

// TestToWorldAgreesWithPROJ compares with EPSG:3857 as PROJ gives it.
func TestToWorldAgreesWithPROJ(t *testing.T) {
	const half = 20037508.342789244 // metres from the middle of EPSG:3857 to its rim
	w := toWorld(orb.Point{125.66, 43.52})
	x := float64(w.x)/(1<<32)*2*half - half
	y := half - float64(w.y)/(1<<32)*2*half
	if math.Abs(x-13988407.213) > 0.01 || math.Abs(y-5391459.079) > 0.01 {
		t.Errorf("toWorld(125.66, 43.52) = %.3f %.3f m, want 13988407.213 5391459.079", x, y)
	}
}

func TestToWorldOnTheRim(t *testing.T) {
	for _, c := range []struct {
		p    orb.Point
		want worldPoint
	}{
		{orb.Point{-180, 0}, worldPoint{0, 1 << 31}},
		{orb.Point{180, 0}, worldPoint{math.MaxUint32, 1 << 31}},
		{orb.Point{0, 90}, worldPoint{1 << 31, 0}},
		{orb.Point{0, -90}, worldPoint{1 << 31, math.MaxUint32}},
	} {
		if got := toWorld(c.p); got != c.want {
			t.Errorf("toWorld(%v) = %v, want %v", c.p, got, c.want)
		}
	}
}

// TestSnapperKeepsPlaces checks that a snapped point lies within half a step
// of where orb puts it, at every zoom.
func TestSnapperKeepsPlaces(t *testing.T) {
	p := orb.Point{125.6612345, 43.5276543}
	for z := maptile.Zoom(4); z <= 16; z++ {
		tile := maptile.At(p, z)
		got := newSnapper(tile).point(toWorld(p))
		want := maptile.Fraction(p, z)
		step := float64(uint(1) << coarseness(int(z)))
		for axis, origin := range []float64{float64(tile.X), float64(tile.Y)} {
			exact := (want[axis] - origin) * extent
			if math.Abs(got[axis]-exact) > step/2+0.01 {
				t.Errorf("zoom %d: snapped to %v, exact %.2f, step %v", z, got[axis], exact, step)
			}
			if math.Mod(got[axis], step) != 0 {
				t.Errorf("zoom %d: %v is not on a line of %v", z, got[axis], step)
			}
		}
	}
}

func TestWithoutSpikes(t *testing.T) {
	square := orb.Ring{{0, 0}, {4, 0}, {4, 4}, {0, 4}, {0, 0}}
	for _, c := range []struct {
		name     string
		in, want orb.Ring
	}{
		{"nothing to do", square, square},
		{"repeats", orb.Ring{{0, 0}, {0, 0}, {4, 0}, {4, 4}, {4, 4}, {0, 4}, {0, 0}}, square},
		{"spike", orb.Ring{{0, 0}, {4, 0}, {9, 0}, {4, 0}, {4, 4}, {0, 4}, {0, 0}}, square},
		{"long spike", orb.Ring{{0, 0}, {4, 0}, {6, 1}, {9, 0}, {6, 1}, {4, 0}, {4, 4}, {0, 4}, {0, 0}}, square},
		{"spike at the start", orb.Ring{{-3, -3}, {0, 0}, {4, 0}, {4, 4}, {0, 4}, {0, 0}, {-3, -3}}, square},
		{"long spike at the start", orb.Ring{{-9, 0}, {-3, -3}, {0, 0}, {4, 0}, {4, 4}, {0, 4}, {0, 0}, {-3, -3}, {-9, 0}}, square},
		{"only a spike", orb.Ring{{0, 0}, {4, 0}, {8, 0}, {4, 0}, {0, 0}}, nil},
		{"a point", orb.Ring{{1, 1}, {1, 1}, {1, 1}, {1, 1}}, nil},
		{"nothing", orb.Ring{}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := withoutSpikes(c.in.Clone())
			if len(got) != len(c.want) || doubleArea(got) != doubleArea(c.want) {
				t.Fatalf("withoutSpikes(%v) = %v, want %v", c.in, got, c.want)
			}
		})
	}
}

func TestClipRing(t *testing.T) {
	big := orb.Ring{{-9000, -9000}, {9000, -9000}, {9000, 9000}, {-9000, 9000}, {-9000, -9000}}
	if got := clipRing(big.Clone()); doubleArea(got) != 2*(extent+2*buffer)*(extent+2*buffer) {
		t.Errorf("a ring round the tile clips to %v, want the tile and its rim", got)
	}
	if got := clipRing(orb.Ring{{-900, 0}, {-800, 0}, {-800, 90}, {-900, 0}}); got != nil {
		t.Errorf("a ring beside the tile clips to %v, want nothing", got)
	}
	// Meets the tile with its box but not with itself.
	if got := clipRing(orb.Ring{{-5000, 4000}, {-5000, -5000}, {4000, -5000}, {-5000, 4000}}); got != nil {
		t.Errorf("a ring round the corner clips to %v, want nothing", got)
	}
}

func TestPolygonsTurnAsTheSpecificationAsks(t *testing.T) {
	tile := maptile.At(orb.Point{125.66, 43.52}, 14)
	b := tile.Bound()
	at := func(x, y float64) orb.Point {
		return orb.Point{b.Min[0] + x*(b.Max[0]-b.Min[0]), b.Min[1] + y*(b.Max[1]-b.Min[1])}
	}
	outer := orb.Ring{at(.1, .1), at(.9, .1), at(.9, .9), at(.1, .9), at(.1, .1)}
	hole := orb.Ring{at(.4, .4), at(.4, .6), at(.6, .6), at(.6, .4), at(.4, .4)}
	dust := orb.Ring{at(.2, .2), at(.2, .20001), at(.20001, .2), at(.2, .2)}
	got := newSnapper(tile).polygons(projectPolygons(orb.MultiPolygon{{outer, hole, dust}, {dust, hole}, {}}))
	if len(got) != 1 || len(got[0]) != 2 {
		t.Fatalf("polygons = %v, want one polygon with one hole", got)
	}
	if doubleArea(got[0][0]) <= 0 || doubleArea(got[0][1]) >= 0 {
		t.Errorf("areas are %v and %v, want the outer ring positive and the hole negative", doubleArea(got[0][0]), doubleArea(got[0][1]))
	}
}

func TestClipLine(t *testing.T) {
	for _, c := range []struct {
		name string
		in   []orb.Point
		want orb.MultiLineString
	}{
		{"inside", []orb.Point{{1, 1}, {5, 5}}, orb.MultiLineString{{{1, 1}, {5, 5}}}},
		{"through", []orb.Point{{-200, 10}, {5000, 10}}, orb.MultiLineString{{{-64, 10}, {4160, 10}}}},
		{"out and in", []orb.Point{{10, 10}, {-200, 10}, {-200, 20}, {10, 20}}, orb.MultiLineString{{{10, 10}, {-64, 10}}, {{-64, 20}, {10, 20}}}},
		{"outside", []orb.Point{{-200, 10}, {-200, 20}}, nil},
		{"a point", []orb.Point{{10, 10}}, nil},
		{"nothing", nil, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := clipLine(c.in); !reflect.DeepEqual(got, c.want) {
				t.Errorf("clipLine(%v) = %v, want %v", c.in, got, c.want)
			}
		})
	}
}
