package features

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"github.com/google/uuid"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/cql"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// reports is the source of reports, newest first. What comes out depends on who
// asks, see viewer; a description never does. Filters, boxes, times and orders
// look at what comes out, in the database.
//
// A page is read whole before it is sent: who reads slowly must not hold a
// connection to the database.
type reports struct{ server *Server }

// reportFields are the properties of the public form, and reportFieldsInside those
// that come besides for who reads reports as they are.
var (
	reportFields = []field{
		{patrol.ShownCategory, "string", true}, {patrol.ShownStatus, "string", true}, {patrol.ShownGrid, "string", true},
		{patrol.ShownCreatedAt, "date-time", true}, {patrol.ShownUpdatedAt, "date-time", true},
	}
	reportFieldsInside = []field{{patrol.ShownDueAt, "date-time", true}, {patrol.ShownOverdue, "boolean", true}}
)

// reportRows are the rows of pages that were sent.
var reportRows = sync.Pool{New: func() any { return new([]patrol.Shown) }}

func (s *reports) page(r *http.Request, q itemsQuery) (page, error) {
	v := s.server.viewer(r)
	ask := v.shown()
	ask.Bounds, ask.From, ask.To, ask.Limit = q.bounds, q.datetime.from, q.datetime.to, q.limit+1
	ask.Filter = q.filter
	for _, k := range q.sort {
		ask.Sort = append(ask.Sort, patrol.ShownKey{Name: k.name, Down: k.down})
	}
	p := page{matched: -1}
	if q.cursor != "" {
		var err error
		if ask.After, p.matched, err = parseReportCursor(q.cursor, q.sort); err != nil {
			return page{}, err
		}
	}
	kept, _ := reportRows.Get().(*[]patrol.Shown)
	rows := (*kept)[:0]
	p.release = func() {
		*kept = rows[:0]
		reportRows.Put(kept)
	}
	err := s.server.c.Reports.ShownReports(r.Context(), v.scope(), ask, func(report *patrol.Shown) error {
		rows = append(rows, *report)
		return nil
	})
	if err != nil {
		return page{}, err
	}
	more := len(rows) > q.limit
	if q.cursor == "" {
		p.matched = len(rows)
		if more {
			if p.matched, err = s.count(r.Context(), v, ask); err != nil {
				return page{}, err
			}
		}
	}
	shown := rows[:min(len(rows), q.limit)]
	if more {
		p.next = reportCursor(&shown[len(shown)-1], q.sort, p.matched)
	}
	p.features = reportFeatures(shown)
	return p, nil
}

// count gives how many reports there are on all pages, -1 where that takes too
// long.
func (s *reports) count(ctx context.Context, v *viewer, ask patrol.ShownQuery) (int, error) {
	n, err := s.server.c.Reports.CountShown(ctx, v.scope(), ask)
	if errors.Is(err, geo.ErrUnavailable) && ctx.Err() == nil {
		return -1, nil
	}
	return n, err
}

func (s *reports) feature(r *http.Request, id string, _ map[string]string) (feature, error) {
	v := s.server.viewer(r)
	uid, err := uuid.Parse(id)
	if err != nil || uid.String() != id || uid == uuid.Nil {
		return feature{}, fmt.Errorf("report %q: %w", id, geo.ErrNotFound)
	}
	ask := v.shown()
	ask.ID, ask.Limit = uid, 1
	var found []patrol.Shown
	err = s.server.c.Reports.ShownReports(r.Context(), v.scope(), ask, func(report *patrol.Shown) error {
		found = append(found, *report)
		return nil
	})
	if err != nil {
		return feature{}, err
	}
	if len(found) == 0 {
		return feature{}, fmt.Errorf("report %s: %w", id, geo.ErrNotFound)
	}
	return reportFeatures(found)[0], nil
}

// storable reports whether the database could have the text: it refuses even the
// question for another.
func storable(s string) bool { return utf8.ValidString(s) && !strings.Contains(s, "\x00") }

// report is a report as a record.
type report struct{ *patrol.Shown }

func (x report) value(name string) value {
	switch name {
	case patrol.ShownCategory:
		return text(x.Category)
	case patrol.ShownStatus:
		return text(string(x.Status))
	case patrol.ShownGrid:
		return known(x.Grid)
	case patrol.ShownCreatedAt:
		return instant(x.CreatedAt)
	case patrol.ShownUpdatedAt:
		return instant(x.UpdatedAt)
	case patrol.ShownDueAt:
		return instant(x.DueAt)
	case patrol.ShownOverdue:
		return truth(x.Overdue)
	}
	panic("features: no such field of a report: " + name)
}

// reportFeatures gives the reports as features, which hold them.
func reportFeatures(rows []patrol.Shown) []feature {
	const length = 36 // of an id as text
	b := make([]byte, 0, length*len(rows))
	for i := range rows {
		id := &rows[i].ID
		for j, part := range [][]byte{id[:4], id[4:6], id[6:8], id[8:10], id[10:]} {
			if j > 0 {
				b = append(b, '-')
			}
			b = hex.AppendEncode(b, part)
		}
	}
	ids := string(b)
	out := make([]feature, len(rows))
	for i := range rows {
		out[i] = feature{ids[i*length : (i+1)*length], rows[i].Point, report{&rows[i]}}
	}
	return out
}

// reportCursor names the place after a report in the order, and takes the number
// of all along: to count a million again for each page would take longer than
// the page. It is -1 where it is not known.
func reportCursor(s *patrol.Shown, keys []sortKey, matched int) string {
	keys = reportOrder(keys)
	at := spot{id: s.ID.String()}
	for _, k := range keys {
		at.values = append(at.values, report{s}.value(k.name))
	}
	out := at.cursor(keys)
	if matched >= 0 {
		out += "." + strconv.Itoa(matched)
	}
	return out
}

// reportOrder gives the keys of an order, those of the usual one too.
func reportOrder(keys []sortKey) []sortKey {
	if len(keys) == 0 {
		return []sortKey{{patrol.ShownCreatedAt, true}}
	}
	return keys
}

func parseReportCursor(s string, keys []sortKey) (*patrol.ShownPlace, int, error) {
	wrong := invalid([]geo.FieldError{{Pointer: "cursor", Detail: "is none that this collection gave for this order"}})
	s, number, counted := strings.Cut(s, ".")
	matched := -1
	if counted {
		n, err := strconv.ParseInt(number, 10, 32)
		if err != nil || n < 0 {
			return nil, 0, wrong
		}
		matched = int(n)
	}
	keys = reportOrder(keys)
	at, err := parseSpot(s, keys)
	if err != nil {
		return nil, 0, err
	}
	id, err := uuid.Parse(at.id)
	if err != nil {
		return nil, 0, wrong
	}
	place := &patrol.ShownPlace{ID: id}
	for i, k := range keys {
		v, ok := placeValue(k.name, at.values[i])
		if !ok {
			return nil, 0, wrong
		}
		place.Values = append(place.Values, v)
	}
	return place, matched, nil
}

// placeValue gives a value of a cursor as one of the property; ok is false where it
// can be none.
func placeValue(name string, v value) (out cql.Value, ok bool) {
	if !storable(v.text) {
		return cql.Value{}, false
	}
	switch name {
	case patrol.ShownCategory, patrol.ShownStatus:
		return cql.Text(v.text), v.kind == textValue
	case patrol.ShownGrid:
		return v.forFilter(), v.kind == textValue || v.kind == null
	case patrol.ShownOverdue:
		return v.forFilter(), v.kind == truthValue
	}
	const reach = 1e17 // microseconds, some 3,000 years either way
	switch {
	case v.kind == null:
		return cql.Value{}, name == patrol.ShownDueAt
	case v.kind != numberValue || v.number != float64(int64(v.number)) || v.number > reach || v.number < -reach:
		return cql.Value{}, false
	}
	return cql.Instant(time.UnixMicro(int64(v.number))), true
}
