package tiles

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/paulmach/orb/maptile"

	"github.com/gridpatrol/gridpatrol/geo/hotspot"
)

// following has columns that change.
type following struct {
	atomic.Pointer[hotspot.Columns]
}

func (f *following) Current() *hotspot.Columns { return f.Load() }

// TestHotspotsWhileReportsCome has many ask while reports come one by one, some
// in new cells: every answer is of columns as they were at one moment.
func TestHotspotsWhileReportsCome(t *testing.T) {
	r := hotRig(t)
	r.viewer.own, r.viewer.every = true, true
	f := new(following)
	f.Store(r.ledger.columns)
	r.c.Counts = f
	const more = 200
	first := r.ledger.columns.Len()
	var all sync.WaitGroup
	for worker := range 4 {
		all.Go(func() {
			last := first
			for i := range 60 {
				q := HotspotQuery{Resolution: hotspot.BaseResolution - i%5}
				found, err := r.HotspotFrames(t.Context(), r.viewer, q, hotspot.Month)
				if err != nil {
					t.Error(err)
					return
				}
				sum := 0
				for j, c := range found.Cells {
					sum += c.N
					frames := 0
					for _, n := range found.Counts[j] {
						frames += *n
					}
					if frames != c.N {
						t.Errorf("a cell of %d reports has %d in its frames", c.N, frames)
					}
				}
				if sum != *found.Total || sum < last || sum > first+more {
					t.Errorf("worker %d counts %d of %d reports, after %d", worker, sum, *found.Total, last)
				}
				last = sum
				if w := r.get(tilePath("hotspots", townMiddle(), maptile.Zoom(6+i%9))); w.Code != 200 {
					t.Errorf("tile = %d", w.Code)
				}
			}
		})
	}
	for i := range more {
		at := townMiddle()
		at[0] += float64(i%50) * 0.0005
		c := cellAt(t, at)
		next, err := f.Load().With([]hotspot.Row{{ID: uuid.New(), At: testNow.Add(-time.Hour), Category: "fire", Status: "dispatched", Cell: c, Public: c}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		f.Store(next)
	}
	all.Wait()
	if n := len(r.heats.byKey); n == 0 || n > keepHeats || n != len(r.heats.order) {
		t.Errorf("%d heats are kept, in an order of %d", n, len(r.heats.order))
	}
}

// TestHeatsAreFew asks more questions than are kept.
func TestHeatsAreFew(t *testing.T) {
	r := hotRig(t)
	r.viewer.own, r.viewer.every = true, true
	path := tilePath("hotspots", townMiddle(), 11)
	for i := range 2 * keepHeats {
		r.get(path + fmt.Sprintf("?from=2025-01-01T00:00:%02dZ", i%60))
		r.get(path) // stays, being asked again and again
	}
	kept := r.heats.order[len(r.heats.order)-1]
	if n := len(r.heats.byKey); n != keepHeats || len(r.heats.order) != n {
		t.Errorf("%d heats are kept, want %d", n, keepHeats)
	}
	serial := r.heats.serial.Load()
	if r.get(path); r.heats.serial.Load() != serial || r.heats.order[len(r.heats.order)-1] != kept {
		t.Error("what is asked again and again was counted anew")
	}
	r.ledger.accept(t, testNow.Add(-time.Hour), cellAt(t, townMiddle()), 1)
	if r.get(path); len(r.heats.byKey) != 1 || len(r.heats.order) != 1 {
		t.Errorf("%d heats of older columns are kept", len(r.heats.byKey)-1)
	}
	before := r.districts.of(r.c.Boundaries.Current())
	r.c.Boundaries = append(r.history, town(t, 3, "new "))
	if r.get(path); len(r.heats.byKey) != 1 || len(r.heats.order) != 1 || r.heats.order[0].district == before {
		t.Errorf("%d heats of the boundaries before are kept", len(r.heats.byKey)-1)
	}
}

// TestHotspotTilesKeepTheirTag has a tile asked again by who has it, before and
// after a report came.
func TestHotspotTilesKeepTheirTag(t *testing.T) {
	r := hotRig(t)
	path := tilePath("hotspots", townMiddle(), 11)
	tag := r.get(path).Header().Get("ETag")
	if w := r.get(path+"?variable=count", "If-None-Match", tag); tag == "" || w.Code != 304 {
		t.Errorf("GET of a tile that the client has = %d, want 304", w.Code)
	}
	r.ledger.accept(t, testNow.Add(-time.Hour), cellAt(t, townMiddle()), 1)
	if w := r.get(path, "If-None-Match", tag); w.Code != 200 {
		t.Errorf("GET after a report came = %d, want 200", w.Code)
	}
}
