package impact_test

import (
	"math"
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/impact"
	"github.com/gridpatrol/gridpatrol/internal/measure"
)

// BenchmarkAssess asks for the impact of a plan that changes most grids on a
// million reports of two years, all of them counted. The best time counts.
func BenchmarkAssess(b *testing.B) {
	before, after := redrawn(b)
	q := question(b, before, after, someReports(b, before, 1_000_000))
	q.From = now.AddDate(-3, 0, 0)
	var got impact.Impact
	best := time.Duration(math.MaxInt64)
	b.ReportAllocs()
	for b.Loop() {
		began := time.Now()
		got = impact.Assess(q)
		best = min(best, time.Since(began))
	}
	b.Logf("%d areas change, %d reports change their grid", len(got.Changed), len(got.Moves[geo.Grid]))
	measure.Report(b,
		measure.Row{Area: "plans", What: "impact on 1 million reports", Ours: best.Seconds(), Unit: "s", Aim: "≤ 0.3 s"},
		measure.Row{Area: "plans", What: "reports in memory, a report", Ours: float64(q.Reports.Bytes()) / 1e6, Unit: "bytes"})
}
