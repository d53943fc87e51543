package redraw

import (
	"fmt"
	"slices"

	"github.com/gridpatrol/gridpatrol/geo"
)

// whole tells which area a kind must cover exactly once: it is where the kind's
// areas may neither leave a gap nor lie outside. ok is false for compounds,
// which may leave out what they like.
func whole(k geo.Kind) (in func(*geo.Area) bool, ok bool) {
	switch k {
	case geo.Township, geo.Village, geo.Grid:
		return func(a *geo.Area) bool { return a.Kind == geo.District }, true
	case geo.VillageGroup:
		return func(a *geo.Area) bool { return a.Kind == geo.Village && a.UnitType == "village" }, true
	}
	return nil, false
}

// seams finds new gaps and overlaps between areas of one kind. The sides that the
// kind's areas lost and gained are summed with their directions: where all
// cancel, every place is covered as often as before, exactly, and sound areas
// have neither gap nor overlap that is new. What is left runs round the places
// that are covered more, or less, than before.
func (c *check) seams(k geo.Kind) {
	in, tiles := whole(k)
	left := chain{}
	touched := false
	for i := range c.diffs {
		d := &c.diffs[i]
		if d.kind() == k {
			touched = touched || len(d.lost)+len(d.gained) > 0
			left.change(d, 1)
		} else if tiles && (d.was != nil && in(&d.was.area) || d.now != nil && in(&d.now.area)) {
			touched = touched || len(d.lost)+len(d.gained) > 0
			left.change(d, -1)
		}
	}
	if !touched || len(left) == 0 {
		return
	}
	rings, ok := trace(left.all())
	if !ok {
		return // sums of rings have no ends
	}
	for _, r := range rings {
		area, tangled := geo.TwiceArea(r), r.tangled()
		if r.thin() {
			continue
		}
		if area > 0 || tangled {
			c.gained(k, r)
		}
		switch {
		case !tiles:
		case tangled:
			c.lostBeside(k, r, in)
		case area < 0:
			c.lost(k, r, in)
		}
	}
}

func (d *diff) kind() geo.Kind {
	if d.now != nil {
		return d.now.area.Kind
	}
	return d.was.area.Kind
}

func (c chain) change(d *diff, n int) {
	for _, e := range d.gained {
		c.add(e, n)
	}
	for _, e := range d.lost {
		c.add(e, -n)
	}
}

// thin tells whether a ring is no more than what rounding to the lattice makes
// of a straight line: less than a step from its longest diagonal.
func (r ring) thin() bool {
	a, b, long := r[0], r[0], int64(0)
	for _, q := range r {
		if d := span(r[0], q); d > long {
			b, long = q, d
		}
	}
	for _, q := range r {
		if d := span(b, q); d > long {
			a, long = q, d
		}
	}
	for _, q := range r {
		if abs(geo.Turn(a, b, q)) > long {
			return false
		}
	}
	return true
}

// span is the larger of the differences in lon and in lat, in steps.
func span(p, q geo.LatticePoint) int64 {
	return max(abs(int64(p.Lon)-int64(q.Lon)), abs(int64(p.Lat)-int64(q.Lat)))
}

// tangled tells whether sides of a ring cross, so that it goes round some places
// one way and round others the other way.
func (r ring) tangled() bool {
	_, err := geo.NormalizeShape(outline{{r}}.shape(nil, nil))
	return err != nil
}

// lostBeside reports a gap along a tangled ring: where the kind's areas lie on one
// side of a line alone, and covered the place before.
func (c *check) lostBeside(k geo.Kind, r ring, in func(*geo.Area) bool) {
	for i, a := range r {
		e := edge{a, r[(i+1)%len(r)]}
		if c.after.covered(e, func(a *geo.Area) bool { return a.Kind == k }) ||
			!c.before.covered(e, func(a *geo.Area) bool { return a.Kind == k }) || !c.after.covered(e, in) {
			continue
		}
		var owners []geo.Ref
		for _, p := range c.before.each() {
			if p.area.Kind == k && p.covers(a) {
				owners = append(owners, p.area.Ref())
			}
		}
		left, right := c.after.edgeUsers(e)
		for _, slot := range append(left, right...) {
			if p := c.after.plots.at(slot); p.area.Kind == k {
				owners = append(owners, p.area.Ref())
			}
		}
		if len(owners) > 0 {
			slices.SortFunc(owners, compareRefs)
			c.report(ProblemGap, a, fmt.Sprintf("no %s covers one side of this line any more", k), slices.Compact(owners)...)
			return
		}
	}
}

// covered tells whether areas of some sort cover both sides of the middle of e:
// one has it inside, or there is one on either side.
func (s *State) covered(e edge, of func(*geo.Area) bool) bool {
	for _, p := range s.each() {
		if of(&p.area) && p.box.meets(edgeBox(e)) {
			if in, on := p.lines.place(e); in && !on {
				return true
			}
		}
	}
	left, right := s.edgeUsers(e)
	has := func(slots []int32) bool {
		return slices.ContainsFunc(slots, func(slot int32) bool { return of(&s.plots.at(slot).area) })
	}
	return has(left) && has(right)
}

// lost reports a gap where the kind's areas withdrew from r and none is left.
func (c *check) lost(k geo.Kind, r ring, in func(*geo.Area) bool) {
	at := interior(r)
	some := false
	var owners, home []geo.Ref
	for _, p := range c.after.each() {
		switch {
		case p.area.Kind == k && p.covers(at):
			return
		case in(&p.area):
			some = true
			if p.touches(at) {
				home = append(home, p.area.Ref())
			}
		}
	}
	if some && len(home) == 0 {
		return
	}
	for _, p := range c.before.each() {
		if p.area.Kind == k && p.touches(at) {
			owners = append(owners, p.area.Ref())
		}
	}
	if len(owners) == 0 {
		owners = home // the whole grew here
	}
	if len(owners) == 0 {
		return
	}
	slices.SortFunc(owners, compareRefs)
	c.report(ProblemGap, at, fmt.Sprintf("no %s covers this place", k), owners...)
}

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
