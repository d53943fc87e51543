package tiles

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/mvt"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/cell"
	"github.com/gridpatrol/gridpatrol/geo/hotspot"
)

// walks is a fixed list of what patrols did in cells, whatever is asked, and what was.
type walks struct {
	cells  []hotspot.Walked
	asked  []string
	err    error
	erased time.Time
}

func (w *walks) Walked(_ context.Context, from, to time.Time, res int) (out []hotspot.Walked, err error) {
	w.asked = append(w.asked, fmt.Sprint(from.Format(time.RFC3339), " ", to.Format(time.RFC3339), " ", res))
	seen := map[cell.Cell]bool{}
	for _, c := range w.cells {
		if c.Cell, err = cell.Parent(c.Cell, res); err != nil {
			return nil, err
		}
		if !seen[c.Cell] {
			seen[c.Cell] = true
			out = append(out, c)
		}
	}
	return out, w.err
}

func (w *walks) TrackRetention(context.Context) (coarse, erased time.Time, err error) {
	return w.erased, w.erased, nil
}

// coverageRig has a patrol at the middle of the town yesterday, and one three kilometres
// off ten days ago.
func coverageRig(t *testing.T) (*rig, *walks) {
	r := newRig(t)
	p := &walks{cells: []hotspot.Walked{
		{Cell: cellAt(t, townMiddle()), Seconds: 125.4, Visits: 2, Last: testNow.Add(-25 * time.Hour)},
		{Cell: cellAt(t, orb.Point{townMiddle()[0] - 0.03, townMiddle()[1]}), Seconds: 3600, Visits: 1, Last: testNow.AddDate(0, 0, -10)},
	}}
	r.c.Patrols, r.viewer.patrols, r.viewer.own, r.viewer.every = p, true, true, true
	return r, p
}

func TestCoverageTile(t *testing.T) {
	r, p := coverageRig(t)
	path := tilePath("coverage", townMiddle(), 11)
	w := r.get(path)
	if w.Code != http.StatusOK || w.Header().Get("Cache-Control") != ownOnly || w.Header().Get("Vary") != "Authorization, Cookie" && len(w.Header().Values("Vary")) < 2 {
		t.Fatalf("GET = %d %v", w.Code, w.Header())
	}
	layers, err := mvt.Unmarshal(w.Body.Bytes())
	if err != nil || len(layers) != 1 || layers[0].Name != "coverage" || len(layers[0].Features) != 2 {
		t.Fatalf("layers %+v, %v, want coverage with two cells", layers, err)
	}
	got := layers[0].Features[0].Properties
	at, _ := cell.Parent(p.cells[0].Cell, 8)
	want := map[string]any{"h3": at.String(), "dwell_s": 125., "visits": 2., "last_visit": float64(testNow.Add(-25 * time.Hour).Unix()), "days_since": 1.}
	for k, v := range want {
		if got[k] != v {
			t.Errorf("%s = %v (%T), want %v", k, got[k], got[k], v)
		}
	}
	if len(got) != len(want) {
		t.Errorf("properties %v, want %v", got, want)
	}
	if days := layers[0].Features[1].Properties["days_since"]; days != 10. {
		t.Errorf("days since the other = %v, want 10", days)
	}
	// Many tiles of one time ask once.
	for range 3 {
		r.get(path)
		r.get(tilePath("coverage", orb.Point{townMiddle()[0] + 0.3, townMiddle()[1]}, 11))
	}
	if len(p.asked) != 1 || p.asked[0] != "2026-09-24T00:00:00Z 2026-10-01T00:00:00Z 8" {
		t.Errorf("the store was asked for %q, want the last 7 days once", p.asked)
	}
	if w := r.get(path, "If-None-Match", w.Header().Get("ETag")); w.Code != http.StatusNotModified {
		t.Errorf("with the ETag = %d, want 304", w.Code)
	}
	if w := r.get(tilePath("coverage", orb.Point{10, 10}, 11)); w.Code != http.StatusNoContent {
		t.Errorf("far off = %d, want 204", w.Code)
	}
	// Days are counted back from the end of a time that is over.
	w = r.get(path + "?from=2026-09-01T00:00:00Z&to=" + url.QueryEscape(testNow.AddDate(0, 0, -5).Format(time.RFC3339)))
	if layers, err = mvt.Unmarshal(w.Body.Bytes()); err != nil || layers[0].Features[1].Properties["days_since"] != 5. {
		t.Errorf("five days ago: %v, %v, want 5 days", layers, err)
	}
}

func TestCoverageTileIsForWhoReadsPatrols(t *testing.T) {
	r, p := coverageRig(t)
	grid := r.history.Current().Index.Areas(geo.Grid)[0]
	inGrid, ok := geo.PointOnSurface(grid.Shape)
	if !ok {
		t.Fatal("the grid has no shape")
	}
	p.cells = append(p.cells, hotspot.Walked{Cell: cellAt(t, inGrid), Seconds: 60, Visits: 1, Last: testNow})
	path, near := tilePath("coverage", townMiddle(), 14), tilePath("coverage", inGrid, 14)

	r.viewer.every, r.viewer.areas, r.viewer.covers = false, "grid", grid.ID
	w := r.get(near)
	layers, err := mvt.Unmarshal(w.Body.Bytes())
	if err != nil || len(layers) != 1 {
		t.Fatalf("an officer of the grid sees %v, %v", layers, err)
	}
	for _, f := range layers[0].Features {
		if f.Properties["h3"] != cellAt(t, inGrid).String() {
			m, _ := r.history.Current().Index.Locate(townMiddle())
			if a := m.Area(geo.Grid); a == nil || a.ID != grid.ID {
				t.Errorf("an officer of the grid sees %v", f.Properties)
			}
		}
	}
	r.viewer.areas, r.viewer.covers = "elsewhere", geo.ID{1}
	if w := r.get(near); w.Code != http.StatusNoContent {
		t.Errorf("an officer of other areas = %d, want 204", w.Code)
	}
	r.viewer.patrols = false
	for _, path := range []string{path, path + "?from=monday", "/tiles/coverage.json", "/tiles/coverage/metadata.json", tilePath("hotspots", townMiddle(), 11) + "?exposure=patrol_hour"} {
		for signedIn, want := range map[bool]int{true: http.StatusForbidden, false: http.StatusUnauthorized} {
			r.viewer.own = signedIn
			if w := r.get(path); w.Code != want {
				t.Errorf("GET %s without the right, signed in %v = %d, want %d", path, signedIn, w.Code, want)
			}
		}
	}
}

func TestCoverageTileRefuses(t *testing.T) {
	r, p := coverageRig(t)
	for query, want := range map[string]int{
		"?from=monday": 400, "?fish=1": 400, "?at=2026-09-01T00:00:00Z": 400,
		"?from=2026-09-02T00:00:00Z&to=2026-09-02T00:00:00Z": 400,
		"?from=2025-09-01T00:00:00Z&to=2026-09-02T00:00:00Z": 200,
		"?from=2025-09-01T00:00:00Z&to=2026-09-03T00:00:00Z": 400,
	} {
		if w := r.get(tilePath("coverage", townMiddle(), 11) + query); w.Code != want {
			t.Errorf("%s = %d %s, want %d", query, w.Code, w.Body, want)
		}
	}
	if w := r.get("/tiles/coverage@2/11/1738/748.mvt"); w.Code != http.StatusNotFound {
		t.Errorf("of a revision = %d, want 404", w.Code)
	}
	p.err = errors.New("away")
	if w := r.get(tilePath("coverage", townMiddle(), 12)); w.Code != http.StatusInternalServerError {
		t.Errorf("without the store = %d, want 500", w.Code)
	}
}
