package locate

import "github.com/gridpatrol/gridpatrol/geo"

// States is how many distinct combinations of areas the index knows to cover
// some place. Whoever answers for many points can keep what they make of each.
func (x *Index) States() int { return len(x.cells.matches) }

// State gives the number of the combination that covers q, from 0 to below
// States. ok is false where LocateLattice has to look at the areas themselves:
// on the line of an edge, and in slivers. It allocates nothing.
func (x *Index) State(q geo.LatticePoint) (s int, ok bool) {
	n, ok := x.cells.state(q)
	return int(n), ok
}

// StateMatch gives the areas of a combination; s must be from 0 to below States.
func (x *Index) StateMatch(s int) geo.Match { return x.cells.matches[s] }
