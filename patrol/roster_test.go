package patrol

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/gridpatrol/gridpatrol/geo"
)

// id gives the id that a name stands for.
func id(name string) geo.ID {
	if name == "" {
		return geo.ID{}
	}
	return uuid.NewSHA1(uuid.NameSpaceOID, []byte(name))
}

var (
	day0 = time.Date(2026, 3, 2, 0, 0, 0, 0, time.UTC) // a Monday
	day1 = day0.AddDate(0, 0, 1)
	day2 = day0.AddDate(0, 0, 2)
)

func areaSeat(post Post, area string, number int) Seat {
	return Seat{ID: id(area + " " + string(post) + string(rune('0'+number))), Post: post, Area: id(area), Number: number}
}

func committeeSeat(post Post, committee string) Seat {
	return Seat{ID: id(committee + " " + string(post)), Post: post, Committee: id(committee), Number: 1}
}

// hold lets a person of the seat's own hold it from day0 on.
func (d *RosterData) hold(s Seat) Person {
	p := Person{ID: id("person of " + s.ID.String()), Name: "某人", Synthetic: true}
	d.People = append(d.People, p)
	d.Holdings = append(d.Holdings, Holding{ID: id("holding of " + s.ID.String()), Seat: s.ID, Person: p.ID, From: day0})
	return p
}

// country is a grid, its township, and a committee over two groups, with every
// post of both held.
func country() RosterData {
	d := RosterData{
		Committees: []Committee{{ID: id("committee"), Code: "C1", Name: "屯委会", Village: id("village"), Groups: []geo.ID{id("group"), id("group2")}}},
		Branches:   []Branch{{ID: id("branch"), Code: "B1", Name: "党支部", Village: id("village"), Groups: []geo.ID{id("group")}}},
	}
	for _, p := range []Post{GridChief, GridPolice} {
		d.Seats = append(d.Seats, areaSeat(p, "grid", 1))
	}
	d.Seats = append(d.Seats, areaSeat(GridMember, "grid", 2), areaSeat(GridMember, "grid", 1), areaSeat(TownshipDesk, "township", 1))
	for _, p := range []Post{GroupDirector, GroupSecurity, GroupWomen} {
		d.Seats = append(d.Seats, committeeSeat(p, "committee"))
	}
	for _, s := range d.Seats {
		d.hold(s)
	}
	return d
}

func mustRoster(t *testing.T, d RosterData) *Roster {
	t.Helper()
	r, err := NewRoster(d)
	if err != nil {
		t.Fatalf("NewRoster: %v", err)
	}
	return r
}

func TestRosterLookups(t *testing.T) {
	d := country()
	chief := d.hold(Seat{ID: id("spare")}) // a person without a seat of the roster, made so below
	d.Holdings[len(d.Holdings)-1] = Holding{ID: id("deputy"), Seat: areaSeat(GridChief, "grid", 1).ID, Person: chief.ID, Deputy: true, From: day1, To: day2}
	r := mustRoster(t, d)

	if got := r.Seats(GridMember, id("grid")); len(got) != 2 || got[0].Number != 1 || got[1].Number != 2 {
		t.Errorf("Seats(grid_member) = %v, want numbers 1 and 2", got)
	}
	for _, g := range []string{"group", "group2"} {
		if got := r.Seats(GroupDirector, id(g)); len(got) != 1 || got[0].Committee != id("committee") {
			t.Errorf("Seats(group_director, %s) = %v, want the committee's", g, got)
		}
		if c, ok := r.CommitteeOf(id(g)); !ok || c.Code != "C1" {
			t.Errorf("CommitteeOf(%s) = %v %v, want C1", g, c, ok)
		}
	}
	if got := r.Seats(GroupDirector, id("grid")); len(got) != 0 {
		t.Errorf("Seats(group_director, grid) = %v, want none", got)
	}
	if got := r.Seats(GridChief, id("group")); len(got) != 0 {
		t.Errorf("Seats(grid_chief, group) = %v, want none: a group has no chief", got)
	}
	if _, ok := r.CommitteeOf(id("grid")); ok {
		t.Error("CommitteeOf(grid) is ok, want none")
	}
	if b, ok := r.BranchOf(id("group")); !ok || b.Code != "B1" {
		t.Errorf("BranchOf(group) = %v %v, want B1", b, ok)
	}
	if _, ok := r.BranchOf(id("group2")); ok {
		t.Error("BranchOf(group2) is ok, want none")
	}

	seat := areaSeat(GridChief, "grid", 1).ID
	for _, tt := range []struct {
		name           string
		at             time.Time
		holder, deputy bool
	}{
		{"before anybody", day0.Add(-time.Microsecond), false, false},
		{"from the first instant", day0, true, false},
		{"deputy from the first instant", day1, true, true},
		{"deputy to the last", day2.Add(-time.Microsecond), true, true},
		{"deputy no longer", day2, true, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			if _, _, ok := r.Holder(seat, tt.at); ok != tt.holder {
				t.Errorf("Holder is %v, want %v", ok, tt.holder)
			}
			if p, _, ok := r.Deputy(seat, tt.at); ok != tt.deputy || ok && p.ID != chief.ID {
				t.Errorf("Deputy is %v %v, want %v", p.ID, ok, tt.deputy)
			}
		})
	}

	if got := r.AreasOf(chief.ID, day1); !slices.Equal(got, []geo.ID{id("grid")}) {
		t.Errorf("AreasOf(deputy) = %v, want the grid", got)
	}
	if got := r.AreasOf(chief.ID, day2); len(got) != 0 {
		t.Errorf("AreasOf(former deputy) = %v, want none", got)
	}
	director, _, _ := r.Holder(committeeSeat(GroupDirector, "committee").ID, day0)
	if got := r.AreasOf(director.ID, day0); len(got) != 2 || !slices.Contains(got, id("group2")) {
		t.Errorf("AreasOf(director) = %v, want both groups", got)
	}
	if got := r.SeatsOf(director.ID, day0); !slices.Equal(got, []geo.ID{committeeSeat(GroupDirector, "committee").ID}) {
		t.Errorf("SeatsOf(director) = %v, want the seat", got)
	}
	if got := r.AreasOf(id("nobody"), day0); got != nil {
		t.Errorf("AreasOf(nobody) = %v, want nil", got)
	}
}

func TestAreasOfNamesEachOnce(t *testing.T) {
	d := country()
	s1, s2 := areaSeat(GridChief, "grid", 1).ID, areaSeat(GridMember, "grid", 1).ID
	who := d.Holdings[0].Person
	for i := range d.Holdings {
		if d.Holdings[i].Seat == s1 || d.Holdings[i].Seat == s2 {
			d.Holdings[i].Person = who
		}
	}
	r := mustRoster(t, d)
	if got := r.AreasOf(who, day0); !slices.Equal(got, []geo.ID{id("grid")}) {
		t.Errorf("AreasOf = %v, want the grid once", got)
	}
	if got := r.PostsOf(who, day0); len(got) != 2 {
		t.Errorf("PostsOf = %v, want two", got)
	}
}

func TestNewRosterFaults(t *testing.T) {
	chief := areaSeat(GridChief, "grid", 1)
	tests := []struct {
		name   string
		change func(d *RosterData)
		want   string // in the fault; empty for none
	}{
		{"none", func(*RosterData) {}, ""},
		{"empty", func(d *RosterData) { *d = RosterData{} }, ""},
		{"group with two committees", func(d *RosterData) {
			d.Committees = append(d.Committees, Committee{ID: id("c2"), Code: "C2", Village: id("village"), Groups: []geo.ID{id("group")}})
		}, "which C1 serves already"},
		{"group twice in a committee", func(d *RosterData) { d.Committees[0].Groups = []geo.ID{id("group"), id("group")} }, "twice"},
		{"group with a branch and a committee", func(d *RosterData) { d.Branches[0].Groups = []geo.ID{id("group2")} }, ""},
		{"group with two branches", func(d *RosterData) {
			d.Branches = append(d.Branches, Branch{ID: id("b2"), Code: "B2", Village: id("village"), Groups: []geo.ID{id("group")}})
		}, "which B1 serves already"},
		{"committee without groups", func(d *RosterData) { d.Committees[0].Groups = nil }, "serves no village group"},
		{"committee without village", func(d *RosterData) { d.Committees[0].Village = geo.ID{} }, "names no village"},
		{"committee without code", func(d *RosterData) { d.Committees[0].Code = "" }, "has no code"},
		{"group without id", func(d *RosterData) { d.Committees[0].Groups[0] = geo.ID{} }, "without id"},
		{"unknown post", func(d *RosterData) { d.Seats[0].Post = "mayor" }, "is no post"},
		{"second chief", func(d *RosterData) { d.Seats = append(d.Seats, areaSeat(GridChief, "grid", 2)) }, "seats 1 to 1, not 2"},
		{"seat 0", func(d *RosterData) { d.Seats = append(d.Seats, areaSeat(GridMember, "grid", 0)) }, "seats 1 to 5, not 0"},
		{"fifth member", func(d *RosterData) { d.Seats = append(d.Seats, areaSeat(GridMember, "grid", 5)) }, ""},
		{"sixth member", func(d *RosterData) { d.Seats = append(d.Seats, areaSeat(GridMember, "grid", 6)) }, "seats 1 to 5, not 6"},
		{"seat number twice", func(d *RosterData) {
			s := areaSeat(GridMember, "grid", 1)
			s.ID = id("other")
			d.Seats = append(d.Seats, s)
		}, "stands twice in the same place"},
		{"neither area nor committee", func(d *RosterData) { d.Seats[0].Area = geo.ID{} }, "not to both"},
		{"area and committee", func(d *RosterData) { d.Seats[0].Committee = id("committee") }, "not to both"},
		{"chief of a committee", func(d *RosterData) { d.Seats[0].Area, d.Seats[0].Committee = geo.ID{}, id("committee") }, "no post of a committee"},
		{"director of an area", func(d *RosterData) { d.Seats = append(d.Seats, areaSeat(GroupDirector, "group", 1)) }, "committee's post"},
		{"volunteer of a compound", func(d *RosterData) { d.Seats = append(d.Seats, areaSeat(Volunteer, "compound", 9)) }, ""},
		{"unknown committee", func(d *RosterData) { d.Seats = append(d.Seats, committeeSeat(GroupDirector, "nowhere")) }, "not in the roster"},
		{"person twice", func(d *RosterData) { d.People = append(d.People, d.People[0]) }, "stands twice"},
		{"person without name", func(d *RosterData) { d.People[0].Name = "" }, "has no name"},
		{"person without id", func(d *RosterData) { d.People = append(d.People, Person{Name: "某人"}) }, "has no id"},
		{"unknown seat", func(d *RosterData) { d.Holdings[0].Seat = id("nowhere") }, "is not in the roster"},
		{"unknown person", func(d *RosterData) { d.Holdings[0].Person = id("nobody") }, "is not in the roster"},
		{"no start", func(d *RosterData) { d.Holdings[0].From = time.Time{} }, "has no start"},
		{"ends as it starts", func(d *RosterData) { d.Holdings[0].To = d.Holdings[0].From }, "not after its start"},
		{"two holders", func(d *RosterData) {
			d.Holdings = append(d.Holdings, Holding{ID: id("h2"), Seat: chief.ID, Person: d.People[1].ID, From: day1})
		}, "has a holder already"},
		{"two holders, later one first in the list", func(d *RosterData) {
			d.Holdings = append([]Holding{{ID: id("h2"), Seat: chief.ID, Person: d.People[1].ID, From: day1}}, d.Holdings...)
		}, "has a holder already"},
		{"one after the other", func(d *RosterData) {
			d.Holdings[0].To = day1
			d.Holdings = append(d.Holdings, Holding{ID: id("h2"), Seat: chief.ID, Person: d.People[1].ID, From: day1})
		}, ""},
		{"overlap by a microsecond", func(d *RosterData) {
			d.Holdings[0].To = day1.Add(time.Microsecond)
			d.Holdings = append(d.Holdings, Holding{ID: id("h2"), Seat: chief.ID, Person: d.People[1].ID, From: day1})
		}, "has a holder already"},
		{"deputy beside the holder", func(d *RosterData) {
			d.Holdings = append(d.Holdings, Holding{ID: id("h2"), Seat: chief.ID, Person: d.People[1].ID, Deputy: true, From: day1})
		}, ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := country()
			tt.change(&d)
			_, err := NewRoster(d)
			switch {
			case tt.want == "" && err != nil:
				t.Errorf("NewRoster: %v, want no error", err)
			case tt.want != "" && (!errors.Is(err, geo.ErrInvalid) || !strings.Contains(err.Error(), tt.want)):
				t.Errorf("NewRoster: %v, want a fault with %q", err, tt.want)
			}
		})
	}
}

func TestNewRosterListsEveryFault(t *testing.T) {
	d := country()
	d.People[0].Name = ""
	d.Seats[0].Number = 7
	d.Holdings[2].Seat = id("nowhere")
	_, err := NewRoster(d)
	var p *geo.Problem
	if !errors.As(err, &p) || len(p.Fields) != 3 {
		t.Fatalf("NewRoster: %v, want three faults", err)
	}
	want := []string{"/people/0", "/seats/0", "/holdings/2"}
	for i, f := range p.Fields {
		if f.Pointer != want[i] {
			t.Errorf("fault %d is at %s, want %s", i, f.Pointer, want[i])
		}
	}
}

func TestVacancies(t *testing.T) {
	without := func(d *RosterData, seat geo.ID) {
		d.Holdings = slices.DeleteFunc(d.Holdings, func(h Holding) bool { return h.Seat == seat })
	}
	tests := []struct {
		name   string
		change func(d *RosterData)
		want   []string // post number areas flags
	}{
		{"none", func(*RosterData) {}, nil},
		{"chief", func(d *RosterData) { without(d, areaSeat(GridChief, "grid", 1).ID) }, []string{"grid_chief 1 areas=1 required"}},
		{"chief with deputy", func(d *RosterData) {
			without(d, areaSeat(GridChief, "grid", 1).ID)
			d.Holdings = append(d.Holdings, Holding{ID: id("h"), Seat: areaSeat(GridChief, "grid", 1).ID, Person: d.People[1].ID, Deputy: true, From: day0})
		}, []string{"grid_chief 1 areas=1 deputy required"}},
		{"second member", func(d *RosterData) { without(d, areaSeat(GridMember, "grid", 2).ID) }, []string{"grid_member 2 areas=1"}},
		{"first member, the second is there", func(d *RosterData) { without(d, areaSeat(GridMember, "grid", 1).ID) }, []string{"grid_member 1 areas=1"}},
		{"both members", func(d *RosterData) {
			without(d, areaSeat(GridMember, "grid", 1).ID)
			without(d, areaSeat(GridMember, "grid", 2).ID)
		}, []string{"grid_member 1 areas=1 required", "grid_member 2 areas=1"}},
		{"committee's post, of two groups", func(d *RosterData) { without(d, committeeSeat(GroupSecurity, "committee").ID) }, []string{"group_security 1 areas=2 required"}},
		{"seat never set up", func(d *RosterData) {
			s := areaSeat(GridPolice, "grid", 1)
			without(d, s.ID)
			d.Seats = slices.DeleteFunc(d.Seats, func(x Seat) bool { return x.ID == s.ID })
		}, []string{"grid_police 1 areas=1 unset required"}},
		{"committee without any seat", func(d *RosterData) {
			d.Committees = append(d.Committees, Committee{ID: id("c2"), Code: "C2", Village: id("village"), Groups: []geo.ID{id("group3")}})
		}, []string{"group_director 1 areas=1 unset required", "group_security 1 areas=1 unset required", "group_women 1 areas=1 unset required"}},
		{"volunteers are never vacant", func(d *RosterData) { d.Seats = append(d.Seats, areaSeat(Volunteer, "compound", 1)) }, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			d := country()
			tt.change(&d)
			var got []string
			for _, v := range mustRoster(t, d).Vacancies(day0) {
				s := string(v.Seat.Post) + " " + string(rune('0'+v.Seat.Number)) + " areas=" + string(rune('0'+len(v.Areas)))
				for _, f := range []struct {
					set  bool
					text string
				}{{v.Seat.ID == geo.ID{}, " unset"}, {v.HasDeputy, " deputy"}, {v.Required, " required"}} {
					if f.set {
						s += f.text
					}
				}
				got = append(got, s)
			}
			if !slices.Equal(got, tt.want) {
				t.Errorf("Vacancies = %q, want %q", got, tt.want)
			}
		})
	}
	if got := len(mustRoster(t, country()).Vacancies(day0.Add(-1))); got != 8 {
		t.Errorf("before anybody began there are %d vacancies, want 8", got)
	}
}
