package tiles

import (
	"encoding/json"
	"fmt"
	"net/http"
	"reflect"
	"strings"
	"testing"

	"github.com/paulmach/orb/geojson"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/cell"
	"github.com/gridpatrol/gridpatrol/geo/hotspot"
)

// walkedRig has the demo's reports, and patrols that were an hour in every cell of the
// statistics with reports, but 200 in and round the one that is hottest by household.
func walkedRig(t *testing.T) (*rig, *walks, cell.Cell) {
	t.Helper()
	r := hotDistrictRig(t, 16_000)
	r.viewer.patrols = true
	found, err := r.Hotspots(t.Context(), r.viewer, HotspotQuery{Resolution: hotspot.AnalysisResolution, Variable: hotspot.OfRates})
	if err != nil {
		t.Fatal(err)
	}
	var hottest hotspot.Stat
	for _, c := range found.Cells {
		if c.Compared && c.Stat.Significant && c.Stat.Z > hottest.Z {
			hottest = c.Stat
		}
	}
	if hottest.Cell == 0 {
		t.Fatal("no cell is hot by household")
	}
	ring, err := cell.Ring(hottest.Cell, 1)
	if err != nil {
		t.Fatal(err)
	}
	near := map[cell.Cell]bool{hottest.Cell: true}
	for _, c := range ring {
		near[c] = true
	}
	p := &walks{}
	for _, c := range found.Cells {
		inner, err := cell.Children(c.Cell.Cell, hotspot.BaseResolution)
		if err != nil {
			t.Fatal(err)
		}
		w := hotspot.Walked{Cell: inner[7], Seconds: 3600, Visits: 1, Last: testNow}
		if near[c.Cell.Cell] {
			w.Seconds *= 200
		}
		p.cells = append(p.cells, w)
	}
	r.c.Patrols = p
	return r, p, hottest.Cell
}

func TestHotspotsByPatrolHour(t *testing.T) {
	r, p, hottest := walkedRig(t)
	for _, exposure := range []Exposure{ByHousehold, ByPatrolHour} {
		q := HotspotQuery{Resolution: hotspot.AnalysisResolution, Exposure: exposure}
		found, err := r.Hotspots(t.Context(), r.viewer, q)
		if err != nil {
			t.Fatal(err)
		}
		want := hotspot.OfRates
		if exposure == ByPatrolHour {
			want = hotspot.OfPatrolHours
		}
		if found.Analysis.Variable != want {
			t.Errorf("%s: statistics of %s, want %s", exposure, found.Analysis.Variable, want)
		}
		watched := 0
		for _, c := range found.Cells {
			if c.Watched {
				watched++
			}
			if c.Cell.Cell == hottest && (!c.Watched || c.Hours != 200 || (exposure == ByHousehold) != (c.Stat.Significant && c.Stat.Z > 0)) {
				t.Errorf("%s: the hottest cell is %+v, want it watched", exposure, c)
			}
			if c.Properties()["watched"] != c.Watched || c.Properties()["patrol_hours"] != decimals(c.Hours, 1000) {
				t.Errorf("%s: properties %v of %+v", exposure, c.Properties(), c)
			}
			if rate, ok := c.PerPatrolHour(); !ok || rate != decimals(float64(c.N)/c.Hours, 1000) || c.Properties()["per_patrol_hour"] != rate {
				t.Errorf("%s: %v reports an hour of %+v", exposure, rate, c)
			}
		}
		if watched == 0 || watched == len(found.Cells) {
			t.Errorf("%s: %d of %d cells are watched", exposure, watched, len(found.Cells))
		}
		// Tiles and features written by hand say the same.
		for _, tile := range hotspotTiles(countedReports(t, 16_000), 1)[:6] {
			q.Resolution = resolutionAt(int(tile.Z))
			found, err := r.Hotspots(t.Context(), r.viewer, q)
			if err != nil {
				t.Fatal(err)
			}
			drawn := plainTile(t, found.Cells, tile)
			got := decodedHotspots(t, r.get(fmt.Sprintf("/tiles/hotspots/%d/%d/%d.mvt?exposure=%s", tile.Z, tile.X, tile.Y, exposure)).Body.Bytes())
			if len(got) != len(drawn) || len(got) == 0 {
				t.Fatalf("tile %v has %d cells, want %d", tile, len(got), len(drawn))
			}
			for name, f := range got {
				if !reflect.DeepEqual(f.Properties, drawn[name].Properties) {
					t.Fatalf("tile %v: %v, want %v", tile, f.Properties, drawn[name].Properties)
				}
			}
			var list []geojson.Feature
			if err := json.Unmarshal(appendCells(nil, found.Cells, nil), &list); err != nil || len(list) != len(found.Cells) {
				t.Fatalf("%d features, %v", len(list), err)
			}
			for i, f := range list {
				plain, err := json.Marshal(found.Cells[i].Properties())
				if err != nil {
					t.Fatal(err)
				}
				var want geojson.Properties
				if err := json.Unmarshal(plain, &want); err != nil || !reflect.DeepEqual(f.Properties, want) {
					t.Fatalf("feature %v, want %v, %v", f.Properties, want, err)
				}
			}
		}
	}
	// More hours are another answer at once they are known.
	r.c.CountsFor, r.walks.keep = 0, 0
	p.cells[0].Seconds += 36000
	if found, err := r.Hotspots(t.Context(), r.viewer, HotspotQuery{Resolution: 8, Exposure: ByPatrolHour}); err != nil || found.Cells[0].Hours != p.cells[0].Seconds/3600 {
		t.Errorf("after ten hours more: %+v, %v", found.Cells[0], err)
	}
	// What is not asked for is not told.
	if found, err := r.Hotspots(t.Context(), r.viewer, HotspotQuery{Resolution: 8}); err != nil || found.Hours != nil || found.Cells[0].Walked || found.Cells[0].Weighed {
		t.Errorf("without exposure: %+v, %v", found.Cells[0], err)
	}
}

func TestPatrolHoursAreForWhoReadsPatrols(t *testing.T) {
	r, p, hottest := walkedRig(t)
	ask := func(body string) (HotspotCollection, int) {
		w := post(r, body)
		var got HotspotCollection
		if w.Code == http.StatusOK {
			if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
				t.Fatal(err)
			}
		}
		return got, w.Code
	}
	p.erased = testNow.AddDate(0, -6, 0)
	got, code := ask(`{"exposure":"patrol_hour"}`)
	if code != http.StatusOK || got.Hours == nil || got.Analysis.Variable != hotspot.OfPatrolHours || got.Analysis.Hours == 0 || got.HoursSince == nil || !got.HoursSince.Equal(p.erased) {
		t.Errorf("by patrol hour: %d, %v hours since %v, %+v", code, got.Hours, got.HoursSince, got.Analysis)
	}
	if got, code := ask(`{}`); code != http.StatusOK || got.Hours != nil || strings.Contains(string(got.Features), "patrol") || strings.Contains(string(got.Features), "watched") {
		t.Errorf("without exposure: %d, %v", code, got.Hours)
	}
	for body, want := range map[string]int{`{"exposure":"sheep"}`: 400, `{"exposure":1}`: 400, `{"exposure":"household","from":"2020-01-01T00:00:00Z"}`: 400} {
		if _, code := ask(body); code != want {
			t.Errorf("%s = %d, want %d", body, code, want)
		}
	}
	if w := r.get("/tiles/hotspots/10/869/374.mvt?exposure=sheep"); w.Code != http.StatusBadRequest {
		t.Errorf("an exposure that is none = %d, want 400", w.Code)
	}

	// Who is limited to areas has the hours there, and no statistics.
	center, _ := cell.Center(hottest)
	m, _ := r.history.Current().Index.Locate(center)
	grid := m.Area(geo.Grid)
	r.viewer.every, r.viewer.areas, r.viewer.covers = false, "grid", grid.ID
	for i := range p.cells {
		r.viewer.counts = append(r.viewer.counts, hotspot.Count{Cell: p.cells[i].Cell, N: 2})
	}
	found, err := r.Hotspots(t.Context(), r.viewer, HotspotQuery{Resolution: hotspot.BaseResolution, Exposure: ByPatrolHour})
	if err != nil || found.Analysis != nil || found.Hours.Total() == 0 {
		t.Fatalf("of own areas: %+v, %v", found.Analysis, err)
	}
	for _, c := range found.Cells {
		at, _ := cell.Center(c.Cell.Cell)
		m, _ := r.history.Current().Index.Locate(at)
		if own := m.Area(geo.Grid) == grid; c.Weighed || own != (c.Hours > 0) {
			t.Errorf("%s, in the grid: %v, has %v hours", c.Cell.Cell, own, c.Hours)
		}
	}

	r.viewer.patrols = false
	if _, code := ask(`{"exposure":"household"}`); code != http.StatusForbidden {
		t.Errorf("without the right = %d, want 403", code)
	}
	if w := r.get("/tiles/hotspots/10/869/374.mvt?exposure=patrol_hour"); w.Code != http.StatusForbidden {
		t.Errorf("a tile without the right = %d, want 403", w.Code)
	}
}
