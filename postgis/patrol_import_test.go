package postgis

import (
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
	"github.com/gridpatrol/gridpatrol/patrol/track"
)

// A patrol that is imported with its track is as one that was walked here: in
// its own words, and in what follows from the track.
func TestImportPatrols(t *testing.T) {
	w := openTracks(t, walkURL(t), TracksConfig{})
	if some, err := w.AnyPatrol(t.Context()); err != nil || some {
		t.Fatalf("AnyPatrol = %v, %v before there is one", some, err)
	}
	here := w.start(t)
	fixes := stroll(w.began.Add(-2*time.Minute), 600, 3)
	w.do(t, patrol.DeedPause, 15*time.Minute)
	w.do(t, patrol.DeedResume, 20*time.Minute)
	w.do(t, patrol.DeedEnd, 40*time.Minute)
	w.send(t, fixes)
	if err := w.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	want, err := w.Patrol(t.Context(), everything, geo.ID{}, here)
	if err != nil {
		t.Fatal(err)
	}

	past := PastPatrol{Patrol: want, Fixes: map[geo.ID][]track.Fix{w.person: mixedTwice(fixes)}}
	past.ID = newID()
	idle := PastPatrol{Patrol: patrol.Patrol{ID: newID(), AreaID: want.AreaID, AreaIDs: want.AreaIDs, Stored: patrol.PatrolScheduled,
		PlannedStart: w.began, PlannedEnd: w.began.Add(time.Hour), CreatedAt: w.began, UpdatedAt: w.began, Version: 1}}
	if err := w.ImportPatrols(t.Context(), []PastPatrol{past, idle}, patrol.Actor{Name: "x"}); err != nil {
		t.Fatal(err)
	}
	if err := w.CatchUp(t.Context()); err != nil {
		t.Fatal(err)
	}
	got, err := w.Patrol(t.Context(), everything, geo.ID{}, past.ID)
	if err != nil {
		t.Fatal(err)
	}
	if !got.StartedAt.Equal(want.StartedAt) || !got.EndedSeenAt.Equal(want.EndedSeenAt) || got.Stored != want.Stored || got.Version != want.Version ||
		len(got.Pauses) != 1 || !slices.Equal(got.Team, want.Team) || got.DistanceM != want.DistanceM || !got.LastFixAt.Equal(want.LastFixAt) {
		t.Errorf("imported as\n%+v\nwant\n%+v", got, want)
	}
	if want.DistanceM < 100 {
		t.Errorf("the walk was %.0f m long", want.DistanceM)
	}

	err = w.ImportPatrols(t.Context(), []PastPatrol{{Patrol: newIdle(idle.Patrol)}, past}, patrol.Actor{Name: "x"})
	if !errors.Is(err, geo.ErrConflict) {
		t.Errorf("a patrol that is there: %v, want geo.ErrConflict", err)
	}
	list, err := w.Patrols(t.Context(), everything, geo.ID{}, patrol.PatrolFilter{Limit: 10, Now: time.Now()})
	if err != nil || len(list) != 3 {
		t.Errorf("%d patrols, %v, want 3: a refused import leaves nothing", len(list), err)
	}
	if some, err := w.AnyPatrol(t.Context()); err != nil || !some {
		t.Errorf("AnyPatrol = %v, %v", some, err)
	}
}

func newIdle(p patrol.Patrol) patrol.Patrol {
	p.ID = newID()
	return p
}

func mixedTwice(fixes []track.Fix) []track.Fix {
	out := slices.Concat(fixes, fixes)
	rnd := rand.New(rand.NewPCG(1, 1))
	rnd.Shuffle(len(out), func(i, j int) { out[i], out[j] = out[j], out[i] })
	return out
}
