package api

import (
	"testing"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
)

func TestAreas(t *testing.T) {
	s := newSite(t)
	type area struct {
		ID         string
		Geometry   struct{ Type string }
		Properties areaProperties
	}
	type list struct{ Features []area }
	grids := want[list](t, s.get("/api/v1/areas/grid", ""), 200)
	if len(grids.Features) != 2 || grids.Features[0].Geometry.Type != "MultiPolygon" || grids.Features[0].ID != gridWest {
		t.Fatalf("grids = %+v", grids)
	}
	if st := grids.Features[0].Properties.Staffing; len(st) != 1 || st[0].Name != "公示人" || grids.Features[1].Properties.Staffing != nil {
		t.Errorf("the public sees %+v and %+v, want the notice board", st, grids.Features[1].Properties.Staffing)
	}
	if got := want[list](t, s.get("/api/v1/areas/grid?bbox=125.66,43.5,125.7,43.6", ""), 200); len(got.Features) != 1 {
		t.Errorf("%d grids in the box, want 1", len(got.Features))
	}
	w := s.get("/api/v1/areas/grid/"+gridWest, "")
	want[area](t, w, 200)
	tag := w.Header().Get("ETag")
	if w := s.do(call{method: "GET", path: "/api/v1/areas/grid/" + gridWest, header: map[string]string{"If-None-Match": `"x", ` + tag}}); w.Code != 304 || w.Body.Len() != 0 {
		t.Errorf("with the tag = %d, want 304", w.Code)
	}
	staffed := s.get("/api/v1/areas/grid/"+gridWest, s.token(access.Officer, id(4)))
	if got := want[area](t, staffed, 200); len(got.Properties.Staffing) != 2 || staffed.Header().Get("ETag") == tag || len(s.store.reads) != 1 {
		t.Errorf("an officer sees %+v with tag %s, audited %v", got.Properties.Staffing, staffed.Header().Get("ETag"), s.store.reads)
	}
	want[list](t, s.get("/api/v1/areas/grid?at=2026-02-01T00:00:00Z", ""), 200)
	wantProblem(t, s.get("/api/v1/areas/grid?at=2020-02-01T00:00:00Z", ""), 404, "not-found")
	wantProblem(t, s.get("/api/v1/areas/grids", ""), 404, "not-found")
	wantProblem(t, s.get("/api/v1/areas/grid/1", ""), 404, "not-found")
	wantProblem(t, s.get("/api/v1/areas/grid?bbox=1,2,3,x", ""), 400, "invalid-parameters")
}

func TestSearchAndLists(t *testing.T) {
	s := newSite(t)
	type hits struct {
		Features []struct{ Properties hitProperties }
	}
	got := want[hits](t, s.get("/api/v1/search?q=ygxq", ""), 200)
	if len(got.Features) == 0 || got.Features[0].Properties.Kind != geo.Compound || got.Features[0].Properties.Match != "initials" {
		t.Errorf("search for initials = %+v", got)
	}
	wantProblem(t, s.get("/api/v1/search", ""), 400, "invalid-parameters")
	categories := want[[]categoryAnswer](t, s.get("/api/v1/categories", ""), 200)
	if len(categories) != 12 || categories[0].Code != "fire_safety" || categories[0].LeadPost != "grid_chief" || categories[0].TargetHours != 4 {
		t.Errorf("categories = %+v", categories)
	}
	revisions := want[struct{ Revisions []revisionAnswer }](t, s.get("/api/v1/revisions", ""), 200)
	if len(revisions.Revisions) != 2 || revisions.Revisions[0].Revision != 3 || !revisions.Revisions[0].Current {
		t.Errorf("revisions = %+v", revisions)
	}
}
