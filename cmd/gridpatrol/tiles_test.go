package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/maptile"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/postgis"
)

// TestTokensSeeTheirAreasOnTiles asks a whole server for the tiles of two
// reports in two grids, with tokens of one grid, of the district, and without.
func TestTokensSeeTheirAreasOnTiles(t *testing.T) {
	s := serveTest(t, districtDatabase(t))
	grids := s.boundaries.Current().Index.Areas(geo.Grid)
	var ids, paths [2]string
	for i, grid := range [2]*geo.Area{grids[0], grids[40]} {
		p, ok := geo.PointOnSurface(grid.Shape)
		if !ok {
			t.Fatalf("grid %s has no surface", grid.Code)
		}
		sent := s.do(t, "POST", "/api/v1/reports", fmt.Sprintf(`{"category":"fire_safety","lon":%v,"lat":%v}`, p[0], p[1]))
		if sent.status != http.StatusCreated {
			t.Fatalf("POST report = %d %s", sent.status, sent.body)
		}
		ids[i], paths[i] = sent.report(t).ID, tileAt("reports", p, 14)
	}
	const private, public = "private, no-cache", "public, no-cache"
	// The public comes first, so that what is kept for it is there for others.
	for _, c := range []struct {
		name    string
		header  []string
		shown   [2]bool
		withID  bool
		caching string
	}{
		{"nobody known", nil, [2]bool{true, true}, false, public},
		{"an officer of the first grid", bearer(makeToken(t, s.store, access.Officer, grids[0].ID)), [2]bool{true, false}, true, private},
		{"a dispatcher of the second grid", bearer(makeToken(t, s.store, access.Dispatcher, grids[40].ID)), [2]bool{false, true}, true, private},
		{"a dispatcher", bearer(makeToken(t, s.store, access.Dispatcher)), [2]bool{true, true}, true, private},
		{"a consumer of the second grid", bearer(makeToken(t, s.store, access.Consumer, grids[40].ID)), [2]bool{false, true}, false, private},
		{"a consumer", bearer(makeToken(t, s.store, access.Consumer)), [2]bool{true, true}, false, public},
	} {
		for i, path := range paths {
			got := s.do(t, "GET", path, "", c.header...)
			if shown := got.status == http.StatusOK; shown != c.shown[i] || !shown && got.status != http.StatusNoContent {
				t.Errorf("%s gets %d with %d bytes for the tile of report %d", c.name, got.status, len(got.body), i)
				continue
			}
			if h := got.header; h.Get("Cache-Control") != c.caching || !strings.Contains(strings.Join(h.Values("Vary"), " "), "Authorization") {
				t.Errorf("%s: Cache-Control %q, Vary %q, want %q by Authorization", c.name, h.Get("Cache-Control"), h.Values("Vary"), c.caching)
			}
			if !c.shown[i] {
				continue
			}
			layers, err := mvt.Unmarshal(got.body)
			if err != nil || len(layers) != 1 || len(layers[0].Features) != 1 {
				t.Fatalf("%s: the tile of report %d has layers %v, %v; want one report", c.name, i, layers, err)
			}
			if id := layers[0].Features[0].Properties["id"]; c.withID && id != ids[i] || !c.withID && id != nil {
				t.Errorf("%s sees report %v, want %s: %v", c.name, id, ids[i], c.withID)
			}
			if tag := got.header.Get("ETag"); s.do(t, "GET", path, "", append(c.header[:len(c.header):len(c.header)], "If-None-Match", tag)...).status != http.StatusNotModified {
				t.Errorf("%s asks again for report %d with %s and does not get 304", c.name, i, tag)
			}
		}
	}
}

// tileAt is the path of the tile of a layer that p lies in.
func tileAt(layer string, p orb.Point, z maptile.Zoom) string {
	at := maptile.At(p, z)
	return fmt.Sprintf("/tiles/%s/%d/%d/%d.mvt", layer, at.Z, at.X, at.Y)
}

// TestAPublishReachesTiles publishes another name and asks for tiles while the
// server takes it over: unversioned ones switch, those of revisions stay.
func TestAPublishReachesTiles(t *testing.T) {
	s := serveTest(t, districtDatabase(t))
	groups := s.boundaries.Current().Index.Areas(geo.VillageGroup)
	renamed, far := groups[0], groups[len(groups)-1]
	at := func(layer string, a *geo.Area) string {
		p, ok := geo.PointOnSurface(a.Shape)
		if !ok {
			t.Fatalf("%s has no surface", a.Ref())
		}
		return tileAt(layer, p, 15)
	}
	tag := func(path string) string {
		t.Helper()
		got := s.do(t, "GET", path, "")
		if got.status != http.StatusOK {
			t.Fatalf("GET %s = %d %s", path, got.status, got.body)
		}
		return got.header.Get("ETag")
	}
	near, distant := at("village_groups", renamed), at("village_groups", far)
	before, elsewhere, first := tag(near), tag(distant), tag(at("village_groups@1", renamed))
	if first != before {
		t.Errorf("the tile of revision 1 is %s, the one in force %s", first, before)
	}
	var areas []geo.Area
	for _, a := range s.boundaries.Current().Index.All() {
		next := *a
		if next.ID == renamed.ID {
			next.Name = "改名屯"
		}
		areas = append(areas, next)
	}
	if _, err := s.store.Publish(t.Context(), postgis.Publication{Base: 1, Areas: areas, Note: "a new name", Actor: system}); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the tile shows the new name", func() bool {
		return strings.Contains(string(s.do(t, "GET", near, "").body), "改名屯")
	})
	if got := tag(near); got == before || got != tag(at("village_groups@2", renamed)) {
		t.Errorf("after the publish the tile is %s, before it was %s; revision 2 has %s", got, before, tag(at("village_groups@2", renamed)))
	}
	if got := tag(at("village_groups@1", renamed)); got != before {
		t.Errorf("the tile of revision 1 is %s now, before it was %s", got, before)
	}
	if got := tag(distant); got != elsewhere {
		t.Errorf("a tile that shows nothing of the change is %s now, before it was %s", got, elsewhere)
	}
}
