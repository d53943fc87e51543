package postgis

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/patrol"
)

// dutyChange is the next version of the duties as it was made.
type dutyChange struct {
	after     *patrol.Duties
	handovers []patrol.Handover
	moved     int // open reports that went over
}

// ReplaceDuties makes posts, people and rules the next version. What does not
// change keeps its rows. The data is checked whole first, and by the database
// again: a seat has one holder at a time, a group one committee. Open reports go
// over to who answers for them now.
//
// Areas that the roster names must have been published.
func (s *Store) ReplaceDuties(ctx context.Context, data patrol.RosterData, book *patrol.Rulebook, actor patrol.Actor) (version int64, err error) {
	if _, err := patrol.NewRoster(data); err != nil {
		return 0, err
	}
	if err := book.Validate(); err != nil {
		return 0, err
	}
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if err := s.takeTurn(ctx, tx); err != nil {
			return err
		}
		before, err := s.dutiesInForce(ctx, tx)
		if err != nil {
			return err
		}
		done, err := s.changeDuties(ctx, tx, before, data, book, actor)
		if err != nil {
			return err
		}
		version = done.after.Version
		return s.auditReplaced(ctx, tx, done.after, actor)
	})
	if err != nil {
		return 0, wrap("replace duties", err)
	}
	s.committed()
	return version, nil
}

func (s *Store) auditReplaced(ctx context.Context, tx pgx.Tx, d *patrol.Duties, actor patrol.Actor) error {
	data := d.Roster.Data()
	return s.audit(ctx, tx, actor, auditEntry{"duties.replace", "duties", fmt.Sprint(d.Version), map[string]int{
		"people": len(data.People), "seats": len(data.Seats), "holdings": len(data.Holdings)}})
}

// ensureDuties gives a new district the default rules, and nobody.
func (s *Store) ensureDuties(ctx context.Context) error {
	if _, version, err := s.versions(ctx); err != nil || version > 0 {
		return err
	}
	book, err := defaultRulebook()
	if err != nil {
		return err
	}
	return wrap("enter the default rules", pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if err := s.takeTurn(ctx, tx); err != nil {
			return err
		}
		before, err := s.dutiesInForce(ctx, tx)
		if err != nil || before.Version > 0 {
			return err // another server was quicker
		}
		done, err := s.changeDuties(ctx, tx, before, patrol.RosterData{}, book, patrol.Actor{Kind: "system"})
		if err != nil {
			return err
		}
		return s.auditReplaced(ctx, tx, done.after, patrol.Actor{Kind: "system"})
	}))
}

// changeDuties makes the version after the one in force and gives open reports to
// who answers for them then. Its turn must have been taken. No report is
// accepted from its end until the transaction's.
func (s *Store) changeDuties(ctx context.Context, tx pgx.Tx, before *patrol.Duties, data patrol.RosterData, book *patrol.Rulebook, actor patrol.Actor) (*dutyChange, error) {
	roster, err := patrol.NewRoster(data)
	if err != nil {
		return nil, err
	}
	after := &patrol.Duties{Version: before.Version + 1, Roster: roster, Rulebook: book, Since: s.nextMoment(before)}
	return s.putInForce(ctx, tx, before, after, actor)
}

// nextMoment is when a version made now comes into force: after the one before.
func (s *Store) nextMoment(before *patrol.Duties) time.Time {
	now := s.now().UTC().Truncate(time.Microsecond)
	if !now.After(before.Since) {
		return before.Since.Add(time.Microsecond)
	}
	return now
}

func (s *Store) putInForce(ctx context.Context, tx pgx.Tx, before, after *patrol.Duties, actor patrol.Actor) (*dutyChange, error) {
	over, err := s.prepareDuties(ctx, tx, before, after, actor)
	if err != nil {
		return nil, err
	}
	if err := s.stopAccepting(ctx, tx); err != nil {
		return nil, err
	}
	if _, err := over.pass(ctx, tx); err != nil {
		return nil, err
	}
	handovers, err := over.write(ctx, tx)
	if err != nil {
		return nil, err
	}
	const sql = `UPDATE districts SET duty_version = @version WHERE district_code = @district`
	if _, err := tx.Exec(ctx, sql, pgx.NamedArgs{"district": s.district, "version": after.Version}); err != nil {
		return nil, err
	}
	if err := s.tell(ctx, tx, "patrol.changed", time.Time{}, nil, map[string]any{"duty_version": after.Version}); err != nil {
		return nil, err
	}
	return &dutyChange{after: after, handovers: handovers, moved: over.moved}, hint(ctx, tx)
}

// prepareDuties writes a version that is not in force yet, and gives over the
// reports there are, while others are accepted.
func (s *Store) prepareDuties(ctx context.Context, tx pgx.Tx, before, after *patrol.Duties, actor patrol.Actor) (*handingOver, error) {
	have, want := rosterRowsOf(before.Roster.Data()), rosterRowsOf(after.Roster.Data())
	if err := s.writeRoster(ctx, tx, after.Version, have, want); err != nil {
		return nil, err
	}
	if after.Rulebook != before.Rulebook {
		if err := s.writeRulebook(ctx, tx, after.Version, before.Rulebook, after.Rulebook); err != nil {
			return nil, err
		}
	}
	const sql = `INSERT INTO duty_versions (district_code, version, at) VALUES (@district, @version, @at)`
	if _, err := tx.Exec(ctx, sql, pgx.NamedArgs{"district": s.district, "version": after.Version, "at": after.Since}); err != nil {
		return nil, err
	}
	over := s.newHandingOver(before, after, actor)
	return over, over.ahead(ctx, tx)
}

// since is when a version came into force, zero where nobody has noted it.
func (s *Store) since(ctx context.Context, tx pgx.Tx, version int64) (at time.Time, err error) {
	const sql = `SELECT at FROM duty_versions WHERE district_code = @district AND version = @version`
	err = tx.QueryRow(ctx, sql, pgx.NamedArgs{"district": s.district, "version": version}).Scan(&at)
	if errors.Is(err, pgx.ErrNoRows) {
		return time.Time{}, nil
	}
	return at.UTC(), err
}
