package redraw

import (
	"errors"
	"slices"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/paulmach/orb"
)

// maxNoding is how often lines are cut anew where cutting them moved them into
// others. Each time moves them by less than a step.
const maxNoding = 8

// noded gives two outlines a common node wherever they meet, at the lattice place
// next to it. Lines move by less than a step of the lattice.
func noded(x, y outline) (outline, outline) {
	for range maxNoding {
		atX, atY := map[edge][]geo.LatticePoint{}, map[edge][]geo.LatticePoint{}
		add := func(at map[edge][]geo.LatticePoint, e edge, q geo.LatticePoint) {
			if q != e.a && q != e.b && !slices.Contains(at[e], q) {
				at[e] = append(at[e], q)
			}
		}
		ys := y.near(x.bounds())
		for _, e := range x.near(y.bounds()) {
			near := edgeBox(e)
			for _, f := range ys {
				if e == f || e == f.reversed() || !near.meets(edgeBox(f)) {
					continue
				}
				for _, q := range meetings(e, f) {
					add(atX, e, q)
					add(atY, f, q)
				}
			}
		}
		if len(atX) == 0 && len(atY) == 0 {
			break
		}
		x, y = x.cutAt(atX), y.cutAt(atY)
	}
	return x, y
}

// meetings gives the nodes that two sides that are not the same need.
func meetings(e, f edge) (out []geo.LatticePoint) {
	how, at := geo.Meet(e.a, e.b, f.a, f.b)
	switch {
	case how == geo.Apart:
	case how == geo.Touches:
		out = append(out, at)
	case properlyCross(e, f):
		out = append(out, crossing(e, f))
	default: // along a stretch, or an end of one inside the other
		for _, q := range []geo.LatticePoint{e.a, e.b} {
			if geo.Turn(f.a, f.b, q) == 0 && edgeBox(f).has(q) {
				out = append(out, q)
			}
		}
		for _, q := range []geo.LatticePoint{f.a, f.b} {
			if geo.Turn(e.a, e.b, q) == 0 && edgeBox(e).has(q) {
				out = append(out, q)
			}
		}
	}
	return out
}

// cutAt gives the outline with nodes on sides.
func (o outline) cutAt(at map[edge][]geo.LatticePoint) outline {
	if len(at) == 0 {
		return o
	}
	out := make(outline, len(o))
	for i, polygon := range o {
		out[i] = make([]ring, len(polygon))
		for k, r := range polygon {
			made := make(ring, 0, len(r)+4)
			for m, a := range r {
				e := edge{a, r[(m+1)%len(r)]}
				made = append(made, a)
				if nodes := at[e]; len(nodes) > 0 {
					slices.SortFunc(nodes, e.order)
					made = append(made, nodes...)
				}
			}
			made = slices.Compact(made)
			if n := len(made); n > 1 && made[0] == made[n-1] {
				made = made[:n-1]
			}
			out[i][k] = made
		}
	}
	return out
}

// compareAny is compare for outlines that need not share their nodes. ok is
// false where rounding leaves no answer.
func compareAny(x, y outline) (c compared, ok bool) {
	c, err := compare(x, y)
	if err == nil {
		return c, true
	}
	var u *unshared
	if !errors.As(err, &u) {
		return c, false
	}
	c, err = compare(noded(x, y))
	return c, err == nil
}

// equal tells whether two outlines have the same rings from the same corners.
func (o outline) equal(p outline) bool {
	return slices.EqualFunc(o, p, func(a, b []ring) bool {
		return slices.EqualFunc(a, b, func(r, s ring) bool { return slices.Equal(r, s) })
	})
}

// landShare is the land that an area has in common with another.
type landShare struct {
	plot  *plot  // the other
	twice int64  // twice the common land, in square units of the lattice
	sides []edge // round it; nil where it is the whole of whole
	whole *plot
}

// at gives a place in the common land.
func (l landShare) at() orb.Point {
	if l.sides == nil {
		return middleOf(l.whole)
	}
	return placeIn(l.sides)
}

// placeIn gives a place in the largest patch that sides go round.
func placeIn(sides []edge) orb.Point {
	sum := chain{}
	for _, e := range sides {
		sum.add(e, 1)
	}
	rings, _ := trace(sum.all())
	if len(rings) == 0 {
		return sides[0].a.Point()
	}
	return interior(slices.MaxFunc(rings, func(a, b ring) int {
		return int(min(max(geo.TwiceArea(a)-geo.TwiceArea(b), -1), 1))
	})).Point()
}

// sharesOf gives those of some areas of a kind that have land of p, with how much. Where
// one has all of p, it is the only one.
func sharesOf(p *plot, among []*plot) (out []landShare) {
	for _, q := range among {
		if !q.box.meets(p.box) {
			continue
		}
		how, ok := compareAny(p.lines, q.lines)
		if !ok {
			continue
		}
		if len(pick(how.x, outside, opposite)) == 0 && len(pick(how.y, inside)) == 0 {
			return []landShare{{plot: q, twice: p.lines.twiceArea(), whole: p}}
		}
		sides := how.intersection()
		if twice := twiceArea(sides); twice > 0 {
			out = append(out, landShare{plot: q, twice: twice, sides: sides})
		}
	}
	return out
}

// beyondOf gives a place in what an area has outside another, and how large that is in
// square metres; 0 where there is nothing.
func beyondOf(p, home *plot) (at orb.Point, areaM2 float64) {
	how, ok := compareAny(p.lines, home.lines)
	if !ok {
		return middleOf(p), 0
	}
	if len(pick(how.x, outside, opposite)) == 0 && len(pick(how.y, inside)) == 0 {
		return at, 0
	}
	sides := how.difference()
	if twiceArea(sides) <= 0 {
		return at, 0
	}
	return placeIn(sides), areaOf(sides)
}

// areaOf measures what sides go round, in square metres.
func areaOf(sides []edge) float64 {
	sum := chain{}
	for _, e := range sides {
		sum.add(e, 1)
	}
	rings, _ := trace(sum.all())
	lines := make(outline, 0, len(rings))
	for _, r := range rings {
		lines = append(lines, []ring{r})
	}
	return geo.AreaM2(lines.shape(nil, nil))
}
