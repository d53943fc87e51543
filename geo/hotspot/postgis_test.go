package hotspot

import (
	"context"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkb"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/cell"
	"github.com/gridpatrol/gridpatrol/internal/pgcluster/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// weightedSQL is areal weighting by PostGIS: each area gives a cell as much as
// it covers of it.
const weightedSQL = `
	SELECT c.n, sum(a.households * ST_Area(ST_Intersection(a.shape, c.shape)) / ST_Area(a.shape))
	FROM hexagon c JOIN area a ON a.shape && c.shape AND ST_Intersects(a.shape, c.shape)
	GROUP BY c.n`

// Households of cells all over the demo district are those that PostGIS finds by
// cutting the library's hexagons out of the areas.
func TestHouseholdsAgreeWithPostGIS(t *testing.T) {
	f, d := demo(t)
	ctx := context.Background()
	c, err := pgx.Connect(ctx, pgtest.URL(t))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(ctx)
	if _, err := c.Exec(ctx, `CREATE EXTENSION IF NOT EXISTS postgis;
		CREATE TABLE raw_area (households int, shape bytea); CREATE TABLE raw_cell (n int, shape bytea)`); err != nil {
		t.Fatal(err)
	}
	var finest []*geo.Area
	for i := range f.Areas {
		a := &f.Areas[i]
		if a.Kind == geo.VillageGroup || a.Kind == geo.Compound || a.Kind == geo.Village && a.UnitType == "special" {
			finest = append(finest, a)
		}
	}
	rnd := rand.New(rand.NewPCG(31, 32))
	var sample []int
	for range 1500 {
		sample = append(sample, rnd.IntN(len(d.levels[0].cells)))
	}
	for i, h := range d.levels[0].households { // in town, where a cell has many households
		if h > 20 && rnd.IntN(4) == 0 {
			sample = append(sample, i)
		}
	}
	if _, err := c.CopyFrom(ctx, pgx.Identifier{"raw_area"}, []string{"households", "shape"}, pgx.CopyFromSlice(len(finest), func(i int) ([]any, error) {
		b, err := wkb.Marshal(finest[i].Shape)
		return []any{finest[i].Households, b}, err
	})); err != nil {
		t.Fatal(err)
	}
	if _, err := c.CopyFrom(ctx, pgx.Identifier{"raw_cell"}, []string{"n", "shape"}, pgx.CopyFromSlice(len(sample), func(i int) ([]any, error) {
		b, err := wkb.Marshal(orb.Polygon(cell.Boundary(d.levels[0].cells[sample[i]])))
		return []any{i, b}, err
	})); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Exec(ctx, `
		CREATE TABLE area AS SELECT households, ST_GeomFromWKB(shape) AS shape FROM raw_area;
		CREATE TABLE hexagon AS SELECT n, ST_GeomFromWKB(shape) AS shape FROM raw_cell;
		CREATE INDEX ON area USING gist (shape); ANALYZE area; ANALYZE hexagon`); err != nil {
		t.Fatal(err)
	}
	want := make([]float64, len(sample))
	rows, err := c.Query(ctx, weightedSQL)
	if err != nil {
		t.Fatal(err)
	}
	var n int
	var households float64
	if _, err := pgx.ForEachRow(rows, []any{&n, &households}, func() error { want[n] = households; return nil }); err != nil {
		t.Fatal(err)
	}
	worst, some := 0.0, 0
	for i, k := range sample {
		got := d.levels[0].households[k]
		off := math.Abs(got - want[i])
		worst = max(worst, off/max(want[i], 1))
		if want[i] > 1 {
			some++
		}
		if off > 2e-4*want[i]+2e-4 {
			t.Errorf("%s has %.6f households, PostGIS says %.6f", d.levels[0].cells[k], got, want[i])
		}
	}
	if some < 200 {
		t.Errorf("only %d of the cells have a household", some)
	}
	t.Logf("%d cells, %d of them with households: at most %.1e off", len(sample), some, worst)
}
