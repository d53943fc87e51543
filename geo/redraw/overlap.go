package redraw

import (
	"fmt"
	"slices"

	"github.com/gridpatrol/gridpatrol/geo"
)

// gained reports overlaps where the kind's areas spread over r, and areas that
// leave the district there.
func (c *check) gained(k geo.Kind, r ring) {
	near := outline{{r}}.bounds()
	for i := range c.diffs {
		x := &c.diffs[i]
		if x.now == nil || x.kind() != k || !x.now.box.meets(near) {
			continue
		}
		for slot, y := range c.after.each() {
			if y.area.Kind != k || slot == x.slot || slot < x.slot && c.changed(slot) || !y.box.meets(near) || !x.now.box.meets(y.box) {
				continue
			}
			where, over := overlapIn(x.now, y, near)
			if !over {
				continue
			}
			if was := c.was(slot); x.was != nil && was != nil {
				if _, old := overlapIn(x.was, was, near); old {
					continue
				}
			}
			c.overlap(x.now.area.Ref(), y.area.Ref(), where)
		}
	}
	if k == geo.District {
		return
	}
	at, out := c.beyond(r)
	for i := range c.diffs {
		if x := &c.diffs[i]; out && x.now != nil && x.kind() == k && x.now.touches(at) {
			ref := x.now.area.Ref()
			c.report(ProblemOutsideDistrict, at, fmt.Sprintf("%s reaches beyond the district", ref), ref)
		}
	}
}

// beyond finds a corner of the ring outside the district, or one of a side that
// leaves it. Without a district nothing is beyond.
func (c *check) beyond(r ring) (at geo.LatticePoint, out bool) {
	var districts []*plot
	for _, p := range c.after.each() {
		if p.area.Kind == geo.District {
			districts = append(districts, p)
		}
	}
	if len(districts) == 0 {
		return at, false
	}
	near := outline{{r}}.bounds()
	for i, a := range r {
		if !slices.ContainsFunc(districts, func(d *plot) bool { return d.touches(a) }) {
			return a, true
		}
		e := edge{a, r[(i+1)%len(r)]}
		for _, d := range districts {
			for _, f := range d.lines.near(near) {
				if properlyCross(e, f) {
					return a, true
				}
			}
		}
	}
	return at, false
}

// overlap reports two areas once.
func (c *check) overlap(x, y geo.Ref, at geo.LatticePoint) {
	areas := []geo.Ref{x, y}
	slices.SortFunc(areas, compareRefs)
	for _, p := range c.problems {
		if p.Code == ProblemOverlap && slices.Equal(p.Areas, areas) {
			return
		}
	}
	c.report(ProblemOverlap, at, fmt.Sprintf("%s and %s overlap", areas[0], areas[1]), areas...)
}

func (c *check) changed(slot int32) bool {
	return slices.ContainsFunc(c.diffs, func(d diff) bool { return d.slot == slot })
}

func (c *check) was(slot int32) *plot {
	if int(slot) >= c.before.plots.n {
		return nil
	}
	return c.before.plots.at(slot)
}

// covers tells whether q lies inside, touches whether there or on an edge.
func (p *plot) covers(q geo.LatticePoint) bool {
	if !p.box.has(q) {
		return false
	}
	in, _ := p.lines.place(edge{q, q})
	return in
}

func (p *plot) touches(q geo.LatticePoint) bool {
	if !p.box.has(q) {
		return false
	}
	in, on := p.lines.place(edge{q, q})
	return in || on
}

// overlapIn finds a place near which the insides of x and y meet, among the sides
// of both that reach into the box.
func overlapIn(x, y *plot, near box) (at geo.LatticePoint, ok bool) {
	xs, ys := x.lines.near(near), y.lines.near(near)
	own := make(map[edge]bool, len(ys))
	for _, f := range ys {
		own[f] = true
	}
	for _, e := range xs {
		if own[e] {
			return e.a, true // both lie on the left of one side
		}
		if in, on := y.lines.place(e); in && !on {
			return e.a, true
		}
	}
	for _, f := range ys {
		if in, on := x.lines.place(f); in && !on {
			return f.a, true
		}
	}
	for _, e := range xs {
		for _, f := range ys {
			if properlyCross(e, f) {
				return e.a, true
			}
		}
	}
	return geo.LatticePoint{}, false
}

// properlyCross tells whether two sides cross in a point inside both.
func properlyCross(e, f edge) bool {
	if !edgeBox(e).meets(edgeBox(f)) {
		return false
	}
	opposite := func(s, t int64) bool { return s > 0 && t < 0 || s < 0 && t > 0 }
	return opposite(geo.Turn(e.a, e.b, f.a), geo.Turn(e.a, e.b, f.b)) && opposite(geo.Turn(f.a, f.b, e.a), geo.Turn(f.a, f.b, e.b))
}

// near gives the sides that reach into a box.
func (o outline) near(b box) (out []edge) {
	o.edges(func(e edge) bool {
		if b.meets(edgeBox(e)) {
			out = append(out, e)
		}
		return true
	})
	return out
}
