package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
)

// unchanging are routes that take more than a question and leave nothing in the
// database, each with its reason.
var unchanging = map[string]string{
	"POST /api/v1/locate":               "a question",
	"POST /api/v1/hotspots":             "a question",
	"POST /api/v1/imports":              "a file that waits beside the database",
	"DELETE /api/v1/imports/{id}":       "a file that waits beside the database",
	"POST /api/v1/imports/{id}/check":   "a file that waits beside the database",
	"DELETE /api/v1/imports/{id}/check": "a file that waits beside the database",
}

// deeds does things over HTTP and looks whether the audit log knows.
type deeds struct {
	*desk
	w    *scopeWorld
	conn *pgx.Conn
	done map[string]bool // routes by which something was done
}

// newDeeds are those of an administrator.
func newDeeds(t *testing.T) *deeds {
	t.Helper()
	w := newScopeWorld(t)
	conn, err := pgx.Connect(t.Context(), w.url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	return &deeds{w.desk(t, access.Admin), w, conn, map[string]bool{}}
}

func (d *deeds) lines() (n int) {
	d.t.Helper()
	if err := d.conn.QueryRow(d.t.Context(), `SELECT count(*) FROM gridpatrol.audit WHERE district_code = '220112'`).Scan(&n); err != nil {
		d.t.Fatal(err)
	}
	return n
}

// do asks by a route, with what stands for its variables, which must succeed
// and leave a line.
func (d *deeds) do(route string, ids []string, body string, header ...string) answer {
	d.t.Helper()
	method, template, _ := strings.Cut(route, " ")
	var path []string
	for part := range strings.SplitSeq(template, "/") {
		if strings.HasPrefix(part, "{") {
			part, ids = ids[0], ids[1:]
		}
		path = append(path, part)
	}
	if len(header) == 0 {
		header = d.header
	}
	before := d.lines()
	got := d.serving.do(d.t, method, strings.Join(path, "/"), body, header...)
	if got.status < 200 || got.status > 299 {
		d.t.Fatalf("%s = %d %.500s", route, got.status, got.body)
	}
	if d.lines() == before {
		d.t.Errorf("%s left no line in the audit log", route)
	}
	d.done[route] = true
	return got
}

// made does so and gives the id of what was made.
func (d *deeds) made(route string, ids []string, body string, header ...string) string {
	d.t.Helper()
	var out struct{ ID string }
	got := d.do(route, ids, body, header...)
	if err := json.Unmarshal(got.body, &out); err != nil || out.ID == "" {
		d.t.Fatalf("%s: no id in %.300s, %v", route, got.body, err)
	}
	return out.ID
}

// TestEveryChangeOverHTTPIsAudited changes something by every route that can,
// and finds a line of it in the audit log. A route that changes nothing here
// and is not known to change nothing fails.
func TestEveryChangeOverHTTPIsAudited(t *testing.T) {
	d := newDeeds(t)
	d.reports()
	d.plans()
	d.accounts()
	d.tokens()
	d.roster()
	d.imports()
	d.people()
	d.patrols()
	d.tracks()
	for _, rt := range d.w.api.Routes() {
		key := rt.Method + " " + rt.Path
		if slices.Contains([]string{"", "GET"}, rt.Method) {
			continue
		}
		if _, known := unchanging[key]; known == d.done[key] {
			t.Errorf("%s: something was done by it %v, it changes nothing %v; do something by it here", key, d.done[key], known)
		}
	}
}

func (d *deeds) reports() {
	d.t.Helper()
	d.made("POST /api/v1/reports", nil, `{"category":"infrastructure","lon":125.62,"lat":43.55}`)
	d.do("POST /api/v1/reports/{id}/events", []string{d.w.here.report}, `{"type":"comment","note":"n"}`)
	d.do("POST /api/v1/reports/{id}/contact", []string{d.w.here.report}, `{"reason":"to ask back"}`)
}

func (d *deeds) plans() {
	d.t.Helper()
	rename := func(of *side) string {
		return fmt.Sprintf(`{"op":"rename","kind":"grid","code":%q,"name":"新"}`, of.grid.Code)
	}
	const plan = "/api/v1/plans/{id}"
	create := func() []string { return []string{d.made("POST /api/v1/plans", nil, `{"title":"new"}`)} }
	d.do("DELETE "+plan, create(), "")
	id, other := create(), create()
	d.do("PATCH "+plan, id, `{"title":"other"}`)
	d.do("POST "+plan+"/operations", id, rename(d.w.here))
	d.do("DELETE "+plan+"/operations/last", id, "")
	d.do("POST "+plan+"/operations/redo", id, "")
	// Something else is published meanwhile.
	d.do("POST "+plan+"/operations", other, rename(d.w.there))
	d.do("POST "+plan+"/publish", other, `{"note":"n"}`)
	d.do("POST "+plan+"/rebase", id, "")
	d.do("POST "+plan+"/approve", id, "", bearer(d.w.token(d.store, access.Token{Role: access.Admin}).text)...)
	d.do("POST "+plan+"/publish", id, fmt.Sprintf(`{"at":%q,"note":"n"}`, time.Now().Add(48*time.Hour).UTC().Format(time.RFC3339)))
	d.do("DELETE "+plan+"/publish", id, "")
	d.do("POST "+plan+"/publish", id, `{"note":"n"}`)
	d.do("POST /api/v1/revisions/{n}/undo", []string{"3"}, `{"note":"n"}`)
}

func (d *deeds) accounts() {
	d.t.Helper()
	const account, first, second, third = "/api/v1/accounts/{id}", "first password", "second password", "third password"
	id := d.made("POST /api/v1/accounts", nil, fmt.Sprintf(`{"login":"anna","name":"Anna","role":"dispatcher","password":%q}`, first))
	cookie := func(got answer) []string {
		d.t.Helper()
		for _, c := range (&http.Response{Header: got.header}).Cookies() {
			if c.Value != "" {
				return []string{"Cookie", c.Name + "=" + c.Value, "X-Gridpatrol", "1"}
			}
		}
		d.t.Fatalf("no cookie in %v", got.header)
		return nil
	}
	nobody := []string{"X-Gridpatrol", "1"}
	signIn := func(password string) []string {
		return cookie(d.do("POST /api/v1/session", nil, fmt.Sprintf(`{"login":"anna","password":%q}`, password), nobody...))
	}
	anna := signIn(first)
	anna = cookie(d.do("PUT /api/v1/session/password", nil, fmt.Sprintf(`{"old":%q,"new":%q}`, first, second), anna...))
	signIn(second)
	var list struct {
		Sessions []struct {
			ID   string
			Here bool
		}
	}
	if err := json.Unmarshal(d.serving.do(d.t, "GET", "/api/v1/sessions", "", anna...).body, &list); err != nil || len(list.Sessions) != 2 {
		d.t.Fatalf("sessions %+v, %v", list, err)
	}
	for _, s := range list.Sessions {
		if !s.Here {
			d.do("DELETE /api/v1/sessions/{id}", []string{s.ID}, "", anna...)
		}
	}
	signIn(second)
	d.do("DELETE /api/v1/sessions", nil, "", anna...)
	d.do("DELETE /api/v1/session", nil, "", anna...)
	d.do("PATCH "+account, []string{id}, `{"name":"Anna B."}`)
	signIn(second)
	d.do("DELETE "+account+"/sessions", []string{id}, "")
	var reset struct{ Link string }
	got := d.do("POST "+account+"/reset", []string{id}, "")
	if err := json.Unmarshal(got.body, &reset); err != nil {
		d.t.Fatal(err)
	}
	_, secret, _ := strings.Cut(reset.Link, "reset=")
	d.do("POST /api/v1/password-reset", nil, fmt.Sprintf(`{"secret":%q,"password":%q}`, secret, third), nobody...)
	var pending struct{ Identities []struct{ ID string } }
	if err := json.Unmarshal(d.serving.do(d.t, "GET", "/api/v1/identities?state=pending", "", d.header...).body, &pending); err != nil || len(pending.Identities) == 0 {
		d.t.Fatalf("pending %+v, %v", pending, err)
	}
	d.do("PUT "+account+"/identity", []string{id}, fmt.Sprintf(`{"pending":%q}`, pending.Identities[0].ID))
	d.do("DELETE "+account+"/identity", []string{id}, "")
}

func (d *deeds) tokens() {
	d.t.Helper()
	id := d.made("POST /api/v1/tokens", nil, `{"name":"t","role":"consumer"}`)
	d.do("POST /api/v1/tokens/{id}/rotate", []string{id}, "")
	d.do("DELETE /api/v1/tokens/{id}", []string{id}, "")
}

func (d *deeds) roster() {
	d.t.Helper()
	got := d.do("POST /api/v1/roster/changes", nil,
		fmt.Sprintf(`{"changes":[{"change":"appoint","seat":%q,"person":{"name":"接任","phone":"13700001111"}}]}`, d.w.here.seat))
	var out struct {
		Handovers []struct {
			ID string
			To struct{ ID string }
		}
	}
	if err := json.Unmarshal(got.body, &out); err != nil || len(out.Handovers) != 1 {
		d.t.Fatalf("%d handovers, %v: %.300s", len(out.Handovers), err, got.body)
	}
	// Also what is only tried shows names, so it leaves a line.
	d.do("POST /api/v1/roster/changes", nil, fmt.Sprintf(`{"changes":[{"change":"relieve","seat":%q}],"dry_run":true}`, d.w.there.seat))
	successor := &caller{account: d.w.account(d.store, "successor", access.Officer, uuid.MustParse(out.Handovers[0].To.ID)).ID}
	d.w.signIn(successor)
	d.do("POST /api/v1/handovers/{id}/acknowledge", []string{out.Handovers[0].ID}, "", successor.header...)
}

func (d *deeds) imports() {
	d.t.Helper()
	grid := d.w.there.grid
	grid.Name = "改名网格"
	path := d.upload("areas", newImportDesk(d.t, d.w.url).file("grids.geojson", []geo.Area{grid}))
	if i := d.step(path, "check", `{"kind":"grid","partial":true}`); i.State != "checked" {
		d.t.Fatalf("the check ends %+v", i)
	}
	before := d.lines()
	if i := d.step(path, "write", `{}`); i.State == "failed" || d.lines() == before {
		d.t.Errorf("writing ends %+v with %d lines", i, d.lines()-before)
	}
	d.done["POST /api/v1/imports/{id}/write"] = true
}

func (d *deeds) people() {
	d.t.Helper()
	phone := fmt.Sprintf(`{"phone":%q}`, d.w.there.reporter)
	d.do("POST /api/v1/personal/search", nil, phone)
	d.do("POST /api/v1/personal/export", nil, phone)
	d.do("POST /api/v1/personal/erase", nil, fmt.Sprintf(`{"subject":%s,"reason":"asked for it"}`, phone))
}

// TestEveryReadingOfPeopleIsAudited asks every route that answers questions: an
// answer that has somebody's name, phone or login in it leaves a line.
func TestEveryReadingOfPeopleIsAudited(t *testing.T) {
	d := newDeeds(t)
	w := d.w
	private := []string{w.here.phone, w.here.reporter, w.here.login, "格长" + w.here.name}
	named := 0
	for key, e := range scopeExpectations() {
		method, path, _ := strings.Cut(key, " ")
		for i := range e.asks {
			a := &e.asks[i]
			if method != "GET" && key != "POST /api/v1/locate" || a.head {
				continue
			}
			id, ok := w.name(a, &caller{state: "", all: true, role: access.Admin}, "here")
			if !ok {
				continue
			}
			at := path
			if a.path != "" {
				at = a.path
			}
			fill := strings.NewReplacer("{id}", id)
			before := d.lines()
			got := w.serving.do(t, method, fill.Replace(at)+fill.Replace(a.query), fill.Replace(a.body), d.header...)
			told := slices.ContainsFunc(private, func(s string) bool { return strings.Contains(string(got.body), s) })
			if told {
				named++
				if d.lines() == before {
					t.Errorf("%s%s tells of people and left no line: %.300s", key, a.query, got.body)
				}
			}
		}
	}
	if named < 8 {
		t.Errorf("only %d answers told of people: the test does not ask what it should", named)
	}
	t.Log(named, "answers told of people")
}
