package hotspot

import (
	"math"
	"slices"
	"sort"

	"github.com/gridpatrol/gridpatrol/geo"
)

// blockRows is how many rows a block has at most: a change copies one block.
const blockRows = 4096

// What a row and an otherwise empty block take, in bytes.
const (
	rowBytes   = 16 + 8 + 8 + 2 + 4 + 4 + 8
	blockBytes = 7*24 + 2*8 + 8
)

// block is rows ascending by id, a column each. It never changes once it is
// part of Columns.
type block struct {
	ids          []geo.ID
	at, due      []int64
	kind         []uint16
	cell, public []int32
	point        []geo.LatticePoint
	first, last  int64 // the least and the largest of at
}

func newBlock(n int) *block {
	return &block{
		ids: make([]geo.ID, 0, n), at: make([]int64, 0, n), due: make([]int64, 0, n),
		kind: make([]uint16, 0, n), cell: make([]int32, 0, n), public: make([]int32, 0, n),
		point: make([]geo.LatticePoint, 0, n),
		first: math.MaxInt64, last: math.MinInt64,
	}
}

func (b *block) append(r packed) {
	b.ids, b.at, b.due = append(b.ids, r.id), append(b.at, r.at), append(b.due, r.due)
	b.kind, b.cell, b.public = append(b.kind, r.kind), append(b.cell, r.cell), append(b.public, r.public)
	b.point = append(b.point, r.point)
	b.first, b.last = min(b.first, r.at), max(b.last, r.at)
}

func (b *block) row(i int) packed {
	return packed{b.ids[i], b.at[i], b.due[i], b.kind[i], b.cell[i], b.public[i], b.point[i]}
}

// edit is a row that replaces the one of its id, or is new, or goes.
type edit struct {
	row  packed
	gone bool
}

// edited gives the blocks with the edits, which are ascending by id. Blocks
// that none of them touches are the same as before.
func edited(blocks []*block, edits []edit) []*block {
	out := make([]*block, 0, len(blocks)+1)
	for i, b := range blocks {
		n := len(edits) // the edits from the last block's first id on are all its own
		if i+1 < len(blocks) {
			next := blocks[i+1].ids[0]
			n = sort.Search(len(edits), func(j int) bool { return compareIDs(edits[j].row.id, next) >= 0 })
		}
		if n == 0 {
			out = append(out, b)
			continue
		}
		out = appendBlocks(out, b, edits[:n], i+1 == len(blocks))
		edits = edits[n:]
	}
	if len(edits) > 0 { // there was no block
		out = appendBlocks(out, newBlock(0), edits, true)
	}
	return out
}

// appendBlocks appends the block with the edits, in as many parts as it takes.
// The last block of all is filled up, since new reports come at the end; any
// other is cut into equal parts, which leaves room in each.
func appendBlocks(out []*block, b *block, edits []edit, last bool) []*block {
	rows := make([]packed, 0, len(b.ids)+len(edits))
	from := 0
	for _, e := range edits {
		i, found := slices.BinarySearchFunc(b.ids[from:], e.row.id, compareIDs)
		for ; i > 0; i-- {
			rows = append(rows, b.row(from))
			from++
		}
		if found {
			from++
		}
		if !e.gone {
			rows = append(rows, e.row)
		}
	}
	for ; from < len(b.ids); from++ {
		rows = append(rows, b.row(from))
	}
	size := blockRows
	if parts := (len(rows) + blockRows - 1) / blockRows; !last && parts > 1 {
		size = (len(rows) + parts - 1) / parts
	}
	for part := range slices.Chunk(rows, size) {
		made := newBlock(len(part))
		for _, r := range part {
			made.append(r)
		}
		out = append(out, made)
	}
	return out
}
