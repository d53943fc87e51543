package postgis

import (
	"context"
	"errors"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/internal/pgcluster/pgtest"
	"github.com/gridpatrol/gridpatrol/patrol"
	"github.com/gridpatrol/gridpatrol/patrol/track"
)

// tracksWorld is a town with somebody on patrol.
type tracksWorld struct {
	*world
	*Tracks
	began  time.Time
	patrol geo.ID
	person geo.ID
}

// walkURL is the town with a checkpoint.
func walkURL(t testing.TB) string {
	return pgtest.Template(t, "walk", func(url string) error {
		if err := settle(context.Background(), url); err != nil {
			return err
		}
		s, err := Open(context.Background(), testConfig(url))
		if err != nil {
			return err
		}
		defer s.Close()
		return pgx.BeginFunc(context.Background(), s.pool, func(tx pgx.Tx) error {
			at := place(1, 0)
			_, err := tx.Exec(context.Background(), `
				WITH k AS (INSERT INTO checkpoint_kinds VALUES ($1, 'school_here', '学校', 'School', 'school', 24, '{}', 1) RETURNING code)
				INSERT INTO checkpoints SELECT $1, gen_random_uuid(), 'S1', '小学', code, round($2::numeric * 1e7), round($3::numeric * 1e7),
					ST_SetSRID(ST_MakePoint($2::float8, $3::float8), 4326), 60, 24, '{}', now(), now(), NULL, 1 FROM k`, s.district, at[0], at[1])
			return err
		})
	})
}

func openTracks(t testing.TB, url string, c TracksConfig) *tracksWorld {
	t.Helper()
	w := openWorld(t, url)
	return &tracksWorld{world: w, Tracks: NewTracks(w.Store, w.b, c), began: time.Now().UTC().Add(-6 * time.Hour).Truncate(time.Second), person: newID()}
}

// start has somebody start a patrol of the first grid.
func (w *tracksWorld) start(t testing.TB, team ...geo.ID) geo.ID {
	t.Helper()
	g := w.b.Current().Index.Areas(geo.Grid)[0]
	if team == nil {
		team = []geo.ID{w.person}
	}
	p, _, err := w.AddPatrol(t.Context(), patrol.NewPatrol{Patrol: patrol.Patrol{ID: newID(), AreaID: g.ID, AreaIDs: []geo.ID{g.ID},
		PlannedStart: w.began, PlannedEnd: w.began.Add(8 * time.Hour), Team: team, CreatedAt: w.began}})
	if err != nil {
		t.Fatal(err)
	}
	w.patrol = p.ID
	w.do(t, patrol.DeedStart, 0)
	return p.ID
}

func (w *tracksWorld) do(t testing.TB, deed patrol.PatrolDeed, after time.Duration) {
	t.Helper()
	_, _, err := w.DoPatrol(t.Context(), everything, geo.ID{}, patrol.PatrolAction{PatrolID: w.patrol, Deed: deed,
		At: w.began.Add(after), Seen: time.Now(), Walker: patrol.Walker{AnyPatrol: true}})
	if err != nil {
		t.Fatalf("%s: %v", deed, err)
	}
}

// stroll is a walk through the town from one square to the next, with all that
// goes wrong: silence, places far off, coarse ones, made up ones, a stand.
func stroll(began time.Time, n int, seed uint64) []track.Fix {
	rnd := rand.New(rand.NewPCG(seed, 7))
	at := place(0, 0)
	var out []track.Fix
	for i := range n {
		t := began.Add(time.Duration(i*5) * time.Second)
		if i%400 > 370 { // silent
			continue
		}
		if i%150 < 120 { // else it stands
			at[0] += 0.00009
		}
		if i%300 > 150 {
			at[1] += 0.00004
		}
		p := orb.Point{at[0] + rnd.Float64()*0.00003, at[1] + rnd.Float64()*0.00003}
		f := track.Fix{T: t, AccuracyM: 3 + float64(rnd.IntN(900))/100, SpeedMPS: 1.4}
		switch rnd.IntN(40) {
		case 0:
			f.AccuracyM = 400
		case 1:
			f.Mock = true
			p[1] += 0.02
		case 2:
			p[0] += 0.05
		case 3:
			f.AccuracyM, f.SpeedMPS = track.Unknown, track.Unknown
		}
		f.At, _ = geo.Snap(p)
		out = append(out, f)
	}
	return out
}

func (w *tracksWorld) send(t testing.TB, fixes []track.Fix) track.Receipt {
	t.Helper()
	r, err := w.Add(t.Context(), everything, patrol.Actor{}, track.Batch{Patrol: w.patrol, Person: w.person, Fixes: fixes, ReceivedAt: time.Now()})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func (w *tracksWorld) catchUp(t testing.TB) {
	t.Helper()
	if err := w.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// sums are all that follows from fixes, as text, without the ids of tracks.
func (w *tracksWorld) sums(t testing.TB) string {
	t.Helper()
	var out []string
	for _, sql := range []string{
		`SELECT 'fix', t.person_id, f.t, lon_e7, lat_e7, accuracy_cm, speed_cms, mock FROM track_fixes f JOIN tracks t ON t.id = f.track_id ORDER BY 2, 3, 4, 5, 6, 7, 8`,
		`SELECT 'piece', t.person_id, from_t, to_t, run_t, run_to, ST_AsText(path), offsets_ms, p.distance_m, coarse FROM track_pieces p JOIN tracks t ON t.id = p.track_id ORDER BY 2, 3`,
		`SELECT 'visit', t.person_id, area_id, from_t, to_t, run_t, dwell_s, v.distance_m FROM track_visits v JOIN tracks t ON t.id = v.track_id ORDER BY 2, 3, 4`,
		`SELECT 'stay', t.person_id, checkpoint_id, from_t, to_t, run_t, dwell_s FROM checkpoint_visits v JOIN tracks t ON t.id = v.track_id ORDER BY 2, 3, 4`,
		`SELECT 'cell', t.person_id, run_t, cell, dwell_s, first_t, c.last_t FROM track_cells c JOIN tracks t ON t.id = c.track_id ORDER BY 2, 3, 4`,
		`SELECT 'area', area_id, day, visits, dwell_s, distance_m, last_visit FROM area_days ORDER BY 2, 3`,
		`SELECT 'checkpoint', checkpoint_id, day, visits, dwell_s, last_visit FROM checkpoint_days ORDER BY 2, 3`,
		`SELECT 'track', person_id, last_t, last_lon_e7, last_lat_e7, last_accuracy_cm, last_speed_cms, last_mock, distance_m FROM tracks ORDER BY 2`,
	} {
		rows, err := w.pool.Query(t.Context(), `SELECT x::text FROM (`+sql+`) x`)
		if err != nil {
			t.Fatal(sql, err)
		}
		list, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil {
			t.Fatal(sql, err)
		}
		if len(list) == 0 {
			t.Errorf("nothing of %s: the test compares nothing", sql[:20])
		}
		out = append(out, list...)
	}
	return strings.Join(out, "\n")
}

// same fails where what follows from two sets of fixes is not the same.
func same(t testing.TB, what, got, want string) {
	t.Helper()
	if got == want {
		return
	}
	g, w := strings.Split(got, "\n"), strings.Split(want, "\n")
	for i := range min(len(g), len(w)) {
		if g[i] != w[i] {
			t.Fatalf("%s: line %d of %d is\n%.300s\nwant\n%.300s", what, i, len(g), g[i], w[i])
		}
	}
	t.Fatalf("%s: %d lines, want %d", what, len(g), len(w))
}

// wholly gives what a store would have that was sent everything at once, in order.
func wholly(t testing.TB, w *tracksWorld) string {
	t.Helper()
	for _, table := range []string{"track_pieces", "track_visits", "checkpoint_visits", "track_cells", "area_days", "checkpoint_days"} {
		if err := w.exec(t, `DELETE FROM `+table); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.exec(t, `
		INSERT INTO track_stale SELECT district_code, track_id, min(t), max(t), now() FROM track_fixes GROUP BY 1, 2
		ON CONFLICT (district_code, track_id) DO UPDATE SET from_t = excluded.from_t, to_t = excluded.to_t`); err != nil {
		t.Fatal(err)
	}
	w.catchUp(t)
	return w.sums(t)
}

// Batches late, twice and in any order, with the worker at it between them, give
// what they give in order, and what a computation of all of it gives.
func TestTracksInAnyOrder(t *testing.T) {
	t.Parallel()
	w := openTracks(t, walkURL(t), TracksConfig{})
	w.start(t)
	fixes := stroll(w.began, 1500, 1)
	rnd := rand.New(rand.NewPCG(4, 4))
	var batches [][]track.Fix
	for part := range slices.Chunk(fixes, 60) {
		batches = append(batches, part)
	}
	batches = append(batches, batches[3], fixes[100:700], batches[9])
	rnd.Shuffle(len(batches), func(i, j int) { batches[i], batches[j] = batches[j], batches[i] })
	var all track.Receipt
	for n, b := range batches {
		b = slices.Clone(b)
		rnd.Shuffle(len(b), func(i, j int) { b[i], b[j] = b[j], b[i] })
		r := w.send(t, b)
		all.Received, all.New, all.Known = all.Received+r.Received, all.New+r.New, all.Known+r.Known
		if n%3 == 0 {
			w.catchUp(t)
		}
	}
	w.catchUp(t)
	if all.New != len(fixes) || all.Known != all.Received-len(fixes) || all.Known == 0 {
		t.Errorf("receipts add up to %+v, want %d new", all, len(fixes))
	}
	got := w.sums(t)
	same(t, "around what came new against all of it", got, wholly(t, w))
	if n := w.count(t, `SELECT count(*) FROM checkpoint_visits`); n == 0 {
		t.Error("nobody came by the checkpoint")
	}

	// The same day on another server, in one go.
	again := openTracks(t, walkURL(t), TracksConfig{})
	again.began, again.person = w.began, w.person
	again.start(t)
	again.send(t, fixes)
	again.catchUp(t)
	ids := strings.NewReplacer()
	if pairs := areaPairs(t, again.world, w.world); len(pairs) > 0 {
		ids = strings.NewReplacer(pairs...)
	}
	same(t, "any order against in order", sortLines(got), sortLines(ids.Replace(again.sums(t))))
}

// areaPairs leads ids of areas and checkpoints of one town to those of another.
func areaPairs(t testing.TB, from, to *world) (out []string) {
	for _, a := range from.b.Current().Index.All() {
		if b, ok := to.b.Current().Index.Area(a.Kind, a.Code); ok && a.ID != b.ID {
			out = append(out, a.ID.String(), b.ID.String())
		}
	}
	return out
}

func sortLines(s string) string {
	lines := strings.Split(s, "\n")
	slices.Sort(lines)
	return strings.Join(lines, "\n")
}

// Two servers get the same batches at once, and make what follows from them at
// once, too.
func TestTracksOnTwoServers(t *testing.T) {
	t.Parallel()
	url := walkURL(t)
	w := openTracks(t, url, TracksConfig{})
	w.start(t)
	other := openTracks(t, url, TracksConfig{})
	fixes := stroll(w.began, 900, 2)
	ctx, stop := context.WithCancel(t.Context())
	var workers, senders sync.WaitGroup
	var mu sync.Mutex
	added := 0
	for _, s := range []*tracksWorld{w, other} {
		workers.Go(func() { s.Run(ctx) })
		for range 2 {
			senders.Go(func() {
				for part := range slices.Chunk(fixes, 45) {
					r, err := s.Add(ctx, everything, patrol.Actor{}, track.Batch{Patrol: w.patrol, Person: w.person, Fixes: part, ReceivedAt: time.Now()})
					if err != nil {
						t.Error(err)
						return
					}
					mu.Lock()
					added += r.New
					mu.Unlock()
				}
			})
		}
	}
	senders.Wait()
	w.catchUp(t)
	stop()
	workers.Wait()
	if added != len(fixes) {
		t.Errorf("%d were new to four senders of the same %d", added, len(fixes))
	}
	got := w.sums(t)
	same(t, "two servers against one", got, wholly(t, w))
}

// What is killed on its way leaves nothing half done, and is done again.
func TestTracksKilledBetween(t *testing.T) {
	t.Parallel()
	w := openTracks(t, walkURL(t), TracksConfig{})
	w.start(t)
	fixes := stroll(w.began, 800, 3)
	w.send(t, fixes[:300])
	w.catchUp(t)
	before := w.sums(t)
	w.send(t, fixes[200:])
	dead := errors.New("killed")
	for _, at := range []string{"made", "written"} {
		w.step = func(step string, tx pgx.Tx) error {
			if step != at {
				return nil
			}
			_, _ = tx.Exec(t.Context(), `SELECT pg_terminate_backend(pg_backend_pid())`)
			return dead
		}
		if _, err := w.round(t.Context()); !errors.Is(err, dead) {
			t.Fatalf("a round that was killed = %v", err)
		}
		strip := func(s string) string { // of fixes and last positions, which were sent
			return strings.Join(slices.DeleteFunc(strings.Split(s, "\n"), func(l string) bool {
				return strings.HasPrefix(l, "(fix") || strings.HasPrefix(l, "(track")
			}), "\n")
		}
		same(t, "killed when "+at, strip(w.sums(t)), strip(before))
	}
	// Fixes that come while a round is at work wait for the next, and are not lost.
	late := stroll(w.began.Add(2*time.Hour), 50, 9)
	w.step = func(step string, _ pgx.Tx) error {
		if step == "made" && late != nil {
			w.send(t, late)
			late = nil
		}
		return nil
	}
	w.catchUp(t)
	w.step = nil
	if n := w.count(t, `SELECT count(*) FROM track_stale`); n != 0 {
		t.Errorf("%d tracks wait", n)
	}
	got := w.sums(t)
	same(t, "after the kills", got, wholly(t, w))
}

// Fixes outside of a patrol are never kept, whenever its end and pauses are known.
func TestTracksStayOnPatrol(t *testing.T) {
	t.Parallel()
	w := openTracks(t, walkURL(t), TracksConfig{})
	scheduled, _, err := w.AddPatrol(t.Context(), patrol.NewPatrol{Patrol: patrol.Patrol{ID: newID(), AreaID: w.b.Current().Index.Areas(geo.Grid)[0].ID,
		AreaIDs: []geo.ID{w.b.Current().Index.Areas(geo.Grid)[0].ID}, PlannedStart: w.began, PlannedEnd: w.began.Add(time.Hour), Team: []geo.ID{w.person}, CreatedAt: w.began}})
	if err != nil {
		t.Fatal(err)
	}
	fixes := stroll(w.began.Add(-4*time.Minute), 2000, 5)
	batch := track.Batch{Patrol: scheduled.ID, Person: w.person, Fixes: fixes[:5], ReceivedAt: time.Now()}
	if _, err := w.Add(t.Context(), everything, patrol.Actor{}, batch); !errors.Is(err, geo.ErrConflict) {
		t.Errorf("before the start = %v, want a conflict", err)
	}
	w.start(t)
	r := w.send(t, fixes)
	if r.Outside != 48 {
		t.Errorf("%+v: want those of four minutes before the start outside", r)
	}
	w.do(t, patrol.DeedPause, 40*time.Minute)
	if r := w.send(t, fixes[len(fixes)-10:]); r.Outside != 10 {
		t.Errorf("in a pause: %+v", r)
	}
	w.do(t, patrol.DeedResume, 60*time.Minute)
	if r := w.send(t, fixes); r.New != 0 || r.Known == 0 { // both ends of the pause were told late
		t.Errorf("what was walked after the pause went with it: %+v", r)
	}
	w.do(t, patrol.DeedEnd, 90*time.Minute)
	w.send(t, fixes)
	w.catchUp(t)
	outside := w.count(t, `SELECT count(*) FROM track_fixes WHERE t < $1 OR t > $2 OR t >= $3 AND t < $4`,
		w.began, w.began.Add(90*time.Minute), w.began.Add(40*time.Minute), w.began.Add(time.Hour))
	if n := w.count(t, `SELECT count(*) FROM track_fixes`); outside != 0 || n < 600 {
		t.Errorf("%d of %d fixes lie outside of the patrol", outside, n)
	}
	got := w.sums(t)
	same(t, "after the end", got, wholly(t, w))

	for name, c := range map[string]struct {
		scope  access.Scope
		person geo.ID
		want   error
	}{
		"somebody else":          {everything, newID(), geo.ErrForbidden},
		"somebody else, unseen":  {access.Scope{}, newID(), geo.ErrNotFound},
		"the member, elsewhere":  {access.Scope{}, w.person, nil},
		"nobody, with no patrol": {everything, geo.ID{}, geo.ErrForbidden},
	} {
		if _, err := w.Add(t.Context(), c.scope, patrol.Actor{}, track.Batch{Patrol: w.patrol, Person: c.person, Fixes: fixes[:1], ReceivedAt: time.Now()}); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

// Months of fixes are made by the database's owner, take over what came before
// them, and go when they are empty.
func TestTrackMonths(t *testing.T) {
	t.Parallel()
	w := openTracks(t, walkURL(t), TracksConfig{})
	w.start(t)
	w.send(t, stroll(w.began, 200, 6))
	at := func(table string) int { return w.count(t, `SELECT count(*) FROM `+table) }
	other := at("track_fixes_other")
	if other == 0 {
		t.Error("without months fixes are not in the default partition")
	}
	for range 2 {
		if err := w.MakeMonths(t.Context(), w.began); err != nil {
			t.Fatal(err)
		}
	}
	if n := at("track_fixes_other"); n != 0 || at("track_fixes_"+w.began.Format("200601")) != other {
		t.Errorf("%d fixes stayed in the default", n)
	}
	if n := w.count(t, `SELECT drop_track_partitions(now() + interval '1 year')`); n != 1 || at("track_fixes") != other {
		t.Errorf("%d months were dropped, want the empty one before this; %d fixes of %d are left", n, at("track_fixes"), other)
	}
	if err := w.exec(t, `SELECT make_track_partition('2099-01-01Z')`); state(err) != "22023" {
		t.Errorf("a month of a far year = %v", err)
	}
	w.catchUp(t)
	got := w.sums(t)
	same(t, "over months", got, wholly(t, w))
}

// A patrol without a team takes the track of nobody in particular; one with a team
// does not. Who looks at nobody is no reading of anybody.
func TestTrackOfNobody(t *testing.T) {
	t.Parallel()
	w := openTracks(t, walkURL(t), TracksConfig{})
	w.start(t, []geo.ID{}...)
	if _, err := w.pool.Exec(t.Context(), `DELETE FROM patrol_members`); err != nil {
		t.Fatal(err)
	}
	w.person = geo.ID{}
	if r := w.send(t, stroll(w.began, 200, 5)); r.New < 100 {
		t.Errorf("kept %+v", r)
	}
	w.catchUp(t)
	who := patrol.Actor{Kind: "user", ID: "d", Name: "dispatcher", Role: "dispatcher"}
	pieces, _, err := w.Shown(t.Context(), who, newID(), w.patrol, geo.ID{}, false)
	if err != nil || len(pieces) == 0 {
		t.Errorf("Shown = %d pieces, %v", len(pieces), err)
	}
	if n := w.count(t, `SELECT count(*) FROM track_readings`); n != 0 {
		t.Errorf("%d readings of nobody", n)
	}
	w.start(t, newID())
	_, err = w.Add(t.Context(), everything, patrol.Actor{}, track.Batch{Patrol: w.patrol, Fixes: stroll(w.began, 20, 5), ReceivedAt: time.Now()})
	if !errors.Is(err, geo.ErrForbidden) {
		t.Errorf("nobody's track on a team's patrol = %v, want geo.ErrForbidden", err)
	}
}
