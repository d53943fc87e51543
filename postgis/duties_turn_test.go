package postgis

import (
	"sync"
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// TestPostsChangeHandsByTheCalendar appoints for a later time, with two servers
// that look after it.
func TestPostsChangeHandsByTheCalendar(t *testing.T) {
	t.Parallel()
	url := townURL(t)
	w, second := openWorld(t, url), openWorld(t, url)
	start := time.Now().UTC().Truncate(time.Microsecond)
	clock := start
	w.Store.now, second.Store.now = func() time.Time { return clock }, func() time.Time { return clock }
	chief := w.seat(t, patrol.GridChief, 1)
	old := w.holder(t, chief)
	at := start.Add(time.Hour)
	out := w.edit(t, patrol.Appoint{Seat: chief.ID, Person: somebody("甲"), From: at})
	if len(out.Handovers) != 0 || out.ReportsMoved != 0 {
		t.Fatalf("too early: %+v", out)
	}
	planned := out.DutyVersion
	r := w.accept(t, w.intake(t, place(1, 1), ""))
	w.turns(t, planned, w, second)
	clock = at.Add(time.Millisecond)
	// Decided on before the time, to be stored after it.
	late := w.intake(t, place(1, 2), "")
	if late.Report.Decision.Assignments[0].PersonID != old.ID {
		t.Fatal("it has gone over already")
	}
	second.refresh(t)
	w.turns(t, planned+1, w, second)
	next := w.holder(t, chief)
	if next.Name != "甲" || w.d.Current().Since.Before(at) {
		t.Errorf("%q holds the seat since %v", next.Name, w.d.Current().Since)
	}
	if person, _, last := w.assigned(t, r.ID, patrol.GridChief); person != next.ID || last.Actor.Kind != "system" {
		t.Errorf("the report is with %s after %+v", person, last)
	}
	list, err := w.Handovers(t.Context(), patrol.HandoverFilter{})
	if err != nil || len(list) != 1 || list[0].From != old.ID || list[0].To != next.ID || list[0].DutyVersion != planned+1 {
		t.Errorf("handovers %+v, %v", list, err)
	}
	if _, _, err := w.Accept(t.Context(), late); !isStale(err) {
		t.Errorf("a report with who was replaced before: %v", err)
	}
	w.verify(t)
}

// turns has servers see at once to what is due, and wants the duties at a
// version then.
func (w *world) turns(t *testing.T, want int64, servers ...*world) {
	t.Helper()
	var all sync.WaitGroup
	for _, s := range servers {
		all.Go(func() {
			if err := s.d.turn(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	for _, s := range servers {
		s.refresh(t)
		if got := s.d.Current().Version; got != want {
			t.Fatalf("the duties are at %d, want %d", got, want)
		}
	}
}

// TestClocksThatDiffer: a server whose clock lags decides as of the change, and
// not with who was replaced before it.
func TestClocksThatDiffer(t *testing.T) {
	t.Parallel()
	url := townURL(t)
	w, slow := openWorld(t, url), openWorld(t, url)
	ahead := time.Now().Add(time.Minute)
	w.Store.now = func() time.Time { return ahead }
	chief := w.seat(t, patrol.GridChief, 1)
	w.edit(t, patrol.Appoint{Seat: chief.ID, Person: somebody("甲")})
	next := w.holder(t, chief)
	in := slow.intake(t, place(1, 1), "")
	if _, _, err := slow.Accept(t.Context(), in); !isStale(err) {
		t.Errorf("a report decided on duties of before: %v", err)
	}
	slow.refresh(t)
	r := slow.accept(t, slow.intake(t, place(1, 1), ""))
	if person, _, _ := slow.assigned(t, r.ID, patrol.GridChief); person != next.ID {
		t.Errorf("the report is with %s, want who was appointed", person)
	}
	slow.edit(t, patrol.Relieve{Seat: chief.ID})
	if since := slow.d.Current().Since; !since.After(w.d.Current().Since) {
		t.Errorf("the next version is in force since %v, not after the one before", since)
	}
	slow.verify(t)
}

// TestOldDutiesLoad: what a server of the release before wrote has no leaves, and
// says not since when it is in force.
func TestOldDutiesLoad(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	if err := w.exec(t, `DELETE FROM duty_versions`); err != nil {
		t.Fatal(err)
	}
	d, err := NewDuties(w.Store)
	if err != nil {
		t.Fatal(err)
	}
	w.Store.duties.Store(nil)
	if err := d.Refresh(t.Context()); err != nil || !d.Current().Since.IsZero() || len(d.Current().Roster.Data().Leaves) != 0 {
		t.Fatalf("old duties: %v", err)
	}
	was := d.Current().Version
	r := w.accept(t, w.intake(t, place(1, 1), ""))
	w.d = d
	w.turns(t, was+1, w) // from now on it is watched
	if n := w.count(t, `SELECT count(*) FROM handovers`); n != 0 {
		t.Errorf("%d handovers of what nobody changed", n)
	}
	chief := w.seat(t, patrol.GridChief, 1)
	out := w.edit(t, patrol.Appoint{Seat: chief.ID, Person: somebody("甲")})
	if len(out.Handovers) != 1 || out.ReportsMoved != 1 {
		t.Errorf("the edit after it: %+v", out)
	}
	if person, _, _ := w.assigned(t, r.ID, patrol.GridChief); person == (geo.ID{}) || person != w.holder(t, chief).ID {
		t.Errorf("the report is with %s", person)
	}
	w.verify(t)
}
