package postgis

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
	"github.com/gridpatrol/gridpatrol/patrol/track"
)

// forgetAtOnce is how many tracks are coarsened or erased in one transaction.
const forgetAtOnce = 50

// Forget coarsens tracks whose last fix is older than the configuration says, by
// whole days: fixes go, and of what was made of them places and times become
// coarse. From tracks that are older still all goes that names a person, the teams
// of their patrols and who looked at them included; sums of days stay. It says how
// many tracks were coarsened and erased. A track from which something still has to
// be made waits for it. Where another server is at it nothing is done.
func (t *Tracks) Forget(ctx context.Context, now time.Time) (coarsened, erased int, err error) {
	if limit := before(now, t.cfg.Erase); !limit.IsZero() {
		if erased, err = t.untilNone(ctx, limit, t.eraseSome); err != nil {
			return 0, erased, wrap("erase tracks", err)
		}
	}
	if limit := before(now, t.cfg.Coarsen); !limit.IsZero() {
		if coarsened, err = t.untilNone(ctx, limit, t.coarsenSome); err != nil {
			return coarsened, erased, wrap("coarsen tracks", err)
		}
		const months = `SELECT drop_track_partitions(@before)`
		if _, err = t.store.pool.Exec(ctx, months, pgx.NamedArgs{"before": limit}); err != nil {
			return coarsened, erased, wrap("take away months of fixes that are empty", err)
		}
	}
	return coarsened, erased, nil
}

// untilNone does something to tracks with nothing newer than limit, some at a
// time, until there are none.
func (t *Tracks) untilNone(ctx context.Context, limit time.Time, some func(context.Context, pgx.Tx, time.Time) (int, error)) (total int, err error) {
	for {
		n := 0
		err := pgx.BeginFunc(ctx, t.store.pool, func(tx pgx.Tx) error {
			mine, err := t.takeTurn(ctx, tx)
			if err != nil || !mine {
				return err
			}
			n, err = some(ctx, tx, limit)
			return err
		})
		if total += n; err != nil || n == 0 {
			return total, err
		}
	}
}

// old gives tracks with nothing newer than the limit from which nothing has to be
// made, locked; only those with fixes where fine.
func (t *Tracks) old(ctx context.Context, tx pgx.Tx, limit time.Time, fine bool) ([]geo.ID, error) {
	const sql = `
		SELECT k.id FROM tracks k
		WHERE k.district_code = @district AND (NOT @fine OR k.coarse_at IS NULL)
		  AND coalesce(k.last_t < @limit, (SELECT p.planned_end < @limit FROM patrols p
		                                   WHERE p.district_code = k.district_code AND p.id = k.patrol_id))
		  AND NOT EXISTS (SELECT FROM track_stale s WHERE s.district_code = k.district_code AND s.track_id = k.id)
		ORDER BY k.id LIMIT @most FOR UPDATE`
	args := t.district()
	args["limit"], args["fine"], args["most"] = limit, fine, forgetAtOnce
	rows, err := tx.Query(ctx, sql, args)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[geo.ID])
}

func (t *Tracks) coarsenSome(ctx context.Context, tx pgx.Tx, limit time.Time) (int, error) {
	ids, err := t.old(ctx, tx, limit, true)
	if err != nil {
		return 0, err
	}
	var b pgx.Batch
	for _, id := range ids {
		if err := t.coarsen(ctx, tx, &b, id); err != nil {
			return 0, err
		}
	}
	if len(ids) > 0 {
		for _, sql := range coarseTracks {
			b.Queue(sql, t.store.district, ids)
		}
	}
	b.Queue(`
		INSERT INTO track_retention (district_code, coarse_before) VALUES ($1, $2)
		ON CONFLICT (district_code) DO UPDATE SET coarse_before = greatest(track_retention.coarse_before, excluded.coarse_before)`,
		t.store.district, limit)
	return len(ids), tx.SendBatch(ctx, &b).Close()
}

// coarsen adds to a batch what puts coarse pieces in the place of those of a track.
func (t *Tracks) coarsen(ctx context.Context, tx pgx.Tx, b *pgx.Batch, id geo.ID) error {
	args := t.district()
	args["track"] = id
	rows, err := tx.Query(ctx, `
		SELECT `+keptColumns+` FROM track_pieces p JOIN tracks t ON t.district_code = p.district_code AND t.id = p.track_id
		WHERE p.district_code = @district AND p.track_id = @track ORDER BY p.from_t`, args)
	if err != nil {
		return err
	}
	list, err := pgx.CollectRows(rows, scanKept)
	if err != nil {
		return err
	}
	b.Queue(`DELETE FROM track_pieces WHERE district_code = $1 AND track_id = $2`, t.store.district, id)
	var last time.Time
	for _, k := range list {
		c := track.Coarse(k.Piece)
		// Several may begin in one quarter of an hour, and each has a time to itself.
		from := c.From()
		if !from.After(last) {
			from = last.Add(time.Millisecond)
		}
		last = from
		for i := range c.Vertices {
			if c.Vertices[i].T.Before(from) {
				c.Vertices[i].T = from
			}
		}
		row, to := pieceOf(c), c.To()
		b.Queue(insertPiece, t.store.district, id, from, to, c.Run.From, later(c.Run.To, to), row.path, row.offsets, round(track.Distance([]track.Piece{k.Piece})), true)
	}
	return nil
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// coarseTracks take fixes and batches of some tracks away, and make times of the
// rest coarse: what falls together is added up. How long and how far stay as they
// were.
var coarseTracks = []string{
	`DELETE FROM track_fixes WHERE district_code = $1 AND track_id = ANY($2)`,
	`DELETE FROM track_batches WHERE district_code = $1 AND track_id = ANY($2)`,
	`WITH gone AS (
		DELETE FROM track_visits WHERE district_code = $1 AND track_id = ANY($2) RETURNING *
	)
	INSERT INTO track_visits (district_code, track_id, area_id, from_t, to_t, run_t, dwell_s, distance_m)
	SELECT $1, track_id, area_id, date_bin('15 minutes', from_t, 'epoch'), max(date_bin('15 minutes', to_t, 'epoch')),
	       min(date_bin('15 minutes', run_t, 'epoch')), sum(dwell_s ORDER BY from_t), sum(distance_m ORDER BY from_t)
	FROM gone GROUP BY track_id, area_id, date_bin('15 minutes', from_t, 'epoch')`,
	`WITH gone AS (
		DELETE FROM checkpoint_visits WHERE district_code = $1 AND track_id = ANY($2) RETURNING *
	)
	INSERT INTO checkpoint_visits (district_code, track_id, checkpoint_id, from_t, to_t, run_t, dwell_s)
	SELECT $1, track_id, checkpoint_id, date_bin('15 minutes', from_t, 'epoch'), max(date_bin('15 minutes', to_t, 'epoch')),
	       min(date_bin('15 minutes', run_t, 'epoch')), sum(dwell_s ORDER BY from_t)
	FROM gone GROUP BY track_id, checkpoint_id, date_bin('15 minutes', from_t, 'epoch')`,
	`WITH gone AS (
		DELETE FROM track_cells WHERE district_code = $1 AND track_id = ANY($2) RETURNING *
	)
	INSERT INTO track_cells (district_code, track_id, run_t, cell, dwell_s, first_t, last_t)
	SELECT $1, track_id, date_bin('15 minutes', run_t, 'epoch'), cell, sum(dwell_s ORDER BY run_t),
	       min(date_bin('15 minutes', first_t, 'epoch')), max(date_bin('15 minutes', last_t, 'epoch'))
	FROM gone GROUP BY track_id, cell, date_bin('15 minutes', run_t, 'epoch')`,
	`UPDATE tracks SET coarse_at = now(), last_t = date_bin('15 minutes', last_t, 'epoch'),
		last_lon_e7 = (round(last_lon_e7 / 12500.0) * 12500)::int, last_lat_e7 = (round(last_lat_e7 / 9000.0) * 9000)::int,
		last_accuracy_cm = last_accuracy_cm * 0 - 1, last_speed_cms = last_speed_cms * 0 - 1
	 WHERE district_code = $1 AND id = ANY($2)`,
}

func (t *Tracks) eraseSome(ctx context.Context, tx pgx.Tx, limit time.Time) (int, error) {
	ids, err := t.old(ctx, tx, limit, false)
	if err != nil {
		return 0, err
	}
	if len(ids) > 0 {
		if err := t.store.eraseTracks(ctx, tx, ids); err != nil {
			return 0, err
		}
	}
	args := t.district()
	args["limit"] = limit
	const teams = `
		DELETE FROM patrol_members m USING patrols p
		WHERE m.district_code = @district AND p.district_code = @district AND p.id = m.patrol_id
		  AND greatest(p.planned_end, p.ended_at) < @limit AND p.state <> 'active'
		  AND NOT EXISTS (SELECT FROM tracks k WHERE k.district_code = p.district_code AND k.patrol_id = p.id)`
	if _, err := tx.Exec(ctx, teams, args); err != nil {
		return 0, err
	}
	if _, err := tx.Exec(ctx, `DELETE FROM track_readings WHERE district_code = @district AND at < @limit`, args); err != nil {
		return 0, err
	}
	const done = `
		INSERT INTO track_retention (district_code, erased_before) VALUES (@district, @limit)
		ON CONFLICT (district_code) DO UPDATE SET erased_before = greatest(track_retention.erased_before, excluded.erased_before)`
	if _, err := tx.Exec(ctx, done, args); err != nil || len(ids) == 0 {
		return 0, err
	}
	who := patrol.Actor{Kind: "system", ID: "retention", Name: "retention", Role: "system"}
	return len(ids), t.store.audit(ctx, tx, who, auditEntry{"track.erase", "tracks", limit.Format(time.DateOnly), map[string]any{"tracks": len(ids)}})
}

// eraseTracks takes tracks away with all that hangs on them; the sums of days
// name nobody, and stay.
func (s *Store) eraseTracks(ctx context.Context, tx pgx.Tx, ids []geo.ID) error {
	var b pgx.Batch
	for _, sql := range []string{
		`DELETE FROM track_fixes WHERE district_code = $1 AND track_id = ANY($2)`,
		`DELETE FROM track_batches WHERE district_code = $1 AND track_id = ANY($2)`,
		`DELETE FROM track_stale WHERE district_code = $1 AND track_id = ANY($2)`,
		`DELETE FROM track_pieces WHERE district_code = $1 AND track_id = ANY($2)`,
		`DELETE FROM track_visits WHERE district_code = $1 AND track_id = ANY($2)`,
		`DELETE FROM checkpoint_visits WHERE district_code = $1 AND track_id = ANY($2)`,
		`DELETE FROM track_cells WHERE district_code = $1 AND track_id = ANY($2)`,
		`DELETE FROM tracks WHERE district_code = $1 AND id = ANY($2)`,
	} {
		b.Queue(sql, s.district, ids)
	}
	return tx.SendBatch(ctx, &b).Close()
}
