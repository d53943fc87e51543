package main

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
)

// TestPlansAreForPlanners asks every read that takes plan= as everybody there
// is, and the routes of plans.
func TestPlansAreForPlanners(t *testing.T) {
	s := serveTest(t, districtDatabase(t))
	d := s.desk(t, access.Planner)
	grid := s.boundaries.Current().Index.Areas(geo.Grid)[5]
	_, path := d.plan("x")
	plan := strings.TrimPrefix(path, "/api/v1/plans/")
	d.operate(path, fmt.Sprintf(`{"op":"rename","kind":"grid","code":%q,"name":"秘密网格"}`, grid.Code))
	at, _ := geo.PointOnSurface(grid.Shape)
	tile := tileAt("grids", at, 13)
	reads := []struct{ method, path, body string }{
		{"GET", fmt.Sprintf("/api/v1/locate?lon=%v&lat=%v&plan=%s", at[0], at[1], plan), ""},
		{"POST", "/api/v1/locate?plan=" + plan, fmt.Sprintf(`{"points":[[%v,%v]]}`, at[0], at[1])},
		{"POST", "/api/v1/locate?plan=" + plan, fmt.Sprintf(`{"type":"FeatureCollection","features":[{"type":"Feature","properties":{},"geometry":{"type":"Point","coordinates":[%v,%v]}}]}`, at[0], at[1])},
		{"GET", "/api/v1/areas/grid?plan=" + plan, ""},
		{"GET", "/api/v1/areas/grid/" + grid.Code + "?plan=" + plan, ""},
		{"GET", "/api/v1/search?q=" + url.QueryEscape("秘密网格") + "&plan=" + plan, ""},
		{"GET", "/ogc/collections/grids/items/" + grid.Code + "?plan=" + plan, ""},
		{"GET", "/ogc/collections/grids/items?limit=100&plan=" + plan, ""},
		{"GET", tile + "?plan=" + plan, ""},
	}
	for _, r := range reads {
		got := d.do(t, r.method, r.path, r.body, d.header...)
		if got.status != 200 || !strings.Contains(string(got.body), "秘密网格") && !strings.Contains(r.path, ".mvt") {
			t.Errorf("a planner's %s %s = %d %.200s, want the plan's name", r.method, r.path, got.status, got.body)
		}
		if c := got.header.Get("Cache-Control"); c != "private, no-cache" {
			t.Errorf("%s %s: Cache-Control %q, want private, no-cache", r.method, r.path, c)
		}
	}
	for _, path := range []string{"/api/v1/posts?plan=", "/api/v1/people?plan=", "/api/v1/vacancies?plan=", "/tiles/grids.json?plan=", "/tiles/style.json?plan="} {
		if got := d.do(t, "GET", path+plan, "", d.header...); got.status != 200 {
			t.Errorf("a planner's GET %s = %d %s", path+plan, got.status, got.body)
		}
	}
	if style := d.do(t, "GET", "/tiles/style.json?plan="+plan, "", d.header...); !strings.Contains(string(style.body), "/tiles/grids.json?plan="+plan) {
		t.Errorf("the style of a plan does not lead to its tiles: %.300s", style.body)
	}
	for who, header := range map[string][]string{
		"nobody known": nil, "an officer": s.desk(t, access.Officer, grid.ID).header,
		"a dispatcher": s.desk(t, access.Dispatcher).header, "a consumer": s.desk(t, access.Consumer).header,
	} {
		for _, r := range reads {
			for _, p := range []string{r.path, strings.Replace(r.path, "plan=", "%70lan=", 1), strings.Replace(r.path, "plan=", "at=&plan=", 1), r.path + "&at=", r.path + "&at=&at="} {
				if got := s.do(t, r.method, p, r.body, header...); got.status != 404 || strings.Contains(string(got.body), "秘密") {
					t.Errorf("%s: %s %s = %d %.200s, want 404", who, r.method, p, got.status, got.body)
				}
			}
		}
		wantStatus := 403
		if header == nil {
			wantStatus = 401
		}
		for _, r := range [][2]string{{"GET", "/api/v1/plans"}, {"POST", "/api/v1/plans"}, {"GET", path}, {"PATCH", path}, {"DELETE", path},
			{"POST", path + "/operations"}, {"DELETE", path + "/operations/last"}, {"POST", path + "/operations/redo"}, {"GET", path + "/check"},
			{"POST", path + "/rebase"}, {"POST", path + "/approve"}, {"POST", path + "/publish"}, {"DELETE", path + "/publish"}, {"POST", "/api/v1/revisions/1/undo"}} {
			if got := s.do(t, r[0], r[1], "{}", header...); got.status != wantStatus {
				t.Errorf("%s: %s %s = %d, want %d", who, r[0], r[1], got.status, wantStatus)
			}
		}
	}
	for _, query := range []string{"plan=" + plan + "&at=2026-01-01T00:00:00Z", "plan=" + plan + "&at=", "plan="} {
		if got := d.do(t, "GET", "/api/v1/areas/grid?"+query, "", d.header...); got.status != 400 {
			t.Errorf("a planner's areas?%s = %d, want 400", query, got.status)
		}
	}
	if got := d.do(t, "GET", tile, "", d.header...); got.status != 200 || got.header.Get("Cache-Control") != "public, no-cache" {
		t.Errorf("the tile in force = %d, %s", got.status, got.header.Get("Cache-Control"))
	}
}

// TestPlansOfLimitedPlanners lets a planner of one township change what lies in
// it, and nothing else.
func TestPlansOfLimitedPlanners(t *testing.T) {
	s := serveTest(t, districtDatabase(t))
	index := s.boundaries.Current().Index
	// A grid is no part of a township by name, only by where it lies.
	var own, foreign *geo.Area
	var township *geo.Area
	for _, town := range index.Areas(geo.Township) {
		own, foreign, township = nil, nil, town
		for _, g := range index.Areas(geo.Grid) {
			if geo.Covers([]orb.MultiPolygon{town.Shape}, g.Shape) {
				own = g
			} else {
				foreign = g
			}
		}
		if own != nil && foreign != nil {
			break
		}
	}
	if own == nil || foreign == nil {
		t.Fatal("no township has a grid of its own and one that is not")
	}
	limited, whole := s.desk(t, access.Planner, township.ID), s.desk(t, access.Planner)
	plan, path := limited.plan("x")
	rename := func(g *geo.Area) string {
		return fmt.Sprintf(`{"op":"rename","kind":"grid","code":%q,"name":"新名"}`, g.Code)
	}
	limited.operate(path, rename(own))
	refused := limited.refuse(403, "outside-scope", "POST", path+"/operations", rename(foreign))
	if !slices.Equal(refused.Areas, []string{foreign.Ref().String()}) {
		t.Errorf("the refusal names %v, want %s", refused.Areas, foreign.Ref())
	}
	if now, _ := ask[planJSON](limited, 200, "GET", path, ""); now.Operations != 1 || now.Version != plan.Version+1 {
		t.Errorf("after a refusal the plan is %+v, want one operation", now)
	}
	// What somebody else changes there is not for the limited to take back, throw
	// away or publish.
	whole.operate(path, rename(foreign))
	limited.refuse(403, "outside-scope", "DELETE", path+"/operations/last", "")
	limited.refuse(403, "outside-scope", "POST", path+"/publish", `{"note":"n"}`)
	limited.refuse(403, "outside-scope", "POST", path+"/approve", "")
	limited.refuse(403, "outside-scope", "DELETE", path, "")
	limited.refuse(403, "outside-scope", "POST", "/api/v1/revisions/1/undo", "")
	ask[changeJSON](whole, 200, "DELETE", path+"/operations/last", "")
	limited.refuse(403, "outside-scope", "POST", path+"/operations/redo", "")
	done, _ := ask[struct{ Revision struct{ Number int } }](limited, 200, "POST", path+"/publish", `{"note":"n"}`)
	if done.Revision.Number != 2 {
		t.Errorf("published revision %d, want 2", done.Revision.Number)
	}
}
