package postgis

import (
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
	"github.com/gridpatrol/gridpatrol/patrol/track"
)

const day = 24 * time.Hour

// Tracks are coarse from the first day after their time on, and gone from the
// last: not a day earlier.
func TestTracksAreForgotten(t *testing.T) {
	t.Parallel()
	w := openTracks(t, walkURL(t), TracksConfig{Coarsen: 30 * day, Erase: 180 * day})
	w.start(t)
	w.send(t, stroll(w.began, 900, 11))
	w.do(t, patrol.DeedEnd, 3*time.Hour)
	w.catchUp(t)
	if _, _, err := w.Shown(t.Context(), patrol.Actor{Kind: "user", ID: "x", Name: "dispatcher", Role: "dispatcher"}, newID(), w.patrol, geo.ID{}, false); err != nil {
		t.Fatal(err)
	}
	var last time.Time
	if err := w.pool.QueryRow(t.Context(), `SELECT max(last_t) FROM tracks`).Scan(&last); err != nil {
		t.Fatal(err)
	}
	midnight := last.UTC().Truncate(day).Add(day) // the first that all of it lies before
	at := func(sql string) int { return w.count(t, `SELECT count(*) FROM `+sql) }
	days := func() string {
		rows, err := w.pool.Query(t.Context(), `SELECT x::text FROM (SELECT * FROM area_days ORDER BY area_id, day) x UNION ALL SELECT x::text FROM (SELECT * FROM checkpoint_days ORDER BY 1, 2, 3) x`)
		if err != nil {
			t.Fatal(err)
		}
		list, err := pgx.CollectRows(rows, pgx.RowTo[string])
		if err != nil || len(list) < 4 {
			t.Fatal(list, err)
		}
		return sortLines(joined(list))
	}
	forget := func(now time.Time, coarsened, erased int) {
		t.Helper()
		if c, e, err := w.Forget(t.Context(), now); c != coarsened || e != erased || err != nil {
			t.Errorf("Forget at %v = %d, %d, %v; want %d and %d", now, c, e, err, coarsened, erased)
		}
	}
	before, exact := days(), at(`track_pieces`)
	dwell := at(`track_visits WHERE dwell_s > 0`)
	forget(midnight.Add(30*day-time.Second), 0, 0)
	if at(`track_fixes`) == 0 || at(`track_pieces WHERE coarse`) != 0 {
		t.Error("a track was coarsened a second early")
	}
	forget(midnight.Add(30*day), 1, 0)
	if at(`track_fixes`)+at(`track_batches`)+at(`track_pieces WHERE NOT coarse`) != 0 || at(`track_pieces`) != exact || dwell == 0 {
		t.Errorf("%d fixes and %d exact pieces are left of a coarse track", at(`track_fixes`), at(`track_pieces WHERE NOT coarse`))
	}
	fine := at(`(SELECT ST_DumpPoints(path) AS d FROM track_pieces) x WHERE abs(ST_X((d).geom) * 800 - round(ST_X((d).geom) * 800)) > 1e-5
		OR abs(ST_Y((d).geom) / 0.0009 - round(ST_Y((d).geom) / 0.0009)) > 1e-5`) +
		at(`track_visits WHERE extract(epoch FROM from_t)::bigint % 900 <> 0 OR extract(epoch FROM to_t)::bigint % 900 <> 0`) +
		at(`checkpoint_visits WHERE extract(epoch FROM from_t)::bigint % 900 <> 0 OR extract(epoch FROM to_t)::bigint % 900 <> 0`) +
		at(`track_cells WHERE extract(epoch FROM last_t)::bigint % 900 <> 0 OR extract(epoch FROM run_t)::bigint % 900 <> 0`) +
		at(`track_pieces WHERE extract(epoch FROM from_t)::bigint % 900 > 1 OR extract(epoch FROM run_to)::bigint % 900 > 1`) +
		at(`tracks WHERE extract(epoch FROM last_t)::bigint % 900 <> 0 OR last_lon_e7 % 12500 <> 0 OR last_lat_e7 % 9000 <> 0`)
	if fine != 0 || at(`track_visits`) == 0 || at(`track_cells`) == 0 || at(`checkpoint_visits`) == 0 {
		t.Errorf("%d places and times of a coarse track are fine", fine)
	}
	if coarse, erased, err := w.TrackRetention(t.Context()); err != nil || !coarse.Equal(midnight) || !erased.IsZero() && erased.After(midnight) {
		t.Errorf("TrackRetention = %v, %v, %v; want %v", coarse, erased, err, midnight)
	}
	// What comes later than that is not kept any more.
	if r := w.send(t, stroll(w.began, 20, 12)); r.New != 0 || r.Outside != 20 {
		t.Errorf("a coarse track takes %+v", r)
	}
	forget(midnight.Add(31*day), 0, 0) // once
	forget(midnight.Add(180*day-time.Second), 0, 0)
	if at(`track_pieces`) == 0 || at(`patrol_members`) == 0 || at(`track_readings`) == 0 {
		t.Error("a track was erased a second early")
	}
	forget(midnight.Add(180*day), 0, 1)
	left := func(tables ...string) {
		t.Helper()
		for _, table := range tables {
			if n := at(table); n != 0 {
				t.Errorf("%d rows of %s are left of an erased track", n, table)
			}
		}
	}
	left("tracks", "track_fixes", "track_batches", "track_stale", "track_pieces", "track_visits", "checkpoint_visits", "track_cells")
	// The plan ends some hours after the track, and somebody looked at it even
	// later: on the day after, it may be.
	forget(midnight.Add(181*day), 0, 0)
	left("patrol_members", "track_readings")
	same(t, "sums of days", days(), before)
}

func joined(list []string) (out string) {
	for _, s := range list {
		out += s + "\n"
	}
	return out
}

// With fixes that are made up or not exact nobody has been anywhere.
func TestTracksMadeUp(t *testing.T) {
	t.Parallel()
	w := openTracks(t, walkURL(t), TracksConfig{})
	w.start(t)
	fixes := stroll(w.began, 300, 13)
	for i := range fixes {
		if i%2 == 0 {
			fixes[i].Mock = true
		} else {
			fixes[i].AccuracyM = 51
		}
	}
	if r := w.send(t, fixes); r.New != len(fixes) {
		t.Errorf("%+v, want all kept", r)
	}
	w.catchUp(t)
	if n := w.count(t, `SELECT (SELECT count(*) FROM track_pieces) + (SELECT count(*) FROM track_visits) + (SELECT count(*) FROM area_days)`); n != 0 {
		t.Errorf("%d rows follow from what is not believed", n)
	}
	live, err := w.Live(t.Context(), everything, patrol.Actor{Kind: "user", ID: "x"}, newID())
	if err != nil || len(live) != 1 || len(live[0].Members) != 1 || live[0].Members[0].Mock != fixes[len(fixes)-1].Mock {
		t.Errorf("Live = %+v, %v; want the member with what the phone said", live, err)
	}
}

// Nobody in the area for a quarter of an hour is told once, until somebody is
// known to have been there, however late that comes.
func TestAbsentFromPatrol(t *testing.T) {
	t.Parallel()
	w := openTracks(t, walkURL(t), TracksConfig{})
	w.start(t)
	now := w.began
	w.world.now = func() time.Time { return now }
	look := func(after time.Duration) (since time.Time) {
		t.Helper()
		now = w.began.Add(after)
		w.catchUp(t)
		if err := w.lookForAbsent(t.Context()); err != nil {
			t.Fatal(err)
		}
		p, err := w.Patrol(t.Context(), everything, geo.ID{}, w.patrol)
		if err != nil {
			t.Fatal(err)
		}
		return p.AbsentSince
	}
	told := func() int {
		return w.count(t, `SELECT count(*) FROM outbox WHERE kind = 'stream' AND type = 'patrol.changed' AND data ? 'absent'`)
	}
	// The first grid is the two western columns of squares: the stroll leaves it
	// eastward after about a quarter of an hour.
	inside, outside := place(0, 1), place(6, 1)
	at := func(p func() (float64, float64), minute int) track.Fix {
		lon, lat := p()
		q, _ := geo.Snap([2]float64{lon, lat})
		return track.Fix{T: w.began.Add(time.Duration(minute) * time.Minute), At: q, AccuracyM: 5, SpeedMPS: 1}
	}
	in := func() (float64, float64) { return inside[0], inside[1] }
	out := func() (float64, float64) { return outside[0], outside[1] }

	before := told()
	if since := look(14 * time.Minute); !since.IsZero() {
		t.Errorf("absent since %v after 14 minutes", since)
	}
	w.send(t, []track.Fix{at(out, 15), at(out, 16)})
	if since := look(16 * time.Minute); !since.Equal(w.began) || told() != before+1 {
		t.Errorf("absent since %v after 16 minutes elsewhere, told %d times; want since the start, once", since, told()-before)
	}
	if look(17 * time.Minute); told() != before+1 {
		t.Error("told again")
	}
	// One fix of ten minutes ago comes late.
	w.send(t, []track.Fix{at(in, 8)})
	if since := look(18 * time.Minute); !since.IsZero() || told() != before+2 {
		t.Errorf("absent since %v although somebody was there, told %d times", since, told()-before)
	}
	if since := look(24 * time.Minute); !since.Equal(w.began.Add(8 * time.Minute)) {
		t.Errorf("absent since %v, want since minute 8", since)
	}
	now = w.began.Add(25 * time.Minute)
	w.do(t, patrol.DeedPause, 25*time.Minute)
	if since := look(50 * time.Minute); !since.IsZero() {
		t.Errorf("absent since %v in a pause", since)
	}
	w.do(t, patrol.DeedResume, 50*time.Minute)
	if since := look(60 * time.Minute); !since.IsZero() {
		t.Errorf("absent since %v ten minutes after a pause", since)
	}
	if since := look(66 * time.Minute); !since.Equal(w.began.Add(50 * time.Minute)) {
		t.Errorf("absent since %v, want since the pause", since)
	}
	w.do(t, patrol.DeedEnd, 70*time.Minute)
	if since := look(71 * time.Minute); !since.IsZero() {
		t.Errorf("absent since %v after the end", since)
	}
}

// Looking is noted for whom it is of, and in the audit log; one's own is not, and
// what a page asks again and again is once an hour.
func TestTrackReadings(t *testing.T) {
	t.Parallel()
	w := openTracks(t, walkURL(t), TracksConfig{})
	mate := newID()
	w.start(t, w.person, mate)
	w.send(t, stroll(w.began, 50, 14))
	w.person, mate = mate, w.person
	w.send(t, stroll(w.began, 50, 15))
	w.catchUp(t)
	who := patrol.Actor{Kind: "user", ID: newID().String(), Name: "dispatcher", Role: "dispatcher"}
	lines := func() int { return w.count(t, `SELECT count(*) FROM audit WHERE action = 'track.read'`) }
	shown := func(viewer, only geo.ID, people int) {
		t.Helper()
		before := lines()
		pieces, fixes, err := w.Shown(t.Context(), who, viewer, w.patrol, only, true)
		if err != nil || len(pieces) == 0 || only == (geo.ID{}) && len(fixes) != 2 || only != (geo.ID{}) && len(fixes) != 1 {
			t.Errorf("Shown = %d pieces, %d people, %v", len(pieces), len(fixes), err)
		}
		if n := lines() - before; n != people {
			t.Errorf("%d lines in the audit log, want %d", n, people)
		}
	}
	shown(newID(), geo.ID{}, 2)
	shown(w.person, geo.ID{}, 1)
	shown(w.person, w.person, 0)
	for range 3 {
		if _, err := w.Live(t.Context(), everything, who, newID()); err != nil {
			t.Fatal(err)
		}
		if list, far, err := w.Nearest(t.Context(), everything, who, newID(), place(0, 0), 1); err != nil || len(list) != 1 || len(far) != 1 {
			t.Errorf("Nearest = %v, %v, %v", list, far, err)
		}
	}
	// Another server of the district, which remembers nothing, notes nothing twice.
	other := NewTracks(w.Store, w.b, TracksConfig{})
	if _, err := other.Live(t.Context(), everything, who, newID()); err != nil {
		t.Fatal(err)
	}
	if n := lines(); n != 3+2+1 {
		t.Errorf("%d lines in all, want 3 of tracks, 2 of the live map, 1 of who is near", n)
	}
	list, err := w.Readings(t.Context(), mate, 100)
	kinds := map[string]int{}
	for _, r := range list {
		kinds[r.What]++
		if r.By != "dispatcher" || r.Role != "dispatcher" || r.Patrol != w.patrol {
			t.Errorf("a reading is %+v", r)
		}
	}
	if err != nil || kinds["track"] != 2 || kinds["live"] != 1 {
		t.Errorf("readings of one are %v, %v", kinds, err)
	}
	if list, err := w.Readings(t.Context(), newID(), 100); err != nil || len(list) != 0 {
		t.Errorf("readings of somebody else = %v, %v", list, err)
	}
}
