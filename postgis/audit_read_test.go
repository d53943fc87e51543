package postgis

import (
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// The log is searched by everything it has, page by page, and each search is
// in it.
func TestReadAudit(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	west, east := w.accept(t, w.intake(t, place(1, 1), "")), w.accept(t, w.intake(t, place(6, 1), ""))
	w.note(t, "posts")
	if _, err := w.RevealContact(t.Context(), everything, west.ID, "x", auditor); err == nil {
		t.Fatal("a contact that is none was shown")
	}
	other := patrol.Actor{Kind: "user", ID: "u2", Name: "planner", Role: "planner"}
	if err := w.LogRead(t.Context(), other, "report", east.ID.String()); err != nil {
		t.Fatal(err)
	}
	reader := patrol.Actor{Kind: "token", ID: "t1", Name: "admin", Role: "admin"}
	read := func(scope access.Scope, f patrol.AuditFilter) []patrol.AuditLine {
		t.Helper()
		if f.Limit == 0 {
			f.Limit = 1000
		}
		lines, err := w.ReadAudit(t.Context(), scope, reader, f)
		if err != nil {
			t.Fatal(err)
		}
		return lines
	}
	all := read(everything, patrol.AuditFilter{})
	if n := w.count(t, `SELECT count(*) FROM audit`); len(all) != n-1 {
		t.Errorf("%d lines of %d, want all but that of the reading", len(all), n)
	}
	for i := range all[1:] {
		if string(all[i].ID[:]) <= string(all[i+1].ID[:]) {
			t.Errorf("line %d is not newer than the next", i)
		}
	}
	for name, c := range map[string]struct {
		f    patrol.AuditFilter
		want int
	}{
		"who, by id":         {patrol.AuditFilter{Actor: "u2"}, 1},
		"who, by name":       {patrol.AuditFilter{Actor: "planner"}, 1},
		"what":               {patrol.AuditFilter{Action: "report.create"}, 2},
		"the beginning":      {patrol.AuditFilter{Action: "report."}, 2},
		"no beginning":       {patrol.AuditFilter{Action: "report"}, 0},
		"of what":            {patrol.AuditFilter{SubjectKind: "report", Subject: east.ID.String()}, 2},
		"of what kind":       {patrol.AuditFilter{SubjectKind: "report"}, 3},
		"of what, id alone":  {patrol.AuditFilter{Subject: "posts"}, 1},
		"from":               {patrol.AuditFilter{From: time.Now().Add(time.Hour)}, 0},
		"to":                 {patrol.AuditFilter{To: time.Now().Add(-time.Hour)}, 0},
		"between":            {patrol.AuditFilter{From: time.Now().Add(-time.Hour), To: time.Now().Add(time.Hour), Action: "report."}, 2},
		"what has wildcards": {patrol.AuditFilter{Action: "report%."}, 0},
	} {
		if got := read(everything, c.f); len(got) != c.want {
			t.Errorf("%s: %d lines, want %d", name, len(got), c.want)
		}
	}
	var paged []geo.ID
	f := patrol.AuditFilter{Limit: 2, To: time.Now().Add(time.Hour), Before: all[0].ID}
	for {
		lines := read(everything, f)
		for _, l := range lines {
			paged = append(paged, l.ID)
		}
		if len(lines) < 2 {
			break
		}
		f.Before = lines[1].ID
	}
	if len(paged) != len(all)-1 {
		t.Errorf("%d lines page by page, want %d", len(paged), len(all)-1)
	}
	// Every reading is in the log, with what was looked for.
	if n := w.count(t, `SELECT count(*) FROM audit WHERE action = 'audit.read' AND actor_id = 't1' AND detail ->> 'actor' = 'u2'`); n != 1 {
		t.Errorf("%d lines of the search by u2, want 1", n)
	}
	// What nobody finds is not repeated there: it may be anything.
	if got := read(everything, patrol.AuditFilter{Subject: "13900001111", Actor: "13900001111"}); len(got) != 0 {
		t.Errorf("a phone finds %d lines", len(got))
	}
	if n := w.count(t, `SELECT count(*) FROM audit WHERE detail::text LIKE '%13900001111%'`); n != 0 {
		t.Errorf("a phone that was looked for is in %d lines", n)
	}
	// Limited to the west: its report, and what the reader did.
	grid, _ := w.b.Current().Index.Locate(place(1, 1))
	limited := read(access.Scope{Areas: []geo.ID{grid.Area(geo.Grid).ID}}, patrol.AuditFilter{})
	others := 0
	for _, l := range limited {
		if l.Subject != west.ID.String() && l.Actor.ID != "t1" {
			t.Errorf("shown to who sees the west alone: %+v", l)
		}
		if l.Subject == west.ID.String() {
			others++
		}
	}
	if others != 1 || len(limited) < 10 {
		t.Errorf("%d lines of the west's report, %d in all", others, len(limited))
	}
	if got := read(access.Scope{}, patrol.AuditFilter{}); len(got) != 0 {
		t.Errorf("an empty scope sees %d lines", len(got))
	}
}

// An export has every line, the oldest first, and is in the log before the
// first of them is out.
func TestExportAudit(t *testing.T) {
	t.Parallel()
	w := openWorld(t, emptyURL(t))
	for range 3 {
		w.note(t, "posts")
	}
	var got []patrol.AuditLine
	err := w.ExportAudit(t.Context(), auditor, patrol.AuditFilter{}, func(l *patrol.AuditLine) error {
		if len(got) == 0 && w.count(t, `SELECT count(*) FROM audit WHERE action = 'audit.export'`) != 1 {
			t.Error("lines are out before the log knows")
		}
		got = append(got, *l)
		return nil
	})
	if n := w.count(t, `SELECT count(*) FROM audit`); err != nil || len(got) != n || got[n-1].Action != "audit.export" {
		t.Errorf("%d lines of %d, %v", len(got), n, err)
	}
}
