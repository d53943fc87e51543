package patrol

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
)

// over is a report of a grid decided on with a roster, and what another makes of
// it the next hour.
func over(t *testing.T, status Status, changes ...RosterChange) (r *Report, c Change, ok bool) {
	t.Helper()
	book := DefaultRulebook(shanghai)
	category, _ := book.Category("fire_safety")
	m := geo.Match{}
	for kind, name := range map[geo.Kind]string{geo.Grid: "grid", geo.District: "district", geo.VillageGroup: "g1"} {
		m.Set(&geo.Area{ID: id(name), Kind: kind, Code: name})
	}
	before := smallRoster(t)
	was, err := Dispatch(&Duties{Version: 1, Roster: before, Rulebook: book}, Routing{Match: m, Revision: 3, EdgeDistanceM: 7.1, Category: category, At: noon})
	if err != nil {
		t.Fatal(err)
	}
	later := noon.Add(time.Hour)
	after, _, err := editAt(before, later, changes...)
	if err != nil {
		t.Fatal(err)
	}
	r = &Report{ID: id("report"), Category: category.Code, Status: status, Decision: was, Version: 4, UpdatedAt: later.Add(time.Minute), DueAt: day(20)}
	fresh, err := Dispatch(&Duties{Version: 2, Roster: after, Rulebook: book}, was.Routed(category, later))
	if err != nil {
		t.Fatal(err)
	}
	c, ok = HandOver(r, fresh, book, Actor{Kind: "user", ID: "u", Name: "admin", Role: "admin"})
	return r, c, ok
}

func TestHandOver(t *testing.T) {
	spare := Whom{ID: id("spare")}
	for name, tt := range map[string]struct {
		status Status
		change RosterChange
		to     Status // empty where nothing goes over
		posts  string
	}{
		"another chief":           {Dispatched, Appoint{Seat: id("s chief"), Person: spare}, Dispatched, `[{"post":"grid_chief","area_kind":"grid","area_code":"grid"}]`},
		"accepted by the old one": {Accepted, Appoint{Seat: id("s chief"), Person: spare}, Accepted, `[{"post":"grid_chief","area_kind":"grid","area_code":"grid"}]`},
		"accepted, and no chief":  {Accepted, Relieve{Seat: id("s chief")}, Dispatched, `[{"post":"grid_chief","area_kind":"grid","area_code":"grid"},{"post":"district_desk","area_kind":"district","area_code":"district"}]`},
		"closed":                  {Closed, Appoint{Seat: id("s chief"), Person: spare}, "", ""},
		"a member":                {Dispatched, Appoint{Seat: id("s member"), Person: spare}, "", ""},
		"a name":                  {Dispatched, SetPublicContact{Seat: id("s chief"), Public: true}, "", ""},
	} {
		t.Run(name, func(t *testing.T) {
			r, c, ok := over(t, tt.status, tt.change)
			if ok != (tt.to != "") || r.Version != 4 {
				t.Fatalf("it goes over: %v", ok)
			}
			if !ok {
				return
			}
			var detail struct {
				DutyVersion int64 `json:"duty_version"`
				Posts       json.RawMessage
			}
			if err := json.Unmarshal(c.Entry.Detail, &detail); err != nil || detail.DutyVersion != 2 || string(detail.Posts) != tt.posts {
				t.Errorf("the entry tells %s, want posts %s", c.Entry.Detail, tt.posts)
			}
			if c.Entry.Type != EventHandover || c.Entry.From != tt.status || c.Entry.To != tt.to || c.Report.Status != tt.to || c.Entry.Seq != 5 {
				t.Errorf("from %s to %s: %+v", tt.status, tt.to, c.Entry)
			}
			if d := c.Report.Decision; d.Revision != 3 || d.DutyVersion != 2 || d.EdgeDistanceM != 7.1 || len(d.AreaIDs) != 3 || !c.Report.DueAt.Equal(r.DueAt) || !c.Report.UpdatedAt.Equal(r.UpdatedAt) {
				t.Errorf("the decision is %+v", d)
			}
		})
	}
}

func TestAnswersFor(t *testing.T) {
	r, c, _ := over(t, Dispatched, Relieve{Seat: id("s director")}, EndDeputy{Holding: id("deputy")})
	roster := smallRoster(t)
	want := map[geo.ID]geo.ID{id("s chief"): id("chief"), id("s director"): id("director"), id("s security"): id("director")}
	check := func(what string, d Decision) {
		t.Helper()
		got := d.AnswersFor(roster)
		for seat, person := range want {
			if got[seat] != person {
				t.Errorf("%s seat %s is answered for by %s, want %s", what, seat, got[seat], person)
			}
		}
	}
	check("before", r.Decision)
	want[id("s director")], want[id("s security")] = id("chief"), id("chief")
	check("after", c.Report.Decision)
}

func TestMoment(t *testing.T) {
	d := &Duties{Since: noon}
	if got := d.Moment(noon.Add(-time.Second)); !got.Equal(noon) {
		t.Errorf("a clock that lags: %v", got)
	}
	if later := noon.Add(time.Second); !d.Moment(later).Equal(later) {
		t.Error("later is not later")
	}
}

// TestNewVacancies compares with all vacancies of before and after.
func TestNewVacancies(t *testing.T) {
	before := smallRoster(t)
	after, e, err := editAt(before, noon, Relieve{Seat: id("s chief")}, Appoint{Seat: id("s women"), Person: Whom{ID: id("spare")}},
		PutCommittee{Code: "W1", Name: "x", Village: id("village"), Groups: []geo.ID{id("g1")}},
		PutCommittee{Code: "W2", Name: "x", Village: id("village"), Groups: []geo.ID{id("g2")}}, RemoveSeat{Seat: id("s member 2")})
	if err != nil {
		t.Fatal(err)
	}
	was := map[geo.ID]bool{}
	for _, v := range before.Vacancies(noon) {
		was[v.Seat.ID] = true
	}
	var want []geo.ID
	for _, v := range after.Vacancies(noon) {
		if !was[v.Seat.ID] {
			want = append(want, v.Seat.ID)
		}
	}
	var got []geo.ID
	for _, v := range after.NewVacancies(before, noon, e.Seats) {
		got = append(got, v.Seat.ID)
	}
	if len(got) != 4 || !slices.Equal(got, want) {
		t.Errorf("new vacancies %v, want %v", got, want)
	}
}
