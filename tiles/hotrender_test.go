package tiles

import (
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"reflect"
	"slices"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/geojson"
	"github.com/paulmach/orb/maptile"

	"github.com/gridpatrol/gridpatrol/geo/cell"
	"github.com/gridpatrol/gridpatrol/geo/hotspot"
)

// hotDistrictRig has the reports of the demo district, and as many more as
// make it n, for a viewer that reads all of them.
func hotDistrictRig(t testing.TB, n int) *rig {
	t.Helper()
	r, _ := districtRig(t)
	r.ledger.columns = columnsOf(t, countedReports(t, n))
	r.viewer.own, r.viewer.every = true, true
	r.c.Categories, r.c.Statuses = nil, nil
	return r
}

// plainTile draws cells as any polygons are drawn, and encodes them with a
// library.
func plainTile(t *testing.T, cells []HotCell, tile maptile.Tile) map[string]*geojson.Feature {
	t.Helper()
	snap := newSnapper(tile)
	var features []feature
	for i := range cells {
		c := &cells[i]
		g := polygonal(snap.polygons(projectPolygons(orb.MultiPolygon{cell.Boundary(c.Cell.Cell)})))
		if g != nil {
			features = append(features, feature{featureID(c.Cell.Cell.String()), g, c.Properties()})
		}
	}
	data, err := encode("hotspots", features)
	if err != nil {
		t.Fatal(err)
	}
	return decodedHotspots(t, data)
}

// decodedHotspots gives the features of a tile by cell, in tile units.
func decodedHotspots(t *testing.T, data []byte) map[string]*geojson.Feature {
	t.Helper()
	out := make(map[string]*geojson.Feature)
	if len(data) == 0 {
		return out
	}
	layers, err := mvt.Unmarshal(data)
	if err != nil || len(layers) != 1 || layers[0].Name != "hotspots" || layers[0].Version != 2 {
		t.Fatalf("decode: %d layers, %v", len(layers), err)
	}
	for _, f := range layers[0].Features {
		out[f.Properties["h3"].(string)] = f
	}
	if len(out) != len(layers[0].Features) {
		t.Fatalf("%d features of %d cells", len(layers[0].Features), len(out))
	}
	return out
}

// TestHotspotTilesAsAnyOtherPolygons draws tiles of every zoom both ways.
func TestHotspotTilesAsAnyOtherPolygons(t *testing.T) {
	r := hotDistrictRig(t, 16_000)
	seen, clippedOnes := 0, 0
	for _, public := range []bool{false, true} {
		r.viewer.own, r.viewer.every = !public, !public
		for _, tile := range hotspotTiles(countedReports(t, 16_000), 1) {
			for _, of := range []string{"", "?variable=rate"} {
				q := HotspotQuery{Resolution: resolutionAt(int(tile.Z))}
				if of != "" {
					q.Variable = hotspot.OfRates
				}
				found, err := r.Hotspots(t.Context(), r.viewer, q)
				if err != nil {
					t.Fatal(err)
				}
				want := plainTile(t, found.Cells, tile)
				w := r.get(fmt.Sprintf("/tiles/hotspots/%d/%d/%d.mvt", tile.Z, tile.X, tile.Y) + of)
				got := decodedHotspots(t, w.Body.Bytes())
				if len(got) != len(want) || len(got) == 0 {
					t.Fatalf("tile %v has %d cells, want %d", tile, len(got), len(want))
				}
				for name, f := range got {
					other := want[name]
					if other == nil || !reflect.DeepEqual(f.Properties, other.Properties) || f.ID != other.ID {
						t.Fatalf("tile %v%s: cell %s = %+v, want %+v", tile, of, name, f, other)
					}
					if !sameRing(f.Geometry, other.Geometry) {
						t.Errorf("tile %v: cell %s is drawn %v, want %v", tile, name, f.Geometry, other.Geometry)
					}
					seen++
					if b := f.Geometry.Bound(); b.Min[0] == -buffer || b.Max[1] == extent+buffer {
						clippedOnes++
					}
				}
			}
		}
	}
	if seen < 300 || clippedOnes < 10 {
		t.Errorf("only %d cells seen, %d of them cut", seen, clippedOnes)
	}
}

// sameRing compares polygons, wherever their rings begin.
func sameRing(a, b orb.Geometry) bool {
	p, ok := a.(orb.Polygon)
	q, same := b.(orb.Polygon)
	if !ok || !same || len(p) != 1 || len(q) != 1 || len(p[0]) != len(q[0]) {
		return false
	}
	from := p[0][:len(p[0])-1]
	to := q[0][:len(q[0])-1]
	i := slices.Index(to, from[0])
	return i >= 0 && slices.Equal(from, append(slices.Clone(to[i:]), to[:i]...))
}

// TestHotspotsSayTheSameAtEveryZoom checks that the statistics are of one
// resolution, and that a tile and the document agree.
func TestHotspotsSayTheSameAtEveryZoom(t *testing.T) {
	r := hotDistrictRig(t, 16_000)
	found, err := r.Hotspots(t.Context(), r.viewer, HotspotQuery{Resolution: hotspot.AnalysisResolution})
	if err != nil || found.Analysis == nil {
		t.Fatalf("Hotspots = %+v, %v", found, err)
	}
	at := make(map[string]HotCell)
	significant := 0
	for _, c := range found.Cells {
		at[c.Cell.Cell.String()] = c
		if c.Stat.Significant {
			significant++
		}
		if !c.Compared || c.Stat.Cell != c.Cell.Cell || c.Stat.N != c.N {
			t.Fatalf("cell %+v has the statistics of another", c)
		}
		if rate, ok := c.Rate(); ok && math.Abs(rate-float64(c.N)/c.Households*1000) > 0.005 {
			t.Errorf("cell of %d reports and %g households has the rate %g", c.N, c.Households, rate)
		}
	}
	if significant == 0 || significant > found.Analysis.Significant {
		t.Errorf("%d cells with reports are significant, of %d in all", significant, found.Analysis.Significant)
	}
	for _, res := range []int{5, 9, 10} {
		finer, err := r.Hotspots(t.Context(), r.viewer, HotspotQuery{Resolution: res})
		if err != nil {
			t.Fatal(err)
		}
		if !reflect.DeepEqual(finer.Analysis, found.Analysis) || *finer.Total != *found.Total {
			t.Errorf("resolution %d has another analysis or total", res)
		}
		for _, c := range finer.Cells {
			if known, ok := at[c.Stat.Cell.String()]; c.Compared && ok && c.Stat != known.Stat {
				t.Fatalf("cell %s says %+v of %s, which says %+v", c.Cell.Cell, c.Stat, c.Stat.Cell, known.Stat)
			}
		}
	}
}

// TestPublicStatisticsAreOfWhatIsShown works the public's numbers out of the
// public's answer alone.
func TestPublicStatisticsAreOfWhatIsShown(t *testing.T) {
	r := hotDistrictRig(t, 16_000)
	r.viewer.own, r.viewer.every = false, false
	found, err := r.Hotspots(t.Context(), r.viewer, HotspotQuery{Resolution: hotspot.AnalysisResolution})
	if err != nil {
		t.Fatal(err)
	}
	var shown []hotspot.Cell
	suppressed := 0
	for _, c := range found.Cells {
		shown = append(shown, c.Cell)
		if c.Suppressed {
			suppressed++
			if _, ok := c.Properties()["rate"]; ok || c.N != 0 || c.Stat.N != 0 {
				t.Errorf("suppressed cell with %+v", c)
			}
		}
	}
	if suppressed == 0 {
		t.Fatal("nothing is suppressed, which tells nothing")
	}
	again := r.districts.of(r.history.Current()).AnalyseShown(shown, hotspot.OfCounts)
	if !reflect.DeepEqual(again, found.Analysis) {
		t.Errorf("what is shown gives %+v, the answer has %+v", again, found.Analysis)
	}
}

// TestPostHotspotsAnalysis reads the members that tell how the numbers came
// about.
func TestPostHotspotsAnalysis(t *testing.T) {
	type answer struct {
		Analysis *struct {
			Method                     string
			Resolution, Cells, Reports int
			Variable                   string
			Households, Mean, SD, Q    float64
			PThreshold                 float64  `json:"p_threshold"`
			SuppressedAs               *float64 `json:"suppressed_as"`
		}
		Features []struct{ Properties map[string]any }
	}
	r := hotDistrictRig(t, 16_000)
	r.viewer.counts = []hotspot.Count{{Cell: cellAt(t, orb.Point{125.66, 43.52}), N: 2}}
	for _, c := range []struct {
		name, body string
		own, every bool
		variable   string
		suppressed bool
	}{
		{"public", `{}`, false, false, "count", true},
		{"public, rates by month", `{"variable": "rate", "step": "month"}`, false, false, "rate", true},
		{"dispatcher", `{"variable": "count"}`, true, true, "count", false},
		{"dispatcher, rates", `{"variable": "rate", "resolution": 10}`, true, true, "rate", false},
		{"officer", `{}`, true, false, "", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			r.viewer.own, r.viewer.every = c.own, c.every
			w := post(r, c.body)
			var got answer
			if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Code != http.StatusOK || len(got.Features) == 0 {
				t.Fatalf("POST = %d %.200s", w.Code, w.Body)
			}
			a := got.Analysis
			if (a != nil) != (c.variable != "") {
				t.Fatalf("analysis = %+v", a)
			}
			if a == nil {
				for _, name := range []string{"rate", "households", "z_score", "p_value", "significant", "analysis_h3"} {
					if v, ok := got.Features[0].Properties[name]; ok {
						t.Errorf("who counts own areas is told %s %v, which would be of others too", name, v)
					}
				}
				return
			}
			if a.Method != "Getis-Ord Gi*" || a.Resolution != 8 || a.Variable != c.variable || a.Cells < 1000 || a.Reports == 0 || a.Households < 1000 ||
				a.Mean <= 0 || a.SD <= 0 || a.Q != 0.05 || a.PThreshold <= 0 || a.PThreshold > 0.05 {
				t.Errorf("analysis = %+v", a)
			}
			if (a.SuppressedAs != nil) != c.suppressed || c.suppressed && *a.SuppressedAs != 2.5 {
				t.Errorf("suppressed_as = %v", a.SuppressedAs)
			}
		})
	}
}

// TestWarmHeat draws every cell ahead of requests.
func TestWarmHeat(t *testing.T) {
	r := hotDistrictRig(t, 16_000)
	r.warmHeat(r.history.Current(), func() bool { return false })
	drawn := r.galleries.current
	if n := len(drawn.rooms[hotspot.BaseResolution].hexagons); n != 0 {
		t.Errorf("%d cells are drawn though it was not to go on", n)
	}
	r.warmHeat(r.history.Current(), func() bool { return true })
	tally := r.ledger.columns.Tally(hotspot.Filter{}, false)
	for zoom := minHotZoom; zoom <= maxHotZoom; zoom++ {
		res := resolutionAt(zoom)
		if got, want := len(drawn.rooms[res].hexagons), len(tally.Cells(res)); got != want || len(drawn.homes[res]) != want {
			t.Errorf("%d cells of resolution %d are drawn, want %d", got, res, want)
		}
	}
}

// TestHotspotFieldsAreDeclared checks that TileJSON names every property of a
// cell, and nothing else.
func TestHotspotFieldsAreDeclared(t *testing.T) {
	fields := newRig(t).layers["hotspots"].fields
	all := HotCell{Cell: hotspot.Cell{Cell: cellAt(t, townMiddle()), N: 7}, Households: 100, Peopled: true, Compared: true, Hours: 9, Walked: true, Weighed: true}
	properties := all.Properties()
	for _, name := range hotKeys {
		if _, ok := properties[name]; !ok || fields[name] == "" {
			t.Errorf("%s is %v in GeoJSON and %q in TileJSON", name, properties[name], fields[name])
		}
	}
	if len(properties) != len(hotKeys) || len(fields) != len(hotKeys) {
		t.Errorf("%d properties in GeoJSON, %d in TileJSON, %d in tiles", len(properties), len(fields), len(hotKeys))
	}
}
