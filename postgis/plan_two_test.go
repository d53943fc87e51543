package postgis

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/redraw"
)

// Two planners edit what they both saw: different areas both stand, of the same
// one the second is told.
func TestTwoPlannersOnOnePlan(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	p := plansOf(w, PlansConfig{})
	plan := w.plan(t, p)
	seen := plan.ETag
	operate(t, p, plan.ID, shift(2, 1.5), PlanEdit{BasedOn: seen})
	both := operate(t, p, plan.ID, redraw.MoveNode{From: corner(6, 1), To: corner(6.5, 1)}, PlanEdit{BasedOn: seen, Who: bao})
	if both.Operations != 2 || len(both.Authors) != 2 {
		t.Errorf("after edits of different areas %+v", both.Plan)
	}
	_, _, err := p.Operate(t.Context(), plan.ID, redraw.MoveNode{From: corner(2, 3), To: corner(2.5, 3)}, PlanEdit{BasedOn: seen, Who: bao})
	var problem *geo.Problem
	if !errors.As(err, &problem) || problem.Code != "areas-changed" || !errors.Is(err, geo.ErrConflict) || len(problem.Areas) != 2 ||
		problem.Areas[0].String() != "grid:220112001000001" {
		t.Errorf("an edit of the same area: %v, %+v", err, problem)
	}
	if _, _, err = p.Operate(t.Context(), plan.ID, shift(1.5, 1), PlanEdit{IfMatch: seen, Who: bao}); codeOf(err) != "version-conflict" {
		t.Errorf("If-Match of an older state: %v", err)
	}
	if _, _, err = p.Operate(t.Context(), plan.ID, shift(1.5, 1), PlanEdit{BasedOn: strings.Repeat("0", 64), Who: bao}); codeOf(err) != "unknown-state" {
		t.Errorf("an edit of a state that never was: %v", err)
	}
	if now, err := p.Plan(t.Context(), plan.ID); err != nil || now.ETag != both.ETag || now.Version != both.Version {
		t.Errorf("refusals changed the plan: %+v, %v", now.Plan, err)
	}
}

// Two servers edit one plan at the same time. No edit is lost, and both end with
// the same plan.
func TestTwoServersOnePlan(t *testing.T) {
	t.Parallel()
	url := townURL(t)
	w := openWorld(t, url)
	servers := []*Plans{plansOf(w, PlansConfig{}), plansOf(openWorld(t, url), PlansConfig{})}
	plan := w.plan(t, servers[0])
	const each = 15
	names := []geo.Ref{{Kind: geo.Grid, Code: "220112001000001"}, {Kind: geo.Grid, Code: "220112001000003"}}
	var group sync.WaitGroup
	for i, p := range servers {
		group.Go(func() {
			seen := plan.ETag
			for n := range each {
				got, _, err := p.Operate(t.Context(), plan.ID, redraw.Rename{Area: names[i], Name: strings.Repeat("x", n+1)}, PlanEdit{BasedOn: seen, Who: anna})
				if err != nil {
					t.Errorf("server %d, edit %d: %v", i, n, err)
					return
				}
				seen = got.ETag
			}
		})
	}
	group.Wait()
	one, err1 := servers[0].Plan(t.Context(), plan.ID)
	two, err2 := servers[1].Plan(t.Context(), plan.ID)
	if err1 != nil || err2 != nil || one.ETag != two.ETag || one.Version != 2*each+1 || one.Operations != 2*each || one.Version != two.Version {
		t.Errorf("%+v, %v and %+v, %v", one.Plan, err1, two.Plan, err2)
	}
	sameDraft(t, "the two servers'", one.Draft, two.Draft)
	for i, ref := range names {
		if a, ok := two.Draft.State().Area(ref); !ok || len(a.Name) != each {
			t.Errorf("server %d's last edit is %q", i, a.Name)
		}
	}
}

// sameDraft compares two drafts to the last byte, and all that they can go back to.
func sameDraft(t *testing.T, what string, a, b redraw.Draft) {
	t.Helper()
	for step := 0; ; step++ {
		x, y := a.State().Areas(), b.State().Areas()
		if a.ETag() != b.ETag() || !bytes.Equal(geo.HashAreas(x), geo.HashAreas(y)) || !reflect.DeepEqual(x, y) {
			t.Errorf("%s drafts differ %d operations before the last", what, step)
			return
		}
		var ok1, ok2 bool
		a, _, ok1 = a.Undo()
		b, _, ok2 = b.Undo()
		if ok1 != ok2 {
			t.Errorf("%s drafts have not as many operations", what)
		}
		if !ok1 || !ok2 {
			return
		}
	}
}

// A server that starts anew, and one that only hears of changes now and then, come
// to the very same plan as the one that made them.
func TestReplayEqualsMemory(t *testing.T) {
	t.Parallel()
	url := townURL(t)
	w := openWorld(t, url)
	maker, follower := plansOf(w, PlansConfig{}), plansOf(openWorld(t, url), PlansConfig{})
	plan := w.plan(t, maker)
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	rnd := rand.New(rand.NewPCG(seed, 1))
	done := map[string]int{}
	for n := range 150 {
		var err error
		now, _ := maker.Plan(t.Context(), plan.ID)
		what := "undo"
		switch rnd.IntN(8) {
		case 0, 1:
			_, _, err = maker.Undo(t.Context(), plan.ID, PlanEdit{Who: bao})
		case 2:
			what = "redo"
			_, _, err = maker.Redo(t.Context(), plan.ID, PlanEdit{Who: bao})
		default:
			op := randomOperation(rnd, now.Draft.State())
			what = op.Op()
			_, _, err = maker.Operate(t.Context(), plan.ID, op, PlanEdit{Who: anna})
		}
		if err == nil {
			done[what]++
		}
		if err != nil && !errors.Is(err, geo.ErrConflict) && !errors.Is(err, geo.ErrInvalid) {
			t.Fatal(err)
		}
		if n%40 == 39 {
			one, _ := maker.Plan(t.Context(), plan.ID)
			two, err := follower.Plan(t.Context(), plan.ID)
			if err != nil {
				t.Fatal(err)
			}
			sameDraft(t, "maker's and follower's", one.Draft, two.Draft)
		}
	}
	t.Log(done)
	if len(done) < 6 || done["undo"] == 0 || done["redo"] == 0 {
		t.Errorf("only %v could be done", done)
	}
	last, err := maker.Plan(t.Context(), plan.ID)
	if err != nil {
		t.Fatal(err)
	}
	fresh, err := plansOf(openWorld(t, url), PlansConfig{}).Plan(t.Context(), plan.ID)
	if err != nil {
		t.Fatal(err)
	}
	sameDraft(t, "the maker's and a fresh server's", last.Draft, fresh.Draft)
	if !reflect.DeepEqual(last.Draft.Entries(), fresh.Draft.Entries()) || !reflect.DeepEqual(last.Plan, fresh.Plan) || !reflect.DeepEqual(last.Names, fresh.Names) {
		t.Errorf("entries or rows differ: %+v and %+v", last.Plan, fresh.Plan)
	}
	for { // what could be redone can be
		next, _, ok1 := last.Draft.Redo()
		other, _, ok2 := fresh.Draft.Redo()
		if ok1 != ok2 {
			t.Fatal("not as much can be redone")
		}
		if !ok1 {
			break
		}
		last.Draft, fresh.Draft = next, other
	}
	sameDraft(t, "the redone", last.Draft, fresh.Draft)
}

// randomOperation is one that may fit a state of the town.
func randomOperation(rnd *rand.Rand, s *redraw.State) redraw.Operation {
	grids := slices.DeleteFunc(s.Areas(), func(a geo.Area) bool { return a.Kind != geo.Grid })
	a := grids[rnd.IntN(len(grids))]
	ring := a.Shape[0][0]
	i := rnd.IntN(len(ring) - 1)
	at, _ := geo.Snap(ring[i])
	near := func(q geo.LatticePoint) geo.LatticePoint {
		q.Lon += int32(rnd.IntN(40_001) - 20_000)
		q.Lat += int32(rnd.IntN(40_001) - 20_000)
		return q
	}
	b := a.Shape.Bound()
	below, _ := geo.Snap(orb.Point{(b.Min[0] + b.Max[0]) / 2, b.Min[1] - square/10})
	switch rnd.IntN(7) {
	case 0, 1, 2:
		return redraw.MoveNode{From: at, To: near(at)}
	case 3:
		middle, _ := geo.Snap(orb.Point{(ring[i][0] + ring[i+1][0]) / 2, (ring[i][1] + ring[i+1][1]) / 2})
		return redraw.InsertNode{At: middle}
	case 4:
		return redraw.RemoveNode{At: at}
	case 5:
		above := below
		above.Lat += int32(6 * square * 1e7)
		return redraw.Split{Area: a.Ref(), Line: []geo.LatticePoint{near(below), near(above)}}
	}
	return redraw.Rename{Area: a.Ref(), Name: strings.Repeat("名", 1+rnd.IntN(9))}
}

// What is in memory of a history that is no more does not count.
func TestPlanAfterAnotherHistory(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	p := plansOf(w, PlansConfig{})
	plan := w.plan(t, p)
	one := operate(t, p, plan.ID, shift(2, 1.5), PlanEdit{})
	two := operate(t, p, plan.ID, shift(1.5, 1), PlanEdit{})
	// The database is put back to after the first edit, and goes on differently.
	const back = `DELETE FROM plan_steps WHERE version > 2;
		UPDATE plans SET version = 2, operations = 1, etag = '`
	if err := w.exec(t, back+one.ETag+`'`); err != nil {
		t.Fatal(err)
	}
	read, err := p.Plan(t.Context(), plan.ID)
	if err != nil || read.ETag != one.ETag || read.Draft.ETag() != one.ETag {
		t.Errorf("after the database was put back: %+v, %v", read.Plan, err)
	}
	p.keepDraft(plan.ID, &draft{version: two.Version, stored: two.ETag, draft: two.Draft, names: two.Names})
	other := plansOf(w, PlansConfig{})
	three := operate(t, other, plan.ID, shift(1.5, 1.2), PlanEdit{})
	if three.Version != two.Version {
		t.Fatalf("version %d, want %d", three.Version, two.Version)
	}
	if read, err = p.Plan(t.Context(), plan.ID); err != nil || read.ETag != three.ETag || read.Draft.ETag() != three.ETag {
		t.Errorf("memory of another history counted: %+v, %v", read.Plan, err)
	}
	if got := operate(t, p, plan.ID, shift(1.2, 1.1), PlanEdit{IfMatch: three.ETag}); got.Operations != 3 {
		t.Errorf("then %+v", got.Plan)
	}
}
