package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/geojson"
	"github.com/paulmach/orb/maptile"

	"github.com/gridpatrol/gridpatrol/api"
	"github.com/gridpatrol/gridpatrol/geo"
)

var routeLine = regexp.MustCompile(`\{(?:method: "([A-Z]+)", )?path: "([^"]+)"`)

// ask sends a viewer's GET to every route that the table of the API has, with
// everything there is for what stands in braces, and says how many there were.
func (c *canary) ask(v viewer) (n int) {
	source, err := os.ReadFile("../../api/routes.go")
	if err != nil {
		c.t.Fatal(err)
	}
	lines := routeLine.FindAllStringSubmatch(string(source), -1)
	if len(lines) < 60 {
		c.t.Fatalf("found %d routes in the table: the test does not read it", len(lines))
	}
	var paths []string
	for _, line := range lines {
		switch method, path := line[1], line[2]; {
		case method != "" && method != "GET", path == "/api/v1/events", strings.HasSuffix(path, "*"):
		case path == "/api/v1/locate":
		default:
			paths = append(paths, c.fill(path)...)
		}
	}
	at := c.elsewhere()
	paths = append(paths, fmt.Sprintf("/api/v1/locate?lon=%v&lat=%v&accuracy_m=80", at[0], at[1]), "/assets/", "/basemap/1/1/1", "/api/v1/reports?limit=100&bbox=125,43,126,44",
		"/api/v1/reports?assignee=me", "/api/v1/search?q=改名", "/api/v1/audit?limit=1000", "/api/v1/audit?format=csv", "/api/v1/compare?from=1&to=2",
		"/api/v1/plans/"+c.ids["plan"][1]+"/impact?days=90", "/api/v1/posts?area=grid:"+c.grid.Code, "/api/v1/people?q="+string([]rune(chiefName)[0]),
		"/ogc/", "/ogc/conformance", "/ogc/collections", "/ogc/api", "/tiles/style.json", "/tiles/reports.json", "/tiles/reports/metadata.json",
		"/ogc/tiles/WebMercatorQuad", "/ogc/tiles/WebMercatorQuad/10/374/869", "/ogc/styles/gridpatrol")
	for _, collection := range append(kinds(), "roads", "reports", "hotspots") {
		base := "/ogc/collections/" + collection
		paths = append(paths, base, base+"/items?limit=1000", base+"/items?bbox=125,43,126,44", base+"/items?bbox=43,125,44,126&bbox-crs=http://www.opengis.net/def/crs/EPSG/0/4326&crs=http://www.opengis.net/def/crs/EPSG/0/4551", base+"/tiles/WebMercatorQuad?f=tilejson", base+"/tiles/WebMercatorQuad/10/374/869")
		if collection == "reports" {
			for _, id := range c.ids["report"] {
				paths = append(paths, base+"/items/"+id)
			}
		}
	}
	for _, collection := range api.ExportCollections() {
		for _, format := range []string{"geojson", "gpkg", "csv", "xlsx"} {
			paths = append(paths, "/api/v1/export/"+collection+"?format="+format)
		}
	}
	hidden := c.hidden(v)
	for _, path := range paths {
		header := v.header
		if slices.ContainsFunc(hidden, func(m mark) bool { _, in := m.in([]byte(path)); return in }) {
			c.t.Fatalf("the question %s has a mark in it", path)
		}
		got := c.do(c.t, "GET", path, "", header...)
		n++
		if got.status >= 500 {
			c.t.Errorf("%s asks GET %s = %d %s", v.name, path, got.status, got.body)
		}
		c.look(fmt.Sprintf("%s: GET %s (%d)", v.name, path, got.status), got.body, hidden)
		for name, values := range got.header {
			c.look(fmt.Sprintf("%s: header %s of GET %s", v.name, name, path), []byte(strings.Join(values, " ")), hidden)
		}
		if strings.Contains(path, "/photos/") && bytes.Contains(got.body, []byte("Exif")) {
			c.t.Errorf("%s: GET %s still has metadata", v.name, path)
		}
	}
	got := c.do(c.t, "POST", "/api/v1/hotspots", `{}`, v.header...)
	c.look(v.name+": hot spots", got.body, hidden)
	if v.header != nil {
		return n + 1
	}
	for id, secret := range c.secret { // the reporter's own view
		for _, path := range []string{"/api/v1/reports/" + id, "/api/v1/reports/" + id + "/photos/1", "/api/v1/reports/" + id + "/contact"} {
			got := c.do(c.t, "GET", path, "", "X-Follow-Secret", secret)
			c.look("a reporter: GET "+path, got.body, c.reporter, c.photo, c.chief)
			n++
		}
	}
	return n + 1
}

// fill gives the paths that a template stands for.
func (c *canary) fill(template string) []string {
	paths := []string{template}
	for strings.Contains(paths[0], "{") {
		before, rest, _ := strings.Cut(paths[0], "{")
		name, _, _ := strings.Cut(rest, "}")
		var values []string
		switch of := before[strings.LastIndex(before[:len(before)-1], "/")+1:]; {
		case name == "kind":
			values = texts(geo.Kinds())
		case name == "code":
			values = []string{c.grid.Code}
		case name == "n":
			values = []string{"1", "2"}
		case name == "collection":
			values = []string{"reports"}
		case of == "plans/":
			values = c.ids["plan"]
		case of == "imports/":
			values = c.ids["import"]
		case of == "people/":
			values = c.ids["person"]
		case of == "posts/":
			values = []string{c.seat.ID.String()}
		case of == "handovers/":
			values = c.ids["handover"]
		default:
			values = c.ids["report"]
		}
		if len(values) == 0 {
			values = []string{geo.ID{}.String()}
		}
		var filled []string
		for _, p := range paths {
			for _, v := range values {
				filled = append(filled, strings.Replace(p, "{"+name+"}", v, 1))
			}
		}
		paths = filled
	}
	return paths
}

func kinds() (out []string) {
	for _, k := range geo.Kinds() {
		out = append(out, k.Plural())
	}
	return out
}

// tilesOf asks for the tiles round the marked places, as they come and decoded,
// and looks where the reports on them lie.
func (c *canary) tilesOf(v viewer) (n int) {
	hidden := c.hidden(v)
	for _, layer := range append(kinds(), "roads", "reports", "hotspots") {
		for _, z := range []maptile.Zoom{8, 12, 14, 16, 18} {
			path := tileAt(layer, c.house, z)
			got := c.do(c.t, "GET", path, "", v.header...)
			n++
			c.look(v.name+": "+path, got.body, hidden)
			if got.status != http.StatusOK {
				continue
			}
			layers, err := mvt.Unmarshal(got.body)
			if err != nil {
				c.t.Fatalf("%s: %s: %v", v.name, path, err)
			}
			layers.ProjectToWGS84(maptile.At(c.house, z))
			for _, l := range layers {
				for _, f := range l.Features {
					c.look(v.name+": "+path, []byte(fmt.Sprint(f.ID, f.Properties)), hidden)
					c.lookAt(v, path, z, f)
				}
			}
		}
	}
	return n
}

// lookAt measures how far a report on a tile is from where it lies. Where the
// tile is as coarse as what the public sees, that says nothing.
func (c *canary) lookAt(v viewer, path string, z maptile.Zoom, f *geojson.Feature) {
	p, isPoint := f.Geometry.(orb.Point)
	if !isPoint || v.position || z < 16 {
		return
	}
	if m := metres(p, c.house); m < 3 {
		c.leaked++
		c.t.Errorf("%s: %s has a report %.1f m from the house", v.name, path, m)
	}
}

// dump searches every row of every table, of contacts too: these are sealed. Where
// reports lie is in the tables of reports alone, and who is on the roster in people.
func (c *canary) dump() (tables int) {
	conn, err := pgx.Connect(c.t.Context(), c.url)
	if err != nil {
		c.t.Fatal(err)
	}
	defer conn.Close(context.Background())
	rows, err := conn.Query(c.t.Context(), `SELECT tablename FROM pg_tables WHERE schemaname = 'gridpatrol' ORDER BY 1`)
	if err != nil {
		c.t.Fatal(err)
	}
	names, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		c.t.Fatal(err)
	}
	for _, table := range names {
		var text string
		sql := `SELECT coalesce(string_agg(x::text, E'\n'), '') FROM ` + pgx.Identifier{"gridpatrol", table}.Sanitize() + ` x`
		if table == "area_versions" || table == "import_areas" {
			continue // boundaries: as large as everything else together, and the same as before
		}
		if err := conn.QueryRow(c.t.Context(), sql).Scan(&text); err != nil {
			c.t.Fatal(err)
		}
		tables++
		marks := slices.Concat(c.reporter, c.photo)
		if !slices.Contains([]string{"reports", "decisions"}, table) {
			marks = append(marks, c.place...)
		}
		if table != "people" {
			marks = append(marks, c.chief...)
		}
		c.look("table "+table, []byte(text), marks)
	}
	return tables
}
