package postgis

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// Act does something to a report in scope, as patrol.Transition allows it: the
// new state, a line of history, its photos, the event and the audit line in one
// transaction. It gives the report as it is afterwards. Who acts on one report
// at the same time takes turns.
//
// keep, unless nil, is called when nothing but the commit can refuse the action
// any more: the caller makes the files of the photos last there, and its error
// undoes everything.
//
// A key that was used before does nothing again: it gives the report as it is
// now, and replayed; with another request it is a geo.ErrConflict with code
// "idempotency-key-reused". What is refused does not use up its key.
// geo.ErrUnavailable may mean that it was done all the same: the client repeats
// with its key.
func (s *Store) Act(ctx context.Context, scope access.Scope, a patrol.Action, keep func() error) (after patrol.Report, replayed bool, err error) {
	a.At = a.At.UTC().Truncate(time.Microsecond)
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if err := s.lockReport(ctx, tx, a.ReportID); err != nil {
			return err
		}
		before, err := s.report(ctx, tx, scope, a.ReportID)
		if err != nil {
			return err
		}
		if replayed, err = s.takeKey(ctx, tx, a); err != nil || replayed {
			after = before
			return err
		}
		if a.At.Before(before.UpdatedAt) { // a clock that lags must not turn history round
			a.At = before.UpdatedAt
		}
		book, err := s.currentRulebook(ctx, tx)
		if err != nil {
			return err
		}
		change, err := patrol.Transition(&before, a, book)
		if err != nil {
			return err
		}
		after = change.Report
		if err := s.writeChange(ctx, tx, &before, change, a); err != nil || keep == nil {
			return err
		}
		return keep()
	})
	if err != nil {
		s.leaveStandby(err)
		return patrol.Report{}, false, wrap(fmt.Sprintf("%s report %s", a.Type, a.ReportID), err)
	}
	if !replayed {
		s.committed()
	}
	return after, replayed, nil
}

// lockReport waits for whoever changes a report, and keeps others from it. It is
// a statement of its own, and what is read after it is of now: one that read the
// decision too would look for the new one among those of before the wait, and
// find none.
func (s *Store) lockReport(ctx context.Context, tx pgx.Tx, id geo.ID) error {
	const sql = `SELECT FROM reports WHERE district_code = @district AND id = @id FOR UPDATE`
	_, err := tx.Exec(ctx, sql, pgx.NamedArgs{"district": s.district, "id": id})
	return err
}

// takeKey takes the key of an action, for good once the transaction commits.
// It reports whether the same action had it before. A twin is waited for.
func (s *Store) takeKey(ctx context.Context, tx pgx.Tx, a patrol.Action) (taken bool, err error) {
	_, taken, err = s.useKey(ctx, tx, keyUse{a.KeyHash, a.RequestHash, a.ReportID, a.At})
	return taken, err
}

func (s *Store) writeChange(ctx context.Context, tx pgx.Tx, before *patrol.Report, c patrol.Change, a patrol.Action) error {
	r := &c.Report
	const update = `
		UPDATE reports SET status = @status, due_at = @due_at, hard_due_at = @hard_due_at, version = @version,
		       last_event = @seq, updated_at = @updated_at, handled_by = @handled_by
		WHERE district_code = @district AND id = @id AND version = @was`
	args := pgx.NamedArgs{"district": s.district, "id": r.ID, "was": before.Version, "status": string(r.Status),
		"due_at": orNull(r.DueAt), "hard_due_at": orNull(r.HardDueAt), "version": r.Version, "seq": c.Entry.Seq,
		"updated_at": r.UpdatedAt, "handled_by": r.HandledBy}
	tag, err := tx.Exec(ctx, update, args)
	if err != nil {
		return err
	}
	if tag.RowsAffected() != 1 {
		return fmt.Errorf("report %s changed although it was locked", r.ID)
	}
	if _, err := tx.Exec(ctx, insertActedSQL, append(s.eventRow(r.ID, c.Entry), orNull(c.Entry.OccurredAt))...); err != nil {
		return err
	}
	for _, p := range c.Photos {
		if _, err := tx.Exec(ctx, insertPhotoSQL, s.photoArgs(r.ID, p)); err != nil {
			return err
		}
	}
	if err := s.tell(ctx, tx, "report.changed", r.UpdatedAt, r.Decision.AreaIDs, eventData(r, c.Shown)); err != nil {
		return err
	}
	return s.audit(ctx, tx, a.Actor, auditEntry{"report." + string(a.Type), "report", r.ID.String(),
		map[string]any{"version": r.Version, "status": r.Status}})
}

// currentRulebook gives the rules in force, from memory where they have not
// changed.
func (s *Store) currentRulebook(ctx context.Context, tx pgx.Tx) (*patrol.Rulebook, error) {
	_, version, err := s.inForce(ctx, tx)
	if err != nil {
		return nil, err
	}
	if have := s.rules.Load(); have != nil && have.version == version {
		return have.book, nil
	}
	book, err := s.readRulebook(ctx, tx, version)
	if err == nil {
		s.rules.Store(&rules{version, book})
	}
	return book, err
}

// rules are those of a duty version.
type rules struct {
	version int64
	book    *patrol.Rulebook
}
