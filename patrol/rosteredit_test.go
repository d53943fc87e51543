package patrol

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
)

var noon = time.Date(2026, 5, 15, 4, 0, 0, 0, time.UTC)

// smallRoster is a grid with chief, officer and two members, of whom the second
// seat is vacant; and a committee of two groups with a director alone.
func smallRoster(t testing.TB) *Roster {
	t.Helper()
	var d RosterData
	for _, name := range []string{"chief", "officer", "member", "director", "spare"} {
		d.People = append(d.People, Person{ID: id(name), Name: "人" + name, Phone: "120" + name})
	}
	seat := func(name string, post Post, area, committee string, number int, holder string) {
		d.Seats = append(d.Seats, Seat{ID: id(name), Post: post, Area: id(area), Committee: id(committee), Number: number})
		if holder != "" {
			d.Holdings = append(d.Holdings, Holding{ID: id("hold " + name), Seat: id(name), Person: id(holder), From: day(1)})
		}
	}
	seat("s chief", GridChief, "grid", "", 1, "chief")
	seat("s officer", GridPolice, "grid", "", 1, "officer")
	seat("s member", GridMember, "grid", "", 1, "member")
	seat("s member 2", GridMember, "grid", "", 2, "")
	seat("s director", GroupDirector, "", "committee", 1, "director")
	seat("s security", GroupSecurity, "", "committee", 1, "")
	seat("s women", GroupWomen, "", "committee", 1, "")
	d.Holdings = append(d.Holdings, Holding{ID: id("deputy"), Seat: id("s security"), Person: id("director"), Deputy: true, From: day(2)})
	d.People = append(d.People, Person{ID: id("erased"), Name: ErasedName})
	d.Committees = []Committee{{ID: id("committee"), Code: "W1", Name: "屯委会", Village: id("village"), Groups: []geo.ID{id("g1"), id("g2")}}}
	d.Branches = []Branch{{ID: id("branch"), Code: "B1", Name: "支部", Village: id("village"), Groups: []geo.ID{id("g1")}}}
	d.Leaves = []Leave{{ID: id("leave"), Person: id("officer"), From: day(10), To: day(20)}, {ID: id("old leave"), Person: id("officer"), From: day(3), To: day(5)}}
	r, err := NewRoster(d)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// countedIDs gives ids "new 1", "new 2", ….
func countedIDs() func() geo.ID {
	n := 0
	return func() geo.ID { n++; return id(fmt.Sprint("new ", n)) }
}

func editAt(r *Roster, now time.Time, changes ...RosterChange) (*Roster, Edited, error) {
	e, err := Edit(r, changes, Editing{Now: now, NewID: countedIDs()})
	if err != nil {
		return nil, e, err
	}
	next, err := NewRoster(e.Data)
	return next, e, err
}

// story says who held a seat on which days of May 2026, and who stood in.
func story(r *Roster, seat string) string {
	var out []string
	for d := 1; d <= 31; d++ {
		p, _, _ := r.Holder(id(seat), day(d))
		s, _, _ := r.Deputy(id(seat), day(d))
		line := strings.TrimPrefix(p.Name, "人") + "/" + strings.TrimPrefix(s.Name, "人")
		if n := len(out); n == 0 || !strings.HasSuffix(out[n-1], " "+line) {
			out = append(out, fmt.Sprintf("%d %s", d, line))
		}
	}
	return strings.Join(out, ", ")
}

func TestEditHoldings(t *testing.T) {
	whom := func(name string) Whom { return Whom{ID: id(name)} }
	for name, tt := range map[string]struct {
		seat    string
		changes []RosterChange
		want    string
	}{
		"appointed now":              {"s chief", []RosterChange{Appoint{Seat: id("s chief"), Person: whom("spare")}}, "1 chief/, 16 spare/"},
		"somebody new":               {"s chief", []RosterChange{Appoint{Seat: id("s chief"), Person: Whom{Name: " 新 ", Phone: "120"}}}, "1 chief/, 16 新/"},
		"later":                      {"s chief", []RosterChange{Appoint{Seat: id("s chief"), Person: whom("spare"), From: day(20)}}, "1 chief/, 20 spare/"},
		"earlier":                    {"s chief", []RosterChange{Appoint{Seat: id("s chief"), Person: whom("spare"), From: day(10)}}, "1 chief/, 10 spare/"},
		"from the beginning":         {"s chief", []RosterChange{Appoint{Seat: id("s chief"), Person: whom("spare"), From: day(1)}}, "1 spare/"},
		"before one who is to come":  {"s chief", []RosterChange{Appoint{Seat: id("s chief"), Person: whom("spare"), From: day(25)}, Appoint{Seat: id("s chief"), Person: whom("member"), From: day(20)}}, "1 chief/, 20 member/, 25 spare/"},
		"instead of who is to come":  {"s chief", []RosterChange{Appoint{Seat: id("s chief"), Person: whom("spare"), From: day(25)}, Appoint{Seat: id("s chief"), Person: whom("member"), From: day(25)}}, "1 chief/, 25 member/"},
		"to a vacant seat":           {"s member 2", []RosterChange{Appoint{Seat: id("s member 2"), Person: whom("spare")}}, "1 /, 16 spare/"},
		"who stood in":               {"s security", []RosterChange{Appoint{Seat: id("s security"), Person: whom("director")}}, "1 /, 2 /director, 16 director/"},
		"relieved":                   {"s chief", []RosterChange{Relieve{Seat: id("s chief")}}, "1 chief/, 16 /"},
		"relieved later":             {"s chief", []RosterChange{Relieve{Seat: id("s chief"), At: day(18)}}, "1 chief/, 18 /"},
		"never held it":              {"s chief", []RosterChange{Relieve{Seat: id("s chief"), At: day(1)}}, "1 /"},
		"relieved, and another then": {"s chief", []RosterChange{Relieve{Seat: id("s chief"), At: day(18)}, Appoint{Seat: id("s chief"), Person: whom("spare"), From: day(20)}}, "1 chief/, 18 /, 20 spare/"},
		"not relieved after all":     {"s chief", []RosterChange{Relieve{Seat: id("s chief"), At: day(18)}, Appoint{Seat: id("s chief"), Person: whom("chief"), From: day(18)}}, "1 chief/"},
		"a deputy":                   {"s chief", []RosterChange{Deputise{Seat: id("s chief"), Person: whom("member"), From: day(17), To: day(19)}}, "1 chief/, 17 chief/member, 19 chief/"},
		"a deputy no more":           {"s security", []RosterChange{EndDeputy{Holding: id("deputy")}}, "1 /, 2 /director, 16 /"},
		"a deputy who never was":     {"s security", []RosterChange{EndDeputy{Holding: id("deputy"), At: day(2)}}, "1 /"},
		"a deputy who will not be":   {"s chief", []RosterChange{Deputise{Seat: id("s chief"), Person: whom("member"), From: day(17)}, EndDeputy{Holding: id("new 1")}}, "1 chief/"},
	} {
		t.Run(name, func(t *testing.T) {
			was := smallRoster(t)
			before := story(was, tt.seat)
			r, e, err := editAt(was, noon, tt.changes...)
			if err != nil {
				t.Fatal(err)
			}
			if got := story(r, tt.seat); got != tt.want {
				t.Errorf("the seat was held: %s\nwant: %s", got, tt.want)
			}
			if story(was, tt.seat) != before {
				t.Error("the roster that was edited is another")
			}
			if !slices.Contains(e.Seats, id(tt.seat)) {
				t.Errorf("seats touched: %v", e.Seats)
			}
		})
	}
}

func TestEditFaults(t *testing.T) {
	chief, spare := id("s chief"), Whom{ID: id("spare")}
	text := "x"
	phone := "120chief"
	for name, tt := range map[string]struct {
		change  RosterChange
		pointer string
	}{
		"no such seat":               {Appoint{Seat: id("none"), Person: spare}, "seat"},
		"no such person":             {Appoint{Seat: chief, Person: Whom{ID: id("none")}}, "person"},
		"nobody":                     {Appoint{Seat: chief}, "person/name"},
		"both":                       {Appoint{Seat: chief, Person: Whom{ID: id("spare"), Name: "x"}}, "person"},
		"another's phone":            {Appoint{Seat: chief, Person: Whom{Name: "x", Phone: phone}}, "person/phone"},
		"a name over two lines":      {Appoint{Seat: chief, Person: Whom{Name: "a\nb"}}, "person/name"},
		"who holds it":               {Appoint{Seat: chief, Person: Whom{ID: id("chief")}}, "person"},
		"a member twice":             {Appoint{Seat: id("s member 2"), Person: Whom{ID: id("member")}}, "person"},
		"before the last change":     {Appoint{Seat: id("s security"), Person: spare, From: day(1)}, "from"},
		"nobody to relieve":          {Relieve{Seat: id("s member 2")}, "seat"},
		"relieved before it":         {Relieve{Seat: chief, At: day(1).Add(-1000)}, "at"},
		"who holds it stands in":     {Deputise{Seat: chief, Person: Whom{ID: id("chief")}}, "person"},
		"stands in twice":            {Deputise{Seat: id("s security"), Person: Whom{ID: id("director")}}, "person"},
		"stands in for no time":      {Deputise{Seat: chief, Person: spare, From: day(20), To: day(20)}, "to"},
		"no such deputy":             {EndDeputy{Holding: id("hold s chief")}, "holding"},
		"a deputy before he began":   {EndDeputy{Holding: id("deputy"), At: day(1)}, "at"},
		"on leave twice":             {TakeLeave{Person: id("officer"), From: day(19)}, "from"},
		"a leave of no time":         {TakeLeave{Person: id("chief"), To: day(1)}, "to"},
		"a leave long ago":           {TakeLeave{Person: id("officer"), From: day(1), To: day(2)}, "from"},
		"nobody on leave":            {TakeLeave{Person: id("none")}, "person"},
		"no such leave":              {EndLeave{Leave: id("none")}, "leave"},
		"a leave that is over":       {EndLeave{Leave: id("old leave")}, "leave"},
		"a leave ends before it":     {EndLeave{Leave: id("leave"), At: day(9)}, "at"},
		"a leave ends later":         {EndLeave{Leave: id("leave"), At: day(25)}, "at"},
		"a second chief":             {AddSeat{Post: GridChief, Area: id("grid"), AreaKind: geo.Grid}, "post"},
		"a third number 2":           {AddSeat{Post: GridMember, Area: id("grid"), AreaKind: geo.Grid, Number: 2}, "number"},
		"a sixth member":             {AddSeat{Post: GridMember, Area: id("grid"), AreaKind: geo.Grid, Number: 6}, "number"},
		"a member of a compound":     {AddSeat{Post: GridMember, Area: id("c"), AreaKind: geo.Compound}, "area"},
		"a committee's of an area":   {AddSeat{Post: GroupWomen, Area: id("g1"), AreaKind: geo.VillageGroup}, "area"},
		"volunteers of a grid":       {AddSeat{Post: Volunteer, Area: id("grid"), AreaKind: geo.Grid}, "area"},
		"an area's of a committee":   {AddSeat{Post: GridMember, Committee: "W1"}, "committee"},
		"no such committee":          {AddSeat{Post: Volunteer, Committee: "W9"}, "committee"},
		"of nothing":                 {AddSeat{Post: GridMember}, "area"},
		"no post":                    {AddSeat{Post: "king", Area: id("grid"), AreaKind: geo.Grid}, "post"},
		"a seat that is held":        {RemoveSeat{Seat: id("s member")}, "seat"},
		"a seat with a deputy":       {RemoveSeat{Seat: id("s security")}, "seat"},
		"a seat that must be":        {RemoveSeat{Seat: id("s women")}, "seat"},
		"no seat to make public":     {SetPublicContact{Seat: id("none")}, "seat"},
		"another's phone for one":    {AlterPerson{Person: id("spare"), Phone: &phone}, "phone"},
		"no name":                    {AlterPerson{Person: id("spare"), Name: new(string)}, "name"},
		"an erased one appointed":    {Appoint{Seat: chief, Person: Whom{ID: id("erased")}}, "person"},
		"an erased one named":        {AlterPerson{Person: id("erased"), Name: &text}, "person"},
		"nobody to alter":            {AlterPerson{Person: id("none"), Name: &text}, "person"},
		"a committee without code":   {PutCommittee{Name: "x", Village: id("village"), Groups: []geo.ID{id("g3")}}, "code"},
		"a committee without name":   {PutCommittee{Code: "W2", Village: id("village"), Groups: []geo.ID{id("g3")}}, "name"},
		"without village":            {PutCommittee{Code: "W2", Name: "x", Groups: []geo.ID{id("g3")}}, "village"},
		"without groups":             {PutCommittee{Code: "W2", Name: "x", Village: id("village")}, "groups"},
		"a group twice":              {PutCommittee{Code: "W2", Name: "x", Village: id("village"), Groups: []geo.ID{id("g3"), id("g3")}}, "groups/1"},
		"another's group":            {PutCommittee{Code: "W2", Name: "x", Village: id("village"), Groups: []geo.ID{id("g3"), id("g2")}}, "groups/1"},
		"a committee with people":    {RemoveCommittee{Code: "W1"}, "code"},
		"no committee to remove":     {RemoveCommittee{Code: "W9"}, "code"},
		"another branch's group":     {PutBranch{Code: "B2", Name: "x", Village: id("village"), Groups: []geo.ID{id("g1")}}, "groups/0"},
		"no branch to remove":        {RemoveBranch{Code: "B9"}, "code"},
		"a seat of somebody to come": {RemoveSeat{Seat: id("s chief")}, "seat"},
	} {
		t.Run(name, func(t *testing.T) {
			first := SetPublicContact{Seat: chief, Public: true}
			_, _, err := editAt(smallRoster(t), noon, first, tt.change)
			var p *geo.Problem
			if !errors.As(err, &p) || p.Code != "roster-change-invalid" || !errors.Is(err, geo.ErrInvalid) || len(p.Fields) != 1 || p.Fields[0].Pointer != "/changes/1/"+tt.pointer {
				t.Fatalf("%v, want one fault at /changes/1/%s", err, tt.pointer)
			}
			if s := err.Error(); strings.Contains(s, "120") || strings.Contains(s, "人") {
				t.Errorf("it names somebody: %s", s)
			}
		})
	}
	if _, _, err := editAt(smallRoster(t), noon, nil); err == nil || errors.Is(err, geo.ErrInvalid) {
		t.Errorf("no change at all: %v", err)
	}
}

func TestEditSeatsAndBodies(t *testing.T) {
	r, _, err := editAt(smallRoster(t), noon,
		PutCommittee{Code: "W1", Name: "一屯委会", Village: id("village"), Groups: []geo.ID{id("g1")}},
		PutCommittee{Code: "W2", Name: "二屯委会", Village: id("village"), Groups: []geo.ID{id("g2")}},
		PutBranch{Code: "B1", Name: "联合支部", Village: id("village"), Groups: []geo.ID{id("g2"), id("g1")}},
		PutBranch{Code: "B2", Name: "二支部", Village: id("village"), Groups: []geo.ID{id("g3")}},
		AddSeat{Post: Volunteer, Committee: "W2"}, AddSeat{Post: Volunteer, Committee: "W2", PublicContact: true},
		AddSeat{Post: Volunteer, Area: id("compound"), AreaKind: geo.Compound, Number: 7},
		AddSeat{Post: GridMember, Area: id("grid"), AreaKind: geo.Grid}, RemoveSeat{Seat: id("s member 2")},
		Appoint{Seat: id("s women"), Person: Whom{Name: "人spare", Phone: "120spare"}},
	)
	if err != nil {
		t.Fatal(err)
	}
	c, ok := r.CommitteeOf(id("g2"))
	if !ok || c.Code != "W2" || len(r.SeatsOfCommittee(GroupSecurity, c.ID)) != 1 || len(r.SeatsOfCommittee(Volunteer, c.ID)) != 2 {
		t.Errorf("the new committee is %+v", c)
	}
	if b, ok := r.BranchOf(id("g2")); !ok || b.Name != "联合支部" || b.ID != id("branch") {
		t.Errorf("the branch is %+v", b)
	}
	var numbers []int
	for _, s := range r.Seats(GridMember, id("grid")) {
		numbers = append(numbers, s.Number)
	}
	if !slices.Equal(numbers, []int{1, 3}) || r.Seats(Volunteer, id("compound"))[0].Number != 7 {
		t.Errorf("members' seats %v", numbers)
	}
	if p, _, _ := r.Holder(id("s women"), noon); p.ID != id("spare") {
		t.Errorf("somebody of the same name and phone is %v", p.ID)
	}
	relieved, _, err := editAt(r, noon.Add(time.Hour), Relieve{Seat: id("s director")}, Relieve{Seat: id("s women")}, EndDeputy{Holding: id("deputy")})
	if err != nil {
		t.Fatal(err)
	}
	gone, e, err := editAt(relieved, noon.Add(2*time.Hour), RemoveCommittee{Code: "W1"}, RemoveBranch{Code: "B2"})
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := gone.CommitteeOf(id("g1")); ok || len(gone.AllBranches()) != 1 || len(e.Seats) != 3 || len(gone.AllHoldings()) != 3 {
		t.Errorf("after the committee went: %d branches, %d holdings, seats %v", len(gone.AllBranches()), len(gone.AllHoldings()), e.Seats)
	}
}

func TestEditPermit(t *testing.T) {
	var asked [][]geo.ID
	name := "x"
	_, err := Edit(smallRoster(t), []RosterChange{
		SetPublicContact{Seat: id("s chief")}, Relieve{Seat: id("s director")}, AlterPerson{Person: id("spare"), Name: &name},
		TakeLeave{Person: id("director")}, PutCommittee{Code: "W1", Name: "x", Village: id("village"), Groups: []geo.ID{id("g2"), id("g3")}},
		AddSeat{Post: GridMember, Area: id("other grid"), AreaKind: geo.Grid},
	}, Editing{Now: noon, NewID: countedIDs(), Permit: func(areas []geo.ID) error { asked = append(asked, areas); return nil }})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range [][]string{{"grid"}, {"g1", "g2"}, {}, {"g1", "g2"}, {"g1", "g2", "g3"}, {"other grid"}} {
		ids := map[geo.ID]bool{}
		for _, w := range want {
			ids[id(w)] = true
		}
		if !slices.Equal(asked[i], sortedIDs(ids)) {
			t.Errorf("change %d concerns %v, want %q", i, asked[i], want)
		}
	}
	no := errors.New("no")
	if _, err := Edit(smallRoster(t), []RosterChange{SetPublicContact{Seat: id("s chief")}}, Editing{Now: noon, NewID: countedIDs(), Permit: func([]geo.ID) error { return no }}); err != no {
		t.Errorf("what is not permitted: %v", err)
	}
}

// TestEditAtRandom makes changes at random: what is taken is always a roster, and
// what was held until the last change of a seat stays as it was.
func TestEditAtRandom(t *testing.T) {
	const seed = 7
	rnd := rand.New(rand.NewPCG(seed, seed))
	r, now, taken := smallRoster(t), noon, 0
	fresh := 0
	newID := func() geo.ID { fresh++; return id(fmt.Sprint("random ", fresh)) }
	pick := func() Seat { return r.AllSeats()[rnd.IntN(len(r.AllSeats()))] }
	person := func() geo.ID { return r.AllPeople()[rnd.IntN(len(r.AllPeople()))].ID }
	when := func() time.Time {
		if rnd.IntN(3) == 0 {
			return time.Time{}
		}
		return now.Add(time.Duration(rnd.IntN(400)-200) * time.Hour)
	}
	for range 1200 {
		now = now.Add(time.Duration(rnd.IntN(10)) * time.Hour)
		s := pick()
		var c RosterChange
		switch rnd.IntN(7) {
		case 0, 1:
			c = Appoint{Seat: s.ID, Person: Whom{ID: person()}, From: when()}
		case 2:
			c = Relieve{Seat: s.ID, At: when()}
		case 3:
			c = Deputise{Seat: s.ID, Person: Whom{ID: person()}, From: when(), To: when()}
		case 4:
			if hs := r.AllHoldings(); len(hs) > 0 {
				c = EndDeputy{Holding: hs[rnd.IntN(len(hs))].ID, At: when()}
			}
		case 5:
			c = TakeLeave{Person: person(), From: when(), To: when()}
		case 6:
			if ls := r.Data().Leaves; len(ls) > 0 {
				c = EndLeave{Leave: ls[rnd.IntN(len(ls))].ID, At: when()}
			}
		}
		if c == nil {
			continue
		}
		e, err := Edit(r, []RosterChange{c}, Editing{Now: now, NewID: newID})
		var p *geo.Problem
		if errors.As(err, &p) {
			continue
		}
		if err != nil {
			t.Fatalf("%T: %v", c, err)
		}
		next, err := NewRoster(e.Data)
		if err != nil {
			t.Fatalf("after %+v: %v (seed %d)", c, err, seed)
		}
		for _, s := range r.AllSeats() {
			var last time.Time
			for _, h := range r.bySeat[s.ID] {
				for _, at := range []time.Time{h.From, h.To} {
					if at.After(last) && !at.After(now) {
						last = at
					}
				}
			}
			was, _, _ := r.Holder(s.ID, last.Add(-time.Nanosecond))
			if is, _, _ := next.Holder(s.ID, last.Add(-time.Nanosecond)); was.ID != is.ID {
				t.Fatalf("%+v at %v changes who held a seat before %v (seed %d)", c, now, last, seed)
			}
		}
		r = next
		taken++
	}
	if taken < 200 {
		t.Errorf("%d changes were taken", taken)
	}
}

func TestSuccession(t *testing.T) {
	r := smallRoster(t)
	next, _, err := editAt(r, noon, Appoint{Seat: id("s chief"), Person: Whom{ID: id("spare")}}, Relieve{Seat: id("s director")}, Appoint{Seat: id("s member 2"), Person: Whom{ID: id("chief")}})
	if err != nil {
		t.Fatal(err)
	}
	got := map[geo.ID]Handover{}
	for _, h := range Succession(r, noon, next, noon) {
		got[h.Seat] = h
	}
	want := map[geo.ID]Handover{
		id("s chief"):    {Seat: id("s chief"), From: id("chief"), To: id("spare"), Areas: []geo.ID{id("grid")}, At: noon},
		id("s director"): {Seat: id("s director"), From: id("director"), Areas: []geo.ID{id("g1"), id("g2")}, At: noon},
		id("s member 2"): {Seat: id("s member 2"), To: id("chief"), Areas: []geo.ID{id("grid")}, At: noon},
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("Succession = %+v\nwant %+v", got, want)
	}
	// By the calendar alone: the officer's leave ends on the 20th.
	if list := Succession(r, noon, r, day(20)); len(list) != 1 || list[0].To != id("officer") {
		t.Errorf("when a leave ends: %+v", list)
	}
}
