package postgis

import (
	"sync/atomic"
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/patrol"
)

// BenchmarkAccept gives accepted reports a second over 8 connections, on the
// town, with keys.
func BenchmarkAccept(b *testing.B) {
	w := openWorld(b, townURL(b))
	b.SetParallelism(4) // times GOMAXPROCS, so 8 on 2 processors
	w.accept(b, w.intake(b, place(1, 1), ""))
	var n atomic.Int64
	b.ResetTimer()
	began := time.Now()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			in := w.intake(b, place(int(n.Add(1)%8), 1), newID().String())
			if _, _, err := w.Accept(b.Context(), in); err != nil {
				b.Error(err)
				return
			}
		}
	})
	b.ReportMetric(float64(b.N)/time.Since(began).Seconds(), "reports/s")
}

// BenchmarkLoadBoundaries reads the whole demo district into memory.
func BenchmarkLoadBoundaries(b *testing.B) {
	w := openWorld(b, fixtureURL(b))
	b.ReportAllocs()
	for b.Loop() {
		if err := NewBoundaries(w.Store).Refresh(b.Context()); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkReports lists a page of a hundred among the demo's reports.
func BenchmarkReports(b *testing.B) {
	w := openWorld(b, fixtureURL(b))
	for b.Loop() {
		if _, err := w.Reports(b.Context(), everything, patrol.Filter{Limit: 100}); err != nil {
			b.Fatal(err)
		}
	}
}
