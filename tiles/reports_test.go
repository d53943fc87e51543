package tiles

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/maptile"

	"github.com/gridpatrol/gridpatrol/geo/hotspot"
)

func TestReportTile(t *testing.T) {
	middle := townMiddle()
	accepted := time.Date(2026, 9, 3, 14, 5, 6, 0, time.UTC)
	points := []ReportPoint{
		{Point: middle, ID: "0190-a", Category: "fire", Status: "dispatched", Overdue: true, Accepted: accepted},
		{Point: orb.Point{middle[0] + 0.001, middle[1]}, ID: "0190-b", Category: "rubbish", Status: "closed", Accepted: accepted.Add(9 * time.Hour)},
	}
	for _, own := range []bool{false, true} {
		r := newRig(t)
		r.viewer.own, r.viewer.points = own, points
		w := r.get(tilePath("reports", middle, 13))
		if w.Code != http.StatusOK {
			t.Fatalf("GET = %d %s", w.Code, w.Body)
		}
		name, features := decodeTile(t, w.Body.Bytes(), maptile.At(middle, 13))
		if name != "reports" || len(features) != 2 {
			t.Fatalf("tile has %d features in %q, want 2 in reports", len(features), name)
		}
		for _, f := range features {
			p, ok := f.Geometry.(orb.Point)
			if !ok || f.Properties["category"] == nil || f.Properties["status"] == nil {
				t.Errorf("own %v: feature %v %v", own, f.Geometry, f.Properties)
			}
			if d := p[0] - middle[0]; d < -0.0001 || d > 0.0011 {
				t.Errorf("point %v is not where the report is", p)
			}
			want := accepted.Unix() // of the first; the second came in nine hours
			if !own {
				want = time.Date(2026, 9, 3, 0, 0, 0, 0, time.UTC).Unix()
			}
			if got, _ := f.Properties["t"].(float64); int64(got) != want && (!own || int64(got) != want+9*60*60) {
				t.Errorf("own %v: t = %v, want %v", own, f.Properties["t"], want)
			}
			_, hasID := f.Properties["id"]
			_, hasOverdue := f.Properties["overdue"]
			if hasID != own || hasOverdue != own || (f.ID != nil) != own {
				t.Errorf("own %v: properties %v, id %v", own, f.Properties, f.ID)
			}
		}
		want := "public, no-cache"
		if own {
			want = "private, no-cache"
		}
		if got := w.Header().Get("Cache-Control"); got != want {
			t.Errorf("own %v: Cache-Control = %q, want %q", own, got, want)
		}
		// Within seconds the public gets the same again; an officer does not.
		r.viewer.points = nil
		if again := r.get(tilePath("reports", middle, 13)); (again.Code == http.StatusNoContent) != own {
			t.Errorf("own %v: the tile after the reports have gone is %d", own, again.Code)
		}
	}
}

func TestReportTileRefuses(t *testing.T) {
	r := newRig(t)
	for path, want := range map[string]int{
		tilePath("reports", townMiddle(), 13) + "?at=2026-09-15T00:00:00Z": 400,
		tilePath("reports", townMiddle(), 13) + "?status=asleep":           400,
		tilePath("reports", townMiddle(), 13) + "?category=dragons":        400,
		tilePath("reports", townMiddle(), 13) + "?overdue=perhaps":         400,
		tilePath("reports", townMiddle(), 13) + "?overdue=true":            403,
		tilePath("reports", townMiddle(), 9):                               404,
		"/tiles/reports@2/13/1/1.mvt":                                      404,
	} {
		if w := r.get(path); w.Code != want {
			t.Errorf("GET %s = %d, want %d", path, w.Code, want)
		}
	}
}

// TestReportTileFilters checks what of a filter reaches the store, and that the
// public's times are whole days.
func TestReportTileFilters(t *testing.T) {
	const narrow = "?from=2026-09-03T05:06:07Z&to=2026-09-09T01:00:00Z&category=rubbish,fire,fire&status=closed"
	for _, own := range []bool{false, true} {
		r := newRig(t)
		var asked hotspot.Filter
		r.viewer.own, r.viewer.asked = own, &asked
		query := narrow
		if own {
			query += "&overdue=true"
		}
		if w := r.get(tilePath("reports", townMiddle(), 13) + query); w.Code != http.StatusNoContent {
			t.Fatalf("own %v: GET = %d %s", own, w.Code, w.Body)
		}
		from, to := time.Date(2026, 9, 3, 0, 0, 0, 0, time.UTC), time.Date(2026, 9, 10, 0, 0, 0, 0, time.UTC)
		if own {
			from, to = time.Date(2026, 9, 3, 5, 6, 7, 0, time.UTC), time.Date(2026, 9, 9, 1, 0, 0, 0, time.UTC)
		}
		if !asked.From.Equal(from) || !asked.To.Equal(to) || strings.Join(asked.Category, ",") != "fire,rubbish" ||
			strings.Join(asked.Status, ",") != "closed" || asked.Overdue != own || asked.Bound == nil {
			t.Errorf("own %v: the store is asked %+v, want %v to %v", own, asked, from, to)
		}
	}
}

// TestReportTileNamesEveryFault gives several bad parameters at once.
func TestReportTileNamesEveryFault(t *testing.T) {
	w := newRig(t).get(tilePath("reports", townMiddle(), 13) + "?from=monday&to=tuesday&overdue=1")
	for _, name := range []string{"from", "to", "overdue"} {
		if !strings.Contains(w.Body.String(), name+": is ") {
			t.Errorf("the problem %s does not name %s", w.Body, name)
		}
	}
}

// TestReportTilesKeepFiltersApart asks for one tile with two filters, which is
// kept of each.
func TestReportTilesKeepFiltersApart(t *testing.T) {
	r := newRig(t)
	path := tilePath("reports", townMiddle(), 13)
	r.viewer.points = []ReportPoint{{Point: townMiddle(), Category: "fire", Status: "closed"}}
	if w := r.get(path + "?category=fire"); w.Code != http.StatusOK {
		t.Fatalf("GET = %d %s", w.Code, w.Body)
	}
	r.viewer.points = nil
	if w := r.get(path + "?category=rubbish"); w.Code != http.StatusNoContent {
		t.Errorf("the tile of another category = %d, want an empty one", w.Code)
	}
	if w := r.get(path + "?category=fire"); w.Code != http.StatusOK {
		t.Errorf("the tile asked for again = %d, want the one that is kept", w.Code)
	}
	for i := range 2 * 256 {
		r.get(path + "?from=" + testNow.AddDate(0, 0, -i).Format(time.RFC3339))
	}
	if n := len(r.points.byKey); n > 256 {
		t.Errorf("%d tiles are kept, want 256 at most", n)
	}
}

// TestReportTileSaysWhatIsLeftOut asks for tiles with as many reports as fit,
// and one more.
func TestReportTileSaysWhatIsLeftOut(t *testing.T) {
	for _, n := range []int{maxPoints, maxPoints + 1} {
		r := newRig(t)
		r.viewer.own = true
		for i := range n {
			r.viewer.points = append(r.viewer.points, ReportPoint{Point: townMiddle(), ID: uuid.NewString(),
				Category: "fire", Status: "closed", Accepted: testNow.Add(-time.Duration(i) * time.Second)})
		}
		w := r.get(tilePath("reports", townMiddle(), 13))
		_, features := decodeTile(t, w.Body.Bytes(), maptile.At(townMiddle(), 13))
		if len(features) != maxPoints || w.Body.Len() > maxTile {
			t.Errorf("of %d reports the tile shows %d in %d bytes, want %d in %d at most", n, len(features), w.Body.Len(), maxPoints, maxTile)
		}
		oldest := testNow.Add(-(maxPoints - 1) * time.Second).Unix()
		for _, f := range features {
			at, _ := f.Properties["t"].(float64)
			if cut := f.Properties["cut"] == true; cut != (n > maxPoints && int64(at) == oldest) {
				t.Errorf("of %d reports, the one %d s after the oldest shown has cut: %v", n, int64(at)-oldest, cut)
			}
		}
	}
}

// TestReportTilesKeepAreasApart asks for one tile as the public and as two who
// read the public form of their areas alone.
func TestReportTilesKeepAreasApart(t *testing.T) {
	r := newRig(t)
	path := tilePath("reports", townMiddle(), 13)
	for _, c := range []struct {
		areas   string
		points  int
		caching string
	}{{"", 3, "public, no-cache"}, {"a", 1, "private, no-cache"}, {"b", 2, "private, no-cache"}, {"", 3, "public, no-cache"}, {"a", 1, "private, no-cache"}} {
		r.viewer.areas, r.viewer.points = c.areas, nil
		for range c.points {
			r.viewer.points = append(r.viewer.points, ReportPoint{Point: townMiddle(), Category: "fire", Status: "closed"})
		}
		w := r.get(path)
		_, features := decodeTile(t, w.Body.Bytes(), maptile.At(townMiddle(), 13))
		if len(features) != c.points || w.Header().Get("Cache-Control") != c.caching {
			t.Errorf("limited to %q: %d reports, %s; want %d, %s", c.areas, len(features), w.Header().Get("Cache-Control"), c.points, c.caching)
		}
	}
}
