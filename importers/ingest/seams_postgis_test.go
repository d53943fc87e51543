package ingest

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkb"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/importers"
	"github.com/gridpatrol/gridpatrol/internal/pgcluster/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// Pieces of land below this area count for nothing: PostGIS makes such of lines
// that cross.
const leastPieceM2 = 0.02

const gapSQL = `
	SELECT ST_Area(d.geom::geography), ST_AsBinary(d.geom)
	FROM ST_Dump(ST_Difference((SELECT ST_Union(ST_GeomFromWKB(g, 4326)) FROM unnest($1::bytea[]) AS w(g)),
	                           (SELECT ST_Union(ST_GeomFromWKB(g, 4326)) FROM unnest($2::bytea[]) AS p(g)))) AS d
	WHERE ST_Dimension(d.geom) = 2 AND ST_Area(d.geom::geography) > $3`

const overlapSQL = `
	WITH p AS (SELECT n, ST_GeomFromWKB(g, 4326) AS g FROM unnest($1::bytea[]) WITH ORDINALITY AS t(g, n))
	SELECT ST_Area(d.geom::geography), ST_AsBinary(d.geom)
	FROM p a JOIN p b ON a.n < b.n AND a.g && b.g AND ST_Intersects(a.g, b.g), ST_Dump(ST_Intersection(a.g, b.g)) AS d
	WHERE ST_Dimension(d.geom) = 2 AND ST_Area(d.geom::geography) > $2`

// damageAreas spoils the shapes of some areas at random, so that each by itself is
// sound.
func damageAreas(rnd *rand.Rand, areas []geo.Area) []geo.Area {
	out := slices.Clone(areas)
	for range 2 + rnd.IntN(5) {
		i := rnd.IntN(len(out))
		shape := out[i].Shape.Clone()
		ring := shape[0][0]
		centre := ring.Bound().Center()
		switch rnd.IntN(5) {
		case 0: // a corner elsewhere
			k := 1 + rnd.IntN(len(ring)-2)
			ring[k][0] += (rnd.Float64() - 0.5) * 2e-3
			ring[k][1] += (rnd.Float64() - 0.5) * 2e-3
		case 1: // larger, or smaller
			f := 1 + (rnd.Float64()-0.5)*0.2
			for k := range ring {
				ring[k] = orb.Point{centre[0] + f*(ring[k][0]-centre[0]), centre[1] + f*(ring[k][1]-centre[1])}
			}
		case 2: // all of it elsewhere
			x, y := (rnd.Float64()-0.5)*1e-3, (rnd.Float64()-0.5)*1e-3
			for k := range ring {
				ring[k] = orb.Point{ring[k][0] + x, ring[k][1] + y}
			}
		case 3: // a few corners left out
			k := 1 + rnd.IntN(len(ring)/2)
			ring = slices.Delete(ring, k, k+1+rnd.IntN(3))
			shape[0][0] = ring
		case 4: // a hole
			shape[0] = append(shape[0][:1:1], orb.Ring{{centre[0], centre[1]}, {centre[0], centre[1] + 4e-4}, {centre[0] + 5e-4, centre[1] + 3e-4}, {centre[0], centre[1]}})
		}
		if s, err := geo.NormalizeShape(shape); err == nil {
			out[i].Shape = s
		}
	}
	if rnd.IntN(3) == 0 {
		i := rnd.IntN(len(out))
		out = slices.Delete(out, i, i+1)
	}
	return out
}

// piece is land that PostGIS found.
type piece struct {
	areaM2 float64
	shape  orb.Geometry
}

func pieces(t *testing.T, db *pgx.Conn, sql string, args ...any) []piece {
	t.Helper()
	rows, err := db.Query(t.Context(), sql, args...)
	if err != nil {
		t.Fatal(err)
	}
	out, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (p piece, err error) {
		var b []byte
		if err = row.Scan(&p.areaM2, &b); err == nil {
			p.shape, err = wkb.Unmarshal(b)
		}
		return p, err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// TestSeamsAgainstPostGIS spoils village groups at random and holds every gap and
// overlap that is told, how many, how large and where, against what PostGIS
// finds.
func TestSeamsAgainstPostGIS(t *testing.T) {
	db, err := pgx.Connect(t.Context(), pgtest.URL(t))
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close(t.Context())
	if _, err := db.Exec(t.Context(), `CREATE EXTENSION IF NOT EXISTS postgis`); err != nil {
		t.Fatal(err)
	}
	all := demoAreas(t)
	var villages []geo.Area
	for _, v := range ofKind(all, geo.Village) {
		if v.UnitType == "village" && v.Parent.Code == ofKind(all, geo.Township)[2].Code && len(villages) < 6 {
			villages = append(villages, v)
		}
	}
	basis := append(ofKind(all, geo.District, geo.Township), villages...)
	var groups []geo.Area
	for _, g := range ofKind(all, geo.VillageGroup) {
		if slices.ContainsFunc(villages, func(v geo.Area) bool { return g.Parent == v.Ref() }) {
			groups = append(groups, g)
		}
	}
	binary := func(areas []geo.Area) (out [][]byte) {
		for _, a := range areas {
			b, err := wkb.Marshal(a.Shape)
			if err != nil {
				t.Fatal(err)
			}
			out = append(out, b)
		}
		return out
	}
	gaps, overlaps := 0, 0
	for seed := range uint64(16) {
		damaged := damageAreas(rand.New(rand.NewPCG(seed, 7)), groups)
		crs, slackM2 := geo.WGS84, 1e-3
		if seed%3 == 2 { // straight there, and so bent by millimetres here
			crs, slackM2 = "EPSG:4551", 0.5
		}
		set := importAreas(t, layerOf(t, crs, damaged...), basis, Options{Kind: geo.VillageGroup})
		found := map[string][]*importers.Problem{}
		for _, p := range set.Report.Problems {
			if p.AreaM2 > leastPieceM2 {
				found[p.Problem] = append(found[p.Problem], p)
			}
		}
		shapes := binary(damaged)
		want := pieces(t, db, gapSQL, binary(villages), shapes, leastPieceM2)
		gaps += len(want)
		comparePieces(t, seed, "gaps", found[importers.ProblemGap], want, slackM2)
		want = pieces(t, db, overlapSQL, shapes, leastPieceM2)
		overlaps += len(want)
		comparePieces(t, seed, "overlaps", found[importers.ProblemOverlap], want, slackM2)
	}
	if gaps < 20 || overlaps < 20 {
		t.Errorf("only %d gaps and %d overlaps were made", gaps, overlaps)
	}
}

// comparePieces holds what was told against what there is: one problem a piece,
// with its area, and a place in it. Pieces of less than the slack may be missing.
func comparePieces(t *testing.T, seed uint64, what string, got []*importers.Problem, want []piece, slackM2 float64) {
	t.Helper()
	got = slices.Clone(got)
	for _, w := range want {
		i := slices.IndexFunc(got, func(p *importers.Problem) bool {
			return math.Abs(p.AreaM2-w.areaM2) <= 0.01*w.areaM2+slackM2 && inPiece(w.shape, *p.At)
		})
		if i >= 0 {
			got = slices.Delete(got, i, i+1)
		} else if w.areaM2 > slackM2 {
			t.Errorf("seed %d: none of the %s is that of %.3f m² round %v", seed, what, w.areaM2, w.shape.Bound().Center())
		}
	}
	for _, p := range got {
		if p.AreaM2 > 2*slackM2 {
			t.Errorf("seed %d: PostGIS knows nothing of %v", seed, p)
		}
	}
}

// inPiece tells whether a place lies in a polygon.
func inPiece(g orb.Geometry, p orb.Point) bool {
	polygon, ok := g.(orb.Polygon)
	if !ok {
		return false
	}
	in := false
	for _, ring := range polygon {
		for i := range len(ring) - 1 {
			a, b := ring[i], ring[i+1]
			if (a[1] > p[1]) != (b[1] > p[1]) && a[0]+(p[1]-a[1])/(b[1]-a[1])*(b[0]-a[0]) < p[0] {
				in = !in
			}
		}
	}
	return in
}
