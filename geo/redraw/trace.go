package redraw

import (
	"cmp"
	"slices"

	"github.com/gridpatrol/gridpatrol/geo"
)

func sortEdges(edges []edge) {
	slices.SortFunc(edges, compareEdges)
}

// trace walks along sides, each with the inside on its left, and gives the simple
// rings they make: counter-clockwise round the inside, clockwise round holes. At
// a node where several ways go on it keeps to the same patch of inside, so that rings
// touch in nodes but never cross if the sides do not. Sides that are walked to
// and fro are left out. ok is false where a way does not come back. The rings
// start at their lowest corner and come in its order.
func trace(edges []edge) (rings []ring, ok bool) {
	sortEdges(edges)
	from := make(map[geo.LatticePoint]int, len(edges)) // node → the first of its outgoing sides
	for i, e := range edges {
		if i == 0 || e.a != edges[i-1].a {
			from[e.a] = i
		}
	}
	used := make([]bool, len(edges))
	for i := range edges {
		if used[i] {
			continue
		}
		var walk ring
		for at := i; ; {
			used[at] = true
			walk = append(walk, edges[at].a)
			next, found := -1, false
			k, ok := from[edges[at].b]
			for ; ok && k < len(edges) && edges[k].a == edges[at].b; k++ {
				if (!used[k] || k == i) && (!found || clockwiseBefore(edges[at], edges[k].b, edges[next].b)) {
					next, found = k, true
				}
			}
			if !found {
				return nil, false
			}
			if next == i {
				break
			}
			at = next
		}
		rings = appendLoops(rings, walk)
	}
	slices.SortFunc(rings, func(a, b ring) int {
		return cmp.Or(geo.CompareLattice(a[0], b[0]), geo.CompareLattice(a[1], b[1]))
	})
	return rings, true
}

// clockwiseBefore tells whether, coming along e and turning clockwise from the way
// back, one meets the way to p before the way to q.
func clockwiseBefore(e edge, p, q geo.LatticePoint) bool {
	// half is 0 for the way back, 1 for ways left of e, 2 straight on, 3 right.
	half := func(w geo.LatticePoint) int {
		switch turn := geo.Turn(e.a, e.b, w); {
		case turn > 0:
			return 1
		case turn < 0:
			return 3
		case ahead(e, w):
			return 2
		}
		return 4 // the way back itself comes last
	}
	a, b := half(p), half(q)
	if a != b {
		return a < b
	}
	return geo.Turn(e.b, p, q) < 0
}

// ahead tells whether w, which lies on the line of e, lies beyond its end.
func ahead(e edge, w geo.LatticePoint) bool {
	dx, dy := int64(e.b.Lon)-int64(e.a.Lon), int64(e.b.Lat)-int64(e.a.Lat)
	return dx*(int64(w.Lon)-int64(e.b.Lon))+dy*(int64(w.Lat)-int64(e.b.Lat)) > 0
}

// appendLoops cuts a walk at the nodes that it passes more than once and adds the
// simple rings; those of two corners, a way to and fro, are left out.
func appendLoops(rings []ring, walk ring) []ring {
	place := make(map[geo.LatticePoint]int, len(walk))
	var open ring
	closeLoop := func(r ring) {
		if len(r) > 2 {
			rings = append(rings, lowestFirst(slices.Clone(r)))
		}
	}
	for _, q := range walk {
		if i, ok := place[q]; ok {
			closeLoop(open[i:])
			for _, gone := range open[i+1:] {
				delete(place, gone)
			}
			open = open[:i+1]
			continue
		}
		place[q] = len(open)
		open = append(open, q)
	}
	closeLoop(open)
	return rings
}

// lowestFirst turns the ring so that it starts at its lowest corner.
func lowestFirst(r ring) ring {
	low := 0
	for i := range r {
		if geo.CompareLattice(r[i], r[low]) < 0 {
			low = i
		}
	}
	return append(slices.Clone(r[low:]), r[:low]...)
}

// assemble makes a shape of sides, each with the inside on its left; those that
// are there with their reverse cancel. err is a *geo.GeometryError where they make no
// shape that keeps the rules, which nobody looks at again.
func (e *edit) assemble(edges []edge) (outline, error) {
	sum := make(chain, len(edges))
	for _, f := range edges {
		sum.add(f, 1)
	}
	rings, ok := trace(sum.all())
	if !ok && len(edges) > 0 {
		return nil, &geo.GeometryError{Rule: geo.RuleNotClosed, At: edges[0].a.Point()}
	}
	out, err := polygons(rings)
	if err != nil || len(out) == 0 {
		return nil, err
	}
	if e.again {
		return out, nil
	}
	if _, err := geo.NormalizeShape(out.shape(nil, nil)); err != nil {
		return nil, err
	}
	return out, nil
}

// polygons sorts simple rings: each clockwise one is a hole of the smallest
// counter-clockwise one round it.
func polygons(rings []ring) (outline, error) {
	var out outline
	var areas []int64
	for _, r := range rings {
		if a := geo.TwiceArea(r); a > 0 {
			out = append(out, []ring{r})
			areas = append(areas, a)
		}
	}
	for _, r := range rings {
		if geo.TwiceArea(r) > 0 {
			continue
		}
		home := -1
		for i := range out {
			if (home < 0 || areas[i] < areas[home]) && encloses(out[i][0], r) {
				home = i
			}
		}
		if home < 0 {
			return nil, &geo.GeometryError{Rule: geo.RuleHoleOutside, At: r[0].Point()}
		}
		out[home] = append(out[home], r)
	}
	return out, nil
}

// encloses tells whether a ring lies inside another that it does not cross.
func encloses(outer, r ring) bool {
	for i, a := range r {
		if in, on := geo.MiddleInRing(outer, a, r[(i+1)%len(r)]); !on {
			return in
		}
	}
	return false
}

// interior gives a place inside a simple ring, or one of its corners where it
// is too thin to have a lattice point inside.
func interior(r ring) geo.LatticePoint {
	if geo.TwiceArea(r) < 0 {
		r = slices.Clone(r)
		slices.Reverse(r)
	}
	p, ok := geo.PointOnSurface(outline{{r}}.shape(nil, nil))
	if !ok {
		return r[0]
	}
	q, _ := geo.Snap(p)
	return q
}
