package features

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
)

func ids(a answer) []string {
	out := make([]string, len(a.Features))
	for i, f := range a.Features {
		out[i] = f.ID
	}
	return out
}

// walk follows the next links and gives every id.
func walk(t *testing.T, r *rig, path string) []string {
	t.Helper()
	var all []string
	for range 1000 {
		a := r.page(t, path)
		all = append(all, ids(a)...)
		next := a.link("next")
		if next == "" {
			return all
		}
		if len(a.Features) == 0 {
			t.Fatalf("GET %s has no features but a next page", path)
		}
		path = strings.TrimPrefix(next, r.base)
	}
	t.Fatalf("%s never ends", path)
	return nil
}

func TestPagesMakeTheWhole(t *testing.T) {
	r := newRig(t)
	for _, c := range []struct {
		path string
		want int
	}{
		{"village_groups/items?limit=1", 25},
		{"village_groups/items?limit=7", 25},
		{"village_groups/items?limit=25", 25},
		{"village_groups/items", 25},
		{"village_groups/items?limit=10000", 25},
		{"village_groups/items?limit=999999", 25},
		{"grids/items?limit=2&class=rural", 5},
		{"townships/items", 0},
		{"reports/items?limit=7", 400},
		{"reports/items?limit=400", 400},
		{"reports/items?limit=33&status=closed", 200},
	} {
		t.Run(c.path, func(t *testing.T) {
			got := walk(t, r, "/ogc/collections/"+c.path)
			if len(got) != c.want {
				t.Errorf("%d features, want %d", len(got), c.want)
			}
			slices.Sort(got)
			if n := len(slices.Compact(got)); n != c.want {
				t.Errorf("%d different features, want %d", n, c.want)
			}
		})
	}
	a := r.page(t, "/ogc/collections/village_groups/items?limit=7")
	if a.NumberMatched == nil || *a.NumberMatched != 25 {
		t.Errorf("numberMatched = %v, want 25", a.NumberMatched)
	}
	if got := a.link("self"); got != "https://map.example/ogc/collections/village_groups/items?limit=7" {
		t.Errorf("self = %s", got)
	}
}

func TestAreaItems(t *testing.T) {
	r := newRig(t)
	for _, c := range []struct {
		name, query string
		want        []string
	}{
		{"by code", "village_groups/items?code=220112200001003", []string{"220112200001003"}},
		{"by no code", "village_groups/items?code=1", nil},
		{"by name", "grids/items?name=" + url.QueryEscape("网格2"), []string{"220112000000002"}},
		{"by number", "village_groups/items?households=104", []string{"220112200001004"}},
		{"by number written otherwise", "village_groups/items?households=1.04e2", []string{"220112200001004"}},
		{"by truth", "grids/items?synthetic=true&code=220112000000001", []string{"220112000000001"}},
		{"by truth as GDAL writes it", "grids/items?synthetic=1&code=220112000000001", []string{"220112000000001"}},
		{"by untruth as GDAL writes it", "grids/items?synthetic=0&code=220112000000001", nil},
		{"by two", "grids/items?class=rural&code=220112000000009", nil},
		{"inside one", "village_groups/items?bbox=125.602,43.502,125.603,43.503", []string{"220112200001000"}},
		{"18 digits and heights", "village_groups/items?bbox=125.602000000000003865,43.502000000000002444,-1,125.603,43.503,9000", []string{"220112200001000"}},
		{"a corner of four", "village_groups/items?bbox=125.61,43.51,125.61,43.51",
			[]string{"220112200001000", "220112200001001", "220112200001005", "220112200001006"}},
		{"in the hole", "compounds/items?bbox=125.6045,43.5045,125.6055,43.5055", nil},
		{"across the hole's rim", "compounds/items?bbox=125.6035,43.5045,125.6055,43.5055", []string{"220112001001C001"}},
		{"between the parts", "compounds/items?bbox=125.62,43.52,125.63,43.53", nil},
		{"round everything", "compounds/items?bbox=-180,-90,180,90", []string{"220112001001C001"}},
		{"far away", "compounds/items?bbox=0,0,1,1", nil},
		{"across 180°", "compounds/items?bbox=170,-90,125.7,90", []string{"220112001001C001"}},
		{"across 180°, outside", "compounds/items?bbox=170,-90,-170,90", nil},
		{"any time", "compounds/items?datetime=1999-01-01T/..", []string{"220112001001C001"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := ids(r.page(t, "/ogc/collections/"+c.query)); !slices.Equal(got, c.want) {
				t.Errorf("GET %s = %v, want %v", c.query, got, c.want)
			}
		})
	}
	for _, f := range r.page(t, "/ogc/collections/compounds/items").Features {
		if f.Geometry.Type != "MultiPolygon" {
			t.Errorf("%s is a %s, want a MultiPolygon", f.ID, f.Geometry.Type)
		}
		for _, name := range []string{"code", "name", "name_en", "parent", "area_m2", "synthetic", "households", "population"} {
			if _, ok := f.Properties[name]; !ok {
				t.Errorf("%s has no property %q: a reader takes the fields from the first feature", f.ID, name)
			}
		}
	}
}

func TestItemsOfATime(t *testing.T) {
	r := newRig(t)
	name := func(query string) string {
		name, _ := r.page(t, "/ogc/collections/grids/items?code=220112000000001"+query).Features[0].Properties["name"].(string)
		return name
	}
	if now, then := name(""), name("&at=2026-08-15T00:00:00Z"); now != "网格1" || then != "名220112000000001" {
		t.Errorf("names are %q now and %q then", now, then)
	}
	if draft := name("&plan=back"); draft != "名220112000000001" {
		t.Errorf("in the plan the grid is %s, want its name of the first revision", draft)
	}
	a := r.page(t, "/ogc/collections/grids/items?limit=2&at=2026-08-15T00:00:00Z")
	if !strings.Contains(a.link("next"), "at=2026-08-15T00%3A00%3A00Z") {
		t.Errorf("next = %s, which forgets the time", a.link("next"))
	}
	one := r.get("/ogc/collections/grids/items/220112000000001?plan=back")
	if !strings.Contains(one.Body.String(), "items/220112000000001?plan=back") {
		t.Errorf("a feature of a plan has no link to itself: %s", one.Body)
	}
}

func TestOneItem(t *testing.T) {
	r := newRig(t)
	w := r.get("/ogc/collections/grids/items/220112000000001")
	var f struct {
		Type, ID string
		Geometry struct{ Type string }
		Links    []link
	}
	if err := json.Unmarshal(w.Body.Bytes(), &f); err != nil || w.Code != http.StatusOK {
		t.Fatalf("GET = %d %s", w.Code, w.Body)
	}
	if f.Type != "Feature" || f.ID != "220112000000001" || f.Geometry.Type != "MultiPolygon" || len(f.Links) != 3 {
		t.Errorf("feature = %+v", f)
	}
	if got := w.Header().Get("Content-Crs"); got != "<http://www.opengis.net/def/crs/OGC/1.3/CRS84>" {
		t.Errorf("Content-Crs = %q", got)
	}
	etag := w.Header().Get("ETag")
	if again := r.get("/ogc/collections/grids/items/220112000000001", "If-None-Match", etag); etag == "" || again.Code != http.StatusNotModified {
		t.Errorf("If-None-Match %s = %d, want 304", etag, again.Code)
	}
}

func TestAnswersAreCompressed(t *testing.T) {
	r := newRig(t)
	const path = "/ogc/collections/village_groups/items?limit=100"
	plain, zipped := r.get(path), r.get(path, "Accept-Encoding", "gzip")
	reader, err := gzip.NewReader(zipped.Body)
	if err != nil || zipped.Header().Get("Content-Encoding") != "gzip" {
		t.Fatalf("headers = %v: %v", zipped.Header(), err)
	}
	if data, err := io.ReadAll(reader); err != nil || !bytes.Equal(data, plain.Body.Bytes()) {
		t.Errorf("the compressed answer unpacks to something else: %v", err)
	}
	if plain.Header().Get("Content-Encoding") != "" || plain.Header().Get("ETag") != zipped.Header().Get("ETag") {
		t.Errorf("headers of the plain answer = %v", plain.Header())
	}
}

func TestBadRequests(t *testing.T) {
	r := newRig(t)
	for path, want := range map[string]int{
		"/ogc/collections/castles":                                                  404,
		"/ogc/collections/castles/items":                                            404,
		"/ogc/collections/grids/items/1":                                            404,
		"/ogc/collections/reports/items/1":                                          404,
		"/ogc/collections/reports/items/00000000-0000-0000-0000-000000000000":       404,
		"/ogc/collections/hotspots/items/1":                                         404,
		"/ogc/nowhere":                                                              404,
		"/ogc?f=xml":                                                                400,
		"/ogc/collections?limit=1":                                                  400,
		"/ogc/conformance?x=1":                                                      400,
		"/ogc/api?x=1":                                                              400,
		"/ogc/collections/grids?x=1":                                                400,
		"/ogc/collections/grids/items/220112000000001?limit=1":                      400,
		"/ogc/collections/grids/items?fish=1":                                       400,
		"/ogc/collections/grids/items?unit_type=village":                            400,
		"/ogc/collections/grids/items?limit=0":                                      400,
		"/ogc/collections/grids/items?limit=-1":                                     400,
		"/ogc/collections/grids/items?limit=ten":                                    400,
		"/ogc/collections/grids/items?limit=1&limit=2":                              400,
		"/ogc/collections/grids/items?bbox=1,2,3":                                   400,
		"/ogc/collections/grids/items?bbox=1,2,3,4,5":                               400,
		"/ogc/collections/grids/items?bbox=1,2,3,x":                                 400,
		"/ogc/collections/grids/items?bbox=1,4,3,2":                                 400,
		"/ogc/collections/grids/items?bbox=NaN,4,3,5":                               400,
		"/ogc/collections/grids/items?bbox=1,2,3,Inf":                               400,
		"/ogc/collections/grids/items?bbox=1,2,3,91":                                400,
		"/ogc/collections/grids/items?bbox=":                                        400,
		"/ogc/collections/grids/items?datetime=yesterday":                           400,
		"/ogc/collections/grids/items?datetime=2026-02-01/2026-01-01":               400,
		"/ogc/collections/grids/items?datetime=2026-02-01/../..":                    400,
		"/ogc/collections/grids/items?at=monday":                                    400,
		"/ogc/collections/grids/items?at=2020-01-01T00:00:00Z":                      404,
		"/ogc/collections/grids/items?at=2030-01-01T00:00:00Z":                      400,
		"/ogc/collections/grids/items?plan=x":                                       404,
		"/ogc?plan=x":                                                               404,
		"/ogc/collections?plan=x":                                                   404,
		"/ogc/collections/grids?plan=x":                                             404,
		"/ogc/collections/grids?plan=back&plan=x":                                   400,
		"/ogc/collections/grids?at=monday":                                          400,
		"/ogc/collections/reports?plan=back":                                        400,
		"/ogc/collections/grids/items?plan=x&at=2026-09-15T00:00:00Z":               400,
		"/ogc/collections/grids/items?f=mvt":                                        400,
		"/ogc/collections/grids/items/220112000000001?f=csv":                        400,
		"/ogc/collections/grids/queryables?f=geojson":                               400,
		"/ogc/collections/grids/queryables?x=1":                                     400,
		"/ogc/collections/castles/queryables":                                       404,
		"/ogc/collections/reports/queryables?plan=back":                             400,
		"/ogc/collections/grids/items?filter=":                                      400,
		"/ogc/collections/grids/items?filter=name=":                                 400,
		"/ogc/collections/grids/items?filter=fish=1":                                400,
		"/ogc/collections/grids/items?filter=code=1":                                400,
		"/ogc/collections/grids/items?filter-lang=cql2-json":                        400,
		"/ogc/collections/grids/items?filter-crs=x":                                 400,
		"/ogc/collections/grids/items?cursor=x":                                     400,
		"/ogc/collections/grids/items?cursor=bnVsbA":                                400,
		"/ogc/collections/grids/items?cursor=WyIrbmFtZSIsImEiLFtdXQ&sortby=name":    400,
		"/ogc/collections/grids/items?sortby=":                                      400,
		"/ogc/collections/grids/items?sortby=fish":                                  400,
		"/ogc/collections/grids/items?sortby=%2B-name":                              400,
		"/ogc/collections/grids/items?sortby=name,-name":                            400,
		"/ogc/collections/grids/items?properties=name,fish":                         400,
		"/ogc/collections/grids/items/220112000000001?properties=name":              400,
		"/ogc/collections/grids/items?datetime=2026-09-01&plan=back":                400,
		"/ogc/collections/grids/items?datetime=2026-09-01&at=2026-09-01":            400,
		"/ogc/collections/roads/items/1":                                            404,
		"/ogc/collections/roads/items?plan=back":                                    400,
		"/ogc/collections/grids?crs=" + crs84:                                       400,
		"/ogc/collections/grids/items?crs=EPSG:4326":                                400,
		"/ogc/collections/grids/items?crs=" + epsg + "4214":                         400,
		"/ogc/collections/grids/items?bbox-crs=" + epsg + "4214":                    400,
		"/ogc/collections/grids/items?bbox=125,43,126,44&bbox-crs=" + epsg + "4326": 400,
		"/ogc/collections/grids/items?bbox=0,0,9e9,9e9&bbox-crs=" + epsg + "4551":   400,
		"/ogc/collections/grids/items?bbox=2,2,1,1&bbox-crs=" + epsg + "3857":       400,
		"/ogc/collections/grids/items/220112000000001?crs=" + epsg + "4214":         400,
		"/ogc/collections/reports/items?cursor=x":                                   400,
		"/ogc/collections/hotspots/items?resolution=99":                             400,
		"/ogc/collections/hotspots/items?resolution=x":                              400,
	} {
		w := r.get(path)
		if w.Code != want || w.Header().Get("Content-Type") != "application/problem+json" {
			t.Errorf("GET %s = %d %s, want %d as a problem", path, w.Code, w.Body, want)
		}
	}
	w := httptest.NewRecorder()
	r.handler.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/ogc/collections/grids/items", nil))
	if w.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST = %d, want 405", w.Code)
	}
}

func TestDocuments(t *testing.T) {
	r := newRig(t)
	for _, path := range []string{"/ogc", "/ogc/"} {
		w := r.get(path)
		var landing answer
		if err := json.Unmarshal(w.Body.Bytes(), &landing); err != nil || w.Code != http.StatusOK {
			t.Fatalf("GET %s = %d %s", path, w.Code, w.Body)
		}
		for rel, want := range map[string]string{
			"self": "https://map.example/ogc", "conformance": "https://map.example/ogc/conformance",
			"data": "https://map.example/ogc/collections", "service-desc": "https://map.example/ogc/api",
		} {
			if got := landing.link(rel); got != want {
				t.Errorf("%s: %s is %q, want %q", path, rel, got, want)
			}
		}
	}
	w := r.get("/ogc/api")
	if got := w.Header().Get("Content-Type"); got != openAPIType {
		t.Errorf("the description is of type %q", got)
	}
	var api struct {
		OpenAPI string
		Paths   map[string]map[string]struct {
			Parameters []struct {
				Name   string
				Schema struct{ Maximum int }
			}
		}
	}
	if err := json.Unmarshal(w.Body.Bytes(), &api); err != nil || !strings.HasPrefix(api.OpenAPI, "3.0") {
		t.Fatalf("description %q: %v", api.OpenAPI, err)
	}
	var list struct{ Collections []collectionDocument }
	if err := json.Unmarshal(r.get("/ogc/collections").Body.Bytes(), &list); err != nil || len(list.Collections) != 9 {
		t.Fatalf("%d collections, want 9: %v", len(list.Collections), err)
	}
	for _, c := range list.Collections {
		var one collectionDocument
		if err := json.Unmarshal(r.get("/ogc/collections/"+c.ID).Body.Bytes(), &one); err != nil || one.ID != c.ID {
			t.Errorf("collection %s alone is %+v: %v", c.ID, one, err)
		}
		if c.ItemType != "feature" || !slices.Equal(c.CRS, systemURIs()) || c.StorageCRS != crs84 || len(c.Extent.Spatial.BBox) != 1 || c.Extent.Spatial.BBox[0][0] != 125.6 {
			t.Errorf("collection %+v", c)
		}
		switch temporal := c.Extent.Temporal; c.ID {
		case "roads":
			if temporal != nil {
				t.Errorf("roads have a time: %v", temporal)
			}
		case "reports", "hotspots":
			if temporal == nil || temporal.Interval[0][0] != nil || temporal.Interval[0][1] != nil {
				t.Errorf("%s are of %v, want any time", c.ID, temporal)
			}
		default:
			if temporal == nil || temporal.Interval[0][0] == nil || !temporal.Interval[0][0].Equal(r.history[0].Revision.PublishedAt) || temporal.Interval[0][1] != nil {
				t.Errorf("%s are of %v, want from the first revision on", c.ID, temporal)
			}
		}
		limit, described := 0, false
		for _, p := range api.Paths["/collections/"+c.ID+"/items"]["get"].Parameters {
			if p.Name == "limit" {
				limit = p.Schema.Maximum
			}
			described = described || p.Name == "code" || p.Name == "class" || p.Name == "category" || p.Name == "h3"
		}
		if limit != maxLimit || !described {
			t.Errorf("collection %s is described with a limit of %d, its queryables %v", c.ID, limit, described)
		}
	}
}
