package tiles

import (
	"net/http"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/maptile"
)

func TestReportTile(t *testing.T) {
	middle := townMiddle()
	points := []ReportPoint{
		{Point: middle, ID: "0190-a", Category: "fire", Status: "dispatched", Overdue: true},
		{Point: orb.Point{middle[0] + 0.001, middle[1]}, ID: "0190-b", Category: "rubbish", Status: "closed"},
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
		tilePath("reports", townMiddle(), 13) + "?status=closed":           400,
		tilePath("reports", townMiddle(), 9):                               404,
		"/tiles/reports@2/13/1/1.mvt":                                      404,
	} {
		if w := r.get(path); w.Code != want {
			t.Errorf("GET %s = %d, want %d", path, w.Code, want)
		}
	}
}
