package features

import (
	"testing"

	"github.com/paulmach/orb"
)

func FuzzParseBBox(f *testing.F) {
	for _, s := range []string{"125.6,43.5,125.7,43.6", "170,-10,-170,10", "1,2,3,4,5,6", "1e-300,0,1,1", "NaN,0,1,1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		bounds, fault := parseBBox(s)
		if fault != "" {
			return
		}
		if len(bounds) < 1 || len(bounds) > 2 {
			t.Fatalf("parseBBox(%q) gives %d bounds", s, len(bounds))
		}
		for _, b := range bounds {
			if !(b.Min[0] >= -180 && b.Max[0] <= 180 && b.Min[1] >= -90 && b.Max[1] <= 90) || b.IsEmpty() {
				t.Errorf("parseBBox(%q) = %v", s, b)
			}
		}
	})
}

func TestIntersects(t *testing.T) {
	//  a ring with a hole:      +------+
	//                           | +--+ |
	//                           | |  | |
	//                           | +--+ |
	//                           +------+
	shape := orb.MultiPolygon{{
		{{0, 0}, {6, 0}, {6, 6}, {0, 6}, {0, 0}},
		{{2, 2}, {2, 4}, {4, 4}, {4, 2}, {2, 2}},
	}, {}, {{}}}
	for _, c := range []struct {
		name string
		b    orb.Bound
		want bool
	}{
		{"inside", orb.Bound{Min: orb.Point{.5, .5}, Max: orb.Point{1, 1}}, true},
		{"round it", orb.Bound{Min: orb.Point{-1, -1}, Max: orb.Point{9, 9}}, true},
		{"in the hole", orb.Bound{Min: orb.Point{2.5, 2.5}, Max: orb.Point{3.5, 3.5}}, false},
		{"the hole itself", orb.Bound{Min: orb.Point{2, 2}, Max: orb.Point{4, 4}}, true},
		{"a touched corner", orb.Bound{Min: orb.Point{6, 6}, Max: orb.Point{9, 9}}, true},
		{"a touched edge", orb.Bound{Min: orb.Point{6, 1}, Max: orb.Point{9, 2}}, true},
		{"through it", orb.Bound{Min: orb.Point{-1, 1}, Max: orb.Point{9, 1.5}}, true},
		{"beside it", orb.Bound{Min: orb.Point{6.1, 0}, Max: orb.Point{9, 9}}, false},
	} {
		if got := intersects(shape, c.b); got != c.want {
			t.Errorf("%s: intersects = %v, want %v", c.name, got, c.want)
		}
	}
}
