package hotspot

import (
	"math"
	"time"

	"github.com/gridpatrol/gridpatrol/geo/cell"
)

// Tally is how many reports of some columns pass a filter, by cell, at every
// resolution from MinResolution to BaseResolution. It never changes.
type Tally struct {
	book   *Book
	cells  pages
	counts [levels][]int32 // by resolution and number of the cell; that of 0 says nothing
	total  int
}

// Counts counts the reports that pass the filter by cell of BaseResolution, in
// ascending order of cells. Rejected and duplicate reports are counted only
// where the filter names their state. With public the cells are those of the
// places that everybody is shown. Columns know no places, so the filter's
// Bound narrows nothing down, and no clock, so without a Now nothing is
// overdue.
func (c *Columns) Counts(f Filter, public bool) []Count {
	return c.Tally(f, public).Counts(BaseResolution)
}

// Tally counts as Counts does, at every resolution.
func (c *Columns) Tally(f Filter, public bool) *Tally {
	base := make([]int32, len(c.cells[BaseResolution].cells))
	for b, rows := range c.chosen(&f) {
		place := b.places(public)
		if rows == nil {
			for _, n := range place {
				base[n]++
			}
			continue
		}
		for _, i := range rows {
			base[place[i]]++
		}
	}
	return newTally(c.book, c.cells, base)
}

// TallyOf is the tally of counts of cells of BaseResolution, with a book of its
// own. A cell that is named more than once has all of its counts. It is
// geo.ErrInvalid where a cell is of another resolution.
func TallyOf(counts []Count) (*Tally, error) {
	rows := make([]Row, len(counts))
	for i, c := range counts {
		rows[i].Cell = c.Cell
	}
	book := newBook()
	if err := book.addOf(rows); err != nil {
		return nil, err
	}
	pages := book.pages()
	base := make([]int32, len(pages[BaseResolution].cells))
	for _, c := range counts {
		base[book.byCell[BaseResolution][c.Cell]] += int32(max(c.N, 0))
	}
	return newTally(book, pages, base), nil
}

// newTally adds the counts of the cells of BaseResolution up.
func newTally(book *Book, cells pages, base []int32) *Tally {
	t := &Tally{book: book, cells: cells}
	base[0] = 0
	for _, n := range base {
		t.total += int(n)
	}
	t.counts[BaseResolution] = base
	for res := BaseResolution; res > MinResolution; res-- {
		sums := make([]int32, len(cells[res-1].cells))
		for n, up := range cells[res].up {
			sums[up] += t.counts[res][n]
		}
		t.counts[res-1] = sums
	}
	return t
}

// Book says by whose numbers the tally counts.
func (t *Tally) Book() *Book { return t.book }

// Cells gives the cells of a resolution, MinResolution to BaseResolution, by
// number; the first is none. Other tallies of the Book may have more, and then
// begin with these. The caller does not change them.
func (t *Tally) Cells(res int) []cell.Cell { return t.cells[res].cells }

// Order gives the numbers of all cells of a resolution, ascending by cell. The
// caller does not change them.
func (t *Tally) Order(res int) []int32 { return t.cells[res].order }

// Numbers gives how many reports are in the cells of a resolution, in the order
// of Cells. The caller does not change them.
func (t *Tally) Numbers(res int) []int32 { return t.counts[res] }

// Total is the number of reports counted.
func (t *Tally) Total() int { return t.total }

// Counts gives the counts of a resolution, MinResolution to BaseResolution,
// ascending by cell, those that are not 0. A report counts for the ancestor of
// its cell of BaseResolution, which may be the neighbour of the large cell it
// lies in. The caller owns them.
func (t *Tally) Counts(res int) []Count {
	counts, page := t.counts[res], &t.cells[res]
	n := 0
	for _, k := range counts {
		if k > 0 {
			n++
		}
	}
	out := make([]Count, 0, n)
	for _, number := range page.order {
		if k := counts[number]; k > 0 {
			out = append(out, Count{page.cells[number], int(k)})
		}
	}
	return out
}

// chosen goes through the rows that pass the filter, a block at a time: with
// their indexes, or with nil where all of the block pass. The indexes are good
// until the next block.
func (c *Columns) chosen(f *Filter) func(func(*block, []uint16) bool) {
	pass := c.kinds.pass(f)
	all := true
	for _, p := range pass {
		all = all && p
	}
	from, to, now := int64(math.MinInt64), int64(math.MaxInt64), int64(math.MaxInt64)
	if !f.From.IsZero() {
		from = f.From.UnixMicro()
	}
	if !f.To.IsZero() {
		to = f.To.UnixMicro()
	}
	if f.Overdue {
		now = math.MinInt64
		if !f.Now.IsZero() {
			now = f.Now.UnixMicro()
		}
	}
	return func(yield func(*block, []uint16) bool) {
		var rows [blockRows]uint16
		for _, b := range c.blocks {
			if b.last < from || b.first >= to {
				continue
			}
			within := b.first >= from && b.last < to
			if within && all && !f.Overdue {
				if !yield(b, nil) {
					return
				}
				continue
			}
			n := 0
			for i, k := range b.kind {
				rows[n] = uint16(i)
				if pass[k] {
					n++
				}
			}
			chosen := rows[:n]
			if !within {
				chosen = narrow(chosen, b.at, from, to)
			}
			if f.Overdue {
				chosen = narrow(chosen, b.due, math.MinInt64, now)
			}
			if len(chosen) > 0 && !yield(b, chosen) {
				return
			}
		}
	}
}

// narrow keeps the rows whose value is from from (included) to to (excluded).
// The answer takes the place of the argument.
func narrow(rows []uint16, values []int64, from, to int64) []uint16 {
	n := 0
	for _, i := range rows {
		rows[n] = i
		if v := values[i]; v >= from && v < to {
			n++
		}
	}
	return rows[:n]
}

// places gives the column of the cells to count in.
func (b *block) places(public bool) []int32 {
	if public {
		return b.public
	}
	return b.cell
}

// micros gives times as rows have them.
func micros(times []time.Time) []int64 {
	out := make([]int64, len(times))
	for i, t := range times {
		out[i] = t.UnixMicro()
	}
	return out
}
