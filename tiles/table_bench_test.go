package tiles

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"net"
	"strconv"
	"testing"
	"time"

	"github.com/paulmach/orb/clip"
	"github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/geojson"
	"github.com/paulmach/orb/maptile"
	"github.com/paulmach/orb/simplify"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/locate"
	"github.com/gridpatrol/gridpatrol/internal/measure"
)

// BenchmarkReferences measures tiles of village groups of the demo district at
// zooms 10 to 16: uncached beside what one would use instead, and from the
// cache beside handlers that do nothing else. Every way gets the same tiles, in
// turns; the best turn of each counts. Servers have a process each.
func BenchmarkReferences(b *testing.B) {
	r, _ := districtRig(b)
	p := r.prepared.of(r.history.Current())
	tiles := benchTiles(p)
	dir := filled(b, r, tiles)
	over := func(role, encoding string) func(int, int) (int, error) {
		return overHTTP(b, measure.Start(b, role, dir), tiles, encoding)
	}
	cold, warm := measure.Start(b, "cold", dir), measure.Start(b, "warm", dir)
	database := districtTable(b, p.snapshot.Index, 8)
	inDatabase := func(_, i int) (int, error) {
		t := tiles[i%len(tiles)]
		var data []byte
		err := database.QueryRow(context.Background(), asMVT, "village_groups", int(t.Z), int(t.X), int(t.Y)).Scan(&data)
		return len(data), err
	}
	inMemory := func(_, i int) (int, error) {
		t := tiles[i%len(tiles)]
		return len(p.level(geo.VillageGroup, int(t.Z)).render("village_groups", t)), nil
	}
	withOrb := func(_, i int) (int, error) { return orbTile(p.snapshot.Index, tiles[i%len(tiles)]) }
	ways := []struct {
		name string
		many int
		turn time.Duration
		do   func(worker, i int) (int, error)
	}{
		{"memory", 1, time.Second / 2, inMemory},
		{"plain", 4, time.Second / 2, overHTTP(b, cold, tiles, "identity")},
		{"gzipped", 4, time.Second / 2, overHTTP(b, cold, tiles, "gzip")},
		{"orb", 1, time.Second / 2, withOrb},
		{"orb", 2, time.Second / 2, withOrb},
		{"ST_AsMVT", 1, time.Second, inDatabase},
		{"ST_AsMVT", 4, time.Second, inDatabase},
		{"ST_AsMVT", 8, time.Second, inDatabase},
		{"cached", 4, time.Second / 2, overHTTP(b, warm, tiles, "gzip")},
		{"bare", 4, time.Second / 2, over("bare", "gzip")},
		{"files", 4, time.Second / 2, over("files", "gzip")},
		{"asked again", 4, time.Second / 2, overHTTP(b, warm, tiles, "gzip\r\nIf-None-Match: *")},
	}
	ourBytes, theirBytes := 0, 0
	for i := range tiles {
		own, _ := inMemory(0, i)
		other, err := inDatabase(0, i)
		if err != nil {
			b.Fatal(err)
		}
		ourBytes, theirBytes = ourBytes+own, theirBytes+other
	}
	best := make([]float64, len(ways))
	for b.Loop() {
		for range 6 {
			for i, w := range ways {
				rate, err := measure.PerSecond(w.many, w.turn, func(worker, i int) error { _, err := w.do(worker, i); return err })
				if err != nil {
					b.Fatal(w.name, err)
				}
				best[i] = max(best[i], rate)
			}
		}
	}
	of := func(name string) (rate float64) {
		for i, w := range ways {
			if w.name == name && (w.name != "orb" || w.many == 1) {
				rate = max(rate, best[i])
			}
		}
		return rate
	}
	row := func(what, ours, aim, against, name string) measure.Row {
		r := measure.Row{Area: "boundary tiles", What: what, Ours: of(ours), Unit: "/s", Against: against, Aim: aim}
		if name != "" {
			r.Reference = of(name)
		}
		return r
	}
	measure.Report(b,
		row("drawn in memory, one core", "memory", "≥ 4x", "orb: clone, project, clip, simplify, encode; one core", "orb"),
		row("uncached over HTTP, 4 connections", "plain", "≥ 20,000 /s", "", ""),
		row("uncached over HTTP, gzipped", "gzipped", "≥ 10,000 /s", "", ""),
		row("uncached over HTTP", "plain", "≥ 18x", "ST_AsMVT, its best of 1, 4 and 8 connections", "ST_AsMVT"),
		row("uncached over HTTP, gzipped", "gzipped", "≥ 18x", "ST_AsMVT, its best of 1, 4 and 8 connections", "ST_AsMVT"),
		measure.Row{Area: "boundary tiles", What: fmt.Sprintf("bytes of %d tiles", len(tiles)), Ours: float64(ourBytes) / 1e6, Unit: "MB",
			Against: "ST_AsMVT", Reference: float64(theirBytes) / 1e6, Aim: "≤ 0.86 of it"},
		row("cached, gzipped", "cached", "≥ 0.85 of it", "bare handler with the same bytes", "bare"),
		row("cached, gzipped", "cached", "", "http.FileServer over the same bytes", "files"),
		row("cached, asked again, answered 304", "asked again", "", "", ""),
	)
	b.ReportMetric(of("plain"), "plain/s")
	b.ReportMetric(of("gzipped"), "gzipped/s")
	b.ReportMetric(of("memory")/of("orb"), "x-orb")
	b.ReportMetric(of("cached")/of("bare"), "of-bare")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkAfterAPublish measures how long the first tile waits that is asked
// for after a publish, at once and when it was drawn ahead.
func BenchmarkAfterAPublish(b *testing.B) {
	r, _ := districtRig(b)
	snapshot := r.history.Current()
	at := snapshot.Index.Bound().Center()
	zooms := []maptile.Zoom{10, 13, 16}
	inf := time.Duration(math.MaxInt64)
	all, once, ahead, far := inf, make([]time.Duration, len(zooms)), make([]time.Duration, len(zooms)), make([]time.Duration, len(zooms))
	for i := range zooms {
		once[i], ahead[i], far[i] = inf, inf, inf
	}
	rnd := rand.New(rand.NewPCG(15, 16))
	before, after := r.prepared.of(snapshot), nudged(b, snapshot, rnd)
	l := r.layers["village_groups"]
	elsewhere := make([]maptile.Tile, len(zooms)) // tiles that show nothing of what changed; zero where all do
	first := &prepared{snapshot: after}
	first.before.Store(before)
	for i, z := range zooms {
		before.level(l.kind, int(z))
		for _, at := range sample(before, l.kind, z, 50, rnd) {
			if first.shownBefore(l.kind, at) != nil {
				elsewhere[i] = at
			}
		}
	}
	timed := func(best *time.Duration, do func()) {
		began := time.Now()
		do()
		*best = min(*best, time.Since(began))
	}
	publish := func() { // what is drawn, and the tiles, are of other boundaries
		r.prepared.recent, r.cache = nil, newCache(r.c.CacheBytes)
	}
	for b.Loop() {
		for range 3 {
			for i, z := range zooms {
				publish()
				timed(&once[i], func() { r.get(tilePath("village_groups", at, z)) })
			}
			publish()
			timed(&all, func() { r.warm(context.Background(), snapshot) })
			for i, z := range zooms {
				timed(&ahead[i], func() { r.get(tilePath("village_groups", at, z)) })
			}
			for i, at := range elsewhere {
				if at == (maptile.Tile{}) {
					continue
				}
				publish()
				r.prepared.recent = []*prepared{before}
				timed(&far[i], func() {
					if _, err := r.cached(after, l, at); err != nil {
						b.Fatal(err)
					}
				})
			}
		}
	}
	ms := func(d time.Duration) float64 { return d.Seconds() * 1e3 }
	rows := []measure.Row{{Area: "boundary tiles", What: "all zooms of all kinds drawn ahead, one core", Ours: ms(all), Unit: "ms"}}
	for i, z := range zooms {
		if elsewhere[i] != (maptile.Tile{}) {
			rows = append(rows, measure.Row{Area: "boundary tiles", What: fmt.Sprintf("first tile after a publish, zoom %d, far from what changed", z), Ours: ms(far[i]), Unit: "ms",
				Against: "one that shows the change, at once", Reference: ms(once[i])})
		}
		rows = append(rows, measure.Row{Area: "boundary tiles", What: fmt.Sprintf("first tile after a publish, zoom %d, drawn ahead", z), Ours: ms(ahead[i]), Unit: "ms",
			Against: "asked for before anything is drawn", Reference: ms(once[i])})
	}
	measure.Report(b, rows...)
	b.ReportMetric(0, "ns/op")
}

// benchTiles are 60 tiles of each zoom that show something, in any order.
func benchTiles(p *prepared) (tiles []maptile.Tile) {
	rnd := rand.New(rand.NewPCG(7, 8))
	for z := maptile.Zoom(10); z <= maxZoom; z++ {
		tiles = append(tiles, sample(p, geo.VillageGroup, z, 60, rnd)...)
	}
	rnd.Shuffle(len(tiles), func(i, j int) { tiles[i], tiles[j] = tiles[j], tiles[i] })
	return tiles
}

// orbTile is the tile as one would make it with orb alone.
func orbTile(x *locate.Index, t maptile.Tile) (int, error) {
	fc := geojson.NewFeatureCollection()
	for _, a := range x.Within(geo.VillageGroup, reach(t)) {
		f := geojson.NewFeature(a.Shape.Clone())
		f.Properties = areaProperties(a)
		fc.Append(f)
	}
	l := mvt.NewLayer("village_groups", fc)
	l.Version = 2
	l.ProjectToTile(t)
	for _, f := range l.Features {
		f.Geometry = clip.Geometry(tileBound, f.Geometry)
	}
	l.Simplify(simplify.DouglasPeucker(tolerance(int(t.Z))))
	l.RemoveEmpty(0, 1)
	data, err := mvt.Marshal(mvt.Layers{l})
	return len(data), err
}

func pathOf(t maptile.Tile) string {
	return fmt.Sprintf("/tiles/village_groups/%d/%d/%d.mvt", t.Z, t.X, t.Y)
}

// overHTTP asks with as little work as an HTTP client can do: a connection a
// worker, requests written before.
func overHTTP(b *testing.B, address string, tiles []maptile.Tile, encoding string) func(worker, i int) (int, error) {
	requests := make([][]byte, len(tiles))
	for i, t := range tiles {
		requests[i] = fmt.Appendf(nil, "GET %s HTTP/1.1\r\nHost: map\r\nAccept-Encoding: %s\r\n\r\n", pathOf(t), encoding)
	}
	type line struct {
		net.Conn
		*bufio.Reader
	}
	lines := make([]line, 4)
	for i := range lines {
		c, err := net.Dial("tcp", address)
		if err != nil {
			b.Fatal(err)
		}
		b.Cleanup(func() { c.Close() })
		lines[i] = line{c, bufio.NewReaderSize(c, 1<<16)}
	}
	return func(worker, i int) (int, error) {
		l := lines[worker]
		if _, err := l.Conn.Write(requests[i%len(tiles)]); err != nil {
			return 0, err
		}
		length := 0
		for n := 0; ; n++ {
			head, err := l.Reader.ReadSlice('\n')
			switch {
			case err != nil:
				return 0, err
			case n == 0 && !bytes.Contains(head, []byte(" 200 ")) && !bytes.Contains(head, []byte(" 304 ")):
				return 0, errors.New(string(head))
			case len(head) <= 2:
				return length, discard(l.Reader, length)
			}
			if v, ok := bytes.CutPrefix(head, []byte("Content-Length: ")); ok {
				if length, err = strconv.Atoi(string(bytes.TrimSpace(v))); err != nil {
					return 0, err
				}
			}
		}
	}
}

func discard(r io.Reader, n int) error {
	_, err := io.CopyN(io.Discard, r, int64(n))
	return err
}
