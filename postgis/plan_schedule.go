package postgis

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/redraw"
	"github.com/gridpatrol/gridpatrol/patrol"
)

const (
	scheduleEvery = 15 * time.Second // looks for due plans at least this often
	scheduleHold  = 2 * time.Minute  // for so long no other server takes a plan that one is publishing
)

// Run publishes plans when their time has come, until ctx ends. Every server may
// run it: a plan is published once.
func (p *Plans) Run(ctx context.Context) {
	for {
		wait, err := p.publishDue(ctx)
		if err != nil && ctx.Err() == nil {
			p.cfg.Logger.Warn("scheduled plans could not be looked for", "err", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-p.poke:
		case <-time.After(wait):
		}
	}
}

// wake has Run look at once.
func (p *Plans) wake() {
	select {
	case p.poke <- struct{}{}:
	default:
	}
}

// publishDue publishes the plans that are due, in the order of their times, and
// says when to look again.
func (p *Plans) publishDue(ctx context.Context) (time.Duration, error) {
	for {
		id, err := p.claim(ctx)
		if errors.Is(err, pgx.ErrNoRows) {
			break
		}
		if err != nil {
			return scheduleEvery, err
		}
		if err := p.publishClaimed(ctx, id); err != nil {
			return scheduleEvery, err
		}
	}
	const sql = `
		SELECT min(publish_at) - clock_timestamp() FROM plans
		WHERE district_code = @district AND status = 'scheduled'`
	var next *time.Duration
	if err := p.store.pool.QueryRow(ctx, sql, pgx.NamedArgs{"district": p.store.district}).Scan(&next); err != nil {
		return scheduleEvery, err
	}
	if next == nil {
		return scheduleEvery, nil
	}
	// One that is due and claimed by another server is looked at again later.
	return min(max(*next, 200*time.Millisecond), scheduleEvery), nil
}

// claim takes the first plan that is due for this server; pgx.ErrNoRows where
// there is none.
func (p *Plans) claim(ctx context.Context) (id geo.ID, err error) {
	const sql = `
		UPDATE plans SET claimed_until = clock_timestamp() + @hold
		WHERE district_code = @district AND id = (
			SELECT id FROM plans
			WHERE district_code = @district AND status = 'scheduled' AND publish_at <= clock_timestamp()
			  AND (claimed_until IS NULL OR claimed_until < clock_timestamp())
			ORDER BY publish_at, id LIMIT 1 FOR UPDATE SKIP LOCKED)
		RETURNING id`
	err = p.store.pool.QueryRow(ctx, sql, pgx.NamedArgs{"district": p.store.district, "hold": scheduleHold}).Scan(&id)
	return id, err
}

// publishClaimed publishes a plan in the name of who scheduled it. Where the plan
// is refused it is scheduled no more, and says why. Its error is one of the
// database: the plan stays scheduled, for whoever tries next.
func (p *Plans) publishClaimed(ctx context.Context, id geo.ID) error {
	row, err := p.row(ctx, p.store.pool, id, false)
	if err != nil {
		return err
	}
	permit, err := p.stillMayPublish(ctx, row.publisher)
	if err == nil {
		_, _, err = p.publish(ctx, id, row.Note, PlanEdit{Who: row.publisher, Permit: permit}, true)
	}
	switch {
	case err == nil:
		p.cfg.Logger.Info("published a plan as scheduled", "plan", id)
		return nil
	case ctx.Err() != nil || errors.Is(err, geo.ErrUnavailable):
		return errors.Join(err, p.release(context.WithoutCancel(ctx), id))
	}
	p.cfg.Logger.Warn("a scheduled plan could not be published", "plan", id, "err", err)
	return p.fail(ctx, row, err)
}

// release lets any server try a claimed plan again, in a moment.
func (p *Plans) release(ctx context.Context, id geo.ID) error {
	ctx, cancel := context.WithTimeout(ctx, time.Second)
	defer cancel()
	const sql = `
		UPDATE plans SET claimed_until = clock_timestamp() + interval '2 seconds'
		WHERE district_code = @district AND id = @id AND status = 'scheduled'`
	_, err := p.store.pool.Exec(ctx, sql, pgx.NamedArgs{"district": p.store.district, "id": id})
	return err
}

// stillMayPublish refuses for somebody who has been locked out, or lost the
// right to publish, since the plan was scheduled. permit refuses what does not
// lie in the areas that they are limited to now.
func (p *Plans) stillMayPublish(ctx context.Context, who patrol.Actor) (permit func(redraw.Result) error, err error) {
	id, err := uuid.Parse(who.ID)
	if err != nil {
		return nil, nil // the program itself
	}
	// Without the name: this is logged.
	gone := &geo.Problem{Kind: geo.ErrForbidden, Code: "forbidden", Detail: "who scheduled it may no longer publish"}
	var principal access.Principal
	switch who.Kind {
	case "user":
		a, err := p.store.Account(ctx, id)
		if errors.Is(err, geo.ErrNotFound) || err == nil && a.Disabled {
			return nil, gone
		}
		if err != nil {
			return nil, err
		}
		principal = access.NewPrincipal(a, nil)
	case "token":
		t, err := p.store.TokenByID(ctx, id)
		if errors.Is(err, geo.ErrNotFound) || err == nil && (!t.RevokedAt.IsZero() || !t.ExpiresAt.IsZero() && !p.time().Before(t.ExpiresAt)) {
			return nil, gone
		}
		if err != nil {
			return nil, err
		}
		principal = access.NewPrincipal(t, nil)
	default:
		return nil, nil
	}
	if !access.Can(principal, access.Publish) {
		return nil, gone
	}
	if principal.Scope.All {
		return nil, nil
	}
	return func(result redraw.Result) error {
		in := geo.NewTerritory(principal.Scope.Areas, p.boundaries.Current().Index.ByID)
		if beyond := redraw.Beyond(in, result.Changed); beyond != nil {
			return &geo.Problem{Kind: geo.ErrForbidden, Code: "outside-scope", Detail: "who scheduled it is limited to areas, and the plan changes others", Areas: beyond}
		}
		return nil
	}, nil
}

// fail takes a plan off the schedule and keeps why.
func (p *Plans) fail(ctx context.Context, row planRow, why error) error {
	system := patrol.Actor{Kind: "system", ID: "schedule", Name: "schedule", Role: "system"}
	_, err := p.end(ctx, row.ID, PlanEdit{Who: system}, "plan.schedule-failed", func(_ context.Context, c *planChange) (redraw.Result, error) {
		if c.row.Status != redraw.Scheduled || c.row.Version != row.Version {
			return redraw.Result{}, errPlanMoved
		}
		c.row.unschedule()
		c.row.Failure = failureText(why)
		c.note = map[string]any{"why": c.row.Failure}
		return redraw.Result{}, nil
	})
	if errors.Is(err, errPlanMoved) || errors.Is(err, geo.ErrConflict) {
		return nil // somebody else has done something about it
	}
	return wrap(fmt.Sprintf("take plan %s off the schedule", row.ID), err)
}

// failureText is an error for the people who look at the plan; what they can do
// nothing about is for the log alone.
func failureText(err error) string {
	var p *geo.Problem
	if errors.As(err, &p) {
		return p.Code + ": " + p.Error()
	}
	return "the server could not publish it; its log says why"
}
