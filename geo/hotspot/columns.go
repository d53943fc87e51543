package hotspot

import (
	"bytes"
	"fmt"
	"math"
	"slices"
	"sync/atomic"
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/cell"
)

// Row is a report as it is counted.
type Row struct {
	ID               geo.ID
	At               time.Time // accepted; counted exactly to the microsecond
	Due              time.Time // the end of its time limit; zero: none
	Category, Status string
	Cell             cell.Cell // of the true place, of BaseResolution
	// Public is the cell of the place that everybody is shown, of
	// BaseResolution; 0 where everybody is shown nothing of the report.
	Public cell.Cell
	// Point is the true place: boundaries that are redrawn may part a cell.
	Point geo.LatticePoint
}

// Columns are reports in memory in the form in which they are counted fastest,
// each some 50 bytes. A value never changes; With makes another that shares
// most with it. Safe for concurrent use.
type Columns struct {
	version uint64
	n       int
	blocks  []*block // ascending by id, none empty
	kinds   *kinds
	book    *Book
	cells   pages
}

// versions numbers the values made in the process. It is shared by all: who
// keeps answers by version must never meet one of another source's columns.
var versions atomic.Uint64

// NewColumns makes columns of the rows, in whatever order. It is
// geo.ErrInvalid where two have one id, or a cell is none of BaseResolution.
func NewColumns(rows []Row) (*Columns, error) {
	c := &Columns{kinds: newKinds(), book: newBook()}
	sorted, err := byID(rows)
	if err != nil {
		return nil, err
	}
	if err := c.book.addOf(sorted); err != nil {
		return nil, err
	}
	packer := packer{columns: c}
	for part := range slices.Chunk(sorted, blockRows) {
		b := newBlock(len(part))
		for i := range part {
			r, err := packer.pack(&part[i])
			if err != nil {
				return nil, err
			}
			b.append(r)
		}
		c.blocks = append(c.blocks, b)
	}
	packer.finish(len(sorted))
	return c, nil
}

// With gives columns with the changed rows, new ones among them, in place of
// those of the same ids, and without those that are gone; an id that is not
// there may be gone too. The columns themselves stay as they were. It is
// geo.ErrInvalid for what NewColumns refuses, and where an id is both changed
// and gone.
func (c *Columns) With(changed []Row, gone []geo.ID) (*Columns, error) {
	rows, err := byID(changed)
	if err != nil {
		return nil, err
	}
	gone = slices.Clone(gone)
	slices.SortFunc(gone, compareIDs)
	next := &Columns{kinds: c.kinds.clone(), book: c.book}
	next.book.mu.Lock()
	defer next.book.mu.Unlock()
	packer := packer{columns: next}
	edits := make([]edit, 0, len(rows)+len(gone))
	for i := range rows {
		r, err := packer.pack(&rows[i])
		if err != nil {
			return nil, err
		}
		edits = append(edits, edit{row: r})
	}
	for _, id := range slices.Compact(gone) {
		edits = append(edits, edit{row: packed{id: id}, gone: true})
	}
	slices.SortFunc(edits, func(a, b edit) int { return compareIDs(a.row.id, b.row.id) })
	for i := 1; i < len(edits); i++ {
		if edits[i-1].row.id == edits[i].row.id {
			return nil, geo.Invalid("invalid-rows", fmt.Sprintf("report %s is both changed and gone", edits[i].row.id))
		}
	}
	next.blocks = edited(c.blocks, edits)
	n := 0
	for _, b := range next.blocks {
		n += len(b.ids)
	}
	packer.finish(n)
	return next, nil
}

// Len is the number of reports.
func (c *Columns) Len() int { return c.n }

// Version is another number for every value made in the process.
func (c *Columns) Version() uint64 { return c.version }

// Bytes is about how much memory the columns take, with what they share with
// those that they were made from.
func (c *Columns) Bytes() int64 {
	return int64(c.n)*rowBytes + int64(len(c.blocks))*blockBytes + c.cells.bytes()
}

// byID gives the rows in the order of their ids, without changing the
// argument.
func byID(rows []Row) ([]Row, error) {
	compare := func(a, b Row) int { return compareIDs(a.ID, b.ID) }
	if !slices.IsSortedFunc(rows, compare) {
		rows = slices.Clone(rows)
		slices.SortFunc(rows, compare)
	}
	for i := 1; i < len(rows); i++ {
		if rows[i-1].ID == rows[i].ID {
			return nil, geo.Invalid("invalid-rows", fmt.Sprintf("report %s is there twice", rows[i].ID))
		}
	}
	return rows, nil
}

func compareIDs(a, b geo.ID) int { return bytes.Compare(a[:], b[:]) }

// packed is a row as columns have it.
type packed struct {
	id           geo.ID
	at, due      int64 // µs since 1970; never: no time limit
	kind         uint16
	cell, public int32 // numbers in the book
	point        geo.LatticePoint
}

// never is the end of a time limit that there is not.
const never = math.MaxInt64

// packer turns rows into packed ones for columns that are being made.
type packer struct {
	columns *Columns
}

func (p *packer) pack(r *Row) (packed, error) {
	out := packed{id: r.ID, at: r.At.UnixMicro(), due: never, point: r.Point}
	if !r.Due.IsZero() {
		out.due = r.Due.UnixMicro()
	}
	var err error
	if out.kind, err = p.columns.kinds.number(r.Category, r.Status); err != nil {
		return packed{}, fmt.Errorf("report %s: %w", r.ID, err)
	}
	if out.cell, err = p.columns.book.number(r.Cell); err != nil {
		return packed{}, fmt.Errorf("report %s: %w", r.ID, err)
	}
	if r.Public == 0 {
		return out, nil
	}
	if out.public, err = p.columns.book.number(r.Public); err != nil {
		return packed{}, fmt.Errorf("report %s: %w", r.ID, err)
	}
	return out, nil
}

// finish ends the making of columns of n rows.
func (p *packer) finish(n int) {
	p.columns.n = n
	p.columns.cells = p.columns.book.pages()
	p.columns.version = versions.Add(1)
}
