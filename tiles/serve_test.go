package tiles

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/encoding/mvt/vectortile"
	"github.com/paulmach/orb/geojson"
	"github.com/paulmach/orb/maptile"
	"github.com/paulmach/orb/planar"
)

// tilePath is the path of the tile of a layer that p lies in.
func tilePath(layer string, p orb.Point, z maptile.Zoom) string {
	t := maptile.At(p, z)
	return fmt.Sprintf("/tiles/%s/%d/%d/%d.mvt", layer, t.Z, t.X, t.Y)
}

// decodeTile reads a tile of one layer and gives its features in lon/lat.
func decodeTile(t *testing.T, data []byte, at maptile.Tile) (name string, features []*geojson.Feature) {
	t.Helper()
	layers, err := mvt.Unmarshal(data)
	if err != nil {
		t.Fatal(err)
	}
	if len(layers) != 1 || layers[0].Version != 2 || layers[0].Extent != extent {
		t.Fatalf("tile has layers %v, want one of version 2 and extent %d", layers, extent)
	}
	layers.ProjectToWGS84(at)
	return layers[0].Name, layers[0].Features
}

func TestTileShowsTheAreas(t *testing.T) {
	r := newRig(t)
	middle := townMiddle()
	w := r.get(tilePath("village_groups", middle, 14))
	if w.Code != http.StatusOK || w.Header().Get("Content-Type") != contentType {
		t.Fatalf("GET tile = %d %s, want 200 %s", w.Code, w.Header().Get("Content-Type"), contentType)
	}
	name, features := decodeTile(t, w.Body.Bytes(), maptile.At(middle, 14))
	if name != "village_groups" {
		t.Errorf("layer is %q, want village_groups", name)
	}
	ids := make(map[float64]bool)
	for _, f := range features {
		code, _ := f.Properties["code"].(string)
		area, ok := r.history.Current().Index.Area("village_group", code)
		if !ok {
			t.Fatalf("tile has a feature of code %q, which the town has not", code)
		}
		if f.Properties["name"] != area.Name || f.Properties["parent"] != "220112" || f.Properties["households"] != 120.0 ||
			f.Properties["area_m2"] != 1235.0 || f.Properties["synthetic"] != true || f.Properties["kind"] != "village_group" {
			t.Errorf("properties of %s = %v", code, f.Properties)
		}
		id, ok := f.ID.(float64)
		if !ok || ids[id] || id >= 1<<53 {
			t.Errorf("id of %s is %v, want a number of its own below 2^53", code, f.ID)
		}
		ids[id] = true
		// The middle of what is shown lies in the area, with some room for rounding.
		centre, _ := planar.CentroidArea(f.Geometry)
		if d := planar.DistanceFrom(area.Shape, centre); d > 0 && !planar.MultiPolygonContains(area.Shape, centre) {
			t.Errorf("%s is shown at %v, %.6f° off its place", code, centre, d)
		}
	}
	if len(features) < 4 {
		t.Errorf("%d features, want at least the four groups round the middle", len(features))
	}
}

func TestTileWinding(t *testing.T) {
	r := newRig(t)
	w := r.get(tilePath("grids", townMiddle(), 12))
	var tile vectortile.Tile
	if err := tile.Unmarshal(w.Body.Bytes()); err != nil {
		t.Fatal(err)
	}
	layers, err := mvt.Unmarshal(w.Body.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range layers[0].Features {
		polygon, ok := f.Geometry.(orb.Polygon)
		if !ok || doubleArea(polygon[0]) <= 0 {
			t.Errorf("feature %v: outer ring has area %v, want a polygon with a positive one", f.ID, doubleArea(polygon[0]))
		}
	}
	if got := tile.Layers[0].GetVersion(); got != 2 {
		t.Errorf("layer version = %d, want 2", got)
	}
}

func TestTileStatuses(t *testing.T) {
	r := newRig(t)
	middle := townMiddle()
	good := tilePath("grids", middle, 12)
	for _, c := range []struct {
		name, path string
		want       int
	}{
		{"there", good, 200},
		{"empty", "/tiles/grids/12/0/0.mvt", 204},
		{"nothing on the ground", "/tiles/roads/12/0/0.mvt", 204},
		{"ground", tilePath("roads", middle, 12), 200},
		{"unknown layer", strings.Replace(good, "grids", "castles", 1), 404},
		{"coverage for who may not", strings.Replace(good, "grids", "coverage", 1), 401},
		{"zoom below", tilePath("grids", middle, 5), 404},
		{"least zoom", tilePath("grids", middle, 6), 200},
		{"greatest zoom", tilePath("grids", middle, 16), 200},
		{"zoom above", tilePath("grids", middle, 17), 404},
		{"zoom of no map", "/tiles/grids/300/0/0.mvt", 404},
		{"x past the map", "/tiles/grids/12/4096/1.mvt", 404},
		{"y past the map", "/tiles/grids/12/1/4096.mvt", 404},
		{"x of no number", "/tiles/grids/12/99999999999999999999/1.mvt", 404},
		{"another suffix", strings.Replace(good, ".mvt", ".png", 1), 404},
		{"unknown parameter", good + "?fish=1", 400},
		{"at twice", good + "?at=2026-09-01T00:00:00Z&at=2026-09-02T00:00:00Z", 400},
		{"at a time", good + "?at=2026-09-15T00:00:00Z", 200},
		{"at a time with a zone", good + "?at=2026-09-15T08:00:00%2B08:00", 200},
		{"at no time", good + "?at=yesterday", 400},
		{"before the first revision", good + "?at=2020-01-01T00:00:00Z", 404},
		{"in the future", good + "?at=2030-01-01T00:00:00Z", 400},
		{"a plan nobody has", good + "?plan=0190", 404},
		{"at and plan", good + "?at=2026-09-15T00:00:00Z&plan=0190", 400},
		{"revision", strings.Replace(good, "grids", "grids@2", 1), 200},
		{"older revision", strings.Replace(good, "grids", "grids@1", 1), 200},
		{"unknown revision", strings.Replace(good, "grids", "grids@3", 1), 404},
		{"revision that is no number", strings.Replace(good, "grids", "grids@99999999999999999999", 1), 404},
		{"revision of nothing", strings.Replace(good, "grids", "grids@0", 1), 404},
		{"revision and at", strings.Replace(good, "grids", "grids@2", 1) + "?at=2026-09-15T00:00:00Z", 400},
		{"roads have no revisions", strings.Replace(good, "grids", "roads@2", 1), 404},
		{"empty tile of a revision", "/tiles/grids@2/12/0/0.mvt", 204},
		{"somewhere else", "/tiles/grids", 404},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := r.get(c.path)
			if w.Code != c.want {
				t.Fatalf("GET %s = %d %s, want %d", c.path, w.Code, w.Body, c.want)
			}
			if c.want >= 400 && w.Header().Get("Content-Type") != "application/problem+json" {
				t.Errorf("GET %s answers as %s, want a problem", c.path, w.Header().Get("Content-Type"))
			}
			if c.want == 204 && w.Body.Len() > 0 {
				t.Errorf("GET %s = 204 with a body", c.path)
			}
		})
	}
}

func TestOtherMethodsAreRefused(t *testing.T) {
	r := newRig(t)
	w := httptest.NewRecorder()
	r.handler.ServeHTTP(w, httptest.NewRequest(http.MethodDelete, tilePath("grids", townMiddle(), 12), nil))
	if w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") == "" {
		t.Errorf("DELETE = %d, Allow %q, want 405 with Allow", w.Code, w.Header().Get("Allow"))
	}
	server := httptest.NewServer(r.handler)
	defer server.Close()
	answer, err := http.Head(server.URL + tilePath("grids", townMiddle(), 12))
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusOK || answer.Header.Get("ETag") == "" {
		t.Errorf("HEAD = %d, ETag %q, want 200 with one", answer.StatusCode, answer.Header.Get("ETag"))
	}
}

func TestTileCaching(t *testing.T) {
	r := newRig(t)
	path := tilePath("village_groups", townMiddle(), 13)
	plain := r.get(path)
	etag := plain.Header().Get("ETag")
	if etag == "" || plain.Header().Get("Cache-Control") != "public, no-cache" || plain.Header().Get("Vary") != "Accept-Encoding" {
		t.Fatalf("headers = %v, want ETag, public, no-cache, Vary", plain.Header())
	}
	zipped := r.get(path, "Accept-Encoding", "br, gzip;q=0.8")
	if zipped.Header().Get("Content-Encoding") != "gzip" || zipped.Header().Get("ETag") == etag || zipped.Body.Len() >= plain.Body.Len() {
		t.Fatalf("gzipped: headers %v and %d bytes of %d", zipped.Header(), zipped.Body.Len(), plain.Body.Len())
	}
	reader, err := gzip.NewReader(zipped.Body)
	if err != nil {
		t.Fatal(err)
	}
	if data, err := io.ReadAll(reader); err != nil || !bytes.Equal(data, plain.Body.Bytes()) {
		t.Errorf("the gzipped tile unpacks to something else: %v", err)
	}
	for _, tag := range []string{etag, "W/" + etag, `"other", ` + etag, "*", zipped.Header().Get("ETag")} {
		if w := r.get(path, "If-None-Match", tag); w.Code != http.StatusNotModified || w.Body.Len() > 0 || w.Header().Get("ETag") == "" {
			t.Errorf("If-None-Match %s = %d with %d bytes, want 304 without", tag, w.Code, w.Body.Len())
		}
	}
	if w := r.get(path, "If-None-Match", `"other"`); w.Code != http.StatusOK {
		t.Errorf("If-None-Match of another tile = %d, want 200", w.Code)
	}
	for _, refused := range []string{"", "identity", "gzip;q=0", "*;q=0", "br"} {
		if w := r.get(path, "Accept-Encoding", refused); w.Header().Get("Content-Encoding") != "" {
			t.Errorf("Accept-Encoding %q is answered with %s", refused, w.Header().Get("Content-Encoding"))
		}
	}
}

func TestTileOfRevision(t *testing.T) {
	r := newRig(t)
	path := tilePath("grids", townMiddle(), 12)
	nameIn := func(w *httptest.ResponseRecorder) string {
		_, features := decodeTile(t, w.Body.Bytes(), maptile.At(townMiddle(), 12))
		name, _ := features[0].Properties["name"].(string)
		return name
	}
	for _, c := range []struct{ name, path, prefix string }{
		{"now", path, "220"},
		{"before the second revision", path + "?at=" + url.QueryEscape(testNow.AddDate(0, -1, 0).Add(-time.Second).Format(time.RFC3339)), "old"},
		{"at the instant of the second", path + "?at=" + url.QueryEscape(testNow.AddDate(0, -1, 0).Format(time.RFC3339)), "220"},
		{"as a plan has it", path + "?plan=back", "old"},
		{"first revision", strings.Replace(path, "grids", "grids@1", 1), "old"},
		{"second revision", strings.Replace(path, "grids", "grids@2", 1), "220"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := r.get(c.path)
			if got := nameIn(w); !strings.HasPrefix(got, c.prefix) {
				t.Errorf("GET %s shows %q, want %s…", c.path, got, c.prefix)
			}
			want := "public, no-cache"
			switch {
			case strings.Contains(c.path, "@"):
				want = "public, max-age=31536000, immutable"
			case strings.Contains(c.path, "plan="):
				want = "private, no-cache"
			}
			if got := w.Header().Get("Cache-Control"); got != want {
				t.Errorf("Cache-Control = %q, want %q", got, want)
			}
		})
	}
}

func TestGroundComesWithTheZoom(t *testing.T) {
	r := newRig(t)
	for z, want := range map[maptile.Zoom]int{9: 1, 12: 3} {
		w := r.get(tilePath("roads", townMiddle(), z))
		_, features := decodeTile(t, w.Body.Bytes(), maptile.At(townMiddle(), z))
		if len(features) != want {
			t.Errorf("zoom %d shows %d features of the ground, want %d", z, len(features), want)
		}
		for _, f := range features {
			if f.Properties["class"] == "road_main" && f.Properties["name"] != "Main road" {
				t.Errorf("main road has properties %v", f.Properties)
			}
		}
	}
}

func TestPublishedTilesSwitchAtOnce(t *testing.T) {
	r := newRig(t)
	path := tilePath("grids", townMiddle(), 12)
	before := r.get(path).Header().Get("ETag")
	third := town(t, 3, "new ")
	third.Revision.PublishedAt = testNow
	changed, err := New(Config{Boundaries: append(r.history, third), Counts: r.ledger, Viewer: r.c.Viewer, PublicURL: r.c.PublicURL, Problem: writeProblem})
	if err != nil {
		t.Fatal(err)
	}
	changed.cache = r.cache // what was cached must not come again
	w := httptest.NewRecorder()
	changed.Handler().ServeHTTP(w, httptest.NewRequest(http.MethodGet, path, nil))
	if after := w.Header().Get("ETag"); after == before || after == "" {
		t.Errorf("ETag after a publish is %q, before %q", after, before)
	}
}
