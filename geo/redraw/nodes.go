package redraw

import (
	"slices"
	"sync"

	"github.com/gridpatrol/gridpatrol/geo"
)

// nodes lists for each node the areas that use it. It is made when somebody asks
// first: what is imported and published at once is never asked for a node.
type nodes struct {
	plots  table
	once   sync.Once
	at     map[geo.LatticePoint]int32 // node → place in starts
	starts []int32                    // where its users begin in slots
	slots  []int32
}

// users gives the slots of the areas that have q as a corner, in order, each
// once. The caller owns the slice; nil where there are none.
func (x *nodes) users(q geo.LatticePoint) []int32 {
	x.once.Do(x.index)
	if n, ok := x.at[q]; ok {
		return slices.Compact(slices.Clone(x.slots[x.starts[n]:x.starts[n+1]]))
	}
	return nil
}

func (x *nodes) index() {
	corners := 0
	for _, p := range x.plots.each() {
		corners += p.lines.corners()
	}
	x.at = make(map[geo.LatticePoint]int32, corners/2)
	type use struct{ node, slot int32 }
	all := make([]use, 0, corners)
	x.starts = []int32{0}
	for slot, p := range x.plots.each() {
		p.lines.edges(func(e edge) bool {
			n, ok := x.at[e.a]
			if !ok {
				n = int32(len(x.at))
				x.at[e.a] = n
				x.starts = append(x.starts, 0)
			}
			x.starts[n+1]++
			all = append(all, use{n, slot})
			return true
		})
	}
	for i := 1; i < len(x.starts); i++ {
		x.starts[i] += x.starts[i-1]
	}
	x.slots = make([]int32, len(all))
	next := slices.Clone(x.starts)
	for _, u := range all {
		x.slots[next[u.node]] = u.slot
		next[u.node]++
	}
	x.plots = table{} // no more needed
}
