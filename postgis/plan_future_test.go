package postgis

import (
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/redraw"
)

// What is scheduled comes on top of what was published since and of what is
// scheduled before it, as it will when its time comes.
func TestFuture(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	p := plansOf(w, PlansConfig{})
	start := time.Now()
	rename := func(grid, name string) geo.ID {
		plan := w.plan(t, p)
		operate(t, p, plan.ID, redraw.Rename{Area: geo.Ref{Kind: geo.Grid, Code: "22011200100000" + grid}, Name: name}, PlanEdit{})
		return plan.ID
	}
	schedule := func(id geo.ID, hours int) {
		if _, err := p.Schedule(t.Context(), id, start.Add(time.Duration(hours)*time.Hour), "x", PlanEdit{Who: anna}); err != nil {
			t.Fatal(err)
		}
	}
	publish := func(id geo.ID) {
		if _, _, err := p.PublishPlan(t.Context(), id, "x", PlanEdit{Who: anna}); err != nil {
			t.Fatal(err)
		}
		if err := w.b.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	// want gives what the grids 1 to 4 are called after some hours.
	want := func(hours, revision int, plan geo.ID, names ...string) {
		t.Helper()
		at := start.Add(time.Duration(hours)*time.Hour + time.Minute)
		s, ok, err := p.Future(t.Context(), at)
		if err != nil || !ok {
			t.Fatalf("Future = %v, %v", ok, err)
		}
		if s.Plan != plan || s.Revision.Number != revision {
			t.Errorf("after %d hours revision %d and plan %v, want %d and %v", hours, s.Revision.Number, s.Plan, revision, plan)
		}
		for i, a := range s.Index.Areas(geo.Grid)[:len(names)] {
			if names[i] != "" && a.Name != names[i] {
				t.Errorf("after %d hours grid %s is called %s, want %s", hours, a.Code, a.Name, names[i])
			}
		}
		if again, _, err := p.Future(t.Context(), at); err != nil || again != s {
			t.Errorf("the same boundaries were made again, %v", err)
		}
	}

	first, second := rename("1", "甲"), rename("2", "乙")
	was := w.b.Current().Index.Areas(geo.Grid)
	schedule(second, 2)
	want(2, 1, second, was[0].Name, "乙")
	schedule(first, 1)
	want(1, 1, first, "甲", was[1].Name)
	want(2, 1, second, "甲", "乙")
	if _, ok, err := p.Future(t.Context(), start.Add(time.Minute)); ok || err != nil {
		t.Errorf("before anything is scheduled: %v, %v", ok, err)
	}

	publish(rename("3", "丙"))
	want(1, 2, first, "甲", was[1].Name, "丙")
	want(2, 2, second, "甲", "乙", "丙")
	publish(rename("1", "丁")) // the first can no longer be published
	want(1, 3, geo.ID{}, "丁", was[1].Name, "丙")
	want(2, 3, second, "丁", "乙", "丙")
}
