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
	lines, err := assemble(sides)
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
	return nil
}
