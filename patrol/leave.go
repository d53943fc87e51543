package patrol

import (
	"bytes"
	"cmp"
	"slices"
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
)

// Leave says that a person does not answer for any post from an instant
// (included) to another (excluded). The seats stay theirs: meanwhile the deputy
// answers, else the level above.
type Leave struct {
	ID     geo.ID
	Person geo.ID
	From   time.Time
	To     time.Time // zero while nobody knows
}

// At reports whether the person is on leave at t.
func (l Leave) At(t time.Time) bool {
	return !t.Before(l.From) && (l.To.IsZero() || t.Before(l.To))
}

// leavesOf gives the leaves of every person, by start, then id.
func leavesOf(leaves []Leave) map[geo.ID][]Leave {
	out := make(map[geo.ID][]Leave)
	for _, l := range leaves {
		out[l.Person] = append(out[l.Person], l)
	}
	for _, list := range out {
		slices.SortFunc(list, compareLeaves)
	}
	return out
}

func compareLeaves(a, b Leave) int {
	return cmp.Or(a.From.Compare(b.From), bytes.Compare(a.ID[:], b.ID[:]))
}

// OnLeave gives the leave that a person is on at t; ok is false where there is
// none.
func (r *Roster) OnLeave(person geo.ID, t time.Time) (Leave, bool) {
	for _, l := range r.leaves[person] {
		if l.At(t) {
			return l, true
		}
	}
	return Leave{}, false
}

// LeavesOf gives every leave of a person, past ones too, by start. The caller
// owns the slice.
func (r *Roster) LeavesOf(person geo.ID) []Leave { return slices.Clone(r.leaves[person]) }

// Answers gives who answers for a seat at t, and as what: its holder, or while
// that is on leave, or there is none, the deputy who began first and is not on
// leave. ok is false where the level above does.
func (r *Roster) Answers(seat geo.ID, t time.Time) (Person, Holding, bool) {
	h, ok := r.answers(seat, t)
	return r.people[h.Person], h, ok
}

func (r *Roster) answers(seat geo.ID, t time.Time) (best Holding, ok bool) {
	for _, h := range r.bySeat[seat] {
		if !h.At(t) || ok && h.Deputy {
			continue
		}
		if _, away := r.OnLeave(h.Person, t); away {
			continue
		}
		if best, ok = h, true; !h.Deputy {
			break
		}
	}
	return best, ok
}

func (c *rosterCheck) checkLeaves(leaves []Leave) {
	ids := map[geo.ID]bool{}
	byPerson := leavesOf(leaves)
	for i, l := range leaves {
		c.identify("leaves", i, ids, l.ID)
		if !c.people[l.Person] {
			c.fault("leaves", i, "person %s is not in the roster", l.Person)
		}
		if l.From.IsZero() {
			c.fault("leaves", i, "has no start")
		}
		if !l.To.IsZero() && !l.To.After(l.From) {
			c.fault("leaves", i, "ends at %s, not after its start", l.To)
			continue
		}
		list := byPerson[l.Person]
		for k := 1; k < len(list); k++ {
			if before := list[k-1]; list[k] == l && (before.To.IsZero() || before.To.After(l.From)) {
				c.fault("leaves", i, "person %s is on leave already from %s", l.Person, before.From)
			}
		}
	}
}
