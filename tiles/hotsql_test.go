package tiles

import (
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/maptile"

	"github.com/gridpatrol/gridpatrol/geo/cell"
	"github.com/gridpatrol/gridpatrol/geo/hotspot"
)

// TestHotspotSQLCountsAsWeDo holds the statement that ours is measured against
// to plain counting.
func TestHotspotSQLCountsAsWeDo(t *testing.T) {
	reports := countedReports(t, 17_000)
	sql := newHotspotSQL(t, reports, 2)
	year := hotspot.Filter{From: testNow.AddDate(-1, 0, 0), To: testNow}
	narrow, overdue := year, year
	narrow.Category, narrow.Status = []string{"fire_safety", "garbage"}, []string{"closed"}
	overdue.Overdue, overdue.Now = true, testNow
	for name, f := range map[string]hotspot.Filter{"a year": year, "two categories": narrow, "overdue": overdue, "two categories of all reports": narrow} {
		seen := 0
		sql.many = strings.HasSuffix(name, "all reports")
		for _, tile := range hotspotTiles(reports, 3) {
			want := countedIn(t, reports, f, tile)
			data, err := sql.tile(t.Context(), tile, f)
			if err != nil {
				t.Fatal(err)
			}
			layers, err := mvt.Unmarshal(data)
			if err != nil {
				t.Fatal(err)
			}
			for _, l := range layers {
				for _, p := range l.Features {
					h3, _ := p.Properties["h3"].(string)
					n, _ := p.Properties["count"].(float64)
					if p.Properties["suppressed"] != (want[h3] < hotspot.MinPublic) || want[h3] >= hotspot.MinPublic && int(n) != want[h3] {
						t.Errorf("%s, tile %v: %v, want %d reports", name, tile, p.Properties, want[h3])
					}
					seen++
				}
			}
			if tile.Z == 6 && (len(layers) == 0 || len(layers[0].Features) != len(want)) {
				t.Errorf("%s, tile %v does not show all %d cells", name, tile, len(want))
			}
		}
		if seen == 0 && name != "overdue" {
			t.Errorf("%s: no cell was seen", name)
		}
	}
}

// countedIn counts by the cells that a tile's zoom has.
func countedIn(t *testing.T, reports []counted, f hotspot.Filter, tile maptile.Tile) map[string]int {
	t.Helper()
	out := make(map[string]int)
	for i := range reports {
		if !passes(&reports[i], f) {
			continue
		}
		c, err := cell.Parent(reports[i].cell, resolutionAt(int(tile.Z)))
		if err != nil {
			t.Fatal(err)
		}
		out[c.String()]++
	}
	return out
}

// passes is a filter in plain words.
func passes(r *counted, f hotspot.Filter) bool {
	among := func(text string, texts []string) bool {
		for _, other := range texts {
			if other == text {
				return true
			}
		}
		return false
	}
	switch {
	case r.at.Before(f.From) || !r.at.Before(f.To):
		return false
	case len(f.Category) > 0 && !among(r.category, f.Category):
		return false
	case len(f.Status) > 0 && !among(r.status, f.Status), len(f.Status) == 0 && among(r.status, []string{"rejected", "duplicate"}):
		return false
	case f.Overdue:
		return !among(r.status, []string{"closed", "handled", "rejected", "duplicate"}) && !r.due.IsZero() && r.due.Before(f.Now)
	}
	return true
}

// TestPace lets a known time pass.
func TestPace(t *testing.T) {
	p, err := paceOf(2, 50*time.Millisecond, func(_, i int) error { time.Sleep(5 * time.Millisecond); return nil })
	if err != nil || p.rate <= 0 || p.p99 < 5*time.Millisecond {
		t.Errorf("paceOf = %+v, %v, want more than nothing and 5 ms at least", p, err)
	}
}
