package tiles

import (
	"encoding/json"
	"net/http"
	"strings"
	"testing"

	"github.com/gridpatrol/gridpatrol/geo"
)

func TestTileJSON(t *testing.T) {
	r := newRig(t)
	r.viewer.patrols = true
	for name, l := range r.layers {
		for _, path := range []string{"/tiles/" + name + ".json", "/tiles/" + name + "/metadata.json"} {
			w := r.get(path)
			var got tileSet
			if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Code != http.StatusOK {
				t.Fatalf("GET %s = %d %s", path, w.Code, w.Body)
			}
			if got.TileJSON != "3.0.0" || got.Revision != 2 || got.MinZoom != l.minZoom || got.MaxZoom != l.maxZoom ||
				!strings.Contains(got.Attribution, "synthetic") {
				t.Errorf("GET %s = %+v", path, got)
			}
			if len(got.Tiles) != 1 || got.Tiles[0] != "https://map.example/tiles/"+name+"/{z}/{x}/{y}.mvt" {
				t.Errorf("%s: tiles are at %v", path, got.Tiles)
			}
			b := r.history.Current().Index.Bound()
			if got.Bounds != [4]float64{b.Min[0], b.Min[1], b.Max[0], b.Max[1]} || got.Center[2] < float64(l.minZoom) || got.Center[2] > float64(l.maxZoom) {
				t.Errorf("%s: bounds %v, center %v", path, got.Bounds, got.Center)
			}
			if len(got.VectorLayers) != 1 || got.VectorLayers[0].ID != name || len(got.VectorLayers[0].Fields) == 0 {
				t.Errorf("%s: vector layers %+v", path, got.VectorLayers)
			}
		}
	}
	for path, want := range map[string]int{
		"/tiles/castles.json":                           404,
		"/tiles/grids.json?fish=1":                      400,
		"/tiles/grids.json?plan=x":                      404,
		"/tiles/grids.json?at=2020-01-01T00:00:00Z":     404,
		"/tiles/style.json?at=2020-01-01T00:00:00Z":     404,
		"/tiles/castles/metadata.json":                  404,
		"/tiles/grids/metadata.json?at=monday":          400,
		"/tiles/style.json?at=2026-09-15T00:00:00Z&x=1": 400,
	} {
		if w := r.get(path); w.Code != want {
			t.Errorf("GET %s = %d, want %d", path, w.Code, want)
		}
	}
	w := r.get("/tiles/grids.json?at=2026-09-15T08:00:00%2B08:00")
	if !strings.Contains(w.Body.String(), "{y}.mvt?at=2026-09-15T08%3A00%3A00%2B08%3A00") {
		t.Errorf("the tiles of a time are at %s", w.Body)
	}
	for path, want := range map[string]string{
		"/tiles/grids.json?plan=back": "/grids/{z}/{x}/{y}.mvt?plan=back", "/tiles/reports.json?plan=back": `/reports/{z}/{x}/{y}.mvt"`,
		"/tiles/style.json?plan=back": "/tiles/grids.json?plan=back",
	} {
		w := r.get(path)
		if !strings.Contains(w.Body.String(), want) || w.Header().Get("Cache-Control") != "private, no-cache" {
			t.Errorf("GET %s = %s, %s, want %s", path, w.Header().Get("Cache-Control"), w.Body, want)
		}
	}
}

// TestFieldsAreDeclared checks that TileJSON names every property a tile has.
func TestFieldsAreDeclared(t *testing.T) {
	r := newRig(t)
	for _, k := range geo.Kinds() {
		l := r.layers[k.Plural()]
		for _, a := range r.history.Current().Index.Areas(k) {
			for name := range areaProperties(a) {
				if _, ok := l.fields[name]; !ok && name != "households" {
					t.Errorf("layer %s has the property %q, which its TileJSON does not name", l.name, name)
				}
			}
		}
	}
}

func TestStyle(t *testing.T) {
	r := newRig(t)
	r.viewer.patrols = true
	w := r.get("/tiles/style.json")
	var got struct {
		Version int
		Glyphs  *string
		Sprite  *string
		Sources map[string]struct{ Type, URL string }
		Layers  []struct {
			ID, Type, Source string
			SourceLayer      string `json:"source-layer"`
		}
	}
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Code != http.StatusOK {
		t.Fatalf("GET = %d %s", w.Code, w.Body)
	}
	if got.Version != 8 || got.Glyphs != nil || got.Sprite != nil {
		t.Errorf("version %d, glyphs %v, sprite %v; want 8 and none of either", got.Version, got.Glyphs, got.Sprite)
	}
	drawn, ids := make(map[string]bool), make(map[string]bool)
	for _, l := range got.Layers {
		if ids[l.ID] {
			t.Errorf("two layers are called %q", l.ID)
		}
		ids[l.ID] = true
		if l.Type == "background" {
			continue
		}
		drawn[l.Source] = true
		if l.SourceLayer != l.Source || got.Sources[l.Source].URL != "https://map.example/tiles/"+l.Source+".json" {
			t.Errorf("layer %+v from source %+v", l, got.Sources[l.Source])
		}
	}
	for name := range r.layers {
		if !drawn[name] {
			t.Errorf("the style does not draw %s", name)
		}
	}
	// Whoever may not see a layer is not led to it.
	r.viewer.patrols = false
	got.Sources = nil
	if err := json.Unmarshal(r.get("/tiles/style.json").Body.Bytes(), &got); err != nil || len(got.Sources) != len(r.layers)-1 {
		t.Errorf("%d sources without patrols, %v, want %d", len(got.Sources), err, len(r.layers)-1)
	}
	if _, there := got.Sources["coverage"]; there {
		t.Error("who reads no patrols is told of coverage")
	}
}

// Who has a description already is told so; a publish makes another one.
func TestDescriptionsAreNotSentTwice(t *testing.T) {
	r := newRig(t)
	for _, path := range []string{"/tiles/grids.json", "/tiles/grids/metadata.json", "/tiles/style.json"} {
		w := r.get(path)
		tag := w.Header().Get("ETag")
		if tag == "" || w.Header().Get("Content-Type") != "application/json" || !json.Valid(w.Body.Bytes()) {
			t.Fatalf("%s = %d %v", path, w.Code, w.Header())
		}
		if again := r.get(path, "If-None-Match", tag); again.Code != http.StatusNotModified || again.Body.Len() > 0 || again.Header().Get("ETag") != tag {
			t.Errorf("%s with its ETag = %d, %d bytes", path, again.Code, again.Body.Len())
		}
		zipped := r.get(path, "Accept-Encoding", "gzip")
		if zipped.Header().Get("Content-Encoding") != "gzip" || zipped.Body.Len() >= w.Body.Len() {
			t.Errorf("%s gzipped = %d bytes of %d, %v", path, zipped.Body.Len(), w.Body.Len(), zipped.Header())
		}
	}
}
