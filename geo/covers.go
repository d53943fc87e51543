package geo

import "github.com/paulmach/orb"

// Covers reports whether every point of a shape lies in one of several others,
// edges included.
//
// The others do not overlap each other. All shapes are as NormalizeShape gives
// them and share their nodes wherever they meet, as the boundaries of a
// revision do: where one has a node on the middle of another's side, the answer
// is false, even if the shape is covered. An empty shape is always covered.
func Covers(others []orb.MultiPolygon, shape orb.MultiPolygon) bool {
	within := latticeRings([]orb.MultiPolygon{shape})
	land := latticeRings(others)
	inner, outer := boundaryOf(within), boundaryOf(land)
	for e := range inner {
		if outer[e.turned()] {
			return false // the others lie on its other side
		}
		if in, on := middleIn(land, e); !in && !on {
			return false
		}
	}
	for f := range outer {
		for e := range inner {
			if e == f {
				continue
			}
			how, at := Meet(e.a, e.b, f.a, f.b)
			if how == Crosses || how == Touches && (at != e.a && at != e.b || at != f.a && at != f.b) {
				return false
			}
		}
		if in, _ := middleIn(within, f); in {
			return false // what lies beyond f belongs to the shape, and to none of the others
		}
	}
	return true
}

// oriented is a side of a ring: its land lies left of the way from a to b.
type oriented struct{ a, b LatticePoint }

func (s oriented) turned() oriented { return oriented{s.b, s.a} }

// boundaryOf gives the sides of rings, without those that two share.
func boundaryOf(rings [][]LatticePoint) map[oriented]bool {
	out := map[oriented]bool{}
	for _, corners := range rings {
		for i, a := range corners {
			s := oriented{a, corners[(i+1)%len(corners)]}
			if out[s.turned()] {
				delete(out, s.turned())
			} else {
				out[s] = true
			}
		}
	}
	return out
}

// latticeRings gives the corners of all rings, without the closing ones.
func latticeRings(shapes []orb.MultiPolygon) (out [][]LatticePoint) {
	for _, shape := range shapes {
		for _, polygon := range shape {
			for _, ring := range polygon {
				corners := make([]LatticePoint, 0, len(ring))
				for _, p := range ring[:max(len(ring)-1, 0)] {
					q, _ := Snap(p)
					corners = append(corners, q)
				}
				out = append(out, corners)
			}
		}
	}
	return out
}

// middleIn tells where the middle of a side lies as seen from the land in rings:
// in an odd number of them, or on one. On a side that two share it is on both.
func middleIn(rings [][]LatticePoint, s oriented) (inside, edge bool) {
	for _, corners := range rings {
		in, on := MiddleInRing(corners, s.a, s.b)
		if on {
			return false, true
		}
		inside = inside != in
	}
	return inside, false
}
