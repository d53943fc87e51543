package postgis

import (
	"errors"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

var clerk = patrol.Actor{Kind: "user", ID: "clerk", Name: "the clerk", Role: "admin"}

// edit makes changes that are taken, and has the world follow.
func (w *world) edit(t testing.TB, changes ...patrol.RosterChange) patrol.RosterOutcome {
	t.Helper()
	out, err := w.EditRoster(t.Context(), changes, patrol.RosterEditOptions{}, clerk)
	if err != nil {
		t.Fatal(err)
	}
	w.refresh(t)
	return out
}

// seat is the first seat of a post of the n-th grid, from 1.
func (w *world) seat(t testing.TB, post patrol.Post, n int) patrol.Seat {
	t.Helper()
	grids := w.b.Current().Index.Areas(geo.Grid)
	return w.d.Current().Roster.Seats(post, grids[n-1].ID)[0]
}

// holder is who holds a seat now.
func (w *world) holder(t testing.TB, seat patrol.Seat) patrol.Person {
	t.Helper()
	p, _, _ := w.d.Current().Roster.Holder(seat.ID, w.d.Current().Moment(w.now()))
	return p
}

func somebody(name string) patrol.Whom { return patrol.Whom{Name: name, Phone: "120" + name} }

// assigned is who a report's decision in force names for a seat, and the last
// entry of its history.
func (w *world) assigned(t testing.TB, report geo.ID, post patrol.Post) (person geo.ID, via patrol.Via, last patrol.HistoryEntry) {
	t.Helper()
	r, history, err := w.Report(t.Context(), everything, report)
	if err != nil {
		t.Fatal(err)
	}
	for _, a := range r.Decision.Assignments {
		stands := slices.ContainsFunc(a.StandsFor, func(s patrol.StandIn) bool { return s.Post == post })
		if a.Post == post || stands {
			person, via = a.PersonID, a.Via
		}
	}
	if n := w.count(t, `SELECT count(*) FROM assignments WHERE report_id = $1 AND person_id = $2`, report, person); person != (geo.ID{}) && n == 0 {
		t.Errorf("the report is not assigned to who its decision names for %s", post)
	}
	return person, via, history[len(history)-1]
}

func TestAppointHandsOver(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	chief := w.seat(t, patrol.GridChief, 1)
	old := w.holder(t, chief)
	open, done := w.accept(t, w.intake(t, place(1, 1), "")), w.accept(t, w.intake(t, place(0, 3), ""))
	other := w.accept(t, w.intake(t, place(5, 1), ""))
	accepted := w.accept(t, w.intake(t, place(1, 2), ""))
	for id, events := range map[geo.ID][]patrol.EventType{done.ID: {patrol.EventAccept, patrol.EventHandle, patrol.EventClose}, accepted.ID: {patrol.EventAccept}} {
		for _, e := range events {
			if _, err := w.act(t, everything, patrol.Action{ReportID: id, Type: e, Note: "因", AnyReport: true, At: time.Now()}); err != nil {
				t.Fatal(err)
			}
		}
	}
	was := w.d.Current().Version
	try, err := w.EditRoster(t.Context(), []patrol.RosterChange{patrol.Appoint{Seat: chief.ID, Person: somebody("甲")}}, patrol.RosterEditOptions{DryRun: true}, clerk)
	if err != nil || try.ReportsMoved != 2 || len(try.Handovers) != 1 || try.DutyVersion != was+1 {
		t.Fatalf("a dry run = %+v, %v", try, err)
	}
	if n := w.count(t, `SELECT count(*) FROM handovers`) + w.count(t, `SELECT count(*) FROM people WHERE name = '甲'`); n != 0 {
		t.Errorf("a dry run has written %d rows", n)
	}
	out := w.edit(t, patrol.Appoint{Seat: chief.ID, Person: somebody("甲"), Note: "as elected"})
	if out.DutyVersion != was+1 || w.d.Current().Version != was+1 || out.ReportsMoved != 2 || !slices.Equal(out.Seats, []geo.ID{chief.ID}) {
		t.Fatalf("the edit = %+v", out)
	}
	next := w.holder(t, chief)
	want := []geo.ID{open.ID, accepted.ID}
	if len(out.Handovers) != 1 {
		t.Fatalf("handovers = %+v", out.Handovers)
	}
	h := out.Handovers[0]
	if h.Seat != chief.ID || h.From != old.ID || h.To != next.ID || next.Name != "甲" || !slices.Equal(h.Reports, want) || !h.At.Equal(out.After.Since) {
		t.Errorf("handover = %+v", h)
	}
	for _, id := range want {
		person, via, last := w.assigned(t, id, patrol.GridChief)
		if person != next.ID || via != patrol.ViaHolder || last.Type != patrol.EventHandover || last.From != last.To || last.Actor.Name != "admin" {
			t.Errorf("report %s is with %s by %s after %+v", id, person, via, last)
		}
		if s := string(last.Detail); !strings.Contains(s, `"post": "grid_chief"`) || strings.Contains(s, "grid_police") || strings.Contains(s, next.ID.String()) {
			t.Errorf("history tells %s", s)
		}
	}
	for _, id := range []geo.ID{done.ID, other.ID} {
		if person, _, last := w.assigned(t, id, patrol.GridChief); person == next.ID || last.Type == patrol.EventHandover {
			t.Errorf("report %s went over although it is closed or elsewhere", id)
		}
	}
	if n := w.count(t, `SELECT count(*) FROM outbox WHERE type = 'report.changed' AND (data->>'id')::uuid = ANY($1)`, want); n != 3 { // one accepted before
		t.Errorf("%d events tell of them, want 3", n)
	}
	if n := w.count(t, `SELECT count(*) FROM audit WHERE action = 'roster.appoint' AND subject = $1 AND detail->>'note' = 'as elected' AND detail::text NOT LIKE '%甲%'`, chief.ID.String()); n != 1 {
		t.Errorf("the audit log has %d lines of it", n)
	}
	w.verify(t)
	fresh, err := w.loadDuties(t.Context(), was+1)
	if err != nil || !reflect.DeepEqual(fresh, w.d.Current()) {
		t.Errorf("what is kept in memory is not what is stored: %v", err)
	}
	w.acknowledge(t, h, next.ID)
}

// acknowledge has a handover acknowledged, by nobody else.
func (w *world) acknowledge(t *testing.T, h patrol.Handover, next geo.ID) {
	t.Helper()
	list, err := w.Handovers(t.Context(), patrol.HandoverFilter{Open: true, To: next})
	if err != nil || len(list) != 1 || !reflect.DeepEqual(list[0], h) {
		t.Fatalf("open handovers %+v, %v; want %+v", list, err, h)
	}
	for _, who := range []geo.ID{h.From, {}} {
		if _, err := w.AcknowledgeHandover(t.Context(), h.ID, who, clerk); !errors.Is(err, geo.ErrForbidden) {
			t.Errorf("acknowledged by %s: %v", who, err)
		}
	}
	if _, err := w.AcknowledgeHandover(t.Context(), newID(), next, clerk); !errors.Is(err, geo.ErrNotFound) {
		t.Errorf("an unknown handover: %v", err)
	}
	first, err := w.AcknowledgeHandover(t.Context(), h.ID, next, patrol.Actor{Kind: "user", ID: "her account"})
	if err != nil || first.AcknowledgedAt.IsZero() || first.AcknowledgedBy != "her account" {
		t.Errorf("acknowledged = %+v, %v", first, err)
	}
	if again, err := w.AcknowledgeHandover(t.Context(), h.ID, next, patrol.Actor{Kind: "user", ID: "another"}); err != nil || !reflect.DeepEqual(again, first) {
		t.Errorf("once more = %+v, %v", again, err)
	}
	for _, f := range []patrol.HandoverFilter{{Open: true}, {Seats: []geo.ID{}}, {Seats: []geo.ID{newID()}}} {
		if list, err := w.Handovers(t.Context(), f); err != nil || len(list) != 0 {
			t.Errorf("handovers of %+v = %+v, %v", f, list, err)
		}
	}
	if list, err := w.Handovers(t.Context(), patrol.HandoverFilter{Seats: []geo.ID{h.Seat}, Limit: 1}); err != nil || len(list) != 1 {
		t.Errorf("handovers of the seat = %+v, %v", list, err)
	}
}

// TestVacantSeatHandsOver: what a deputy or the level above had goes to who is
// appointed, and goes up where nobody is left.
func TestVacantSeatHandsOver(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	chief, group := w.seat(t, patrol.GridChief, 2), w.b.Current().Index.Areas(geo.VillageGroup)[0]
	security, director := w.d.Current().Roster.Seats(patrol.GroupSecurity, group.ID)[0], w.d.Current().Roster.Seats(patrol.GroupDirector, group.ID)[0]
	deputy, _, _ := w.d.Current().Roster.Deputy(chief.ID, time.Now())
	officer, boss := w.holder(t, security), w.holder(t, director)
	r := w.accept(t, w.intake(t, place(2, 1), ""))
	if person, via, _ := w.assigned(t, r.ID, patrol.GridChief); person != deputy.ID || via != patrol.ViaDeputy {
		t.Fatalf("the deputy does not answer: %s", via)
	}
	out := w.edit(t, patrol.Appoint{Seat: chief.ID, Person: somebody("甲")})
	if len(out.Handovers) != 1 || out.Handovers[0].From != deputy.ID || out.ReportsMoved != 1 || len(out.Vacancies) != 0 {
		t.Errorf("from the deputy: %+v", out)
	}
	// The director answers for both, and gets a receipt.
	out = w.edit(t, patrol.Relieve{Seat: security.ID})
	if len(out.Handovers) != 1 || out.Handovers[0].From != officer.ID || out.Handovers[0].To != boss.ID || len(out.Vacancies) != 1 || out.Vacancies[0].Seat.ID != security.ID {
		t.Errorf("up: %+v", out)
	}
	if person, _, _ := w.assigned(t, r.ID, patrol.GroupSecurity); person != boss.ID {
		t.Errorf("%s answers for the coordinator, want the director", person)
	}
	// Back from the level above.
	out = w.edit(t, patrol.Appoint{Seat: security.ID, Person: patrol.Whom{ID: officer.ID}})
	if len(out.Handovers) != 1 || out.Handovers[0].From != boss.ID || out.Handovers[0].To != officer.ID || !slices.Equal(out.Handovers[0].Reports, []geo.ID{r.ID}) {
		t.Errorf("down: %+v", out.Handovers)
	}
	// Where nobody is left the report goes up to the desk, and to nobody by name.
	out = w.edit(t, patrol.Relieve{Seat: chief.ID}, patrol.EndDeputy{Holding: w.deputyOf(t, chief)})
	if person, via, _ := w.assigned(t, r.ID, patrol.GridChief); person != (geo.ID{}) || via != patrol.ViaPost || len(out.Handovers) != 0 || out.ReportsMoved != 1 {
		t.Errorf("with nobody left %s has it by %s: %+v", person, via, out)
	}
	// A first appointment where nothing was to do needs no receipt.
	out = w.edit(t, patrol.Appoint{Seat: w.seat(t, patrol.GridMember, 3).ID, Person: somebody("乙")})
	if len(out.Handovers) != 0 || out.ReportsMoved != 0 {
		t.Errorf("a first appointment: %+v", out)
	}
	w.verify(t)
}

// TestGroupOfAnotherCommittee gives a village group to a committee of its own, and
// back.
func TestGroupOfAnotherCommittee(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	groups := w.b.Current().Index.Areas(geo.VillageGroup)
	old := w.d.Current().Roster.AllCommittees()[0]
	director := w.holder(t, w.d.Current().Roster.Seats(patrol.GroupDirector, groups[0].ID)[0])
	stays, goes := w.accept(t, w.intake(t, place(1, 1), "")), w.accept(t, w.intake(t, place(1, 2), ""))
	keep := patrol.PutCommittee{Code: old.Code, Name: old.Name, Village: old.Village, Groups: []geo.ID{groups[0].ID}}
	out := w.edit(t, keep, patrol.PutCommittee{Code: "W2", Name: "二屯委会", Village: old.Village, Groups: []geo.ID{groups[1].ID}})
	if out.ReportsMoved != 1 || len(out.Vacancies) != 3 {
		t.Errorf("a committee of its own: %+v", out)
	}
	if person, _, _ := w.assigned(t, goes.ID, patrol.GroupDirector); person == director.ID || person == (geo.ID{}) {
		t.Errorf("the report is still with the director of the other committee")
	}
	if person, _, last := w.assigned(t, stays.ID, patrol.GroupDirector); person != director.ID || last.Type == patrol.EventHandover {
		t.Errorf("the other report went over too")
	}
	w.edit(t, patrol.Appoint{Seat: w.d.Current().Roster.Seats(patrol.GroupDirector, groups[1].ID)[0].ID, Person: somebody("主")})
	other := w.holder(t, w.d.Current().Roster.Seats(patrol.GroupDirector, groups[1].ID)[0])
	keep.Groups = []geo.ID{groups[0].ID, groups[1].ID}
	back := w.edit(t, patrol.PutCommittee{Code: "W2", Name: "二屯委会", Village: old.Village, Groups: []geo.ID{w.b.Current().Index.Areas(geo.Grid)[0].ID}}, keep) // any area does
	if len(back.Handovers) == 0 || !slices.ContainsFunc(back.Handovers, func(h patrol.Handover) bool {
		return h.From == other.ID && h.To == director.ID && slices.Equal(h.Reports, []geo.ID{goes.ID})
	}) {
		t.Errorf("and back: %+v", back.Handovers)
	}
	w.verify(t)
}

// deputyOf is the holding of who stands in for a seat.
func (w *world) deputyOf(t testing.TB, seat patrol.Seat) geo.ID {
	t.Helper()
	_, h, ok := w.d.Current().Roster.Deputy(seat.ID, w.d.Current().Since)
	if !ok {
		t.Fatal("nobody stands in")
	}
	return h.ID
}

func TestLeaveHandsOver(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	chief := w.seat(t, patrol.GridChief, 1)
	boss := w.holder(t, chief)
	r := w.accept(t, w.intake(t, place(1, 1), ""))
	out := w.edit(t, patrol.Deputise{Seat: chief.ID, Person: somebody("甲")}, patrol.TakeLeave{Person: boss.ID})
	if len(out.Handovers) != 1 || out.Handovers[0].From != boss.ID || len(out.Vacancies) != 0 {
		t.Fatalf("on leave: %+v", out)
	}
	away := w.d.Current().Version
	if person, via, _ := w.assigned(t, r.ID, patrol.GridChief); person != out.Handovers[0].To || via != patrol.ViaDeputy {
		t.Errorf("while on leave %s answers by %s", person, via)
	}
	during := w.accept(t, w.intake(t, place(0, 1), ""))
	leave, ok := w.d.Current().Roster.OnLeave(boss.ID, w.d.Current().Since)
	if !ok {
		t.Fatal("not on leave")
	}
	back := w.edit(t, patrol.EndLeave{Leave: leave.ID})
	if len(back.Handovers) != 1 || back.Handovers[0].To != boss.ID || len(back.Handovers[0].Reports) != 2 {
		t.Errorf("back: %+v", back.Handovers)
	}
	if person, via, _ := w.assigned(t, during.ID, patrol.GridChief); person != boss.ID || via != patrol.ViaHolder {
		t.Errorf("after the leave %s answers by %s", person, via)
	}
	fresh, err := NewDuties(w.Store)
	if err != nil {
		t.Fatal(err)
	}
	then, err := fresh.Version(t.Context(), away)
	if err != nil {
		t.Fatal(err)
	}
	if l, ok := then.Roster.OnLeave(boss.ID, then.Since); !ok || l != leave {
		t.Errorf("version %d knows of no leave: %+v", away, l)
	}
	w.verify(t)
}

func TestEditRosterConflicts(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	chief, other := w.seat(t, patrol.GridChief, 1), w.seat(t, patrol.GridChief, 3)
	seen := w.d.Current().Version
	w.edit(t, patrol.SetPublicContact{Seat: other.ID})
	try := func(based int64, c patrol.RosterChange) (patrol.RosterOutcome, error) {
		return w.EditRoster(t.Context(), []patrol.RosterChange{c}, patrol.RosterEditOptions{BasedOn: based}, clerk)
	}
	if _, err := try(seen, patrol.Appoint{Seat: other.ID, Person: somebody("甲")}); !errors.Is(err, geo.ErrConflict) || codeOf(err) != "duties-changed" {
		t.Errorf("an edit of what was changed: %v", err)
	}
	if _, err := try(seen, patrol.Appoint{Seat: chief.ID, Person: somebody("甲")}); err != nil {
		t.Errorf("an edit of another seat: %v", err)
	}
	if _, err := try(99, patrol.Appoint{Seat: chief.ID, Person: somebody("乙")}); codeOf(err) != "duties-changed" {
		t.Errorf("based on what is to come: %v", err)
	}
	w.refresh(t)
	committee, branch := w.d.Current().Roster.AllCommittees()[0], w.d.Current().Roster.AllBranches()[0]
	one := committee.Groups[:1]
	seen = w.d.Current().Version
	w.edit(t, patrol.PutCommittee{Code: committee.Code, Name: committee.Name, Village: committee.Village, Groups: one},
		patrol.PutBranch{Code: branch.Code, Name: branch.Name, Village: branch.Village, Groups: one}, patrol.PutCommittee{Code: "W2", Name: "x", Village: committee.Village, Groups: committee.Groups[1:]})
	for what, c := range map[string]patrol.RosterChange{
		"a committee whose groups others changed": patrol.PutCommittee{Code: committee.Code, Name: "x", Village: committee.Village, Groups: one},
		"a branch whose groups others changed":    patrol.PutBranch{Code: branch.Code, Name: "x", Village: branch.Village, Groups: one},
		"a committee that others made":            patrol.PutCommittee{Code: "W2", Name: "y", Village: committee.Village, Groups: committee.Groups[1:]},
	} {
		if _, err := try(seen, c); codeOf(err) != "duties-changed" {
			t.Errorf("%s: %v", what, err)
		}
	}
	at := w.d.Current().Version
	if out, err := try(at, patrol.SetPublicContact{Seat: other.ID}); err != nil || out.DutyVersion != at || out.After != w.d.Current() {
		t.Errorf("what is so already = %+v, %v", out, err)
	}
	refused := errors.New("not here")
	_, err := w.EditRoster(t.Context(), []patrol.RosterChange{patrol.SetPublicContact{Seat: chief.ID}, patrol.Relieve{Seat: other.ID}},
		patrol.RosterEditOptions{Permit: func(areas []geo.ID) error {
			if slices.Contains(areas, other.Area) {
				return refused
			}
			return nil
		}}, clerk)
	if !errors.Is(err, refused) {
		t.Errorf("what is not permitted: %v", err)
	}
	if _, now, err := w.versions(t.Context()); err != nil || now != at {
		t.Errorf("the duties are at %d, %v; want %d", now, err, at)
	}
}

func isStale(err error) bool { return errors.Is(err, patrol.ErrStale) }
