package locate_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkb"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/locate"
	"github.com/gridpatrol/gridpatrol/internal/pgcluster/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// ownersSQL is the rule of the edge in SQL. Coordinates are lattice units, that
// is whole numbers, so PostGIS computes without rounding too; in degrees a point
// on an edge would be on it but for the last bit.
const ownersSQL = `
	SELECT p.n, a.kind, min(a.code COLLATE "C")
	FROM point_sample p JOIN area a ON a.shape && p.point AND ST_Covers(a.shape, p.point)
	GROUP BY p.n, a.kind`

// postgisOwners asks PostGIS for the owners of points: the code for each point
// and kind.
func postgisOwners(ctx context.Context, t testing.TB, areas []geo.Area, points []geo.LatticePoint) [][6]string {
	t.Helper()
	c, err := pgx.Connect(ctx, pgtest.URL(t))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(ctx)
	if _, err := c.Exec(ctx, `CREATE EXTENSION IF NOT EXISTS postgis;
		CREATE TABLE raw_area (kind int, code text, shape bytea); CREATE TABLE raw_point (n int, lon int, lat int)`); err != nil {
		t.Fatal(err)
	}
	_, err = c.CopyFrom(ctx, pgx.Identifier{"raw_area"}, []string{"kind", "code", "shape"}, pgx.CopyFromSlice(len(areas), func(i int) ([]any, error) {
		b, err := wkb.Marshal(inUnits(areas[i].Shape))
		return []any{areas[i].Kind.Index(), areas[i].Code, b}, err
	}))
	if err != nil {
		t.Fatal(err)
	}
	_, err = c.CopyFrom(ctx, pgx.Identifier{"raw_point"}, []string{"n", "lon", "lat"}, pgx.CopyFromSlice(len(points), func(i int) ([]any, error) {
		return []any{i, points[i].Lon, points[i].Lat}, nil
	}))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Exec(ctx, `
		CREATE TABLE area AS SELECT kind, code, ST_GeomFromWKB(shape) AS shape FROM raw_area;
		CREATE TABLE point_sample AS SELECT n, ST_MakePoint(lon, lat) AS point FROM raw_point;
		CREATE INDEX ON point_sample USING gist (point); ANALYZE point_sample; ANALYZE area`); err != nil {
		t.Fatal(err)
	}
	out := make([][6]string, len(points))
	rows, err := c.Query(ctx, ownersSQL)
	if err != nil {
		t.Fatal(err)
	}
	var n, kind int
	var code string
	if _, err := pgx.ForEachRow(rows, []any{&n, &kind, &code}, func() error { out[n][kind] = code; return nil }); err != nil {
		t.Fatal(err)
	}
	return out
}

// inUnits gives the shape in units of the lattice.
func inUnits(shape orb.MultiPolygon) orb.MultiPolygon {
	out := shape.Clone()
	for _, polygon := range out {
		for _, ring := range polygon {
			for i, p := range ring {
				q, _ := geo.Snap(p)
				ring[i] = orb.Point{float64(q.Lon), float64(q.Lat)}
			}
		}
	}
	return out
}

// againstPostGIS compares an index with PostGIS and gives the differences.
func againstPostGIS(t testing.TB, x *locate.Index, areas []geo.Area, points []geo.LatticePoint) (differences []string, hits int) {
	for i, want := range postgisOwners(t.Context(), t, areas, points) {
		m := x.LocateLattice(points[i])
		for k, kind := range geo.Kinds() {
			got := ""
			if a := m.Area(kind); a != nil {
				got = a.Code
				hits++
			}
			if got != want[k] {
				differences = append(differences, fmt.Sprintf("%s at %v = %q, PostGIS %q", kind, points[i], got, want[k]))
			}
		}
	}
	return differences, hits
}

func TestFixtureAgainstPostGIS(t *testing.T) {
	d, err := drawing()
	if err != nil {
		t.Fatal(err)
	}
	x, err := locate.Build(d.Areas, locate.Config{})
	if err != nil {
		t.Fatal(err)
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rnd := rand.New(rand.NewPCG(seed, 2))
	all := touchy(d.Areas, 1_000_000, rnd)
	points := make([]geo.LatticePoint, 100_000)
	for i := range points {
		points[i] = all[rnd.IntN(len(all))]
	}
	differences, hits := againstPostGIS(t, x, d.Areas, points)
	t.Logf("%d points, %d answers, %d differences", len(points), hits, len(differences))
	if len(differences) > 0 || hits < 3*len(points) {
		t.Errorf("%d differences in %d answers:\n%s", len(differences), hits, strings.Join(differences[:min(5, len(differences))], "\n"))
	}
}
