package hotspot

import (
	"fmt"
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/geo/cell"
	"github.com/gridpatrol/gridpatrol/internal/measure"
)

// best runs work until the benchmark has enough and gives the shortest run, in
// milliseconds: the one that was disturbed least.
func best(b *testing.B, work func()) float64 {
	b.Helper()
	least := time.Duration(1<<63 - 1)
	b.ReportAllocs()
	for b.Loop() {
		began := time.Now()
		work()
		least = min(least, time.Since(began))
	}
	return float64(least) / float64(time.Millisecond)
}

// BenchmarkNewDistrict is what a publish costs beside serving.
func BenchmarkNewDistrict(b *testing.B) {
	f, err := town()
	if err != nil {
		b.Fatal(err)
	}
	var d *District
	ms := best(b, func() {
		if d, err = NewDistrict(f.Areas); err != nil {
			b.Fatal(err)
		}
	})
	measure.Report(b, measure.Row{Area: "hot spots", What: fmt.Sprintf("households spread over %d cells, after a publish", len(d.levels[0].cells)),
		Ours: ms, Unit: "ms", Aim: "≤ 300 ms"})
}

// BenchmarkAnalyse is what the first tile of a filter costs besides counting.
func BenchmarkAnalyse(b *testing.B) {
	f, d := demo(b)
	var counts []Count
	for _, r := range f.Reports {
		counts = append(counts, Count{must(cell.At(r.Point, BaseResolution)), 1})
	}
	counts = must(rolledUp(counts, BaseResolution))
	for _, of := range Variables() {
		b.Run(string(of), func(b *testing.B) {
			var a *Analysis
			ms := best(b, func() { a = d.Analyse(counts, of) })
			measure.Report(b, measure.Row{Area: "hot spots", What: fmt.Sprintf("statistics of %d cells by %s", a.Cells, of),
				Ours: ms, Unit: "ms", Aim: "≤ 2 ms"})
		})
	}
}
