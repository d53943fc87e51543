package redraw

import (
	"fmt"
	"math"
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
		before := len(c.problems)
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
		if fresh := c.problems[before:]; tiles && !tangled && len(fresh) == 1 {
			fresh[0].AreaM2 = math.Abs(geo.AreaM2(outline{{r}}.shape(nil, nil)))
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
func (r ring) thin() bool { return r.thinner(1) }

// thinner tells whether all of a ring is within some steps of its longest diagonal.
func (r ring) thinner(steps int64) bool {
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
		if abs(geo.Turn(a, b, q)) > steps*long {
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
