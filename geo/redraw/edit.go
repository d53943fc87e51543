package redraw

import (
	"slices"

	"github.com/gridpatrol/gridpatrol/geo"
)

// Change is one area before and after an operation.
type Change struct {
	Before *geo.Area // nil for a new area
	After  *geo.Area // nil for one that is no more
}

// Ref names the area: as it is after the change, or as it was where it is no more.
func (c Change) Ref() geo.Ref {
	if c.After != nil {
		return c.After.Ref()
	}
	return c.Before.Ref()
}

// Result is what an operation did.
type Result struct {
	State    *State
	Changed  []Change  // by kind, then by code
	Problems []Problem // those that the operation caused
}

// edit is a state while an operation changes it.
type edit struct {
	before *State
	now    State // only plots and refs are kept up while the operation runs
	slots  []int32
	newID  geo.ID
	again  bool            // see State.apply
	made   int             // how many ids were taken from newID
	heirs  map[int32]int32 // slots of areas that are merged → the slot they go into
	given  map[int32]bool  // slots of new areas whose households the planner gave
	whole  bool            // an import, see finishWhole; each of slots is then there once
}

func newEdit(s *State, newID geo.ID) *edit {
	return &edit{before: s, now: *s, newID: newID, heirs: map[int32]int32{}, given: map[int32]bool{}}
}

func (e *edit) plot(slot int32) *plot { return e.now.plots.at(slot) }

// find gives the slot of an area that an operation names, by pointer for the
// error.
func (e *edit) find(ref geo.Ref, pointer string) (int32, error) {
	slot, ok := e.now.slot(ref)
	if !ok {
		return 0, invalid("unknown-area", "there is no "+ref.String(), pointer)
	}
	return slot, nil
}

// put gives a slot a new version of its area.
func (e *edit) put(slot int32, p *plot) {
	if !slices.Contains(e.slots, slot) {
		e.slots = append(e.slots, slot)
	}
	e.now.plots = e.now.plots.with(slot, p)
}

// reshape gives the area of a slot new corners. tested tells whether they are
// known to keep the rules of a shape.
func (e *edit) reshape(slot int32, lines outline, tested bool) {
	p := e.plot(slot)
	area := p.area
	area.Shape = lines.shape(p.lines, p.area.Shape)
	area.AreaM2 = geo.AreaM2(area.Shape)
	e.revise(slot, area, lines, p.sound && !e.again || tested, tested)
}

// rewrite changes the attributes of the area of a slot.
func (e *edit) rewrite(slot int32, change func(*geo.Area)) {
	p := e.plot(slot)
	area := p.area
	change(&area)
	e.revise(slot, area, p.lines, p.sound, p.tested)
}

func (e *edit) revise(slot int32, area geo.Area, lines outline, sound, tested bool) {
	area.FromRevision = 0
	p := newPlot(area, lines, sound)
	p.tested, p.count = tested, e.plot(slot).count
	e.put(slot, p)
}

// recode makes an area known by the code it now has.
func (e *edit) recode(slot int32, was geo.Ref) {
	e.now.refs = e.now.refs.put(was, -1).put(e.plot(slot).area.Ref(), slot)
}

// adopt gives the children of an area the parent that choose names.
func (e *edit) adopt(parent geo.Ref, choose func(*plot) geo.Ref) {
	var slots []int32
	for slot, p := range e.now.each() {
		if p.area.Parent == parent {
			slots = append(slots, slot)
		}
	}
	for _, slot := range slots {
		if to := choose(e.plot(slot)); to != parent {
			e.rewrite(slot, func(a *geo.Area) { a.Parent = to })
		}
	}
}

// create adds an area.
func (e *edit) create(area geo.Area, lines outline) int32 {
	area.Shape = lines.shape(nil, nil)
	area.AreaM2 = geo.AreaM2(area.Shape)
	area.FromRevision = 0
	slot := int32(e.now.plots.n)
	p := newPlot(area, lines, true)
	p.tested = true
	e.put(slot, p)
	e.now.refs = e.now.refs.put(area.Ref(), slot)
	return slot
}

// retire takes an area away.
func (e *edit) retire(slot int32) {
	e.now.refs = e.now.refs.put(e.plot(slot).area.Ref(), -1)
	e.put(slot, nil)
}

// was gives the plot of a slot before the operation, nil where there was none.
func (e *edit) was(slot int32) *plot {
	if int(slot) >= e.before.plots.n {
		return nil
	}
	return e.before.plots.at(slot)
}

// diffs gives what the operation does to each area, and counts the households
// that change hands by it.
func (e *edit) diffs() []diff {
	e.slots = slices.DeleteFunc(e.slots, func(slot int32) bool { return e.was(slot) == nil && e.plot(slot) == nil })
	diffs := make([]diff, len(e.slots))
	for i, slot := range e.slots {
		diffs[i] = newDiff(slot, e.was(slot), e.plot(slot))
	}
	e.recount(diffs)
	for i := range diffs {
		diffs[i].now = e.plot(diffs[i].slot)
	}
	for _, slot := range e.slots[len(diffs):] { // whose neighbour no longer lies on them
		diffs = append(diffs, newDiff(slot, e.was(slot), e.plot(slot)))
	}
	return diffs
}

// finish makes the result: it brings the index of nodes up to date, and checks
// what is new.
func (e *edit) finish() (Result, error) {
	if e.whole {
		return e.finishWhole()
	}
	diffs := e.diffs()
	next := e.now
	var out Result
	m := &maker{}
	for i := range diffs {
		was, now := diffs[i].was, diffs[i].now
		next.reindex(m, &diffs[i], now)
		var c Change
		if was != nil {
			next.drop(was)
			c.Before = &was.area
		}
		if now != nil {
			now.digest = digest(&now.area)
			next.add(now)
			c.After = &now.area
		}
		out.Changed = append(out.Changed, c)
	}
	slices.SortFunc(out.Changed, func(a, b Change) int { return compareRefs(a.Ref(), b.Ref()) })
	if next.sum == e.before.sum {
		return Result{}, invalid("no-change", "the operation changes nothing", "")
	}
	if !e.again {
		checks := check{before: e.before, after: &next, diffs: diffs}
		out.Problems = checks.run()
		next.plots = checks.after.plots
	}
	out.State = &next
	return out, nil
}

// reindex brings the users of the nodes up to date for the change of one area.
func (s *State) reindex(m *maker, d *diff, now *plot) {
	has := func(geo.LatticePoint) bool { return false }
	if now != nil {
		has = now.lines.has
		if len(d.lost) > 8 {
			all := make(map[geo.LatticePoint]bool, now.lines.corners())
			now.lines.edges(func(f edge) bool { all[f.a] = true; return true })
			has = func(q geo.LatticePoint) bool { return all[q] }
		}
	}
	kept := make(map[geo.LatticePoint]bool, len(d.gained))
	for _, f := range d.gained {
		kept[f.a] = true
		users := s.users(f.a)
		if i, found := slices.BinarySearch(users, d.slot); !found {
			s.uses = s.uses.putBy(m, f.a, slices.Concat(users[:i], []int32{d.slot}, users[i:]))
		}
	}
	for _, f := range d.lost {
		if kept[f.a] || has(f.a) {
			continue
		}
		users := s.users(f.a)
		if i, found := slices.BinarySearch(users, d.slot); found {
			s.uses = s.uses.putBy(m, f.a, slices.Concat(users[:i], users[i+1:]))
		}
	}
}

// invalid refuses an operation for a member of it.
func invalid(code, detail, pointer string) error {
	if pointer == "" {
		return geo.Invalid(code, detail)
	}
	return geo.Invalid(code, detail, geo.FieldError{Pointer: pointer, Detail: detail})
}
