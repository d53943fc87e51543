package postgis

import (
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

var (
	walkedAt = time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC)
	walking  = patrol.Actor{Kind: "user", ID: "a", Name: "officer", Role: "officer"}
)

// newCheckpoint makes a checkpoint in the middle of a square.
func (w *world) newCheckpoint(t testing.TB, code string, x, y int) patrol.Checkpoint {
	t.Helper()
	c, _, err := w.AddCheckpoint(t.Context(), patrol.NewCheckpoint{Actor: walking, Checkpoint: patrol.Checkpoint{ID: newID(), Code: code, Name: "小学",
		Kind: "school", Point: place(x, y), RadiusM: 50, DueEveryH: 24, LookAt: []string{"校门口", "围墙"}, CreatedAt: walkedAt}})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// newPatrol is a patrol of the first grid, of an hour, by a team, under a key unless
// that is empty.
func (w *world) newPatrol(t testing.TB, key string, team []geo.ID, stops ...patrol.Checkpoint) patrol.NewPatrol {
	t.Helper()
	grid := w.b.Current().Index.Areas(geo.Grid)[0]
	in := patrol.NewPatrol{Actor: walking, Patrol: patrol.Patrol{ID: newID(), AreaID: grid.ID, AreaIDs: []geo.ID{grid.ID}, Team: team,
		PlannedStart: walkedAt, PlannedEnd: walkedAt.Add(time.Hour), Note: "早班", CreatedAt: walkedAt.Add(-time.Hour)}}
	for _, c := range stops {
		in.Patrol.Stops = append(in.Patrol.Stops, patrol.PatrolStop{Checkpoint: c})
	}
	if key != "" {
		k, r := sha256.Sum256([]byte(key)), sha256.Sum256([]byte("plan"))
		in.KeyHash, in.RequestHash = k[:], r[:]
	}
	return in
}

// does is a deed of somebody of the team.
func does(p patrol.Patrol, d patrol.PatrolDeed, minutes int, person geo.ID) patrol.PatrolAction {
	return patrol.PatrolAction{PatrolID: p.ID, Deed: d, Seen: walkedAt.Add(time.Duration(minutes) * time.Minute), Note: "记", Actor: walking,
		Walker: patrol.Walker{Person: person, Walks: true, Plans: true}}
}

// told gives how many events and audit lines of patrols there are.
func (w *world) told(t *testing.T) (events, lines int) {
	t.Helper()
	return w.count(t, `SELECT count(*) FROM outbox WHERE type = 'patrol.changed' AND data ? 'state'`), w.count(t, `SELECT count(*) FROM audit WHERE subject_kind = 'patrol'`)
}

func TestPatrolLife(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	member := w.d.Current().Roster.AllPeople()[0].ID
	c := w.newCheckpoint(t, "K1", 0, 0)
	in := w.newPatrol(t, "", []geo.ID{member}, c)
	p, replayed, err := w.AddPatrol(t.Context(), in)
	if err != nil || replayed {
		t.Fatal(replayed, err)
	}
	grid := w.b.Current().Index.Areas(geo.Grid)[0]
	if p.Stored != patrol.PatrolScheduled || p.Version != 1 || p.Area != grid.Ref() || p.AreaName != grid.Name || !slices.Equal(p.Team, []geo.ID{member}) ||
		len(p.Stops) != 1 || p.Stops[0].Code != "K1" || p.Stops[0].Point != c.Point || !p.PlannedStart.Equal(walkedAt) || p.Note != "早班" {
		t.Fatalf("planned %+v", p)
	}
	start := does(p, patrol.DeedStart, 5, member)
	start.Point = &orb.Point{125.61, 43.51}
	start.At = walkedAt.Add(4 * time.Minute)
	for i, a := range []patrol.PatrolAction{start, does(p, patrol.DeedPause, 10, member), does(p, patrol.DeedResume, 20, member),
		does(p, patrol.DeedPause, 30, member), does(p, patrol.DeedEnd, 40, member)} {
		got, same, err := w.DoPatrol(t.Context(), everything, geo.ID{}, a)
		if err != nil || same || got.Version != i+2 {
			t.Fatalf("%s = version %d, same %v, %v", a.Deed, got.Version, same, err)
		}
		read, err := w.Patrol(t.Context(), everything, geo.ID{}, p.ID)
		if err != nil || !reflect.DeepEqual(read, got) {
			t.Fatalf("after %s it reads %+v, %v, want %+v", a.Deed, read, err, got)
		}
		p = got
	}
	minute := func(n int) time.Time { return walkedAt.Add(time.Duration(n) * time.Minute) }
	if p.Stored != patrol.PatrolDone || !p.StartedAt.Equal(minute(4)) || !p.StartedSeenAt.Equal(minute(5)) || !p.EndedAt.Equal(minute(40)) ||
		p.EndNote != "记" ||
		!reflect.DeepEqual(p.Pauses, []patrol.Pause{{From: minute(10), To: minute(20)}, {From: minute(30), To: minute(40)}}) {
		t.Errorf("walked %+v", p)
	}
	if events, lines := w.told(t); events != 6 || lines != 6 {
		t.Errorf("%d events and %d audit lines, want 6 of each", events, lines)
	}
	var data string
	if err := w.pool.QueryRow(t.Context(), `SELECT string_agg(data::text, ' ') FROM outbox WHERE type = 'patrol.changed'`).Scan(&data); err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{member.String(), "125.61", "小学", "早班", "记"} {
		if strings.Contains(data, secret) {
			t.Errorf("the events tell %q: %s", secret, data)
		}
	}
}

// What is refused leaves nothing: no row, event, line or key.
func TestPatrolRefusedLeavesNothing(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	people := w.d.Current().Roster.AllPeople()
	member, stranger := people[0].ID, people[1].ID
	c := w.newCheckpoint(t, "K1", 0, 0)
	p, _, err := w.AddPatrol(t.Context(), w.newPatrol(t, "first", []geo.ID{member}, c))
	if err != nil {
		t.Fatal(err)
	}
	all := func() string {
		return fmt.Sprint(w.count(t, `SELECT count(*) FROM patrols`), w.count(t, `SELECT count(*) FROM patrol_members`), w.count(t, `SELECT count(*) FROM patrol_checkpoints`),
			w.count(t, `SELECT count(*) FROM patrol_pauses`), w.count(t, `SELECT count(*) FROM idempotency`), w.count(t, `SELECT count(*) FROM outbox`),
			w.count(t, `SELECT count(*) FROM audit`), w.count(t, `SELECT max(version) FROM patrols`), w.count(t, `SELECT count(*) FROM checkpoints`))
	}
	before := all()
	add := func(change func(*patrol.NewPatrol)) func() error {
		return func() error {
			in := w.newPatrol(t, "second", []geo.ID{member}, c)
			change(&in)
			_, _, err := w.AddPatrol(t.Context(), in)
			return err
		}
	}
	do := func(scope access.Scope, person geo.ID, change func(*patrol.PatrolAction)) func() error {
		return func() error {
			a := does(p, patrol.DeedStart, 0, member)
			k := sha256.Sum256([]byte("a key"))
			a.KeyHash, a.RequestHash = k[:], k[:]
			change(&a)
			_, _, err := w.DoPatrol(t.Context(), scope, person, a)
			return err
		}
	}
	none := func(*patrol.PatrolAction) {}
	retired := newID()
	for name, r := range map[string]struct {
		do   func() error
		want error
	}{
		"six people": {add(func(in *patrol.NewPatrol) {
			in.Patrol.Team = []geo.ID{newID(), newID(), newID(), newID(), newID(), newID()}
		}), geo.ErrInvalid},
		"too long":           {add(func(in *patrol.NewPatrol) { in.Patrol.PlannedEnd = in.Patrol.PlannedStart.Add(25 * time.Hour) }), geo.ErrInvalid},
		"no such area":       {add(func(in *patrol.NewPatrol) { in.Patrol.AreaID = newID(); in.Patrol.AreaIDs = []geo.ID{in.Patrol.AreaID} }), geo.ErrInvalid},
		"no such checkpoint": {add(func(in *patrol.NewPatrol) { in.Patrol.Stops[0].ID = retired }), geo.ErrInvalid},
		"another with a key": {func() error {
			in := w.newPatrol(t, "first", nil)
			in.RequestHash = make([]byte, 32)
			_, _, err := w.AddPatrol(t.Context(), in)
			return err
		}, geo.ErrConflict},
		"not of the team":    {do(everything, stranger, func(a *patrol.PatrolAction) { a.Person = stranger }), geo.ErrForbidden},
		"another version":    {do(everything, member, func(a *patrol.PatrolAction) { a.IfVersion = 7 }), geo.ErrConflict},
		"a pause too early":  {do(everything, member, func(a *patrol.PatrolAction) { a.Deed = patrol.DeedPause }), geo.ErrConflict},
		"a clock ahead":      {do(everything, member, func(a *patrol.PatrolAction) { a.At = a.Seen.Add(11 * time.Minute) }), geo.ErrInvalid},
		"beyond the scope":   {do(access.Scope{Areas: []geo.ID{newID()}}, stranger, none), geo.ErrNotFound},
		"nobody, of nowhere": {do(access.Scope{}, geo.ID{}, none), geo.ErrNotFound},
		"no such patrol":     {do(everything, member, func(a *patrol.PatrolAction) { a.PatrolID = newID() }), geo.ErrNotFound},
		"a place of no use":  {do(everything, member, func(a *patrol.PatrolAction) { a.Deed = patrol.DeedEdit; a.Plan.Stops = &[]geo.ID{retired} }), geo.ErrInvalid},
		"checkpoint's code": {func() error {
			_, _, err := w.AddCheckpoint(t.Context(), patrol.NewCheckpoint{Checkpoint: patrol.Checkpoint{ID: newID(), Code: "K1", Name: "x", Kind: "school", Point: place(1, 1), RadiusM: 50, DueEveryH: 1, CreatedAt: walkedAt}})
			return err
		}, geo.ErrConflict},
		"checkpoint's kind": {func() error {
			_, err := w.ChangeCheckpoint(t.Context(), c.ID, 0, func(c *patrol.Checkpoint) error { c.Kind = "castle"; return nil }, walkedAt, walking)
			return err
		}, geo.ErrInvalid},
		"checkpoint, changed": {func() error {
			return w.RetireCheckpoint(t.Context(), c.ID, 9, func(*patrol.Checkpoint) error { return nil }, walkedAt, walking)
		}, geo.ErrConflict},
		"an import in half": {func() error {
			_, err := w.ImportCheckpoints(t.Context(), []patrol.Checkpoint{{Code: "K2", Name: "x", Kind: "school", Point: place(1, 1), RadiusM: 50, DueEveryH: 1},
				{Code: "K3", Name: "x", Kind: "castle", Point: place(1, 1), RadiusM: 50, DueEveryH: 1}}, walkedAt, walking)
			return err
		}, geo.ErrInvalid},
	} {
		if err := r.do(); !errors.Is(err, r.want) {
			t.Errorf("%s = %v, want %v", name, err, r.want)
		}
		if after := all(); after != before {
			t.Fatalf("%s leaves %s, want %s", name, after, before)
		}
	}
	// A member sees and walks the patrol wherever their areas are.
	if _, _, err := w.DoPatrol(t.Context(), access.Scope{}, member, does(p, patrol.DeedStart, 0, member)); err != nil {
		t.Errorf("a member from elsewhere starts = %v", err)
	}
}

// Two servers: twins of a key plan one patrol, and of a team that starts at once
// one start counts.
func TestPatrolTwins(t *testing.T) {
	t.Parallel()
	url := townURL(t)
	servers := []*world{openWorld(t, url), openWorld(t, url)}
	w := servers[0]
	var team []geo.ID
	for _, p := range w.d.Current().Roster.AllPeople()[:patrol.TeamMax] {
		team = append(team, p.ID)
	}
	const twins = 8
	ids := make(chan geo.ID, twins)
	var group sync.WaitGroup
	for i := range twins {
		group.Go(func() {
			p, _, err := servers[i%2].AddPatrol(context.Background(), w.newPatrol(t, "one", team))
			if err != nil {
				t.Error(err)
			}
			ids <- p.ID
		})
	}
	group.Wait()
	id := <-ids
	for range twins - 1 {
		if other := <-ids; other != id {
			t.Fatalf("twins made %s and %s", id, other)
		}
	}
	p, err := w.Patrol(t.Context(), everything, geo.ID{}, id)
	if err != nil {
		t.Fatal(err)
	}
	fresh := make(chan bool, len(team))
	for i, person := range team {
		group.Go(func() {
			got, same, err := servers[i%2].DoPatrol(context.Background(), access.Scope{}, person, does(p, patrol.DeedStart, i, person))
			if err != nil || got.Version != 2 || got.Stored != patrol.PatrolActive {
				t.Errorf("start %d = %+v, %v", i, got, err)
			}
			fresh <- !same
		})
	}
	group.Wait()
	started := 0
	for range team {
		if <-fresh {
			started++
		}
	}
	if events, lines := w.told(t); started != 1 || events != 2 || lines != 2 {
		t.Errorf("%d starts counted; %d events and %d lines of planning and starting, want 1, 2, 2", started, events, lines)
	}
}

func TestPatrolList(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	grids := w.b.Current().Index.Areas(geo.Grid)
	people := w.d.Current().Roster.AllPeople()
	var all []patrol.Patrol
	for i := range 7 {
		in := w.newPatrol(t, "", []geo.ID{people[i%2].ID})
		in.Patrol.AreaID, in.Patrol.AreaIDs = grids[i%3].ID, []geo.ID{grids[i%3].ID}
		in.Patrol.PlannedStart = walkedAt.Add(time.Duration(i/2) * time.Hour)
		in.Patrol.PlannedEnd = in.Patrol.PlannedStart.Add(time.Hour)
		p, _, err := w.AddPatrol(t.Context(), in)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	act := func(p patrol.Patrol, d patrol.PatrolDeed) {
		if _, _, err := w.DoPatrol(t.Context(), everything, geo.ID{}, does(p, d, 0, p.Team[0])); err != nil {
			t.Fatal(err)
		}
	}
	act(all[0], patrol.DeedStart)
	act(all[1], patrol.DeedCancel)
	now := walkedAt.Add(time.Hour) // 2 and 3 begin now, 4 and 5 in an hour
	for name, c := range map[string]struct {
		f      patrol.PatrolFilter
		scope  access.Scope
		person geo.ID
		want   []int
	}{
		"all":            {patrol.PatrolFilter{}, everything, geo.ID{}, []int{0, 1, 2, 3, 4, 5, 6}},
		"of a grid":      {patrol.PatrolFilter{AreaID: grids[1].ID}, everything, geo.ID{}, []int{1, 4}},
		"of a person":    {patrol.PatrolFilter{Member: people[1].ID}, everything, geo.ID{}, []int{1, 3, 5}},
		"active":         {patrol.PatrolFilter{States: []patrol.PatrolState{patrol.PatrolActive}, Now: now}, everything, geo.ID{}, []int{0}},
		"ready":          {patrol.PatrolFilter{States: []patrol.PatrolState{patrol.PatrolReady}, Now: now}, everything, geo.ID{}, []int{2, 3}},
		"overdue":        {patrol.PatrolFilter{States: []patrol.PatrolState{patrol.PatrolStartOverdue, patrol.PatrolCancelled}, Now: now.Add(15 * time.Minute)}, everything, geo.ID{}, []int{1, 2, 3}},
		"scheduled":      {patrol.PatrolFilter{States: []patrol.PatrolState{patrol.PatrolScheduled}, Now: now}, everything, geo.ID{}, []int{4, 5, 6}},
		"of a time":      {patrol.PatrolFilter{From: now, To: now.Add(time.Hour)}, everything, geo.ID{}, []int{2, 3}},
		"across times":   {patrol.PatrolFilter{From: now.Add(-time.Minute), To: now.Add(time.Minute)}, everything, geo.ID{}, []int{0, 1, 2, 3}},
		"in scope":       {patrol.PatrolFilter{}, access.Scope{Areas: []geo.ID{grids[2].ID}}, geo.ID{}, []int{2, 5}},
		"own, elsewhere": {patrol.PatrolFilter{}, access.Scope{Areas: []geo.ID{grids[2].ID}}, people[0].ID, []int{0, 2, 4, 5, 6}},
		"nothing":        {patrol.PatrolFilter{}, access.Scope{}, geo.ID{}, nil},
	} {
		var got []int
		f := c.f
		for f.Limit = 2; ; { // page by page
			page, err := w.Patrols(t.Context(), c.scope, c.person, f)
			if err != nil {
				t.Fatal(err)
			}
			for _, p := range page {
				i := slices.IndexFunc(all, func(q patrol.Patrol) bool { return q.ID == p.ID })
				if i >= 0 && p.StateAt(now) == patrol.PatrolScheduled && name == "ready" {
					t.Errorf("%d is not ready", i)
				}
				got = append(got, i)
			}
			if len(page) < f.Limit {
				break
			}
			f.AfterStart, f.AfterID = page[len(page)-1].PlannedStart, page[len(page)-1].ID
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s gives %v, want %v", name, got, c.want)
		}
	}
}

// A report of a patrol is in it, once, and its acceptance is what writes it.
func TestPatrolReports(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	p, _, err := w.AddPatrol(t.Context(), w.newPatrol(t, "", nil))
	if err != nil {
		t.Fatal(err)
	}
	in := w.intake(t, place(1, 1), "k")
	in.Patrol = p.ID
	r := w.accept(t, in)
	if _, replayed, err := w.Accept(t.Context(), in); !replayed || err != nil {
		t.Errorf("again = replayed %v, %v", replayed, err)
	}
	w.accept(t, w.intake(t, place(1, 1), "other"))
	bad := w.intake(t, place(1, 1), "third")
	bad.Patrol = newID()
	if _, _, err := w.Accept(t.Context(), bad); err == nil || w.count(t, `SELECT count(*) FROM reports`) != 2 {
		t.Errorf("a report of no patrol = %v", err)
	}
	if p, err = w.Patrol(t.Context(), everything, geo.ID{}, p.ID); err != nil || !slices.Equal(p.Reports, []geo.ID{r.ID}) {
		t.Errorf("its reports are %v, %v, want %v", p.Reports, err, r.ID)
	}
}

// When boundaries change and people leave, patrols stay as they were: of the
// same area, by the same team; a checkpoint stays where it is.
func TestPatrolOutlivesBoundariesAndPosts(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	member := w.d.Current().Roster.AllPeople()[0].ID
	c := w.newCheckpoint(t, "K1", 2, 1)
	p, _, err := w.AddPatrol(t.Context(), w.newPatrol(t, "", []geo.ID{member}, c))
	if err != nil {
		t.Fatal(err)
	}
	areas := town(3)
	for i := range areas {
		if areas[i].Kind == geo.Grid {
			areas[i].Name = "新" + areas[i].Name
		}
	}
	if _, err := w.Publish(t.Context(), Publication{Base: 1, Areas: areas, Note: "second"}); err != nil {
		t.Fatal(err)
	}
	book, err := defaultRulebook()
	if err == nil {
		_, err = w.ReplaceDuties(t.Context(), patrol.RosterData{}, book, walking)
	}
	if err != nil {
		t.Fatal(err)
	}
	w.refresh(t)
	got, err := w.Patrol(t.Context(), everything, geo.ID{}, p.ID)
	if err != nil || got.AreaID != p.AreaID || got.Area != p.Area || got.AreaName != "新"+p.AreaName || !slices.Equal(got.Team, p.Team) || len(got.Stops) != 1 {
		t.Errorf("it is %+v, %v", got, err)
	}
	if _, same, err := w.DoPatrol(t.Context(), access.Scope{}, member, does(p, patrol.DeedStart, 0, member)); same || err != nil {
		t.Errorf("its team starts = %v, %v", same, err)
	}
	list, err := w.Checkpoints(t.Context())
	if err != nil || len(list) != 1 || list[0].Point != c.Point {
		t.Errorf("the checkpoints are %+v, %v", list, err)
	}
}

// A retired checkpoint stays on the patrols that had it, comes on no other, and
// its code on no other checkpoint.
func TestCheckpointLife(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	c := w.newCheckpoint(t, "K1", 0, 0)
	p, _, err := w.AddPatrol(t.Context(), w.newPatrol(t, "", nil, c))
	if err != nil {
		t.Fatal(err)
	}
	changed, err := w.ChangeCheckpoint(t.Context(), c.ID, 1, func(c *patrol.Checkpoint) error {
		c.Name, c.Point, c.RadiusM = "新小学", place(1, 1), 80
		return nil
	}, walkedAt.Add(time.Hour), walking)
	if err != nil || changed.Version != 2 || changed.Name != "新小学" || changed.Point != place(1, 1) || !changed.UpdatedAt.After(c.UpdatedAt) {
		t.Fatalf("changed %+v, %v", changed, err)
	}
	if err := w.RetireCheckpoint(t.Context(), c.ID, 2, func(*patrol.Checkpoint) error { return nil }, walkedAt.Add(2*time.Hour), walking); err != nil {
		t.Fatal(err)
	}
	if list, err := w.Checkpoints(t.Context()); err != nil || len(list) != 0 {
		t.Errorf("in use are %v, %v", list, err)
	}
	if _, err := w.ChangeCheckpoint(t.Context(), c.ID, 0, func(*patrol.Checkpoint) error { return nil }, walkedAt, walking); !errors.Is(err, geo.ErrNotFound) {
		t.Errorf("changing a retired one = %v", err)
	}
	if got, err := w.Patrol(t.Context(), everything, geo.ID{}, p.ID); err != nil || len(got.Stops) != 1 || got.Stops[0].Name != "新小学" || got.Stops[0].RetiredAt.IsZero() {
		t.Errorf("the patrol has %+v, %v", got.Stops, err)
	}
	if _, _, err := w.AddPatrol(t.Context(), w.newPatrol(t, "", nil, c)); !errors.Is(err, geo.ErrInvalid) {
		t.Errorf("another patrol of it = %v", err)
	}
	kinds, err := w.CheckpointKinds(t.Context())
	if err != nil || !reflect.DeepEqual(kinds, patrol.DefaultCheckpointKinds()) {
		t.Errorf("the kinds are %v, %v", kinds, err)
	}
	if n := w.count(t, `SELECT count(*) FROM audit WHERE subject_kind = 'checkpoint'`); n != 3 {
		t.Errorf("%d audit lines, want 3", n)
	}
}

// The database itself refuses what no patrol can be.
func TestDatabaseRefusesPatrols(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	c := w.newCheckpoint(t, "K1", 0, 0)
	p, _, err := w.AddPatrol(t.Context(), w.newPatrol(t, "", []geo.ID{newID()}, c))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range []struct{ sql, constraint string }{
		{`UPDATE patrols SET state = 'active' WHERE id = @id`, "started_fits"},
		{`UPDATE patrols SET state = 'done', started_at = now(), started_seen_at = now() WHERE id = @id`, "ended_fits"},
		{`UPDATE patrols SET planned_end = planned_start + interval '25 hours' WHERE id = @id`, "patrols_check1"},
		{`INSERT INTO patrol_members SELECT district_code, patrol_id, 6, gen_random_uuid() FROM patrol_members WHERE patrol_id = @id`, "patrol_members_number_check"},
		{`INSERT INTO patrol_members SELECT district_code, patrol_id, 2, person_id FROM patrol_members WHERE patrol_id = @id`, "once_in_a_team"},
		{`UPDATE checkpoints SET radius_m = 501 WHERE @id::uuid IS NOT NULL`, "checkpoints_radius_m_check"},
	} {
		if _, err := w.pool.Exec(t.Context(), r.sql, pgx.NamedArgs{"id": p.ID}); !violated(err, r.constraint) {
			t.Errorf("%s = %v, want a refusal by %s", r.sql, err, r.constraint)
		}
	}
}
