package api

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkb"

	"github.com/gridpatrol/gridpatrol/fixtures"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/internal/measure"
	"github.com/gridpatrol/gridpatrol/internal/pgcluster/pgtest"
)

// BenchmarkLookupHTTP measures lookups of one point over HTTP, by four
// connections at a time, beside handlers that always send the same answer, each
// in a process of its own, in turns; the best turn of each counts. The client
// runs beside them on the same cores.
func BenchmarkLookupHTTP(b *testing.B) {
	const connections = 4
	d, err := fixtures.Generate(fixtures.Config{Until: time.Date(2026, 9, 30, 0, 0, 0, 0, time.UTC)})
	if err != nil {
		b.Fatal(err)
	}
	points := reportPlaces(d, 4096)
	requests := make([][]byte, len(points))
	for i, p := range points {
		requests[i] = fmt.Appendf(nil, "GET /api/v1/locate?lon=%v&lat=%v HTTP/1.1\r\nHost: map\r\n\r\n", p[0], p[1])
	}
	whole := measure.Start(b, "whole", "")
	body := typicalAnswer(b, wires(b, whole, 1)[0], requests)
	addresses := []string{whole, measure.Start(b, "handler", ""), measure.Start(b, "router", body), measure.Start(b, "bare", body), measure.Start(b, "rested", body)}
	roles := make([]struct {
		lines []wire
		best  float64
	}, len(addresses))
	for i, address := range addresses { // now that all run: a line must not wait long for its first request
		roles[i].lines = wires(b, address, connections)
	}
	for b.Loop() {
		for range 40 {
			for i := range roles {
				r := &roles[i]
				rate, err := measure.PerSecond(connections, time.Second/10, func(worker, n int) error {
					_, err := r.lines[worker].ask(requests[n%len(requests)], nil)
					return err
				})
				if err != nil {
					b.Fatal(err)
				}
				r.best = max(r.best, rate)
			}
		}
	}
	const area = "lookup over HTTP, one point"
	router, bare, rested := roles[2].best, roles[3].best, roles[4].best
	measure.Report(b,
		measure.Row{Area: area, What: "with the whole middleware", Ours: roles[0].best, Unit: "/s", Against: "bare handler, own process", Reference: bare, Aim: "≥ 0.60 of it"},
		measure.Row{Area: area, What: "with the whole middleware", Ours: roles[0].best, Unit: "/s", Against: "constant answer behind our router", Reference: router},
		measure.Row{Area: area, What: "with the whole middleware", Ours: roles[0].best, Unit: "/s", Against: "bare handler, own process, collector at rest", Reference: rested},
		measure.Row{Area: area, What: "the handler alone in net/http", Ours: roles[1].best, Unit: "/s", Against: "bare handler, own process", Reference: bare, Aim: "≥ 0.85 of it"},
		measure.Row{Area: area, What: "the handler alone in net/http", Ours: roles[1].best, Unit: "/s", Against: "bare handler, own process, collector at rest", Reference: rested},
	)
	b.ReportMetric(roles[0].best, "whole/s")
	b.ReportMetric(roles[0].best/bare, "whole-of-bare")
	b.ReportMetric(roles[1].best/bare, "handler-of-bare")
	b.ReportMetric(0, "ns/op")
}

// BenchmarkLookupPostGIS measures what PostGIS makes of the same question
// without any HTTP: what covers a point, prepared, at several connections.
func BenchmarkLookupPostGIS(b *testing.B) {
	d, err := fixtures.Generate(fixtures.Config{Until: time.Date(2026, 9, 30, 0, 0, 0, 0, time.UTC)})
	if err != nil {
		b.Fatal(err)
	}
	points := reportPlaces(d, 4096)
	pool := areaTable(b, d.Areas, 16)
	best, at := 0.0, 0
	for b.Loop() {
		for range 2 {
			for _, many := range []int{1, 4, 8, 16} {
				r, err := measure.PerSecond(many, time.Second, func(_, i int) error {
					p := points[i%len(points)]
					rows, err := pool.Query(context.Background(), coverSQL, p[0], p[1])
					if err != nil {
						return err
					}
					_, err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (string, error) {
						var kind, code string
						err := row.Scan(&kind, &code)
						return code, err
					})
					return err
				})
				if err != nil {
					b.Fatal(err)
				}
				if r > best {
					best, at = r, many
				}
			}
		}
	}
	measure.Report(b, measure.Row{Area: "lookup over HTTP, one point", What: "without HTTP", Unit: "/s",
		Against: fmt.Sprintf("PostGIS, %d connections, its best", at), Reference: best})
	b.ReportMetric(best, "PostGIS/s")
	b.ReportMetric(0, "ns/op")
}

// coverSQL is the statement that a user of PostGIS would write.
const coverSQL = `SELECT kind, min(code COLLATE "C") FROM area WHERE ST_Covers(shape, ST_SetSRID(ST_MakePoint($1, $2), 4326)) GROUP BY kind`

func areaTable(b *testing.B, areas []geo.Area, connections int32) *pgxpool.Pool {
	b.Helper()
	ctx := context.Background()
	pool := pgtest.Pool(b, connections)
	if _, err := pool.Exec(ctx, `CREATE EXTENSION IF NOT EXISTS postgis`); err != nil {
		b.Fatal(err)
	}
	if _, err := pool.Exec(ctx, `CREATE TABLE raw (kind text, code text, shape bytea)`); err != nil {
		b.Fatal(err)
	}
	_, err := pool.CopyFrom(ctx, pgx.Identifier{"raw"}, []string{"kind", "code", "shape"}, pgx.CopyFromSlice(len(areas), func(i int) ([]any, error) {
		shape, err := wkb.Marshal(areas[i].Shape)
		return []any{string(areas[i].Kind), areas[i].Code, shape}, err
	}))
	if err != nil {
		b.Fatal(err)
	}
	for _, sql := range []string{
		`CREATE TABLE area AS SELECT kind, code, ST_GeomFromWKB(shape, 4326) AS shape FROM raw`,
		`CREATE INDEX ON area USING gist (shape)`, `ANALYZE area`,
	} {
		if _, err := pool.Exec(ctx, sql); err != nil {
			b.Fatal(err)
		}
	}
	return pool
}

// reportPlaces gives places where reports of the demo district lie, on the
// lattice.
func reportPlaces(d *fixtures.District, n int) []orb.Point {
	rnd := rand.New(rand.NewPCG(1, 2))
	out := make([]orb.Point, n)
	for i := range out {
		out[i], _ = geo.Round(d.Reports[rnd.IntN(len(d.Reports))].Point)
	}
	return out
}

// typicalAnswer writes the answer of mean length to a file for the constant
// handlers.
func typicalAnswer(b *testing.B, w wire, requests [][]byte) string {
	b.Helper()
	var answers [][]byte
	for _, request := range requests[:512] {
		var body bytes.Buffer
		if _, err := w.ask(request, &body); err != nil {
			b.Fatal(err)
		}
		answers = append(answers, body.Bytes())
	}
	slices.SortFunc(answers, func(x, y []byte) int { return len(x) - len(y) })
	name := filepath.Join(b.TempDir(), "body")
	typical := answers[len(answers)/2]
	b.Logf("answers of %d to %d bytes, %d in the middle", len(answers[0]), len(answers[len(answers)-1]), len(typical))
	if err := os.WriteFile(name, typical, 0o600); err != nil {
		b.Fatal(err)
	}
	return name
}
