package tiles

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkb"
	"github.com/paulmach/orb/maptile"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/locate"
	"github.com/gridpatrol/gridpatrol/internal/pgcluster/pgtest"
)

// asMVT is the tile that PostGIS makes: same extent, rim, fields and numbers.
const asMVT = `
	SELECT ST_AsMVT(f, $1, 4096, 'shape', 'id') FROM (
		SELECT ST_AsMVTGeom(a.shape, ST_TileEnvelope($2, $3, $4), 4096, 64, true) AS shape, id, code, name, kind,
			name_en, parent, unit_type, class, households, population, area_m2, synthetic
		FROM area a WHERE layer = $1 AND a.shape && ST_TileEnvelope($2, $3, $4, margin => 64.0 / 4096) ORDER BY code) f
	WHERE f.shape IS NOT NULL`

// districtTable puts the areas into a table as pg_tileserv would want it:
// EPSG:3857, indexed, a column a field.
func districtTable(t testing.TB, x *locate.Index, connections int32) *pgxpool.Pool {
	t.Helper()
	ctx := context.Background()
	pool := pgtest.Pool(t, connections)
	exec := func(sql string) {
		if _, err := pool.Exec(ctx, sql); err != nil {
			t.Fatal(err)
		}
	}
	exec(`CREATE EXTENSION IF NOT EXISTS postgis`)
	exec(`CREATE TABLE raw (layer text, id bigint, code text, name text, kind text, name_en text, parent text, unit_type text,
		class text, households bigint, population bigint, area_m2 bigint, synthetic boolean, shape bytea)`)
	columns := []string{"code", "name", "kind", "name_en", "parent", "unit_type", "class", "households", "population", "area_m2", "synthetic"}
	areas := x.All()
	_, err := pool.CopyFrom(ctx, pgx.Identifier{"raw"}, append([]string{"layer", "id", "shape"}, columns...),
		pgx.CopyFromSlice(len(areas), func(i int) ([]any, error) {
			a := areas[i]
			b, err := wkb.Marshal(a.Shape)
			row := []any{a.Kind.Plural(), int64(featureID(a.Ref().String())), b}
			properties := areaProperties(a)
			for _, c := range columns {
				row = append(row, properties[c])
			}
			return row, err
		}))
	if err != nil {
		t.Fatal(err)
	}
	exec(`CREATE TABLE area AS SELECT layer, id, code, name, kind, name_en, parent, unit_type, class, households, population, area_m2,
		synthetic, ST_Transform(ST_GeomFromWKB(shape, 4326), 3857) AS shape FROM raw`)
	exec(`CREATE INDEX ON area USING gist (shape)`)
	exec(`ANALYZE area`)
	return pool
}

// sample gives n tiles of a zoom that show something of the district.
func sample(p *prepared, kind geo.Kind, z maptile.Zoom, n int, rnd *rand.Rand) (out []maptile.Tile) {
	l := p.level(kind, int(z))
	b := p.snapshot.Index.Bound()
	for tries := 0; len(out) < n && tries < 50*n; tries++ {
		at := maptile.At(orb.Point{b.Min[0] + rnd.Float64()*(b.Max[0]-b.Min[0]), b.Min[1] + rnd.Float64()*(b.Max[1]-b.Min[1])}, z)
		if _, ok := l.mark(at); ok {
			out = append(out, at)
		}
	}
	return out
}

// TestTilesAreNotLargerThanThoseOfPostGIS compares sizes, layer by layer and
// zoom by zoom, with ST_AsMVT's tiles.
func TestTilesAreNotLargerThanThoseOfPostGIS(t *testing.T) {
	r, _ := districtRig(t)
	p := r.prepared.of(r.history.Current())
	pool := districtTable(t, p.snapshot.Index, 2)
	rnd := rand.New(rand.NewPCG(1, 2))
	ours, theirs := 0, 0
	for _, l := range allLayers() {
		if l.source != fromAreas {
			continue
		}
		for z := l.minZoom; z <= l.maxZoom; z++ {
			our, their, n := 0, 0, 6
			if z < 10 { // there are few, and PostGIS takes its time
				n = 2
			}
			for _, at := range sample(p, l.kind, maptile.Zoom(z), n, rnd) {
				own := p.level(l.kind, z).render(l.name, at)
				var other []byte
				if err := pool.QueryRow(t.Context(), asMVT, l.name, int(at.Z), int(at.X), int(at.Y)).Scan(&other); err != nil {
					t.Fatal(err)
				}
				if len(own) > len(other) {
					t.Errorf("tile %v of %s has %d bytes, ST_AsMVT's %d", at, l.name, len(own), len(other))
				}
				our, their = our+len(own), their+len(other)
			}
			t.Logf("%-15s zoom %2d: %7d bytes of %7d, %.2f", l.name, z, our, their, float64(our)/float64(max(their, 1)))
			if z >= 10 {
				ours, theirs = ours+our, theirs+their
			}
		}
	}
	t.Logf("from zoom 10 on: %.3f", float64(ours)/float64(theirs))
	if float64(ours) > 0.86*float64(theirs) {
		t.Errorf("tiles have %d bytes where ST_AsMVT has %d", ours, theirs)
	}
}

// TestTilesAreValid asks PostGIS and our own check of shapes whether what is
// drawn is valid, at every zoom.
func TestTilesAreValid(t *testing.T) {
	r, _ := districtRig(t)
	p := r.prepared.of(r.history.Current())
	ctx := t.Context()
	c, err := pgx.Connect(ctx, pgtest.URL(t))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(ctx)
	if _, err := c.Exec(ctx, `CREATE EXTENSION IF NOT EXISTS postgis; CREATE TABLE drawn (name text, shape bytea)`); err != nil {
		t.Fatal(err)
	}
	rnd := rand.New(rand.NewPCG(3, 4))
	var rows [][]any
	for _, l := range allLayers() {
		if l.source != fromAreas {
			continue
		}
		for z := l.minZoom; z <= l.maxZoom; z++ {
			for _, at := range sample(p, l.kind, maptile.Zoom(z), 6, rnd) {
				for _, f := range areaFeatures(p, l, at) {
					name := fmt.Sprintf("%s %v %v", l.name, at, f.properties["code"])
					b, err := wkb.Marshal(f.geometry)
					if err != nil {
						t.Fatal(err)
					}
					rows = append(rows, []any{name, b})
					if err := checkDrawn(f.geometry); err != nil {
						t.Errorf("%s: %v", name, err)
					}
				}
			}
		}
	}
	if _, err := c.CopyFrom(ctx, pgx.Identifier{"drawn"}, []string{"name", "shape"}, pgx.CopyFromRows(rows)); err != nil {
		t.Fatal(err)
	}
	found, err := c.Query(ctx, `SELECT name, ST_IsValidReason(ST_GeomFromWKB(shape)) FROM drawn WHERE NOT ST_IsValid(ST_GeomFromWKB(shape)) LIMIT 20`)
	if err != nil {
		t.Fatal(err)
	}
	var name, reason string
	if _, err := pgx.ForEachRow(found, []any{&name, &reason}, func() error { t.Errorf("%s: %s", name, reason); return nil }); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d features", len(rows))
	if len(rows) < 5000 {
		t.Errorf("only %d features were looked at", len(rows))
	}
}

// checkDrawn takes the check of stored shapes to what a tile shows, a unit of
// the tile for a thousand of the lattice.
func checkDrawn(g orb.Geometry) error {
	mp, ok := g.(orb.MultiPolygon)
	if !ok {
		mp = orb.MultiPolygon{g.(orb.Polygon)}
	}
	mp = mp.Clone()
	for _, polygon := range mp {
		for _, ring := range polygon {
			for i, p := range ring {
				ring[i] = geo.LatticePoint{Lon: int32(p[0]) * 1000, Lat: int32(p[1]) * 1000}.Point()
			}
		}
	}
	_, err := geo.NormalizeShape(mp)
	return err
}
