package postgis

import (
	"errors"
	"math"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/redraw"
	"github.com/gridpatrol/gridpatrol/patrol"
)

var (
	anna = patrol.Actor{Kind: "user", ID: "a-1", Name: "anna", Role: "planner"}
	bao  = patrol.Actor{Kind: "user", ID: "b-2", Name: "bao", Role: "planner"}
	chen = patrol.Actor{Kind: "user", ID: "c-3", Name: "chen", Role: "planner"}
)

// corner is a corner of the squares, on the lattice.
func corner(x, y float64) geo.LatticePoint {
	at := func(degrees float64) int32 { return int32(math.Round(degrees * 1e7)) }
	q, ok := geo.Snap(orb.Point{float64(at(townLon+x*square)) / 1e7, float64(at(townLat+y*square)) / 1e7})
	if !ok {
		panic("a corner off the globe")
	}
	return q
}

// shift moves the line between the grids 1 and 2 at row 1, or 3 and 4 with east.
func shift(from, to float64) redraw.MoveNode {
	return redraw.MoveNode{From: corner(from, 1), To: corner(to, 1)}
}

func plansOf(w *world, c PlansConfig) *Plans { return NewPlans(w.Store, w.b, w.d, c) }

func (w *world) plan(t testing.TB, p *Plans) redraw.Working {
	t.Helper()
	plan, err := p.CreatePlan(t.Context(), "  spring ", false, anna)
	if err != nil {
		t.Fatal(err)
	}
	return plan
}

func operate(t testing.TB, p *Plans, id geo.ID, op redraw.Operation, e PlanEdit) redraw.Working {
	t.Helper()
	if e.Who == (patrol.Actor{}) {
		e.Who = anna
	}
	plan, _, err := p.Operate(t.Context(), id, op, e)
	if err != nil {
		t.Fatalf("%s: %v", op.Op(), err)
	}
	return plan
}

func codeOf(err error) string {
	var p *geo.Problem
	if errors.As(err, &p) {
		return p.Code
	}
	return ""
}

func TestPlanIsMadeStepByStep(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	p := plansOf(w, PlansConfig{})
	plan := w.plan(t, p)
	if plan.Title != "spring" || plan.Status != redraw.Drafted || plan.Base != 1 || plan.Version != 1 || plan.CreatedBy.Name != "anna" ||
		plan.ETag != plan.Draft.Base().ETag() || time.Since(plan.CreatedAt) > time.Minute {
		t.Errorf("CreatePlan = %+v", plan.Plan)
	}
	start := plan.ETag
	moved := operate(t, p, plan.ID, shift(2, 1.5), PlanEdit{})
	if moved.Version != 2 || moved.Operations != 1 || moved.ETag == start || len(moved.Authors) != 1 || moved.Names["a-1"] != "anna" {
		t.Errorf("after an operation %+v, names %v", moved.Plan, moved.Names)
	}
	renamed := operate(t, p, plan.ID, redraw.Rename{Area: geo.Ref{Kind: geo.Grid, Code: "220112001000001"}, Name: "新"}, PlanEdit{IfMatch: moved.ETag, Who: bao})
	back, r, err := p.Undo(t.Context(), plan.ID, PlanEdit{Who: anna})
	if err != nil || back.ETag != moved.ETag || back.Operations != 1 || back.Undone != 1 || len(r.Changed) != 1 {
		t.Errorf("Undo = %+v, %+v, %v", back.Plan, r.Changed, err)
	}
	again, _, err := p.Redo(t.Context(), plan.ID, PlanEdit{Who: anna})
	if err != nil || again.ETag != renamed.ETag || again.Operations != 2 || again.Undone != 0 || len(again.Authors) != 2 {
		t.Errorf("Redo = %+v, %v", again.Plan, err)
	}
	read, err := p.Plan(t.Context(), plan.ID)
	if err != nil || read.ETag != again.ETag || read.Version != 5 {
		t.Errorf("Plan = %+v, %v", read.Plan, err)
	}
	entries := read.Draft.Entries()
	if len(entries) != 2 || entries[1].By != "b-2" || entries[1].Op.Op() != "rename" || !entries[0].At.Before(entries[1].At) {
		t.Errorf("entries %+v", entries)
	}
	snapshot, err := p.Snapshot(t.Context(), plan.ID)
	if err != nil {
		t.Fatal(err)
	}
	m, _ := snapshot.Index.Locate(place(1, 1))
	published, _ := w.b.Current().Index.Locate(orb.Point{townLon + 1.8*square, townLat + square})
	planned, _ := snapshot.Index.Locate(orb.Point{townLon + 1.8*square, townLat + square})
	if m.Area(geo.Grid).Name != "新" || published.Area(geo.Grid).Code != "220112001000001" || planned.Area(geo.Grid).Code != "220112001000002" ||
		snapshot.Revision.Number != 1 || snapshot.Plan != plan.ID {
		t.Errorf("the snapshot does not show the plan: %+v", snapshot.Revision)
	}
	if same, err := p.Snapshot(t.Context(), plan.ID); err != nil || same != snapshot {
		t.Errorf("the same boundaries were indexed again, %v", err)
	}
	list, err := p.Plans(t.Context())
	if err != nil || len(list) != 1 || list[0].ETag != read.ETag || list[0].Operations != 2 {
		t.Errorf("Plans = %+v, %v", list, err)
	}
	if n := w.count(t, `SELECT count(*) FROM outbox WHERE type = 'plan.changed' AND data ->> 'plan' <> '' AND kind = 'stream'`); n != 5 {
		t.Errorf("%d events, want 5", n)
	}
	if n := w.count(t, `SELECT count(*) FROM audit WHERE subject_kind = 'plan' AND actor_name IN ('anna', 'bao')`); n != 5 {
		t.Errorf("%d audit lines, want 5", n)
	}
}
