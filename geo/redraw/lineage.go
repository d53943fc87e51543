package redraw

import (
	"bytes"
	"cmp"
	"slices"

	"github.com/gridpatrol/gridpatrol/geo"
)

// Descent says that an area took its land from another by a split or a merge.
type Descent struct{ From, To geo.ID }

// Lineage gives which areas of the draft come from which of its base: the new
// parts of an area that was split from it, and an area that others were merged
// into from each that is no more. It looks through areas that came and went on
// the way, so that both ends are in force, before and after. Land that passes
// between two areas which both stay is no descent. By From, then by To; the caller
// owns the slice.
func Lineage(d Draft) []Descent {
	// origins are the areas of the base that an area's land comes from, for areas
	// whose land comes from others too.
	origins := map[geo.ID][]geo.ID{}
	inBase := make(map[geo.ID]bool, len(d.base.base.ids))
	for _, p := range d.base.each() {
		inBase[p.area.ID] = true
	}
	of := func(id geo.ID) []geo.ID {
		if list, ok := origins[id]; ok {
			return list
		}
		if inBase[id] {
			return []geo.ID{id}
		}
		return nil
	}
	give := func(from, to geo.ID) { origins[to] = slices.Concat(of(to), of(from)) }
	var steps []*step
	for s := d.done; s != nil; s = s.next {
		steps = append(steps, s)
	}
	for _, s := range slices.Backward(steps) {
		for _, g := range s.gives {
			give(g.From, g.To)
		}
	}
	if len(origins) == 0 {
		return nil
	}
	live := map[geo.ID]bool{}
	for _, p := range d.State().each() {
		live[p.area.ID] = true
	}
	var out []Descent
	for to, list := range origins {
		for _, from := range list {
			if live[to] && from != to && (!inBase[to] || !live[from]) {
				out = append(out, Descent{from, to})
			}
		}
	}
	slices.SortFunc(out, func(a, b Descent) int {
		return cmp.Or(bytes.Compare(a.From[:], b.From[:]), bytes.Compare(a.To[:], b.To[:]))
	})
	return slices.Compact(out)
}

// givenBy says whose land an operation gave to whom, of what counts as a descent.
func givenBy(op Operation, r Result) (gives []Descent) {
	switch op := op.(type) {
	case Split:
		if from, ok := r.State.Area(op.Area); ok {
			for _, c := range r.Changed {
				if c.Before == nil {
					gives = append(gives, Descent{from.ID, c.After.ID})
				}
			}
		}
	case Merge:
		if into, ok := r.State.Area(geo.Ref{Kind: op.Kind, Code: op.Into}); ok {
			for _, c := range r.Changed {
				if c.After == nil {
					gives = append(gives, Descent{c.Before.ID, into.ID})
				}
			}
		}
	}
	return gives
}
