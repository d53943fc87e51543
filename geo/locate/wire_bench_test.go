package locate_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkb"
	"golang.org/x/sync/errgroup"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/internal/measure"
	"github.com/gridpatrol/gridpatrol/internal/pgcluster/pgtest"
)

// wireRate is how fast PostGIS answers over how many connections.
type wireRate struct {
	connections int
	perSecond   float64
}

// postgisRate measures lookups in a database: one point a prepared statement,
// over a socket of the same machine, areas with a GiST index. Areas are taken as
// they are and cut into pieces of 64 corners (ST_Subdivide), which is the usual
// advice; the faster of both counts, at the number of connections that suits it
// best.
func postgisRate(b *testing.B, areas []geo.Area, points []orb.Point) (best wireRate) {
	ctx := b.Context()
	url := pgtest.URL(b)
	c, err := pgx.Connect(ctx, url)
	if err != nil {
		b.Fatal(err)
	}
	defer c.Close(context.WithoutCancel(ctx))
	if _, err := c.Exec(ctx, `CREATE EXTENSION IF NOT EXISTS postgis;
		CREATE TABLE raw_area (kind int, code text, shape bytea)`); err != nil {
		b.Fatal(err)
	}
	_, err = c.CopyFrom(ctx, pgx.Identifier{"raw_area"}, []string{"kind", "code", "shape"}, pgx.CopyFromSlice(len(areas), func(i int) ([]any, error) {
		shape, err := wkb.Marshal(areas[i].Shape)
		return []any{areas[i].Kind.Index(), areas[i].Code, shape}, err
	}))
	if err != nil {
		b.Fatal(err)
	}
	if _, err := c.Exec(ctx, `
		CREATE TABLE whole AS SELECT kind, code, ST_GeomFromWKB(shape, 4326) AS shape FROM raw_area;
		CREATE TABLE pieces AS SELECT kind, code, ST_Subdivide(shape, 64) AS shape FROM whole;
		CREATE INDEX ON whole USING gist (shape); CREATE INDEX ON pieces USING gist (shape)`); err != nil {
		b.Fatal(err)
	}
	if _, err := c.Exec(ctx, `VACUUM ANALYZE whole, pieces`); err != nil {
		b.Fatal(err)
	}
	var server, extension string
	if err := c.QueryRow(ctx, `SELECT current_setting('server_version'), postgis_lib_version()`).Scan(&server, &extension); err != nil {
		b.Fatal(err)
	}
	measure.Note(b, "PostgreSQL", server)
	measure.Note(b, "PostGIS", extension)
	for range 2 {
		for _, table := range []string{"whole", "pieces"} {
			sql := `SELECT kind, code FROM ` + table + ` WHERE ST_Covers(shape, ST_SetSRID(ST_MakePoint($1, $2), 4326))`
			for _, n := range []int{1, 2, 4, 8, 16} {
				rate := statementRate(b, url, sql, points, n)
				b.Logf("PostGIS, areas %s, %d connections: %.0f lookups/s", table, n, rate)
				if rate > best.perSecond {
					best = wireRate{n, rate}
				}
			}
		}
	}
	return best
}

// statementRate looks points up over so many connections for a while.
func statementRate(b *testing.B, url, sql string, points []orb.Point, connections int) float64 {
	const length = 600 * time.Millisecond
	ctx, cancel := context.WithTimeout(b.Context(), time.Minute)
	defer cancel()
	var done, rows atomic.Int64
	var prepared sync.WaitGroup
	prepared.Add(connections)
	start := make(chan struct{})
	var began time.Time
	var group errgroup.Group
	for i := range connections {
		c, err := pgx.Connect(ctx, url)
		if err != nil {
			b.Fatal(err)
		}
		group.Go(func() error {
			defer c.Close(context.WithoutCancel(ctx))
			lookup := func(p orb.Point) error {
				found, err := c.Query(ctx, sql, p[0], p[1])
				if err != nil {
					return err
				}
				n := int64(0)
				for found.Next() {
					n++
				}
				rows.Add(n)
				return found.Err()
			}
			var err error
			for _, p := range points[:20] { // prepares, and fills the caches
				err = errors.Join(err, lookup(p))
			}
			prepared.Done()
			<-start
			if err != nil {
				return err
			}
			for k := i; time.Since(began) < length; k += connections {
				if err := lookup(points[k%len(points)]); err != nil {
					return err
				}
				done.Add(1)
			}
			return nil
		})
	}
	prepared.Wait() // all of them work in the same stretch of time
	began = time.Now()
	close(start)
	err := group.Wait()
	took := time.Since(began)
	if err != nil {
		b.Fatal(err)
	}
	if rows.Load() < done.Load() {
		b.Fatalf("PostGIS found %d areas for %d points, all of which lie in the district", rows.Load(), done.Load())
	}
	return float64(done.Load()) / took.Seconds()
}
