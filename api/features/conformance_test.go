package features

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
)

const spec = "http://www.opengis.net/spec/"

// requirement is an abstract test: of the requirement of that name.
type requirement struct {
	name  string
	holds func(t *testing.T, r *rig)
}

// requirements are those of each class, by what its address ends with. Those of
// tiles are in tilesets_test.go, those of how CQL2 is read and evaluated in
// geo/cql besides.
var requirements = map[string][]requirement{
	"ogcapi-features-1/1.0/conf/core":                        coreRequirements,
	"ogcapi-features-1/1.0/conf/geojson":                     geojsonRequirements,
	"ogcapi-features-1/1.0/conf/html":                        htmlRequirements,
	"ogcapi-features-1/1.0/conf/oas30":                       oasRequirements,
	"ogcapi-features-2/1.0/conf/crs":                         crsRequirements,
	"ogcapi-features-3/1.0/conf/queryables":                  queryablesRequirements,
	"ogcapi-features-3/1.0/conf/queryables-query-parameters": {{"parameters", queryablesAreParameters}},
	"ogcapi-features-3/1.0/conf/filter":                      filterRequirements,
	"ogcapi-features-3/1.0/conf/features-filter":             {{"filter-param", filterInDocument}, {"response", filterSelects}},
	"cql2/1.0/conf/cql2-text":                                filters("cql2-text", map[string]int{"households>120": 2, "code='220112200001003'": 1}),
	"cql2/1.0/conf/basic-cql2":                               filters("basic-cql2", map[string]int{"households<>100 AND households IS NOT NULL": 12, "NOT households<=120": 2, "code='x' OR households>=122": 2, "synthetic=true": 25, "FALSE": 0}),
	"cql2/1.0/conf/advanced-comparison-operators":            filters("advanced-comparison-operators", map[string]int{"code LIKE '2201122000010_5'": 2, "households BETWEEN 100 AND 104": 3, "households IN (100,102,7)": 2, "households NOT IN (100)": 12}),
	"cql2/1.0/conf/case-insensitive-comparison":              filters("case-insensitive-comparison", map[string]int{"CASEI(name)=CASEI('名220112200001003')": 1}),
	"cql2/1.0/conf/basic-spatial-functions":                  filters("basic-spatial-functions", map[string]int{"S_INTERSECTS(geometry,POINT(125.605 43.505))": 1, "S_INTERSECTS(geometry,BBOX(125.602,43.502,125.613,43.503))": 2}),
	"cql2/1.0/conf/basic-spatial-functions-plus":             filters("basic-spatial-functions-plus", map[string]int{"S_INTERSECTS(geometry,LINESTRING(125.605 43.505,125.625 43.505))": 3, "S_INTERSECTS(geometry,POLYGON((125.602 43.502,125.613 43.502,125.613 43.503,125.602 43.502)))": 2}),
	"cql2/1.0/conf/temporal-functions":                       {{"temporal-functions", temporalFilters}},
	"cql2/1.0/conf/property-property":                        filters("property-property", map[string]int{"code=code": 25, "name=code": 0, "parent<>code": 25}),
}

// TestRequirement runs the abstract tests of every class that is declared, and
// finds those without any.
func TestRequirement(t *testing.T) {
	r := newRig(t)
	r.history[1].Ground = townGround()
	declared := map[string]bool{}
	for _, c := range r.read(t, "/ogc/conformance")["conformsTo"].([]any) {
		class := strings.TrimPrefix(c.(string), spec)
		declared[class] = true
		if strings.HasPrefix(class, "ogcapi-tiles-1/") {
			continue
		}
		if len(requirements[class]) == 0 {
			t.Errorf("%s is declared, and has no test", class)
		}
		for _, q := range requirements[class] {
			t.Run(strings.Replace(class, "/conf/", "/req/", 1)+"/"+q.name, func(t *testing.T) { q.holds(t, r) })
		}
	}
	for class := range requirements {
		if !declared[class] {
			t.Errorf("%s is not declared", class)
		}
	}
}

// each runs a test for every collection, with its description and the address of
// its features.
func each(test func(t *testing.T, r *rig, id, items string, d map[string]any)) func(*testing.T, *rig) {
	return func(t *testing.T, r *rig) {
		all := r.read(t, "/ogc/collections")["collections"].([]any)
		if len(all) != 9 {
			t.Fatalf("%d collections", len(all))
		}
		for _, c := range all {
			d := c.(map[string]any)
			id := d["id"].(string)
			test(t, r, id, "/ogc/collections/"+id+"/items", d)
		}
	}
}

// status asks for a path and looks at what comes.
func (r *rig) status(t *testing.T, want int, path string, headers ...string) *httptest.ResponseRecorder {
	t.Helper()
	w := r.get(path, headers...)
	if w.Code != want {
		t.Errorf("GET %s = %d %.200s, want %d", path, w.Code, w.Body, want)
	}
	return w
}

// api gives the OpenAPI document, which is read once.
func (r *rig) api(t *testing.T) map[string]any {
	t.Helper()
	if r.described == nil {
		r.described = r.read(t, "/ogc/api")
	}
	return r.described
}

// parameter gives a query parameter of the items of a collection, as the document
// has it.
func (r *rig) parameter(t *testing.T, id, name string) (schema map[string]any) {
	t.Helper()
	for _, p := range at(r.api(t), "paths", "/collections/"+id+"/items", "get", "parameters").([]any) {
		if p := p.(map[string]any); p["name"] == name {
			if p["in"] != "query" || p["required"] != false || p["style"] != "form" || p["explode"] != false {
				t.Errorf("%s of %s is %v", name, id, p)
			}
			return p["schema"].(map[string]any)
		}
	}
	t.Fatalf("%s is no parameter of %s", name, id)
	return nil
}

// at follows keys into a document.
func at(v any, keys ...string) any {
	for _, key := range keys {
		m, _ := v.(map[string]any)
		v = m[key]
	}
	return v
}

// corner gives the first position of a feature.
func (d document) corner(t *testing.T) (lon, lat float64) {
	t.Helper()
	var numbers []float64
	if err := json.Unmarshal([]byte("["+regexp.MustCompile(`[-\d.]+,[-\d.]+`).FindString(string(d.Geometry.Coordinates))+"]"), &numbers); err != nil || len(numbers) != 2 {
		t.Fatalf("coordinates %s", d.Geometry.Coordinates)
	}
	return numbers[0], numbers[1]
}

// hasLinks reports what is missing among the links of a document: each has a
// relation and a type.
func hasLinks(t *testing.T, what string, d map[string]any, rels ...string) {
	t.Helper()
	var found []string
	for _, l := range d["links"].([]any) {
		l := l.(map[string]any)
		if l["rel"] == nil || l["type"] == nil || !strings.HasPrefix(fmt.Sprint(l["href"]), "https://map.example/ogc") {
			t.Errorf("%s has the link %v", what, l)
		}
		found = append(found, fmt.Sprint(l["rel"]))
	}
	for _, rel := range rels {
		if !slices.Contains(found, rel) {
			t.Errorf("%s has links %v, want %s", what, found, rel)
		}
	}
}

// OGC 17-069r4, annex A.2.
var coreRequirements = []requirement{
	{"root-op", func(t *testing.T, r *rig) { r.status(t, 200, "/ogc/") }},
	{"root-success", func(t *testing.T, r *rig) {
		hasLinks(t, "the landing page", r.read(t, "/ogc/"), "self", "service-desc", "conformance", "data", "alternate")
	}},
	{"api-definition-op", func(t *testing.T, r *rig) { r.status(t, 200, r.links(t, r.read(t, "/ogc/"), "service-desc")[0]) }},
	{"api-definition-success", func(t *testing.T, r *rig) {
		if w := r.status(t, 200, "/ogc/api", "Accept", openAPIType); w.Header().Get("Content-Type") != openAPIType {
			t.Errorf("the document is of type %s", w.Header().Get("Content-Type"))
		}
	}},
	{"conformance-op", func(t *testing.T, r *rig) { r.status(t, 200, r.links(t, r.read(t, "/ogc/"), "conformance")[0]) }},
	{"conformance-success", func(t *testing.T, r *rig) {
		if all := r.read(t, "/ogc/conformance")["conformsTo"].([]any); !slices.Contains(all, any(spec+"ogcapi-features-1/1.0/conf/core")) {
			t.Errorf("conformsTo %v", all)
		}
	}},
	{"http", func(t *testing.T, r *rig) {
		r.status(t, 404, "/ogc/no-such")
		w := httptest.NewRecorder()
		r.handler.ServeHTTP(w, httptest.NewRequest(http.MethodPost, "/ogc/collections", nil))
		if w.Code != 405 || w.Header().Get("Allow") != "GET, HEAD" {
			t.Errorf("POST = %d, Allow %s", w.Code, w.Header().Get("Allow"))
		}
	}},
	{"query-param-unknown", each(func(t *testing.T, r *rig, _, items string, _ map[string]any) {
		for _, path := range []string{"/ogc/", "/ogc/conformance", "/ogc/collections", strings.TrimSuffix(items, "/items"), items} {
			r.status(t, 400, path+"?no-such=1")
		}
	})},
	{"query-param-invalid", each(func(t *testing.T, r *rig, _, items string, _ map[string]any) {
		for _, query := range []string{"limit=0", "limit=x", "bbox=1,2,3", "bbox=x", "datetime=x", "datetime=2026-01-02/2026-01-01"} {
			r.status(t, 400, items+"?"+query)
		}
		wrong := map[any]string{"integer": "1.5", "number": "NaN", "boolean": "perhaps", "date-time": "monday"}
		for name, member := range at(r.read(t, strings.TrimSuffix(items, "/items")+"/queryables"), "properties").(map[string]any) {
			for _, kind := range []any{at(member, "type"), at(member, "format")} {
				if text, ok := wrong[kind]; ok {
					r.status(t, 400, items+"?"+name+"="+text)
					r.status(t, 400, items+"?"+name+"=")
				}
			}
		}
	})},
	{"crs84", each(func(t *testing.T, r *rig, _, items string, _ map[string]any) {
		for _, f := range r.page(t, items).Features {
			if lon, lat := f.corner(t); lon < 125 || lon > 126 || lat < 43 || lat > 44 {
				t.Errorf("%s lies at %v %v", f.ID, lon, lat)
			}
		}
	})},
	{"fc-md-op", func(t *testing.T, r *rig) { r.status(t, 200, r.links(t, r.read(t, "/ogc/"), "data")[0]) }},
	{"fc-md-success", each(func(t *testing.T, _ *rig, id, _ string, d map[string]any) {
		if d["links"] == nil || d["extent"] == nil {
			t.Errorf("%s is %v", id, d)
		}
	})},
	{"fc-md-links", func(t *testing.T, r *rig) {
		hasLinks(t, "collections", r.read(t, "/ogc/collections"), "self", "alternate")
	}},
	{"fc-md-items", each(func(t *testing.T, r *rig, _, items string, _ map[string]any) { r.status(t, 200, items) })},
	{"fc-md-items-links", each(func(t *testing.T, r *rig, id, items string, d map[string]any) {
		hasLinks(t, id, d, "items")
		if got := r.links(t, d, "items"); !slices.Contains(got, items) {
			t.Errorf("the features of %s are at %v", id, got)
		}
	})},
	{"fc-md-extent", each(func(t *testing.T, r *rig, id, items string, d map[string]any) {
		box := at(d, "extent", "spatial", "bbox").([]any)[0].([]any)
		for _, f := range r.page(t, items+"?limit=1000").Features {
			// The rim of a cell, and a place that was moved, may lie outside.
			lon, lat := f.corner(t)
			if near := 0.02; lon < box[0].(float64)-near || lat < box[1].(float64)-near || lon > box[2].(float64)+near || lat > box[3].(float64)+near {
				t.Errorf("%s of %s lies outside %v", f.ID, id, box)
			}
		}
	})},
	{"sfc-md-op", each(func(t *testing.T, r *rig, id, _ string, _ map[string]any) { r.status(t, 200, "/ogc/collections/"+id) })},
	{"sfc-md-success", each(func(t *testing.T, r *rig, id, _ string, d map[string]any) {
		own := r.read(t, "/ogc/collections/"+id)
		for _, key := range []string{"id", "title", "description", "extent", "itemType", "crs", "storageCrs"} {
			if fmt.Sprint(own[key]) != fmt.Sprint(d[key]) {
				t.Errorf("%s of %s is %v alone and %v in the list", key, id, own[key], d[key])
			}
		}
	})},
	{"fc-op", each(func(t *testing.T, r *rig, _, items string, _ map[string]any) { r.status(t, 200, items) })},
	{"fc-limit-definition", each(func(t *testing.T, r *rig, id, _ string, _ map[string]any) {
		if p := r.parameter(t, id, "limit"); p["type"] != "integer" || p["minimum"] != 1.0 || p["maximum"] != float64(maxLimit) || p["default"] != float64(defaultLimit) {
			t.Errorf("limit of %s is %v", id, p)
		}
	})},
	{"fc-limit-response", each(func(t *testing.T, r *rig, id, items string, _ map[string]any) {
		for query, most := range map[string]int{"": defaultLimit, "?limit=1": 1, "?limit=3": 3, "?limit=100000": maxLimit} {
			if n := len(r.page(t, items+query).Features); n > most {
				t.Errorf("%s%s has %d features", id, query, n)
			}
		}
	})},
	{"fc-bbox-definition", each(func(t *testing.T, r *rig, id, _ string, _ map[string]any) {
		if p := r.parameter(t, id, "bbox"); p["type"] != "array" || p["minItems"] != 4.0 || p["maxItems"] != 6.0 || at(p, "items", "type") != "number" {
			t.Errorf("bbox of %s is %v", id, p)
		}
	})},
	{"fc-bbox-response", each(func(t *testing.T, r *rig, id, items string, _ map[string]any) {
		for _, f := range r.page(t, items+"?limit=3").Features {
			lon, lat := f.corner(t)
			box := fmt.Sprintf("%v,%v,%v,%v", lon-1e-4, lat-1e-4, lon+1e-4, lat+1e-4)
			if found := ids(r.page(t, items+"?limit=1000&bbox="+box)); !slices.Contains(found, f.ID) {
				t.Errorf("%s of %s is not in %s: %v", f.ID, id, box, found)
			}
		}
		if n := len(r.page(t, items+"?bbox=10,10,11,11").Features); n > 0 {
			t.Errorf("%d of %s are far away", n, id)
		}
	})},
	{"fc-time-definition", each(func(t *testing.T, r *rig, id, _ string, _ map[string]any) {
		if p := r.parameter(t, id, "datetime"); p["type"] != "string" {
			t.Errorf("datetime of %s is %v", id, p)
		}
	})},
	{"fc-time-response", func(t *testing.T, r *rig) {
		from, to := testNow.Add(-50*time.Hour), testNow.Add(-20*time.Hour)
		found := r.page(t, "/ogc/collections/reports/items?limit=1000&datetime="+from.Format(time.RFC3339)+"/"+to.Format(time.RFC3339)).Features
		for _, f := range found {
			if at, err := time.Parse(time.RFC3339, f.Properties["created_at"].(string)); err != nil || at.Before(from) || at.After(to) {
				t.Errorf("a report of %v, %v", at, err)
			}
		}
		all := len(walk(t, r, "/ogc/collections/reports/items?limit=1000"))
		before := len(walk(t, r, "/ogc/collections/reports/items?limit=1000&datetime=../"+from.Format(time.RFC3339)))
		after := len(walk(t, r, "/ogc/collections/reports/items?limit=1000&datetime="+to.Add(time.Second).Format(time.RFC3339)+"/.."))
		if len(found) == 0 || before+after+len(found) < all {
			t.Errorf("%d reports within, %d before, %d after, of %d", len(found), before, after, all)
		}
		if n := len(r.page(t, "/ogc/collections/grids/items?datetime=1999-01-01").Features); n > 0 {
			t.Errorf("%d grids before the first revision", n)
		}
		if n := len(r.page(t, "/ogc/collections/roads/items?datetime=1999-01-01").Features); n != 3 {
			t.Errorf("%d roads, which have no time, want 3", n)
		}
	}},
	{"fc-response", each(func(t *testing.T, r *rig, _, items string, _ map[string]any) { r.page(t, items) })},
	{"fc-links", each(func(t *testing.T, r *rig, id, items string, _ map[string]any) {
		hasLinks(t, id, r.read(t, items), "self", "alternate", "collection")
		if a := r.page(t, items+"?limit=1"); len(a.Features) == 1 && *a.NumberMatched > 1 && a.link("next") == "" {
			t.Errorf("%s ends after one", id)
		}
	})},
	{"fc-rel-type", each(func(t *testing.T, r *rig, id, items string, _ map[string]any) {
		hasLinks(t, id, r.read(t, items+"?limit=1"))
	})},
	{"fc-timeStamp", each(func(t *testing.T, r *rig, _, items string, _ map[string]any) { r.page(t, items) })}, // which compares it
	{"fc-numberMatched", each(func(t *testing.T, r *rig, id, items string, _ map[string]any) {
		a := r.page(t, items+"?limit=7")
		if n := len(walk(t, r, items+"?limit=7")); a.NumberMatched == nil || *a.NumberMatched != n {
			t.Errorf("numberMatched of %s is %v, there are %d", id, a.NumberMatched, n)
		}
	})},
	{"fc-numberReturned", each(func(t *testing.T, r *rig, _, items string, _ map[string]any) { r.page(t, items+"?limit=2") })}, // which counts
	{"f-op", each(func(t *testing.T, r *rig, id, items string, _ map[string]any) {
		for _, f := range r.page(t, items).Features {
			r.status(t, 200, items+"/"+f.ID)
		}
		r.status(t, 404, items+"/no-such")
	})},
	{"f-success", each(func(t *testing.T, r *rig, id, items string, _ map[string]any) {
		for _, f := range r.page(t, items+"?limit=2").Features {
			own := r.read(t, items+"/"+f.ID)
			if own["id"] != f.ID || fmt.Sprint(own["properties"]) != fmt.Sprint(f.Properties) || at(own, "geometry", "type") != f.Geometry.Type {
				t.Errorf("%s of %s is %v alone", f.ID, id, own)
			}
		}
	})},
	{"f-links", each(func(t *testing.T, r *rig, id, items string, _ map[string]any) {
		for _, f := range r.page(t, items+"?limit=1").Features {
			hasLinks(t, id, r.read(t, items+"/"+f.ID), "self", "alternate", "collection")
		}
	})},
}

// OGC 17-069r4, annex A.4.
var geojsonRequirements = []requirement{
	{"definition", each(func(t *testing.T, r *rig, id, items string, _ map[string]any) {
		if w := r.status(t, 200, items, "Accept", geoJSON); w.Header().Get("Content-Type") != geoJSON {
			t.Errorf("%s is of type %s", id, w.Header().Get("Content-Type"))
		}
	})},
	{"content", each(func(t *testing.T, r *rig, id, items string, _ map[string]any) {
		for _, f := range r.page(t, items).Features {
			if f.ID == "" || f.Geometry.Type == "" || f.Properties == nil {
				t.Errorf("%s has %+v", id, f)
			}
		}
	})},
}

// OGC 17-069r4, annex A.3.
var htmlRequirements = []requirement{
	{"definition", each(func(t *testing.T, r *rig, id, items string, _ map[string]any) {
		paths := []string{"/ogc/collections/" + id, items}
		if id == "districts" { // these once
			paths = append(paths, "/ogc/", "/ogc/conformance", "/ogc/api", "/ogc/collections")
		}
		for _, path := range paths {
			if w := r.status(t, 200, path, "Accept", htmlType); !strings.HasPrefix(w.Header().Get("Content-Type"), htmlType) {
				t.Errorf("%s is of type %s", path, w.Header().Get("Content-Type"))
			}
		}
	})},
	{"content", each(func(t *testing.T, r *rig, id, items string, _ map[string]any) {
		page := r.status(t, 200, items+"?f=html&limit=3").Body.String()
		for _, f := range r.page(t, items+"?limit=3").Features {
			if !strings.Contains(page, f.ID) {
				t.Errorf("the page of %s does not show %s", id, f.ID)
			}
		}
	})},
}

// OGC 17-069r4, annex A.7. The handler of every test is held against the
// document besides.
var oasRequirements = []requirement{
	{"oas-definition-1", func(t *testing.T, r *rig) {
		for _, l := range r.read(t, "/ogc/")["links"].([]any) {
			if l := l.(map[string]any); l["rel"] == "service-desc" && l["type"] != openAPIType {
				t.Errorf("the link %v", l)
			}
		}
	}},
	{"oas-definition-2", func(t *testing.T, r *rig) { r.document(t) }},
	{"oas-impl", func(t *testing.T, r *rig) {
		for path := range r.document(t).Paths.Map() {
			if !strings.Contains(path, "{") {
				r.status(t, 200, "/ogc"+path)
			}
		}
	}},
	{"completeness", func(t *testing.T, r *rig) {
		for path, item := range r.document(t).Paths.Map() {
			if ok := item.Get.Responses.Status(200); ok == nil || len(ok.Value.Content) == 0 {
				t.Errorf("%s answers with nothing", path)
			}
		}
	}},
	{"exceptions-codes", func(t *testing.T, r *rig) {
		for path, item := range r.document(t).Paths.Map() {
			for _, status := range []int{400, 406, 500} {
				if a := item.Get.Responses.Status(status); a == nil || a.Value.Content[problemType] == nil {
					t.Errorf("%s has no %d", path, status)
				}
			}
		}
	}},
	{"security", func(t *testing.T, r *rig) {
		d := r.document(t)
		for _, one := range d.Security {
			for name := range one {
				if d.Components.SecuritySchemes[name] == nil {
					t.Errorf("%s is no scheme", name)
				}
			}
		}
		if len(d.Security) != 3 || len(d.Security[0]) != 0 {
			t.Errorf("security %v, want nothing, a token or a session", d.Security)
		}
	}},
}

// count asks for the village groups that pass a filter.
func (r *rig) count(t *testing.T, collection, filter string) int {
	t.Helper()
	return len(r.page(t, "/ogc/collections/"+collection+"/items?limit=1000&filter="+url.QueryEscape(filter)).Features)
}

// filters tests how many of the 25 village groups filters find.
func filters(name string, want map[string]int) []requirement {
	return []requirement{{name, func(t *testing.T, r *rig) {
		for filter, n := range want {
			if got := r.count(t, "village_groups", filter); got != n {
				t.Errorf("%s finds %d, want %d", filter, got, n)
			}
		}
	}}}
}
