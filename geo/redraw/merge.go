package redraw

import (
	"slices"

	"github.com/gridpatrol/gridpatrol/geo"
)

func (op Merge) apply(e *edit) error {
	into, err := e.find(geo.Ref{Kind: op.Kind, Code: op.Into}, "/into")
	if err != nil {
		return err
	}
	slots := []int32{into}
	for _, code := range op.Codes {
		slot, err := e.find(geo.Ref{Kind: op.Kind, Code: code}, "/codes")
		if err != nil {
			return err
		}
		if !slices.Contains(slots, slot) {
			slots = append(slots, slot)
		}
	}
	if len(slots) < 2 {
		return invalid("no-change", "name two areas at least", "/codes")
	}
	var sides []edge
	for _, slot := range slots {
		if err := e.unlocked(slot); err != nil {
			return err
		}
		sides = append(sides, e.plot(slot).lines.all()...)
	}
	target := e.plot(into).area.Ref()
	lines, err := e.assemble(sides)
	if err != nil {
		return shapeProblem(target, err)
	}
	e.reshape(into, lines, true)
	for _, slot := range slots[1:] {
		gone := e.plot(slot).area.Ref()
		e.retire(slot)
		e.heirs[slot] = into
		e.adopt(gone, func(*plot) geo.Ref { return target })
	}
	e.widen(into)
	return nil
}

// widen has an area that units were joined to belong to what holds all of it: to
// the parent of its parent, where it reaches beyond that, as far as its kind goes.
func (e *edit) widen(slot int32) {
	for p := e.plot(slot); p.area.Kind == geo.Grid; p = e.plot(slot) {
		home, ok := e.now.slot(p.area.Parent)
		if !ok {
			return
		}
		above, ok := e.now.slot(e.plot(home).area.Parent)
		if !ok || len(beyondOf(p, e.plot(home))) == 0 {
			return
		}
		e.rewrite(slot, func(a *geo.Area) { a.Parent = e.plot(above).area.Ref() })
	}
}
