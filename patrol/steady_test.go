package patrol

import (
	"testing"
	"time"

	"github.com/google/uuid"
)

// Holders at the first and the last instant of every stretch are the same, and
// stretches lie side by side from the beginning to the end of time.
func TestSteady(t *testing.T) {
	day := func(n int) time.Time { return time.Date(2026, 1, n, 0, 0, 0, 0, time.UTC) }
	seat, area := uuid.Must(uuid.NewV7()), uuid.Must(uuid.NewV7())
	people := []Person{{ID: uuid.Must(uuid.NewV7()), Name: "a"}, {ID: uuid.Must(uuid.NewV7()), Name: "b"}}
	hold := func(p int, deputy bool, from, to time.Time) Holding {
		return Holding{ID: uuid.Must(uuid.NewV7()), Seat: seat, Person: people[p].ID, Deputy: deputy, From: from, To: to}
	}
	r, err := NewRoster(RosterData{
		Seats:  []Seat{{ID: seat, Post: GridChief, Area: area, Number: 1}},
		People: people,
		Holdings: []Holding{
			hold(0, false, day(2), day(4)), hold(1, false, day(4), day(8)), hold(0, true, day(3), day(6)), hold(0, false, day(9), time.Time{}),
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	at := func(t time.Time) [2]Person {
		holder, _, _ := r.Holder(seat, t)
		deputy, _, _ := r.Deputy(seat, t)
		return [2]Person{holder, deputy}
	}
	var starts []time.Time
	from, to := r.Steady(day(1))
	if !from.IsZero() {
		t.Errorf("the first stretch begins at %v, want no beginning", from)
	}
	for !to.IsZero() {
		starts = append(starts, to)
		before := at(to.Add(-1))
		if gotFrom, gotTo := r.Steady(to.Add(-1)); gotFrom != from || gotTo != to {
			t.Errorf("the stretch that ends at %v = %v to %v, want from %v", to, gotFrom, gotTo, from)
		}
		if !from.IsZero() && at(from) != before {
			t.Errorf("holders %v at %v, %v at the end of the stretch", at(from), from, before)
		}
		if before == at(to) {
			t.Errorf("nothing changes at %v", to)
		}
		from, to = r.Steady(to)
		if from != starts[len(starts)-1] {
			t.Errorf("the next stretch begins at %v, want %v", from, starts[len(starts)-1])
		}
	}
	want := []time.Time{day(2), day(3), day(4), day(6), day(8), day(9)}
	if len(starts) != len(want) {
		t.Fatalf("stretches begin at %v, want %v", starts, want)
	}
	for i := range want {
		if !starts[i].Equal(want[i]) {
			t.Errorf("stretch %d begins at %v, want %v", i+1, starts[i], want[i])
		}
	}
	if r, err := NewRoster(RosterData{}); err != nil {
		t.Fatal(err)
	} else if from, to := r.Steady(day(1)); !from.IsZero() || !to.IsZero() {
		t.Errorf("an empty roster is steady from %v to %v, want always", from, to)
	}
}
