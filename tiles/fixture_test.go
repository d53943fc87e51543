package tiles

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/paulmach/orb/maptile"
	"github.com/paulmach/orb/maptile/tilecover"

	"github.com/gridpatrol/gridpatrol/fixtures"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/cell"
	"github.com/gridpatrol/gridpatrol/geo/hotspot"
	"github.com/gridpatrol/gridpatrol/geo/locate"
)

// maxTile is what a tile may have at most, in bytes before compression.
const maxTile = 500_000

// demo is the demo district, drawn once for all tests.
var demo = sync.OnceValues(func() (*prepared, *fixtures.District) {
	district, err := fixtures.Generate(fixtures.Config{Until: testNow})
	if err != nil {
		panic(err)
	}
	index, err := locate.Build(district.Areas, locate.Config{})
	if err != nil {
		panic(err)
	}
	revision := geo.Revision{Number: 2, Areas: len(district.Areas), PublishedAt: testNow.AddDate(0, -1, 0)}
	return &prepared{snapshot: &locate.Snapshot{Revision: revision, Index: index, Ground: district.Ground}, serial: 1}, district
})

// districtRig is a rig with the demo district in force.
func districtRig(t testing.TB) (*rig, *fixtures.District) {
	t.Helper()
	p, district := demo()
	r := newRig(t)
	r.history[1] = p.snapshot
	r.prepared.recent, r.prepared.serial = []*prepared{p}, p.serial
	return r, district
}

// TestDistrictTilesAreSmall renders the whole demo district in every layer,
// down to zoom 13 (below that tiles only get smaller), and looks at the sizes.
func TestDistrictTilesAreSmall(t *testing.T) {
	r, district := districtRig(t)
	index := r.history.Current().Index
	var rows []hotspot.Row
	for i := range district.Reports {
		report := &district.Reports[i]
		c, err := cell.At(report.Point, hotspot.BaseResolution)
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, hotspot.Row{ID: report.ID, At: report.CreatedAt, Due: report.DueAt, Category: report.Category, Status: string(report.Status), Cell: c, Public: c})
		r.viewer.points = append(r.viewer.points, ReportPoint{
			Point: report.Point, ID: report.ID.String(), Category: report.Category, Status: string(report.Status)})
	}
	columns, err := hotspot.NewColumns(rows)
	if err != nil {
		t.Fatal(err)
	}
	r.ledger.columns = columns
	r.viewer.own, r.viewer.every, r.viewer.patrols = true, true, true
	everywhere := &walks{} // every cell of the district: more can never be on a tile
	all, err := hotspot.NewDistrict(district.Areas)
	if err != nil {
		t.Fatal(err)
	}
	lattice, err := cell.NewLattice(index.Bound(), hotspot.BaseResolution)
	if err != nil {
		t.Fatal(err)
	}
	width, height := lattice.Size()
	for i := range width {
		for j := range height {
			c, ok := lattice.Cell(i, j)
			if _, inside := all.Households(c); ok && inside {
				everywhere.cells = append(everywhere.cells, hotspot.Walked{Cell: c, Seconds: 1234, Visits: 3, Last: testNow})
			}
		}
	}
	r.c.Patrols = everywhere

	for _, l := range allLayers() {
		for z := l.minZoom; z <= min(l.maxZoom, 13); z++ {
			largest, zipped, count := 0, 0, 0
			began := time.Now()
			for tile := range tilecover.Bound(index.Bound(), maptile.Zoom(z)) {
				path := fmt.Sprintf("/tiles/%s/%d/%d/%d.mvt", l.name, tile.Z, tile.X, tile.Y)
				w := r.get(path)
				if w.Code != http.StatusOK && w.Code != http.StatusNoContent {
					t.Fatalf("GET %s = %d %s", path, w.Code, w.Body)
				}
				if w.Code == http.StatusOK {
					count++
				}
				if n := w.Body.Len(); n > largest {
					largest = n
					zipped = r.get(path, "Accept-Encoding", "gzip").Body.Len()
				}
			}
			t.Logf("%-15s zoom %2d: %4d tiles, the largest %6d bytes, %6d gzipped; %v a tile",
				l.name, z, count, largest, zipped, (time.Since(began) / time.Duration(max(count, 1))).Round(time.Microsecond))
			if largest > maxTile {
				t.Errorf("layer %s has a tile of %d bytes at zoom %d, at most %d allowed", l.name, largest, z, maxTile)
			}
			if count == 0 {
				t.Errorf("layer %s has no tile at zoom %d", l.name, z)
			}
		}
	}
	ids := make(map[uint64]geo.Ref)
	for _, a := range index.All() {
		id := featureID(a.Ref().String())
		if other, ok := ids[id]; ok {
			t.Errorf("%s and %s have the same feature id %d", other, a.Ref(), id)
		}
		ids[id] = a.Ref()
	}
}

// BenchmarkTile draws the tiles of village groups along the district's middle,
// uncached and plain, without HTTP.
func BenchmarkTile(b *testing.B) {
	r, _ := districtRig(b)
	snapshot := r.history.Current()
	p, l := r.prepared.of(snapshot), r.layers["village_groups"]
	middle := snapshot.Index.Bound().Center()
	for z := maptile.Zoom(10); z <= 16; z += 2 {
		b.Run(fmt.Sprintf("zoom=%d", z), func(b *testing.B) {
			b.ReportAllocs()
			bytes := 0
			at := maptile.At(middle, z)
			for i := 0; b.Loop(); i++ {
				bytes += len(p.level(l.kind, int(z)).render(l.name, maptile.New(at.X+uint32(i%4), at.Y, z)))
			}
			b.ReportMetric(float64(bytes)/float64(b.N), "B/tile")
		})
	}
}

// BenchmarkCachedTile answers for one tile from the cache, gzipped.
func BenchmarkCachedTile(b *testing.B) {
	r, _ := districtRig(b)
	path := tilePath("village_groups", r.history.Current().Index.Bound().Center(), 13)
	b.ReportAllocs()
	for b.Loop() {
		if w := r.get(path, "Accept-Encoding", "gzip"); w.Code != http.StatusOK {
			b.Fatalf("GET %s = %d", path, w.Code)
		}
	}
}

// TestDistrictHasNoSlivers checks for the demo district, whose edges are as
// rough as real ones, that in every tile the edges of all areas of a kind that
// tiles the district cancel out but for the district's own.
func TestDistrictHasNoSlivers(t *testing.T) {
	r, _ := districtRig(t)
	snapshot := r.history.Current()
	p := r.prepared.of(snapshot)
	rnd := rand.New(rand.NewPCG(13, 14))
	for _, name := range []string{"townships", "villages", "grids"} {
		l := r.layers[name]
		for z := maptile.Zoom(l.minZoom); z <= maxZoom; z++ {
			shared := 0
			tiles := slices.Collect(maps.Keys(tilecover.Bound(snapshot.Index.Bound(), z)))
			if z > 13 { // all of them are too many
				tiles = sample(p, l.kind, z, 300, rnd)
			}
			for _, tile := range tiles {
				sum := make(map[directed]int)
				for _, f := range areaFeatures(p, r.layers[name], tile) {
					edges(sum, f.geometry, 1)
				}
				for _, f := range areaFeatures(p, r.layers["districts"], tile) {
					edges(sum, f.geometry, -1)
				}
				for e, n := range sum {
					if n != 0 {
						t.Fatalf("%s, tile %v: the edge %v is run %d times more one way than the other", name, tile, e, n)
					}
				}
				shared += len(sum)
			}
			if shared == 0 {
				t.Errorf("%s at zoom %d: no edge was looked at", name, z)
			}
		}
	}
}
