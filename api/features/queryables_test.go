package features

import (
	"encoding/json"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
)

func TestReqQueryablesResponse(t *testing.T) {
	r := newRig(t)
	var api struct {
		Paths map[string]map[string]struct{ Parameters []struct{ Name string } }
	}
	if err := json.Unmarshal(r.get("/ogc/api").Body.Bytes(), &api); err != nil {
		t.Fatal(err)
	}
	for collection, geometry := range map[string]string{"grids": "multipolygon", "roads": "multilinestring", "reports": "point", "hotspots": "polygon"} {
		path := "/ogc/collections/" + collection + "/queryables"
		w := r.get(path, "Accept", schemaType)
		var schema struct {
			Schema     string `json:"$schema"`
			ID         string `json:"$id"`
			Type       string
			Properties map[string]struct{ Type, Format string }
		}
		if err := json.Unmarshal(w.Body.Bytes(), &schema); err != nil || w.Code != http.StatusOK || w.Header().Get("Content-Type") != schemaType {
			t.Fatalf("GET %s = %d %s %s: %v", path, w.Code, w.Header().Get("Content-Type"), w.Body, err)
		}
		if schema.Schema != "https://json-schema.org/draft/2020-12/schema" || schema.ID != r.base+path || schema.Type != "object" {
			t.Errorf("%s: $schema %q, $id %q, type %q", path, schema.Schema, schema.ID, schema.Type)
		}
		if got := schema.Properties["geometry"].Format; got != "geometry-"+geometry {
			t.Errorf("%s: the geometry has the format %q", path, got)
		}
		for name, p := range schema.Properties {
			if name == "geometry" {
				continue
			}
			described := slices.ContainsFunc(api.Paths["/collections/"+collection+"/items"]["get"].Parameters, func(p struct{ Name string }) bool { return p.Name == name })
			if p.Type == "" || !described {
				t.Errorf("%s: %s has the type %q and is a parameter: %v", path, name, p.Type, described)
			}
		}
		var one struct{ Links []link }
		if err := json.Unmarshal(r.get("/ogc/collections/"+collection).Body.Bytes(), &one); err != nil ||
			!slices.ContainsFunc(one.Links, func(l link) bool { return l.Rel == relQueryables && l.Href == schema.ID && l.Type == schemaType }) {
			t.Errorf("%s: no link to the queryables among %v", collection, one.Links)
		}
	}
}

func TestFilter(t *testing.T) {
	r := newRig(t)
	r.history[1].Ground = townGround()
	group := func(n string) string { return "2201122000010" + n }
	for _, c := range []struct {
		query, filter string
		want          []string
	}{
		{"village_groups", "households > 120", []string{group("22"), group("24")}},
		{"village_groups", "households IS NULL AND code < '" + group("04") + "'", []string{group("01"), group("03")}},
		{"village_groups", "code LIKE '%05' OR households = 104", []string{group("04"), group("05")}},
		{"village_groups", "NOT synthetic = true", nil},
		{"village_groups", "S_INTERSECTS(geometry, POINT(125.605 43.505))", []string{group("00")}},
		{"village_groups", "S_INTERSECTS(geometry, BBOX(125.602, 43.502, 125.613, 43.503))", []string{group("00"), group("01")}},
		{"village_groups", "CASEI(name) = CASEI('名" + group("07") + "')", []string{group("07")}},
		{"village_groups?filter-lang=cql2-text&bbox=125.602,43.502,125.613,43.503", "households > 0", []string{group("00")}},
		{"village_groups?code=" + group("02"), "households > 0", []string{group("02")}},
		{"village_groups?filter-crs=" + epsg + "4326", "S_INTERSECTS(geometry, POINT(43.505 125.605))", []string{group("00")}},
		{"village_groups?filter-crs=" + epsg + "4326", "S_INTERSECTS(geometry, BBOX(43.502, 125.602, 43.503, 125.613))", []string{group("00"), group("01")}},
		{"village_groups?filter-crs=" + epsg + "3857", "S_INTERSECTS(geometry, POINT(13982284.6 5389156.7))", []string{group("00")}},
		{"grids", "class = 'rural' AND name = '网格2'", []string{"220112000000002"}},
		{"roads", "class IN ('track', 'road') AND name IS NOT NULL", []string{"00000000-0000-0000-0000-000000000005"}},
		{"roads", "S_INTERSECTS(geometry, LINESTRING(125.645 43.505, 125.645 43.515))", []string{"00000000-0000-0000-0000-000000000001"}},
	} {
		name, query, _ := strings.Cut(c.query, "?")
		got := ids(r.page(t, "/ogc/collections/"+name+"/items?filter="+url.QueryEscape(c.filter)+"&"+query))
		if !slices.Equal(got, c.want) && len(got)+len(c.want) > 0 {
			t.Errorf("%s filter=%s: %v, want %v", c.query, c.filter, got, c.want)
		}
	}
	if all := walk(t, r, "/ogc/collections/village_groups/items?limit=3&sortby=-households&filter=households%3E0"); len(all) != 13 || all[0] != group("24") {
		t.Errorf("in pages of 3 the filter finds %v", all)
	}
}

func TestReqAcceptAndF(t *testing.T) {
	r := newRig(t)
	for _, path := range []string{"/ogc", "/ogc/conformance", "/ogc/api", "/ogc/collections", "/ogc/collections/grids", "/ogc/collections/reports",
		"/ogc/collections/grids/queryables", "/ogc/collections/grids/items", "/ogc/collections/grids/items/220112000000001", "/ogc/collections/hotspots/items"} {
		for accept, want := range map[string]int{
			"*/*": 200, "application/json": 200, "application/*;q=0.5, text/html": 200, "text/html": 200, "application/json;q=0, image/png": 406,
		} {
			if w := r.get(path, "Accept", accept); w.Code != want {
				t.Errorf("GET %s, Accept: %s = %d %s, want %d", path, accept, w.Code, w.Body, want)
			}
		}
		if w := r.get(path+"?f=json", "Accept", "text/html"); w.Code != http.StatusOK || strings.HasPrefix(w.Header().Get("Content-Type"), "text/html") {
			t.Errorf("GET %s?f=json = %d: the header beats the parameter", path, w.Code)
		}
	}
}
