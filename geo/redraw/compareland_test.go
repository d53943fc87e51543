package redraw_test

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkb"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/redraw"
	"github.com/gridpatrol/gridpatrol/internal/pgcluster/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// inUnits gives the shape in units of the lattice.
func inUnits(shape orb.MultiPolygon) orb.MultiPolygon {
	out := shape.Clone()
	for _, polygon := range out {
		for _, r := range polygon {
			for i, p := range r {
				q, _ := geo.Snap(p)
				r[i] = orb.Point{float64(q.Lon), float64(q.Lat)}
			}
		}
	}
	return out
}

// exchangeSQL is land that changes hands, in the words of PostGIS: what an area
// had and another one has. Areas that did not change are left out: they have what they
// had. Coordinates are units of the lattice.
const exchangeSQL = `
	SELECT b.kind, b.code, a.code, ST_Area(ST_Intersection(b.shape, a.shape)), ST_Perimeter(a.shape)
	FROM area b JOIN area a ON b.kind = a.kind AND b.id <> a.id AND b.shape && a.shape
	WHERE b.version = 0 AND a.version = 1 AND ST_Relate(b.shape, a.shape, 'T********')
	  AND NOT EXISTS (SELECT FROM area o WHERE o.version = 1 AND o.id = b.id AND o.shape = b.shape AND ST_OrderingEquals(o.shape, b.shape))`

// postgisMoved asks PostGIS for what changes hands, in square units by kind,
// from and to; slack is what rounding crossings to the lattice may make.
func postgisMoved(t *testing.T, before, after []geo.Area) (want, slack map[string]float64) {
	t.Helper()
	ctx := t.Context()
	c, err := pgx.Connect(ctx, pgtest.URL(t))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(ctx)
	if _, err := c.Exec(ctx, `CREATE EXTENSION IF NOT EXISTS postgis; CREATE TABLE raw (version int, kind text, code text, id uuid, shape bytea)`); err != nil {
		t.Fatal(err)
	}
	var rows [][]any
	for version, areas := range [][]geo.Area{before, after} {
		for _, a := range areas {
			b, err := wkb.Marshal(inUnits(a.Shape))
			if err != nil {
				t.Fatal(err)
			}
			rows = append(rows, []any{version, string(a.Kind), a.Code, a.ID, b})
		}
	}
	if _, err := c.CopyFrom(ctx, pgx.Identifier{"raw"}, []string{"version", "kind", "code", "id", "shape"}, pgx.CopyFromRows(rows)); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Exec(ctx, `CREATE TABLE area AS SELECT version, kind, code, id, ST_GeomFromWKB(shape) AS shape FROM raw;
		CREATE INDEX ON area USING gist (shape); ANALYZE area`); err != nil {
		t.Fatal(err)
	}
	found, err := c.Query(ctx, exchangeSQL)
	if err != nil {
		t.Fatal(err)
	}
	want, slack = map[string]float64{}, map[string]float64{}
	var kind, from, to string
	var area, round float64
	if _, err := pgx.ForEachRow(found, []any{&kind, &from, &to, &area, &round}, func() error {
		name := fmt.Sprintf("%s %s→%s", kind, from, to)
		want[name], slack[name] = area, round
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	return want, slack
}

// validInPostGIS counts shapes that PostGIS calls invalid.
func validInPostGIS(t *testing.T, shapes []orb.MultiPolygon) {
	t.Helper()
	c, err := pgx.Connect(t.Context(), pgtest.URL(t))
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close(t.Context())
	if _, err := c.Exec(t.Context(), `CREATE EXTENSION IF NOT EXISTS postgis`); err != nil {
		t.Fatal(err)
	}
	for _, s := range shapes {
		b, err := wkb.Marshal(inUnits(s))
		if err != nil {
			t.Fatal(err)
		}
		var ok bool
		var why string
		if err := c.QueryRow(t.Context(), `SELECT ST_IsValid(g), ST_IsValidReason(g) FROM ST_GeomFromWKB($1) g`, b).Scan(&ok, &why); err != nil || !ok {
			t.Errorf("PostGIS calls a shape invalid: %s %v", why, err)
		}
	}
}

// TestMovedAgainstPostGIS makes random plans over a made-up town and asks
// PostGIS what changed hands.
func TestMovedAgainstPostGIS(t *testing.T) {
	for seed := range uint64(4) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			before := newTown(seed).state(t, redraw.Config{})
			p := planner{rand.New(rand.NewPCG(seed, 17)), t, 9000}
			d := redraw.NewDraft(before)
			for n := 0; n < 25; {
				next, r, err := d.Apply(redraw.Entry{Op: p.operation(d.State()), At: noon, ID: geo.ID{0: byte(n + 1), 6: 0x70, 8: 0x80}})
				if err == nil && len(r.Problems) == 0 {
					d, n = next, n+1
				}
			}
			a, b := before.Areas(), d.State().Areas()
			want, slack := postgisMoved(t, a, b)
			got := map[string]float64{}
			var shapes []orb.MultiPolygon
			for _, m := range redraw.Moved(a, b) {
				if m.From == nil || m.To == nil {
					if m.Kind != geo.Compound {
						t.Errorf("%s %v→%v: %.2f m² from or to nobody", m.Kind, m.From, m.To, m.AreaM2)
					}
					continue
				}
				got[fmt.Sprintf("%s %s→%s", m.Kind, m.From.Code, m.To.Code)] = float64(twiceArea(m.Shape)) / 2
				shapes = append(shapes, m.Shape)
			}
			validInPostGIS(t, shapes)
			if len(got) < 8 {
				t.Errorf("only %d transfers", len(got))
			}
			for name, area := range want {
				if math.Abs(area-got[name]) > 2*slack[name] {
					t.Errorf("%s: %.0f square units, PostGIS %.0f", name, got[name], area)
				}
				delete(got, name)
			}
			for name, area := range got {
				t.Errorf("%s: %.0f square units, PostGIS none", name, area)
			}
		})
	}
}

// TestMovedExactly: what changes hands by moving a node, and by handing a unit over, to
// the last unit.
func TestMovedExactly(t *testing.T) {
	town := newTown(21)
	s := town.state(t, redraw.Config{})
	from := town.nodes[4][2] // grids 1 and 2
	to := geo.LatticePoint{Lon: from.Lon + 900, Lat: from.Lat + 200}
	moved := must(t, s, redraw.MoveNode{From: from, To: to}).State
	var grids []redraw.Transfer
	for _, m := range redraw.Moved(s.Areas(), moved.Areas()) {
		if m.Kind == geo.Grid {
			grids = append(grids, m)
		}
	}
	a, _ := s.Area(grid(1))
	b, _ := moved.Area(grid(1))
	if len(grids) != 1 || *grids[0].From != grid(2) || *grids[0].To != grid(1) || twiceArea(grids[0].Shape) != twiceArea(b.Shape)-twiceArea(a.Shape) {
		t.Errorf("a node moved: %v, want %d twice square units from grid 2 to 1", grids, twiceArea(b.Shape)-twiceArea(a.Shape))
	}
	if back := redraw.Moved(moved.Areas(), s.Areas()); len(back) != 1 || *back[0].From != grid(1) || *back[0].To != grid(2) || math.Abs(back[0].AreaM2-grids[0].AreaM2) > 1e-6 {
		t.Errorf("and back: %v", back)
	}
	if none := redraw.Moved(s.Areas(), s.Areas()); len(none) != 0 {
		t.Errorf("nothing moved: %v", none)
	}
	recoded := must(t, s, redraw.Recode{Area: grid(3), NewCode: gridCode(33)}).State
	if none := redraw.Moved(s.Areas(), recoded.Areas()); len(none) != 0 {
		t.Errorf("a code changed: %v", none)
	}
	merged := must(t, s, redraw.Merge{Kind: geo.Grid, Codes: []string{gridCode(2)}, Into: gridCode(1)}).State
	two, _ := s.Area(grid(2))
	if m := redraw.Moved(s.Areas(), merged.Areas()); len(m) != 1 || *m[0].From != grid(2) || *m[0].To != grid(1) || twiceArea(m[0].Shape) != twiceArea(two.Shape) {
		t.Errorf("merged: %v, want all of grid 2", m)
	}
	gone := must(t, s, redraw.Retire{Area: grid(2)}).State
	if m := redraw.Moved(s.Areas(), gone.Areas()); len(m) != 1 || m[0].To != nil || twiceArea(m[0].Shape) != twiceArea(two.Shape) {
		t.Errorf("retired: %v, want all of grid 2 to nobody", m)
	}
	if m := redraw.Moved(gone.Areas(), s.Areas()); len(m) != 1 || m[0].From != nil || twiceArea(m[0].Shape) != twiceArea(two.Shape) {
		t.Errorf("revived: %v, want all of grid 2 from nobody", m)
	}
	kinds := slices.Compact(slices.Sorted(func(yield func(geo.Kind) bool) {
		for _, m := range redraw.Moved(nil, s.Areas()) {
			if !yield(m.Kind) {
				return
			}
		}
	}))
	if len(kinds) != 6 {
		t.Errorf("from nothing: kinds %v, want all", kinds)
	}
}
