package postgis

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/redraw"
	"github.com/gridpatrol/gridpatrol/internal/measure"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// BenchmarkPublishReroute gives a village of the demo district to another grid
// and back, with 5,000 open reports in it. It reports how long a publish takes as
// a whole, and for how much of that no report could be accepted.
func BenchmarkPublishReroute(b *testing.B) {
	w := openWorld(b, fixtureURL(b))
	log := &publishLog{Handler: slog.DiscardHandler}
	w.log = slog.New(log)
	village, there, back := w.reassigned(b)
	w.openReports(b, village, 5000)
	base := w.b.Current().Revision.Number
	var took []time.Duration
	for b.Loop() {
		for n := range 8 {
			areas := [][]geo.Area{there, back}[n%2]
			began := time.Now()
			r, err := w.Publish(b.Context(), Publication{Base: base + len(took), Areas: areas, Actor: planner})
			if err != nil || r.Rerouted < 5000 {
				b.Fatalf("%d reports were routed anew, %v", r.Rerouted, err)
			}
			took = append(took, time.Since(began))
			w.refresh(b)
		}
	}
	b.ReportMetric(0, "ns/op") // of no meaning here
	const what = "a village given to another grid with 5,000 open reports in it, "
	row := func(part string, took []time.Duration, aim string) measure.Row {
		slices.Sort(took)
		return measure.Row{Area: "publish", Ours: took[len(took)/2].Seconds() * 1e3, Unit: "ms", Aim: aim,
			What: fmt.Sprintf("%s%s, median of %d", what, part, len(took))}
	}
	measure.Report(b, row("until it is committed", took, ""), row("while no report is accepted", log.held, "≤ 100 ms"))
}

// publishLog hears what a publish says of itself.
type publishLog struct {
	slog.Handler
	held []time.Duration
}

// Enabled is true.
func (l *publishLog) Enabled(context.Context, slog.Level) bool { return true }

// Handle keeps for how long reports were held back.
func (l *publishLog) Handle(_ context.Context, r slog.Record) error {
	r.Attrs(func(a slog.Attr) bool {
		if a.Key == "reports_held_back" {
			l.held = append(l.held, a.Value.Duration())
		}
		return true
	})
	return nil
}

// reassigned gives a village of the demo district, and all areas with it in
// another grid than now, and as they are.
func (w *world) reassigned(tb testing.TB) (village geo.Area, there, back []geo.Area) {
	tb.Helper()
	back = asAreas(w.b.Current().Index.All())
	s, err := redraw.New(back, redraw.Config{})
	if err != nil {
		tb.Fatal(err)
	}
	for _, v := range w.b.Current().Index.Areas(geo.Village) {
		for _, g := range w.b.Current().Index.Areas(geo.Grid) {
			if v.UnitType != "village" || g.Class != "rural" {
				continue
			}
			r, err := s.Apply(redraw.Reassign{Units: []geo.Ref{v.Ref()}, To: g.Ref()}, newID())
			if err == nil && len(r.Problems) == 0 && len(r.Changed) > 1 {
				return *v, r.State.Areas(), back
			}
		}
	}
	tb.Fatal("no village can go to another grid")
	return village, nil, nil
}

// openReports makes reports at random places of an area.
func (w *world) openReports(tb testing.TB, a geo.Area, count int) {
	tb.Helper()
	const seed = 20261001
	rnd := rand.New(rand.NewPCG(seed, 0))
	box, _ := geo.Bound(a.Shape)
	var past []PastReport
	for len(past) < count {
		p, _ := geo.Round(orb.Point{box.Min[0] + rnd.Float64()*(box.Max[0]-box.Min[0]), box.Min[1] + rnd.Float64()*(box.Max[1]-box.Min[1])})
		m, _ := w.b.Current().Index.Locate(p)
		if v := m.Area(a.Kind); v == nil || v.ID != a.ID {
			continue
		}
		r := w.intake(tb, p, "").Report
		r.UpdatedAt = r.CreatedAt
		past = append(past, PastReport{Report: r, History: []patrol.HistoryEntry{{Seq: 1, Type: patrol.EventCreate, At: r.CreatedAt, To: r.Status}}})
	}
	if err := w.ImportReports(tb.Context(), past, planner, nil); err != nil {
		tb.Fatal(err)
	}
}
