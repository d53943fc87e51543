package postgis

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/cell"
	"github.com/gridpatrol/gridpatrol/geo/hotspot"
	"github.com/gridpatrol/gridpatrol/internal/measure"
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

// TestFrameCounts asks random questions of officers of random areas, and counts
// the demo's reports one by one.
func TestFrameCounts(t *testing.T) {
	t.Parallel()
	w := openWorld(t, fixtureURL(t))
	const seed = 9
	rnd := rand.New(rand.NewPCG(seed, 0))
	all, index := w.plain(t), w.b.Current().Index
	counted := 0
	for range 30 {
		var scope access.Scope
		for _, kind := range []geo.Kind{geo.Township, geo.Grid, geo.Village} {
			if list := index.Areas(kind); rnd.IntN(2) == 0 {
				scope.Areas = append(scope.Areas, list[rnd.IntN(len(list))].ID)
			}
		}
		own := slices.DeleteFunc(slices.Clone(all), func(r plainReport) bool { return !scope.Covers(r.Decision.AreaIDs) })
		q := randomQuestion(rnd, all, w.d.Current().Rulebook)
		got, err := w.FrameCounts(t.Context(), scope, q.Filter, q.starts)
		if want := plainCounts(own, q.Filter, false, q.starts); err != nil || !slices.Equal(got, want) {
			t.Errorf("%+v in %d areas: FrameCounts gives %d counts, %v, want %d", q, len(scope.Areas), len(got), err, len(want))
		}
		counted += len(got)
	}
	if counted == 0 {
		t.Error("no question was answered with any report")
	}
}

// BenchmarkFrameCounts counts a township's reports over three years of months,
// as those who work there are shown them: in the database.
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
	f := hotspot.Filter{To: frames[len(frames)-1].To}
	scope := access.Scope{Areas: []geo.ID{w.b.Current().Index.Areas(geo.Township)[0].ID}}
	for b.Loop() {
		counts, err := w.FrameCounts(b.Context(), scope, f, starts)
		if err != nil || len(counts) == 0 {
			b.Fatal(counts, err)
		}
	}
	measure.Report(b, measure.Row{Area: "hot spots", What: "16000 reports: one township's by month, counted in PostgreSQL",
		Ours: ms(b.Elapsed()) / float64(b.N), Unit: "ms"})
}
