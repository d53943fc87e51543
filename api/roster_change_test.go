package api

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// edit sends changes, each the members of an object, with more members of the body.
func (s *site) edit(token, more string, changes ...string) *httptest.ResponseRecorder {
	s.t.Helper()
	for i, c := range changes {
		changes[i] = "{" + c + "}"
	}
	return s.do(call{method: http.MethodPost, path: "/api/v1/roster/changes", body: `{"changes":[` + strings.Join(changes, ",") + `]` + more + `}`,
		header: map[string]string{"Authorization": "Bearer " + token}})
}

func appointing(seat geo.ID, person string) string {
	return fmt.Sprintf(`"change":"appoint","seat":%q,"person":%s`, seat, person)
}

func TestChangeRoster(t *testing.T) {
	s := newSite(t)
	admin := s.token(access.Admin)
	tried := want[editAnswer](t, s.edit(admin, `,"dry_run":true`, appointing(id(202), `{"name":"新民警","phone":"13700000001"}`)), 200)
	if !tried.DryRun || len(tried.Changed) != 1 || tried.Changed[0].Holder.Name != "新民警" || len(tried.Handovers) != 1 || s.store.duties.Version != 7 {
		t.Fatalf("a trial answers %+v at version %d", tried, s.store.duties.Version)
	}
	if got := s.store.reads; !slices.Equal(got, []string{"admin roster changes"}) {
		t.Errorf("audited %v of a trial, want who was shown names", got)
	}
	done := want[editAnswer](t, s.edit(admin, `,"based_on":7`, appointing(id(202), `{"name":"新民警","phone":"13700000001"}`),
		fmt.Sprintf(`"change":"leave","person":%q,"from":"2026-08-31T00:00:00Z"`, chiefWest)), 200)
	if done.DutyVersion != 8 || len(done.Changed) != 2 || done.Changed[0].AnsweredBy != "above" || done.Changed[0].Holder.Leave == nil {
		t.Fatalf("an edit answers %+v, want the chief on leave and the new police officer", done)
	}
	if done.Handovers[len(done.Handovers)-1].From.ID != policeWest {
		t.Errorf("handovers %+v, want one from the old police officer", done.Handovers)
	}
	wantProblem(t, s.edit(admin, `,"based_on":7`, fmt.Sprintf(`"change":"relieve","seat":%q`, id(202))), 409, "duties-changed")
	gone := want[editAnswer](t, s.edit(admin, "", `"change":"relieve","seat":"`+id(203).String()+`"`, `"change":"remove_committee","code":"220112001001W01"`), 200)
	if len(gone.Removed) != 1 || gone.Removed[0] != id(203) {
		t.Errorf("taking a committee away answers %+v", gone)
	}
	if len(s.store.roster.editors) != 2 || s.store.roster.editors[0].Role != "admin" {
		t.Errorf("edited by %+v", s.store.roster.editors)
	}
}

// Every change reads, and says no more than what is known of it.
func TestEveryChangeReads(t *testing.T) {
	s := newSite(t)
	admin := s.token(access.Admin)
	village, group := "village:220112001001", "village_group:220112001001001"
	steps := []struct{ change, want string }{
		{`"change":"deputise","seat":"` + id(204).String() + `","person":"` + policeWest.String() + `","from":"2026-08-01T00:00:00Z","to":"2027-01-01T00:00:00+08:00"`, ""},
		{`"change":"deputise","seat":"` + id(205).String() + `","person":{"name":"代"}`, ""},
		{`"change":"public_contact","seat":"` + id(204).String() + `","public":true`, ""},
		{`"change":"person","person":"` + policeWest.String() + `","phone":""`, ""},
		{`"change":"add_seat","post":"grid_member","area":"grid:` + gridWest + `","number":2,"public_contact":true`, ""},
		{`"change":"add_seat","post":"volunteer","committee":"220112001001W01"`, ""},
		{`"change":"branch","code":"B1","name":"第一支部","village":"` + village + `","groups":["` + group + `"]`, ""},
		{`"change":"committee","code":"220112001001W01","name":"改名","village":"` + village + `","groups":["` + group + `"]`, ""},
		{`"change":"remove_branch","code":"B1"`, ""},
		{`"change":"relieve","seat":"` + id(202).String() + `","at":"2026-12-01T00:00:00Z"`, ""},
		{`"change":"remove_seat","seat":"` + id(205).String() + `"`, "/changes/0/seat"},
		{`"change":"remove_committee","code":"220112001001W01"`, "/changes/0/code"},
		{`"change":"end_deputy","holding":"` + id(401).String() + `"`, "/changes/0/holding"},
		{`"change":"end_leave","leave":"` + id(1).String() + `"`, "/changes/0/leave"},
		{`"change":"relieve","seat":"` + id(999).String() + `"`, "/changes/0/seat"},
		{appointing(id(202), `"`+id(999).String()+`"`), "/changes/0/person"},
	}
	for _, step := range steps {
		w := s.edit(admin, "", step.change)
		if step.want == "" {
			want[editAnswer](t, w, 200)
			continue
		}
		if p := wantProblem(t, w, 422, "roster-change-invalid"); len(p.Errors) != 1 || p.Errors[0].Pointer != step.want {
			t.Errorf("%s: %+v, want a fault of %s", step.change, p.Errors, step.want)
		}
	}
	seat, ok := s.store.duties.Roster.Seat(id(204))
	if person, _, _ := s.store.duties.Roster.Deputy(id(204), testNow); !ok || !seat.PublicContact || person.ID != policeWest || person.Phone != "" {
		t.Errorf("seat %+v with deputy %+v", seat, person)
	}
	if c, _ := s.store.duties.Roster.Committee(id(301)); c.Name != "改名" || len(s.store.duties.Roster.SeatsOfCommittee(patrol.Volunteer, id(301))) != 1 {
		t.Errorf("the committee is %+v", c)
	}
}

func TestChangesAreReadStrictly(t *testing.T) {
	s := newSite(t)
	admin := s.token(access.Admin)
	seat := fmt.Sprintf(`"seat":%q`, id(202))
	for _, c := range []struct {
		change  string
		status  int
		pointer string
	}{
		{``, 422, "/changes/0/change"},
		{`"change":"promote"`, 422, "/changes/0/change"},
		{`"change":"relieve"`, 422, "/changes/0/seat"},
		{`"change":"relieve","seat":7`, 400, "/changes/0/seat"},
		{`"change":"relieve","seat":"x"`, 422, "/changes/0/seat"},
		{`"change":"relieve",` + seat + `,"at":"tomorrow"`, 400, "/changes/0/at"},
		{`"change":"relieve",` + seat + `,"from":"2026-09-01T00:00:00Z"`, 400, "/changes/0/from"},
		{`"change":"relieve",` + seat + `,"Seat":"x"`, 400, "/changes/0/Seat"},
		{`"change":"appoint",` + seat, 422, "/changes/0/person"},
		{`"change":"appoint",` + seat + `,"person":7`, 400, "/changes/0/person"},
		{`"change":"appoint",` + seat + `,"person":{"phone":"1"}`, 422, "/changes/0/person/name"},
		{`"change":"appoint",` + seat + `,"person":{"name":"x","role":"admin"}`, 400, "/changes/0/person/role"},
		{`"change":"appoint",` + seat + `,"person":{"name":"王某某"},"note":"王某某 moved here"`, 422, "/changes/0/note"},
		{`"change":"leave","person":"` + policeWest.String() + `"`, 422, "/changes/0/from"},
		{`"change":"public_contact",` + seat, 422, "/changes/0/public"},
		{`"change":"public_contact",` + seat + `,"public":"yes"`, 400, "/changes/0/public"},
		{`"change":"add_seat","post":"king","area":"grid:` + gridWest + `"`, 422, "/changes/0/post"},
		{`"change":"add_seat","post":"grid_member"`, 422, "/changes/0/area"},
		{`"change":"add_seat","post":"grid_member","area":"grid:9"`, 422, "/changes/0/area"},
		{`"change":"add_seat","post":"grid_member","area":"grid:` + gridWest + `","number":1.5`, 422, "/changes/0/number"},
		{`"change":"branch","code":"B","name":"b","village":"grid:` + gridWest + `","groups":[]`, 422, "/changes/0/village"},
		{`"change":"branch","code":"B","name":"b","village":"village:220112001001","groups":["grid:` + gridWest + `"]`, 422, "/changes/0/groups/0"},
		{`"change":"branch","code":"B","name":"b","village":"village:220112001001","groups":"all"`, 400, "/changes/0/groups"},
	} {
		p := want[problem](t, s.edit(admin, "", c.change), c.status)
		if !slices.ContainsFunc(p.Errors, func(f fieldProblem) bool { return f.Pointer == c.pointer }) {
			t.Errorf("{%s}: %+v, want a fault of %s", c.change, p, c.pointer)
		}
	}
	for body, status := range map[string]int{
		`{}`: 422, `{"changes":[]}`: 422, `{"changes":{}}`: 400, `{"changes":[1]}`: 400, `[]`: 400,
		`{"changes":[{"change":"relieve",` + seat + `}],"force":true}`:                  400,
		`{"changes":[{"change":"relieve",` + seat + `}],"based_on":0}`:                  422,
		`{"changes":[{"change":"relieve",` + seat + `}],"based_on":1.5}`:                422,
		`{"changes":[{"change":"relieve",` + seat + `}],"dry_run":false,"dry_run":1}`:   400,
		`{"changes":[` + strings.Repeat(`{"change":"relieve",`+seat+`},`, 500) + `{}]}`: 422,
	} {
		w := s.do(call{method: "POST", path: "/api/v1/roster/changes", body: body, header: map[string]string{"Authorization": "Bearer " + admin}})
		if w.Code != status {
			t.Errorf("%.60s: %d %s, want %d", body, w.Code, w.Body, status)
		}
	}
	if s.store.duties.Version != 7 {
		t.Error("a refused edit changed the roster")
	}
}

// Who is limited to areas changes posts there, hears of posts elsewhere what is
// said of posts that do not exist, and gets nobody from elsewhere.
func TestLimitedAdministratorChangesOwnPosts(t *testing.T) {
	s := newSite(t)
	west := s.token(access.Admin, id(4))
	want[editAnswer](t, s.edit(west, "", appointing(id(202), `{"name":"新民警"}`)), 200)
	same := func(known, unknown string) {
		t.Helper()
		a, b := s.edit(west, "", known), s.edit(west, "", unknown)
		if a.Code != 422 || a.Body.String() != b.Body.String() {
			t.Errorf("%s is told from %s:\n%s\n%s", known, unknown, a.Body, b.Body)
		}
	}
	for _, change := range []string{
		`"change":"relieve","seat":%q`, `"change":"remove_seat","seat":%q`, `"change":"public_contact","seat":%q,"public":true`,
		`"change":"appoint","seat":%q,"person":{"name":"x"}`, `"change":"deputise","seat":%q,"person":{"name":"x"}`,
	} {
		same(fmt.Sprintf(change, id(204)), fmt.Sprintf(change, id(999)))
	}
	for _, change := range []string{
		`"change":"person","person":%q,"name":"x"`, `"change":"leave","person":%q,"from":"2026-09-01T02:00:00Z"`,
		`"change":"appoint","seat":"` + id(202).String() + `","person":%q`,
	} {
		same(fmt.Sprintf(change, id(104)), fmt.Sprintf(change, id(999)))
	}
	same(`"change":"end_deputy","holding":"`+id(404).String()+`"`, `"change":"end_deputy","holding":"`+id(999).String()+`"`)
	same(`"change":"remove_committee","code":"220112001001W01"`, `"change":"remove_committee","code":"W9"`) // seen by its village alone
	p := wantProblem(t, s.edit(west, "", `"change":"add_seat","post":"grid_member","area":"grid:`+gridEast+`"`), 403, "outside-scope")
	if len(p.Errors) != 0 {
		t.Errorf("%+v", p)
	}
	// Nobody's post is a limited account's to change: not even of somebody whom it
	// could see once.
	want[editAnswer](t, s.edit(s.token(access.Admin), "", fmt.Sprintf(`"change":"relieve","seat":%q`, chiefWestSeat)), 200)
	wantProblem(t, s.edit(west, "", fmt.Sprintf(`"change":"person","person":%q,"name":"x"`, chiefWest)), 403, "outside-scope")
	wantProblem(t, s.edit(s.token(access.Dispatcher), "", `"change":"relieve","seat":"`+id(202).String()+`"`), 403, "forbidden")
	wantProblem(t, s.do(call{method: "POST", path: "/api/v1/roster/changes", body: `{}`}), 401, "sign-in-required")
}

func TestHandovers(t *testing.T) {
	s := newSite(t)
	admin := s.token(access.Admin)
	done := want[editAnswer](t, s.edit(admin, "", appointing(id(202), `"`+chiefWest.String()+`"`)), 200)
	s.store.reads = nil
	bySession := s.session(access.Account{ID: id(501), Login: "chief", Role: access.Officer, Person: chiefWest})
	old := s.session(access.Account{ID: id(502), Login: "old", Role: access.Officer, Person: policeWest, AreaIDs: []geo.ID{id(4)}})
	far := s.session(access.Account{ID: id(503), Login: "far", Role: access.Officer, Person: id(104)})
	list := func(path string, header map[string]string) []handoverAnswer {
		t.Helper()
		return want[struct{ Handovers []handoverAnswer }](t, s.do(call{method: "GET", path: path, header: header}), 200).Handovers
	}
	if got := list("/api/v1/handovers?state=open&assignee=me", bySession); len(got) != 1 || !got[0].Mine || got[0].From.ID != policeWest || got[0].Seat.Post != patrol.GridPolice {
		t.Fatalf("the successor sees %+v", got)
	}
	if got := list("/api/v1/handovers", old); len(got) != 1 || got[0].Mine {
		t.Errorf("an officer of the grid sees %+v", got)
	}
	if got := append(list("/api/v1/handovers", far), list("/api/v1/handovers?assignee=me", far)...); len(got) != 0 {
		t.Errorf("an officer of another grid sees %+v", got)
	}
	if want := []string{"officer roster handovers", "officer roster handovers"}; !slices.Equal(s.store.reads, want) {
		t.Errorf("audited %v, want %v", s.store.reads, want)
	}
	path := "/api/v1/handovers/" + done.Handovers[0].ID.String() + "/acknowledge"
	post := func(path string, header map[string]string) *httptest.ResponseRecorder {
		return s.do(call{method: "POST", path: path, header: header})
	}
	wantProblem(t, post(path, old), 403, "forbidden")
	wantProblem(t, post(path, map[string]string{"Authorization": "Bearer " + admin}), 403, "forbidden")
	foreign, unknown := post(path, far), post("/api/v1/handovers/"+id(999).String()+"/acknowledge", bySession)
	if wantProblem(t, foreign, 404, "not-found"); foreign.Body.String() != unknown.Body.String() {
		t.Errorf("a foreign handover is told from none: %s, %s", foreign.Body, unknown.Body)
	}
	wantProblem(t, post("/api/v1/handovers/x/acknowledge", bySession), 404, "not-found")
	if got := want[handoverAnswer](t, post(path, bySession), 200); got.AcknowledgedAt == nil || !got.AcknowledgedAt.Equal(testNow) {
		t.Errorf("acknowledged: %+v", got)
	}
	if got := list("/api/v1/handovers?state=open", map[string]string{"Authorization": "Bearer " + admin}); len(got) != 0 {
		t.Errorf("still open: %+v", got)
	}
	wantProblem(t, s.get("/api/v1/handovers?state=closed", admin), 400, "invalid-parameters")
	wantProblem(t, s.get("/api/v1/handovers?assignee="+chiefWest.String(), admin), 400, "invalid-parameters")
}

func TestPostWithHistory(t *testing.T) {
	s := newSite(t)
	admin, west := s.token(access.Admin), s.token(access.Officer, id(4))
	want[editAnswer](t, s.edit(admin, "", appointing(id(202), `{"name":"新民警"}`),
		`"change":"relieve","seat":"`+id(202).String()+`","at":"2026-12-01T00:00:00Z"`), 200)
	s.store.reads = nil
	got := want[seatAnswer](t, s.get("/api/v1/posts/"+id(202).String(), west), 200)
	var when []string
	for _, h := range got.Holdings {
		when = append(when, h.When+" "+h.Person.Name)
	}
	if want := []string{"now 新民警", "past 不公开警"}; !slices.Equal(when, want) || got.Until == nil || got.MayChange || got.DutyVersion != 8 {
		t.Errorf("history %v of %+v, want %v", when, got, want)
	}
	if !want[seatAnswer](t, s.get("/api/v1/posts/"+id(202).String(), admin), 200).MayChange {
		t.Error("an administrator may not change a seat")
	}
	if want := []string{"officer roster seat " + id(202).String(), "admin roster seat " + id(202).String()}; !slices.Equal(s.store.reads, want) {
		t.Errorf("audited %v, want %v", s.store.reads, want)
	}
	foreign, unknown := s.get("/api/v1/posts/"+id(204).String(), west), s.get("/api/v1/posts/"+id(999).String(), west)
	if wantProblem(t, foreign, 404, "not-found"); foreign.Body.String() != unknown.Body.String() {
		t.Errorf("a foreign seat is told from none: %s, %s", foreign.Body, unknown.Body)
	}
	wantProblem(t, s.get("/api/v1/posts/x", admin), 404, "not-found")
	wantProblem(t, s.get("/api/v1/posts/"+id(202).String()+"?at=2026-08-01T00:00:00Z", admin), 400, "invalid-parameters")

	// A seat that was taken away is known with who held it.
	was := patrol.Seat{ID: id(299), Post: patrol.GridMember, Area: id(4), Number: 2}
	s.store.roster.gone = []patrol.Held{{Seat: was, Person: patrol.Person{ID: id(199), Name: "从前的人"},
		Holding: patrol.Holding{ID: id(499), Seat: was.ID, Person: id(199), From: publishedAt, To: publishedAt.Add(time.Hour)}}}
	gone := want[seatAnswer](t, s.get("/api/v1/posts/"+id(299).String(), west), 200)
	if !gone.Removed || gone.AnsweredBy != "" || len(gone.Holdings) != 1 || len(gone.Areas) != 1 {
		t.Errorf("a seat taken away is %+v", gone)
	}
	members := func(after time.Duration) []postAnswer {
		path := "/api/v1/posts?area=grid:" + gridWest + "&post=grid_member&at=" + publishedAt.Add(after).Format(time.RFC3339)
		return want[struct{ Posts []postAnswer }](t, s.get(path, west), 200).Posts
	}
	if got := members(time.Minute); len(got) != 1 || got[0].Holder == nil || got[0].Holder.Name != "从前的人" || !got[0].Removed {
		t.Errorf("who was member then: %+v", got)
	}
	if got := members(time.Hour); len(got) != 0 {
		t.Errorf("who was member later: %+v", got)
	}
}

func TestPeople(t *testing.T) {
	s := newSite(t)
	admin, west := s.token(access.Admin), s.token(access.Officer, id(4))
	s.store.accounts = append(s.store.accounts, access.Account{ID: id(510), Login: "police", Role: access.Officer, Person: policeWest})
	want[editAnswer](t, s.edit(admin, "", `"change":"relieve","seat":"`+id(204).String()+`"`,
		`"change":"leave","person":"`+policeWest.String()+`","from":"2026-10-01T00:00:00Z","to":"2026-10-08T00:00:00Z"`,
		`"change":"deputise","seat":"`+chiefWestSeat.String()+`","person":"`+policeWest.String()+`"`), 200)
	names := func(query, token string) (out []string) {
		t.Helper()
		for _, p := range want[struct{ People []personAnswer }](t, s.get("/api/v1/people?"+query, token), 200).People {
			out = append(out, fmt.Sprint(p.Name, len(p.Posts)))
		}
		return out
	}
	for _, c := range []struct {
		query, token string
		want         []string
	}{
		{"q=不公开", admin, []string{"不公开东0", "不公开主任1", "不公开警2"}},
		{"q=不公开&limit=2", admin, []string{"不公开东0", "不公开主任1"}},
		{"q=" + publicPhone[3:], admin, []string{"公示人1"}},
		{"q=13", admin, nil},
		{"q=不公开", west, []string{"不公开警2"}},
		{"", west, []string{"不公开警2", "公示人1"}},
	} {
		if got := names(c.query, c.token); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.query, got, c.want)
		}
	}
	path := "/api/v1/people/" + policeWest.String()
	mine := want[personRecord](t, s.get(path, west), 200)
	if len(mine.Holdings) != 2 || !mine.Holdings[0].Deputy || mine.Holdings[0].Seat.SeatID != chiefWestSeat || mine.Account != nil || mine.MayChange {
		t.Errorf("an officer sees %+v", mine)
	}
	full := want[personRecord](t, s.get(path, admin), 200)
	if full.Account == nil || full.Account.Login != "police" || len(full.Leaves) != 1 || full.Leaves[0].When != "future" || !full.MayChange || full.Leave != nil {
		t.Errorf("an administrator sees %+v", full)
	}
	foreign, unknown := s.get("/api/v1/people/"+id(104).String(), west), s.get("/api/v1/people/"+id(999).String(), west)
	if wantProblem(t, foreign, 404, "not-found"); foreign.Body.String() != unknown.Body.String() {
		t.Errorf("a foreign person is told from none: %s, %s", foreign.Body, unknown.Body)
	}
	if got := want[personRecord](t, s.get("/api/v1/people/"+id(104).String(), admin), 200); len(got.Holdings) != 1 || got.Holdings[0].When != "past" {
		t.Errorf("who has left a post: %+v", got)
	}
	if got := s.store.reads[len(s.store.reads)-1]; got != "admin roster person "+id(104).String() {
		t.Errorf("audited %q", got)
	}
}

func TestCommitteesAndBranches(t *testing.T) {
	s := newSite(t)
	admin := s.token(access.Admin)
	want[editAnswer](t, s.edit(admin, "", `"change":"branch","code":"B1","name":"支部","village":"village:220112001001","groups":["village_group:220112001001001"]`), 200)
	type lists struct{ Committees, Branches []bodyAnswer }
	got := want[lists](t, s.get("/api/v1/committees", admin), 200).Committees
	if len(got) != 1 || got[0].Village.Code != "220112001001" || len(got[0].Groups) != 1 || len(got[0].Seats) != 1 || got[0].Seats[0].Vacant || !got[0].MayChange {
		t.Errorf("committees %+v", got)
	}
	got = want[lists](t, s.get("/api/v1/branches?area=village:220112001001", s.token(access.Officer, id(6))), 200).Branches
	if len(got) != 1 || got[0].Name != "支部" || got[0].Seats != nil || got[0].MayChange {
		t.Errorf("branches %+v", got)
	}
	far := s.token(access.Officer, id(5))
	for _, path := range []string{"/api/v1/committees", "/api/v1/branches"} {
		if got := want[lists](t, s.get(path, far), 200); len(got.Committees)+len(got.Branches) != 0 {
			t.Errorf("%s shows an officer elsewhere %+v", path, got)
		}
	}
	raw, err := json.Marshal(got)
	if err != nil || strings.Contains(string(raw), "不公开") || len(s.store.reads) != 0 {
		t.Errorf("committees name people: %s %v %v", raw, err, s.store.reads)
	}
	wantProblem(t, s.get("/api/v1/committees?post=grid_chief", admin), 400, "invalid-parameters")
}
