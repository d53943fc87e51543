package features

import (
	"cmp"
	"encoding/base64"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// reports is the source of reports, newest first. What comes out depends on
// who asks, see viewer; a description never does.
type reports struct{ server *Server }

func (s *reports) page(r *http.Request, q itemsQuery) (page, error) {
	v := s.server.viewer(r)
	f := patrol.Filter{From: q.datetime.from, To: q.datetime.to, Limit: q.limit + 1}
	if c, ok := q.equal["category"]; ok {
		f.Category = []string{c}
	}
	if status, ok := q.equal["status"]; ok {
		f.Status = []patrol.Status{patrol.Status(status)}
		if !slices.Contains(patrol.Statuses(), f.Status[0]) {
			return page{matched: -1}, nil
		}
	}
	if code, ok := q.equal["grid"]; ok {
		grid, ok := s.server.c.Boundaries.Current().Index.Area(geo.Grid, code)
		if !ok {
			return page{matched: -1}, nil
		}
		f.Area = &grid.ID
	}
	if q.cursor != "" {
		var ok bool
		if f.AfterTime, f.AfterID, ok = parseCursor(q.cursor); !ok {
			return page{}, invalid([]geo.FieldError{{Pointer: "cursor", Detail: "is none that this collection gave"}})
		}
	}
	found, err := s.fetch(r, v, f, q)
	if err != nil {
		return page{}, err
	}
	p := page{matched: -1}
	if len(found) > q.limit {
		found = found[:q.limit]
		last := &found[len(found)-1]
		p.next = cursor(last.CreatedAt, last.ID)
	}
	p.features = make([]feature, len(found))
	for i := range found {
		p.features[i] = reportFeature(v, &found[i])
	}
	return p, nil
}

// fetch asks for each bound apart: there are two where the box crosses the
// 180th meridian, and they do not overlap.
func (s *reports) fetch(r *http.Request, v *viewer, f patrol.Filter, q itemsQuery) ([]patrol.Report, error) {
	if len(q.bounds) == 0 {
		return v.fetch(r.Context(), f, nil)
	}
	var out []patrol.Report
	for i := range q.bounds {
		found, err := v.fetch(r.Context(), f, &q.bounds[i])
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	slices.SortFunc(out, func(a, b patrol.Report) int {
		return cmp.Or(b.CreatedAt.Compare(a.CreatedAt), cmp.Compare(b.ID.String(), a.ID.String()))
	})
	return out[:min(len(out), f.Limit)], nil
}

func (s *reports) feature(r *http.Request, id string, _ map[string]string) (feature, error) {
	v := s.server.viewer(r)
	uid, err := uuid.Parse(id)
	if err != nil || uid.String() != id {
		return feature{}, fmt.Errorf("report %q: %w", id, geo.ErrNotFound)
	}
	report, _, err := s.server.c.Reports.Report(r.Context(), v.scope(), uid)
	if err != nil {
		return feature{}, err
	}
	return reportFeature(v, &report), nil
}

func reportFeature(v *viewer, r *patrol.Report) feature {
	values := properties{
		"category":   r.Category,
		"status":     string(r.Status),
		"grid":       gridOf(r),
		"created_at": r.CreatedAt.UTC().Format(time.RFC3339),
		"updated_at": r.UpdatedAt.UTC().Format(time.RFC3339),
	}
	if v.ReadsReports() {
		values["overdue"] = r.Overdue(v.now)
		values["due_at"] = nil
		if !r.DueAt.IsZero() {
			values["due_at"] = r.DueAt.UTC().Format(time.RFC3339)
		}
	}
	return feature{r.ID.String(), v.point(r), values}
}

// cursor names the place after a report in the order of the collection.
func cursor(t time.Time, id geo.ID) string {
	return base64.RawURLEncoding.EncodeToString([]byte(t.UTC().Format(time.RFC3339Nano) + " " + id.String()))
}

func parseCursor(s string) (time.Time, geo.ID, bool) {
	data, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil {
		return time.Time{}, geo.ID{}, false
	}
	at, id, _ := strings.Cut(string(data), " ")
	t, errTime := time.Parse(time.RFC3339Nano, at)
	uid, errID := uuid.Parse(id)
	return t, uid, errTime == nil && errID == nil
}
