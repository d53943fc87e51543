package locate

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"testing"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/paulmach/orb"
)

func randomPoints(rnd *rand.Rand, n int) []orb.Point {
	out := make([]orb.Point, n)
	for i := range out {
		out[i] = orb.Point{125.40 + 0.66*rnd.Float64(), 43.22 + 0.62*rnd.Float64()}
	}
	return out
}

func benchmarkLocate(b *testing.B, areas []geo.Area) {
	x := mustBuild(b, areas)
	points := randomPoints(rand.New(rand.NewPCG(5, 6)), 1<<16)
	b.ReportAllocs()
	b.ResetTimer()
	hit := 0
	for i := range b.N {
		m, _ := x.Locate(points[i&(1<<16-1)])
		if !m.Empty() {
			hit++
		}
	}
	if b.N > 1000 && hit == 0 {
		b.Fatal("no point lies in an area")
	}
}

func BenchmarkLocate(b *testing.B) {
	for _, side := range []int{8, 32, 100, 316} {
		b.Run(fmt.Sprintf("%d areas", side*side), func(b *testing.B) {
			benchmarkLocate(b, town(rand.New(rand.NewPCG(1, 2)), geo.Grid, side, side, 12))
		})
	}
	b.Run("district", func(b *testing.B) { benchmarkLocate(b, district(rand.New(rand.NewPCG(1, 2)))) })
}

func BenchmarkBuild(b *testing.B) {
	for _, side := range []int{8, 32, 100, 316} {
		areas := town(rand.New(rand.NewPCG(1, 2)), geo.Grid, side, side, 12)
		b.Run(fmt.Sprintf("%d areas", side*side), func(b *testing.B) { benchmarkBuild(b, areas) })
	}
	b.Run("district", func(b *testing.B) { benchmarkBuild(b, district(rand.New(rand.NewPCG(1, 2)))) })
}

func benchmarkBuild(b *testing.B, areas []geo.Area) {
	b.ReportAllocs()
	var x *Index
	for range b.N {
		x = mustBuild(b, areas)
	}
	b.StopTimer()
	b.ReportMetric(float64(heldBytes(b, areas))/1e6, "held-MB")
	runtime.KeepAlive(x)
}

// heldBytes measures what an index of the areas holds beside their shapes.
func heldBytes(tb testing.TB, areas []geo.Area) uint64 {
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	x := mustBuild(tb, areas)
	runtime.GC()
	runtime.ReadMemStats(&after)
	runtime.KeepAlive(x)
	return after.HeapAlloc - before.HeapAlloc
}

func BenchmarkEdgeDistance(b *testing.B) {
	x := mustBuild(b, district(rand.New(rand.NewPCG(1, 2))))
	points := randomPoints(rand.New(rand.NewPCG(5, 6)), 1<<12)
	for _, k := range geo.Kinds() {
		b.Run(string(k), func(b *testing.B) {
			b.ReportAllocs()
			for i := range b.N {
				x.EdgeDistanceM(k, points[i&(1<<12-1)])
			}
		})
	}
}

func BenchmarkCandidates(b *testing.B) {
	x := mustBuild(b, district(rand.New(rand.NewPCG(1, 2))))
	points := randomPoints(rand.New(rand.NewPCG(5, 6)), 1<<12)
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		x.Candidates(geo.Grid, points[i&(1<<12-1)], 50)
	}
}
