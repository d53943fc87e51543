package api

import (
	"log/slog"
	"math"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/cell"
	"github.com/gridpatrol/gridpatrol/geo/hotspot"
	"github.com/gridpatrol/gridpatrol/geo/locate"
	"github.com/gridpatrol/gridpatrol/geo/redraw"
	"github.com/gridpatrol/gridpatrol/internal/measure"
)

// millionReports are reports of two years at the places of the demo's, each
// moved a little; every fiftieth is open.
func millionReports(b *testing.B, f *fakeStore, now time.Time) *hotspot.Columns {
	b.Helper()
	random := rand.New(rand.NewPCG(7, 7))
	box := f.snapshot.Index.Bound()
	least, _ := geo.Snap(box.Min)
	most, _ := geo.Snap(box.Max)
	someCell, err := cell.At(box.Min, hotspot.BaseResolution)
	if err != nil {
		b.Fatal(err)
	}
	rows := make([]hotspot.Row, 1_000_000)
	for i := range rows {
		r := &rows[i]
		r.ID = geo.ID{byte(i >> 16), byte(i >> 8), byte(i), 6: 0x70, 8: 0x80}
		r.At = now.Add(-time.Duration(random.Int64N(int64(360 * 24 * time.Hour))))
		r.Point = geo.LatticePoint{Lon: least.Lon + random.Int32N(most.Lon-least.Lon), Lat: least.Lat + random.Int32N(most.Lat-least.Lat)}
		r.Cell, r.Category, r.Status = someCell, f.duties.Rulebook.Categories[random.IntN(len(f.duties.Rulebook.Categories))].Code, "closed"
		if i%50 == 0 {
			r.Status = "dispatched"
		}
	}
	columns, err := hotspot.NewColumns(rows)
	if err != nil {
		b.Fatal(err)
	}
	return columns
}

// fixedReports are reports that nothing happens to.
type fixedReports struct{ columns *hotspot.Columns }

func (f fixedReports) Current() *hotspot.Columns { return f.columns }

// BenchmarkPlanImpact answers for the impact on a million reports, all of them
// counted, of a plan that splits three grids and gives ten groups to other
// grids. The best time counts.
func BenchmarkPlanImpact(b *testing.B) {
	s, err := demoServer(slog.New(slog.DiscardHandler))
	if err != nil {
		b.Fatal(err)
	}
	f, err := demoWorld()
	if err != nil {
		b.Fatal(err)
	}
	s.cfg.Counted = fixedReports{millionReports(b, f, s.cfg.Now())}
	var areas []geo.Area
	for _, a := range f.snapshot.Index.All() {
		areas = append(areas, *a)
	}
	base, err := redraw.New(areas, redraw.Config{})
	if err != nil {
		b.Fatal(err)
	}
	draft, done := redraw.NewDraft(base), map[string]int{}
	try := func(op redraw.Operation) {
		next, r, err := draft.Apply(redraw.Entry{Op: op, ID: geo.ID{1: byte(done[op.Op()]), 6: 0x70, 8: 0x80}})
		if err == nil && len(r.Problems) == 0 {
			draft = next
			done[op.Op()]++
		}
	}
	grids, groups := f.snapshot.Index.Areas(geo.Grid), f.snapshot.Index.Areas(geo.VillageGroup)
	for _, a := range grids {
		box := a.Shape.Bound()
		low, _ := geo.Snap(box.Min)
		high, _ := geo.Snap(box.Max)
		if done["split"] < 3 {
			try(redraw.Split{Area: a.Ref(), Line: []geo.LatticePoint{low, high}})
		}
	}
	random := rand.New(rand.NewPCG(5, 5))
	for done["reassign"] < 10 {
		try(redraw.Reassign{Units: []geo.Ref{groups[random.IntN(len(groups))].Ref()}, To: grids[random.IntN(len(grids))].Ref()})
	}
	after, err := locate.Build(draft.State().Areas(), locate.Config{})
	if err != nil {
		b.Fatal(err)
	}
	d := &drawn{Working: redraw.Working{Plan: redraw.Plan{Base: 1}, Draft: draft}, before: f.snapshot.Index, after: after,
		who: access.Principal{Kind: "user", Role: access.Planner, Scope: access.Scope{All: true}}}
	best := time.Duration(math.MaxInt64)
	var answer impactAnswer
	b.ReportAllocs()
	for b.Loop() {
		began := time.Now()
		answer = s.consequences(d, impactDays).answer(false)
		if err := writeJSON(httptest.NewRecorder(), http.StatusOK, answer); err != nil {
			b.Fatal(err)
		}
		best = min(best, time.Since(began))
	}
	b.Logf("%v: %d reports change their grid, %d open ones others; %d grids, %d people, %d to tell", done, len(answer.ReportsMoved), answer.OpenReportsMoved, len(answer.Load), len(answer.People), len(answer.Tell))
	measure.Report(b, measure.Row{Area: "plans", What: "answer of …/impact over 1 million reports", Ours: best.Seconds(), Unit: "s", Aim: "≤ 0.3 s"})
}
