package postgis

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// atOnce has each server make an edit at the same time and gives their errors.
func atOnce(t *testing.T, edits map[*world]patrol.RosterChange) map[*world]error {
	t.Helper()
	var all sync.WaitGroup
	var mu sync.Mutex
	out := map[*world]error{}
	for w, c := range edits {
		all.Go(func() {
			_, err := w.EditRoster(t.Context(), []patrol.RosterChange{c}, patrol.RosterEditOptions{}, clerk)
			mu.Lock()
			defer mu.Unlock()
			out[w] = err
		})
	}
	all.Wait()
	for w := range edits {
		w.refresh(t)
	}
	return out
}

// refused counts edits that could not be made, and wants no other errors.
func refused(t *testing.T, errs map[*world]error) (n int) {
	t.Helper()
	for _, err := range errs {
		switch {
		case err == nil:
		case errors.Is(err, geo.ErrInvalid) && codeOf(err) == "roster-change-invalid":
			n++
		default:
			t.Error(err)
		}
	}
	return n
}

func TestTwoServersEditOneSeat(t *testing.T) {
	t.Parallel()
	url := townURL(t)
	w, second := openWorld(t, url), openWorld(t, url)
	chief := w.seat(t, patrol.GridChief, 1)
	r := w.accept(t, w.intake(t, place(1, 1), ""))
	t.Run("appoint", func(t *testing.T) {
		errs := atOnce(t, map[*world]patrol.RosterChange{w: patrol.Appoint{Seat: chief.ID, Person: somebody("甲")}, second: patrol.Appoint{Seat: chief.ID, Person: somebody("乙")}})
		if refused(t, errs) > 0 {
			t.Error("somebody was refused")
		}
		w.oneAfterTheOther(t, chief, 3)
		person, _, _ := w.assigned(t, r.ID, patrol.GridChief)
		if person != w.holder(t, chief).ID {
			t.Error("the report is not with who holds the seat")
		}
		if n := w.count(t, `SELECT count(*) FROM handovers`); n != 2 {
			t.Errorf("%d handovers, want one for each", n)
		}
	})
	t.Run("the same number", func(t *testing.T) {
		add := patrol.AddSeat{Post: patrol.GridMember, Area: chief.Area, AreaKind: geo.Grid, Number: 2}
		if n := refused(t, atOnce(t, map[*world]patrol.RosterChange{w: add, second: add})); n != 1 {
			t.Errorf("%d were refused, want 1", n)
		}
		add.Number = 0
		if n := refused(t, atOnce(t, map[*world]patrol.RosterChange{w: add, second: add})); n != 0 {
			t.Errorf("%d were refused although there is room", n)
		}
		if n := len(w.d.Current().Roster.Seats(patrol.GridMember, chief.Area)); n != 4 {
			t.Errorf("%d seats, want 4", n)
		}
		if n := refused(t, atOnce(t, map[*world]patrol.RosterChange{w: add, second: add})); n != 1 {
			t.Errorf("%d were refused, want the one for whom a sixth seat would be needed", n)
		}
	})
	t.Run("appoint and remove", func(t *testing.T) {
		for i, s := range w.d.Current().Roster.Seats(patrol.GridMember, chief.Area)[1:] {
			errs := atOnce(t, map[*world]patrol.RosterChange{w: patrol.RemoveSeat{Seat: s.ID}, second: patrol.Appoint{Seat: s.ID, Person: somebody(fmt.Sprint("丙", i))}})
			if n := refused(t, errs); n != 1 {
				t.Fatalf("%d were refused, want one of the two", n)
			}
			_, there := w.d.Current().Roster.Seat(s.ID)
			if there != (errs[w] != nil) || there != (w.holder(t, s).Name != "") {
				t.Errorf("the seat is there: %v, after %v", there, errs[w])
			}
		}
	})
	t.Run("the last one", func(t *testing.T) {
		if _, err := w.EditRoster(t.Context(), []patrol.RosterChange{patrol.RemoveSeat{Seat: chief.ID}}, patrol.RosterEditOptions{}, clerk); codeOf(err) != "roster-change-invalid" {
			t.Errorf("a seat that must be there: %v", err)
		}
	})
	w.verify(t)
}

// oneAfterTheOther wants a seat to have had that many holders, each from when
// the one before left.
func (w *world) oneAfterTheOther(t *testing.T, seat patrol.Seat, n int) {
	t.Helper()
	list, err := w.SeatHoldings(t.Context(), seat.ID)
	if err != nil || len(list) != n {
		t.Fatalf("%d holdings of the seat, %v; want %d", len(list), err, n)
	}
	for i := range list[1:] {
		if later, earlier := list[i].Holding, list[i+1].Holding; !earlier.To.Equal(later.From) || i == 0 && !later.To.IsZero() {
			t.Errorf("holdings %+v", list)
		}
	}
}

// TestDatabaseKeepsLeavesApart: what the program checks the database refuses too.
func TestDatabaseKeepsLeavesApart(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	who := w.holder(t, w.seat(t, patrol.GridChief, 1))
	const sql = `INSERT INTO leaves (district_code, id, from_version, known, person_id, away)
		VALUES ($1, $2, 2, int8range(2, NULL), $3, tstzrange($4, NULL))`
	if err := w.exec(t, sql, testDistrict, newID(), who.ID, time.Now()); err != nil {
		t.Fatal(err)
	}
	if err := w.exec(t, sql, testDistrict, newID(), who.ID, time.Now().Add(time.Hour)); !violated(err, "one_leave_at_a_time") {
		t.Errorf("a second leave at the same time: %v", err)
	}
}

// TestReportsComeWhileRostersChange accepts reports on two servers while chiefs
// are appointed and rosters imported: none stays with who was replaced, and no
// edit is lost.
func TestReportsComeWhileRostersChange(t *testing.T) {
	t.Parallel()
	url := townURL(t)
	w, second, third := openWorld(t, url), openWorld(t, url), openWorld(t, url)
	chief, other := w.seat(t, patrol.GridChief, 1), w.seat(t, patrol.GridChief, 3)
	stop := make(chan struct{})
	var all, changing sync.WaitGroup
	accepted := make([]int, 2)
	for i, s := range []*world{second, third} {
		all.Go(func() {
			for {
				select {
				case <-stop:
					return
				case <-time.After(5 * time.Millisecond):
				}
				_, _, err := s.Accept(t.Context(), s.intake(t, place(1, 1), ""))
				switch {
				case err == nil:
					accepted[i]++
				case isStale(err):
					s.refresh(t)
				default:
					t.Error(err)
					return
				}
			}
		})
	}
	edits, imports := 0, 0
	changing.Go(func() {
		for n := range 12 {
			s := []*world{w, second}[n%2]
			if _, err := s.EditRoster(t.Context(), []patrol.RosterChange{patrol.Appoint{Seat: chief.ID, Person: somebody(fmt.Sprint("甲", n))}},
				patrol.RosterEditOptions{}, clerk); err != nil {
				t.Error(err)
			} else {
				edits++
			}
		}
	})
	importer := openWorld(t, url)
	for n := 0; n < 200 && imports < 5; n++ { // a file with another chief of another grid
		importer.refresh(t)
		have := importer.d.Current()
		data := have.Roster.Data()
		data.People = append(slices.Clone(data.People), patrol.Person{ID: newID(), Name: fmt.Sprint("乙", n)})
		data.Holdings = slices.Clone(data.Holdings)
		now := time.Now().UTC().Add(-time.Millisecond)
		for i := range data.Holdings {
			if h := &data.Holdings[i]; h.Seat == other.ID && h.To.IsZero() {
				h.To = now
			}
		}
		data.Holdings = append(data.Holdings, patrol.Holding{ID: newID(), Seat: other.ID, Person: data.People[len(data.People)-1].ID, From: now})
		_, err := importer.ImportRoster(t.Context(), data, have.Version, ImportRecord{File: "roster.csv", SHA256: strings.Repeat("0", 64)}, clerk)
		switch {
		case err == nil:
			imports++
		case codeOf(err) != "duties-changed":
			t.Error(err)
		}
	}
	changing.Wait()
	close(stop)
	all.Wait()
	w.refresh(t)
	t.Logf("%v reports, %d edits, %d imports", accepted, edits, imports)
	w.oneAfterTheOther(t, chief, edits+1)
	w.oneAfterTheOther(t, other, imports+1)
	boss := w.holder(t, chief)
	if n := w.count(t, `SELECT count(*) FROM assignments WHERE post = 'grid_chief' AND person_id IS DISTINCT FROM $1`, boss.ID); n != 0 {
		t.Errorf("%d of %v reports are with a chief who was replaced", n, accepted)
	}
	if n := w.count(t, `SELECT count(*) FROM reports`); n != accepted[0]+accepted[1] {
		t.Errorf("%d reports, want %d", n, accepted[0]+accepted[1])
	}
	if n := w.count(t, `SELECT count(*) FROM handovers WHERE seat_id = $1`, chief.ID); n != edits {
		t.Errorf("%d handovers of the seat, want %d", n, edits)
	}
	if n := w.count(t, `SELECT count(*) FROM handovers WHERE seat_id = $1`, other.ID); n != imports {
		t.Errorf("%d handovers by imports, want %d", n, imports)
	}
	w.verify(t)
}
