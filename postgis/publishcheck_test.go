package postgis

import (
	"errors"
	"slices"
	"testing"

	"github.com/paulmach/orb/encoding/wkt"

	"github.com/gridpatrol/gridpatrol/geo"
)

// TestPublishLeavesOldGaps: a gap that the current revision has may stay, may
// become smaller, and may not grow.
func TestPublishLeavesOldGaps(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	withGrid := func(x1 int, name string) []geo.Area {
		areas := town(2)
		i := slices.IndexFunc(areas, func(a geo.Area) bool { return a.Kind == geo.Grid })
		areas[i].Shape, areas[i].Name = box(0, 0, x1, 4), name
		return areas
	}
	// The import of a register with faults.
	old := withGrid(1, "old")
	i := slices.IndexFunc(old, func(a geo.Area) bool { return a.Kind == geo.Grid })
	if err := w.exec(t, `UPDATE area_versions SET shape = ST_GeomFromText($1, 4326), name = 'old' WHERE kind = 'grid' AND code = $2`,
		wkt.MarshalString(old[i].Shape), old[i].Code); err != nil {
		t.Fatal(err)
	}
	var p *geo.Problem
	if _, err := w.Publish(t.Context(), Publication{Base: 1, Areas: withGrid(1, "gap grows")[1:]}); err == nil {
		t.Error("a set without its district was published")
	}
	areas := withGrid(1, "another gap")
	next := i + 1
	areas[next].Shape = box(3, 0, 4, 4)
	if _, err := w.Publish(t.Context(), Publication{Base: 1, Areas: areas}); !errors.As(err, &p) || p.Code != "areas-do-not-fit" {
		t.Errorf("another gap: %v, want areas-do-not-fit", err)
	}
	r, err := w.Publish(t.Context(), Publication{Base: 1, Areas: withGrid(1, "renamed")})
	if err != nil || r.Number != 2 {
		t.Fatalf("the old gap as it was: revision %d, %v", r.Number, err)
	}
	r, err = w.Publish(t.Context(), Publication{Base: 2, Areas: town(2)})
	if err != nil || r.Number != 3 {
		t.Fatalf("the gap mended: revision %d, %v", r.Number, err)
	}
	if _, err := w.Publish(t.Context(), Publication{Base: 3, Areas: withGrid(1, "again")}); !errors.As(err, &p) || p.Code != "areas-do-not-fit" {
		t.Errorf("the gap again: %v, want areas-do-not-fit", err)
	}
}
