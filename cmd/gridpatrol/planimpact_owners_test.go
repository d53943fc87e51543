package main

import (
	"context"
	"encoding/json"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/redraw"
)

// redraw makes a plan with nodes moved, grids split, merged and given units,
// and gives its path.
func (d *desk) redraw(t *testing.T) string {
	t.Helper()
	var areas []geo.Area
	for _, a := range d.boundaries.Current().Index.All() {
		areas = append(areas, *a)
	}
	state, err := redraw.New(areas, redraw.Config{})
	if err != nil {
		t.Fatal(err)
	}
	_, path := d.plan("后果")
	done := map[string]int{}
	try := func(what string, most int, op redraw.Operation) {
		if done[what] >= most {
			return
		}
		r, err := state.Apply(op, geo.ID{1: byte(len(done)), 6: 0x70, 8: 0x80})
		if err != nil || len(r.Problems) > 0 {
			return
		}
		text, err := json.Marshal(op)
		if err != nil {
			t.Fatal(err)
		}
		d.operate(path, string(text))
		state = r.State
		done[what]++
	}
	random := rand.New(rand.NewPCG(6, 6))
	grids, groups := d.boundaries.Current().Index.Areas(geo.Grid), d.boundaries.Current().Index.Areas(geo.VillageGroup)
	corner := func(a *geo.Area) geo.LatticePoint {
		ring := a.Shape[0][0]
		q, _ := geo.Snap(ring[random.IntN(len(ring))])
		return q
	}
	for range 300 {
		q := corner(grids[random.IntN(len(grids))])
		try("node of a grid", 4, redraw.MoveNode{From: q, To: geo.LatticePoint{Lon: q.Lon + 9000, Lat: q.Lat + 6000}})
		q = corner(groups[random.IntN(len(groups))])
		try("node of a group", 6, redraw.MoveNode{From: q, To: geo.LatticePoint{Lon: q.Lon - 3000, Lat: q.Lat + 4000}})
		a, b := grids[random.IntN(len(grids))], grids[random.IntN(len(grids))]
		try("split of a grid", 2, redraw.Split{Area: a.Ref(), Line: diagonal(a)})
		if a != b {
			try("merge", 1, redraw.Merge{Kind: geo.Grid, Codes: []string{a.Code}, Into: b.Code})
		}
		group := groups[random.IntN(len(groups))]
		try("split of a group", 6, redraw.Split{Area: group.Ref(), Line: diagonal(group)})
		if to, ok := gridBeside(state, group); ok {
			try("unit", 3, redraw.Reassign{Units: []geo.Ref{group.Ref()}, To: to})
		}
	}
	for what, n := range map[string]int{"node of a grid": 4, "node of a group": 6, "split of a grid": 2, "merge": 1, "split of a group": 6, "unit": 3} {
		if done[what] != n {
			t.Fatalf("the plan has not every operation: %v", done)
		}
	}
	return path
}

// gridBeside finds a grid that lies along an area and has none of the side it lies along.
func gridBeside(s *redraw.State, a *geo.Area) (beside geo.Ref, ok bool) {
	ring := a.Shape[0][0]
	for i := range ring[1:] {
		p, _ := geo.Snap(ring[i])
		q, _ := geo.Snap(ring[i+1])
		own, others := s.EdgeUsers(p, q)
		inside := slices.ContainsFunc(own, func(r geo.Ref) bool { return r.Kind == geo.Grid })
		if k := slices.IndexFunc(others, func(r geo.Ref) bool { return r.Kind == geo.Grid }); k >= 0 && inside {
			return others[k], true
		}
	}
	return geo.Ref{}, false
}

// diagonal is a line through the box of an area, from corner to corner.
func diagonal(a *geo.Area) []geo.LatticePoint {
	box := a.Shape.Bound()
	low, _ := geo.Snap(box.Min)
	high, _ := geo.Snap(box.Max)
	return []geo.LatticePoint{low, high}
}

// ownersSQL asks PostGIS which area of a kind each report lies in, in force and in
// the plan. The areas come first, so that each is prepared once for all points.
const ownersSQL = `
	WITH was AS MATERIALIZED (
		SELECT DISTINCT ON (r.id) r.id, v.code FROM gridpatrol.area_versions v JOIN gridpatrol.reports r ON ST_Covers(v.shape, r.point)
		WHERE v.kind = $1 AND upper_inf(v.revs) ORDER BY r.id, v.code COLLATE "C"),
	will AS MATERIALIZED (
		SELECT DISTINCT ON (r.id) r.id, p.code FROM planned p JOIN gridpatrol.reports r ON ST_Covers(p.shape, r.point)
		WHERE p.kind = $1 ORDER BY r.id, p.code COLLATE "C")
	SELECT r.id::text, $1 || ':' || was.code, $1 || ':' || will.code,
	       r.created_at >= now() - make_interval(days => $2), r.status NOT IN ('closed', 'rejected', 'duplicate')
	FROM gridpatrol.reports r LEFT JOIN was USING (id) LEFT JOIN will USING (id) ORDER BY r.id`

type owned struct {
	movedJSON
	counted, open bool
}

// postgisOwners gives the owners of all reports in both sets of boundaries.
func (d *desk) postgisOwners(t *testing.T, url, path string, days int) (all map[geo.Kind][]owned) {
	t.Helper()
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, `CREATE TEMP TABLE planned (kind text, code text, shape geometry(MultiPolygon, 4326))`); err != nil {
		t.Fatal(err)
	}
	all = map[geo.Kind][]owned{}
	for _, k := range []geo.Kind{geo.Grid, geo.VillageGroup, geo.Compound} {
		list, _ := ask[struct {
			Features []struct {
				Properties struct{ Code string }
				Geometry   json.RawMessage
			}
		}](d, 200, "GET", "/api/v1/areas/"+string(k)+"?plan="+strings.TrimPrefix(path, "/api/v1/plans/"), "")
		for _, f := range list.Features {
			if _, err := conn.Exec(ctx, `INSERT INTO planned VALUES ($1, $2, ST_SetSRID(ST_Multi(ST_GeomFromGeoJSON($3)), 4326))`, k, f.Properties.Code, string(f.Geometry)); err != nil {
				t.Fatal(err)
			}
		}
	}
	if _, err := conn.Exec(ctx, `CREATE INDEX ON planned USING gist (shape); ANALYZE planned; SET statement_timeout = 0`); err != nil {
		t.Fatal(err)
	}
	for _, k := range []geo.Kind{geo.Grid, geo.VillageGroup, geo.Compound} {
		rows, err := conn.Query(ctx, ownersSQL, string(k), days)
		if err != nil {
			t.Fatal(err)
		}
		all[k], err = pgx.CollectRows(rows, func(row pgx.CollectableRow) (o owned, err error) {
			err = row.Scan(&o.ID, &o.From, &o.To, &o.counted, &o.open)
			if k != geo.Grid {
				o.Kind = string(k)
			}
			return o, err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return all
}

func sameMove(a, b movedJSON) bool { return reflect.DeepEqual(a, b) }

func (o *owned) moves() bool {
	return (o.From == nil) != (o.To == nil) || o.From != nil && *o.From != *o.To
}
