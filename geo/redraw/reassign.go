package redraw

import (
	"errors"
	"fmt"

	"github.com/gridpatrol/gridpatrol/geo"
)

func (op Reassign) apply(e *edit) error {
	to, err := e.find(op.To, "/to_code")
	if err != nil {
		return err
	}
	if err := e.unlocked(to); err != nil {
		return err
	}
	w := painting{e: e, to: to, lines: map[int32]outline{}}
	var units []int32
	for _, ref := range op.Units {
		slot, err := e.find(ref, "/unit_codes")
		if err != nil {
			return err
		}
		if ref.Kind == op.To.Kind {
			return invalid("same-kind", "units and the area they go to are of one kind: merge them", "/to_kind")
		}
		units = append(units, slot)
	}
	e.joinLines(units, op.To.Kind)
	for _, slot := range units {
		if err := w.paint(e.plot(slot)); err != nil {
			return err
		}
	}
	for _, slot := range w.touched {
		e.reshape(slot, w.lines[slot], true)
	}
	e.widen(to)
	return nil
}

// painting is the areas that units are taken from and given to, while they are.
type painting struct {
	e       *edit
	to      int32
	lines   map[int32]outline
	touched []int32
}

func (w *painting) outline(slot int32) outline {
	if o, ok := w.lines[slot]; ok {
		return o
	}
	return w.e.plot(slot).lines
}

func (w *painting) set(slot int32, o outline) {
	if _, ok := w.lines[slot]; !ok {
		w.touched = append(w.touched, slot)
	}
	w.lines[slot] = o
}

// share is how much of a unit an area holds.
type share struct {
	slot int32
	how  compared // the area, and the unit
	area int64    // twice the common area, in square units
}

// paint gives one unit to the area. It must lie wholly within that and one
// other.
func (w *painting) paint(unit *plot) error {
	shares, err := w.shares(unit)
	if err != nil {
		return err
	}
	rest := unit.lines.twiceArea()
	var home, from *share
	for i := range shares {
		rest -= shares[i].area
		switch {
		case shares[i].slot == w.to:
			home = &shares[i]
		case from != nil:
			return w.refuse(unit, fmt.Sprintf("it lies in both %s and %s", w.e.plot(from.slot).area.Ref(), w.e.plot(shares[i].slot).area.Ref()))
		default:
			from = &shares[i]
		}
	}
	if rest != 0 {
		return w.refuse(unit, "part of it lies in none, or in several that overlap")
	}
	if from == nil {
		return nil // it is there already
	}
	ref := w.e.plot(from.slot).area.Ref()
	left, err := w.e.assemble(from.how.difference())
	if err != nil {
		return shapeProblem(ref, err)
	}
	if len(left) == 0 {
		return w.refuse(unit, fmt.Sprintf("nothing would be left of %s: merge it", ref))
	}
	if home == nil {
		how, err := compare(w.outline(w.to), unit.lines)
		if err != nil {
			return w.unshared(unit, w.to, err)
		}
		home = &share{slot: w.to, how: how}
	}
	made, err := w.e.assemble(home.how.union())
	if err != nil {
		return shapeProblem(w.e.plot(w.to).area.Ref(), err)
	}
	w.set(from.slot, left)
	w.set(w.to, made)
	return nil
}

// shares gives the areas of the target's kind that hold a part of the unit.
func (w *painting) shares(unit *plot) (out []share, err error) {
	k := w.e.plot(w.to).area.Kind
	for slot, p := range w.e.now.each() {
		if p.area.Kind != k || !p.box.meets(unit.box) && slot != w.to {
			continue
		}
		how, err := compare(w.outline(slot), unit.lines)
		if err != nil {
			return nil, w.unshared(unit, slot, err)
		}
		if area := twiceArea(how.intersection()); area > 0 {
			out = append(out, share{slot, how, area})
		}
	}
	return out, nil
}

func (w *painting) refuse(unit *plot, why string) error {
	ref := unit.area.Ref()
	at, _ := geo.PointOnSurface(unit.area.Shape)
	to := w.e.plot(w.to).area.Ref()
	return &Problem{Code: ProblemUnitSplit, At: at, Areas: []geo.Ref{ref, to},
		Detail: fmt.Sprintf("%s does not lie wholly within %s and one other %s: %s", ref, to, to.Kind, why)}
}

func (w *painting) unshared(unit *plot, slot int32, err error) error {
	var u *unshared
	if !errors.As(err, &u) {
		return err
	}
	ref, other := unit.area.Ref(), w.e.plot(slot).area.Ref()
	return &Problem{Code: ProblemUnitSplit, At: u.at.Point(), Areas: []geo.Ref{ref, other},
		Detail: fmt.Sprintf("the lines of %s and %s meet without a common node", ref, other)}
}
