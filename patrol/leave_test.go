package patrol

import (
	"errors"
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
)

func day(n int) time.Time { return time.Date(2026, 5, n, 0, 0, 0, 0, time.UTC) }

// awayRoster has a seat with holder "chief", deputies "first" and "second", and
// the leaves given.
func awayRoster(t *testing.T, leaves ...Leave) *Roster {
	t.Helper()
	r, err := NewRoster(RosterData{
		People: []Person{{ID: id("chief"), Name: "长"}, {ID: id("first"), Name: "甲"}, {ID: id("second"), Name: "乙"}},
		Seats:  []Seat{{ID: id("seat"), Post: GridChief, Area: id("grid"), Number: 1}},
		Holdings: []Holding{
			{ID: id("h"), Seat: id("seat"), Person: id("chief"), From: day(1)},
			{ID: id("d1"), Seat: id("seat"), Person: id("first"), Deputy: true, From: day(2)},
			{ID: id("d2"), Seat: id("seat"), Person: id("second"), Deputy: true, From: day(3)},
		},
		Leaves: leaves,
	})
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestAnswers(t *testing.T) {
	leave := func(who string, from, to int) Leave {
		l := Leave{ID: id("leave of " + who), Person: id(who), From: day(from)}
		if to > 0 {
			l.To = day(to)
		}
		return l
	}
	r := awayRoster(t, leave("chief", 5, 20), leave("first", 10, 12), leave("second", 11, 0))
	for d, want := range map[int]string{1: "chief", 4: "chief", 5: "first", 9: "first", 10: "second", 11: "", 12: "first", 19: "first", 20: "chief"} {
		p, h, ok := r.Answers(id("seat"), day(d))
		if ok != (want != "") || ok && p.ID != id(want) || ok && h.Deputy != (want != "chief") {
			t.Errorf("on day %d answers %v, %v; want %q", d, p, ok, want)
		}
	}
	if p, _, ok := r.Holder(id("seat"), day(6)); !ok || p.ID != id("chief") || len(r.Vacancies(day(6))) != 2 { // officer and member were never set up
		t.Errorf("the seat of who is on leave is vacant: %v", r.Vacancies(day(6)))
	}
	if l, ok := r.OnLeave(id("first"), day(11)); !ok || l.ID != id("leave of first") {
		t.Errorf("OnLeave = %v, %v", l, ok)
	}
	if got := r.LeavesOf(id("chief")); len(got) != 1 || !got[0].To.Equal(day(20)) {
		t.Errorf("LeavesOf = %v", got)
	}
	if from, to := r.Steady(day(6)); !from.Equal(day(5)) || !to.Equal(day(10)) {
		t.Errorf("Steady = %v to %v, want day 5 to 10", from, to)
	}
}

func TestLeaveFaults(t *testing.T) {
	data := awayRoster(t).Data()
	for name, leaves := range map[string][]Leave{
		"two at once": {{ID: id("a"), Person: id("chief"), From: day(1)}, {ID: id("b"), Person: id("chief"), From: day(2), To: day(3)}},
		"no person":   {{ID: id("a"), Person: id("nobody"), From: day(1)}},
		"no start":    {{ID: id("a"), Person: id("chief")}},
		"no time":     {{ID: id("a"), Person: id("chief"), From: day(1), To: day(1)}},
		"one id":      {{ID: id("a"), Person: id("chief"), From: day(1), To: day(2)}, {ID: id("a"), Person: id("chief"), From: day(2)}},
	} {
		data.Leaves = leaves
		if _, err := NewRoster(data); !errors.Is(err, geo.ErrInvalid) {
			t.Errorf("%s: %v, want geo.ErrInvalid", name, err)
		}
	}
	data.Leaves = []Leave{{ID: id("a"), Person: id("chief"), From: day(2)}, {ID: id("b"), Person: id("chief"), From: day(1), To: day(2)}, {ID: id("c"), Person: id("first"), From: day(1)}}
	if _, err := NewRoster(data); err != nil {
		t.Errorf("one leave after the other: %v", err)
	}
}

// TestDispatchOnLeave: a report of the day of a leave goes to the deputy, without
// one to the level above, and computed again later it is the same.
func TestDispatchOnLeave(t *testing.T) {
	book := DefaultRulebook(shanghai)
	grid := &geo.Area{ID: id("grid"), Kind: geo.Grid, Code: "220112001000001"}
	district := &geo.Area{ID: id("district"), Kind: geo.District, Code: "220112"}
	match := geo.Match{}
	match.Set(grid)
	match.Set(district)
	on := func(leaves ...Leave) *Duties {
		return &Duties{Version: 1, Roster: awayRoster(t, leaves...), Rulebook: book}
	}
	category, _ := book.Category("fire_safety")
	decide := func(d *Duties, at time.Time) Decision {
		out, err := Dispatch(d, Routing{Match: match, Revision: 1, Category: category, At: at})
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	away := on(Leave{ID: id("l"), Person: id("chief"), From: day(5), To: day(7)})
	for d, want := range map[int]Via{4: ViaHolder, 5: ViaDeputy, 7: ViaHolder} {
		got := decide(away, day(d)).Assignments[0]
		if got.Post != GridChief || got.Via != want || got.SeatID != id("seat") || !got.Lead {
			t.Errorf("on day %d: %+v, want by %s", d, got, want)
		}
	}
	all := on(Leave{ID: id("l"), Person: id("chief"), From: day(5)}, Leave{ID: id("l1"), Person: id("first"), From: day(5)}, Leave{ID: id("l2"), Person: id("second"), From: day(5)})
	up := decide(all, day(6)).Assignments
	if len(up) != 1 || up[0].Post != DistrictDesk || up[0].Via != ViaPost || len(up[0].StandsFor) != 2 {
		t.Errorf("with everybody away: %+v", up)
	}
	// Who held it in April is found from what is known in May.
	first := decide(all, day(4))
	if again, err := Dispatch(all, first.Routed(category, day(4))); err != nil || !again.Equal(first) {
		t.Errorf("again: %v, %v", Compare(first, again), err)
	}
}
