package locate_test

import (
	"fmt"
	"math/rand/v2"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/locate"
	"github.com/gridpatrol/gridpatrol/internal/measure"
	"github.com/paulmach/orb"
)

// layers are the kinds that the comparison asks for: the district and its
// townships follow from the villages.
var layers = []geo.Kind{geo.Village, geo.VillageGroup, geo.Grid, geo.Compound}

// timer measures several ways in turns, so that a busy machine is unfair to all
// of them alike, and keeps the best stretch of each, which is the one that was
// disturbed least. A turn has many stretches, over other points each, so that
// all but the first find in the caches what fits there.
type timer struct{ best []float64 }

func (c *timer) turn(i, stretch int, points []orb.Point, work func(p orb.Point) int) (covered int) {
	for len(c.best) <= i {
		c.best = append(c.best, 0)
	}
	for len(points) >= stretch {
		began := time.Now()
		for _, p := range points[:stretch] {
			covered += work(p)
		}
		ns := float64(time.Since(began)) / float64(stretch)
		if c.best[i] == 0 || ns < c.best[i] {
			c.best[i] = ns
		}
		points = points[stretch:]
	}
	return covered
}

// BenchmarkReferences measures lookups in memory beside what a user would pick
// instead, over the demo district. Uniform points lie in the district, a million
// of them; clustered ones are its reports. Ours names the areas of all six
// kinds, the others count those of the four that do not follow from parents.
func BenchmarkReferences(b *testing.B) {
	d, err := drawing()
	if err != nil {
		b.Fatal(err)
	}
	var areas []geo.Area
	for _, a := range d.Areas {
		if slices.Contains(layers, a.Kind) {
			areas = append(areas, a)
		}
	}
	before := heap()
	x, err := locate.Build(d.Areas, locate.Config{}) // of all six kinds
	if err != nil {
		b.Fatal(err)
	}
	held := heap() - before
	uniform := uniformPoints(x, 1_000_000)
	var clustered []orb.Point
	for i := range d.Reports {
		clustered = append(clustered, d.Reports[i].Point)
	}
	others := references(areas)
	for _, p := range uniform[:2000] {
		if n := coveredIn(x, p); n != others[0].locate(p) && n != others[2].locate(p) {
			b.Fatalf("%v: %d areas, and neither S2 (%d) nor orb (%d) finds as many", p, n, others[0].locate(p), others[2].locate(p))
		}
	}
	covered := 0
	ours := func(p orb.Point) int {
		m, _ := x.Locate(p)
		if m.Area(geo.Grid) != nil {
			return 1
		}
		return 0
	}
	allocs := testing.AllocsPerRun(10000, func() { ours(uniform[0]) })
	var table [2]timer
	for b.Loop() {
		rnd := rand.New(rand.NewPCG(1, 2))
		for range 12 {
			for s, points := range [][]orb.Point{uniform, clustered} {
				at := rnd.IntN(len(points) / 2)
				for range len(uniform)/2/len(points) + 1 {
					covered += table[s].turn(0, min(20_000, len(points)/2), points[at:at+len(points)/2], ours)
				}
				for i := range others {
					covered += table[s].turn(i+1, 400, points[at:at+4000], others[i].locate)
				}
			}
		}
	}
	rows := []measure.Row{
		inMemory("one point, uniform", table[0].best[0], "ns", "≤ 40 ns"),
		inMemory("one point, clustered", table[1].best[0], "ns", "≤ 35 ns"),
	}
	for i, aim := range []string{"≥ 35x", "≥ 100x", ""} {
		for s, what := range []string{"one point, uniform", "one point, clustered"} {
			r := inMemory(what, table[s].best[0], "ns", aim)
			r.Against, r.Reference = others[i].name, table[s].best[i+1]
			rows = append(rows, r)
		}
	}
	var more timer
	quick := 0
	for range 40 {
		at := rand.IntN(len(uniform) - 5000)
		quick += more.turn(0, 500, uniform[at:at+5000], func(p orb.Point) int { return int(x.EdgeDistanceM(geo.Grid, p)) & 1 })
		quick += more.turn(1, 500, uniform[at:at+5000], func(p orb.Point) int { return len(x.Candidates(geo.Grid, p, 50)) })
	}
	if quick == 0 {
		b.Error("no point has an edge or a candidate")
	}
	var each []time.Duration
	for _, p := range uniform[:20_000] {
		least := time.Hour
		for range 4 { // a disturbed look tells nothing of the point
			began := time.Now()
			x.Candidates(geo.Grid, p, 50)
			least = min(least, time.Since(began))
		}
		each = append(each, least)
	}
	slices.Sort(each)
	build := time.Hour
	for range 12 {
		began := time.Now()
		if _, err := locate.Build(d.Areas, locate.Config{}); err != nil {
			b.Fatal(err)
		}
		build = min(build, time.Since(began))
	}
	one, two := 0.0, 0.0
	for turn := range 100 { // each over points that no cache holds from the turn before
		one = max(one, threads(x, uniform, 1, turn*120_000))
		two = max(two, threads(x, uniform, 2, turn*120_000+60_000))
	}
	wire := postgisRate(b, areas, uniform)
	overWire := inMemory("one point, uniform, two threads", two*1e6, "lookups/s", "")
	overWire.Against, overWire.Reference = fmt.Sprintf("PostGIS over the wire, %d connections, its best", wire.connections), wire.perSecond
	twice := inMemory("one point, uniform, two threads", two*1e6, "lookups/s", "≥ 1.9x")
	twice.Against, twice.Reference = "one thread", one*1e6
	measure.Report(b, append(rows, overWire, twice,
		inMemory("allocations a lookup", allocs, "", "≤ 0"),
		inMemory("held beside the shapes", held/1e6, "MB", "≤ 25 MB"),
		inMemory("index built", build.Seconds()*1e3, "ms", "≤ 500 ms"),
		inMemory("nearest grid edge in metres", more.best[0]/1e3, "µs", "≤ 3 µs"),
		inMemory("grids within 50 m, with distance and probability", more.best[1]/1e3, "µs", "≤ 3 µs"),
		inMemory("the same, the slowest of 100 points", each[len(each)*99/100].Seconds()*1e6, "µs", "≤ 3 µs"))...)
	b.ReportMetric(0, "ns/op") // of no meaning here
	if covered == 0 || allocs != 0 {
		b.Errorf("%d points covered, %v allocations", covered, allocs)
	}
}

func inMemory(what string, ours float64, unit, aim string) measure.Row {
	return measure.Row{Area: "lookup in memory", What: what, Ours: ours, Unit: unit, Aim: aim}
}

// uniformPoints gives points spread evenly over the district, on the lattice.
func uniformPoints(x *locate.Index, n int) (out []orb.Point) {
	rnd := rand.New(rand.NewPCG(3, 4))
	b := x.Bound()
	for len(out) < n {
		p, _ := geo.Round(orb.Point{b.Min[0] + rnd.Float64()*(b.Max[0]-b.Min[0]), b.Min[1] + rnd.Float64()*(b.Max[1]-b.Min[1])})
		if m, _ := x.Locate(p); m.Area(geo.District) != nil {
			out = append(out, p)
		}
	}
	return out
}

func coveredIn(x *locate.Index, p orb.Point) (n int) {
	m, _ := x.Locate(p)
	for _, k := range layers {
		if m.Area(k) != nil {
			n++
		}
	}
	return n
}

// heap gives the bytes in use.
func heap() float64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc)
}

// threads gives how many points a microsecond that many threads locate, from
// one on.
func threads(x *locate.Index, points []orb.Point, n, from int) float64 {
	var wait sync.WaitGroup
	began := time.Now()
	for t := range n {
		wait.Go(func() {
			for i := range 60_000 {
				x.Locate(points[(from+i+t*500_000)%len(points)])
			}
		})
	}
	wait.Wait()
	return float64(n*60_000) / float64(time.Since(began)) * 1e3
}

// BenchmarkFixture measures the parts for themselves.
func BenchmarkFixture(b *testing.B) {
	d, err := drawing()
	if err != nil {
		b.Fatal(err)
	}
	x, err := locate.Build(d.Areas, locate.Config{})
	if err != nil {
		b.Fatal(err)
	}
	points := uniformPoints(x, 1<<16)
	for _, kind := range []geo.Kind{geo.Grid, geo.VillageGroup} {
		b.Run("EdgeDistanceM/"+string(kind), func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				x.EdgeDistanceM(kind, points[i&(1<<16-1)])
			}
		})
	}
	for _, accuracyM := range []float64{5, 50, 500} {
		b.Run(strings.ReplaceAll(fmt.Sprintf("Candidates within %v m", accuracyM), " ", "_"), func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				x.Candidates(geo.Grid, points[i&(1<<16-1)], accuracyM)
			}
		})
	}
	b.Run("Build", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := locate.Build(d.Areas, locate.Config{}); err != nil {
				b.Fatal(err)
			}
		}
	})
}
