package postgis

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/notify"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// tellSQL writes an event once for the live stream and once for each recipient
// that wants its type.
const tellSQL = `
	INSERT INTO outbox (district_code, id, kind, recipient_id, type, at, area_ids, data)
	SELECT @district, @event_id::uuid, 'stream', NULL::uuid, @type, coalesce(@event_at, now()), @event_areas::uuid[], @data::jsonb
	UNION ALL
	SELECT @district, gen_random_uuid(), r.kind, r.id, @type, coalesce(@event_at, now()), @event_areas::uuid[], @data::jsonb
	FROM recipients r
	WHERE r.district_code = @district AND r.disabled_at IS NULL
	  AND (cardinality(r.types) = 0 OR @type = ANY(r.types))`

// tellArgs are those of tellSQL. data must hold no personal data.
func (s *Store) tellArgs(kind string, at time.Time, areas []geo.ID, data any) (pgx.NamedArgs, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return nil, err
	}
	text, err := json.Marshal(data)
	if err != nil {
		return nil, err
	}
	if areas == nil {
		areas = []geo.ID{}
	}
	return pgx.NamedArgs{"district": s.district, "event_id": id, "type": kind,
		"event_at": orNull(at), "event_areas": areas, "data": text}, nil
}

// tell writes an event in the transaction of what it tells of.
func (s *Store) tell(ctx context.Context, tx pgx.Tx, kind string, at time.Time, areas []geo.ID, data any) error {
	args, err := s.tellArgs(kind, at, areas, data)
	if err != nil {
		return err
	}
	_, err = tx.Exec(ctx, tellSQL, args)
	return err
}

// AddRecipient has the events of some types (none: all) delivered to a URL from
// now on, signed with the secret where there is one.
func (s *Store) AddRecipient(ctx context.Context, kind, url string, secret []byte, types []string, actor patrol.Actor) (geo.ID, error) {
	id, err := uuid.NewV7()
	if err != nil {
		return id, err
	}
	if types == nil {
		types = []string{}
	}
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		const sql = `
			INSERT INTO recipients (district_code, id, kind, url, secret, types)
			VALUES (@district, @id, @kind, @url, @secret, @types)`
		args := pgx.NamedArgs{"district": s.district, "id": id, "kind": kind, "url": url, "secret": secret, "types": types}
		if _, err := tx.Exec(ctx, sql, args); err != nil {
			return err
		}
		return s.audit(ctx, tx, actor, auditEntry{"recipient.add", "recipient", id.String(), map[string]any{"kind": kind, "types": types}})
	})
	return id, wrap("add a recipient", err)
}

// DisableRecipient ends deliveries to a recipient: new events are not written
// for it, and what waits is not sent.
func (s *Store) DisableRecipient(ctx context.Context, id geo.ID, actor patrol.Actor) error {
	return wrap("disable recipient "+id.String(), pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		const sql = `
			UPDATE recipients SET disabled_at = now()
			WHERE district_code = @district AND id = @id AND disabled_at IS NULL`
		tag, err := tx.Exec(ctx, sql, pgx.NamedArgs{"district": s.district, "id": id})
		if err == nil && tag.RowsAffected() == 0 {
			err = geo.ErrNotFound
		}
		if err != nil {
			return err
		}
		return s.audit(ctx, tx, actor, auditEntry{"recipient.disable", "recipient", id.String(), nil})
	}))
}

// Lease takes deliveries that are due, each recipient's oldest first and at
// most so many of one recipient, and raises their Attempt. Nobody else gets
// them before the hold is over.
func (s *Store) Lease(ctx context.Context, req notify.LeaseRequest) ([]notify.Delivery, error) {
	const sql = `
		WITH due AS MATERIALIZED (
			SELECT picked.id FROM recipients r
			CROSS JOIN LATERAL (
				SELECT o.id, o.at FROM outbox o
				WHERE o.district_code = @district AND o.kind = @kind AND o.recipient_id = r.id
				  AND o.finished_at IS NULL AND o.next_at <= now()
				ORDER BY o.at, o.id LIMIT @each
				FOR UPDATE SKIP LOCKED
			) AS picked
			WHERE r.district_code = @district AND r.kind = @kind AND r.disabled_at IS NULL
			  AND r.id <> ALL(@skip::uuid[])
			ORDER BY picked.at LIMIT @max
		)
		UPDATE outbox o SET attempt = o.attempt + 1, next_at = now() + @hold
		FROM due, recipients r
		WHERE o.district_code = @district AND o.id = due.id
		  AND r.district_code = @district AND r.id = o.recipient_id
		RETURNING o.id, r.id, r.url, r.secret, o.type, o.at, o.data, o.attempt`
	skip := req.Skip
	if skip == nil {
		skip = []geo.ID{}
	}
	rows, err := s.pool.Query(ctx, sql, pgx.NamedArgs{"district": s.district, "kind": req.Kind,
		"each": req.PerDestination, "max": req.Max, "skip": skip, "hold": req.Hold})
	if err != nil {
		return nil, wrap("lease deliveries", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (d notify.Delivery, err error) {
		err = row.Scan(&d.ID, &d.Destination, &d.URL, &d.Secret, &d.Type, &d.At, &d.Data, &d.Attempt)
		d.At = d.At.UTC()
		return d, err
	})
	sortDeliveries(list)
	return list, wrap("lease deliveries", err)
}

// Finish marks a delivery as done; ok is false when its lease has passed to
// somebody else.
func (s *Store) Finish(ctx context.Context, id geo.ID, attempt int) (ok bool, err error) {
	const sql = `
		UPDATE outbox SET finished_at = now(), last_error = NULL
		WHERE district_code = @district AND id = @id AND attempt = @attempt AND finished_at IS NULL`
	tag, err := s.pool.Exec(ctx, sql, pgx.NamedArgs{"district": s.district, "id": id, "attempt": attempt})
	return tag.RowsAffected() == 1, wrap(fmt.Sprintf("finish delivery %s", id), err)
}

// Fail gives a delivery back, to be tried later or never again; ok is false
// when its lease has passed to somebody else.
func (s *Store) Fail(ctx context.Context, id geo.ID, attempt int, f notify.Failure) (ok bool, err error) {
	const sql = `
		UPDATE outbox SET next_at = now() + @retry, dead = @dead, last_error = @cause,
		       finished_at = CASE WHEN @dead THEN now() END,
		       attempt = attempt - CASE WHEN @untried THEN 1 ELSE 0 END
		WHERE district_code = @district AND id = @id AND attempt = @attempt AND finished_at IS NULL`
	tag, err := s.pool.Exec(ctx, sql, pgx.NamedArgs{"district": s.district, "id": id, "attempt": attempt,
		"retry": f.RetryIn, "dead": f.Dead, "untried": f.Untried, "cause": f.Cause})
	return tag.RowsAffected() == 1, wrap(fmt.Sprintf("fail delivery %s", id), err)
}
