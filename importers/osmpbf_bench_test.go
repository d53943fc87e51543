package importers

import (
	"bufio"
	"context"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/internal/measure"
)

// What writeOSMProvince puts into the district: nodes, and ways of ten of them.
const osmDistrictNodes, osmDistrictWays = 200_000, 20_000

// writeOSMProvince writes an extract of so many bytes: the same district in it,
// whatever its size, and nodes and roads of a province round it.
func writeOSMProvince(t testing.TB, name string, bytes int64) {
	t.Helper()
	f, err := os.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	w := bufio.NewWriterSize(f, 1<<20)
	o := &osmWriter{t: t, w: w}
	o.header("OsmSchema-V0.6", "DenseNodes")
	rnd := rand.New(rand.NewPCG(1, 2))
	first := int64(1)
	// A walk within a box; blocks of 8,000 as programs write them.
	nodes := func(lon, lat int32) {
		block := make([]osmNode, 8000)
		at := osmPlace{lon + rnd.Int32N(3_000_000), lat + rnd.Int32N(3_000_000)}
		for i := range block {
			at.lon, at.lat = at.lon+rnd.Int32N(4001)-2000, at.lat+rnd.Int32N(4001)-2000
			block[i] = osmNode{first, at}
			first++
		}
		o.dense(block...)
	}
	for range osmDistrictNodes / 8000 {
		nodes(1_255_000_000, 434_000_000)
	}
	for o.n < bytes*17/20 {
		nodes(1_225_000_000+rnd.Int32N(20_000_000), 415_000_000+rnd.Int32N(10_000_000))
	}
	names := []string{"长清公路", "机场大路", "", "", "村路", "S206"}
	id, last := int64(1), first
	ways := func(from, to int64) {
		block := make([]osmTagged, 4000)
		for i := range block {
			begin := from + rnd.Int64N(to-from-10)
			refs := make([]int64, 10)
			for k := range refs {
				refs[k] = begin + int64(k)
			}
			block[i] = osmTagged{id, refs, []string{"highway", "unclassified", "name", names[rnd.IntN(len(names))]}}
			id++
		}
		o.ways(block...)
	}
	for range osmDistrictWays / 4000 {
		ways(1, osmDistrictNodes)
	}
	for o.n < bytes {
		ways(osmDistrictNodes+1, last)
	}
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

// readOSMProvince reads the district of it, and gives what was kept meanwhile.
func readOSMProvince(t testing.TB, name string) (ways, kept int) {
	t.Helper()
	src, err := openOSMPBF(context.Background(), name, OpenOptions{Limits: DefaultLimits()})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	s := src.(*osmSource)
	s.Within(orb.Bound{Min: orb.Point{125.4, 43.2}, Max: orb.Point{126, 43.9}})
	if err := s.Records(context.Background(), 0, func(*Record) error { ways++; return nil }); err != nil {
		t.Fatal(err)
	}
	return ways, cap(s.inside) + cap(s.outside)
}

// TestOSMFlat: what is kept does not grow with the file.
func TestOSMFlat(t *testing.T) {
	dir := t.TempDir()
	var ways, kept [2]int
	for i, size := range []int64{3 << 20, 9 << 20} {
		name := filepath.Join(dir, "province.osm.pbf")
		writeOSMProvince(t, name, size)
		ways[i], kept[i] = readOSMProvince(t, name)
	}
	if ways[0] != osmDistrictWays || ways[1] != ways[0] || kept[1] > kept[0]*11/10 {
		t.Errorf("of 3 MB and of 9 MB %v ways and %v nodes are kept, want %d ways and the same nodes", ways, kept, osmDistrictWays)
	}
}

// heapPeak runs do and gives the most memory, in MB, that the heap held in use
// above what it held before.
func heapPeak(do func()) float64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	before, peak := m.HeapAlloc, m.HeapAlloc
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			runtime.ReadMemStats(&m)
			peak = max(peak, m.HeapAlloc)
			select {
			case <-stop:
				return
			case <-time.After(2 * time.Millisecond):
			}
		}
	}()
	do()
	close(stop)
	<-stopped
	return float64(peak-before) / 1e6
}

// BenchmarkOSM reads the district out of an extract of 100 MB, beside one of 10.
func BenchmarkOSM(b *testing.B) {
	dir := b.TempDir()
	small, large := filepath.Join(dir, "small.osm.pbf"), filepath.Join(dir, "large.osm.pbf")
	writeOSMProvince(b, small, 10e6)
	writeOSMProvince(b, large, 100e6)
	var took time.Duration
	var peak, against float64
	for b.Loop() {
		against = heapPeak(func() { readOSMProvince(b, small) })
		began := time.Now()
		peak = heapPeak(func() { readOSMProvince(b, large) })
		took = time.Since(began)
	}
	b.ReportMetric(peak, "MB-peak")
	b.ReportMetric(100/took.Seconds(), "MB/s")
	measure.Report(b,
		measure.Row{Area: "import", What: "OpenStreetMap extract of 100 MB, most memory", Ours: peak, Unit: "MB", Against: "one of 10 MB with the same district", Reference: against, Aim: "≤ 1.25 of it"},
		measure.Row{Area: "import", What: "OpenStreetMap extract of 100 MB, read", Ours: took.Seconds(), Unit: "s"})
}
