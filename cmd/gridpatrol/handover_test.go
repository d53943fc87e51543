package main

import (
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// TestPostsChangeHandsOnServers appoints a chief for a moment to come, while two
// servers run: one of them hands over, both know, and open pages hear of the report.
func TestPostsChangeHandsOnServers(t *testing.T) {
	url := townshipDatabase(t)
	a, b := serveTest(t, url), serveTest(t, url)
	dispatcher := b.desk(t, access.Dispatcher)
	heard := b.listen(t, dispatcher.header)
	grid, at := b.place(t, geo.Grid, "")
	open, _ := ask[reportAnswer](dispatcher, 201, "POST", "/api/v1/reports", `{"category":"fire_safety","description":"x",`+at+`}`)
	seat := a.duties.Current().Roster.Seats(patrol.GridChief, grid.ID)[0]
	out, err := a.store.EditRoster(t.Context(), []patrol.RosterChange{patrol.Appoint{Seat: seat.ID, Person: patrol.Whom{Name: "新网格长"}, From: time.Now().Add(2 * time.Second)}},
		patrol.RosterEditOptions{}, system)
	if err != nil || out.ReportsMoved != 0 {
		t.Fatalf("appointed for later: %+v, %v", out, err)
	}
	var list []patrol.Handover
	eventually(t, "the post changes hands", func() bool {
		if list, err = b.store.Handovers(t.Context(), patrol.HandoverFilter{Seats: []geo.ID{seat.ID}}); err != nil {
			t.Fatal(err)
		}
		return len(list) > 0
	})
	if len(list) != 1 || len(list[0].Reports) != 1 || list[0].Reports[0].String() != open.ID || list[0].DutyVersion != out.DutyVersion+1 {
		t.Errorf("handovers %+v", list)
	}
	for name, s := range map[string]*serving{"first": a, "second": b} {
		eventually(t, "the "+name+" server knows", func() bool { return s.duties.Current().Version == out.DutyVersion+1 })
		if p, _, ok := s.duties.Current().Roster.Holder(seat.ID, s.duties.Current().Since); !ok || p.ID != list[0].To {
			t.Errorf("the %s server takes %v for the chief", name, p.ID)
		}
	}
	eventually(t, "the change of the report is told", func() bool { return heard.has("report.changed", open.ID) })
	now, raw := ask[reportAnswer](dispatcher, 200, "GET", "/api/v1/reports/"+open.ID, "")
	if h := now.Properties.History; h[len(h)-1].Type != "handover" {
		t.Errorf("the report is %s", raw.body)
	}
}
