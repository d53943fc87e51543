package redraw_test

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkb"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/redraw"
	"github.com/gridpatrol/gridpatrol/internal/measure"
	"github.com/gridpatrol/gridpatrol/internal/pgcluster/pgtest"
)

// seamSQL measures what grids leave of the district, what two of them have, and what lies
// beyond it, in square metres.
const seamSQL = `
	WITH grid AS (SELECT code, ST_GeomFromWKB(shape, 4326) AS g FROM unnest($1::text[], $2::bytea[]) AS t(code, shape)),
	     district AS (SELECT ST_GeomFromWKB($3, 4326) AS g)
	SELECT (SELECT coalesce(ST_Area(ST_Difference(d.g, (SELECT ST_Union(g) FROM grid))::geography), 0) FROM district d),
	       (SELECT coalesce(ST_Area(ST_Union(ST_Intersection(ST_Intersection(a.g, b.g), (SELECT g FROM district)))::geography), 0)
	        FROM grid a JOIN grid b ON a.code < b.code AND ST_Relate(a.g, b.g, 'T********')),
	       (SELECT coalesce(ST_Area(ST_Difference((SELECT ST_Union(g) FROM grid), d.g)::geography), 0) FROM district d)`

// disturb gives grids other shapes at random: blocks of cells, and single corners moved.
func disturb(t *testing.T, rnd *rand.Rand, town *town, s *redraw.State) *redraw.State {
	for range 1 + rnd.IntN(3) {
		a := ofKind(s.Areas(), geo.Grid)[rnd.IntN(10)]
		x, y := rnd.IntN(side-3), rnd.IntN(side-3)
		op := redraw.Operation(redraw.Replace{Area: a.Ref(), Shape: town.boxOf(t, x, y, x+1+rnd.IntN(4), y+1+rnd.IntN(4))})
		if rnd.IntN(2) == 0 {
			shape := a.Shape.Clone()
			ring := shape[0][0]
			i := 1 + rnd.IntN(len(ring)-2)
			q, _ := geo.Snap(ring[i])
			ring[i] = geo.LatticePoint{Lon: q.Lon + rnd.Int32N(20_000) - 10_000, Lat: q.Lat + rnd.Int32N(20_000) - 10_000}.Point()
			op = redraw.Replace{Area: a.Ref(), Shape: shape}
		}
		if r, err := s.Apply(op, geo.ID{}); err == nil {
			s = r.State
		}
	}
	return s
}

// TestSeamsAgainstPostGIS gives grids other shapes at random, and holds the gaps and
// overlaps against what PostGIS measures, and the answer whether there are any against CheckTiling.
func TestSeamsAgainstPostGIS(t *testing.T) {
	db, err := pgx.Connect(t.Context(), pgtest.URL(t))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close(t.Context())
	if _, err := db.Exec(t.Context(), `CREATE EXTENSION IF NOT EXISTS postgis`); err != nil {
		t.Fatal(err)
	}
	seen := map[string]int{}
	for seed := range uint64(60) {
		town := newTown(seed)
		base := town.state(t, redraw.Config{})
		s := disturb(t, rand.New(rand.NewPCG(seed, 23)), town, base)
		var codes []string
		var shapes [][]byte
		for _, a := range ofKind(s.Areas(), geo.Grid) {
			b, err := wkb.Marshal(a.Shape)
			if err != nil {
				t.Fatal(err)
			}
			codes, shapes = append(codes, a.Code), append(shapes, b)
		}
		district := ofKind(s.Areas(), geo.District)
		outline, err := wkb.Marshal(district[0].Shape)
		if err != nil {
			t.Fatal(err)
		}
		want := make([]float64, 3)
		if err := db.QueryRow(t.Context(), seamSQL, codes, shapes, outline).Scan(&want[0], &want[1], &want[2]); err != nil {
			t.Fatal(err)
		}
		found := redraw.Seams(base.Areas(), s.Areas())
		got := make([]float64, 3)
		for _, p := range found {
			if p.Warning {
				t.Errorf("seed %d: a new fault is a warning: %v", seed, p.Error())
			}
			got[slices.Index([]string{redraw.ProblemGap, redraw.ProblemOverlap, redraw.ProblemOutsideDistrict}, p.Code)] += p.AreaM2
		}
		for i, what := range []string{"gaps", "overlaps", "beyond"} {
			if want[i] > 0.5 {
				seen[what]++
			}
		}
		// An overlap that reaches beyond the district without a line between is one
		// place to look at.
		got[1], want[1] = got[1]+got[2], want[1]+want[2]
		for i, what := range []string{"gaps", "too much"} {
			if math.Abs(got[i]-want[i]) > 1e-4*want[i]+0.5 {
				t.Errorf("seed %d: %s of %.2f m², PostGIS %.2f", seed, what, got[i], want[i])
			}
		}
		tiling := geo.CheckTiling(ofKind(s.Areas(), geo.Grid), shapesOf(district))
		if (len(tiling) > 0) != (len(found) > 0) {
			t.Errorf("seed %d: problems %v, want those of %v", seed, found, tiling)
		}
		if again := redraw.Seams(s.Areas(), s.Areas()); slices.ContainsFunc(again, func(p redraw.Problem) bool { return !p.Warning }) || len(again) != len(found) {
			t.Errorf("seed %d: held against itself: %v, want %d warnings", seed, again, len(found))
		}
	}
	for _, what := range []string{"gaps", "overlaps", "beyond"} {
		if seen[what] < 5 {
			t.Errorf("%s in %d towns, want 5 at least", what, seen[what])
		}
	}
}

func shapesOf(areas []geo.Area) (out []orb.MultiPolygon) {
	for _, a := range areas {
		out = append(out, a.Shape)
	}
	return out
}

func BenchmarkSeams(b *testing.B) {
	d, err := demo()
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if found := redraw.Seams(nil, d.Areas); len(found) > 0 {
			b.Fatal(found)
		}
	}
}

func BenchmarkMoved(b *testing.B) {
	s := demoState(b)
	from, to := freeNode(b, s)
	r, err := s.Apply(redraw.MoveNode{From: from, To: to}, geo.ID{})
	if err != nil {
		b.Fatal(err)
	}
	before, after := s.Areas(), r.State.Areas()
	b.ReportAllocs()
	best := time.Hour
	for b.Loop() {
		began := time.Now()
		if moved := redraw.Moved(before, after); len(moved) == 0 {
			b.Fatal("nothing moved")
		}
		best = min(best, time.Since(began))
	}
	measure.Report(b, measure.Row{Area: "plans", What: "land that changes hands between two revisions of the demo district", Ours: 1e3 * best.Seconds(), Unit: "ms"})
}

// TestOperationsMeasure: an operation says how large the gap or overlap is that it
// makes, as the check does.
func TestOperationsMeasure(t *testing.T) {
	town := newTown(51)
	s := town.state(t, redraw.Config{})
	for name, c := range map[string]struct {
		x, y int
		code string
	}{"gives up a cell": {4, 6, redraw.ProblemGap}, "takes a cell": {3, 6, redraw.ProblemOverlap}} {
		t.Run(name, func(t *testing.T) {
			shape := town.shape(t, func(x, y int) bool { return (gridOf(x, y) == 5) != (x == c.x && y == c.y) })
			r := must(t, s, redraw.Replace{Area: grid(5), Shape: shape})
			want := geo.AreaM2(town.boxOf(t, c.x, c.y, c.x+1, c.y+1))
			found := redraw.Seams(s.Areas(), r.State.Areas())
			for _, list := range [][]redraw.Problem{r.Problems, found} {
				if len(list) != 1 || list[0].Code != c.code || math.Abs(list[0].AreaM2-want) > 1e-6*want {
					t.Errorf("problems %v, want %s of %.3f m²", list, c.code, want)
				}
			}
		})
	}
}
