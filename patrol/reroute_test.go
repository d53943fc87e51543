package patrol

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
)

// decided routes a report of the category "other" within a match.
func decided(t *testing.T, d *Duties, m geo.Match, revision int, at time.Time) Decision {
	t.Helper()
	r := routing(m, "")
	r.Revision, r.At = revision, at
	out, err := Dispatch(d, r)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestReroute(t *testing.T) {
	data := country()
	for _, other := range []Post{GridChief, GridPolice} {
		s := areaSeat(other, "next grid", 1)
		data.Seats = append(data.Seats, s)
		data.hold(s)
	}
	d := duties(t, data)
	with := func(kind geo.Kind, name, code string) geo.Match {
		m := covering(geo.District, geo.Township, geo.Village, geo.VillageGroup, geo.Grid)
		m.Set(&geo.Area{ID: id(name), Kind: kind, Code: code, Name: name})
		return m
	}
	nextGrid := with(geo.Grid, "next grid", "code of next grid")
	noGroup := covering(geo.District, geo.Township, geo.Village, geo.Grid)
	for _, c := range []struct {
		name     string
		status   Status
		to       geo.Match
		want     bool
		state    Status
		from, at string // the detail
	}{
		{"the same areas", Dispatched, inCountry, false, "", "", ""},
		{"another name only", Dispatched, with(geo.Grid, "grid", "code of grid"), false, "", "", ""},
		{"another grid", Dispatched, nextGrid, true, Dispatched, `{"grid":"code of grid"}`, `{"grid":"code of next grid"}`},
		{"another code", Dispatched, with(geo.Grid, "grid", "new code"), true, Dispatched, `{"grid":"code of grid"}`, `{"grid":"new code"}`},
		{"no group any more", Returned, noGroup, true, Returned, `{"village_group":"code of group"}`, `{"village_group":null}`},
		{"accepted by the grid that was", Accepted, nextGrid, true, Dispatched, `{"grid":"code of grid"}`, `{"grid":"code of next grid"}`},
		{"accepted, and who leads stays", Accepted, noGroup, true, Accepted, `{"village_group":"code of group"}`, `{"village_group":null}`},
		{"accepted, and only the code is new", Accepted, with(geo.Grid, "grid", "new code"), true, Accepted, `{"grid":"code of grid"}`, `{"grid":"new code"}`},
		{"reported", Reported, nextGrid, true, Reported, `{"grid":"code of grid"}`, `{"grid":"code of next grid"}`},
		{"handled", Handled, nextGrid, true, Handled, `{"grid":"code of grid"}`, `{"grid":"code of next grid"}`},
		{"parked", Parked, nextGrid, true, Parked, `{"grid":"code of grid"}`, `{"grid":"code of next grid"}`},
		{"closed", Closed, nextGrid, false, "", "", ""},
		{"rejected", Rejected, nextGrid, false, "", "", ""},
		{"duplicate", Duplicate, nextGrid, false, "", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			r := theReport(c.status)
			r.Decision = decided(t, d, inCountry, 2, day1)
			was := *r
			fresh := decided(t, d, c.to, 5, r.UpdatedAt.Add(time.Hour))
			by := Actor{Kind: "user", ID: "p", Name: "规划", Role: "planner"}
			change, ok := Reroute(r, fresh, d.Rulebook, by)
			if ok != c.want {
				t.Fatalf("Reroute = %v, want %v", ok, c.want)
			}
			if !r.Decision.Equal(was.Decision) || r.Version != was.Version || r.Status != was.Status {
				t.Error("Reroute changed its argument")
			}
			if !ok {
				return
			}
			got, e := change.Report, change.Entry
			if got.Status != c.state || got.Version != was.Version+1 || !got.UpdatedAt.Equal(fresh.DecidedAt) ||
				!got.DueAt.Equal(was.DueAt) || !got.HardDueAt.Equal(was.HardDueAt) || got.HandledBy != was.HandledBy || !got.Decision.Equal(fresh) {
				t.Errorf("the report is %+v, from %+v", got, was)
			}
			if e.Type != EventReroute || e.Seq != got.Version || e.From != was.Status || e.To != c.state || e.Actor != by || !e.At.Equal(got.UpdatedAt) {
				t.Errorf("the entry is %+v", e)
			}
			if want := `{"revision":5,"from":` + c.from + `,"to":` + c.at + `}`; string(e.Detail) != want {
				t.Errorf("detail %s, want %s", e.Detail, want)
			}
			if !json.Valid(e.Detail) || change.Shown != d.Rulebook.Shown(r.Category, r.Point) {
				t.Errorf("shown at %v", change.Shown)
			}
		})
	}
}

// Nothing in history comes before what is there already, whatever the clocks
// say.
func TestRerouteKeepsTheOrderOfHistory(t *testing.T) {
	d := duties(t, country())
	r := theReport(Dispatched)
	r.Decision = decided(t, d, inCountry, 2, day1)
	fresh := decided(t, d, inTown, 3, r.UpdatedAt.Add(-time.Minute))
	c, ok := Reroute(r, fresh, d.Rulebook, Actor{})
	if !ok || !c.Entry.At.Equal(r.UpdatedAt) || !c.Report.UpdatedAt.Equal(r.UpdatedAt) || !c.Report.Decision.DecidedAt.Equal(fresh.DecidedAt) {
		t.Errorf("Reroute = entry at %v, report at %v; want %v", c.Entry.At, c.Report.UpdatedAt, r.UpdatedAt)
	}
}

// It is published, not sent.
func TestNobodySendsReroute(t *testing.T) {
	if slices.Contains(Supported(), EventReroute) || EventReroute.ForReporter() {
		t.Error("reroute can be sent, or its note is for the reporter")
	}
}
