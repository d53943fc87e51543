package postgis

import (
	"bytes"
	"errors"
	"sync"
	"testing"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/redraw"
)

func TestPublishPlan(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	p := plansOf(w, PlansConfig{})
	plan := w.plan(t, p)
	if _, _, err := p.PublishPlan(t.Context(), plan.ID, "x", PlanEdit{Who: anna}); codeOf(err) != "nothing-to-publish" {
		t.Errorf("a plan without operations: %v", err)
	}
	// Half of G1 is given away to nobody.
	hole := operate(t, p, plan.ID, redraw.Replace{Area: geo.Ref{Kind: geo.Grid, Code: "220112001000001"}, Shape: box(0, 0, 1, 4)}, PlanEdit{})
	_, problems, err := p.Check(t.Context(), plan.ID)
	if err != nil || len(problems) == 0 || problems[0].Code != redraw.ProblemGap || problems[0].Warning || problems[0].AreaM2 == 0 {
		t.Errorf("Check of a gap = %+v, %v", problems, err)
	}
	var problem *geo.Problem
	if _, _, err = p.PublishPlan(t.Context(), plan.ID, "x", PlanEdit{Who: anna}); !errors.As(err, &problem) || problem.Code != "plan-has-errors" || len(problem.Fields) == 0 {
		t.Errorf("a gap: %v", err)
	}
	if _, _, err = p.Undo(t.Context(), plan.ID, PlanEdit{Who: anna, IfMatch: hole.ETag}); err != nil {
		t.Fatal(err)
	}
	split := redraw.Split{Area: geo.Ref{Kind: geo.Grid, Code: "220112001000004"}, NewCode: "220112002001009",
		Line: []geo.LatticePoint{corner(7, -1), corner(7, 5)}}
	ready := operate(t, p, plan.ID, split, PlanEdit{Who: bao})
	if _, _, err = p.PublishPlan(t.Context(), plan.ID, " ", PlanEdit{Who: anna}); codeOf(err) != "note-missing" {
		t.Errorf("warnings without a note: %v", err)
	}
	if _, _, err = p.PublishPlan(t.Context(), plan.ID, "x", PlanEdit{Who: anna, IfMatch: plan.ETag}); codeOf(err) != "version-conflict" {
		t.Errorf("an older state: %v", err)
	}
	refuse := errors.New("not yours")
	if _, _, err = p.PublishPlan(t.Context(), plan.ID, "x", PlanEdit{Who: anna, Permit: func(redraw.Result) error { return refuse }}); !errors.Is(err, refuse) {
		t.Errorf("what may not be changed: %v", err)
	}
	done, out, err := p.PublishPlan(t.Context(), plan.ID, "two for one", PlanEdit{Who: bao, IfMatch: ready.ETag})
	if err != nil {
		t.Fatal(err)
	}
	if done.Status != redraw.Published || done.Revision != 2 || done.Note != "two for one" || done.PublishBy.Name != "bao" || done.ETag != ready.ETag {
		t.Errorf("the plan afterwards %+v", done.Plan)
	}
	if out.Number != 2 || out.Note != "two for one" || out.By.Name != "bao" || out.Plan != plan.ID || out.Changed != 2 {
		t.Errorf("the publication %+v", out)
	}
	w.refresh(t)
	now := w.b.Current()
	if now.Revision.Number != 2 || !bytes.Equal(now.Revision.Hash, geo.HashAreas(ready.Draft.State().Areas())) {
		t.Errorf("in force is %+v, not the plan", now.Revision)
	}
	old, _ := now.Index.Area(geo.Grid, "220112001000004")
	fresh, ok := now.Index.Area(geo.Grid, "220112002001009")
	if !ok || w.count(t, `SELECT count(*) FROM area_lineage WHERE revision = 2 AND from_id = '`+old.ID.String()+`' AND to_id = '`+fresh.ID.String()+`'`) != 1 {
		t.Errorf("the new grid %v does not come from the old", ok)
	}
	for what, err := range map[string]error{
		"edit":    second(p.Operate(t.Context(), plan.ID, shift(2, 1.5), PlanEdit{Who: anna})),
		"publish": second(p.PublishPlan(t.Context(), plan.ID, "x", PlanEdit{Who: anna})),
		"discard": p.Discard(t.Context(), plan.ID, PlanEdit{Who: anna}),
	} {
		if codeOf(err) != "plan-closed" {
			t.Errorf("%s of a published plan: %v", what, err)
		}
	}
	if read, err := plansOf(w, PlansConfig{}).Plan(t.Context(), plan.ID); err != nil || read.ETag != ready.ETag || read.Revision != 2 {
		t.Errorf("read again %+v, %v", read.Plan, err)
	}
	back, err := p.UndoRevision(t.Context(), 2, "", anna)
	if err != nil || back.Number != 3 || back.By.Name != "anna" {
		t.Errorf("UndoRevision = %+v, %v", back, err)
	}
	first, err := w.b.Revision(t.Context(), 1)
	if err != nil || !bytes.Equal(back.Hash, first.Revision.Hash) {
		t.Errorf("the undo has not the shapes of revision 1, %v", err)
	}
	list, err := p.Publications(t.Context())
	if err != nil || len(list) != 3 || list[1].Plan != plan.ID || list[1].Changed != 2 || list[2].Changed != 2 || list[0].Changed != len(town(2)) {
		t.Errorf("Publications = %+v, %v", list, err)
	}
}

func second[A, B any](_ A, _ B, err error) error { return err }

// A plan made on an older revision merges with what did not touch its areas, and
// is refused where it did.
func TestPlanBehind(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	p := plansOf(w, PlansConfig{})
	quick, merges, clashes := w.plan(t, p), w.plan(t, p), w.plan(t, p)
	operate(t, p, quick.ID, shift(2, 1.5), PlanEdit{})
	operate(t, p, merges.ID, redraw.MoveNode{From: corner(6, 1), To: corner(6.5, 1)}, PlanEdit{})
	operate(t, p, clashes.ID, redraw.Rename{Area: geo.Ref{Kind: geo.Grid, Code: "220112001000002"}, Name: "新"}, PlanEdit{})
	if _, _, err := p.PublishPlan(t.Context(), quick.ID, "first", PlanEdit{Who: anna}); err != nil {
		t.Fatal(err)
	}
	for what, err := range map[string]error{
		"publish": second(p.PublishPlan(t.Context(), clashes.ID, "x", PlanEdit{Who: anna})),
		"rebase": func() error {
			_, err := p.Rebase(t.Context(), clashes.ID, PlanEdit{Who: anna})
			return err
		}(),
	} {
		var problem *geo.Problem
		if !errors.As(err, &problem) || problem.Code != "areas-changed" || len(problem.Areas) != 1 || problem.Areas[0].Code != "220112001000002" {
			t.Errorf("%s of what was changed since: %v", what, err)
		}
	}
	if read, err := p.Plan(t.Context(), clashes.ID); err != nil || read.Base != 1 || read.Status != redraw.Drafted {
		t.Errorf("a refusal changed the plan: %+v, %v", read.Plan, err)
	}
	moved, err := p.Rebase(t.Context(), merges.ID, PlanEdit{Who: bao})
	if err != nil || moved.Base != 2 || moved.Operations != 1 || len(moved.Draft.Entries()) != 1 || moved.Draft.Entries()[0].By != "a-1" {
		t.Fatalf("Rebase = %+v, %v", moved.Plan, err)
	}
	if again, err := p.Rebase(t.Context(), merges.ID, PlanEdit{Who: bao}); err != nil || again.Version != moved.Version {
		t.Errorf("a second Rebase = %+v, %v", again.Plan, err)
	}
	fresh, err := plansOf(w, PlansConfig{}).Plan(t.Context(), merges.ID)
	if err != nil {
		t.Fatal(err)
	}
	sameDraft(t, "the rebased and the fresh", moved.Draft, fresh.Draft)
	other := w.plan(t, p) // made on 2, published on 3
	operate(t, p, other.ID, redraw.Rename{Area: geo.Ref{Kind: geo.Grid, Code: "220112001000001"}, Name: "新"}, PlanEdit{})
	if _, _, err := p.PublishPlan(t.Context(), merges.ID, "second", PlanEdit{Who: anna}); err != nil {
		t.Fatal(err)
	}
	last, out, err := p.PublishPlan(t.Context(), other.ID, "third", PlanEdit{Who: anna})
	if err != nil || out.Number != 4 || last.Base != 3 || last.ETag != last.Draft.ETag() {
		t.Errorf("publishing a plan that is behind = %+v, %+v, %v", last.Plan, out, err)
	}
	w.refresh(t)
	for ref, want := range map[string]string{"220112001000001": "新", "220112001000002": "二网格"} {
		if a, ok := w.b.Current().Index.Area(geo.Grid, ref); !ok || a.Name != want {
			t.Errorf("grid %s is called %q, want %q", ref, a.Name, want)
		}
	}
	if a, _ := w.b.Current().Index.Area(geo.Grid, "220112001000003"); a.FromRevision != 3 {
		t.Errorf("grid 3 is from revision %d, want 3", a.FromRevision)
	}
	if read, err := plansOf(w, PlansConfig{}).Plan(t.Context(), other.ID); err != nil || read.ETag != last.ETag || read.Base != 3 {
		t.Errorf("read again %+v, %v", read.Plan, err)
	}
}

// Whoever publishes one plan at the same time on two servers, and edits it
// meanwhile, it becomes one revision, which is the plan as it then stays.
func TestPlanIsPublishedOnce(t *testing.T) {
	t.Parallel()
	url := townURL(t)
	w := openWorld(t, url)
	servers := []*Plans{plansOf(w, PlansConfig{}), plansOf(openWorld(t, url), PlansConfig{})}
	plan := w.plan(t, servers[0])
	operate(t, servers[0], plan.ID, shift(2, 1.5), PlanEdit{})
	var group sync.WaitGroup
	published, edited := make([]error, 4), make([]error, 4)
	for i := range published {
		group.Go(func() {
			_, _, published[i] = servers[i%2].PublishPlan(t.Context(), plan.ID, "x", PlanEdit{Who: anna})
		})
		group.Go(func() {
			op := redraw.Rename{Area: geo.Ref{Kind: geo.Grid, Code: "220112001000003"}, Name: string(rune('a' + i))}
			_, _, edited[i] = servers[i%2].Operate(t.Context(), plan.ID, op, PlanEdit{Who: bao})
		})
	}
	group.Wait()
	once := 0
	for _, err := range published {
		if err == nil {
			once++
		} else if codeOf(err) != "plan-closed" && !errors.Is(err, geo.ErrUnavailable) {
			t.Errorf("publish: %v", err)
		}
	}
	for _, err := range edited {
		if err != nil && codeOf(err) != "plan-closed" && !errors.Is(err, geo.ErrUnavailable) {
			t.Errorf("edit: %v", err)
		}
	}
	last, err := servers[1].Plan(t.Context(), plan.ID)
	if err != nil || once != 1 || last.Revision != 2 || w.count(t, `SELECT count(*) FROM revisions`) != 2 {
		t.Errorf("published %d times; %+v, %v", once, last.Plan, err)
	}
	w.refresh(t)
	if !bytes.Equal(w.b.Current().Revision.Hash, geo.HashAreas(last.Draft.State().Areas())) {
		t.Error("what is in force is not the plan")
	}
}
