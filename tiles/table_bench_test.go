package tiles

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/paulmach/orb/clip"
	"github.com/paulmach/orb/encoding/mvt"
	"github.com/paulmach/orb/geojson"
	"github.com/paulmach/orb/maptile"
	"github.com/paulmach/orb/simplify"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/locate"
)

// BenchmarkReferences prints one table: tiles of village groups of the demo
// district at zooms 10 to 16, uncached, beside what one would use instead, and
// tiles from the cache beside a handler that does nothing else. Every way gets
// the same tiles, in turns; the best turn of each counts.
func BenchmarkReferences(b *testing.B) {
	r, _ := districtRig(b)
	p := r.prepared.of(r.history.Current())
	began := time.Now()
	fresh := &prepared{snapshot: p.snapshot}
	for z := 10; z <= maxZoom; z++ {
		fresh.level(geo.VillageGroup, z)
	}
	build := time.Since(began)
	rnd := rand.New(rand.NewPCG(7, 8))
	var tiles []maptile.Tile
	for z := maptile.Zoom(10); z <= maxZoom; z++ {
		tiles = append(tiles, sample(p, geo.VillageGroup, z, 60, rnd)...)
	}
	rnd.Shuffle(len(tiles), func(i, j int) { tiles[i], tiles[j] = tiles[j], tiles[i] })

	c := r.c
	c.CacheBytes = 1 // nothing is kept
	uncached, err := New(c)
	if err != nil {
		b.Fatal(err)
	}
	uncached.prepared.recent = []*prepared{p}
	cold := httptest.NewServer(uncached.Handler())
	defer cold.Close()
	warm := httptest.NewServer(r.handler)
	defer warm.Close()
	bare := httptest.NewServer(bareHandler(r, tiles))
	defer bare.Close()
	database := districtTable(b, p.snapshot.Index, 8)
	ourBytes, theirBytes := 0, 0
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
	for i := range tiles {
		own, _ := inMemory(0, i)
		other, err := inDatabase(0, i)
		if err != nil {
			b.Fatal(err)
		}
		ourBytes, theirBytes = ourBytes+own, theirBytes+other
	}
	over := func(server *httptest.Server, encoding string) func(int, int) (int, error) {
		return overHTTP(b, server, tiles, encoding)
	}
	rows := []struct {
		name string
		many int
		turn time.Duration
		do   func(worker, i int) (int, error)
		best float64
	}{
		{"in memory, one core", 1, time.Second / 2, inMemory, 0},
		{"over HTTP, plain", 4, time.Second / 2, over(cold, "identity"), 0},
		{"over HTTP, gzipped", 4, time.Second / 2, over(cold, "gzip"), 0},
		{"orb: clone, project, clip, simplify, encode; one core", 1, time.Second / 2, func(_, i int) (int, error) { return orbTile(p.snapshot.Index, tiles[i%len(tiles)]) }, 0},
		{"the same on two", 2, time.Second / 2, func(_, i int) (int, error) { return orbTile(p.snapshot.Index, tiles[i%len(tiles)]) }, 0},
		{"ST_AsMVT, 1 connection", 1, time.Second, inDatabase, 0},
		{"ST_AsMVT, 4 connections", 4, time.Second, inDatabase, 0},
		{"ST_AsMVT, 8 connections", 8, time.Second, inDatabase, 0},
		{"cached, gzipped", 4, time.Second / 4, over(warm, "gzip"), 0},
		{"bare handler with the same bytes", 4, time.Second / 4, over(bare, "gzip"), 0},
		{"cached, asked again (304)", 4, time.Second / 4, over(warm, "gzip\r\nIf-None-Match: *"), 0},
	}
	for b.Loop() {
		for range 6 {
			for i := range rows {
				rate, err := rate(rows[i].many, rows[i].turn, rows[i].do)
				if err != nil {
					b.Fatal(rows[i].name, err)
				}
				rows[i].best = max(rows[i].best, rate)
			}
		}
	}
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "\nvillage groups, zooms 10 to 16\ttiles/s")
	for _, row := range rows {
		fmt.Fprintf(w, "%s\t%.0f\n", row.name, row.best)
	}
	w.Flush()
	database4 := max(rows[5].best, rows[6].best, rows[7].best)
	fmt.Printf("in memory %.1f times orb on a core (aim 4); over HTTP %.1f times ST_AsMVT plain, %.1f gzipped (aim 18 of pg_tileserv)\n",
		rows[0].best/rows[3].best, rows[1].best/database4, rows[2].best/database4)
	fmt.Printf("cached: %.2f of the bare handler (aim 0.85); %.2f of ST_AsMVT's bytes (aim 0.86); zooms 10 to 16 prepared in %v\n",
		rows[8].best/rows[9].best, float64(ourBytes)/float64(theirBytes), build.Round(time.Millisecond))
	b.ReportMetric(rows[1].best, "plain/s")
	b.ReportMetric(rows[2].best, "gzipped/s")
	b.ReportMetric(rows[0].best/rows[3].best, "x-orb")
	b.ReportMetric(rows[8].best/rows[9].best, "of-bare")
	b.ReportMetric(0, "ns/op")
}

// rate gives how many times a second many workers do something.
func rate(many int, turn time.Duration, do func(worker, i int) (int, error)) (float64, error) {
	var next, done atomic.Int64
	var failed atomic.Pointer[error]
	var wait sync.WaitGroup
	began := time.Now()
	for worker := range many {
		wait.Go(func() {
			for time.Since(began) < turn {
				if _, err := do(worker, int(next.Add(1))); err != nil {
					failed.Store(&err)
					return
				}
				done.Add(1)
			}
		})
	}
	wait.Wait()
	if err := failed.Load(); err != nil {
		return 0, *err
	}
	return float64(done.Load()) / time.Since(began).Seconds(), nil
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

// bareHandler answers with the finished tiles by path and does nothing else.
func bareHandler(r *rig, tiles []maptile.Tile) http.Handler {
	bodies := make(map[string][]byte)
	for _, t := range tiles {
		path := pathOf(t)
		bodies[path] = r.get(path, "Accept-Encoding", "gzip").Body.Bytes()
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body := bodies[r.URL.Path]
		w.Header().Set("Content-Type", contentType)
		w.Header().Set("Content-Encoding", "gzip")
		w.Header().Set("Content-Length", strconv.Itoa(len(body)))
		_, _ = w.Write(body) // a failure shows at the client
	})
}

func pathOf(t maptile.Tile) string {
	return fmt.Sprintf("/tiles/village_groups/%d/%d/%d.mvt", t.Z, t.X, t.Y)
}

// overHTTP asks with as little work as an HTTP client can do: a connection a
// worker, requests written before.
func overHTTP(b *testing.B, server *httptest.Server, tiles []maptile.Tile, encoding string) func(worker, i int) (int, error) {
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
		c, err := net.Dial("tcp", strings.TrimPrefix(server.URL, "http://"))
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
