package postgis

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// AddPatrol plans a patrol, with the event and the audit line in one
// transaction. A key that was used before gives the patrol that it stands for,
// as it is now, and replayed; with another request it is a geo.ErrConflict.
// An area or checkpoint that there is not, or a retired checkpoint, is
// geo.ErrInvalid.
func (s *Store) AddPatrol(ctx context.Context, in patrol.NewPatrol) (p patrol.Patrol, replayed bool, err error) {
	p = in.Patrol
	p.Stored, p.Version = patrol.PatrolScheduled, 1
	p.CreatedAt = p.CreatedAt.UTC().Truncate(time.Microsecond)
	p.UpdatedAt = p.CreatedAt
	p.PlannedStart, p.PlannedEnd = p.PlannedStart.UTC().Truncate(time.Microsecond), p.PlannedEnd.UTC().Truncate(time.Microsecond)
	if err := p.Check(); err != nil {
		return patrol.Patrol{}, false, err
	}
	id := p.ID
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) (err error) {
		if id, replayed, err = s.useKey(ctx, tx, keyUse{in.KeyHash, in.RequestHash, p.ID, p.CreatedAt}); err != nil {
			return err
		}
		if !replayed {
			if err := s.insertPatrol(ctx, tx, &p); err != nil {
				return err
			}
		}
		if p, err = s.patrol(ctx, tx, access.Scope{All: true}, geo.ID{}, id); err != nil || replayed {
			return err
		}
		return s.tellPatrol(ctx, tx, &p, in.Actor, "patrol.plan")
	})
	return s.patrolDone(p, replayed, "plan patrol "+id.String(), err)
}

// patrolDone ends a change of a patrol.
func (s *Store) patrolDone(p patrol.Patrol, unchanged bool, doing string, err error) (patrol.Patrol, bool, error) {
	if err != nil {
		s.leaveStandby(err)
		return patrol.Patrol{}, false, wrap(doing, err)
	}
	if !unchanged {
		s.committed()
	}
	return p, unchanged, nil
}

// keyUse is that of an Idempotency-Key.
type keyUse struct {
	key, request []byte
	subject      geo.ID // what is made or changed
	at           time.Time
}

// useKey takes a key for a subject, for good once the transaction commits, and
// gives the subject that it stands for: the one of an earlier use where before
// is true. A twin is waited for. Without a key nothing is taken.
func (s *Store) useKey(ctx context.Context, tx pgx.Tx, u keyUse) (subject geo.ID, before bool, err error) {
	if u.key == nil {
		return u.subject, false, nil
	}
	const sql = `
		INSERT INTO idempotency (district_code, key_hash, request_hash, report_id, created_at)
		VALUES (@district, @key, @request, @subject, @at)
		ON CONFLICT (district_code, key_hash) DO NOTHING`
	tag, err := tx.Exec(ctx, sql, pgx.NamedArgs{"district": s.district, "key": u.key, "request": u.request,
		"subject": u.subject, "at": u.at})
	if err != nil || tag.RowsAffected() == 1 {
		return u.subject, false, err
	}
	subject, err = s.keyStandsFor(ctx, tx, u.key, u.request)
	return subject, err == nil, err
}

func (s *Store) insertPatrol(ctx context.Context, tx pgx.Tx, p *patrol.Patrol) error {
	const sql = `
		INSERT INTO patrols (district_code, id, area_id, area_ids, planned_start, planned_end, state, note, end_note,
		                     created_at, updated_at, version)
		VALUES (@district, @id, @area, @areas, @start, @end, @state, @note, '', @at, @at, 1)`
	_, err := tx.Exec(ctx, sql, pgx.NamedArgs{"district": s.district, "id": p.ID, "area": p.AreaID, "areas": p.AreaIDs,
		"start": p.PlannedStart, "end": p.PlannedEnd, "state": string(p.Stored), "note": p.Note, "at": p.CreatedAt})
	if err != nil {
		return err
	}
	if err := s.writeTeam(ctx, tx, p); err != nil {
		return err
	}
	return s.writeStops(ctx, tx, p)
}

// writeTeam makes the rows of a patrol's team those of p.
func (s *Store) writeTeam(ctx context.Context, tx pgx.Tx, p *patrol.Patrol) error {
	args := pgx.NamedArgs{"district": s.district, "id": p.ID, "people": idsOf(p.Team)}
	if _, err := tx.Exec(ctx, `DELETE FROM patrol_members WHERE district_code = @district AND patrol_id = @id`, args); err != nil {
		return err
	}
	const sql = `
		INSERT INTO patrol_members (district_code, patrol_id, number, person_id)
		SELECT @district, @id, n, person FROM unnest(@people::uuid[]) WITH ORDINALITY AS m (person, n)`
	_, err := tx.Exec(ctx, sql, args)
	return err
}

// writeStops makes the rows of a patrol's checkpoints those of p. Each must be
// in use.
func (s *Store) writeStops(ctx context.Context, tx pgx.Tx, p *patrol.Patrol) error {
	ids := make([]geo.ID, len(p.Stops))
	for i, stop := range p.Stops {
		ids[i] = stop.ID
	}
	args := pgx.NamedArgs{"district": s.district, "id": p.ID, "stops": ids}
	if _, err := tx.Exec(ctx, `DELETE FROM patrol_checkpoints WHERE district_code = @district AND patrol_id = @id`, args); err != nil {
		return err
	}
	const sql = `
		INSERT INTO patrol_checkpoints (district_code, patrol_id, number, checkpoint_id)
		SELECT @district, @id, n, stop FROM unnest(@stops::uuid[]) WITH ORDINALITY AS s (stop, n)
		JOIN checkpoints c ON c.district_code = @district AND c.id = s.stop AND c.retired_at IS NULL`
	tag, err := tx.Exec(ctx, sql, args)
	if err == nil && tag.RowsAffected() != int64(len(ids)) {
		err = geo.Invalid("checkpoint-unknown", "a checkpoint of the patrol is not in use",
			geo.FieldError{Pointer: "/checkpoints", Detail: "has one that is not in use"})
	}
	return err
}

// DoPatrol does something to a patrol that scope or person lets see, as
// patrol.Patrol.Do allows it: its new state, the event and the audit line in
// one transaction. It gives the patrol as it is afterwards. Who acts on one
// patrol at the same time takes turns. same says that nothing had to be done:
// the key was used before, or the deed was done. Keys are as those of Act.
func (s *Store) DoPatrol(ctx context.Context, scope access.Scope, person geo.ID, a patrol.PatrolAction) (after patrol.Patrol, same bool, err error) {
	a.Seen = a.Seen.UTC().Truncate(time.Microsecond)
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		// A statement of its own, as that of lockReport.
		const lock = `SELECT FROM patrols WHERE district_code = @district AND id = @id FOR UPDATE`
		if _, err := tx.Exec(ctx, lock, pgx.NamedArgs{"district": s.district, "id": a.PatrolID}); err != nil {
			return err
		}
		before, err := s.patrol(ctx, tx, scope, person, a.PatrolID)
		if err != nil {
			return err
		}
		if _, same, err = s.useKey(ctx, tx, keyUse{a.KeyHash, a.RequestHash, a.PatrolID, a.Seen}); err != nil || same {
			after = before
			return err
		}
		if after, same, err = before.Do(a); err != nil || same {
			return err
		}
		if err := s.writePatrol(ctx, tx, &before, &after, a); err != nil {
			return err
		}
		after, err = s.patrol(ctx, tx, access.Scope{All: true}, geo.ID{}, a.PatrolID)
		return err
	})
	return s.patrolDone(after, same, fmt.Sprintf("%s patrol %s", a.Deed, a.PatrolID), err)
}

func (s *Store) writePatrol(ctx context.Context, tx pgx.Tx, before, p *patrol.Patrol, a patrol.PatrolAction) error {
	const sql = `
		UPDATE patrols SET planned_start = @start, planned_end = @end, state = @state, started_at = @started,
		       started_seen_at = @started_seen, ended_at = @ended, ended_seen_at = @ended_seen,
		       note = @note, end_note = @end_note,
		       absent_since = @absent, updated_at = @updated, version = @version
		WHERE district_code = @district AND id = @id AND version = @was`
	args := pgx.NamedArgs{"district": s.district, "id": p.ID, "was": before.Version, "version": p.Version,
		"start": p.PlannedStart, "end": p.PlannedEnd, "state": string(p.Stored),
		"started": orNull(p.StartedAt), "started_seen": orNull(p.StartedSeenAt), "ended": orNull(p.EndedAt), "ended_seen": orNull(p.EndedSeenAt),
		"note": p.Note, "end_note": p.EndNote, "absent": orNull(p.AbsentSince), "updated": p.UpdatedAt}
	tag, err := tx.Exec(ctx, sql, args)
	if err != nil {
		return err
	}
	if tag.RowsAffected() != 1 {
		return fmt.Errorf("patrol %s changed although it was locked", p.ID)
	}
	if err := s.writePauses(ctx, tx, before, p); err != nil {
		return err
	}
	if a.Deed == patrol.DeedResume || a.Deed == patrol.DeedEnd {
		if err := s.trimTracks(ctx, tx, p.ID); err != nil {
			return err
		}
	}
	if !slices.Equal(before.Team, p.Team) {
		if err := s.writeTeam(ctx, tx, p); err != nil {
			return err
		}
	}
	if a.Deed == patrol.DeedEdit {
		if a.Plan.Stops != nil {
			if err := s.writeStops(ctx, tx, p); err != nil {
				return err
			}
		}
	}
	return s.tellPatrol(ctx, tx, p, a.Actor, "patrol."+string(a.Deed))
}

// writePauses writes the last pause of a patrol where it began or ended.
func (s *Store) writePauses(ctx context.Context, tx pgx.Tx, before, p *patrol.Patrol) error {
	n := len(p.Pauses)
	if n == 0 || n == len(before.Pauses) && p.Pauses[n-1] == before.Pauses[n-1] {
		return nil
	}
	const sql = `
		INSERT INTO patrol_pauses (district_code, patrol_id, number, from_at, to_at)
		VALUES (@district, @id, @number, @from, @to)
		ON CONFLICT (district_code, patrol_id, number) DO UPDATE SET to_at = @to`
	_, err := tx.Exec(ctx, sql, pgx.NamedArgs{"district": s.district, "id": p.ID, "number": n,
		"from": p.Pauses[n-1].From, "to": orNull(p.Pauses[n-1].To)})
	return err
}

// tellPatrol tells of a patrol that changed, and notes who changed it.
func (s *Store) tellPatrol(ctx context.Context, tx pgx.Tx, p *patrol.Patrol, by patrol.Actor, action string) error {
	if err := s.tell(ctx, tx, "patrol.changed", p.UpdatedAt, p.AreaIDs, patrolNews(p)); err != nil {
		return err
	}
	return s.audit(ctx, tx, by, auditEntry{action, "patrol", p.ID.String(),
		map[string]any{"version": p.Version, "state": p.Stored}})
}

// patrolNews is what the stream and recipients hear of a patrol: enough to know
// whether to look; nobody's name, and no position.
func patrolNews(p *patrol.Patrol) any {
	return map[string]any{"id": p.ID, "area": map[string]string{"kind": string(p.Area.Kind), "code": p.Area.Code},
		"state": p.Stored, "paused": p.Paused(), "absent": !p.AbsentSince.IsZero(), "version": p.Version}
}
