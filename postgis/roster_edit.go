package postgis

import (
	"bytes"
	"context"
	"errors"
	"slices"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// errDryRun ends the transaction of an edit that is only tried.
var errDryRun = errors.New("only tried")

// EditRoster makes changes of posts and people the next version of the duties,
// all or none, and gives open reports to who answers for them then: all in one
// transaction. Edits, imports and publications take turns.
//
// What a change cannot do is as patrol.Edit says; a change since BasedOn is a
// geo.ErrConflict with code "duties-changed". Where nothing differs there is no
// new version.
func (s *Store) EditRoster(ctx context.Context, changes []patrol.RosterChange, o patrol.RosterEditOptions, actor patrol.Actor) (out patrol.RosterOutcome, err error) {
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if err := s.takeTurn(ctx, tx); err != nil {
			return err
		}
		before, err := s.dutiesInForce(ctx, tx)
		if err != nil {
			return err
		}
		after := &patrol.Duties{Version: before.Version + 1, Rulebook: before.Rulebook, Since: s.nextMoment(before)}
		edited, err := patrol.Edit(before.Roster, changes, patrol.Editing{Now: after.Since, NewID: newUUID, Permit: o.Permit})
		if err != nil {
			return err
		}
		if o.BasedOn > 0 && o.BasedOn != before.Version {
			if err := s.unchangedSince(ctx, tx, o.BasedOn, edited); err != nil {
				return err
			}
		}
		if after.Roster, err = patrol.NewRoster(edited.Data); err != nil {
			return err
		}
		if sameRoster(before.Roster.Data(), edited.Data) {
			out = patrol.RosterOutcome{DutyVersion: before.Version, After: before}
			return nil
		}
		out = patrol.RosterOutcome{DutyVersion: after.Version, Seats: edited.Seats, After: after,
			Vacancies: after.Roster.NewVacancies(before.Roster, after.Since, edited.Seats)}
		if o.DryRun {
			over, err := s.prepareDuties(ctx, tx, before, after, actor)
			if err != nil {
				return err
			}
			if out.Handovers, err = over.write(ctx, tx); err != nil {
				return err
			}
			out.ReportsMoved = over.moved
			return errDryRun
		}
		done, err := s.putInForce(ctx, tx, before, after, actor)
		if err != nil {
			return err
		}
		out.Handovers, out.ReportsMoved = done.handovers, done.moved
		return s.auditRosterEdit(ctx, tx, changes, edited, &out, actor)
	})
	if errors.Is(err, errDryRun) {
		return out, nil
	}
	if err != nil {
		s.leaveStandby(err)
		return patrol.RosterOutcome{}, wrap("edit the roster", err)
	}
	s.keepDuties(out.After)
	s.committed()
	return out, nil
}

// newUUID gives a new id. Its error is that of the machine's source of
// randomness, which ends the program.
func newUUID() geo.ID { return uuid.Must(uuid.NewV7()) }

// keepDuties keeps a version that has been committed in memory, so that whoever
// refreshes need not read it.
func (s *Store) keepDuties(d *patrol.Duties) {
	for {
		have := s.duties.Load()
		if have != nil && have.Version >= d.Version || s.duties.CompareAndSwap(have, d) {
			return
		}
	}
}

// unchangedSince refuses an edit of seats that were changed, or whose people
// were, since a version.
func (s *Store) unchangedSince(ctx context.Context, tx pgx.Tx, version int64, edited patrol.Edited) error {
	const sql = `
		SELECT @version > (SELECT duty_version FROM districts WHERE district_code = @district)
		    OR EXISTS (SELECT FROM seats WHERE district_code = @district AND id = ANY(@seats)
		               AND (from_version > @version OR upper(known) > @version))
		    OR EXISTS (SELECT FROM holdings WHERE district_code = @district AND seat_id = ANY(@seats)
		               AND (from_version > @version OR upper(known) > @version))
		    OR EXISTS (SELECT FROM people WHERE district_code = @district AND id = ANY(@people)
		               AND upper(known) > @version)
		    OR EXISTS (SELECT FROM committees WHERE district_code = @district AND id = ANY(@bodies)
		               AND (from_version > @version OR upper(known) > @version))
		    OR EXISTS (SELECT FROM committee_groups WHERE district_code = @district AND committee_id = ANY(@bodies)
		               AND (from_version > @version OR upper(known) > @version))
		    OR EXISTS (SELECT FROM branches WHERE district_code = @district AND id = ANY(@bodies)
		               AND (from_version > @version OR upper(known) > @version))
		    OR EXISTS (SELECT FROM branch_groups WHERE district_code = @district AND branch_id = ANY(@bodies)
		               AND (from_version > @version OR upper(known) > @version))
		    OR EXISTS (SELECT FROM leaves WHERE district_code = @district AND person_id = ANY(@people)
		               AND (from_version > @version OR upper(known) > @version))`
	var changed bool
	err := tx.QueryRow(ctx, sql, pgx.NamedArgs{"district": s.district, "version": version,
		"seats": edited.Seats, "people": edited.People, "bodies": edited.Bodies}).Scan(&changed)
	if err == nil && changed {
		return &geo.Problem{Kind: geo.ErrConflict, Code: "duties-changed",
			Detail: "somebody has changed the same posts meanwhile; look at them again"}
	}
	return err
}

// sameRoster tells whether two rosters are the same in everything that is
// stored.
func sameRoster(a, b patrol.RosterData) bool {
	x, y := rosterRowsOf(a), rosterRowsOf(b)
	byID := func(p, q membership) int {
		if c := bytes.Compare(p.Body[:], q.Body[:]); c != 0 {
			return c
		}
		return bytes.Compare(p.Group[:], q.Group[:])
	}
	for _, list := range [][]membership{x.committeeGroups, x.branchGroup, y.committeeGroups, y.branchGroup} {
		slices.SortFunc(list, byID)
	}
	return slices.Equal(x.people, y.people) && slices.Equal(x.seats, y.seats) && slices.Equal(x.holdings, y.holdings) &&
		slices.Equal(x.leaves, y.leaves) && slices.Equal(x.committees, y.committees) && slices.Equal(x.branches, y.branches) &&
		slices.Equal(x.committeeGroups, y.committeeGroups) && slices.Equal(x.branchGroup, y.branchGroup)
}
