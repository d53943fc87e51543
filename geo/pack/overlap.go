package pack

import (
	"cmp"
	"slices"

	"github.com/gridpatrol/gridpatrol/geo"
)

// oriented is a side of a ring: the land lies left of the way from a to b.
type oriented struct{ a, b geo.LatticePoint }

// mayOverlap reports whether two areas have land in common. It also says so
// where a corner of one lies on the middle of a side of the other, which the
// boundaries of a revision do not have.
func mayOverlap(a, b *geo.Area) bool {
	ringsA, ringsB := cornersOf(a), cornersOf(b)
	sidesA, sidesB := sidesOf(ringsA), sidesOf(ringsB)
	for s := range sidesA {
		if sidesB[s] {
			return true // both lie on its left
		}
	}
	return cross(sidesA, sidesB) || reaches(ringsA, ringsB, sidesB) || reaches(ringsB, ringsA, sidesA)
}

func cornersOf(a *geo.Area) (rings [][]geo.LatticePoint) {
	for _, polygon := range a.Shape {
		for _, ring := range polygon {
			corners := make([]geo.LatticePoint, 0, len(ring))
			for _, v := range ring[1:] {
				q, _ := geo.Snap(v)
				corners = append(corners, q)
			}
			rings = append(rings, corners)
		}
	}
	return rings
}

func sidesOf(rings [][]geo.LatticePoint) map[oriented]bool {
	out := map[oriented]bool{}
	for _, r := range rings {
		for i, q := range r {
			out[oriented{q, r[(i+1)%len(r)]}] = true
		}
	}
	return out
}

// cross reports whether sides that are not the same meet elsewhere than in
// their ends.
func cross(sidesA, sidesB map[oriented]bool) bool {
	type lying struct {
		oriented
		ofB bool
	}
	var all []lying
	for s := range sidesA {
		if !sidesB[oriented{s.b, s.a}] {
			all = append(all, lying{s, false})
		}
	}
	for s := range sidesB {
		if !sidesA[oriented{s.b, s.a}] {
			all = append(all, lying{s, true})
		}
	}
	west := func(s lying) int32 { return min(s.a.Lon, s.b.Lon) }
	slices.SortFunc(all, func(s, t lying) int { return cmp.Compare(west(s), west(t)) })
	var open [2][]lying // sides of each that may reach as far east as the sweep has come
	for _, s := range all {
		mine, others := 0, 1
		if s.ofB {
			mine, others = 1, 0
		}
		open[others] = slices.DeleteFunc(open[others], func(t lying) bool { return max(t.a.Lon, t.b.Lon) < west(s) })
		for _, t := range open[others] {
			how, at := geo.Meet(s.a, s.b, t.a, t.b)
			if how == geo.Crosses || how == geo.Touches && (at != s.a && at != s.b || at != t.a && at != t.b) {
				return true
			}
		}
		open[mine] = append(open[mine], s)
	}
	return false
}

// reaches reports whether some of the rings runs through the inside of the others,
// which it meets in corners of both alone. One look for every stretch between
// two such corners will do.
func reaches(rings, others [][]geo.LatticePoint, sides map[oriented]bool) bool {
	corners := map[geo.LatticePoint]bool{}
	for _, r := range others {
		for _, q := range r {
			corners[q] = true
		}
	}
	for _, r := range rings {
		free := !slices.ContainsFunc(r, func(q geo.LatticePoint) bool { return corners[q] })
		for i, q := range r {
			next := r[(i+1)%len(r)]
			if free && i > 0 || !free && !corners[q] || sides[oriented{next, q}] {
				continue
			}
			odd := false
			for _, o := range others {
				in, edge := geo.MiddleInRing(o, q, next)
				odd = odd != in
				if edge {
					return true
				}
			}
			if odd {
				return true
			}
		}
	}
	return false
}
