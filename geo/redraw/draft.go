package redraw

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
)

// Entry is an operation of a draft, with who made it and when.
type Entry struct {
	Op Operation
	By string    // whom the server knows the planner by
	At time.Time // UTC
	ID geo.ID    // becomes the id of the area that the operation adds
}

// Draft is a base and the operations made on it. It never changes: each method
// that edits gives a new one, and shares with the old what is the same. The zero
// value is no draft.
type Draft struct {
	base   *State
	done   *step // the last operation, and so on back
	undone *step // the operation that Redo would do, and so on
	depth  int
	held   int                     // how many steps have their results, about
	seen   overlay[string, *State] // ETag → state, of the last states that the draft was in
}

// NewDraft starts a draft without operations.
func NewDraft(base *State) Draft {
	return Draft{base: base, seen: newOverlay[string, *State]().put(base.ETag(), base)}
}

// State is what the operations lead to.
func (d Draft) State() *State {
	if d.done == nil {
		return d.base
	}
	return d.done.result.State
}

// Base is the state that the draft starts from.
func (d Draft) Base() *State { return d.base }

// ETag names the state that the draft is in.
func (d Draft) ETag() string { return d.State().ETag() }

// Entries gives the operations in force, the first first. The caller owns the slice.
func (d Draft) Entries() []Entry {
	out := make([]Entry, 0, d.depth)
	for s := d.done; s != nil; s = s.next {
		out = append(out, s.entry)
	}
	slices.Reverse(out)
	return out
}

// Apply adds an operation; what was undone can no more be redone. The draft that
// comes with an error is d as it was. Errors are those of State.Apply.
func (d Draft) Apply(entry Entry) (Draft, Result, error) {
	r, err := d.State().Apply(entry.Op, entry.ID)
	if err != nil {
		return d, Result{}, err
	}
	d.undone = nil
	return d.took(entry, r), r, nil
}

// ApplyOn adds an operation that a planner made on the state named by an ETag,
// which others may have changed since. It is geo.ErrConflict, a *geo.Problem of
// code "areas-changed" with the areas, if one that the operation changes, now or
// in that state, is another than it was there; and of code "unknown-state" if
// the draft was never in that state, or too many operations ago.
func (d Draft) ApplyOn(basedOn string, entry Entry) (Draft, Result, error) {
	old, ok := d.seen.get(basedOn)
	if !ok {
		return d, Result{}, &geo.Problem{Kind: geo.ErrConflict, Code: "unknown-state", Detail: "the plan was not lately in the state that the edit was made on"}
	}
	next, result, err := d.Apply(entry)
	touched := refsOf(result.Changed)
	if old != d.State() {
		there, oldErr := old.Apply(entry.Op, entry.ID)
		if err != nil && oldErr != nil {
			return d, Result{}, err
		}
		touched = append(touched, refsOf(there.Changed)...)
	}
	if changed, _ := d.ChangedSince(basedOn, touched); len(changed) > 0 {
		names := make([]string, len(changed))
		for i, ref := range changed {
			names[i] = ref.String()
		}
		return d, Result{}, &geo.Problem{Kind: geo.ErrConflict, Code: "areas-changed", Detail: fmt.Sprintf("changed meanwhile: %s", strings.Join(names, ", ")), Areas: changed}
	}
	return next, result, err
}

// refsOf names the areas of changes, by what they were called before and after.
func refsOf(changes []Change) (refs []geo.Ref) {
	for _, c := range changes {
		if c.Before != nil {
			refs = append(refs, c.Before.Ref())
		}
		if c.After != nil {
			refs = append(refs, c.After.Ref())
		}
	}
	return refs
}

// ChangedSince gives those of some areas that are not as they were in the state
// named by an ETag: another shape, name or code, gone or new. By kind, then by
// code. ok is false if the draft was never in that state, or too long ago.
func (d Draft) ChangedSince(etag string, refs []geo.Ref) (changed []geo.Ref, ok bool) {
	old, ok := d.seen.get(etag)
	if !ok {
		return nil, false
	}
	now := d.State()
	for _, ref := range refs {
		i, was := old.slot(ref)
		k, is := now.slot(ref)
		if was != is || was && old.plots.at(i).digest != now.plots.at(k).digest {
			changed = append(changed, ref)
		}
	}
	slices.SortFunc(changed, compareRefs)
	return slices.Compact(changed), true
}

// Undo goes back by one operation; ok is false where there is none. The result
// has the state before it, and its changes turned round.
func (d Draft) Undo() (back Draft, r Result, ok bool) {
	if d.done == nil {
		return d, Result{}, false
	}
	remembering, ok := d.remembering()
	if !ok {
		return d, Result{}, false
	}
	d = remembering
	s := d.done
	undone := *s
	undone.next = d.undone
	d.done, d.undone = s.next, &undone
	d.depth--
	r.State = d.State()
	for _, c := range s.result.Changed {
		r.Changed = append(r.Changed, Change{Before: c.After, After: c.Before})
	}
	slices.SortFunc(r.Changed, func(a, b Change) int { return compareRefs(a.Ref(), b.Ref()) })
	return d, r, true
}

// Redo does again what was undone last; ok is false where there is nothing.
func (d Draft) Redo() (Draft, Result, bool) {
	s := d.undone
	if s == nil {
		return d, Result{}, false
	}
	r := s.result
	if !s.whole || s.again {
		var err error
		if r, err = d.State().Apply(s.entry.Op, s.entry.ID); err != nil {
			return d, Result{}, false // it could be done before, so it can be now
		}
	}
	if s.whole {
		d.held-- // took counts it
	}
	d.undone = s.next
	return d.took(s.entry, r), r, true
}

// Replay makes the draft of a list of operations, as it was stored. The same
// list on the same base gives the same state, byte for byte. An error names the
// number of the operation, counted from 1.
func Replay(base *State, entries []Entry) (Draft, error) { return replay(base, entries, false) }

// Restore is Replay of operations that were made on this very base before, and so need not
// be checked once more: it takes less time, and gives the same.
func Restore(base *State, entries []Entry) (Draft, error) { return replay(base, entries, true) }

func replay(base *State, entries []Entry, again bool) (Draft, error) {
	d := NewDraft(base)
	for i, entry := range entries {
		if entry.Op == nil {
			return d, errors.Join(fmt.Errorf("operation %d is missing", i+1), geo.ErrInvalid)
		}
		r, err := d.State().apply(entry.Op, entry.ID, again)
		if err != nil {
			return d, fmt.Errorf("operation %d, %s: %w", i+1, entry.Op.Op(), err)
		}
		d = d.took(entry, r)
		d.done.again = again
	}
	return d, nil
}

// Compare gives what differs between two states made from one base, by kind, then by
// code. An area that got another code is one change.
func Compare(from, to *State) []Change {
	var out []Change
	for slot := range int32(max(from.plots.n, to.plots.n)) {
		var a, b *plot
		if int(slot) < from.plots.n {
			a = from.plots.at(slot)
		}
		if int(slot) < to.plots.n {
			b = to.plots.at(slot)
		}
		if a == b || a != nil && b != nil && a.digest == b.digest {
			continue
		}
		var c Change
		if a != nil {
			c.Before = &a.area
		}
		if b != nil {
			c.After = &b.area
		}
		out = append(out, c)
	}
	slices.SortFunc(out, func(a, b Change) int { return compareRefs(a.Ref(), b.Ref()) })
	return out
}
