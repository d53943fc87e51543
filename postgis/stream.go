package postgis

import (
	"bytes"
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/notify"
	"github.com/gridpatrol/gridpatrol/patrol"
)

func sortDeliveries(list []notify.Delivery) {
	slices.SortFunc(list, func(a, b notify.Delivery) int {
		return cmp.Or(a.At.Compare(b.At), bytes.Compare(a.ID[:], b.ID[:]))
	})
}

// Sequence gives cursors to committed events that have none, at most max, and
// tells the listening servers. Callers on all servers take turns, so that an
// event never turns up below a cursor that was given out.
func (s *Store) Sequence(ctx context.Context, max int) (n int, err error) {
	waiting, err := s.unsequenced(ctx)
	if err != nil || !waiting {
		return 0, wrap("number events", err)
	}
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		// The lock first, in a statement of its own: the next one then sees
		// everything that the last holder has done.
		const lock = `SELECT newest FROM event_cursor WHERE district_code = @district FOR UPDATE`
		args := pgx.NamedArgs{"district": s.district, "max": max}
		var newest int64
		if err := tx.QueryRow(ctx, lock, args).Scan(&newest); err != nil {
			return err
		}
		args["newest"] = newest
		const number = `
			WITH next AS MATERIALIZED (
				SELECT id, row_number() OVER (ORDER BY id) AS place FROM outbox
				WHERE district_code = @district AND kind = 'stream' AND cursor IS NULL
				ORDER BY id LIMIT @max
			)
			UPDATE outbox o SET cursor = @newest + next.place, finished_at = now()
			FROM next WHERE o.district_code = @district AND o.id = next.id`
		tag, err := tx.Exec(ctx, number, args)
		if err != nil {
			return err
		}
		if n = int(tag.RowsAffected()); n == 0 {
			return nil
		}
		args["count"] = n
		const move = `UPDATE event_cursor SET newest = newest + @count WHERE district_code = @district`
		if _, err := tx.Exec(ctx, move, args); err != nil {
			return err
		}
		return hint(ctx, tx)
	})
	if err != nil {
		return 0, wrap("number events", err)
	}
	return n, nil
}

// unsequenced looks without a lock, so that an idle relay disturbs nobody.
func (s *Store) unsequenced(ctx context.Context) (waiting bool, err error) {
	const sql = `
		SELECT EXISTS (SELECT FROM outbox
			WHERE district_code = @district AND kind = 'stream' AND cursor IS NULL)`
	err = s.pool.QueryRow(ctx, sql, pgx.NamedArgs{"district": s.district}).Scan(&waiting)
	return waiting, err
}

// EventsAfter gives the events with a cursor above the given one, ascending, at
// most limit.
func (s *Store) EventsAfter(ctx context.Context, cursor int64, limit int) ([]patrol.StreamEvent, error) {
	const sql = `
		SELECT cursor, type, at, area_ids, data FROM outbox
		WHERE district_code = @district AND cursor > @cursor ORDER BY cursor LIMIT @limit`
	rows, err := s.pool.Query(ctx, sql, pgx.NamedArgs{"district": s.district, "cursor": cursor, "limit": limit})
	if err != nil {
		return nil, wrap("read events", err)
	}
	list, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (e patrol.StreamEvent, err error) {
		err = row.Scan(&e.Cursor, &e.Type, &e.At, &e.Areas, &e.Data)
		e.At = e.At.UTC()
		return e, err
	})
	return list, wrap("read events", err)
}

// Cursor gives the last cursor ever given out, 0 before the first, and that of
// the oldest event still kept, newest+1 where none is.
func (s *Store) Cursor(ctx context.Context) (newest, oldest int64, err error) {
	const sql = `SELECT newest, oldest FROM event_cursor WHERE district_code = @district`
	err = s.pool.QueryRow(ctx, sql, pgx.NamedArgs{"district": s.district}).Scan(&newest, &oldest)
	return newest, oldest, wrap("read the event cursor", err)
}

// PurgeEvents forgets events numbered before the given time, and deliveries
// that were finished or given up before it.
func (s *Store) PurgeEvents(ctx context.Context, before time.Time) error {
	return wrap("purge events", pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		args := pgx.NamedArgs{"district": s.district, "before": before}
		const lock = `SELECT newest FROM event_cursor WHERE district_code = @district FOR UPDATE`
		if _, err := tx.Exec(ctx, lock, args); err != nil {
			return err
		}
		// An event may be older than one with a lower cursor: only what is
		// followed by nothing older goes, so that what is kept has no holes.
		const purge = `
			DELETE FROM outbox WHERE district_code = @district AND finished_at < @before AND
				(cursor IS NULL OR cursor < coalesce(
					(SELECT min(kept.cursor) FROM outbox kept
					 WHERE kept.district_code = @district AND kept.finished_at >= @before), 9223372036854775807))`
		if _, err := tx.Exec(ctx, purge, args); err != nil {
			return err
		}
		const oldest = `
			UPDATE event_cursor SET oldest = coalesce(
				(SELECT min(cursor) FROM outbox WHERE district_code = @district), newest + 1)
			WHERE district_code = @district`
		_, err := tx.Exec(ctx, oldest, args)
		return err
	}))
}
