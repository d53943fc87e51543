package hotspot

import (
	"iter"

	"github.com/gridpatrol/gridpatrol/geo"
)

// Part is some of the reports of columns, ascending by id, a slice each. The
// slices belong to the columns and must not be changed.
type Part struct {
	IDs    []geo.ID
	At     []int64  // accepted, µs since 1970
	Kinds  []uint16 // what Columns.Kinds has at this place
	Points []geo.LatticePoint
}

// Parts gives all reports by and by, ascending by id over all parts.
func (c *Columns) Parts() iter.Seq[Part] {
	return func(yield func(Part) bool) {
		for _, b := range c.blocks {
			if !yield(Part{b.ids, b.at, b.kind, b.point}) {
				return
			}
		}
	}
}

// KindOf is a category with a state.
type KindOf struct{ Category, Status string }

// Kinds gives the categories with the states that reports are, or were, in. The
// caller owns the slice.
func (c *Columns) Kinds() []KindOf {
	out := make([]KindOf, len(c.kinds.list))
	for i, k := range c.kinds.list {
		out[i] = KindOf{k.category, k.status}
	}
	return out
}
