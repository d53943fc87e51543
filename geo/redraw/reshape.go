package redraw

import (
	"fmt"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/paulmach/orb"
)

// drawn puts a shape that a planner gave in order.
func drawn(ref geo.Ref, shape orb.MultiPolygon) (outline, error) {
	shape, err := geo.NormalizeShape(shape)
	if err != nil {
		return nil, shapeProblem(ref, err)
	}
	return readOutline(shape), nil
}

func (op Replace) apply(e *edit) error {
	slot, err := e.find(op.Area, "/code")
	if err != nil {
		return err
	}
	if err := e.unlocked(slot); err != nil {
		return err
	}
	lines, err := drawn(op.Area, op.Shape)
	if err != nil {
		return err
	}
	e.reshape(slot, lines, true)
	return nil
}

func (op Create) apply(e *edit) error {
	a := op.Area
	if a.Kind.Index() < 0 || a.Code == "" || a.Name == "" {
		return invalid("invalid-area", "a new area needs kind, code and name", "/code")
	}
	lines, err := drawn(a.Ref(), a.Shape)
	if err != nil {
		return err
	}
	if err := e.kindUnlocked(a.Kind, lines[0][0][0], a.Ref()); err != nil {
		return err
	}
	a.ID = e.nextID()
	if err := e.codeFree(a.Ref(), a.ID, &plot{area: geo.Area{Shape: lines.shape(nil, nil)}}); err != nil {
		return err
	}
	if a.Parent != (geo.Ref{}) {
		if _, err := e.find(a.Parent, "/parent"); err != nil {
			return err
		}
	}
	slot := e.create(a, lines)
	e.given[slot] = a.Households > 0 || a.Population > 0
	return nil
}

func (op Retire) apply(e *edit) error {
	slot, err := e.find(op.Area, "/code")
	if err != nil {
		return err
	}
	if err := e.unlocked(slot); err != nil {
		return err
	}
	e.retire(slot)
	return nil
}

func (op Rename) apply(e *edit) error {
	slot, err := e.find(op.Area, "/code")
	if err != nil {
		return err
	}
	if op.Name == "" {
		return invalid("invalid-area", "an area needs a name", "/name")
	}
	e.rewrite(slot, func(a *geo.Area) { a.Name, a.NameEn = op.Name, op.NameEn })
	return nil
}

func (op Recode) apply(e *edit) error {
	slot, err := e.find(op.Area, "/code")
	if err != nil {
		return err
	}
	to := geo.Ref{Kind: op.Area.Kind, Code: op.NewCode}
	if to == op.Area {
		return nil // finish says that nothing changes
	}
	if err := e.codeFree(to, e.plot(slot).area.ID, e.plot(slot)); err != nil {
		return err
	}
	e.rewrite(slot, func(a *geo.Area) { a.Code = op.NewCode })
	e.recode(slot, op.Area)
	e.adopt(op.Area, func(*plot) geo.Ref { return to })
	return nil
}

// orphans reports areas whose parent an operation took away.
func (c *check) orphans() {
	for i := range c.diffs {
		d := &c.diffs[i]
		if d.was == nil || d.now != nil {
			continue
		}
		gone := d.was.area.Ref()
		for _, p := range c.after.each() {
			if p.area.Parent == gone {
				at, _ := geo.PointOnSurface(p.area.Shape)
				q, _ := geo.Snap(at)
				c.report(ProblemUnknownParent, q, fmt.Sprintf("%s belongs to %s, which is no more", p.area.Ref(), gone), p.area.Ref())
			}
		}
	}
}
