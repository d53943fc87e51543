package postgis

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/redraw"
	"github.com/gridpatrol/gridpatrol/patrol"
)

func TestApproval(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	p := plansOf(w, PlansConfig{})
	plan, err := p.CreatePlan(t.Context(), "needs two", true, anna)
	if err != nil || !plan.NeedsApproval {
		t.Fatalf("%+v, %v", plan.Plan, err)
	}
	publish := func(who patrol.Actor) error {
		return second(p.PublishPlan(t.Context(), plan.ID, "x", PlanEdit{Who: who}))
	}
	approve := func(who patrol.Actor, ifMatch string) (redraw.Working, error) {
		return p.Approve(t.Context(), plan.ID, PlanEdit{Who: who, IfMatch: ifMatch})
	}
	if _, err := approve(chen, ""); codeOf(err) != "nothing-to-publish" {
		t.Errorf("an empty plan: %v", err)
	}
	one := operate(t, p, plan.ID, shift(2, 1.5), PlanEdit{Who: bao})
	if err := publish(chen); codeOf(err) != "approval-missing" || !errors.Is(err, geo.ErrConflict) {
		t.Errorf("publishing without approval: %v", err)
	}
	for _, who := range []patrol.Actor{anna, bao} { // who made it, and who worked on it
		if _, err := approve(who, ""); codeOf(err) != "own-work" || !errors.Is(err, geo.ErrForbidden) {
			t.Errorf("%s approved own work: %v", who.Name, err)
		}
	}
	if _, err := approve(chen, plan.ETag); codeOf(err) != "version-conflict" {
		t.Errorf("approving another state: %v", err)
	}
	yes, err := approve(chen, one.ETag)
	if err != nil || yes.Status != redraw.Approved || yes.ApprovedBy.Name != "chen" || yes.ApprovedAt.IsZero() {
		t.Errorf("Approve = %+v, %v", yes.Plan, err)
	}
	if titled, err := p.Retitle(t.Context(), plan.ID, "other", PlanEdit{Who: anna}); err != nil || titled.Status != redraw.Approved {
		t.Errorf("another title took the approval: %+v, %v", titled.Plan, err)
	}
	edited := operate(t, p, plan.ID, redraw.MoveNode{From: corner(6, 1), To: corner(6.5, 1)}, PlanEdit{})
	if edited.Status != redraw.Drafted || !edited.ApprovedBy.Zero() || !edited.ApprovedAt.IsZero() {
		t.Errorf("an edit left the approval: %+v", edited.Plan)
	}
	if err := publish(anna); codeOf(err) != "approval-missing" {
		t.Errorf("publishing after an edit: %v", err)
	}
	// Even back in the state that was approved.
	if _, _, err := p.Undo(t.Context(), plan.ID, PlanEdit{Who: anna}); err != nil {
		t.Fatal(err)
	}
	if err := publish(anna); codeOf(err) != "approval-missing" {
		t.Errorf("publishing after an edit and its undo: %v", err)
	}
	if _, err := approve(chen, ""); err != nil {
		t.Fatal(err)
	}
	// An approved plan that is behind keeps its approval where it comes to the same.
	other := w.plan(t, p)
	operate(t, p, other.ID, redraw.Rename{Area: geo.Ref{Kind: geo.Grid, Code: "220112001000004"}, Name: "东"}, PlanEdit{})
	if _, _, err := p.PublishPlan(t.Context(), other.ID, "x", PlanEdit{Who: anna}); err != nil {
		t.Fatal(err)
	}
	moved, err := p.Rebase(t.Context(), plan.ID, PlanEdit{Who: anna})
	if err != nil || moved.Status != redraw.Approved || moved.Base != 2 {
		t.Errorf("Rebase = %+v, %v", moved.Plan, err)
	}
	if err := publish(anna); err != nil {
		t.Errorf("publishing what was approved: %v", err)
	}
}

// Where the server asks for approval, every plan needs it.
func TestApprovalForAll(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	plan := w.plan(t, plansOf(w, PlansConfig{}))
	p := plansOf(w, PlansConfig{Approve: true})
	operate(t, p, plan.ID, shift(2, 1.5), PlanEdit{})
	read, err := p.Plan(t.Context(), plan.ID)
	if err != nil || !read.NeedsApproval {
		t.Errorf("%+v, %v", read.Plan, err)
	}
	if err := second(p.PublishPlan(t.Context(), plan.ID, "x", PlanEdit{Who: anna})); codeOf(err) != "approval-missing" {
		t.Errorf("publishing without approval: %v", err)
	}
	if _, err := p.Approve(t.Context(), plan.ID, PlanEdit{Who: bao}); err != nil {
		t.Fatal(err)
	}
	// An approval of what the steps no longer lead to does not count.
	if err := w.exec(t, `UPDATE plans SET approved_etag = 'another'`); err != nil {
		t.Fatal(err)
	}
	if err := second(p.PublishPlan(t.Context(), plan.ID, "x", PlanEdit{Who: anna})); codeOf(err) != "approval-missing" {
		t.Errorf("publishing another state than was approved: %v", err)
	}
}

func TestDiscard(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	p := plansOf(w, PlansConfig{})
	plan := w.plan(t, p)
	last := operate(t, p, plan.ID, shift(2, 1.5), PlanEdit{})
	if err := p.Discard(t.Context(), plan.ID, PlanEdit{Who: bao, IfMatch: plan.ETag}); codeOf(err) != "version-conflict" {
		t.Errorf("discarding another state: %v", err)
	}
	refuse := errors.New("not yours")
	permit := func(r redraw.Result) error {
		if len(r.Changed) != 2 {
			t.Errorf("%d areas are concerned, want 2", len(r.Changed))
		}
		return refuse
	}
	for what, err := range map[string]error{
		"discard": p.Discard(t.Context(), plan.ID, PlanEdit{Who: bao, Permit: permit}),
		"approve": second2(p.Approve(t.Context(), plan.ID, PlanEdit{Who: bao, Permit: permit})),
		"undo":    second(p.Undo(t.Context(), plan.ID, PlanEdit{Who: bao, Permit: permit})),
		"edit":    second(p.Operate(t.Context(), plan.ID, shift(1.5, 1), PlanEdit{Who: bao, Permit: permit})),
		"date":    second2(p.Schedule(t.Context(), plan.ID, time.Now().Add(time.Hour), "x", PlanEdit{Who: bao, Permit: permit})),
	} {
		if !errors.Is(err, refuse) {
			t.Errorf("%s by who may not change the areas: %v", what, err)
		}
	}
	if now, err := p.Plan(t.Context(), plan.ID); err != nil || now.Version != last.Version {
		t.Errorf("refusals changed the plan: %+v, %v", now.Plan, err)
	}
	if err := p.Discard(t.Context(), plan.ID, PlanEdit{Who: bao}); err != nil {
		t.Fatal(err)
	}
	read, err := p.Plan(t.Context(), plan.ID)
	if err != nil || read.Status != redraw.Discarded || read.ETag != last.ETag {
		t.Errorf("Plan = %+v, %v", read.Plan, err)
	}
	if _, _, err := p.Operate(t.Context(), plan.ID, shift(1.5, 1), PlanEdit{Who: anna}); codeOf(err) != "plan-closed" {
		t.Errorf("an edit of a discarded plan: %v", err)
	}
	if _, err := p.Plan(t.Context(), newID()); !errors.Is(err, geo.ErrNotFound) {
		t.Errorf("a plan that is not there: %v", err)
	}
	if _, err := p.Snapshot(t.Context(), newID()); !errors.Is(err, geo.ErrNotFound) {
		t.Errorf("the boundaries of a plan that is not there: %v", err)
	}
}

func TestPlanLimits(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	p := plansOf(w, PlansConfig{})
	for title, good := range map[string]bool{
		"": false, "  ": false, "春": true, strings.Repeat("春", maxTitle): true, strings.Repeat("春", maxTitle+1): false,
		"two\nlines": false, "bell\a": false, "\xff": false,
	} {
		if _, err := p.CreatePlan(t.Context(), title, false, anna); (err == nil) != good || err != nil && (codeOf(err) != "invalid-title" || !errors.Is(err, geo.ErrInvalid)) {
			t.Errorf("title %q: %v", title, err)
		}
	}
	plan := w.plan(t, p)
	if _, err := p.Retitle(t.Context(), plan.ID, "", PlanEdit{Who: anna}); codeOf(err) != "invalid-title" {
		t.Errorf("an empty title: %v", err)
	}
	if err := second(p.PublishPlan(t.Context(), plan.ID, strings.Repeat("x", maxNote+1), PlanEdit{Who: anna})); codeOf(err) != "invalid-note" {
		t.Errorf("a long note: %v", err)
	}
	for what, action := range map[string]string{"undo": "nothing-to-undo", "redo": "nothing-to-redo"} {
		do := map[string]func() error{
			"undo": func() error { return second(p.Undo(t.Context(), plan.ID, PlanEdit{Who: anna})) },
			"redo": func() error { return second(p.Redo(t.Context(), plan.ID, PlanEdit{Who: anna})) },
		}[what]
		if err := do(); codeOf(err) != action || !errors.Is(err, geo.ErrConflict) {
			t.Errorf("%s of nothing: %v", what, err)
		}
	}
	long := make(orb.Ring, 200_000)
	for i := range long {
		long[i] = orb.Point{125.6 + float64(i)*1e-7, 43.5 + float64(i%7)*1e-7}
	}
	huge := redraw.Replace{Area: geo.Ref{Kind: geo.Grid, Code: "220112001000001"}, Shape: orb.MultiPolygon{{append(long, long[0])}}}
	if err := second(p.Operate(t.Context(), plan.ID, huge, PlanEdit{Who: anna})); codeOf(err) != "operation-too-large" {
		t.Errorf("a very large operation: %v", err)
	}
	for what, set := range map[string]string{"operations": "operations = 10000", "vertices": "operations = 0, vertices = 20000000"} {
		if err := w.exec(t, `UPDATE plans SET `+set+` WHERE id = '`+plan.ID.String()+`'`); err != nil {
			t.Fatal(err)
		}
		if _, _, err := p.Operate(t.Context(), plan.ID, shift(2, 1.5), PlanEdit{Who: anna}); codeOf(err) != "plan-too-large" {
			t.Errorf("one more than the most %s: %v", what, err)
		}
	}
	const fill = `INSERT INTO plans SELECT district_code, gen_random_uuid(), title, status, base_revision, locked_kinds, version, etag, operations,
		undone, vertices, needs_approval, created_by, created_by_name, created_at, updated_at, authors, author_names, approved_by, approved_name,
		approved_at, approved_etag, publish_at, publish_kind, publish_by, publish_name, publish_role, note, revision, failure, claimed_until
		FROM plans CROSS JOIN generate_series(1, 499 - (SELECT count(*) FROM plans WHERE status NOT IN ('published', 'discarded'))) WHERE id = '`
	if err := w.exec(t, fill+plan.ID.String()+`'`); err != nil {
		t.Fatal(err)
	}
	// Nobody gets further than to have counted, until all may have.
	held, err := w.pool.Begin(t.Context())
	if err == nil {
		_, err = held.Exec(t.Context(), `LOCK TABLE plan_steps IN EXCLUSIVE MODE`)
	}
	if err != nil {
		t.Fatal(err)
	}
	time.AfterFunc(300*time.Millisecond, func() { _ = held.Rollback(context.Background()) })
	var group sync.WaitGroup
	for range 3 {
		group.Go(func() {
			if _, err := p.CreatePlan(t.Context(), "the last", false, anna); err != nil && codeOf(err) != "too-many-plans" {
				t.Error(err)
			}
		})
	}
	group.Wait()
	if n := w.count(t, `SELECT count(*) FROM plans WHERE status NOT IN ('published', 'discarded')`); n != maxOpenPlans {
		t.Errorf("%d open plans, want %d", n, maxOpenPlans)
	}
	if _, err := p.CreatePlan(t.Context(), "one more", false, anna); codeOf(err) != "too-many-plans" {
		t.Errorf("one more than the most plans: %v", err)
	}
}

// What is locked is locked for the plans that were made so.
func TestLockedKindsStayWithThePlan(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	free := plansOf(w, PlansConfig{Locked: []geo.Kind{}})
	plan := w.plan(t, free)
	// The corner of both villages, of groups and grids.
	move := redraw.MoveNode{From: corner(4, 1), To: corner(4.2, 1)}
	last := operate(t, free, plan.ID, move, PlanEdit{})
	strict := plansOf(w, PlansConfig{})
	read, err := strict.Plan(t.Context(), plan.ID)
	if err != nil || read.ETag != last.ETag {
		t.Errorf("a server that locks more cannot read the plan: %+v, %v", read.Plan, err)
	}
	fresh := w.plan(t, strict)
	var problem *redraw.Problem
	if _, _, err := strict.Operate(t.Context(), fresh.ID, move, PlanEdit{Who: anna}); !errors.As(err, &problem) || problem.Code != redraw.ProblemLocked {
		t.Errorf("moving a locked line: %v", err)
	}
	if err := second(strict.PublishPlan(t.Context(), plan.ID, "x", PlanEdit{Who: anna})); codeOf(err) != "plan-has-errors" {
		t.Errorf("publishing what moves locked lines: %v", err)
	}
}

// A plan that can no longer be made from its steps, as by a later version of the
// program, says so, and can be got rid of.
func TestUnreadablePlan(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	p := plansOf(w, PlansConfig{})
	var plans []redraw.Working
	for range 2 {
		plan := w.plan(t, p)
		operate(t, p, plan.ID, shift(2, 1.5), PlanEdit{})
		if _, err := p.Schedule(t.Context(), plan.ID, time.Now().Add(time.Hour), "x", PlanEdit{Who: anna}); err != nil {
			t.Fatal(err)
		}
		plans = append(plans, plan)
	}
	if err := w.exec(t, `UPDATE plan_steps SET op = '{"op":"retire","kind":"grid","code":"1"}' WHERE action = 'do'`); err != nil {
		t.Fatal(err)
	}
	fresh := plansOf(w, PlansConfig{})
	for _, plan := range plans {
		if _, err := fresh.Plan(t.Context(), plan.ID); codeOf(err) != "plan-unreadable" || !errors.Is(err, geo.ErrConflict) {
			t.Errorf("Plan = %v", err)
		}
	}
	if list, err := fresh.Plans(t.Context()); err != nil || len(list) != 2 {
		t.Errorf("Plans = %+v, %v", list, err)
	}
	// One is due, the other is taken off the schedule by hand.
	if err := w.exec(t, `UPDATE plans SET publish_at = now() WHERE id = '`+plans[0].ID.String()+`'`); err != nil {
		t.Fatal(err)
	}
	if _, err := fresh.publishDue(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := fresh.Unschedule(t.Context(), plans[1].ID, PlanEdit{Who: anna, Permit: func(redraw.Result) error { return nil }}); codeOf(err) != "plan-unreadable" {
		t.Errorf("Unschedule by who may do it only in some areas: %v", err)
	}
	off, err := fresh.Unschedule(t.Context(), plans[1].ID, PlanEdit{Who: anna})
	if err != nil || off.Status != redraw.Drafted {
		t.Errorf("Unschedule = %+v, %v", off.Plan, err)
	}
	list, err := fresh.Plans(t.Context())
	if err != nil || len(list) != 2 {
		t.Fatalf("Plans = %+v, %v", list, err)
	}
	for _, plan := range list {
		if why := plan.Failure; plan.Status != redraw.Drafted || (plan.ID == plans[0].ID) != strings.HasPrefix(why, "plan-unreadable: ") {
			t.Errorf("afterwards %+v", plan)
		}
		if _, _, err := fresh.Operate(t.Context(), plan.ID, shift(1.5, 1), PlanEdit{Who: anna}); codeOf(err) != "plan-unreadable" {
			t.Errorf("Operate = %v", err)
		}
		if err := fresh.Discard(t.Context(), plan.ID, PlanEdit{Who: anna, IfMatch: plan.ETag}); err != nil {
			t.Errorf("Discard = %v", err)
		}
	}
}
