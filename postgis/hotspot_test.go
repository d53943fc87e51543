package postgis

import (
	"slices"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/cell"
	"github.com/gridpatrol/gridpatrol/geo/hotspot"
	"github.com/gridpatrol/gridpatrol/patrol"
)

func TestCellCounts(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	for range 3 {
		w.accept(t, w.intake(t, place(1, 1), ""))
	}
	east := w.accept(t, w.intake(t, place(7, 1), ""))
	near, _ := cell.At(place(1, 1), hotspot.BaseResolution)
	list, err := w.CellCounts(t.Context(), everything, hotspot.Filter{})
	if err != nil || len(list) != 2 || !slices.Contains(list, hotspot.Count{Cell: near, N: 3}) {
		t.Errorf("CellCounts = %v, %v", list, err)
	}
	bound := orb.MultiPoint{place(6, 0), place(7, 3)}.Bound()
	list, err = w.CellCounts(t.Context(), everything, hotspot.Filter{Bound: &bound, Category: []string{"fire_safety"},
		Status: []string{"dispatched"}, From: east.CreatedAt, To: east.CreatedAt.Add(time.Second)})
	if err != nil || len(list) != 1 || list[0].N != 1 {
		t.Errorf("CellCounts in the east = %v, %v", list, err)
	}
	grid := w.b.Current().Index.Areas(geo.Grid)
	for name, tt := range map[string]struct {
		scope access.Scope
		want  []int
	}{
		"nowhere":      {access.Scope{}, nil},
		"where it is":  {access.Scope{Areas: []geo.ID{grid[3].ID}}, []int{1}},
		"where not":    {access.Scope{Areas: []geo.ID{grid[1].ID}}, nil},
		"two of grids": {access.Scope{Areas: []geo.ID{grid[0].ID, grid[1].ID}}, []int{3}},
	} {
		list, err := w.CellCounts(t.Context(), tt.scope, hotspot.Filter{})
		var got []int
		for _, c := range list {
			got = append(got, c.N)
		}
		if err != nil || !slices.Equal(got, tt.want) {
			t.Errorf("%s: CellCounts = %v, %v, want %v", name, list, err, tt.want)
		}
	}
	if list, err = w.CellCounts(t.Context(), everything, hotspot.Filter{Status: []string{"closed"}}); err != nil || len(list) != 0 {
		t.Errorf("CellCounts of closed reports = %v, %v", list, err)
	}
}

// TestFrameCounts compares with counting the list of the demo's reports.
func TestFrameCounts(t *testing.T) {
	t.Parallel()
	w := openWorld(t, fixtureURL(t))
	all, err := w.Reports(t.Context(), everything, patrol.Filter{Limit: maxPage})
	if err != nil || len(all) < 1000 {
		t.Fatalf("%d reports, %v", len(all), err)
	}
	oldest, newest := all[len(all)-1].CreatedAt, all[0].CreatedAt
	var starts []time.Time
	for at := oldest.AddDate(0, 1, 0); at.Before(newest); at = at.AddDate(0, 1, 0) {
		starts = append(starts, at)
	}
	// A report on the beginning of a frame is in it.
	starts[len(starts)-1] = all[10].CreatedAt
	to := newest.Add(-time.Hour)
	coarse := []string{"neighbour_dispute", "lonely_elder"}
	now := newest
	for name, f := range map[string]hotspot.Filter{
		"everything": {To: to},
		"coarse":     {To: to, Coarse: coarse},
		"narrowed":   {To: to, Category: []string{"fire_safety", "lonely_elder"}, Status: []string{"closed", "dispatched"}, Coarse: coarse},
		"overdue":    {To: to, Overdue: true, Now: now},
	} {
		want := make(map[hotspot.FrameCount]int)
		for i := range all {
			r := &all[i]
			frame := -1
			for frame+1 < len(starts) && !r.CreatedAt.Before(starts[frame+1]) {
				frame++
			}
			done := r.Status == patrol.Rejected || r.Status == patrol.Duplicate
			switch {
			case frame < 0, !r.CreatedAt.Before(f.To), len(f.Status) == 0 && done,
				len(f.Status) > 0 && !slices.Contains(f.Status, string(r.Status)),
				len(f.Category) > 0 && !slices.Contains(f.Category, r.Category),
				f.Overdue && !r.Overdue(now):
				continue
			}
			p := r.Point
			if slices.Contains(f.Coarse, r.Category) {
				p = patrol.CoarsePoint(p)
			}
			c, err := cell.At(p, hotspot.BaseResolution)
			if err != nil {
				t.Fatal(err)
			}
			want[hotspot.FrameCount{Cell: c, Frame: frame}]++
		}
		got, err := w.FrameCounts(t.Context(), everything, f, starts)
		if err != nil || len(got) != len(want) || len(want) == 0 {
			t.Fatalf("%s: FrameCounts gives %d counts, %v, want %d", name, len(got), err, len(want))
		}
		for i, c := range got {
			if n := want[hotspot.FrameCount{Cell: c.Cell, Frame: c.Frame}]; n != c.N {
				t.Errorf("%s: FrameCounts has %d in %s during frame %d, want %d", name, c.N, c.Cell, c.Frame, n)
			}
			if i > 0 && (got[i-1].Cell > c.Cell || got[i-1].Cell == c.Cell && got[i-1].Frame >= c.Frame) {
				t.Fatalf("%s: FrameCounts is not in order at %d", name, i)
			}
		}
	}
}

// BenchmarkFrameCounts counts the demo's reports over three years of months,
// as the public sees them.
func BenchmarkFrameCounts(b *testing.B) {
	w := openWorld(b, fixtureURL(b))
	now := time.Now()
	frames, err := hotspot.Frames(hotspot.Month, now.AddDate(-3, 0, 0), time.Time{}, now)
	if err != nil {
		b.Fatal(err)
	}
	starts := make([]time.Time, len(frames))
	for i, f := range frames {
		starts[i] = f.From
	}
	f := hotspot.Filter{To: frames[len(frames)-1].To, Coarse: []string{"neighbour_dispute", "lonely_elder", "left_behind_child"}}
	for b.Loop() {
		counts, err := w.FrameCounts(b.Context(), everything, f, starts)
		if err != nil {
			b.Fatal(err)
		}
		if _, err := hotspot.RollUpFrames(counts, len(frames), 7); err != nil {
			b.Fatal(err)
		}
	}
}
