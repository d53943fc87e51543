package geo

import (
	"testing"

	"github.com/paulmach/orb"
)

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
		if got := Intersects(shape, c.b); got != c.want {
			t.Errorf("%s: Intersects = %v, want %v", c.name, got, c.want)
		}
	}
}
