package patrol

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
)

var (
	dawn   = time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC)
	walkID = uuid.MustParse("01900000-0000-7000-8000-000000000001")
)

func minute(minutes int) time.Time { return dawn.Add(time.Duration(minutes) * time.Minute) }

// planned is a patrol of an hour from dawn on.
func planned() Patrol {
	return Patrol{PlannedStart: dawn, PlannedEnd: minute(60), Stored: PatrolScheduled, Team: []geo.ID{walkID}, Version: 1, UpdatedAt: minute(-600)}
}

// by is an action of the team's, seen when it was done.
func by(deed PatrolDeed, minutes int) PatrolAction {
	return PatrolAction{Deed: deed, At: minute(minutes), Seen: minute(minutes), Walker: Walker{Person: walkID, Walks: true, Plans: true}}
}

// after is a patrol after deeds, each of them ten minutes after the one before.
func after(t *testing.T, deeds ...PatrolDeed) Patrol {
	t.Helper()
	p := planned()
	for i, d := range deeds {
		a := by(d, 10*i)
		a.Note = "because"
		next, same, err := p.Do(a)
		if err != nil || same {
			t.Fatalf("%s = same %v, %v", d, same, err)
		}
		p = next
	}
	return p
}

func TestPatrolStateAt(t *testing.T) {
	for _, c := range []struct {
		seconds int
		want    PatrolState
	}{{-1801, PatrolScheduled}, {-1800, PatrolReady}, {0, PatrolReady}, {899, PatrolReady}, {900, PatrolStartOverdue}, {1 << 20, PatrolStartOverdue}} {
		p := planned()
		if got := p.StateAt(dawn.Add(time.Duration(c.seconds) * time.Second)); got != c.want {
			t.Errorf("%d s after the planned start it is %s, want %s", c.seconds, got, c.want)
		}
	}
	for _, stored := range []PatrolState{PatrolActive, PatrolDone, PatrolCancelled} {
		if p := (Patrol{Stored: stored, PlannedStart: dawn}); p.StateAt(minute(600)) != stored {
			t.Errorf("%s is shown as %s", stored, p.StateAt(minute(600)))
		}
	}
}

// Every deed in every state: what is taken makes the next state, what is not
// says what would be.
func TestPatrolDeeds(t *testing.T) {
	states := map[string][]PatrolDeed{"scheduled": nil, "active": {DeedStart}, "paused": {DeedStart, DeedPause},
		"resumed": {DeedStart, DeedPause, DeedResume}, "done": {DeedStart, DeedEnd}, "cancelled": {DeedCancel}}
	takes := map[string]map[PatrolDeed]string{
		"scheduled": {DeedStart: "active", DeedCancel: "cancelled", DeedEdit: "scheduled"},
		"active":    {DeedPause: "active paused", DeedEnd: "done"},
		"paused":    {DeedResume: "active", DeedEnd: "done"},
		"resumed":   {DeedPause: "active paused", DeedEnd: "done"},
	}
	again := map[string]PatrolDeed{"active start": DeedStart, "paused start": DeedStart, "resumed start": DeedStart, "done end": DeedEnd}
	for state, way := range states {
		before := after(t, way...)
		for _, d := range []PatrolDeed{DeedStart, DeedPause, DeedResume, DeedEnd, DeedCancel, DeedEdit} {
			a := by(d, 50)
			a.Note = "because"
			copied := before
			got, same, err := before.Do(a)
			if !reflect.DeepEqual(before, copied) {
				t.Errorf("%s changed the patrol that was %s", d, state)
			}
			want, ok := takes[state][d]
			switch _, repeated := again[fmt.Sprint(state, " ", d)]; {
			case repeated:
				if err != nil || !same || got.Version != before.Version {
					t.Errorf("%s once more = version %d, same %v, %v", d, got.Version, same, err)
				}
			case ok:
				shown := string(got.Stored)
				if got.Paused() {
					shown += " paused"
				}
				if err != nil || same || shown != want || got.Version != before.Version+1 {
					t.Errorf("%s a patrol that is %s = %s, version %d, same %v, %v; want %s", d, state, shown, got.Version, same, err, want)
				}
			default:
				var p *geo.Problem
				if !errors.As(err, &p) || p.Code != "state-conflict" || !errors.Is(err, geo.ErrConflict) {
					t.Fatalf("%s a patrol that is %s = %v, want a conflict", d, state, err)
				}
				if len(p.Allow) != len(takes[state]) {
					t.Errorf("%s a patrol that is %s allows %v, want those of %v", d, state, p.Allow, takes[state])
				}
			}
		}
	}
}

// Who may what: the team walks, planners plan, an administrator walks for others.
func TestPatrolWalkers(t *testing.T) {
	other := uuid.MustParse("01900000-0000-7000-8000-000000000002")
	for name, c := range map[string]struct {
		who  Walker
		want string
	}{
		"of the team":             {Walker{Person: walkID, Walks: true}, "start"},
		"of the team, who plans":  {Walker{Person: walkID, Walks: true, Plans: true}, "start cancel edit"},
		"of another":              {Walker{Person: other, Walks: true, Plans: true}, "cancel edit"},
		"nobody behind a token":   {Walker{Walks: true}, ""},
		"an administrator":        {Walker{AnyPatrol: true, Plans: true}, "start cancel edit"},
		"of the team, not a role": {Walker{Person: walkID}, ""},
	} {
		p := planned()
		var got []string
		for _, d := range p.PatrolDeeds(c.who) {
			got = append(got, string(d))
		}
		if strings.Join(got, " ") != c.want {
			t.Errorf("%s may %q, want %q", name, got, c.want)
		}
		for _, d := range []PatrolDeed{DeedStart, DeedCancel, DeedEdit} {
			a := PatrolAction{Deed: d, Seen: dawn, Note: "because", Walker: c.who}
			_, _, err := p.Do(a)
			if allowed := slices.Contains(got, string(d)); allowed != (err == nil) || !allowed && !errors.Is(err, geo.ErrForbidden) {
				t.Errorf("%s does %s = %v", name, d, err)
			}
		}
	}
	empty := planned()
	empty.Team = nil
	if deeds := empty.PatrolDeeds(Walker{Walks: true}); len(deeds) != 0 {
		t.Errorf("nobody of an empty team may %v", deeds)
	}
	// Somebody of the area takes a patrol that has no team, and is it from then on.
	a := PatrolAction{Deed: DeedStart, Seen: dawn, Walker: Walker{Person: other, Walks: true, Joins: true}}
	walked, _, err := empty.Do(a)
	if err != nil || !slices.Equal(walked.Team, []geo.ID{other}) || len(empty.Team) != 0 {
		t.Errorf("started by somebody of the area: team %v, %v", walked.Team, err)
	}
	a.Person = geo.ID{}
	if walked, _, err = empty.Do(a); err != nil || len(walked.Team) != 0 {
		t.Errorf("started by a token: team %v, %v; want none", walked.Team, err)
	}
	p := planned()
	if _, _, err = p.Do(PatrolAction{Deed: DeedStart, Seen: dawn, Walker: Walker{Person: other, Walks: true, Joins: true}}); !errors.Is(err, geo.ErrForbidden) {
		t.Errorf("somebody of the area starts another team's patrol: %v", err)
	}
}

// Times are the phone's, and follow one another; those of the server stand beside.
func TestPatrolTimes(t *testing.T) {
	p := planned()
	late := by(DeedStart, -3)
	late.Seen = minute(40)
	late.Point = &orb.Point{125.66666666, 43.5}
	p, _, err := p.Do(late)
	if err != nil || !p.StartedAt.Equal(minute(-3)) || !p.StartedSeenAt.Equal(minute(40)) || !p.UpdatedAt.Equal(minute(40)) {
		t.Fatalf("start = %+v, %v", p, err)
	}
	for _, c := range []struct {
		deed PatrolDeed
		at   int
		code string
	}{{DeedPause, -4, "invalid-values"}, {DeedEnd, -4, "invalid-values"}, {DeedPause, 51, "clock-ahead"}, {DeedEnd, 51, "clock-ahead"}, {DeedPause, 50, ""}} {
		a := by(c.deed, c.at)
		a.Seen = minute(40)
		_, _, err := p.Do(a)
		var bad *geo.Problem
		if (err == nil) != (c.code == "") || errors.As(err, &bad) && (bad.Code != c.code || bad.Fields[0].Pointer != "/at") {
			t.Errorf("%s at %d = %v, want %q", c.deed, c.at, err, c.code)
		}
	}
	early := planned()
	if _, _, err := early.Do(by(DeedStart, -24*60-1)); !errors.Is(err, geo.ErrInvalid) {
		t.Errorf("a start more than a day early = %v", err)
	}
	// A start that was made before the end and is told after it is known; one after it is not.
	done := after(t, DeedStart, DeedEnd)
	if _, same, err := done.Do(by(DeedStart, 5)); !same || err != nil {
		t.Errorf("a late start = same %v, %v", same, err)
	}
	if _, _, err := done.Do(by(DeedStart, 11)); !errors.Is(err, geo.ErrConflict) {
		t.Errorf("a start after the end = %v", err)
	}
	// An end ends the pause; fixes in pauses and beyond the ends are not of the patrol.
	paused := after(t, DeedStart, DeedPause, DeedEnd)
	if len(paused.Pauses) != 1 || !paused.Pauses[0].To.Equal(minute(20)) {
		t.Errorf("the pause is %v", paused.Pauses)
	}
	for n, want := range map[int]bool{-1: false, 0: true, 9: true, 10: false, 19: false, 20: true, 21: false} {
		if got := paused.Running(minute(n)); got != want {
			t.Errorf("at %d it is under way: %v, want %v", n, got, want)
		}
	}
	if active := after(t, DeedStart, DeedPause); active.Running(minute(500)) {
		t.Error("a pause that has not ended has ended")
	}
	if p := planned(); p.Running(dawn) {
		t.Error("a patrol that was not started is under way")
	}
}

func TestPatrolVersionAndNotes(t *testing.T) {
	p := planned()
	a := by(DeedStart, 0)
	a.IfVersion = 2
	var bad *geo.Problem
	if _, _, err := p.Do(a); !errors.As(err, &bad) || bad.Code != "version-conflict" {
		t.Errorf("another version = %v", err)
	}
	a = by(DeedCancel, 0)
	if a.Note = " "; true {
		if _, _, err := p.Do(a); !errors.As(err, &bad) || bad.Code != "note-missing" {
			t.Errorf("cancelling without a word = %v", err)
		}
	}
	a = by(DeedEnd, 0)
	a.Note = strings.Repeat("字", NoteMax+1)
	active := after(t, DeedStart)
	if _, _, err := active.Do(a); !errors.As(err, &bad) || bad.Code != "note-too-long" {
		t.Errorf("a long note = %v", err)
	}
	a = by(DeedStart, 0)
	a.Point = &orb.Point{43.5, 125.6}
	if _, _, err := p.Do(a); !errors.As(err, &bad) || bad.Code != "point-invalid" {
		t.Errorf("a place beyond the pole = %v", err)
	}
}

func TestPatrolPlan(t *testing.T) {
	people := func(n int) (out []geo.ID) {
		for range n {
			out = append(out, uuid.Must(uuid.NewV7()))
		}
		return out
	}
	twice := append(people(1), walkID, walkID)
	day, longer, before := dawn.Add(PatrolMax), dawn.Add(PatrolMax+time.Second), minute(-1)
	long := strings.Repeat("字", NoteMax+1)
	p := planned()
	for name, c := range map[string]struct {
		plan PatrolPlan
		want string
	}{
		"nothing":        {PatrolPlan{}, ""},
		"five people":    {PatrolPlan{Team: new(people(TeamMax))}, ""},
		"nobody":         {PatrolPlan{Team: new([]geo.ID{})}, ""},
		"six people":     {PatrolPlan{Team: new(people(TeamMax + 1))}, "/team"},
		"somebody twice": {PatrolPlan{Team: &twice}, "/team/2"},
		"a day":          {PatrolPlan{PlannedEnd: &day}, ""},
		"more":           {PatrolPlan{PlannedEnd: &longer}, "/planned_end"},
		"backwards":      {PatrolPlan{PlannedEnd: &before}, "/planned_end"},
		"places":         {PatrolPlan{Stops: new(people(CheckpointsMax))}, ""},
		"many places":    {PatrolPlan{Stops: new(people(CheckpointsMax + 1))}, "/checkpoints"},
		"a place twice":  {PatrolPlan{Stops: &twice}, "/checkpoints/2"},
		"a long note":    {PatrolPlan{Note: &long}, "/note"},
	} {
		a := by(DeedEdit, 0)
		a.Plan = c.plan
		_, _, err := p.Do(a)
		var bad *geo.Problem
		if (err == nil) != (c.want == "") || errors.As(err, &bad) && bad.Fields[0].Pointer != c.want {
			t.Errorf("%s = %v, want a fault at %q", name, err, c.want)
		}
	}
}
