package postgis

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/patrol"
)

// turnEvery is how often it is looked whether somebody takes up or leaves a post,
// or goes on leave or comes back, which what is in memory says; turnAgain how soon
// after the database has refused.
const (
	turnEvery = 500 * time.Millisecond
	turnAgain = 10 * time.Second
)

// Run gives open reports to who answers for them when the time has come that
// somebody takes up or leaves a post, or goes on leave or comes back, until ctx
// ends. Every server may run it: one of them makes a version of the duties that
// comes into force then, and the others hear of it.
func (d *Duties) Run(ctx context.Context) {
	for {
		wait := turnEvery
		if err := d.turn(ctx); err != nil && ctx.Err() == nil {
			d.store.log.Warn("posts could not change hands as planned; it is tried again", "err", err)
			wait = turnAgain
		}
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
	}
}

// due reports whether anything has changed hands by the calendar since a version
// came into force.
func (d *Duties) due(v *patrol.Duties) bool {
	if v.Since.IsZero() {
		return v.Version > 0 // from now on it is watched
	}
	_, next := v.Roster.Steady(v.Since)
	return !next.IsZero() && !next.After(d.store.now())
}

// turn makes the next version where anything is due.
func (d *Duties) turn(ctx context.Context) error {
	if !d.due(d.Current()) {
		return nil
	}
	s := d.store
	var done *dutyChange
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if err := s.takeTurn(ctx, tx); err != nil {
			return err
		}
		before, err := s.dutiesInForce(ctx, tx)
		if err != nil || !d.due(before) {
			return err // another server was quicker
		}
		after := &patrol.Duties{Version: before.Version + 1, Roster: before.Roster, Rulebook: before.Rulebook, Since: s.nextMoment(before)}
		who := patrol.Actor{Kind: "system", ID: "calendar", Name: "calendar", Role: "system"}
		if done, err = s.putInForce(ctx, tx, before, after, who); err != nil {
			return err
		}
		return s.audit(ctx, tx, who, auditEntry{"duties.turn", "duties", fmt.Sprint(after.Version),
			map[string]any{"handovers": len(done.handovers), "reports": done.moved}})
	})
	if err != nil {
		s.leaveStandby(err)
		return wrap("hand posts over as planned", err)
	}
	if done != nil {
		s.keepDuties(done.after)
		s.committed()
		s.log.Info("posts changed hands as planned", "duties", done.after.Version, "handovers", len(done.handovers), "reports", done.moved)
	}
	return d.Refresh(ctx)
}
