package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/cell"
	"github.com/gridpatrol/gridpatrol/geo/hotspot"
	"github.com/gridpatrol/gridpatrol/postgis"
)

// gdalRig is a whole server with the demo's data that GDAL reads. The district
// has two revisions: in the second a grid has another name, and a compound is gone.
type gdalRig struct {
	*serving
	database string
	between  time.Time // when the first revision was in force
	token    string    // of a dispatcher

	mu    sync.Mutex
	asked []string // paths with queries
}

func newGDALRig(t *testing.T) *gdalRig {
	r := &gdalRig{database: groundedDatabase(t), between: until.AddDate(-1, 0, 0)}
	r.serving = serveTest(t, r.database)
	var areas []geo.Area
	gone := false
	for _, a := range r.boundaries.Current().Index.All() {
		next := *a
		if a.Kind == geo.Grid && a.Code == "220112102000003" {
			next.Name = "改名网格"
		}
		if a.Kind == geo.Compound && !gone {
			gone = true
			continue
		}
		areas = append(areas, next)
	}
	if _, err := r.store.Publish(t.Context(), postgis.Publication{Base: 1, Areas: areas, Note: "another name", Actor: system}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the second revision is served", func() bool { return r.boundaries.Current().Revision.Number == 2 })
	r.token = makeToken(t, r.store, access.Dispatcher)
	handler := r.api.Handler()
	r.url = undescribed(t, http.HandlerFunc(func(w http.ResponseWriter, q *http.Request) {
		r.mu.Lock()
		r.asked = append(r.asked, q.URL.RequestURI())
		r.mu.Unlock()
		handler.ServeHTTP(w, q)
	}))
	return r
}

// undescribed serves answers that are not held against the document of the API:
// whole collections take long at that, and others do it.
func undescribed(t *testing.T, h http.Handler) (url string) {
	t.Helper()
	front := httptest.NewServer(h)
	t.Cleanup(front.Close)
	return front.URL
}

// requests gives what was asked for since the last call.
func (r *gdalRig) requests() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	all := strings.Join(r.asked, "\n")
	r.asked = nil
	return all
}

// column has ogr2ogr read a layer, and gives one field of all its features,
// sorted. Anything on standard error is a fault: GDAL often exits with 0 all the same.
func (r *gdalRig) column(t *testing.T, field, source, layer string, args ...string) []string {
	t.Helper()
	var out, complaints bytes.Buffer
	args = append([]string{"-select", field}, args...)
	if layer != "" {
		args = append([]string{layer}, args...)
	}
	args = append([]string{"-f", "CSV", "/vsistdout/", source}, args...)
	c := exec.CommandContext(t.Context(), "ogr2ogr", args...)
	c.Stdout, c.Stderr = &out, &complaints
	if err := c.Run(); err != nil || complaints.Len() > 0 {
		t.Fatalf("ogr2ogr %s: %v\n%.2000s", strings.Join(args, " "), err, complaints.String())
	}
	table := csv.NewReader(&out)
	table.FieldsPerRecord = -1 // GDAL ends the only field of a line with a comma
	rows, err := table.ReadAll()
	if err != nil || len(rows) == 0 {
		t.Fatalf("ogr2ogr %s: %v, %d rows", strings.Join(args, " "), err, len(rows))
	}
	var values []string
	for _, row := range rows[1:] {
		values = append(values, row[0])
	}
	slices.Sort(values)
	return values
}

// rows gives one column of text from PostGIS, sorted as column does.
func (r *gdalRig) rows(t *testing.T, sql string, args ...any) []string {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), r.database)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	found, err := conn.Query(t.Context(), sql, args...)
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	values, err := pgx.CollectRows(found, pgx.RowTo[string])
	if err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	slices.Sort(values)
	return values
}

// cells gives the cells of the reports that came from then on and before, in
// resolution 8, which those that touch the bound are left of.
func (r *gdalRig) cells(t *testing.T, from, to time.Time, bound *orb.Bound) []string {
	t.Helper()
	var names []string
	for _, text := range r.rows(t, "SELECT to_hex(cell) FROM gridpatrol.reports WHERE created_at >= $1 AND created_at < $2", from, to) {
		c, err := cell.Parse(text)
		if err == nil {
			c, err = cell.Parent(c, 8)
		}
		if err != nil {
			t.Fatal(err)
		}
		if bound == nil || geo.Intersects(orb.MultiPolygon{cell.Boundary(c)}, *bound) {
			names = append(names, c.String())
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// matched is what the server says of a query.
func (r *gdalRig) matched(t *testing.T, layer, query string, header ...string) (matched, returned int) {
	t.Helper()
	got := r.do(t, "GET", "/ogc/collections/"+layer+"/items?limit=10000"+query, "", header...)
	var page struct{ NumberMatched, NumberReturned *int }
	if err := json.Unmarshal(got.body, &page); err != nil || page.NumberReturned == nil {
		t.Fatalf("%s: %d %.300s", layer, got.status, got.body)
	}
	if page.NumberMatched == nil {
		return -1, *page.NumberReturned
	}
	return *page.NumberMatched, *page.NumberReturned
}

// same compares what GDAL read with what is known.
func same(t *testing.T, what string, got, want []string) {
	t.Helper()
	if len(want) == 0 {
		t.Errorf("%s: there is nothing to be found", what)
	}
	if slices.Equal(got, want) {
		return
	}
	without := func(all, others []string) []string {
		return slices.DeleteFunc(slices.Clone(all), func(s string) bool { return slices.Contains(others, s) })
	}
	t.Errorf("%s: GDAL reads %d features, want %d; too many %.300v, too few %.300v", what, len(got), len(want), without(got, want), without(want, got))
}

// gdalLayer is a collection, and how PostGIS tells its ids.
type gdalLayer struct {
	name, id string
	sql      string // ids, with a condition to be added
	shape    string // its column
	where    string // a condition that both read
	sent     string // what of it the server is asked
	paged    int
}

func gdalLayers() []gdalLayer {
	areas := func(name, kind, where, sent string, paged int) gdalLayer {
		return gdalLayer{name, "code", "SELECT code FROM gridpatrol.area_versions WHERE kind = '" + kind + "' AND revs @> 2", "shape", where, sent, paged}
	}
	return []gdalLayer{
		areas("districts", "district", "code = '220112'", "code=220112", 1),
		areas("townships", "township", "name = '奢岭街道'", "name=", 3),
		areas("villages", "village", "unit_type = 'community' AND households > 1000", "unit_type=community", 50),
		areas("village_groups", "village_group", "parent = '220112002213'", "parent=220112002213", 300),
		areas("grids", "grid", "class = 'urban' AND households > 500", "class=urban", 13),
		areas("compounds", "compound", "synthetic = 1 AND households > 300", "synthetic=1", 150),
		{"roads", "id", "SELECT id::text FROM gridpatrol.ground_features WHERE class IN ('road_main', 'road', 'track')", "shape", "class = 'road_main'", "class=road_main", 200},
		{"reports", "id", "SELECT id::text FROM gridpatrol.reports WHERE true", "point", "category = 'fire_safety' AND status = 'closed'", "category=fire_safety", 700},
	}
}

// TestGDALReadsEveryCollection reads every collection of a whole server with
// GDAL, whole and in pages, by property, box and date, and compares what it
// finds with PostGIS and with the numbers that the server gives.
func TestGDALReadsEveryCollection(t *testing.T) {
	r := newGDALRig(t)
	source := "OAPIF:" + r.url + "/ogc"
	box := orb.Bound{Min: orb.Point{125.62, 43.50}, Max: orb.Point{125.70, 43.56}}
	spat := []string{"-spat", fmt.Sprint(box.Min[0]), fmt.Sprint(box.Min[1]), fmt.Sprint(box.Max[0]), fmt.Sprint(box.Max[1])}
	inBox := fmt.Sprintf(" AND ST_Intersects(%%s, ST_MakeEnvelope(%v, %v, %v, %v, 4326))", box.Min[0], box.Min[1], box.Max[0], box.Max[1])
	asDispatcher := []string{"--config", "GDAL_HTTP_HEADERS", "Authorization: Bearer " + r.token}
	const whole = "PAGE_SIZE=10000"
	for _, l := range gdalLayers() {
		t.Run(l.name, func(t *testing.T) {
			all := r.rows(t, l.sql)
			same(t, "whole", r.column(t, l.id, source, l.name, "-oo", whole), all)
			if matched, returned := r.matched(t, l.name, ""); matched != len(all) || returned != len(all) {
				t.Errorf("the server says %d matched, %d returned, want %d", matched, returned, len(all))
			}
			r.requests()
			same(t, "in pages", r.column(t, l.id, source, l.name, "-oo", fmt.Sprint("PAGE_SIZE=", l.paged)), all)
			if n := strings.Count(r.requests(), "cursor="); n < (len(all)-1)/l.paged {
				t.Errorf("%d features in pages of %d came in %d further pages", len(all), l.paged, n)
			}
			same(t, "where "+l.where, r.column(t, l.id, source, l.name, "-oo", whole, "-where", l.where), r.rows(t, l.sql+" AND "+postgisOf(l.where)))
			if asked := r.requests(); !strings.Contains(asked, l.sent) {
				t.Errorf("GDAL does not ask the server for %s:\n%s", l.sent, asked)
			}
			// The public sees reports near where they are; in the box are those
			// that are there to who sees where that is.
			as, header := []string(nil), []string(nil)
			if l.name == "reports" {
				as, header = asDispatcher, bearer(r.token)
			}
			want := r.rows(t, l.sql+fmt.Sprintf(inBox, l.shape))
			same(t, "in a box", r.column(t, l.id, source, l.name, slices.Concat([]string{"-oo", whole}, spat, as)...), want)
			if asked := r.requests(); !strings.Contains(asked, "bbox=") {
				t.Errorf("GDAL does not ask the server for the box:\n%s", asked)
			}
			if _, returned := r.matched(t, l.name, "&bbox=125.62,43.50,125.70,43.56", header...); returned != len(want) {
				t.Errorf("the server finds %d in the box, want %d", returned, len(want))
			}
		})
	}
	t.Run("hotspots", func(t *testing.T) {
		all := r.column(t, "h3", source, "hotspots", "-oo", whole)
		if matched, _ := r.matched(t, "hotspots", ""); matched != len(all) || len(all) < 100 {
			t.Errorf("GDAL reads %d of everybody's cells, the server says %d matched", len(all), matched)
		}
		same(t, "in pages", r.column(t, "h3", source, "hotspots", "-oo", "PAGE_SIZE=200"), all)
		r.requests()
		same(t, "one", r.column(t, "h3", source, "hotspots", "-where", "h3 = '"+all[5]+"'"), all[5:6])
		if asked := r.requests(); !strings.Contains(asked, "h3="+all[5]) {
			t.Errorf("GDAL does not ask the server for the cell:\n%s", asked)
		}
		// The public's cells are those of the places as it sees them. Days are
		// those of the district.
		zone, err := time.LoadLocation(timeZone)
		if err != nil {
			t.Fatal(err)
		}
		to := hotspot.Tomorrow(time.Now().In(zone))
		from := to.AddDate(0, 0, -365)
		same(t, "as a dispatcher", r.column(t, "h3", source, "hotspots", append(asDispatcher, "-oo", whole)...), r.cells(t, from, to, nil))
		same(t, "in a box", r.column(t, "h3", source, "hotspots", slices.Concat(spat, asDispatcher, []string{"-oo", whole})...), r.cells(t, from, to, &box))
	})
	t.Run("by date", func(t *testing.T) { r.byDate(t, source) })
	t.Run("by date in the address", r.byDatetime)
	t.Run("vector tiles", r.vectorTiles)
}

// postgisOf says a condition of GDAL's as PostGIS has it.
func postgisOf(where string) string {
	return strings.NewReplacer("synthetic = 1", "synthetic", "parent =", "parent_code =").Replace(where)
}

// byDate asks for areas as they were, and for the reports of some days.
func (r *gdalRig) byDate(t *testing.T, source string) {
	then := "?at=" + r.between.Format(time.RFC3339)
	for _, l := range gdalLayers() {
		if l.id != "code" {
			continue
		}
		want := r.rows(t, strings.Replace(l.sql, "revs @> 2", "revs @> 1", 1))
		same(t, l.name+" then", r.column(t, l.id, source+then, l.name, "-oo", "PAGE_SIZE=10000"), want)
	}
	for at, name := range map[string]string{"": "改名网格", then: "双营乡"} {
		got := r.column(t, "name", source+at, "grids", "-where", "code = '220112102000003'")
		if len(got) != 1 || (got[0] == "改名网格") != (name == "改名网格") {
			t.Errorf("the grid is called %v at %q", got, at)
		}
	}
	// All layers at once: those that have no past are not offered.
	layers := r.column(t, "code", source+then, "districts")
	if len(layers) != 1 {
		t.Errorf("the district then: %v", layers)
	}
	if out := ogrinfoAll(t, source+then); strings.Contains(out, "reports") || !strings.Contains(out, "compounds") {
		t.Errorf("in the past GDAL finds the layers\n%s", out)
	}
	from, to := time.Now().UTC().AddDate(0, 0, -40).Truncate(24*time.Hour), time.Now().UTC().AddDate(0, 0, -10).Truncate(24*time.Hour)
	where := fmt.Sprintf("created_at >= '%s' AND created_at < '%s'", from.Format(time.RFC3339), to.Format(time.RFC3339))
	r.requests()
	same(t, "reports where "+where, r.column(t, "id", source, "reports", "-where", where, "-oo", "PAGE_SIZE=1000"),
		r.rows(t, "SELECT id::text FROM gridpatrol.reports WHERE created_at >= $1 AND created_at < $2", from, to))
	if asked := r.requests(); !strings.Contains(asked, "datetime="+from.Format("2006-01-02")) {
		t.Errorf("GDAL does not ask the server for the time:\n%s", asked)
	}
}

// byDatetime reads every collection from an address with datetime, as GeoJSON.
func (r *gdalRig) byDatetime(t *testing.T) {
	from, to := time.Now().UTC().AddDate(0, 0, -40).Truncate(24*time.Hour), time.Now().UTC().AddDate(0, 0, -10).Truncate(24*time.Hour)
	days := url.QueryEscape(from.Format(time.RFC3339) + "/" + to.Format(time.RFC3339))
	at := func(layer, datetime string) string {
		return r.url + "/ogc/collections/" + layer + "/items?limit=10000&datetime=" + datetime
	}
	for _, l := range gdalLayers() {
		datetime, want := url.QueryEscape(r.between.Format(time.RFC3339)), strings.Replace(l.sql, "revs @> 2", "revs @> 1", 1)
		if l.name == "reports" {
			datetime, want = days, l.sql+fmt.Sprintf(" AND created_at >= '%s' AND created_at < '%s'", from.Format(time.RFC3339), to.Format(time.RFC3339))
		}
		same(t, l.name, r.column(t, l.id, at(l.name, datetime), ""), r.rows(t, want))
	}
	// Any days but some are counted for who reads reports only.
	same(t, "hotspots", r.column(t, "h3", at("hotspots", days), "", "--config", "GDAL_HTTP_HEADERS", "Authorization: Bearer "+r.token), r.cells(t, from, to, nil))
}

func ogrinfoAll(t *testing.T, args ...string) string {
	t.Helper()
	var out, complaints bytes.Buffer
	c := exec.CommandContext(t.Context(), "ogrinfo", append([]string{"-ro", "-al", "-so"}, args...)...)
	c.Stdout, c.Stderr = &out, &complaints
	if err := c.Run(); err != nil || complaints.Len() > 0 {
		t.Fatalf("ogrinfo %s: %v\n%.2000s", strings.Join(args, " "), err, complaints.String())
	}
	return out.String()
}

// vectorTiles opens the tiles of each collection as a folder, by its
// metadata.json, and finds every feature of PostGIS in one of them.
func (r *gdalRig) vectorTiles(t *testing.T) {
	for _, root := range []string{"/ogc/collections/%s/tiles/WebMercatorQuad/12", "/tiles/%s/12"} {
		for _, l := range gdalLayers() {
			if l.id != "code" {
				continue
			}
			path := fmt.Sprintf(root, l.name)
			t.Run(path, func(t *testing.T) {
				same(t, l.name, slices.Compact(r.column(t, "code", "MVT:"+r.url+path, l.name)), r.rows(t, l.sql))
			})
		}
	}
	t.Run("reports", func(t *testing.T) {
		got := r.column(t, "id", "MVT:"+r.url+"/ogc/collections/reports/tiles/WebMercatorQuad/12", "reports", "--config", "GDAL_HTTP_HEADERS", "Authorization: Bearer "+r.token)
		same(t, "reports", slices.Compact(got), r.rows(t, "SELECT id::text FROM gridpatrol.reports"))
	})
	t.Run("one tile", func(t *testing.T) {
		file := "MVT:" + r.url + "/ogc/collections/grids/tiles/WebMercatorQuad/12/3478/1496.pbf"
		got := r.column(t, "code", file, "grids", "-oo", "METADATA_FILE="+r.url+"/ogc/collections/grids/tiles/WebMercatorQuad/metadata.json")
		all := r.rows(t, "SELECT code FROM gridpatrol.area_versions WHERE kind = 'grid' AND revs @> 2")
		if len(got) == 0 || len(got) > len(all)/2 || slices.ContainsFunc(got, func(c string) bool { return !slices.Contains(all, c) }) {
			t.Errorf("one tile has the grids %v", got)
		}
	})
	t.Run("the whole", func(t *testing.T) {
		out := ogrinfoAll(t, "MVT:"+r.url+"/ogc/tiles/WebMercatorQuad/10")
		for _, l := range append(gdalLayers(), gdalLayer{name: "hotspots"}) {
			_, layer, ok := strings.Cut(out, "Layer name: "+l.name+"\n")
			_, number, _ := strings.Cut(layer, "Feature Count: ")
			var n int
			if _, err := fmt.Sscan(number, &n); !ok || err != nil || n == 0 {
				t.Errorf("%s: %d features in the tiles of the whole, %v", l.name, n, err)
			}
		}
	})
}
