package main

import (
	"context"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/url"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkb"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/internal/measure"
)

// BenchmarkCoverage asks for the coverage of the grid that the demo walks most, over
// all of its patrols, with its parts and cells; PostGIS measures the grid and the
// parts alone.
func BenchmarkCoverage(b *testing.B) {
	path := townshipDatabase(b)
	s := serveTest(b, path)
	w := walkTown(b, s, time.Now(), math.MaxInt, true)
	w.settle(b, s)
	token := makeToken(b, s.store, access.Dispatcher)
	q := url.Values{"from": {w.first.Format(time.RFC3339)}, "to": {w.end.Format(time.RFC3339)}}
	r, err := http.NewRequest(http.MethodGet, fmt.Sprintf("%s/api/v1/areas/%s/%s/coverage?%s", s.url, w.grid.Kind, w.grid.Code, q.Encode()), nil)
	if err != nil {
		b.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	ask := func() {
		resp, err := http.DefaultClient.Do(r)
		if err != nil {
			b.Fatal(err)
		}
		defer resp.Body.Close()
		if body, err := io.ReadAll(resp.Body); err != nil || resp.StatusCode != http.StatusOK {
			b.Fatalf("%s, %v: %.300s", resp.Status, err, body)
		}
	}
	ask()
	b.ResetTimer()
	for range b.N {
		ask()
	}
	b.StopTimer()
	ours := float64(b.Elapsed().Microseconds()) / 1000 / float64(b.N)

	db, err := pgx.Connect(b.Context(), path)
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close(context.Background())
	if _, err := db.Exec(b.Context(), `SET search_path TO gridpatrol, public`); err != nil {
		b.Fatal(err)
	}
	index := s.boundaries.Current().Index
	grid, err := index.Find(w.grid)
	if err != nil {
		b.Fatal(err)
	}
	shapes := []orb.MultiPolygon{grid.Shape}
	for _, a := range index.All() {
		if a.Parent == grid.Parent && a != grid && grid.Shape.Bound().Intersects(a.Shape.Bound()) {
			shapes = append(shapes, a.Shape)
		}
	}
	var lands [][]byte
	for _, shape := range shapes {
		land, err := wkb.Marshal(shape)
		if err != nil {
			b.Fatal(err)
		}
		lands = append(lands, land)
	}
	const sql = `
		WITH walk AS (SELECT track_id, ST_Transform(path, 4551) AS line FROM track_pieces WHERE during && tstzrange($2, $3)),
		     swath AS (SELECT track_id, ST_Union(ST_Buffer(line, 15)) AS land FROM walk GROUP BY track_id),
		     whole AS (SELECT ST_Union(land) AS land FROM swath)
		SELECT sum(ST_Area(ST_Intersection(ST_Transform(ST_GeomFromWKB(part, 4326), 4551), whole.land))),
		       sum((SELECT sum(ST_Area(ST_Intersection(ST_Transform(ST_GeomFromWKB(part, 4326), 4551), s.land))) FROM swath s))
		FROM unnest($1::bytea[]) AS part, whole`
	began := time.Now()
	var merged, unmerged float64
	if err := db.QueryRow(b.Context(), sql, lands, w.first, w.end).Scan(&merged, &unmerged); err != nil {
		b.Fatal(err)
	}
	measure.Report(b, measure.Row{Area: "coverage", What: fmt.Sprintf("a grid's %d patrols of two weeks, with parts and cells, over HTTP", len(w.past)), Ours: ours, Unit: "ms",
		Against: "PostGIS's buffer and union, without cells", Reference: float64(time.Since(began).Microseconds()) / 1000, Aim: "≤ 500 ms"})
}
