package postgis

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/geo"
)

const (
	// tracksAtOnce is how many tracks are made again in one transaction: whoever
	// sends fixes for one of them waits for its end.
	tracksAtOnce = 20
	// trackStall is how long such a transaction may stand still before the database
	// ends it and another server takes over.
	trackStall = "10s"
	// absenceEvery and monthsEvery are how often it is looked whether somebody is
	// where they should be, and whether there is a partition for what comes.
	absenceEvery = 5 * time.Second
	monthsEvery  = time.Hour
)

// trackStep is told how far a round has come; tests end it on its way.
type trackStep func(step string, tx pgx.Tx) error

func (f trackStep) at(step string, tx pgx.Tx) error {
	if f == nil {
		return nil
	}
	return f(step, tx)
}

// Run makes again what follows from fixes that come in, looks who is away, and
// sees that there are partitions for fixes to come, until ctx ends. Of several
// servers one at a time does so; another goes on when it dies.
func (t *Tracks) Run(ctx context.Context) {
	var absence, months time.Time
	failing := false
	for {
		began := time.Now()
		if began.Sub(months) > monthsEvery {
			months = began
			if err := t.MakeMonths(ctx, t.store.now()); err != nil && ctx.Err() == nil {
				months = began.Add(time.Minute - monthsEvery)
				t.cfg.Logger.Warn("there may be no partition for the tracks to come: they are kept in another; it is tried again", "err", err)
			}
		}
		n, err := t.round(ctx)
		took := time.Since(began)
		if err == nil && began.Sub(absence) > absenceEvery {
			absence = began
			err = t.lookForAbsent(ctx)
		}
		switch {
		case ctx.Err() != nil:
			return
		case err != nil && !failing:
			t.cfg.Logger.Warn("what follows from tracks could not be made; it is tried again", "err", err)
		case err == nil && failing:
			t.cfg.Logger.Info("what follows from tracks is made again")
		}
		failing = err != nil
		// With much to do it takes half of the time of one processor, no more.
		wait := max(took, 20*time.Millisecond)
		var poked chan struct{}
		if n == 0 {
			wait, poked = t.cfg.Every, t.poke
			if failing {
				wait = 2 * time.Second
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-poked:
			// Some more may come with it.
			if !pause(ctx, 50*time.Millisecond) {
				return
			}
		case <-time.After(wait):
		}
	}
}

func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

// CatchUp makes what follows from all fixes that are there. Where other servers
// are at it, too, it waits for them.
func (t *Tracks) CatchUp(ctx context.Context) error {
	for {
		n, err := t.round(ctx)
		if err != nil {
			return err
		}
		if n > 0 {
			continue
		}
		const waiting = `SELECT EXISTS (SELECT FROM track_stale WHERE district_code = @district)`
		var more bool
		if err := t.store.pool.QueryRow(ctx, waiting, t.district()).Scan(&more); err != nil || !more {
			return wrap("make what follows from tracks", err)
		}
		if !pause(ctx, 10*time.Millisecond) {
			return ctx.Err()
		}
	}
}

// Lag gives how long the oldest change of a track has been waiting; 0 where none
// does.
func (t *Tracks) Lag(ctx context.Context) (time.Duration, error) {
	const sql = `
		SELECT coalesce(extract(epoch FROM now() - min(since)), 0)::float8 FROM track_stale WHERE district_code = @district`
	var s float64
	err := t.store.pool.QueryRow(ctx, sql, t.district()).Scan(&s)
	return time.Duration(s * float64(time.Second)), wrap("see how far tracks are", err)
}

// round makes some tracks again and says how many; 0 also where another server
// is doing so.
func (t *Tracks) round(ctx context.Context) (n int, err error) {
	err = pgx.BeginFunc(ctx, t.store.pool, func(tx pgx.Tx) error {
		mine, err := t.takeTurn(ctx, tx)
		if err != nil || !mine {
			return err
		}
		n, err = t.next(ctx, tx)
		return err
	})
	if err != nil {
		t.store.leaveStandby(err)
		return 0, wrap("make what follows from tracks", err)
	}
	return n, nil
}

// takeTurn lets one server at a time change what follows from tracks, until the
// transaction ends; it does not wait.
func (t *Tracks) takeTurn(ctx context.Context, tx pgx.Tx) (mine bool, err error) {
	const turn = `
		SELECT pg_try_advisory_xact_lock(@key), set_config('idle_in_transaction_session_timeout', @stall, true),
		       set_config('statement_timeout', '60s', true)`
	args := pgx.NamedArgs{"key": lockKey("tracks", t.store.district), "stall": trackStall}
	err = tx.QueryRow(ctx, turn, args).Scan(&mine, nil, nil)
	return mine, err
}

func (t *Tracks) next(ctx context.Context, tx pgx.Tx) (int, error) {
	const waiting = `
		SELECT track_id, from_t, to_t, since, version FROM track_stale
		WHERE district_code = @district ORDER BY since, track_id LIMIT @most`
	args := t.district()
	args["most"] = tracksAtOnce
	rows, err := tx.Query(ctx, waiting, args)
	if err != nil {
		return 0, err
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[staleTrack])
	if err != nil || len(list) == 0 {
		return 0, err
	}
	// In the order in which those who end a pause or a patrol lock its tracks.
	slices.SortFunc(list, func(a, b staleTrack) int { return slices.Compare(a.ID[:], b.ID[:]) })
	checkpoints, err := t.checkpoints(ctx, tx)
	if err != nil {
		return 0, err
	}
	made := make([]*derived, len(list))
	for i, one := range list {
		if made[i], err = t.derive(ctx, tx, one, checkpoints); err != nil {
			return 0, err
		}
	}
	areas, stops, err := t.daysBefore(ctx, tx, made)
	if err != nil {
		return 0, err
	}
	if err := t.step.at("made", tx); err != nil {
		return 0, err
	}
	var b pgx.Batch
	for i, d := range made {
		d.queue(&b, t.store.district, areas, stops)
		b.Queue(freshTrack, t.store.district, d.track, list[i].Version)
	}
	queueDays(&b, t.store.district, areas, deleteAreaDays, insertAreaDays)
	queueDays(&b, t.store.district, stops, deleteStopDays, insertStopDays)
	if err := tx.SendBatch(ctx, &b).Close(); err != nil {
		return 0, err
	}
	return len(list), t.step.at("written", tx)
}

// daysBefore gives the days of areas and checkpoints whose sums hold what is
// about to be made again.
func (t *Tracks) daysBefore(ctx context.Context, tx pgx.Tx, made []*derived) (areas, stops map[placeDay]bool, err error) {
	args := t.district()
	ids, from, to := make([]geo.ID, len(made)), make([]time.Time, len(made)), make([]time.Time, len(made))
	for i, d := range made {
		ids[i], from[i], to[i] = d.track, d.span.From, d.span.To
	}
	args["ids"], args["from"], args["to"] = ids, from, to
	const visits = `
		SELECT DISTINCT v.area_id, to_char(v.from_t AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD')
		FROM unnest(@ids::uuid[], @from::timestamptz[], @to::timestamptz[]) AS x (id, from_t, to_t)
		JOIN track_visits v ON v.district_code = @district AND v.track_id = x.id AND v.run_t >= x.from_t AND v.run_t <= x.to_t`
	const stays = `
		SELECT DISTINCT v.checkpoint_id, to_char(v.from_t AT TIME ZONE 'Asia/Shanghai', 'YYYY-MM-DD')
		FROM unnest(@ids::uuid[], @from::timestamptz[], @to::timestamptz[]) AS x (id, from_t, to_t)
		JOIN checkpoint_visits v ON v.district_code = @district AND v.track_id = x.id AND v.run_t >= x.from_t AND v.run_t <= x.to_t`
	if areas, err = placeDays(ctx, tx, visits, args); err != nil {
		return nil, nil, err
	}
	stops, err = placeDays(ctx, tx, stays, args)
	return areas, stops, err
}

func placeDays(ctx context.Context, tx pgx.Tx, sql string, args pgx.NamedArgs) (map[placeDay]bool, error) {
	rows, err := tx.Query(ctx, sql, args)
	if err != nil {
		return nil, err
	}
	out := map[placeDay]bool{}
	var d placeDay
	_, err = pgx.ForEachRow(rows, []any{&d.place, &d.day}, func() error {
		out[d] = true
		return nil
	})
	return out, err
}

// queueDays adds to a batch what makes the sums of days again.
func queueDays(b *pgx.Batch, district string, days map[placeDay]bool, remove, insert string) {
	if len(days) == 0 {
		return
	}
	list := make([]placeDay, 0, len(days))
	for d := range days {
		list = append(list, d)
	}
	slices.SortFunc(list, compareDays)
	ids, dates := make([]geo.ID, len(list)), make([]time.Time, len(list))
	for i, d := range list {
		ids[i] = d.place
		dates[i], _ = time.Parse(time.DateOnly, d.day) // which it is
	}
	b.Queue(remove, district, ids, dates)
	b.Queue(insert, district, ids, dates)
}

// MakeMonths makes partitions for the fixes of the last month, this one and the
// next, by UTC, where they are missing.
func (t *Tracks) MakeMonths(ctx context.Context, now time.Time) error {
	first := time.Date(now.UTC().Year(), now.UTC().Month(), 1, 0, 0, 0, 0, time.UTC)
	for _, months := range []int{-1, 0, 1} {
		const sql = `SELECT make_track_partition(@at)`
		if _, err := t.store.pool.Exec(ctx, sql, pgx.NamedArgs{"at": first.AddDate(0, months, 0)}); err != nil {
			return wrap("make a partition for tracks", err)
		}
	}
	return nil
}
