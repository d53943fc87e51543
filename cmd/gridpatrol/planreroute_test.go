package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
)

// TestPublishGivesOpenReportsToOthers sends two reports into a village, closes
// neither but rejects one, and gives the village to another grid.
func TestPublishGivesOpenReportsToOthers(t *testing.T) {
	s := serveTest(t, districtDatabase(t))
	planner, dispatcher := s.desk(t, access.Planner), s.desk(t, access.Dispatcher)
	heard := s.listen(t, dispatcher.header)
	index := s.boundaries.Current().Index
	village, ok := index.Area(geo.Village, "220112002200")
	if !ok {
		t.Fatal("the village is not there")
	}
	place, _ := geo.PointOnSurface(village.Shape)
	match, _ := index.Locate(place)
	const to = "220112002000002"
	before := match.Area(geo.Grid)
	if before == nil || before.Code == to {
		t.Fatalf("the village lies in %v", before)
	}
	body := fmt.Sprintf(`{"category":"fire_safety","description":"x","lon":%v,"lat":%v}`, place[0], place[1])
	open, _ := ask[reportAnswer](dispatcher, 201, "POST", "/api/v1/reports", body)
	rejected, _ := ask[reportAnswer](dispatcher, 201, "POST", "/api/v1/reports", body)
	ask[reportAnswer](dispatcher, 200, "POST", "/api/v1/reports/"+rejected.ID+"/events", `{"type":"reject","note":"重复"}`)

	_, path := planner.plan("给邻格")
	planner.operate(path, fmt.Sprintf(`{"op":"reassign","unit_kind":"village","unit_codes":[%q],"to_kind":"grid","to_code":%q}`, village.Code, to))
	done, _ := ask[publicationJSON](planner, 200, "POST", path+"/publish", `{"note":"n"}`)
	if done.Rerouted == nil || *done.Rerouted != 1 {
		t.Fatalf("rerouted %+v, want the one open report", done)
	}

	now, raw := ask[reportAnswer](dispatcher, 200, "GET", "/api/v1/reports/"+open.ID, "")
	if p := now.Properties; p.Areas["grid"].Code != to || p.Revision != 2 || p.Routing.Revision != 2 || p.History[len(p.History)-1].Type != "reroute" {
		t.Errorf("the open report is %s", raw.body)
	}
	for _, a := range now.Properties.Assignees {
		if a.AreaKind == "grid" && a.AreaCode != to {
			t.Errorf("%s of grid %s still has the report", a.Post, a.AreaCode)
		}
	}
	var history struct {
		Properties struct{ History []struct{ By, Actor string } }
	}
	if err := json.Unmarshal(raw.body, &history); err != nil {
		t.Fatal(err)
	}
	if last := history.Properties.History[len(history.Properties.History)-1]; last.By != "planner" || strings.Contains(last.Actor, t.Name()) {
		t.Errorf("the history names %+v, want the role alone", last)
	}
	kept, raw := ask[reportAnswer](dispatcher, 200, "GET", "/api/v1/reports/"+rejected.ID, "")
	if p := kept.Properties; p.Areas["grid"].Code != before.Code || p.Revision != 1 {
		t.Errorf("the rejected report is %s, want it as it was", raw.body)
	}
	eventually(t, "the stream tells that the report changed", func() bool { return heard.has("report.changed", open.ID) })

	undone, _ := ask[publicationJSON](planner, 200, "POST", "/api/v1/revisions/2/undo", "")
	if undone.Rerouted == nil || *undone.Rerouted != 1 {
		t.Errorf("the undo rerouted %+v, want the report back", undone)
	}
	if back, raw := ask[reportAnswer](dispatcher, 200, "GET", "/api/v1/reports/"+open.ID, ""); back.Properties.Areas["grid"].Code != before.Code || back.Properties.Revision != 3 {
		t.Errorf("after the undo the report is %s", raw.body)
	}
}
