package hotspot

import (
	"cmp"
	"fmt"
	"slices"
	"sync"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/cell"
)

// levels is how many resolutions there are, by resolution; those below
// MinResolution stay empty.
const levels = BaseResolution + 1

// Book numbers the cells that reports lie in, at every resolution, from 1; the
// number 0 stands for none. Numbers are given once and for all, so that columns
// made one from another share them: who keeps things by number keeps them by
// book.
type Book struct {
	mu     sync.Mutex // held by whoever adds cells
	now    pages
	byCell [levels]map[cell.Cell]int32
}

// pages is a Book at some moment: whoever holds it sees no cell that comes
// later.
type pages [levels]page

// page is the cells of a resolution.
type page struct {
	cells []cell.Cell // by number
	up    []int32     // by number, the number of the parent; nil at MinResolution
	order []int32     // numbers but 0, ascending by cell; a new slice for every change
}

func newBook() *Book {
	b := new(Book)
	for res := MinResolution; res < levels; res++ {
		b.byCell[res] = make(map[cell.Cell]int32)
		b.now[res].cells = []cell.Cell{0}
		if res > MinResolution {
			b.now[res].up = []int32{0}
		}
	}
	return b
}

// number gives the number of a cell of BaseResolution, a new one where it has
// none yet.
func (b *Book) number(c cell.Cell) (int32, error) {
	if n, ok := b.byCell[BaseResolution][c]; ok {
		return n, nil
	}
	if !c.Valid() || cell.Resolution(c) != BaseResolution {
		return 0, geo.Invalid("invalid-rows", fmt.Sprintf("%s is no cell of resolution %d", c, BaseResolution))
	}
	return b.add(c, BaseResolution)
}

// add numbers a cell of the resolution, and its parents.
func (b *Book) add(c cell.Cell, res int) (int32, error) {
	if n, ok := b.byCell[res][c]; ok {
		return n, nil
	}
	p := &b.now[res]
	if res > MinResolution {
		parent, err := cell.Parent(c, res-1)
		if err != nil {
			return 0, fmt.Errorf("number cell %s: %w", c, err)
		}
		up, err := b.add(parent, res-1)
		if err != nil {
			return 0, err
		}
		p.up = append(p.up, up)
	}
	n := int32(len(p.cells))
	p.cells = append(p.cells, c)
	b.byCell[res][c] = n
	return n, nil
}

// addOf numbers the cells of the rows in ascending order, which spares sorting
// them at every resolution.
func (b *Book) addOf(rows []Row) error {
	seen := make(map[cell.Cell]struct{})
	for i := range rows {
		seen[rows[i].Cell] = struct{}{}
		if rows[i].Public != 0 {
			seen[rows[i].Public] = struct{}{}
		}
	}
	distinct := make([]cell.Cell, 0, len(seen))
	for c := range seen {
		distinct = append(distinct, c)
	}
	slices.Sort(distinct)
	for _, c := range distinct {
		if _, err := b.number(c); err != nil {
			return err
		}
	}
	return nil
}

// pages gives the book as it is.
func (b *Book) pages() pages {
	for res := MinResolution; res < levels; res++ {
		b.now[res].sort()
	}
	return b.now
}

// sort brings the order up to date.
func (p *page) sort() {
	first := len(p.order) + 1
	if first == len(p.cells) {
		return
	}
	compare := func(a, b int32) int { return cmp.Compare(p.cells[a], p.cells[b]) }
	added := make([]int32, 0, len(p.cells)-first)
	for n := first; n < len(p.cells); n++ {
		added = append(added, int32(n))
	}
	slices.SortFunc(added, compare)
	merged := make([]int32, 0, len(p.cells)-1)
	for _, old := range p.order {
		for len(added) > 0 && compare(added[0], old) < 0 {
			merged = append(merged, added[0])
			added = added[1:]
		}
		merged = append(merged, old)
	}
	p.order = append(merged, added...)
}

// bytes is about how much memory the pages take, with the book's maps.
func (p *pages) bytes() int64 {
	const each = 8 + 4 + 4 + 2*(8+4) // a map keeps some half of its room free
	n := int64(0)
	for res := MinResolution; res < levels; res++ {
		n += int64(len(p[res].cells)) * each
	}
	return n
}
