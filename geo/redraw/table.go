package redraw

import "slices"

// chunkLen is how many plots a change of one of them copies.
const chunkLen = 64

// table is a list of plots that never changes: with gives a new one that shares
// all chunks but one with the old.
type table struct {
	chunks [][]*plot
	n      int
}

func newTable(plots []*plot) table {
	return table{slices.Collect(slices.Chunk(plots, chunkLen)), len(plots)}
}

// at gives the plot in a slot; nil where the area is retired.
func (t table) at(slot int32) *plot { return t.chunks[slot/chunkLen][slot%chunkLen] }

// with puts p in a slot; the slot after the last makes the table longer.
func (t table) with(slot int32, p *plot) table {
	i := int(slot / chunkLen)
	t.chunks = slices.Clone(t.chunks)
	if i == len(t.chunks) {
		t.chunks = append(t.chunks, nil)
	}
	t.chunks[i] = slices.Clone(t.chunks[i])
	if k := int(slot % chunkLen); k == len(t.chunks[i]) {
		t.chunks[i] = append(t.chunks[i], p)
		t.n++
	} else {
		t.chunks[i][k] = p
	}
	return t
}

// each gives the slots and plots of all areas.
func (t table) each() func(yield func(int32, *plot) bool) {
	return func(yield func(int32, *plot) bool) {
		slot := int32(0)
		for _, chunk := range t.chunks {
			for _, p := range chunk {
				if p != nil && !yield(slot, p) {
					return
				}
				slot++
			}
		}
	}
}
