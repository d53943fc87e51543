package patrol

import (
	"slices"
	"sort"
	"time"
)

// turnsOf gives every instant at which somebody takes up or leaves a post, or
// goes on leave or comes back, in order, each once.
func turnsOf(holdings []Holding, leaves []Leave) []time.Time {
	out := make([]time.Time, 0, 2*(len(holdings)+len(leaves)))
	note := func(from, to time.Time) {
		out = append(out, from)
		if !to.IsZero() {
			out = append(out, to)
		}
	}
	for _, h := range holdings {
		note(h.From, h.To)
	}
	for _, l := range leaves {
		note(l.From, l.To)
	}
	slices.SortFunc(out, time.Time.Compare)
	return slices.CompactFunc(out, time.Time.Equal)
}

// Steady gives the stretch round t, from (included) to (excluded), in which
// nobody takes up or leaves a post, goes on leave or comes back: whoever holds a
// seat, stands in or answers at one of its instants does so at all of them. from is zero where nothing was before, to
// where nothing is to come.
func (r *Roster) Steady(t time.Time) (from, to time.Time) {
	n := sort.Search(len(r.turns), func(i int) bool { return r.turns[i].After(t) })
	if n > 0 {
		from = r.turns[n-1]
	}
	if n < len(r.turns) {
		to = r.turns[n]
	}
	return from, to
}
