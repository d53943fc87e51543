package redraw

// A draft may have thousands of operations, and each one's state holds the areas
// that it changed. So a draft remembers what its last ones did, and of those
// before only enough to do them again.
const (
	rememberedSteps = 128  // whose results are in memory, at least
	checkpointEvery = 128  // of those before, every so many keep their state
	checkpointsNear = 1024 // beyond the last so many, only each so-many-th
)

// step is an operation in a list.
type step struct {
	entry  Entry
	number int // counts from 1
	// result is whole, or has a state and no changes, or nothing: see lighten.
	result Result
	whole  bool
	again  bool      // result does not say what problems there are, see Restore
	gives  []Descent // whose land went to whom, see Lineage
	next   *step     // the step before it among those done, after it among those undone
}

// lighten gives a list of steps of which the first few keep their results. Of
// those that come after them some keep their state, if checkpoints says so. A
// whole step never comes after one that is not.
func lighten(s *step, checkpoints bool) *step {
	var first *step
	last := &first
	for n := 1; s != nil; n++ {
		c := *s
		if n > rememberedSteps {
			every := checkpointEvery
			if n > checkpointsNear {
				every = checkpointsNear
			}
			c.whole, c.result = false, Result{}
			if checkpoints && c.number%every == 0 {
				c.result.State = s.result.State
			}
		}
		*last, s = &c, s.next
		last = &c.next
	}
	*last = nil
	return first
}

// light lets go of what is remembered beyond the last steps.
func (d Draft) light() Draft {
	d.done, d.undone = lighten(d.done, true), lighten(d.undone, false)
	d.seen = newOverlay[string, *State]().put(d.base.ETag(), d.base)
	d.held = 0
	for _, list := range []*step{d.done, d.undone} {
		for s := list; s != nil; s = s.next {
			if s.whole {
				d.held++
			}
			if s.result.State != nil {
				d.seen = d.seen.put(s.result.State.ETag(), s.result.State)
			}
		}
	}
	return d
}

// took adds a step that was done, with all that is remembered of it.
func (d Draft) took(entry Entry, r Result) Draft {
	d.depth++
	d.done = &step{entry: entry, number: d.depth, result: r, whole: true, gives: givenBy(entry.Op, r), next: d.done}
	d.seen = d.seen.put(r.State.ETag(), r.State)
	if d.held++; d.held > 2*rememberedSteps {
		d = d.light()
	}
	return d
}

// remembering gives the draft with the result of its last step, and the state
// before it: where they were let go of, the last steps are done again, from the
// nearest state that was kept.
func (d Draft) remembering() (_ Draft, ok bool) {
	if d.done.whole && (d.done.next == nil || d.done.next.result.State != nil) {
		return d, true
	}
	again := []Entry{d.done.entry}
	from := d.done.next
	for ; from != nil && from.result.State == nil; from = from.next {
		again = append(again, from.entry)
	}
	d.done, d.depth = from, d.depth-len(again)
	for i := range again {
		entry := again[len(again)-1-i]
		r, err := d.State().Apply(entry.Op, entry.ID)
		if err != nil {
			return d, false // it could be done before, so it can be now
		}
		d = d.took(entry, r)
	}
	return d, true
}
