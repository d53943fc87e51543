package tiles

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/paulmach/orb/maptile"

	"github.com/gridpatrol/gridpatrol/geo/hotspot"
	"github.com/gridpatrol/gridpatrol/internal/measure"
)

// columnsOf gives the reports as rows, shown where they are.
func columnsOf(t testing.TB, reports []counted) *hotspot.Columns {
	t.Helper()
	rows := make([]hotspot.Row, len(reports))
	for i, r := range reports {
		rows[i] = hotspot.Row{ID: r.id, At: r.at, Due: r.due, Category: r.category, Status: r.status, Cell: r.cell, Public: r.cell}
	}
	c, err := hotspot.NewColumns(rows)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// heapInUse is what the program keeps, in bytes.
func heapInUse() int64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// BenchmarkHotspots measures hot-spot tiles through the handler, none of them
// kept, beside the statement in PostGIS at its best number of connections; and
// tiles of a filter that nobody asked for before, over a million reports.
func BenchmarkHotspots(b *testing.B) {
	b.Run("16000", func(b *testing.B) { benchmarkHotspots(b, 16_000) })
	b.Run("1000000", func(b *testing.B) { benchmarkHotspots(b, 1_000_000) })
}

func benchmarkHotspots(b *testing.B, n int) {
	const turns, turn = 3, time.Second
	reports := countedReports(b, n)
	tiles := hotspotTiles(reports, 20)
	before := heapInUse()
	columns := columnsOf(b, reports)
	memory := heapInUse() - before
	r, _ := districtRig(b)
	r.ledger.columns = columns
	r.viewer.own, r.viewer.every = true, true
	r.hotTiles = newCache(1) // keeps nothing
	r.c.Categories, r.c.Statuses = nil, nil
	ask := func(tile maptile.Tile, query string) error {
		w := httptest.NewRecorder()
		r.handler.ServeHTTP(w, httptest.NewRequest(http.MethodGet, fmt.Sprintf("/tiles/hotspots/%d/%d/%d.mvt%s", tile.Z, tile.X, tile.Y, query), nil))
		if w.Code != http.StatusOK && (w.Code != http.StatusNoContent || query == "") {
			return fmt.Errorf("tile %v is answered %d %s", tile, w.Code, w.Body)
		}
		return nil
	}
	began := time.Now()
	for _, tile := range tiles { // draws the cells
		if err := ask(tile, ""); err != nil {
			b.Fatal(err)
		}
	}
	b.Logf("first %d tiles in %v", len(tiles), time.Since(began))
	drawn := heapInUse() - before

	sql := newHotspotSQL(b, reports, 8)
	year := hotspot.Filter{From: testNow.AddDate(-1, 0, 0), To: testNow}
	best := func(into *pace, p pace) {
		if p.rate > into.rate {
			*into = p
		}
	}
	var ours, theirs, filtered, theirFiltered pace
	random := rand.New(rand.NewPCG(1, uint64(n)))
	for range turns {
		p, err := paceOf(runtime.GOMAXPROCS(0), turn, func(worker, i int) error { return ask(tiles[(worker*37+i)%len(tiles)], "") })
		if err != nil {
			b.Fatal(err)
		}
		best(&ours, p)
		for _, connections := range []int{2, 4, 8} {
			p, err := paceOf(connections, turn, func(worker, i int) error {
				_, err := sql.tile(context.Background(), tiles[(worker*37+i)%len(tiles)], year)
				return err
			})
			if err != nil {
				b.Fatal(err)
			}
			best(&theirs, p)
		}
		// One at a time, each with a filter of its own.
		p, err = paceOf(1, turn, func(_, i int) error {
			from := testNow.Add(-time.Duration(random.IntN(500*24*3600)) * time.Second)
			return ask(tiles[i%len(tiles)], "?category=garbage,fire_safety,lonely_elder&status=closed,handled,dispatched&from="+from.Format(time.RFC3339))
		})
		if err != nil {
			b.Fatal(err)
		}
		best(&filtered, p)
		p, err = paceOf(1, turn, func(_, i int) error {
			from := testNow.Add(-time.Duration(random.IntN(500*24*3600)) * time.Second)
			_, err := sql.tile(context.Background(), tiles[i%len(tiles)], hotspot.Filter{From: from, To: testNow,
				Category: []string{"garbage", "fire_safety", "lonely_elder"}, Status: []string{"closed", "handled", "dispatched"}})
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
		best(&theirFiltered, p)
	}
	ms := func(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
	what := func(text string) string { return fmt.Sprintf("%s, %d reports", text, n) }
	aims := map[string]string{"rate": "≥ 20x", "p99": "≤ 2 ms", "filtered": "≤ 20 ms"}
	if n != 16_000 {
		aims["rate"], aims["p99"] = "", ""
	}
	measure.Report(b,
		measure.Row{Area: "hot spots", What: what("tile of all reports, uncached, with statistics"), Ours: ours.rate, Unit: "/s", Against: "counting in PostGIS, ST_AsMVT", Reference: theirs.rate, Aim: aims["rate"]},
		measure.Row{Area: "hot spots", What: what("tile of all reports, 99 in 100 are faster than"), Ours: ms(ours.p99), Unit: "ms", Against: "counting in PostGIS, ST_AsMVT", Reference: ms(theirs.p99), Aim: aims["p99"]},
		measure.Row{Area: "hot spots", What: what("tile of a filter not asked before, mean"), Ours: 1000 / filtered.rate, Unit: "ms", Against: "counting in PostGIS, ST_AsMVT", Reference: 1000 / theirFiltered.rate, Aim: aims["filtered"]},
		measure.Row{Area: "hot spots", What: what("tile of a filter not asked before, 99 in 100 are faster than"), Ours: ms(filtered.p99), Unit: "ms", Against: "counting in PostGIS, ST_AsMVT", Reference: ms(theirFiltered.p99), Aim: aims["filtered"]},
		measure.Row{Area: "hot spots", What: what("memory of the columns"), Ours: float64(memory) / 1e6, Unit: "MB"},
		measure.Row{Area: "hot spots", What: what("memory of columns, outlines and a question"), Ours: float64(drawn) / 1e6, Unit: "MB"},
	)
	b.ReportMetric(ours.rate, "tiles/s")
	runtime.KeepAlive(slices.Clip(reports))
}
