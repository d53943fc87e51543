package postgis

import (
	"fmt"
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/internal/measure"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// BenchmarkContactWall accepts reports with contacts, and copies past ones, as a
// role that the policies of the table hold for, beside the same without them.
func BenchmarkContactWall(b *testing.B) {
	w := walled(b, false)
	const acceptors, past = 8, 10_000
	wall := func(on bool) {
		word := map[bool]string{true: "ENABLE", false: "DISABLE"}[on]
		if err := w.exec(b, `ALTER TABLE reporter_contacts `+word+` ROW LEVEL SECURITY`); err != nil {
			b.Fatal(err)
		}
	}
	accept := func() float64 {
		rate, err := measure.PerSecond(acceptors, 2*time.Second, func(i, n int) error {
			in := w.intake(b, place((i+n)%8, 1), "")
			in.Contact = patrol.Contact{Name: "欧阳修远", Phone: "13912345678"}
			_, _, err := w.Accept(b.Context(), in)
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
		return rate
	}
	copied := func() float64 {
		list := make([]PastReport, past)
		for i := range list {
			list[i] = w.pastReport(b, i%8, 1)
		}
		began := time.Now()
		if err := w.ImportReports(b.Context(), list, patrol.Actor{}, nil); err != nil {
			b.Fatal(err)
		}
		return past / time.Since(began).Seconds()
	}
	accept() // plans and caches
	copied()
	var with, without, withCopy, withoutCopy float64
	turns := 0.0
	for b.Loop() {
		for range 3 { // in turns, as both grow slower with the table
			wall(true)
			with, withCopy = with+accept(), withCopy+copied()
			wall(false)
			without, withoutCopy = without+accept(), withoutCopy+copied()
			turns++
		}
	}
	measure.Report(b,
		measure.Row{Area: "personal data", What: fmt.Sprintf("report with a contact accepted, %d connections", acceptors), Ours: with / turns, Unit: "/s",
			Against: "without policies", Reference: without / turns, Aim: "≥ 0.95 of it"},
		measure.Row{Area: "personal data", What: "past reports with contacts written", Ours: withCopy / turns, Unit: "reports/s",
			Against: "without policies", Reference: withoutCopy / turns, Aim: "≥ 0.95 of it"})
	b.ReportMetric(0, "ns/op") // of no meaning here
}

// BenchmarkPersonal looks for one person among the contacts of 100,000 reports.
func BenchmarkPersonal(b *testing.B) {
	w := walled(b, false)
	const chunk, chunks = 10_000, 10
	for range chunks {
		list := make([]PastReport, chunk)
		for i := range list {
			list[i] = w.pastReport(b, i%8, 1)
		}
		if err := w.ImportReports(b.Context(), list, patrol.Actor{}, nil); err != nil {
			b.Fatal(err)
		}
	}
	began := time.Now()
	n := 0
	for b.Loop() {
		p, err := w.Personal(b.Context(), patrol.Subject{Phone: "13900000000"}, "search", patrol.Actor{})
		if err != nil || p.Scanned != chunk*chunks {
			b.Fatalf("looked at %d, %v", p.Scanned, err)
		}
		n++
	}
	measure.Report(b, measure.Row{Area: "personal data", What: "contacts decrypted and looked at for one person",
		Ours: float64(n*chunk*chunks) / time.Since(began).Seconds(), Unit: "contacts/s"})
	b.ReportMetric(0, "ns/op") // of no meaning here
}
