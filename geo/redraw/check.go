package redraw

import (
	"fmt"
	"slices"

	"github.com/gridpatrol/gridpatrol/geo"
)

// check looks at what an operation did for new faults.
type check struct {
	before, after *State
	diffs         []diff
	problems      []Problem
}

// run gives the problems that are new, worst kind of area first.
func (c *check) run() []Problem {
	for i := range c.diffs {
		if d := &c.diffs[i]; d.now != nil {
			c.shape(d)
			c.contiguous(d)
		}
	}
	for _, k := range geo.Kinds() {
		c.seams(k)
	}
	c.orphans()
	slices.SortStableFunc(c.problems, func(a, b Problem) int { return compareRefs(a.Areas[0], b.Areas[0]) })
	return c.problems
}

func (c *check) report(code string, at geo.LatticePoint, detail string, areas ...geo.Ref) {
	c.problems = append(c.problems, Problem{Code: code, Detail: detail, At: at.Point(), Areas: areas})
}

// shape tests a changed area, and keeps what it finds with the new version.
func (c *check) shape(d *diff) {
	if len(d.gained) == 0 && len(d.lost) == 0 || d.now.tested || d.was != nil && d.was.sound && d.nearby() {
		return
	}
	_, err := geo.NormalizeShape(d.now.area.Shape)
	if err == nil && !windsRight(d.now.lines) {
		err = &geo.GeometryError{Rule: geo.RuleSelfCrossing, At: d.now.lines[0][0][0].Point()}
	}
	if sound := err == nil; sound != d.now.sound {
		now := *d.now
		now.sound = sound
		d.now = &now
		c.after.plots = c.after.plots.with(d.slot, &now)
	}
	if err != nil {
		c.problems = append(c.problems, *shapeProblem(d.now.area.Ref(), err))
	}
}

// windsRight tells whether no ring was turned inside out.
func windsRight(o outline) bool {
	for _, polygon := range o {
		for k, r := range polygon {
			if (geo.TwiceArea(r) > 0) == (k > 0) {
				return false
			}
		}
	}
	return true
}

// nearby tells whether a change of some sides of a sound area of one ring
// certainly left it sound: the new sides meet the ring in their own ends alone,
// and it still winds the same way.
func (d *diff) nearby() bool {
	if len(d.now.lines) != 1 || len(d.now.lines[0]) != 1 || len(d.was.lines) != 1 || len(d.was.lines[0]) != 1 || len(d.gained) > 16 {
		return false
	}
	r := d.now.lines[0][0]
	if geo.TwiceArea(r) <= 0 {
		return false
	}
	fine := true
	for _, g := range d.gained {
		seen := 0
		near := edgeBox(g)
		d.now.lines.edges(func(f edge) bool {
			if !near.meets(edgeBox(f)) {
				return true
			}
			if f == g {
				seen++
				fine = seen == 1
				return fine
			}
			how, at := geo.Meet(g.a, g.b, f.a, f.b)
			fine = how == geo.Apart || how == geo.Touches && (at == g.b && f.a == g.b || at == g.a && f.b == g.a)
			return fine
		})
		if !fine {
			return false
		}
	}
	return true
}

// contiguous reports an area that came apart.
func (c *check) contiguous(d *diff) {
	parts := 1
	if d.was != nil {
		parts = max(len(d.was.lines), 1)
	}
	if n := len(d.now.lines); n > parts {
		least := slices.MinFunc(d.now.lines, func(a, b []ring) int {
			return int(min(max(geo.TwiceArea(a[0])-geo.TwiceArea(b[0]), -1), 1))
		})
		ref := d.now.area.Ref()
		c.report(ProblemNotContiguous, least[0][0], fmt.Sprintf("%s now has %d parts", ref, n), ref)
	}
}
