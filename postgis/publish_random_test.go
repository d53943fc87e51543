package postgis

import (
	"bytes"
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/redraw"
)

// Random plans over the demo district are published and taken back, newest
// first: the boundaries are those of the start, to the byte. After each step the
// open reports are with who answers for their places, as PostGIS has them too.
func TestRandomPlansAndBack(t *testing.T) {
	w := openWorld(t, fixtureURL(t))
	const seed, plans = 7, 3
	t.Logf("seed %d", seed)
	rnd := rand.New(rand.NewPCG(seed, 0))
	start := w.b.Current()
	rerouted := 0
	for n := range plans {
		r := w.redrawn(t, w.randomPlan(t, rnd)...)
		rerouted += r.Rerouted
		t.Logf("plan %d: %d open reports routed anew", n+1, r.Rerouted)
		w.wellRouted(t)
	}
	if rerouted == 0 {
		t.Error("no plan touched an open report")
	}
	for n := 1 + plans; n > 1; n-- {
		r, err := w.UndoRevision(t.Context(), n, "", planner)
		if err != nil {
			t.Fatal(err)
		}
		w.refresh(t)
		then, err := w.b.Revision(t.Context(), n-1)
		if err != nil || !bytes.Equal(r.Hash, then.Revision.Hash) {
			t.Errorf("revision %d taken back is not revision %d: %v", n, n-1, err)
		}
		rerouted -= r.Rerouted
	}
	w.wellRouted(t)
	if rerouted != 0 {
		t.Errorf("%d more reports went than came back", rerouted)
	}
	if now := w.b.Current(); !bytes.Equal(now.Revision.Hash, start.Revision.Hash) {
		t.Error("the boundaries are not those of the start")
	}
	const changed = `
		SELECT count(*) FROM area_versions a FULL JOIN (SELECT * FROM area_versions WHERE upper_inf(revs)) b USING (area_id)
		WHERE a.revs @> 1 AND a.content_hash IS DISTINCT FROM b.content_hash`
	if n := w.count(t, changed); n != 0 {
		t.Errorf("%d areas are not what they were", n)
	}
}

// randomPlan gives operations on grids that can be made one after another:
// nodes moved, grids split and joined, villages given away.
func (w *world) randomPlan(t *testing.T, rnd *rand.Rand) (ops []redraw.Operation) {
	t.Helper()
	state, err := redraw.New(asAreas(w.b.Current().Index.All()), redraw.Config{})
	if err != nil {
		t.Fatal(err)
	}
	for range 400 {
		grids := w.b.Current().Index.Areas(geo.Grid)
		grid := *grids[rnd.IntN(len(grids))]
		ring := grid.Shape[0][0]
		at, _ := geo.Snap(ring[rnd.IntN(len(ring))])
		jump := func() int32 { return int32(rnd.IntN(8000) - 4000) }
		var op redraw.Operation
		switch rnd.IntN(8) {
		case 0:
			villages := w.b.Current().Index.Areas(geo.Village)
			op = redraw.Reassign{Units: []geo.Ref{villages[rnd.IntN(len(villages))].Ref()}, To: grid.Ref()}
		case 1:
			op = redraw.Merge{Kind: geo.Grid, Codes: []string{grids[rnd.IntN(len(grids))].Code}, Into: grid.Code}
		case 2:
			op = redraw.Split{Area: grid.Ref(), Line: acrossThe(grid)}
		default:
			op = redraw.MoveNode{From: at, To: geo.LatticePoint{Lon: at.Lon + jump(), Lat: at.Lat + jump()}}
		}
		r, err := state.Apply(op, newID())
		if err != nil || len(r.Problems) > 0 {
			continue
		}
		state, ops = r.State, append(ops, op)
		if len(ops) == 12 {
			return ops
		}
	}
	t.Fatalf("only %d operations came about", len(ops))
	return nil
}

// acrossThe gives a line through the middle of an area, from west to east.
func acrossThe(a geo.Area) []geo.LatticePoint {
	box, _ := geo.Bound(a.Shape)
	west, _ := geo.Snap(orb.Point{box.Min[0] - 0.001, box.Center()[1]})
	east, _ := geo.Snap(orb.Point{box.Max[0] + 0.001, box.Center()[1]})
	return []geo.LatticePoint{west, east}
}

// wellRouted checks every open report against the index, and by PostGIS.
func (w *world) wellRouted(t *testing.T) {
	t.Helper()
	if n := w.misrouted(t); n > 0 {
		t.Errorf("%d open reports are misrouted by the index", n)
	}
	const sql = `
		SELECT count(*) FROM reports r
		CROSS JOIN LATERAL (
			SELECT array_agg(own.area_id ORDER BY own.area_id) AS ids FROM (
				SELECT DISTINCT ON (v.kind) v.area_id FROM area_versions v
				WHERE upper_inf(v.revs) AND v.shape && r.point AND ST_Covers(v.shape, r.point)
				ORDER BY v.kind, v.code COLLATE "C") AS own) AS postgis
		WHERE r.status NOT IN ('closed', 'rejected', 'duplicate')
		  AND postgis.ids <> (SELECT array_agg(id ORDER BY id) FROM unnest(r.area_ids) AS id)`
	if n := w.count(t, sql); n > 0 {
		t.Errorf("%d open reports are misrouted by PostGIS", n)
	}
}
