package api

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/internal/measure"
)

const batchArea = "lookup over HTTP, batch"

// slowMany answers POST /api/v1/locate with encoding/json alone, without
// anything round it.
func slowMany(s *Server) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		now := s.now()
		m := &many{world: now, crs: geo.WGS84, list: "/features", texts: s.texts.of(now.Index, true), slow: true, spooled: &s.spooled}
		var err error
		if mediaType(r) == "application/x-ndjson" {
			err = m.lines(newDrip(w, "application/x-ndjson", m.spooled), newFeed(w, r), "")
		} else {
			err = m.document(w, newFeed(w, r))
		}
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
		}
	})
}

// batch is a request with many points.
type batch struct {
	name, kind, before, between, after string
	of                                 func(i int, p orb.Point) string
	aim                                string
}

var batches = []batch{
	{"compact form", "application/json", `{"points":[`, ",", `]}`,
		func(_ int, p orb.Point) string { return fmt.Sprintf("[%.7f,%.7f]", p[0], p[1]) }, "≥ 5 M points/s"},
	{"GeoJSON FeatureCollection", "application/geo+json", `{"type":"FeatureCollection","features":[`, ",", `]}`, pointFeature, "≥ 1 M points/s"},
	{"GeoJSON, one feature a line", "application/x-ndjson", "", "\n", "\n", pointFeature, "≥ 1 M points/s"},
	{"the same as GDAL writes it", "application/geo+json", "{\n\"type\": \"FeatureCollection\",\n\"name\": \"x\",\n\"features\": [\n", ",\n", "\n]\n}\n",
		func(i int, p orb.Point) string {
			return fmt.Sprintf(`{ "type": "Feature", "properties": { "id": %d, "name": "点%d" }, "geometry": { "type": "Point", "coordinates": [ %.7f, %.7f ] } }`, i, i, p[0], p[1])
		}, "≥ 1 M points/s"},
}

func pointFeature(i int, p orb.Point) string {
	return fmt.Sprintf(`{"type":"Feature","geometry":{"type":"Point","coordinates":[%.7f,%.7f]},"properties":{"id":%d}}`, p[0], p[1], i)
}

func (t batch) request(points []orb.Point) []byte {
	var body bytes.Buffer
	body.WriteString(t.before)
	for i, p := range points {
		if i > 0 {
			body.WriteString(t.between)
		}
		body.WriteString(t.of(i, p))
	}
	body.WriteString(t.after)
	head := fmt.Appendf(nil, "POST /api/v1/locate HTTP/1.1\r\nHost: map\r\nContent-Type: %s\r\nContent-Length: %d\r\n\r\n", t.kind, body.Len())
	return append(head, body.Bytes()...)
}

// askMany sends a long request and reads the answer meanwhile.
func (w wire) askMany(request []byte) error {
	sent := make(chan error, 1)
	go func() {
		_, err := w.Write(request)
		sent <- err
	}()
	_, err := w.ask(nil, nil)
	if err != nil {
		w.Close()
	}
	return cmp.Or(err, <-sent)
}

// BenchmarkBatchHTTP measures whole requests with a million points spread over
// the district, from the first byte sent to the last read, on one connection, in
// turns with encoding/json in the same shapes; the best turn of each counts.
func BenchmarkBatchHTTP(b *testing.B) {
	world, err := demoWorld()
	if err != nil {
		b.Fatal(err)
	}
	points := districtPlaces(world.snapshot.Index.Bound(), world, 1_000_000)
	type shape struct {
		batch
		request, short []byte
		best, theirs   float64
	}
	var shapes []*shape
	const few = 50_000 // of which encoding/json does more than enough
	for _, t := range batches {
		shapes = append(shapes, &shape{batch: t, request: t.request(points), short: t.request(points[:few])})
	}
	ours, slow := wires(b, measure.Start(b, "whole", ""), 1)[0], wires(b, measure.Start(b, "slow", ""), 1)[0]
	for b.Loop() {
		for range 5 {
			for _, s := range shapes {
				for range 2 {
					began := time.Now()
					if err := ours.askMany(s.request); err != nil {
						b.Fatal(s.name, err)
					}
					s.best = max(s.best, float64(len(points))/time.Since(began).Seconds())
				}
				began := time.Now()
				if err := slow.askMany(s.short); err != nil {
					b.Fatal(s.name, err)
				}
				s.theirs = max(s.theirs, few/time.Since(began).Seconds())
			}
		}
	}
	for _, s := range shapes {
		measure.Report(b, measure.Row{Area: batchArea, What: fmt.Sprintf("%s, 1 million in one request of %d MB, client and server on %d cores", s.name, len(s.request)>>20, runtime.NumCPU()),
			Ours: s.best, Unit: "points/s", Against: "encoding/json, same answers", Reference: s.theirs, Aim: s.aim})
	}
	b.ReportMetric(shapes[0].best, "compact-points/s")
	b.ReportMetric(shapes[1].best, "features/s")
	b.ReportMetric(shapes[2].best, "lines/s")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkBatchOfThousand measures a thousand points a request on four
// connections beside a thousand a statement in PostGIS at its best.
func BenchmarkBatchOfThousand(b *testing.B) {
	const thousand, connections = 1000, 4
	world, err := demoWorld()
	if err != nil {
		b.Fatal(err)
	}
	index := world.snapshot.Index
	points := districtPlaces(index.Bound(), world, 100*thousand)
	type way struct {
		lines    []wire
		requests [][]byte
		best     float64
	}
	ways := make([]*way, 2)
	for i := range ways {
		ways[i] = &way{}
		for some := range slices.Chunk(points, thousand) {
			ways[i].requests = append(ways[i].requests, batches[i].request(some))
		}
	}
	var areas []geo.Area
	for _, k := range []geo.Kind{geo.Village, geo.VillageGroup, geo.Grid, geo.Compound} {
		for _, a := range index.Areas(k) {
			areas = append(areas, *a)
		}
	}
	pool := areaTable(b, areas, 16)
	inDatabase := func(_, n int) error {
		var lon, lat []float64
		for _, p := range points[n%100*thousand:][:thousand] {
			lon, lat = append(lon, p[0]), append(lat, p[1])
		}
		rows, err := pool.Query(context.Background(), coverManySQL, lon, lat)
		if err != nil {
			return err
		}
		found := 0
		var i int64
		var kind, code string
		if _, err = pgx.ForEachRow(rows, []any{&i, &kind, &code}, func() error { found++; return nil }); err == nil && found < thousand {
			err = fmt.Errorf("PostGIS found %d areas for %d points", found, thousand)
		}
		return err
	}
	address := measure.Start(b, "whole", "")
	for _, w := range ways {
		w.lines = wires(b, address, connections)
	}
	best, at := 0.0, 0
	for b.Loop() {
		for range 4 {
			for _, w := range ways {
				r, err := measure.PerSecond(connections, time.Second/2, func(worker, n int) error {
					_, err := w.lines[worker].ask(w.requests[n%len(w.requests)], nil)
					return err
				})
				if err != nil {
					b.Fatal(err)
				}
				w.best = max(w.best, r*thousand)
			}
			for _, many := range []int{2, 4, 8} {
				r, err := measure.PerSecond(many, time.Second/2, inDatabase)
				if err != nil {
					b.Fatal(err)
				}
				if r *= thousand; r > best {
					best, at = r, many
				}
			}
		}
	}
	against := fmt.Sprintf("PostGIS without HTTP, 1,000 a statement, its best: %d connections", at)
	for i, w := range ways {
		measure.Report(b, measure.Row{Area: batchArea, What: fmt.Sprintf("%s, 1,000 a request, %d connections", batches[i].name, connections),
			Ours: w.best, Unit: "points/s", Against: against, Reference: best})
	}
	b.ReportMetric(0, "ns/op")
}

// coverManySQL is what covers many points; of the four kinds that do not follow
// from their parents.
const coverManySQL = `SELECT p.n, a.kind, a.code FROM unnest($1::float8[], $2::float8[]) WITH ORDINALITY AS p(lon, lat, n)
CROSS JOIN LATERAL (SELECT kind, code FROM area WHERE ST_Covers(shape, ST_SetSRID(ST_MakePoint(p.lon, p.lat), 4326))) AS a`

// districtPlaces gives places spread evenly inside the district, on the lattice.
func districtPlaces(bound orb.Bound, world *fakeStore, n int) []orb.Point {
	rnd := rand.New(rand.NewPCG(3, 4))
	out := make([]orb.Point, 0, n)
	for len(out) < n {
		p, _ := geo.Round(orb.Point{bound.Min[0] + rnd.Float64()*(bound.Max[0]-bound.Min[0]), bound.Min[1] + rnd.Float64()*(bound.Max[1]-bound.Min[1])})
		if m, _ := world.snapshot.Index.Locate(p); m.Area(geo.District) != nil {
			out = append(out, p)
		}
	}
	return out
}
