package postgis

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/patrol"
)

// PurgeContacts forgets how to reach the reporters of reports that were closed,
// rejected or found double before the given time. It says how many; any at all
// are a line of the erasure log.
func (s *Store) PurgeContacts(ctx context.Context, before time.Time, actor patrol.Actor) (n int64, err error) {
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if err := s.openContacts(ctx, tx); err != nil {
			return err
		}
		const sql = `
			WITH gone AS (
				DELETE FROM reporter_contacts c USING reports r
				WHERE c.district_code = @district AND r.district_code = c.district_code AND r.id = c.report_id
				  AND r.status IN ('closed', 'rejected', 'duplicate') AND r.updated_at < @before
				RETURNING c.report_id)
			UPDATE reports SET has_contact = false
			WHERE district_code = @district AND id IN (SELECT report_id FROM gone)`
		tag, err := tx.Exec(ctx, sql, pgx.NamedArgs{"district": s.district, "before": before})
		if err != nil {
			return err
		}
		if n = tag.RowsAffected(); n == 0 {
			return nil
		}
		e := patrol.Erasure{Kind: "retention", Contacts: n, Actor: actor, Reason: "kept long enough"}
		if err := s.logErasure(ctx, tx, &e, nil, nil); err != nil {
			return err
		}
		return s.audit(ctx, tx, actor, auditEntry{"contact.purge", "district", s.district, map[string]int64{"contacts": n}})
	})
	return n, wrap("purge contacts", err)
}

// logErasure writes a line of the erasure log and gives it id and time. version
// is the duty version that came with it, nil for none.
func (s *Store) logErasure(ctx context.Context, tx pgx.Tx, e *patrol.Erasure, subject []byte, version *int64) error {
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	e.ID = id
	const sql = `
		INSERT INTO erasures (district_code, id, kind, subject, people, accounts, sessions, contacts, tracks, unreadable, duty_version,
		                      actor_kind, actor_id, actor_name, actor_role, reason)
		VALUES (@district, @id, @kind, @subject, @people, @accounts, @sessions, @contacts, @tracks, @unreadable, @version,
		        @actor_kind, @actor_id, @actor_name, @actor_role, @reason)
		RETURNING at`
	err = tx.QueryRow(ctx, sql, pgx.NamedArgs{"district": s.district, "id": e.ID, "kind": e.Kind, "subject": subject,
		"people": e.People, "accounts": e.Accounts, "sessions": e.Sessions, "contacts": e.Contacts, "tracks": e.Tracks, "unreadable": e.Unreadable,
		"version": version, "actor_kind": actorKind(e.Actor), "actor_id": e.Actor.ID, "actor_name": e.Actor.Name,
		"actor_role": e.Actor.Role, "reason": e.Reason}).Scan(&e.At)
	e.At = e.At.UTC()
	return err
}

const selectErasures = `
	SELECT id, at, kind, people, accounts, sessions, contacts, tracks, unreadable, actor_kind, actor_id, actor_name, actor_role, reason
	FROM erasures WHERE district_code = @district`

func scanErasure(row pgx.CollectableRow) (e patrol.Erasure, err error) {
	a := &e.Actor
	err = row.Scan(&e.ID, &e.At, &e.Kind, &e.People, &e.Accounts, &e.Sessions, &e.Contacts, &e.Tracks, &e.Unreadable,
		&a.Kind, &a.ID, &a.Name, &a.Role, &e.Reason)
	e.At = e.At.UTC()
	return e, err
}

// Erasures lists the erasure log, the newest first, at most limit lines.
func (s *Store) Erasures(ctx context.Context, limit int) ([]patrol.Erasure, error) {
	rows, err := s.pool.Query(ctx, selectErasures+` ORDER BY id DESC LIMIT @limit`, pgx.NamedArgs{"district": s.district, "limit": limit})
	if err != nil {
		return nil, wrap("read the erasure log", err)
	}
	list, err := pgx.CollectRows(rows, scanErasure)
	return list, wrap("read the erasure log", err)
}
