package main

import (
	"encoding/json"
	"fmt"
	"math"
	"testing"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
)

// comparisonJSON is what differs between two sets of boundaries.
type comparisonJSON struct {
	Type, From, To string
	Features       []struct {
		Geometry   json.RawMessage
		Properties struct {
			Kind     string
			From, To *string
			AreaM2   float64 `json:"area_m2"`
		}
	}
	Changes []struct {
		Kind, ID, Change string
		Before, After    *struct {
			Code, Name, Parent string
			Households         int
			AreaM2             float64 `json:"area_m2"`
		}
		GainedM2                   float64 `json:"gained_m2"`
		LostM2                     float64 `json:"lost_m2"`
		Renamed, Recoded, Reshaped bool
	}
	MovedM2 map[string]float64 `json:"moved_m2"`
}

// TestCompare holds the comparison of a revision and a plan against the areas
// themselves and against what PostGIS measures, and that of the revisions that come of it.
func TestCompare(t *testing.T) {
	url := districtDatabase(t)
	s := serveTest(t, url)
	db, err := barePool(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	d := s.desk(t, access.Planner)
	grids := s.boundaries.Current().Index.Areas(geo.Grid)
	plan, path := d.plan("compare")
	free, _ := s.crossroads(t)
	to := geo.LatticePoint{Lon: free.Lon + 900, Lat: free.Lat + 700}
	moved := d.operate(path, fmt.Sprintf(`{"op":"move_node","from":%s,"to":%s}`, position(free), position(to)))
	d.operate(path, rename(grids[3].Code, "新名"))

	in := "/api/v1/compare?from=revision:1&to=plan:" + plan.ID
	c, got := ask[comparisonJSON](d, 200, "GET", in, "")
	if got.header.Get("Content-Type") != "application/geo+json" || got.header.Get("Cache-Control") != "private, no-cache" {
		t.Errorf("headers %v", got.header)
	}
	reshaped, renamed := 0, 0
	for _, x := range c.Changes {
		if x.Change != "changed" || x.Before == nil || x.After == nil {
			t.Fatalf("%+v, want a change of an area", x)
		}
		if x.Reshaped {
			reshaped++
			if grown := x.After.AreaM2 - x.Before.AreaM2; math.Abs(x.GainedM2-x.LostM2-grown) > 0.01 {
				t.Errorf("%s gained %.3f m² and lost %.3f, and grew by %.3f", x.After.Code, x.GainedM2, x.LostM2, grown)
			}
		}
		if x.Renamed {
			renamed++
			if x.After.Code != grids[3].Code || x.After.Name != "新名" || x.Recoded {
				t.Errorf("renamed: %+v", x)
			}
		}
	}
	if reshaped != len(moved.Changed) || renamed != 1 {
		t.Errorf("%d areas have another shape and %d another name, want %d and 1", reshaped, renamed, len(moved.Changed))
	}
	var sum float64
	for _, f := range c.Features {
		var measured float64
		var valid bool
		const sql = `SELECT ST_Area(g::geography), ST_IsValid(g) FROM ST_GeomFromGeoJSON($1) g`
		if err := db.QueryRow(t.Context(), sql, string(f.Geometry)).Scan(&measured, &valid); err != nil || !valid {
			t.Fatalf("PostGIS on %s: valid %v, %v", f.Geometry, valid, err)
		}
		if f.Properties.From == nil || f.Properties.To == nil || math.Abs(measured-f.Properties.AreaM2) > 1e-4*measured+0.01 {
			t.Errorf("%+v: PostGIS measures %.4f m²", f.Properties, measured)
		}
		if f.Properties.Kind == "grid" {
			sum += f.Properties.AreaM2
		}
	}
	if sum == 0 || math.Abs(c.MovedM2["grid"]-sum) > 1e-6 {
		t.Errorf("land moved between grids: %.3f m², want %.3f", c.MovedM2["grid"], sum)
	}

	if same, _ := ask[comparisonJSON](d, 200, "GET", "/api/v1/compare?from=revision:1&to=revision:1&format=geojson", ""); len(same.Features)+len(same.Changes)+len(same.MovedM2) != 0 {
		t.Errorf("a revision differs from itself: %+v", same)
	}
	ask[publicationJSON](d, 200, "POST", path+"/publish", `{"note":"compare"}`)
	after, _ := ask[comparisonJSON](d, 200, "GET", "/api/v1/compare?from=revision:1&to=revision:2", "")
	if len(after.Features) != len(c.Features) || math.Abs(after.MovedM2["grid"]-sum) > 1e-6 {
		t.Errorf("the revision that came of the plan moves %v, want %v", after.MovedM2, c.MovedM2)
	}
	back, _ := ask[comparisonJSON](d, 200, "GET", "/api/v1/compare?from=revision:2&to=revision:1", "")
	if len(back.Features) != len(c.Features) || *back.Features[0].Properties.To != *c.Features[0].Properties.From {
		t.Errorf("the other way round: %+v", back.Features)
	}
}

// TestCompareRefuses asks for what cannot be compared, and as who may not.
func TestCompareRefuses(t *testing.T) {
	s := serveTest(t, districtDatabase(t))
	d := s.desk(t, access.Planner)
	for _, query := range []string{"", "?from=revision:1", "?from=revision:1&to=x", "?from=revision:1&to=area:1", "?from=revision:1&to=revision:1&format=pdf", "?from=revision:1&to=revision:1&x=1", "?from=revision:&to=revision:1"} {
		d.refuse(400, "invalid-parameters", "GET", "/api/v1/compare"+query, "")
	}
	for _, to := range []string{"revision:9", "revision:4294967297", "revision:0", "revision:01", "revision:-1", "plan:1", "plan:0198c0de-0000-7000-8000-000000000000"} {
		d.refuse(404, "not-found", "GET", "/api/v1/compare?from=revision:1&to="+to, "")
	}
	for role, status := range map[access.Role]int{access.Dispatcher: 403, access.Consumer: 403} {
		if got := s.do(t, "GET", "/api/v1/compare?from=revision:1&to=revision:1", "", s.desk(t, role).header...); got.status != status {
			t.Errorf("%s: %d, want %d", role, got.status, status)
		}
	}
	if got := s.do(t, "GET", "/api/v1/compare?from=revision:1&to=revision:1", ""); got.status != 401 {
		t.Errorf("without an account: %d, want 401", got.status)
	}
}
