package api

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// TestListByDue follows the pages of a list by due time, through twins and into
// the reports that are not due.
func TestListByDue(t *testing.T) {
	s := newSite(t)
	for i, hours := range []int{0, 3, 1, 2, 2, 0} {
		r := patrol.Report{ID: id(600 + i), Category: "other", Status: patrol.Accepted, Point: groupPoint, CreatedAt: testNow, Version: 1, Decision: patrol.Decision{AreaIDs: []geo.ID{id(4)}}}
		if hours > 0 {
			r.DueAt = testNow.Add(time.Duration(hours) * time.Hour)
		}
		s.store.reports = append(s.store.reports, r)
	}
	token := s.token(access.Dispatcher)
	var order []string
	for _, i := range []int{2, 3, 4, 1, 0, 5} {
		order = append(order, id(600+i).String())
	}
	cursor := ""
	for _, limit := range []string{"1", "2", "4", "100"} {
		var got []string
		for next := "/api/v1/reports?sort=due&limit=" + limit; next != ""; {
			page := want[collection[reportProperties]](t, s.get(next, token), 200)
			for _, f := range page.Features {
				got = append(got, f.Properties.ID.String())
			}
			next = ""
			for _, l := range page.Links {
				if l.Rel == "next" {
					next = strings.TrimPrefix(l.Href, "http://map.example")
					_, cursor, _ = strings.Cut(next, "cursor=")
					cursor, _, _ = strings.Cut(cursor, "&")
				}
			}
		}
		if !slices.Equal(got, order) {
			t.Errorf("pages of %s: %v, want %v", limit, got, order)
		}
	}
	// A cursor is a place in one order, and none in the other.
	wantProblem(t, s.get("/api/v1/reports?cursor="+cursor, token), 400, "invalid-parameters")
	newest := cursorAfter(&s.store.reports[0], false)
	wantProblem(t, s.get("/api/v1/reports?sort=due&cursor="+newest, token), 400, "invalid-parameters")
	for _, bad := range []string{"Due", "created", "due,created", "-due"} {
		p := wantProblem(t, s.get("/api/v1/reports?sort="+bad, token), 400, "invalid-parameters")
		if len(p.Errors) != 1 || p.Errors[0].Pointer != "sort" {
			t.Errorf("sort=%s: errors = %+v, want one at sort", bad, p.Errors)
		}
	}
}
