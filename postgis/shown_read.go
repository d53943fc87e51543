package postgis

import (
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// shownReader reads rows of selectShown in PostgreSQL's binary form, each into
// the same report. Equal texts become the same string.
type shownReader struct {
	query *patrol.ShownQuery
	grids *gridCodes
	fine  map[string]bool // categories shown to some 50 m; nil where reports are shown as they are
	texts countedReader
	shown patrol.Shown
}

func newShownReader(q *patrol.ShownQuery, grids *gridCodes) *shownReader {
	r := &shownReader{query: q, grids: grids, texts: countedReader{texts: map[string]string{}}}
	if q.Public != nil {
		r.fine = make(map[string]bool)
		for _, code := range fineCategories(q.Public) {
			r.fine[code] = true
		}
	}
	return r
}

// The widths in bytes that the values of selectShown have, 0 for others; due_at
// alone may be NULL.
var shownWidths = [...]int{16, 0, 0, 4, 4, 8, 8, 8, 0}

const shownDue = 7

func (r *shownReader) read(rows pgx.Rows) error {
	v, fields := rows.RawValues(), rows.FieldDescriptions()
	if len(v) != len(shownWidths) {
		return fmt.Errorf("a report has %d columns, want %d", len(v), len(shownWidths))
	}
	for i, width := range shownWidths {
		if fields[i].Format != pgx.BinaryFormatCode || width > 0 && len(v[i]) != width && (v[i] != nil || i != shownDue) {
			return fmt.Errorf("%s of a report is not in the binary form", fields[i].Name)
		}
	}
	s := &r.shown
	copy(s.ID[:], v[0])
	s.Category, s.Status = r.texts.text(v[1]), patrol.Status(r.texts.text(v[2]))
	s.Point = geo.LatticePoint{Lon: int32(binary.BigEndian.Uint32(v[3])), Lat: int32(binary.BigEndian.Uint32(v[4]))}.Point()
	s.CreatedAt, s.UpdatedAt = timeOf(v[5]).Truncate(time.Second), timeOf(v[6]).Truncate(time.Second)
	var err error
	if s.Grid, err = r.grid(v[8]); err != nil {
		return err
	}
	if r.fine != nil {
		s.Point = r.place(s.Category, s.Point)
		return nil
	}
	s.DueAt, s.Overdue = time.Time{}, false
	if v[shownDue] != nil {
		due := timeOf(v[shownDue])
		report := patrol.Report{Status: s.Status, DueAt: due}
		s.DueAt, s.Overdue = due.Truncate(time.Second), report.Overdue(r.query.Now)
	}
	return nil
}

// place is Rulebook.Shown.
func (r *shownReader) place(category string, p orb.Point) orb.Point {
	if r.fine[category] {
		return patrol.PublicPoint(p)
	}
	return patrol.CoarsePoint(p)
}

var errNoArray = errors.New("area_ids of a report are no array of ids")

// grid gives the code of the grid among the ids of an array: dimensions, flags,
// type, length and lower bound in four bytes each, then each id after its length.
func (r *shownReader) grid(b []byte) (string, error) {
	const head, each = 20, 4 + 16
	if len(b) == 12 { // no dimensions
		return "", nil
	}
	if len(b) < head || (len(b)-head)%each != 0 || binary.BigEndian.Uint32(b) != 1 {
		return "", errNoArray
	}
	for b = b[head:]; len(b) > 0; b = b[each:] {
		if binary.BigEndian.Uint32(b) != 16 {
			return "", errNoArray
		}
		if code, ok := r.grids.codes[geo.ID(b[4:each])]; ok {
			return code, nil
		}
	}
	return "", nil
}
