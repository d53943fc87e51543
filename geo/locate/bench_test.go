package locate

import (
	"fmt"
	"math"
	"math/rand/v2"
	"runtime"
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/internal/measure"
	"github.com/paulmach/orb"
)

func randomPoints(rnd *rand.Rand, n int) []orb.Point {
	out := make([]orb.Point, n)
	for i := range out {
		out[i] = orb.Point{125.40 + 0.66*rnd.Float64(), 43.22 + 0.62*rnd.Float64()}
	}
	return out
}

// BenchmarkGrowth measures how the cost grows with the number of areas: towns of
// one kind over the same land, neighbours that share sides of twelve edges
// each; the last one lies in a country. Times are the best of many stretches, as a
// busy machine disturbs the others.
func BenchmarkGrowth(b *testing.B) {
	points := randomPoints(rand.New(rand.NewPCG(5, 6)), 1<<18)
	for b.Loop() {
		for _, side := range []int{8, 32, 100, 316, -32} {
			areas := town(rand.New(rand.NewPCG(1, 2)), geo.Grid, max(side, -side), max(side, -side), 12)
			what := fmt.Sprintf("%d areas, %d vertices", len(areas), 48*len(areas))
			if side < 0 { // in an area of the size of a country, for which cells are large
				areas = append(areas, square(geo.District, "d", 75, 18, 130, 54))
				what += ", in one of 55° by 36°"
			}
			held := heldBytes(b, areas)
			build := time.Hour
			var x *Index
			for range 3 {
				began := time.Now()
				x = mustBuild(b, areas)
				build = min(build, time.Since(began))
			}
			lookup := math.Inf(1)
			for range 10 {
				for at := 0; at < len(points); at += 1 << 14 {
					began := time.Now()
					for _, p := range points[at : at+1<<14] {
						x.Locate(p)
					}
					lookup = min(lookup, float64(time.Since(began))/(1<<14))
				}
			}
			row := func(what string, ours float64, unit string) measure.Row {
				return measure.Row{Area: "lookup in memory, growth", What: what, Ours: ours, Unit: unit}
			}
			measure.Report(b, row(what, lookup, "ns"), row(what+": built", build.Seconds()*1e3, "ms"),
				row(what+": held", float64(held)/1e6, "MB"))
		}
	}
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
