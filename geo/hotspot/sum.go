package hotspot

import (
	"cmp"
	"slices"
)

// Sum is what becomes of all reports of a category in a state when they are put
// together: how many, and the exclusive or of their cells, places and times. Whoever has
// the rows elsewhere finds out by it whether columns hold the same.
type Sum struct {
	Category, Status string
	N                int
	Cell             int64
	At, Due          int64 // µs since 1970; what has no time limit adds nothing to Due
	Lon, Lat         int32 // in steps of the lattice
}

// Sums gives a Sum for every category and state that there are reports of,
// ascending by category and state.
func (c *Columns) Sums() []Sum {
	sums := make([]Sum, len(c.kinds.list))
	for i, k := range c.kinds.list {
		sums[i].Category, sums[i].Status = k.category, k.status
	}
	cells := c.cells[BaseResolution].cells
	for _, b := range c.blocks {
		for i, k := range b.kind {
			s := &sums[k]
			s.N++
			s.Cell ^= int64(cells[b.cell[i]])
			s.At ^= b.at[i]
			s.Lon, s.Lat = s.Lon^b.point[i].Lon, s.Lat^b.point[i].Lat
			if b.due[i] != never {
				s.Due ^= b.due[i]
			}
		}
	}
	sums = slices.DeleteFunc(sums, func(s Sum) bool { return s.N == 0 })
	slices.SortFunc(sums, func(a, b Sum) int {
		return cmp.Or(cmp.Compare(a.Category, b.Category), cmp.Compare(a.Status, b.Status))
	})
	return sums
}
