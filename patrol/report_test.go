package patrol

import (
	"slices"
	"testing"
	"time"
)

func TestOverdue(t *testing.T) {
	tests := []struct {
		name   string
		status Status
		due    time.Time
		at     time.Time
		want   bool
	}{
		{"before it is due", Dispatched, day1, day1.Add(-1), false},
		{"as it is due", Dispatched, day1, day1, false},
		{"after", Accepted, day1, day1.Add(1), true},
		{"clock stands still", Returned, time.Time{}, day2, false},
		{"handled", Handled, day1, day2, false},
		{"closed", Closed, day1, day2, false},
		{"rejected", Rejected, day1, day2, false},
		{"duplicate", Duplicate, day1, day2, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r := Report{Status: tt.status, DueAt: tt.due}
			if got := r.Overdue(tt.at); got != tt.want {
				t.Errorf("Overdue = %v, want %v", got, tt.want)
			}
		})
	}
}

func TestContactEmpty(t *testing.T) {
	for c, want := range map[Contact]bool{{}: true, {Name: "某人"}: false, {Phone: "0"}: false} {
		if c.Empty() != want {
			t.Errorf("Empty of %v = %v, want %v", c, c.Empty(), want)
		}
	}
}

func TestParsePost(t *testing.T) {
	for _, p := range Posts() {
		if got, err := ParsePost(string(p)); err != nil || got != p {
			t.Errorf("ParsePost(%s) = %s, %v", p, got, err)
		}
		least, most := p.Seats()
		if least < 0 || least > most || p.AreaKind().Index() < 0 {
			t.Errorf("%s has %d to %d seats in a %s", p, least, most, p.AreaKind())
		}
	}
	if p, err := ParsePost("mayor"); err == nil {
		t.Errorf("ParsePost(mayor) = %s", p)
	}
}

func TestRosterGivesBackItsData(t *testing.T) {
	d := country()
	r := mustRoster(t, d)
	if p, ok := r.Person(d.People[0].ID); !ok || p != d.People[0] {
		t.Errorf("Person = %v %v, want %v", p, ok, d.People[0])
	}
	if s, ok := r.Seat(d.Seats[0].ID); !ok || s != d.Seats[0] {
		t.Errorf("Seat = %v %v, want %v", s, ok, d.Seats[0])
	}
	if c, ok := r.Committee(id("committee")); !ok || c.Code != "C1" {
		t.Errorf("Committee = %v %v, want C1", c, ok)
	}
	for name, ok := range map[string]bool{
		"seats":      slices.Equal(r.AllSeats(), d.Seats),
		"people":     slices.Equal(r.AllPeople(), d.People),
		"holdings":   slices.Equal(r.AllHoldings(), d.Holdings),
		"committees": len(r.AllCommittees()) == 1 && len(r.AllBranches()) == 1,
		"data":       len(r.Data().Seats) == len(d.Seats),
	} {
		if !ok {
			t.Errorf("%s differ from what went in", name)
		}
	}
	r.AllSeats()[0].Post = "changed"
	r.Seats(GridMember, id("grid"))[0].Number = 9
	if s, _ := r.Seat(d.Seats[0].ID); s.Post == "changed" || r.Seats(GridMember, id("grid"))[0].Number != 1 || r.AllSeats()[0].Post == "changed" {
		t.Error("what a caller does to a slice changes the roster")
	}
}
