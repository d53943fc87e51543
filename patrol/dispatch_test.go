package patrol

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
)

// covering gives a match of the kinds, each by the area with the kind's name;
// the group is called "group".
func covering(kinds ...geo.Kind) geo.Match {
	var m geo.Match
	for _, k := range kinds {
		name := string(k)
		if k == geo.VillageGroup {
			name = "group"
		}
		m.Set(&geo.Area{ID: id(name), Kind: k, Code: "code of " + name, Name: name})
	}
	return m
}

var (
	inCountry = covering(geo.District, geo.Township, geo.Village, geo.VillageGroup, geo.Grid)
	inTown    = covering(geo.District, geo.Township, geo.Village, geo.Grid)
)

func duties(t *testing.T, d RosterData) *Duties {
	t.Helper()
	return &Duties{Version: 3, Roster: mustRoster(t, d), Rulebook: DefaultRulebook(shanghai)}
}

func routing(m geo.Match, lead Post) Routing {
	return Routing{Point: orb.Point{125.66, 43.52}, Match: m, Revision: 2, EdgeDistanceM: 12.3,
		Category: Category{Code: "other", LeadPost: lead}, At: day1.Add(1234567 * time.Nanosecond)}
}

// line gives an assignment in one line, such as
// "grid_chief@grid holder lead for group_director@group".
func line(a Assignment) string {
	s := fmt.Sprintf("%s@%s %s", a.Post, strings.TrimPrefix(a.AreaCode, "code of "), a.Via)
	if a.PersonID == (geo.ID{}) {
		s += " nobody"
	}
	if a.SeatID == (geo.ID{}) {
		s += " unset"
	}
	if a.Lead {
		s += " lead"
	}
	for _, v := range a.StandsFor {
		s += fmt.Sprintf(" for %s@%s", v.Post, strings.TrimPrefix(v.AreaCode, "code of "))
	}
	return s
}

// vacate takes everybody out of the posts.
func (d *RosterData) vacate(posts ...Post) {
	seats := map[geo.ID]bool{}
	for _, s := range d.Seats {
		seats[s.ID] = slices.Contains(posts, s.Post)
	}
	d.Holdings = slices.DeleteFunc(d.Holdings, func(h Holding) bool { return seats[h.Seat] })
}

// remove takes the seats of the posts away.
func (d *RosterData) remove(posts ...Post) {
	d.vacate(posts...)
	d.Seats = slices.DeleteFunc(d.Seats, func(s Seat) bool { return slices.Contains(posts, s.Post) })
}

// deputise lets somebody stand in for a seat.
func (d *RosterData) deputise(s Seat) {
	d.hold(s)
	d.Holdings[len(d.Holdings)-1].Deputy = true
	last := &d.People[len(d.People)-1]
	last.ID = id("deputy of " + s.ID.String())
	d.Holdings[len(d.Holdings)-1].Person = last.ID
	d.Holdings[len(d.Holdings)-1].ID = last.ID
}

func TestDispatch(t *testing.T) {
	tests := []struct {
		name   string
		match  geo.Match
		lead   Post
		change func(d *RosterData, b *Rulebook)
		rule   string
		want   []string
	}{
		{"country", inCountry, GridChief, nil, "group-and-grid",
			[]string{"grid_chief@grid holder lead", "grid_police@grid holder", "group_director@group holder", "group_security@group holder"}},
		{"town", inTown, GridChief, nil, "grid",
			[]string{"grid_chief@grid holder lead", "grid_police@grid holder"}},
		{"lead by category", inCountry, GroupSecurity, nil, "group-and-grid",
			[]string{"grid_chief@grid holder", "grid_police@grid holder", "group_director@group holder", "group_security@group holder lead"}},
		{"lead that is not there: the chief", inTown, GroupSecurity, nil, "grid",
			[]string{"grid_chief@grid holder lead", "grid_police@grid holder"}},
		{"deputy", inTown, GridChief, func(d *RosterData, _ *Rulebook) {
			d.vacate(GridChief)
			d.deputise(areaSeat(GridChief, "grid", 1))
		}, "grid", []string{"grid_chief@grid deputy lead", "grid_police@grid holder"}},
		{"holder before deputy", inTown, GridChief, func(d *RosterData, _ *Rulebook) { d.deputise(areaSeat(GridChief, "grid", 1)) },
			"grid", []string{"grid_chief@grid holder lead", "grid_police@grid holder"}},
		{"security vacant: the director, who answers already", inCountry, GroupSecurity, func(d *RosterData, _ *Rulebook) { d.vacate(GroupSecurity) },
			"group-and-grid", []string{"grid_chief@grid holder", "grid_police@grid holder", "group_director@group holder lead for group_security@group"}},
		{"committee empty: the chief answers for both", inCountry, GridChief, func(d *RosterData, _ *Rulebook) { d.vacate(GroupSecurity, GroupDirector) },
			"group-and-grid", []string{"grid_chief@grid holder lead for group_director@group for group_security@group", "grid_police@grid holder"}},
		{"no committee at all", inCountry, GridChief, func(d *RosterData, _ *Rulebook) {
			d.remove(GroupDirector, GroupSecurity, GroupWomen)
			d.Committees = nil
		}, "group-and-grid", []string{"grid_chief@grid holder lead for group_director@group for group_security@group", "grid_police@grid holder"}},
		{"chief vacant: the township's desk, which leads", inTown, GridChief, func(d *RosterData, _ *Rulebook) { d.vacate(GridChief) },
			"grid", []string{"grid_police@grid holder", "township_desk@township level_above lead for grid_chief@grid"}},
		{"chief without a seat", inTown, GridChief, func(d *RosterData, _ *Rulebook) { d.remove(GridChief) },
			"grid", []string{"grid_police@grid holder", "township_desk@township level_above lead for grid_chief@grid"}},
		{"chief and police vacant: the desk once", inTown, GridPolice, func(d *RosterData, _ *Rulebook) { d.vacate(GridChief, GridPolice) },
			"grid", []string{"township_desk@township level_above lead for grid_chief@grid for grid_police@grid"}},
		{"nobody in the grid or the committee", inCountry, GridChief, func(d *RosterData, _ *Rulebook) { d.vacate(GridChief, GridPolice, GroupDirector, GroupSecurity) },
			"group-and-grid", []string{"township_desk@township level_above lead for grid_chief@grid for grid_police@grid for group_director@group for group_security@group"}},
		{"desk that nobody holds", inTown, GridChief, func(d *RosterData, _ *Rulebook) { d.vacate(GridChief, TownshipDesk) },
			"grid", []string{"grid_police@grid holder", "township_desk@township post nobody lead for grid_chief@grid"}},
		{"desk with a deputy", inTown, GridChief, func(d *RosterData, _ *Rulebook) {
			d.vacate(GridChief, TownshipDesk)
			d.deputise(areaSeat(TownshipDesk, "township", 1))
		}, "grid", []string{"grid_police@grid holder", "township_desk@township level_above lead for grid_chief@grid"}},
		{"no desk in the township: the district's, which nobody set up", inTown, GridChief, func(d *RosterData, _ *Rulebook) { d.remove(GridChief, TownshipDesk) },
			"grid", []string{"grid_police@grid holder", "district_desk@district post nobody unset lead for grid_chief@grid"}},
		{"the district's desk, held", inTown, GridChief, func(d *RosterData, _ *Rulebook) {
			d.remove(GridChief, TownshipDesk)
			d.Seats = append(d.Seats, areaSeat(DistrictDesk, "district", 1))
			d.hold(areaSeat(DistrictDesk, "district", 1))
		}, "grid", []string{"grid_police@grid holder", "district_desk@district level_above lead for grid_chief@grid"}},
		{"empty roster", inCountry, GridChief, func(d *RosterData, _ *Rulebook) { *d = RosterData{} },
			"group-and-grid", []string{"district_desk@district post nobody unset lead for grid_chief@grid for grid_police@grid for group_director@group for group_security@group"}},
		{"no grid there: the township's desk", covering(geo.District, geo.Township), GridChief, nil,
			"no-grid", []string{"township_desk@township holder lead"}},
		{"no grid there, and nobody at the desk", covering(geo.District, geo.Township), GridChief, func(d *RosterData, _ *Rulebook) { d.vacate(TownshipDesk) },
			"no-grid", []string{"township_desk@township post nobody lead"}},
		{"nothing but the district", covering(geo.District), GridChief, nil,
			"no-grid", []string{"district_desk@district post nobody unset lead for township_desk@"}},
		{"group outside every grid", covering(geo.District, geo.Township, geo.VillageGroup), GridChief, nil,
			"group-and-grid", []string{"group_director@group holder", "group_security@group holder", "township_desk@township level_above lead for grid_chief@ for grid_police@"}},
		{"members, by number; one vacant", inTown, GridMember, func(d *RosterData, b *Rulebook) {
			b.Rules = []Rule{{Name: "members", Kind: geo.Grid, Posts: []Post{GridMember}}}
			d.Seats = append(d.Seats, areaSeat(GridMember, "grid", 3))
		}, "members", []string{"grid_member@grid holder lead", "grid_member@grid holder"}},
		{"members, all vacant", inTown, GridMember, func(d *RosterData, b *Rulebook) {
			b.Rules = []Rule{{Name: "members", Kind: geo.Grid, Posts: []Post{GridMember}}}
			d.vacate(GridMember)
		}, "members", []string{"grid_chief@grid level_above lead for grid_member@grid"}},
		{"rule for the category first", inCountry, GroupWomen, func(_ *RosterData, b *Rulebook) {
			b.Rules = append(b.Rules, Rule{Name: "women", Priority: 1, Kind: geo.VillageGroup, Categories: []string{"other"}, Posts: []Post{GroupWomen}})
		}, "women", []string{"group_women@group holder lead"}},
		{"rule for another category", inTown, GridChief, func(_ *RosterData, b *Rulebook) {
			b.Rules = append(b.Rules, Rule{Name: "fire", Priority: 1, Kind: geo.Grid, Categories: []string{"fire_safety"}, Posts: []Post{GridMember}})
		}, "grid", []string{"grid_chief@grid holder lead", "grid_police@grid holder"}},
		{"rules of one priority by name", inTown, GridChief, func(_ *RosterData, b *Rulebook) {
			b.Rules = []Rule{{Name: "b", Kind: geo.Grid, Posts: []Post{GridPolice}}, {Name: "a", Kind: geo.Grid, Posts: []Post{GridChief}}}
		}, "a", []string{"grid_chief@grid holder lead"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			data := country()
			b := DefaultRulebook(shanghai)
			if tt.change != nil {
				tt.change(&data, b)
			}
			d := duties(t, data)
			d.Rulebook = b
			got, err := Dispatch(d, routing(tt.match, tt.lead))
			if err != nil {
				t.Fatalf("Dispatch: %v", err)
			}
			var lines []string
			for _, a := range got.Assignments {
				lines = append(lines, line(a))
			}
			if got.Rule != tt.rule || !slices.Equal(lines, tt.want) {
				t.Errorf("Dispatch gives rule %s:\n  %s\nwant %s:\n  %s", got.Rule, strings.Join(lines, "\n  "), tt.rule, strings.Join(tt.want, "\n  "))
			}
			again, err := Dispatch(d, routing(tt.match, tt.lead))
			if err != nil || !got.Equal(again) {
				t.Errorf("again it gives %v: %v", err, Compare(got, again))
			}
		})
	}
}

func TestDispatchRecord(t *testing.T) {
	d := duties(t, country())
	got, err := Dispatch(d, routing(inCountry, GridChief))
	if err != nil {
		t.Fatal(err)
	}
	if got.Revision != 2 || got.DutyVersion != 3 || got.EdgeDistanceM != 12.3 || got.Point != (orb.Point{125.66, 43.52}) {
		t.Errorf("the record is %+v", got)
	}
	if want := day1.Add(1234 * time.Microsecond); !got.DecidedAt.Equal(want) || got.DecidedAt.Location() != time.UTC {
		t.Errorf("DecidedAt = %s, want %s", got.DecidedAt, want)
	}
	if want := []geo.ID{id("district"), id("township"), id("village"), id("group"), id("grid")}; !slices.Equal(got.AreaIDs, want) {
		t.Errorf("AreaIDs = %v, want %v", got.AreaIDs, want)
	}
	if n := got.Areas[geo.VillageGroup]; n == nil || n.Name != "group" {
		t.Errorf("Areas[village_group] = %v, want group", n)
	}
	if n, ok := got.Areas[geo.Compound]; n != nil || !ok {
		t.Errorf("Areas[compound] = %v %v, want nil and present", n, ok)
	}
	chief, _, _ := d.Roster.Holder(areaSeat(GridChief, "grid", 1).ID, day1)
	if a := got.Assignments[0]; a.PersonID != chief.ID || a.AreaID != id("grid") || a.SeatID != areaSeat(GridChief, "grid", 1).ID {
		t.Errorf("first assignment = %+v, want the chief's", a)
	}
	if a := got.Assignments[2]; a.AreaID != id("group") || a.AreaKind != geo.VillageGroup {
		t.Errorf("the committee's assignment names %s %s, want the group that was hit", a.AreaKind, a.AreaID)
	}
}

func TestDispatchGoesByTheTime(t *testing.T) {
	data := country()
	seat := areaSeat(GridChief, "grid", 1)
	data.Holdings[0].To = day1
	data.People = append(data.People, Person{ID: id("second"), Name: "某人"})
	data.Holdings = append(data.Holdings, Holding{ID: id("second"), Seat: seat.ID, Person: id("second"), From: day1})
	d := duties(t, data)
	for _, tt := range []struct {
		at   time.Time
		want geo.ID
	}{{day1.Add(-time.Nanosecond), data.Holdings[0].Person}, {day1, id("second")}} {
		r := routing(inTown, GridChief)
		r.At = tt.at
		got, err := Dispatch(d, r)
		if err != nil || got.Assignments[0].PersonID != tt.want {
			t.Errorf("at %s the chief is %v %v, want %v", tt.at, got.Assignments[0].PersonID, err, tt.want)
		}
	}
}

func TestDispatchOutside(t *testing.T) {
	_, err := Dispatch(duties(t, country()), routing(geo.Match{}, GridChief))
	var p *geo.Problem
	if !errors.As(err, &p) || p.Code != "outside-district" || !errors.Is(err, geo.ErrInvalid) {
		t.Errorf("Dispatch outside: %v, want outside-district", err)
	}
}

func TestResponsible(t *testing.T) {
	data := country()
	data.vacate(GroupSecurity)
	d := duties(t, data)
	d.Rulebook.Rules = append(d.Rulebook.Rules, Rule{Name: "fire", Categories: []string{"fire_safety"}, Kind: geo.Grid, Posts: []Post{GridMember}})
	dec, err := Dispatch(d, routing(inCountry, ""))
	if err != nil {
		t.Fatal(err)
	}
	got := Responsible(d, inCountry, day1)
	if len(got) != 3 {
		t.Fatalf("Responsible = %v, want three", got)
	}
	for i, a := range got {
		want := dec.Assignments[i]
		want.Lead = false
		if !a.Equal(want) {
			t.Errorf("Responsible[%d] = %s, want %s", i, line(a), line(want))
		}
	}
	if got := Responsible(d, geo.Match{}, day1); len(got) != 0 {
		t.Errorf("Responsible outside = %v, want none", got)
	}
}

// Every field of a decision counts: change one, and Compare says which.
func TestCompare(t *testing.T) {
	data := country()
	data.vacate(GroupSecurity)
	d := duties(t, data)
	base, err := Dispatch(d, routing(inCountry, GridChief))
	if err != nil {
		t.Fatal(err)
	}
	local := base
	local.DecidedAt = base.DecidedAt.In(shanghai)
	if diff := Compare(base, local); diff != nil {
		t.Errorf("another zone differs: %v", diff)
	}
	fields := reflect.TypeFor[Decision]()
	for i := range fields.NumField() {
		name := fields.Field(i).Name
		if name == "Assignments" {
			continue
		}
		t.Run(name, func(t *testing.T) { compareChanged(t, base, i) })
	}
	fields = reflect.TypeFor[Assignment]()
	for i := range fields.NumField() {
		t.Run("Assignment "+fields.Field(i).Name, func(t *testing.T) {
			other := base
			other.Assignments = slices.Clone(base.Assignments)
			zeroOrSet(reflect.ValueOf(&other.Assignments[2]).Elem().Field(i))
			if diff := Compare(base, other); len(diff) != 1 || base.Equal(other) {
				t.Errorf("Compare = %q, want one difference", diff)
			}
		})
	}
	short := base
	short.Assignments = base.Assignments[:2]
	if diff := Compare(base, short); len(diff) != 1 || !strings.HasPrefix(diff[0], "number of assignments: 3, 2") {
		t.Errorf("Compare with one less = %q", diff)
	}
}

func compareChanged(t *testing.T, base Decision, field int) {
	other := base
	zeroOrSet(reflect.ValueOf(&other).Elem().Field(field))
	if diff := Compare(base, other); len(diff) == 0 || base.Equal(other) {
		t.Error("a changed field makes no difference")
	}
}

// zeroOrSet changes a value: to zero, or where it is zero to something else.
func zeroOrSet(v reflect.Value) {
	if v.IsZero() && v.Kind() == reflect.Bool {
		v.SetBool(true)
		return
	}
	v.SetZero()
}
