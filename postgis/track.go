package postgis

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"math"
	"slices"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
	"github.com/gridpatrol/gridpatrol/patrol/track"
)

// TracksConfig tunes Tracks. The zero value of a field is what a server uses.
type TracksConfig struct {
	// Rules say which fixes are used; the zero value stands for track.DefaultRules.
	Rules track.Rules
	// Coarsen is after how long fixes go and what was made of them becomes
	// coarse, Erase after how long all that names a person goes; 0: never.
	Coarsen, Erase time.Duration
	// Every is how often it is looked whether anything has come in; 0 means 0.3 s.
	Every  time.Duration
	Logger *slog.Logger // nil discards
}

// Tracks keeps where the members of patrols were. What phones send is a set of
// fixes: sent again, late or in another order it is the same set. Everything else
// is made of the set by Run, around what came new. Any number of servers may have
// one; they share the work. Safe for concurrent use.
type Tracks struct {
	store      *Store
	boundaries *Boundaries
	cfg        TracksConfig
	poke       chan struct{}
	step       trackStep // nil but in tests

	noted struct { // readings of this hour that are in the database already
		sync.Mutex
		hour time.Time
		seen map[reading]bool
	}
}

// NewTracks keeps the tracks of a store. Visits are to the areas of the
// boundaries, which must be those of the store.
func NewTracks(store *Store, boundaries *Boundaries, c TracksConfig) *Tracks {
	if c.Rules == (track.Rules{}) {
		c.Rules = track.DefaultRules()
	}
	if c.Every <= 0 {
		c.Every = 300 * time.Millisecond
	}
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	return &Tracks{store: store, boundaries: boundaries, cfg: c, poke: make(chan struct{}, 1)}
}

// fixRow is a fix as it is stored: what PostgreSQL compares as Go does.
type fixRow struct {
	t               time.Time
	lon, lat        int32
	accuracy, speed int32 // hundredths; -1 where unknown
	mock            bool
}

// hundredths rounds to the whole, Unknown being -1.
func hundredths(v float64) int32 {
	if !(v >= 0) {
		return -1
	}
	return int32(math.Round(min(v*100, math.MaxInt32)))
}

func wholes(h int32) float64 {
	if h < 0 {
		return track.Unknown
	}
	return float64(h) / 100
}

func rowOfFix(f track.Fix) fixRow {
	return fixRow{f.T.UTC().Truncate(time.Millisecond), f.At.Lon, f.At.Lat, hundredths(f.AccuracyM), hundredths(f.SpeedMPS), f.Mock}
}

func (r fixRow) fix() track.Fix {
	return track.Fix{T: r.t.UTC(), At: geo.LatticePoint{Lon: r.lon, Lat: r.lat}, AccuracyM: wholes(r.accuracy), SpeedMPS: wholes(r.speed), Mock: r.mock}
}

// compareRows orders rows as their primary key does.
func compareRows(a, b fixRow) int {
	number := func(mock bool) int {
		if mock {
			return 1
		}
		return 0
	}
	return cmp.Or(a.t.Compare(b.t), cmp.Compare(a.lon, b.lon), cmp.Compare(a.lat, b.lat), cmp.Compare(a.accuracy, b.accuracy),
		cmp.Compare(a.speed, b.speed), cmp.Compare(number(a.mock), number(b.mock)))
}

// walk is what of a patrol says which fixes belong to it.
type walk struct {
	patrol.Patrol        // state, times, pauses, version
	visible, member bool // to the caller; the person whose fixes they are
}

// Add keeps the fixes of a batch that belong to the patrol: between its start and
// its end, in none of its pauses, and not older than what is kept one by one.
// The caller's scope must have the patrol, or the person be in its team, else it
// is geo.ErrNotFound; a person who is not in the team is geo.ErrForbidden, and so is
// nobody, the zero id, where there is a team. A patrol
// that has not begun, or never will, is a geo.ErrConflict.
//
// Fixes that are there already stay as they are, whatever brought them. When it
// returns without an error all are on disk. by is who sends them.
func (t *Tracks) Add(ctx context.Context, scope access.Scope, by patrol.Actor, b track.Batch) (track.Receipt, error) {
	rows := make([]fixRow, len(b.Fixes))
	for i, f := range b.Fixes {
		rows[i] = rowOfFix(f)
	}
	if !slices.IsSortedFunc(rows, compareRows) {
		slices.SortFunc(rows, compareRows)
	}
	out := track.Receipt{Received: len(b.Fixes)}
	if !b.SentAt.IsZero() {
		out.ClockOffset = b.SentAt.Sub(b.ReceivedAt)
	}
	// Somebody may pause or end the patrol meanwhile: then it is looked at again.
	for range 5 {
		w, err := t.walk(ctx, scope, b.Patrol, b.Person)
		if err == nil {
			err = w.takes(b.Person)
		}
		if err != nil {
			return track.Receipt{}, wrap("add a track", err)
		}
		oldest := t.oldest(t.store.now())
		kept := make([]fixRow, 0, len(rows))
		out.New, out.Outside = 0, 0
		for i, r := range rows {
			switch {
			case !w.Running(r.t) || r.t.Before(oldest):
				out.Outside++
			case i == 0 || r != rows[i-1]:
				kept = append(kept, r)
			}
		}
		if len(kept) > 0 {
			added, taken, err := t.insert(ctx, by, &b, w.Version, kept)
			if err != nil {
				t.store.leaveStandby(err)
				return track.Receipt{}, wrap("add a track", err)
			}
			switch taken {
			case fixesKept:
				out.New = added
			case trackCoarse:
				out.Outside = len(rows)
			case patrolChanged:
				continue
			}
		}
		out.Known = out.Received - out.New - out.Outside
		if out.New > 0 {
			t.Poke()
		}
		return out, nil
	}
	return track.Receipt{}, wrap("add a track", errors.Join(geo.ErrUnavailable, errors.New("the patrol keeps changing")))
}

// takes says why a patrol takes no fixes; nil where it does.
func (w *walk) takes(person geo.ID) error {
	switch {
	case !w.visible && !w.member:
		return geo.ErrNotFound
	case !w.member:
		return &geo.Problem{Kind: geo.ErrForbidden, Code: "forbidden", Detail: "only members of its team are tracked on a patrol"}
	case w.StartedAt.IsZero():
		return &geo.Problem{Kind: geo.ErrConflict, Code: "state-conflict", Detail: "the patrol has not begun: positions are taken on a patrol alone"}
	}
	return nil
}

// walk reads what of a patrol says which fixes belong to it.
func (t *Tracks) walk(ctx context.Context, scope access.Scope, id, person geo.ID) (*walk, error) {
	const sql = `
		SELECT p.version, p.started_at, p.ended_at, @all_areas OR p.area_ids && @scope::uuid[],
		       CASE WHEN @person = '00000000-0000-0000-0000-000000000000'::uuid
		            THEN NOT EXISTS (SELECT FROM patrol_members m WHERE m.district_code = p.district_code AND m.patrol_id = p.id)
		            ELSE EXISTS (SELECT FROM patrol_members m
		                         WHERE m.district_code = p.district_code AND m.patrol_id = p.id AND m.person_id = @person) END,
		       ARRAY(SELECT u.from_at FROM patrol_pauses u
		             WHERE u.district_code = p.district_code AND u.patrol_id = p.id ORDER BY u.number),
		       ARRAY(SELECT coalesce(u.to_at, '9999-01-01Z') FROM patrol_pauses u
		             WHERE u.district_code = p.district_code AND u.patrol_id = p.id ORDER BY u.number)
		FROM patrols p WHERE p.district_code = @district AND p.id = @id`
	args := t.store.scopeArgs(scope)
	args["id"], args["person"] = id, person
	var w walk
	var started, ended *time.Time
	var from, to []time.Time
	err := t.store.pool.QueryRow(ctx, sql, args).Scan(&w.Version, &started, &ended, &w.visible, &w.member, &from, &to)
	if err != nil {
		return nil, err
	}
	w.StartedAt, w.EndedAt = utc(started), utc(ended)
	for i := range from {
		w.Pauses = append(w.Pauses, patrol.Pause{From: from[i].UTC(), To: to[i].UTC()})
	}
	return &w, nil
}

// outcome is what became of an attempt to insert.
type outcome int

const (
	patrolChanged outcome = iota // since it was looked at
	fixesKept
	trackCoarse // and takes no fixes any more
)

// insertFixes adds fixes to the set while the patrol is as it was, and notes what
// has to be made again; the first of a track are a line of the audit log, too. One
// statement, so one transaction.
const insertFixes = `
	WITH same AS MATERIALIZED (
		SELECT id FROM patrols WHERE district_code = $1 AND id = $2 AND version = $4 FOR SHARE
	), one AS (
		INSERT INTO tracks AS k (district_code, id, patrol_id, person_id,
			last_t, last_lon_e7, last_lat_e7, last_accuracy_cm, last_speed_cms, last_mock)
		SELECT $1, $5::uuid, id, $3::uuid, $6::timestamptz, $7::int, $8::int, $9::int, $10::int, $11::boolean FROM same
		ON CONFLICT (district_code, patrol_id, person_id) DO UPDATE SET
			(last_t, last_lon_e7, last_lat_e7, last_accuracy_cm, last_speed_cms, last_mock) = (
				SELECT l.* FROM (VALUES
					(k.last_t, k.last_lon_e7, k.last_lat_e7, k.last_accuracy_cm, k.last_speed_cms, k.last_mock),
					(excluded.last_t, excluded.last_lon_e7, excluded.last_lat_e7, excluded.last_accuracy_cm,
					 excluded.last_speed_cms, excluded.last_mock)) AS l (t, lon, lat, accuracy, speed, mock)
				WHERE k.coarse_at IS NULL OR l.t IS NOT DISTINCT FROM k.last_t
				ORDER BY l.t DESC NULLS LAST, l.lon DESC, l.lat DESC, l.accuracy DESC, l.speed DESC, l.mock DESC LIMIT 1)
		RETURNING k.id, k.coarse_at, k.xmax = 0 AS begun
	), fixes AS (
		INSERT INTO track_fixes (district_code, track_id, t, lon_e7, lat_e7, accuracy_cm, speed_cms, mock)
		SELECT $1, one.id, f.* FROM one, unnest($12::timestamptz[], $13::int[], $14::int[], $15::int[], $16::int[], $17::boolean[]) AS f
		WHERE one.coarse_at IS NULL
		ON CONFLICT DO NOTHING RETURNING t
	), added AS (
		SELECT count(*)::int AS n, min(t) AS from_t, max(t) AS to_t FROM fixes
	), stale AS (
		INSERT INTO track_stale AS s (district_code, track_id, from_t, to_t, since)
		SELECT $1, one.id, added.from_t, added.to_t, now() FROM one, added WHERE added.n > 0
		ON CONFLICT (district_code, track_id) DO UPDATE SET
			from_t = least(s.from_t, excluded.from_t), to_t = greatest(s.to_t, excluded.to_t), version = s.version + 1
	), batch AS (
		INSERT INTO track_batches (district_code, track_id, id, sent_at, received_at, clock_offset_ms, received, added)
		SELECT $1, one.id, $18::uuid, $19::timestamptz, $20::timestamptz, $21::bigint, $22::int, added.n FROM one, added WHERE added.n > 0
	), line AS (
		INSERT INTO audit (district_code, id, at, actor_kind, actor_id, actor_name, actor_role, action, subject_kind, subject)
		SELECT $1, $23::uuid, now(), $24, $25, $26, $27, 'track.begin', 'patrol', $28 FROM one WHERE begun
	), unsealed AS (
		INSERT INTO audit_unsealed (district_code, id) SELECT $1, $23::uuid FROM one WHERE begun
	)
	SELECT one.coarse_at IS NOT NULL, added.n FROM one, added`

func (t *Tracks) insert(ctx context.Context, by patrol.Actor, b *track.Batch, version int, rows []fixRow) (added int, how outcome, err error) {
	id, err := uuid.NewV7()
	if err != nil {
		return 0, patrolChanged, err
	}
	batch, err := uuid.NewV7()
	if err != nil {
		return 0, patrolChanged, err
	}
	line, err := uuid.NewV7()
	if err != nil {
		return 0, patrolChanged, err
	}
	n := len(rows)
	at, mock := make([]time.Time, n), make([]bool, n)
	numbers := make([]int32, 4*n)
	lon, lat, accuracy, speed := numbers[:n], numbers[n:2*n], numbers[2*n:3*n], numbers[3*n:]
	for i, r := range rows {
		at[i], lon[i], lat[i], accuracy[i], speed[i], mock[i] = r.t, r.lon, r.lat, r.accuracy, r.speed, r.mock
	}
	last := rows[n-1]
	var sent, offset any
	if !b.SentAt.IsZero() {
		sent, offset = b.SentAt, b.SentAt.Sub(b.ReceivedAt).Milliseconds()
	}
	var old bool
	err = t.store.pool.QueryRow(ctx, insertFixes, t.store.district, b.Patrol, b.Person, version, id,
		last.t, last.lon, last.lat, last.accuracy, last.speed, last.mock, at, lon, lat, accuracy, speed, mock,
		batch, sent, b.ReceivedAt, offset, len(b.Fixes),
		line, actorKind(by), by.ID, by.Name, by.Role, b.Patrol.String()).Scan(&old, &added)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return 0, patrolChanged, nil
	case err != nil:
		return 0, patrolChanged, err
	case old:
		return 0, trackCoarse, nil
	}
	return added, fixesKept, nil
}

// oldest gives the time before which fixes are not kept any more, at now: the
// beginning of a day.
func (t *Tracks) oldest(now time.Time) time.Time {
	if t.cfg.Coarsen > 0 {
		return before(now, t.cfg.Coarsen)
	}
	return before(now, t.cfg.Erase)
}

// before gives the beginning of the day, UTC, that lies a time before now; the
// zero time where the time is 0.
func before(now time.Time, ago time.Duration) time.Time {
	if ago <= 0 {
		return time.Time{}
	}
	return now.UTC().Add(-ago).Truncate(24 * time.Hour)
}

// Poke says that something has come in.
func (t *Tracks) Poke() {
	select {
	case t.poke <- struct{}{}:
	default:
	}
}
