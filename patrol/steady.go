package patrol

import (
	"slices"
	"sort"
	"time"
)

// turnsOf gives every instant at which somebody takes up or leaves a post, in
// order, each once.
func turnsOf(holdings []Holding) []time.Time {
	out := make([]time.Time, 0, 2*len(holdings))
	for _, h := range holdings {
		out = append(out, h.From)
		if !h.To.IsZero() {
			out = append(out, h.To)
		}
	}
	slices.SortFunc(out, time.Time.Compare)
	return slices.CompactFunc(out, time.Time.Equal)
}

// Steady gives the stretch round t, from (included) to (excluded), in which
// nobody takes up or leaves a post: whoever holds a seat or stands in at one of
// its instants does so at all of them. from is zero where nothing was before, to
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
