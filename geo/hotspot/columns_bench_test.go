package hotspot

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo/cell"
	"github.com/gridpatrol/gridpatrol/internal/measure"
)

// BenchmarkColumns measures what a question and a change cost by the number of
// reports, which are spread over a district.
func BenchmarkColumns(b *testing.B) {
	for _, n := range []int{16_000, 100_000, 1_000_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) { benchmarkColumns(b, n) })
	}
}

func benchmarkColumns(b *testing.B, n int) {
	random := rand.New(rand.NewPCG(1, uint64(n)))
	const span = 3 * 365 * 24 * time.Hour
	rows := make([]Row, n)
	for i := range rows {
		c, err := cell.At(orb.Point{125.4 + random.Float64()*0.5, 43.3 + random.Float64()*0.4}, BaseResolution)
		if err != nil {
			b.Fatal(err)
		}
		at := firstDay.Add(time.Duration(i) * (span / time.Duration(n)))
		rows[i] = Row{ID: someID(random), At: at, Due: at.Add(72 * time.Hour), Category: fmt.Sprint("category ", random.IntN(30)), Status: states[random.IntN(len(states))], Cell: c, Public: c}
		for j := range 6 { // ids rise with the time, as those of the store do
			rows[i].ID[j] = byte(at.UnixMilli() >> (8 * (5 - j)))
		}
	}
	began := time.Now()
	columns, err := NewColumns(rows)
	if err != nil {
		b.Fatal(err)
	}
	made := time.Since(began)
	best := func(do func()) float64 {
		least := time.Hour
		for range 15 {
			began := time.Now()
			do()
			least = min(least, time.Since(began))
		}
		return float64(least.Nanoseconds()) / 1e6
	}
	filtered := Filter{From: firstDay.Add(span / 3), To: firstDay.Add(span), Category: []string{"category 1", "category 2"}, Status: []string{"closed", "handled"}}
	starts := make([]time.Time, 36)
	for i := range starts {
		starts[i] = firstDay.AddDate(0, i, 0)
	}
	changed := rows[n/2]
	row := func(what string, ms float64) measure.Row {
		return measure.Row{Area: "hot spots", What: fmt.Sprintf("%s, %d reports", what, n), Ours: ms, Unit: "ms"}
	}
	measure.Report(b,
		row("columns made of rows", float64(made.Microseconds())/1000),
		row("all counted, at every resolution", best(func() { columns.Tally(Filter{}, false) })),
		row("a filter counted, at every resolution", best(func() { columns.Tally(filtered, true) })),
		row("36 months counted, by cell of resolution 8", best(func() { columns.Series(Filter{}, false, starts, 8) })),
		row("one report changed", best(func() {
			if _, err := columns.With([]Row{changed}, nil); err != nil {
				b.Fatal(err)
			}
		})),
	)
	b.ReportMetric(float64(columns.Bytes())/float64(n), "B/report")
}
