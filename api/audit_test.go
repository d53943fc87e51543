package api

import (
	"context"
	"encoding/csv"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// fakeAudit is a log that notes how it was asked.
type fakeAudit struct {
	lines   []patrol.AuditLine
	filters []patrol.AuditFilter
	scopes  []access.Scope
	readers []patrol.Actor
}

func (f *fakeAudit) ReadAudit(_ context.Context, scope access.Scope, who patrol.Actor, filter patrol.AuditFilter) ([]patrol.AuditLine, error) {
	f.filters, f.scopes, f.readers = append(f.filters, filter), append(f.scopes, scope), append(f.readers, who)
	return f.lines[:min(len(f.lines), filter.Limit)], nil
}

func auditSite(t *testing.T) (*site, *fakeAudit) {
	t.Helper()
	s, log := newSite(t), &fakeAudit{}
	s.api.cfg.AuditLog = log
	for n := 3; n > 0; n-- {
		log.lines = append(log.lines, patrol.AuditLine{ID: id(n), At: time.Date(2026, 5, 3, 8, 0, 0, n*1000, time.UTC),
			Actor:  patrol.Actor{Kind: "user", ID: "u1", Name: "=cmd()", Role: "admin"},
			Action: "contact.reveal", SubjectKind: "report", Subject: id(n).String(), Detail: []byte(`{"reason":"回访"}`)})
	}
	return s, log
}

func TestReadAudit(t *testing.T) {
	s, log := auditSite(t)
	for _, role := range []access.Role{access.Consumer, access.Officer, access.Dispatcher, access.Planner} {
		wantProblem(t, s.get("/api/v1/audit", s.token(role, id(4))), 403, "forbidden")
	}
	wantProblem(t, s.get("/api/v1/audit", ""), 401, "sign-in-required")
	if len(log.filters) > 0 {
		t.Fatalf("the log was read %d times by who may not", len(log.filters))
	}
	type page struct {
		Lines []auditAnswer
		Links []link
	}
	admin := s.token(access.Admin)
	w := s.get("/api/v1/audit?limit=2&actor=u1&action=contact.&subject=report:"+id(3).String()+"&from=2026-05-03T00:00:00Z&to=2026-05-04T00:00:00%2B08:00", admin)
	got := want[page](t, w, 200)
	if len(got.Lines) != 2 || got.Lines[0].ID != id(3) || string(got.Lines[0].Detail) != `{"reason":"回访"}` || got.Lines[0].Actor.Role != "admin" {
		t.Errorf("lines %+v", got.Lines)
	}
	wanted := patrol.AuditFilter{From: time.Date(2026, 5, 3, 0, 0, 0, 0, time.UTC), To: time.Date(2026, 5, 3, 16, 0, 0, 0, time.UTC),
		Actor: "u1", Action: "contact.", SubjectKind: "report", Subject: id(3).String(), Limit: 2}
	if !reflect.DeepEqual(log.filters[0], wanted) {
		t.Errorf("asked for %+v, want %+v", log.filters[0], wanted)
	}
	if len(got.Links) != 2 || got.Links[1].Rel != "next" || w.Header().Get("Cache-Control") != "no-store" {
		t.Fatalf("links %+v, %v", got.Links, w.Header())
	}
	next, err := url.Parse(got.Links[1].Href)
	if err != nil {
		t.Fatal(err)
	}
	want[page](t, s.get(next.RequestURI(), admin), 200)
	wanted.Before = id(2)
	if !reflect.DeepEqual(log.filters[1], wanted) {
		t.Errorf("the next page asks for %+v, want %+v", log.filters[1], wanted)
	}
	if got := want[page](t, s.get("/api/v1/audit", admin), 200); len(got.Links) != 1 || len(got.Lines) != 3 {
		t.Errorf("the last page has %d lines and links %+v", len(got.Lines), got.Links)
	}
	// Whoever is limited to areas is so here.
	want[page](t, s.get("/api/v1/audit", s.token(access.Admin, id(4))), 200)
	if last := log.scopes[len(log.scopes)-1]; last.All || !reflect.DeepEqual(last.Areas, []geo.ID{id(4)}) || log.readers[0].Role != "admin" {
		t.Errorf("read in scope %+v by %+v", last, log.readers[0])
	}
	for _, bad := range []string{"limit=0", "limit=10001", "cursor=x", "format=xml", "from=x", "from=2026-05-04T00:00:00Z&to=2026-05-03T00:00:00Z", "who=x", "actor=%00"} {
		wantProblem(t, s.get("/api/v1/audit?"+bad, admin), 400, "invalid-parameters")
	}
}

func TestReadAuditAsCSV(t *testing.T) {
	s, _ := auditSite(t)
	w := s.get("/api/v1/audit?format=csv&limit=3", s.token(access.Admin))
	if w.Code != 200 || w.Header().Get("Content-Type") != "text/csv; charset=utf-8" || !strings.Contains(w.Header().Get("Link"), "cursor="+id(1).String()) {
		t.Fatalf("%d, %v", w.Code, w.Header())
	}
	rows, err := csv.NewReader(w.Body).ReadAll()
	if err != nil || len(rows) != 4 || rows[1][0] != id(3).String() || rows[1][4] != "'=cmd()" || rows[1][9] != `{"reason":"回访"}` {
		t.Errorf("%q, %v", rows, err)
	}
}
