package features

import (
	"fmt"
	"math"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"
)

// isSystems looks at a parameter that names a coordinate system.
func isSystems(name string) func(*testing.T, *rig) {
	return each(func(t *testing.T, r *rig, id, _ string, d map[string]any) {
		p := r.parameter(t, id, name)
		if p["type"] != "string" || p["format"] != "uri" || fmt.Sprint(p["enum"]) != fmt.Sprint(d["crs"]) {
			t.Errorf("%s of %s is %v", name, id, p)
		}
	})
}

// everySystem runs a test for the features of each collection in each system.
func everySystem(test func(t *testing.T, r *rig, items string, in *system)) func(*testing.T, *rig) {
	return each(func(t *testing.T, r *rig, _, items string, d map[string]any) {
		for i, uri := range d["crs"].([]any) {
			if systems[i].uri != uri {
				t.Fatalf("%s is not %s", uri, systems[i].uri)
			}
			test(t, r, items, systems[i])
		}
	})
}

// OGC 18-058r1, annex A.
var crsRequirements = []requirement{
	{"crs-uri", everySystem(func(t *testing.T, _ *rig, _ string, in *system) {
		if !strings.HasPrefix(in.uri, "http://www.opengis.net/def/crs/") {
			t.Errorf("%s names no system", in.uri)
		}
	})},
	{"fc-md-crs-list", each(func(t *testing.T, _ *rig, id, _ string, d map[string]any) {
		if all := d["crs"].([]any); len(all) != 5 || all[0] != crs84 {
			t.Errorf("%s has %v", id, all)
		}
	})},
	{"fc-md-storageCrs", each(func(t *testing.T, _ *rig, id, _ string, d map[string]any) {
		if d["storageCrs"] != crs84 {
			t.Errorf("%s is stored in %v", id, d["storageCrs"])
		}
	})},
	{"fc-md-storageCrs-valid-value", each(func(t *testing.T, _ *rig, id, _ string, d map[string]any) {
		if !slices.Contains(d["crs"].([]any), d["storageCrs"]) {
			t.Errorf("%s is stored in %v", id, d["storageCrs"])
		}
	})},
	{"fc-bbox-crs-definition", isSystems("bbox-crs")},
	{"fc-bbox-crs-valid-value", everySystem(func(t *testing.T, r *rig, items string, in *system) {
		r.status(t, 200, items+"?bbox-crs="+in.uri)
	})},
	{"bbox-crs-exception", each(func(t *testing.T, r *rig, _, items string, _ map[string]any) {
		r.status(t, 400, items+"?bbox=1,2,3,4&bbox-crs="+epsg+"2387")
	})},
	{"fc-bbox-crs-valid-defaultValue", each(func(t *testing.T, r *rig, id, items string, _ map[string]any) {
		const box = "?limit=1000&bbox=125.602,43.502,125.613,43.533"
		if a, b := ids(r.page(t, items+box)), ids(r.page(t, items+box+"&bbox-crs="+crs84)); !slices.Equal(a, b) {
			t.Errorf("%s: %v without bbox-crs, %v with CRS84", id, a, b)
		}
	})},
	{"fc-bbox-crs-action", everySystem(func(t *testing.T, r *rig, items string, in *system) {
		for _, f := range r.page(t, items+"?limit=2").Features {
			lon, lat := f.corner(t)
			q, err := in.from(orb.Point{lon, lat})
			if err != nil {
				t.Fatal(err)
			}
			near := 5.0
			if in.crs.Geographic() {
				near = 5e-5
			}
			box := fmt.Sprintf("%.7f,%.7f,%.7f,%.7f", q[0]-near, q[1]-near, q[0]+near, q[1]+near)
			if found := ids(r.page(t, items+"?limit=1000&bbox="+box+"&bbox-crs="+in.uri)); !slices.Contains(found, f.ID) {
				t.Errorf("%s is not in %s of %s", f.ID, box, in.uri)
			}
		}
	})},
	{"fc-crs-definition", isSystems("crs")},
	{"fc-crs-valid-value", everySystem(func(t *testing.T, r *rig, items string, in *system) { r.status(t, 200, items+"?crs="+in.uri) })},
	{"crs-exception", each(func(t *testing.T, r *rig, _, items string, _ map[string]any) {
		r.status(t, 400, items+"?crs="+epsg+"2387")
		r.status(t, 400, items+"/x?crs="+epsg+"2387")
	})},
	{"fc-crs-default-value", each(func(t *testing.T, r *rig, id, items string, _ map[string]any) {
		a, b := r.page(t, items), r.page(t, items+"?crs="+crs84)
		for i := range a.Features {
			if string(a.Features[i].Geometry.Coordinates) != string(b.Features[i].Geometry.Coordinates) {
				t.Errorf("%s is not in CRS84 without crs", id)
			}
		}
	})},
	{"fc-crs-action", everySystem(func(t *testing.T, r *rig, items string, in *system) {
		here, there := r.page(t, items), r.page(t, items+"?crs="+in.uri)
		for i, f := range here.Features {
			lon, lat := f.corner(t)
			want, err := in.from(orb.Point{lon, lat})
			if err != nil {
				t.Fatal(err)
			}
			x, y := there.Features[i].corner(t)
			near := 1.5e-7
			if !in.crs.Geographic() {
				near = 0.02 // seven digits of a degree are about a centimetre
			}
			if math.Abs(x-want[0]) > near || math.Abs(y-want[1]) > near {
				t.Errorf("%s in %s lies at %v %v, want %v", f.ID, in.uri, x, y, want)
			}
		}
	})},
	{"ogc-crs-header", everySystem(func(t *testing.T, r *rig, items string, in *system) {
		if got := r.status(t, 200, items+"?crs="+in.uri).Header().Get("Content-Crs"); got == "" {
			t.Errorf("%s in %s has no Content-Crs", items, in.uri)
		}
	})},
	{"ogc-crs-header-value", everySystem(func(t *testing.T, r *rig, items string, in *system) {
		if got := r.status(t, 200, items+"?crs="+in.uri).Header().Get("Content-Crs"); got != "<"+in.uri+">" {
			t.Errorf("%s in %s has Content-Crs %s", items, in.uri, got)
		}
	})},
}

// OGC 19-079r2, annex A.
var queryablesRequirements = []requirement{
	{"queryables-link", each(func(t *testing.T, r *rig, id, _ string, d map[string]any) { hasLinks(t, id, d, relQueryables) })},
	{"get-queryables-op", each(func(t *testing.T, r *rig, id, _ string, _ map[string]any) {
		if w := r.status(t, 200, "/ogc/collections/"+id+"/queryables", "Accept", schemaType); w.Header().Get("Content-Type") != schemaType {
			t.Errorf("queryables of %s are of type %s", id, w.Header().Get("Content-Type"))
		}
	})},
	{"get-queryables-response", each(func(t *testing.T, r *rig, id, _ string, _ map[string]any) {
		q := r.read(t, "/ogc/collections/"+id+"/queryables")
		if q["$schema"] != "https://json-schema.org/draft/2020-12/schema" || q["$id"] != "https://map.example/ogc/collections/"+id+"/queryables" ||
			q["type"] != "object" || at(q, "properties", "geometry", "format") == nil {
			t.Errorf("queryables of %s are %v", id, q)
		}
	})},
	{"expression-construction", each(func(t *testing.T, r *rig, id, items string, _ map[string]any) {
		r.status(t, 400, items+"?filter="+url.QueryEscape("no_such = 1"))
		for name := range at(r.read(t, "/ogc/collections/"+id+"/queryables"), "properties").(map[string]any) {
			if name != geometryName {
				r.status(t, 200, items+"?filter="+url.QueryEscape(name+" IS NOT NULL"))
			}
		}
	})},
}

func queryablesAreParameters(t *testing.T, r *rig) {
	each(func(t *testing.T, r *rig, id, items string, _ map[string]any) {
		for name, member := range at(r.read(t, "/ogc/collections/"+id+"/queryables"), "properties").(map[string]any) {
			if name == geometryName {
				continue
			}
			if p := r.parameter(t, id, name); p["type"] != at(member, "type") {
				t.Errorf("%s of %s is %v as a parameter, %v as a queryable", name, id, p, member)
			}
			for _, f := range r.page(t, items+"?limit=2").Features {
				value := f.Properties[name]
				if value == nil || id == "hotspots" && name != "h3" {
					continue
				}
				text := url.QueryEscape(fmt.Sprint(value))
				if n, ok := value.(float64); ok {
					text = fmt.Sprintf("%v", n)
				}
				if found := ids(r.page(t, items+"?limit=1000&"+name+"="+text)); !slices.Contains(found, f.ID) {
					t.Errorf("%s of %s is not among those with %s=%s", f.ID, id, name, text)
				}
			}
		}
	})(t, r)
}

var filterRequirements = []requirement{
	{"filter-param", filterInDocument},
	{"filter-lang-param", each(func(t *testing.T, r *rig, id, items string, _ map[string]any) {
		if p := r.parameter(t, id, "filter-lang"); p["default"] != "cql2-text" || fmt.Sprint(p["enum"]) != "[cql2-text]" {
			t.Errorf("filter-lang of %s is %v", id, p)
		}
		r.status(t, 200, items+"?filter-lang=cql2-text&filter=TRUE")
		r.status(t, 400, items+"?filter-lang=cql2-json&filter=TRUE")
	})},
	{"filter-crs-param", isSystems("filter-crs")},
	{"filter-crs-wgs84", each(func(t *testing.T, r *rig, id, items string, _ map[string]any) {
		for _, f := range r.page(t, items+"?limit=2").Features {
			lon, lat := f.corner(t)
			for suffix, filter := range map[string]string{
				"":                             fmt.Sprintf("S_INTERSECTS(geometry,BBOX(%.6f,%.6f,%.6f,%.6f))", lon-1e-5, lat-1e-5, lon+1e-5, lat+1e-5),
				"&filter-crs=" + epsg + "4326": fmt.Sprintf("S_INTERSECTS(geometry,BBOX(%.6f,%.6f,%.6f,%.6f))", lat-1e-5, lon-1e-5, lat+1e-5, lon+1e-5),
			} {
				if found := ids(r.page(t, items+"?limit=1000&filter="+url.QueryEscape(filter)+suffix)); !slices.Contains(found, f.ID) {
					t.Errorf("%s of %s does not meet %s%s", f.ID, id, filter, suffix)
				}
			}
		}
	})},
	{"expression-construction", each(func(t *testing.T, r *rig, _, items string, _ map[string]any) {
		for _, wrong := range []string{"", "(", "TRUE AND", "1", "S_INTERSECTS(geometry)", "geometry = 1"} {
			r.status(t, 400, items+"?filter="+url.QueryEscape(wrong))
		}
	})},
	{"mixing-expressions", each(func(t *testing.T, r *rig, id, items string, _ map[string]any) {
		all := ids(r.page(t, items+"?limit=1000&bbox=125.602,43.502,125.613,43.533"))
		if both := ids(r.page(t, items+"?limit=1000&bbox=125.602,43.502,125.613,43.533&filter=TRUE")); !slices.Equal(all, both) {
			t.Errorf("%s: %d in the box, %d with a filter that takes all", id, len(all), len(both))
		}
		if n := len(r.page(t, items+"?bbox=125.602,43.502,125.613,43.533&filter=FALSE").Features); n > 0 {
			t.Errorf("%s: %d pass a filter that takes none", id, n)
		}
	})},
	{"response", filterSelects},
}

func filterInDocument(t *testing.T, r *rig) {
	each(func(t *testing.T, r *rig, id, _ string, _ map[string]any) {
		if p := r.parameter(t, id, "filter"); p["type"] != "string" {
			t.Errorf("filter of %s is %v", id, p)
		}
	})(t, r)
}

// filterSelects: what passes a filter and what passes its contrary are together
// all, and no feature is in both.
func filterSelects(t *testing.T, r *rig) {
	for collection, filter := range map[string]string{
		"village_groups": "households > 110", "grids": "name = '网格2'", "roads": "class = 'track'", "reports": "status = 'closed'", "hotspots": "suppressed = TRUE",
	} {
		items := "/ogc/collections/" + collection + "/items?limit=1000"
		column, _, _ := strings.Cut(filter, " ")
		known := r.count(t, collection, column+" IS NOT NULL")
		yes, no := r.count(t, collection, filter), r.count(t, collection, "NOT ("+filter+")")
		if all := len(r.page(t, items).Features); yes+no != known || known > all || yes == 0 {
			t.Errorf("%s: %d pass %s, %d do not, of %d", collection, yes, filter, no, known)
		}
	}
}

func temporalFilters(t *testing.T, r *rig) {
	instant := testNow.Add(-30 * time.Hour).Format(time.RFC3339)
	all := r.count(t, "reports", "created_at IS NOT NULL")
	before, during, after := r.count(t, "reports", "T_BEFORE(created_at,TIMESTAMP('"+instant+"'))"),
		r.count(t, "reports", "T_EQUALS(created_at,TIMESTAMP('"+instant+"'))"), r.count(t, "reports", "T_AFTER(created_at,TIMESTAMP('"+instant+"'))")
	if before == 0 || during == 0 || after == 0 || before+during+after != all {
		t.Errorf("%d before, %d at, %d after %s, of %d", before, during, after, instant, all)
	}
	if n := r.count(t, "reports", "T_INTERSECTS(created_at,INTERVAL('"+instant+"','..'))"); n != during+after {
		t.Errorf("%d from then on, want %d", n, during+after)
	}
}
