package main

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// signedIn is a desk of somebody with an account and a session.
func (s *serving) signedIn(t *testing.T, login string, role access.Role, person geo.ID, areas ...geo.ID) *desk {
	t.Helper()
	a, err := s.store.CreateAccount(t.Context(), access.Account{Login: login, Name: login, Role: role, Person: person, AreaIDs: areas, PasswordHash: "x"}, system)
	if err != nil {
		t.Fatal(err)
	}
	secret, hash, err := access.NewSession(rand.Reader)
	now := time.Now()
	in := access.Session{ID: uuid.Must(uuid.NewV7()), Hash: hash, Account: a.ID, CreatedAt: now, SeenAt: now, ExpiresAt: now.Add(access.SessionAbsolute)}
	if err == nil {
		err = s.store.CreateSession(t.Context(), in, access.Proof{PasswordHash: "x"}, system)
	}
	if err != nil {
		t.Fatal(err)
	}
	return &desk{t, s, []string{"Cookie", "gp_session=" + secret}}
}

type personJSON struct {
	ID          geo.ID
	Name, Phone string
}

type postJSON struct {
	SeatID      geo.ID `json:"seat_id"`
	Holder      *personJSON
	AnsweredBy  string `json:"answered_by"`
	DutyVersion int64  `json:"duty_version"`
	MayChange   bool   `json:"may_change"`
	Holdings    []struct {
		ID     geo.ID
		Person personJSON
		When   string
	}
}

type handoverJSON struct {
	ID             geo.ID
	From, To       *personJSON
	Reports        []string
	Mine           bool
	AcknowledgedAt *time.Time `json:"acknowledged_at"`
}

type editJSON struct {
	DutyVersion  int64 `json:"duty_version"`
	Changed      []postJSON
	Handovers    []handoverJSON
	ReportsMoved int `json:"reports_moved"`
}

// edit makes changes of the roster.
func (d *desk) edit(changes ...string) editJSON {
	d.t.Helper()
	e, _ := ask[editJSON](d, 200, "POST", "/api/v1/roster/changes", `{"changes":[{`+strings.Join(changes, "},{")+`}]}`)
	return e
}

// TestAppointEndToEnd appoints another chief of a grid with an open report: the
// report goes over, the notice board names the new one at every door, the
// successor alone acknowledges, and who was chief before stays known.
func TestAppointEndToEnd(t *testing.T) {
	database := districtDatabase(t)
	s := serveTest(t, database)
	grid, at := s.place(t, geo.Grid, "urban")
	seat := s.duties.Current().Roster.Seats(patrol.GridChief, grid.ID)[0]
	old, _, _ := s.duties.Current().Roster.Holder(seat.ID, time.Now())
	r := s.do(t, "POST", "/api/v1/reports", `{"category":"infrastructure",`+at+`}`).report(t)
	admin, own := s.desk(t, access.Admin), s.desk(t, access.Admin, grid.ID)
	heard := s.listen(t, admin.header)
	outgoing := s.signedIn(t, "outgoing", access.Officer, old.ID)

	post := "/api/v1/posts?area=grid:" + grid.Code + "&post=grid_chief"
	before := time.Now()
	done := own.edit(fmt.Sprintf(`"change":"appoint","seat":%q,"person":{"name":"新网格长","phone":"12099990001"},"note":"elected"`, seat.ID))
	if len(done.Handovers) != 1 || !slices.Equal(done.Handovers[0].Reports, []string{r.ID}) || done.ReportsMoved != 1 || done.Handovers[0].From.ID != old.ID {
		t.Fatalf("the edit answers %+v, want one handover with the report", done)
	}
	now, raw := ask[reportAnswer](admin, 200, "GET", "/api/v1/reports/"+r.ID, "")
	if h := now.Properties.History; h[len(h)-1].Type != "handover" || !strings.Contains(string(raw.body), "新网格长") || strings.Contains(string(raw.body), old.Name) {
		t.Errorf("the report is %s", raw.body)
	}
	eventually(t, "the stream tells that the report changed", func() bool { return heard.has("report.changed", r.ID) })
	holder := func(path string) string {
		t.Helper()
		got, _ := ask[struct{ Posts []postJSON }](admin, 200, "GET", path, "")
		if len(got.Posts) != 1 || got.Posts[0].Holder == nil {
			t.Fatalf("%s: %+v", path, got)
		}
		return got.Posts[0].Holder.Name
	}
	if got := holder(post) + " after " + holder(post+"&at="+url.QueryEscape(before.Format(time.RFC3339Nano))); got != "新网格长 after "+old.Name {
		t.Errorf("chief is %s", got)
	}
	history, _ := ask[postJSON](own, 200, "GET", "/api/v1/posts/"+seat.ID.String(), "")
	if h := history.Holdings; len(h) < 2 || h[0].When != "now" || h[1].Person.ID != old.ID || h[1].When != "past" || !history.MayChange || history.DutyVersion != done.DutyVersion {
		t.Errorf("the seat's history is %+v", history)
	}

	// The notice board, at every door of people without an account.
	doors := map[string]string{"lookup": "/api/v1/locate?" + lonLatOf(t, at), "area": "/api/v1/areas/grid/" + grid.Code, "areas": "/api/v1/areas/grid"}
	shown := func(name string, want bool) {
		t.Helper()
		for door, path := range doors {
			if got := s.do(t, "GET", path, ""); got.status != 200 || strings.Contains(string(got.body), name) != want {
				t.Errorf("%s tells everybody of %s = %v, want %v", door, name, !want, want)
			}
		}
		sent := s.do(t, "POST", "/api/v1/reports", `{"category":"infrastructure",`+at+`}`)
		if sent.status != 201 || strings.Contains(string(sent.body), name) != want {
			t.Errorf("the answer to a new report tells of %s = %v: %s", name, !want, sent.body)
		}
	}
	shown("新网格长", true)
	own.edit(fmt.Sprintf(`"change":"public_contact","seat":%q,"public":false`, seat.ID))
	shown("新网格长", false)
	if got, _ := ask[json.RawMessage](own, 200, "GET", doors["lookup"], ""); !strings.Contains(string(got), "新网格长") {
		t.Errorf("who works there is not told: %s", got)
	}
	// On leave, who stands in is on the board.
	successor := done.Changed[0].Holder.ID
	own.edit(fmt.Sprintf(`"change":"public_contact","seat":%q,"public":true`, seat.ID),
		fmt.Sprintf(`"change":"deputise","seat":%q,"person":{"name":"代网格长","phone":"12099990002"}`, seat.ID),
		fmt.Sprintf(`"change":"leave","person":%q,"from":%q`, successor, time.Now().Format(time.RFC3339Nano)))
	shown("代网格长", true)
	shown("新网格长", false)

	incoming := s.signedIn(t, "incoming", access.Officer, successor)
	mine, _ := ask[struct{ Handovers []handoverJSON }](incoming, 200, "GET", "/api/v1/handovers?state=open&assignee=me", "")
	if len(mine.Handovers) != 1 || !mine.Handovers[0].Mine || mine.Handovers[0].ID != done.Handovers[0].ID {
		t.Fatalf("the successor sees %+v", mine)
	}
	path := "/api/v1/handovers/" + mine.Handovers[0].ID.String() + "/acknowledge"
	admin.refuse(403, "forbidden", "POST", path, "")
	outgoing.refuse(404, "not-found", "POST", path, "") // holds no post any more
	for range 2 {
		if got, _ := ask[handoverJSON](incoming, 200, "POST", path, ""); got.AcknowledgedAt == nil {
			t.Errorf("acknowledged: %+v", got)
		}
	}
	left, _ := ask[struct{ Handovers []handoverJSON }](admin, 200, "GET", "/api/v1/handovers?state=open&area=grid:"+grid.Code, "")
	if slices.ContainsFunc(left.Handovers, func(h handoverJSON) bool { return h.ID == mine.Handovers[0].ID }) {
		t.Error("an acknowledged handover is open")
	}
	if n := countRows(t, database, `SELECT count(*) FROM gridpatrol.audit WHERE action IN ('roster.appoint', 'handover.acknowledge') AND detail::text NOT LIKE '%网格长%'`); n != 2 {
		t.Errorf("%d lines of the audit log tell of the appointment and the receipt, want 2", n)
	}
}

// lonLatOf makes parameters of the members "lon":x,"lat":y.
func lonLatOf(t *testing.T, members string) string {
	t.Helper()
	var p struct{ Lon, Lat json.Number }
	if err := json.Unmarshal([]byte("{"+members+"}"), &p); err != nil {
		t.Fatal(err)
	}
	return "lon=" + p.Lon.String() + "&lat=" + p.Lat.String()
}

// TestTwoAdministratorsAtOnce: of two who appoint to the same seat, having seen
// the same, one is told; who edits elsewhere is not disturbed.
func TestTwoAdministratorsAtOnce(t *testing.T) {
	s := serveTest(t, districtDatabase(t))
	roster := s.duties.Current().Roster
	grids := s.boundaries.Current().Index.Areas(geo.Grid)
	seats := []geo.ID{roster.Seats(patrol.GridChief, grids[0].ID)[0].ID, roster.Seats(patrol.GridChief, grids[0].ID)[0].ID, roster.Seats(patrol.GridChief, grids[1].ID)[0].ID}
	based := s.duties.Current().Version
	got := make([]answer, len(seats))
	admin := s.desk(t, access.Admin)
	var all sync.WaitGroup
	for i, seat := range seats {
		all.Go(func() {
			got[i] = s.do(t, "POST", "/api/v1/roster/changes", fmt.Sprintf(
				`{"based_on":%d,"changes":[{"change":"appoint","seat":%q,"person":{"name":"候选人%d"}}]}`, based, seat, i), admin.header...)
		})
	}
	all.Wait()
	if got[2].status != 200 || got[0].status+got[1].status != 200+409 {
		t.Fatalf("answers %d %s, %d %s, %d %s", got[0].status, got[0].body, got[1].status, got[1].body, got[2].status, got[2].body)
	}
	winner, loser := 0, 1
	if got[0].status == 409 {
		winner, loser = 1, 0
	}
	if !strings.Contains(string(got[loser].body), "duties-changed") {
		t.Errorf("the other is told %s", got[loser].body)
	}
	for i, want := range map[int]string{0: fmt.Sprintf("候选人%d", winner), 2: "候选人2"} {
		if p, _ := ask[postJSON](admin, 200, "GET", "/api/v1/posts/"+seats[i].String(), ""); p.Holder == nil || p.Holder.Name != want {
			t.Errorf("seat %d is held by %+v, want %s", i, p.Holder, want)
		}
	}
}
