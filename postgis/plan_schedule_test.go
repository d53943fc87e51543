package postgis

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/redraw"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// runPlans has servers look after the schedule until the test ends.
func runPlans(t *testing.T, servers ...*Plans) {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	var group sync.WaitGroup
	for _, p := range servers {
		group.Go(func() { p.Run(ctx) })
	}
	t.Cleanup(func() { stop(); group.Wait() })
}

// await asks until a plan is no longer scheduled.
func await(t *testing.T, p *Plans, id geo.ID) redraw.Working {
	t.Helper()
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		plan, err := p.Plan(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		if plan.Status != redraw.Scheduled || time.Now().After(deadline) {
			return plan
		}
	}
}

func TestScheduleFiresOnce(t *testing.T) {
	t.Parallel()
	url := townURL(t)
	w := openWorld(t, url)
	servers := []*Plans{plansOf(w, PlansConfig{}), plansOf(openWorld(t, url), PlansConfig{}), plansOf(openWorld(t, url), PlansConfig{})}
	runPlans(t, servers...)
	p := servers[0]
	plan := w.plan(t, p)
	operate(t, p, plan.ID, shift(2, 1.5), PlanEdit{})
	soon := time.Now().Add(500 * time.Millisecond)
	for what, err := range map[string]error{
		"invalid-note":       second2(p.Schedule(t.Context(), plan.ID, soon, strings.Repeat("x", maxNote+1), PlanEdit{Who: bao})),
		"note-missing":       second2(p.Schedule(t.Context(), plan.ID, soon, "", PlanEdit{Who: bao})),
		"time-not-in-future": second2(p.Schedule(t.Context(), plan.ID, time.Now().Add(-time.Second), "x", PlanEdit{Who: bao})),
		"not-scheduled":      second2(p.Unschedule(t.Context(), plan.ID, PlanEdit{Who: bao})),
	} {
		if codeOf(err) != what {
			t.Errorf("%v, want %s", err, what)
		}
	}
	set, err := p.Schedule(t.Context(), plan.ID, soon, "at noon", PlanEdit{Who: bao})
	if err != nil || set.Status != redraw.Scheduled || !set.PublishAt.Equal(soon.Truncate(time.Microsecond)) || set.PublishBy.Name != "bao" || set.Note != "at noon" {
		t.Fatalf("Schedule = %+v, %v", set.Plan, err)
	}
	if _, _, err := p.Operate(t.Context(), plan.ID, shift(1.5, 1), PlanEdit{Who: anna}); codeOf(err) != "plan-scheduled" {
		t.Errorf("an edit of a scheduled plan: %v", err)
	}
	done := await(t, p, plan.ID)
	if done.Status != redraw.Published || done.Revision != 2 || done.PublishBy.Name != "bao" || !done.PublishAt.IsZero() {
		t.Fatalf("afterwards %+v", done.Plan)
	}
	if n := w.count(t, `SELECT count(*) FROM revisions WHERE number > 1`); n != 1 {
		t.Errorf("%d revisions", n)
	}
	list, err := p.Publications(t.Context())
	if err != nil || len(list) != 2 || list[1].PublishedAt.Before(soon.Truncate(time.Microsecond)) || list[1].By.Name != "bao" || list[1].Note != "at noon" {
		t.Errorf("Publications = %+v, %v", list, err)
	}
	if n := w.count(t, `SELECT count(*) FROM audit WHERE action = 'plan.publish'`); n != 1 {
		t.Errorf("published %d times by the audit log", n)
	}
}

func second2[A any](_ A, err error) error { return err }

func TestUnschedule(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	p := plansOf(w, PlansConfig{})
	plan := w.plan(t, p)
	operate(t, p, plan.ID, shift(2, 1.5), PlanEdit{})
	if _, err := p.Approve(t.Context(), plan.ID, PlanEdit{Who: bao}); err != nil {
		t.Fatal(err)
	}
	later := time.Now().Add(time.Hour)
	if _, err := p.Schedule(t.Context(), plan.ID, later, "x", PlanEdit{Who: anna}); err != nil {
		t.Fatal(err)
	}
	for what, err := range map[string]error{
		"publish":  second(p.PublishPlan(t.Context(), plan.ID, "x", PlanEdit{Who: anna})),
		"schedule": second2(p.Schedule(t.Context(), plan.ID, later, "x", PlanEdit{Who: anna})),
		"approve":  second2(p.Approve(t.Context(), plan.ID, PlanEdit{Who: bao})),
		"rebase":   second2(p.Rebase(t.Context(), plan.ID, PlanEdit{Who: bao})),
		"discard":  p.Discard(t.Context(), plan.ID, PlanEdit{Who: anna}),
	} {
		if codeOf(err) != "plan-scheduled" {
			t.Errorf("%s of a scheduled plan: %v", what, err)
		}
	}
	off, err := p.Unschedule(t.Context(), plan.ID, PlanEdit{Who: anna})
	if err != nil || off.Status != redraw.Approved || !off.PublishAt.IsZero() || !off.PublishBy.Zero() {
		t.Errorf("Unschedule = %+v, %v", off.Plan, err)
	}
	if wait, err := p.publishDue(t.Context()); err != nil || wait != scheduleEvery {
		t.Errorf("with nothing to do: again in %v, %v", wait, err)
	}
}

// A plan that can no longer be published when its time comes says why, and can
// be worked on again.
func TestScheduleThatFails(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	var log bytes.Buffer
	p := plansOf(w, PlansConfig{Logger: slog.New(slog.NewTextHandler(&log, nil))})
	locked, limited := accountOf(t, w, "locked"), accountOf(t, w, "narrowed")
	expired, revoked := tokenOf(t, w, "expired"), tokenOf(t, w, "revoked")
	for _, c := range []struct {
		name, why string
		who       patrol.Actor
		spoil     func(t *testing.T)
	}{
		{"changed", "areas-changed", anna, func(t *testing.T) {
			other := w.plan(t, p)
			operate(t, p, other.ID, redraw.Rename{Area: geo.Ref{Kind: geo.Grid, Code: "220112001000001"}, Name: "新"}, PlanEdit{})
			if _, _, err := p.PublishPlan(t.Context(), other.ID, "first", PlanEdit{Who: anna}); err != nil {
				t.Fatal(err)
			}
		}},
		{"locked out", "forbidden", locked, func(t *testing.T) {
			if err := w.exec(t, `UPDATE accounts SET disabled_at = now() WHERE login = 'locked'`); err != nil {
				t.Fatal(err)
			}
		}},
		{"expired", "forbidden", expired, func(t *testing.T) {
			if err := w.exec(t, `UPDATE tokens SET expires_at = now() - interval '1 second' WHERE name = 'expired'`); err != nil {
				t.Fatal(err)
			}
		}},
		{"limited to elsewhere", "outside-scope", limited, func(t *testing.T) {
			// A corner that moves is of more areas than one.
			areas := []geo.ID{p.boundaries.Current().Index.Areas(geo.Grid)[0].ID}
			if _, err := w.ChangeAccount(t.Context(), uuid.MustParse(limited.ID), access.AccountChange{AreaIDs: &areas}, patrol.Actor{}); err != nil {
				t.Fatal(err)
			}
		}},
		{"revoked", "forbidden", revoked, func(t *testing.T) {
			if err := w.RevokeToken(t.Context(), uuid.MustParse(revoked.ID), patrol.Actor{}); err != nil {
				t.Fatal(err)
			}
		}},
	} {
		t.Run(c.name, func(t *testing.T) {
			plan := w.plan(t, p)
			made := operate(t, p, plan.ID, shift(2, 1.5), PlanEdit{})
			if _, err := p.Schedule(t.Context(), plan.ID, time.Now().Add(time.Hour), "x", PlanEdit{Who: c.who}); err != nil {
				t.Fatal(err)
			}
			c.spoil(t)
			if err := w.exec(t, `UPDATE plans SET publish_at = now() WHERE id = '`+plan.ID.String()+`'`); err != nil {
				t.Fatal(err)
			}
			if _, err := p.publishDue(t.Context()); err != nil {
				t.Fatal(err)
			}
			read, err := p.Plan(t.Context(), plan.ID)
			if err != nil || read.Status != redraw.Drafted || !strings.HasPrefix(read.Failure, c.why+": ") || !read.PublishAt.IsZero() || read.ETag != made.ETag {
				t.Fatalf("afterwards %+v, %v", read.Plan, err)
			}
			if edited := operate(t, p, plan.ID, shift(1.5, 1), PlanEdit{}); edited.Failure != "" {
				t.Errorf("an edit left the failure: %+v", edited.Plan)
			}
			if strings.Contains(log.String(), c.who.Name) || !strings.Contains(log.String(), plan.ID.String()) {
				t.Errorf("the log names the plan not, or who scheduled it: %s", log.String())
			}
			if err := p.Discard(t.Context(), plan.ID, PlanEdit{Who: anna}); err != nil {
				t.Fatal(err)
			}
		})
	}
}

// accountOf is an account that plans.
func accountOf(t *testing.T, w *world, login string) patrol.Actor {
	t.Helper()
	a, err := w.CreateAccount(t.Context(), access.Account{Login: login, Name: login, PasswordHash: "h", Role: access.Planner}, patrol.Actor{})
	if err != nil {
		t.Fatal(err)
	}
	return patrol.Actor{Kind: "user", ID: a.ID.String(), Name: login, Role: "planner"}
}

// tokenOf is a token that plans.
func tokenOf(t *testing.T, w *world, name string) patrol.Actor {
	t.Helper()
	id := newID()
	token := access.Token{ID: id, Name: name, Role: access.Planner, SecretHash: access.HashSecret(name), ExpiresAt: time.Now().Add(time.Hour)}
	if err := w.CreateToken(t.Context(), token, patrol.Actor{}); err != nil {
		t.Fatal(err)
	}
	return patrol.Actor{Kind: "token", ID: id.String(), Name: name, Role: "planner"}
}

// A server that dies while it publishes leaves the plan to the others.
func TestScheduleGoesOnElsewhere(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	p := plansOf(w, PlansConfig{})
	plan := w.plan(t, p)
	operate(t, p, plan.ID, shift(2, 1.5), PlanEdit{})
	if _, err := p.Schedule(t.Context(), plan.ID, time.Now().Add(time.Hour), "x", PlanEdit{Who: anna}); err != nil {
		t.Fatal(err)
	}
	if err := w.exec(t, `UPDATE plans SET publish_at = now() - interval '1 minute'`); err != nil {
		t.Fatal(err)
	}
	if id, err := p.claim(t.Context()); err != nil || id != plan.ID {
		t.Fatalf("claim = %v, %v", id, err)
	}
	if wait, err := p.publishDue(t.Context()); err != nil || wait > time.Second || w.count(t, `SELECT count(*) FROM revisions`) != 1 {
		t.Errorf("what another server has claimed was published: %v, %v", wait, err)
	}
	if err := w.exec(t, `UPDATE plans SET claimed_until = now() - interval '1 second'`); err != nil {
		t.Fatal(err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := p.publishClaimed(ended, plan.ID); !errors.Is(err, context.Canceled) {
		t.Errorf("a server that stops: %v", err)
	}
	if err := w.exec(t, `UPDATE plans SET claimed_until = NULL`); err != nil {
		t.Fatal(err)
	}
	if _, err := p.publishDue(t.Context()); err != nil {
		t.Fatal(err)
	}
	if read, err := p.Plan(t.Context(), plan.ID); err != nil || read.Status != redraw.Published {
		t.Errorf("afterwards %+v, %v", read.Plan, err)
	}
}
