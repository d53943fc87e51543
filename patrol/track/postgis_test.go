package track

import (
	"math"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkb"

	"github.com/gridpatrol/gridpatrol/internal/pgcluster/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// coverageSQL is what Covered means, in PostGIS's words. Its circles have 192
// corners: their area is 0.02 % short.
const coverageSQL = `
	WITH part AS (SELECT n, ST_Transform(ST_GeomFromWKB(shape, 4326), 4551) AS shape FROM raw_shape),
	     walk AS (SELECT track, ST_Transform(ST_GeomFromWKB(line, 4326), 4551) AS line FROM raw_line),
	     swath AS MATERIALIZED (SELECT track, ST_Union(ST_Buffer(line, $1::float8 / 2, 'quad_segs=48')) AS land FROM walk GROUP BY track),
	     merged AS MATERIALIZED (SELECT (ST_Dump(ST_Union(land))).geom AS land FROM swath)
	SELECT p.n, ST_Area(p.shape),
	       (SELECT coalesce(sum(ST_Area(ST_Intersection(p.shape, land))), 0) FROM merged WHERE land && p.shape),
	       (SELECT coalesce(sum(ST_Area(ST_Intersection(p.shape, land))), 0) FROM swath WHERE land && p.shape),
	       (SELECT coalesce(sum(ST_Length(ST_Intersection(p.shape, line))), 0) FROM walk WHERE line && p.shape)
	FROM part p`

// measuredByPostGIS asks PostGIS what Covered answers.
func measuredByPostGIS(t testing.TB, tracks [][]Piece, shapes []orb.MultiPolygon, swathM float64) ([]Measure, time.Duration) {
	t.Helper()
	ctx := t.Context()
	c, err := pgx.Connect(ctx, pgtest.URL(t))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(ctx)
	if _, err := c.Exec(ctx, `CREATE EXTENSION IF NOT EXISTS postgis;
		CREATE TEMPORARY TABLE raw_shape (n int, shape bytea); CREATE TEMPORARY TABLE raw_line (track int, line bytea)`); err != nil {
		t.Fatal(err)
	}
	var lines [][]any
	for n, track := range tracks {
		for _, p := range track {
			var line orb.LineString
			for _, v := range p.Vertices {
				line = append(line, v.At.Point())
			}
			var g orb.Geometry = line
			if len(line) == 1 {
				g = line[0]
			}
			b, err := wkb.Marshal(g)
			if err != nil {
				t.Fatal(err)
			}
			lines = append(lines, []any{n, b})
		}
	}
	if _, err := c.CopyFrom(ctx, pgx.Identifier{"raw_line"}, []string{"track", "line"}, pgx.CopyFromRows(lines)); err != nil {
		t.Fatal(err)
	}
	_, err = c.CopyFrom(ctx, pgx.Identifier{"raw_shape"}, []string{"n", "shape"}, pgx.CopyFromSlice(len(shapes), func(i int) ([]any, error) {
		b, err := wkb.Marshal(shapes[i])
		return []any{i, b}, err
	}))
	if err != nil {
		t.Fatal(err)
	}
	out := make([]Measure, len(shapes))
	began := time.Now()
	rows, err := c.Query(ctx, coverageSQL, swathM)
	if err != nil {
		t.Fatal(err)
	}
	var n int
	var m Measure
	if _, err := pgx.ForEachRow(rows, []any{&n, &m.AreaM2, &m.CoveredM2, &m.UnmergedM2, &m.DistanceM}, func() error { out[n] = m; return nil }); err != nil {
		t.Fatal(err)
	}
	return out, time.Since(began)
}

func TestCoveredAgainstPostGIS(t *testing.T) {
	var shapes []orb.MultiPolygon
	for _, a := range fields(t) {
		shapes = append(shapes, a.Shape)
	}
	// An odd one: a star of two parts, one with a hole, over the others.
	star := orb.MultiPolygon{{ring(t, [2]float64{-600, -100}, [2]float64{-50, -120}, [2]float64{0, -700}, [2]float64{40, -90}, [2]float64{700, 10}, [2]float64{60, 80}, [2]float64{10, 650}, [2]float64{-70, 90}), reversed(square(t, -40, 40))}, {square(t, 400, 700)}}
	shapes = append(shapes, star)
	seen := 0.0
	for seed := range uint64(rounds(t, 1)) {
		rnd := rand.New(rand.NewPCG(seed, 21))
		var tracks [][]Piece
		for range 3 {
			tracks = append(tracks, Clean(somebody(rnd, 150), DefaultRules()))
		}
		for _, swath := range []float64{5, 30, 200} {
			want, _ := measuredByPostGIS(t, tracks, shapes, swath)
			for i, got := range Covered(tracks, shapes, swath) {
				w := want[i]
				near := func(what string, got, want float64) {
					if math.Abs(got-want) > 1e-3*want+1 {
						t.Errorf("seed %d, swath %v, shape %d: %s = %.1f, PostGIS says %.1f (%+.3f %%)", seed, swath, i, what, got, want, 100*(got/want-1))
					}
				}
				near("AreaM2", got.AreaM2, w.AreaM2)
				near("CoveredM2", got.CoveredM2, w.CoveredM2)
				near("UnmergedM2", got.UnmergedM2, w.UnmergedM2)
				near("DistanceM", got.DistanceM, w.DistanceM)
				seen += w.CoveredM2
			}
		}
	}
	if seen < 1000 {
		t.Errorf("only %.0f m² were seen at all", seen)
	}
}
