package features

import (
	"net/http"
	"strings"
	"sync"
	"testing"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/locate"
)

func TestShapesAreWrittenOnce(t *testing.T) {
	r := newRig(t)
	const path = "/ogc/collections/village_groups/items/220112200001003"
	first := r.get(path).Body.String()
	of := func(revision int) *area {
		x, ok := r.server.areas.of(r.history[revision]).area(geo.VillageGroup, "220112200001003")
		if !ok {
			t.Fatal("the village group is gone")
		}
		return x
	}
	kept := of(1).shape.Load()
	if kept == nil || !strings.Contains(first, string(*kept)) {
		t.Fatalf("the shape that was sent is not kept: %v", kept)
	}
	if again := r.get(path).Body.String(); again != first || of(1).shape.Load() != kept {
		t.Error("the shape is written again")
	}
	if of(0).shape.Load() != kept {
		t.Error("a revision that has the same shape does not share it")
	}
	if x, ok := r.server.areas.of(r.history[0]).area(geo.VillageGroup, "220112200001004"); !ok || x.shape.Load() != nil {
		t.Error("a shape that nobody asked for is written")
	}
	// A new revision in which the area has another shape: that of its neighbour.
	changed := town(t, 3)
	var areas []geo.Area
	for _, a := range changed.Index.All() {
		areas = append(areas, *a)
	}
	for i := range areas {
		if areas[i].Code == "220112200001003" {
			areas[i].Shape = areas[i+1].Shape
		}
	}
	index, err := locate.Build(areas, locate.Config{})
	if err != nil {
		t.Fatal(err)
	}
	r.history = append(r.history, &locate.Snapshot{Revision: changed.Revision, Index: index})
	r.server.c.Boundaries = r.history
	if now := r.get(path).Body.String(); now == first {
		t.Error("the shape of the revision before is sent")
	}
	for range keepAreaSets + 2 {
		r.server.areas.of(town(t, 1))
	}
	if n := len(r.server.areas.recent); n != keepAreaSets {
		t.Errorf("%d sets are kept, want %d", n, keepAreaSets)
	}
}

func TestShapesOfManyAtOnce(t *testing.T) {
	r := newRig(t)
	want := r.get("/ogc/collections/village_groups/items?limit=100").Body.String()
	r = newRig(t)
	var wait sync.WaitGroup
	for range 8 {
		wait.Go(func() {
			if got := r.get("/ogc/collections/village_groups/items?limit=100").Body.String(); got != want {
				t.Errorf("one of many gets\n%s\nwant\n%s", got, want)
			}
		})
	}
	wait.Wait()
}

// TestPagesOfAreasHaveETags: the tag of a page stays while nothing of what it is
// taken from changes, and differs where another page is asked for.
func TestPagesOfAreasHaveETags(t *testing.T) {
	r := newRig(t)
	const path = "/ogc/collections/grids/items?limit=2"
	tag := func(path string) string {
		w := r.get(path)
		tag := w.Header().Get("ETag")
		if w.Code != http.StatusOK || !strings.HasPrefix(tag, `W/"`) || w.Header().Get("Cache-Control") != "public, no-cache" {
			t.Fatalf("GET %s = %d, ETag %s, Cache-Control %s", path, w.Code, tag, w.Header().Get("Cache-Control"))
		}
		return tag
	}
	first := tag(path)
	w := r.get(path, "If-None-Match", first)
	if w.Code != http.StatusNotModified || w.Body.Len() > 0 || w.Header().Get("ETag") != first || w.Header().Get("Content-Crs") == "" {
		t.Errorf("If-None-Match = %d with %d bytes, want 304 with the same headers", w.Code, w.Body.Len())
	}
	if w := r.get(path, "If-None-Match", first, "Accept-Encoding", "gzip"); w.Code != http.StatusNotModified {
		t.Errorf("If-None-Match, compressed = %d, want 304", w.Code)
	}
	if r.principal = r.officerOf(t, 1); tag(path) != first {
		t.Error("areas are the same for everybody, their tag is not")
	}
	for _, other := range []string{
		"/ogc/collections/grids/items?limit=3", path + "&crs=" + epsg + "4326", path + "&properties=name",
		path + "&plan=back", path + "&datetime=2026-07-31T00:00:00Z", "/ogc/collections/compounds/items?limit=2",
	} {
		if w := r.get(other, "If-None-Match", first); w.Code != http.StatusOK || w.Header().Get("ETag") == first {
			t.Errorf("GET %s with the tag of another page = %d", other, w.Code)
		}
	}
	r.base = "https://another.example" // every link changes
	if tag(path) == first {
		t.Error("pages with other links have the same tag")
	}
	r.base = "https://map.example"
	r.history[1] = town(t, 1)
	r.server.c.Boundaries = r.history
	if w := r.get(path, "If-None-Match", first); w.Code != http.StatusOK {
		t.Errorf("after a publish If-None-Match = %d, want 200", w.Code)
	}
}
