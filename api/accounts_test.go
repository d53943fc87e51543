package api

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
)

// as sends a request with a token.
func (s *site) as(token, method, path, body string) call {
	return call{method: method, path: path, body: body, header: map[string]string{"Authorization": "Bearer " + token}}
}

func (s *site) people() {
	s.store.accounts = []access.Account{
		{ID: id(701), Login: "root", Name: "甲", PasswordHash: "h", Role: access.Admin},
		{ID: id(702), Login: "west", Name: "乙", PasswordHash: "h", Role: access.Officer, AreaIDs: []geo.ID{id(4)}},
		{ID: id(703), Login: "group", Name: "丙", PasswordHash: "h", Role: access.Officer, AreaIDs: []geo.ID{id(6)}},
		{ID: id(704), Login: "east", Name: "丁", PasswordHash: "h", Role: access.Officer, AreaIDs: []geo.ID{id(5)}},
		{ID: id(705), Login: "chief", Name: "戊", PasswordHash: "h", Role: access.Officer, Person: chiefWest},
		{ID: id(706), Login: "nowhere", Name: "己", PasswordHash: "h", Role: access.Officer},
		{ID: id(707), Login: "all", Name: "庚", PasswordHash: "h", Role: access.Dispatcher},
	}
}

type accountList struct{ Accounts []accountAnswer }

func logins(l accountList) (out []string) {
	for _, a := range l.Accounts {
		out = append(out, a.Login)
	}
	return out
}

// Who is limited to areas sees and changes what lies in them, and nothing else.
func TestAccountsInScope(t *testing.T) {
	s := newSite(t)
	s.people()
	whole, west := s.token(access.Admin), s.token(access.Admin, id(4))
	if got := logins(want[accountList](t, s.get("/api/v1/accounts", whole), 200)); len(got) != 7 {
		t.Errorf("an administrator of the district sees %v", got)
	}
	// The group and the chief's post lie in the western grid.
	if got := logins(want[accountList](t, s.get("/api/v1/accounts", west), 200)); !slices.Equal(got, []string{"west", "group", "chief"}) {
		t.Errorf("an administrator of the west sees %v", got)
	}
	if !slices.Contains(s.store.reads, "admin account all") {
		t.Errorf("the reading is not in the audit log: %v", s.store.reads)
	}
	for _, n := range []int{701, 704, 706, 707, 799} {
		for _, c := range []struct{ method, below, body string }{
			{"GET", "", ""}, {"PATCH", "", `{"disabled":true}`}, {"POST", "/reset", ""}, {"GET", "/sessions", ""},
			{"DELETE", "/sessions", ""}, {"PUT", "/identity", `{"pending":"` + id(1).String() + `"}`}, {"DELETE", "/identity", ""},
		} {
			wantProblem(t, s.do(s.as(west, c.method, "/api/v1/accounts/"+id(n).String()+c.below, c.body)), 404, "not-found")
		}
	}
	for _, role := range []access.Role{access.Planner, access.Dispatcher, access.Officer, access.Consumer} {
		wantProblem(t, s.get("/api/v1/accounts", s.token(role)), 403, "forbidden")
		wantProblem(t, s.get("/api/v1/tokens", s.token(role)), 403, "forbidden")
	}
	path := "/api/v1/accounts/" + id(702).String()
	for _, body := range []string{`{"areas":["grid:` + gridEast + `"]}`, `{"areas":[],"role":"dispatcher"}`, `{"role":"admin","areas":[]}`,
		`{"areas":["grid:` + gridWest + `","grid:` + gridEast + `"]}`, `{"person":"` + id(104).String() + `"}`} {
		wantProblem(t, s.do(s.as(west, "PATCH", path, body)), 403, "outside-scope")
	}
	wantProblem(t, s.do(s.as(west, "PATCH", path, `{"role":"consumer","person":"`+id(104).String()+`"}`)), 403, "outside-scope")
	got := want[accountAnswer](t, s.do(s.as(west, "PATCH", path, `{"areas":["village_group:220112001001001"],"name":"新","role":"consumer"}`)), 200)
	if got.Name != "新" || got.Role != access.Consumer || !slices.Equal(got.Areas, []string{"village_group:220112001001001"}) {
		t.Errorf("changed to %+v", got)
	}
}

func TestCreateAccount(t *testing.T) {
	s := newSite(t)
	s.people()
	whole, west := s.token(access.Admin), s.token(access.Admin, id(4))
	w := s.do(s.as(whole, "POST", "/api/v1/accounts", `{"login":"new","name":"新人","role":"officer","areas":["grid:`+gridWest+`"]}`))
	a := want[accountAnswer](t, w, 201)
	if a.HasPassword || a.Reset == nil || !strings.HasPrefix(a.Reset.Link, "http://map.example/#view=signin&reset=") ||
		!a.Reset.ExpiresAt.Equal(testNow.Add(24*time.Hour)) || w.Header().Get("Location") != "/api/v1/accounts/"+a.ID.String() || w.Header().Get("Cache-Control") != "no-store" {
		t.Errorf("made %+v with %v", a, w.Header())
	}
	if actor := s.store.desk.made[0]; actor.Kind != "token" || actor.ID == "" {
		t.Errorf("made by %+v", actor)
	}
	a = want[accountAnswer](t, s.do(s.as(whole, "POST", "/api/v1/accounts", `{"login":"given","role":"consumer","password":"correct horse"}`)), 201)
	if !a.HasPassword || !a.MustChange || a.Reset != nil || a.Name != "given" {
		t.Errorf("made with a password: %+v", a)
	}
	for body, code := range map[string]string{
		`{"login":"x","role":"officer","areas":["grid:` + gridEast + `"]}`: "outside-scope",
		`{"login":"x","role":"dispatcher"}`:                                "outside-scope",
		`{"login":"x","role":"admin"}`:                                     "outside-scope",
		`{"login":"x","role":"consumer","areas":["grid:` + gridWest + `"],"person":"` + id(104).String() + `"}`: "outside-scope",
	} {
		wantProblem(t, s.do(s.as(west, "POST", "/api/v1/accounts", body)), 403, code)
	}
	want[accountAnswer](t, s.do(s.as(west, "POST", "/api/v1/accounts", `{"login":"x","role":"admin","areas":["village_group:220112001001001"]}`)), 201)
	for body, pointer := range map[string]string{
		`{"login":"x y","role":"admin"}`:                                         "/login",
		`{"login":"` + strings.Repeat("x", 65) + `","role":"admin"}`:             "/login",
		`{"role":"admin"}`:                                                       "/login",
		`{"login":"x","role":"king"}`:                                            "/role",
		`{"login":"x","role":"officer"}`:                                         "/areas",
		`{"login":"x","role":"admin","areas":["grid:9"]}`:                        "/areas/0",
		`{"login":"x","role":"admin","areas":["?"]}`:                             "/areas/0",
		`{"login":"x","role":"admin","person":"` + id(9).String() + `"}`:         "/person",
		`{"login":"x","role":"admin","password":"short"}`:                        "/password",
		`{"login":"x234567890","role":"admin","password":"x234567890"}`:          "/password",
		`{"login":"x","name":" ","role":"admin"}`:                                "/name",
		`{"login":"x","role":"admin","name":"` + strings.Repeat("名", 101) + `"}`: "/name",
	} {
		p := wantProblem(t, s.do(s.as(whole, "POST", "/api/v1/accounts", body)), 422, "invalid-values")
		if len(p.Errors) != 1 || p.Errors[0].Pointer != pointer {
			t.Errorf("%s: %+v, want a fault at %s", body, p.Errors, pointer)
		}
	}
	strict := map[string]string{
		`{"login":"x","role":"consumer","ROLE":"admin"}`: "malformed-json", `{"login":"x","role":"consumer","role":"admin"}`: "malformed-json",
		`{"login":"x","role":"consumer","admin":true}`: "invalid-body", `{"login":"x","Role":"admin"}`: "invalid-body", `[]`: "malformed-json",
	}
	for body, code := range strict {
		wantProblem(t, s.do(s.as(whole, "POST", "/api/v1/accounts", body)), 400, code)
	}
	s.store.desk.last = true
	wantProblem(t, s.do(s.as(whole, "PATCH", "/api/v1/accounts/"+id(701).String(), `{"disabled":true}`)), 409, "last-admin")
}

func TestManageTokens(t *testing.T) {
	s := newSite(t)
	s.people()
	whole, west, east := s.token(access.Admin), s.token(access.Admin, id(4)), s.token(access.Officer, id(5))
	made := want[tokenAnswer](t, s.do(s.as(west, "POST", "/api/v1/tokens", `{"name":"gis","role":"consumer","areas":["grid:`+gridWest+`"],"expires_at":"2026-10-01T00:00:00Z"}`)), 201)
	if made.State != "good" || made.MadeBy == nil || made.MadeBy.Kind != "token" || made.MadeBy.ID != id(901).String() {
		t.Errorf("made %+v", made)
	}
	who := want[whoAnswer](t, s.get("/api/v1/session", made.Token), 200)
	if who.Role != access.Consumer || who.Scope.All {
		t.Errorf("the token made is %+v", who)
	}
	for body, want := range map[string]struct {
		status int
		code   string
	}{
		`{"name":"x","role":"consumer"}`:                                              {403, "outside-scope"},
		`{"name":"x","role":"consumer","areas":["grid:` + gridEast + `"]}`:            {403, "outside-scope"},
		`{"name":"x","role":"officer"}`:                                               {422, "invalid-values"},
		`{"name":"x","role":"consumer","expires_at":"2026-09-01T02:00:00Z"}`:          {422, "invalid-values"},
		`{"name":"","role":"consumer"}`:                                               {422, "invalid-values"},
		`{"name":"x","role":"consumer","areas":["grid:` + gridWest + `"],"x":1}`:      {400, "invalid-body"},
		`{"name":"x","role":"consumer","Name":"y","areas":["grid:` + gridWest + `"]}`: {400, "malformed-json"},
	} {
		wantProblem(t, s.do(s.as(west, "POST", "/api/v1/tokens", body)), want.status, want.code)
	}
	list := want[struct{ Tokens []tokenAnswer }](t, s.get("/api/v1/tokens", west), 200)
	if len(list.Tokens) != 2 || strings.Contains(fmt.Sprint(list), "gp_") {
		t.Errorf("the west lists %+v", list)
	}
	foreign, _, _ := access.ParseToken(east)
	wantProblem(t, s.do(s.as(west, "DELETE", "/api/v1/tokens/"+foreign.String(), "")), 404, "not-found")
	wantProblem(t, s.do(s.as(west, "POST", "/api/v1/tokens/"+foreign.String()+"/rotate", "")), 404, "not-found")
	for _, body := range []string{`{"keep_for_hours":-1}`, `{"keep_for_hours":721}`, `{"keep_for_hours":1.5}`} {
		wantProblem(t, s.do(s.as(whole, "POST", "/api/v1/tokens/"+foreign.String()+"/rotate", body)), 422, "invalid-values")
	}
	second := want[tokenAnswer](t, s.do(s.as(whole, "POST", "/api/v1/tokens/"+foreign.String()+"/rotate", `{"keep_for_hours":720}`)), 201)
	if second.Role != access.Officer || !slices.Equal(second.Areas, []string{"grid:" + gridEast}) || second.Token == east {
		t.Errorf("rotated into %+v", second)
	}
	for _, text := range []string{east, second.Token} {
		want[whoAnswer](t, s.get("/api/v1/session", text), 200)
	}
	if w := s.do(s.as(whole, "DELETE", "/api/v1/tokens/"+second.ID.String(), "")); w.Code != 204 {
		t.Errorf("revoking = %d", w.Code)
	}
	wantProblem(t, s.get("/api/v1/session", second.Token), 401, "token-revoked")
	if strings.Contains(s.log.String(), "gp_") {
		t.Error("the log holds a token")
	}
}

func TestPendingIdentities(t *testing.T) {
	s := newSite(t)
	s.people()
	whole, west := s.token(access.Admin), s.token(access.Admin, id(4))
	s.store.desk.pending = []access.PendingIdentity{{ID: id(1), Identity: access.Identity{Issuer: "https://i", Subject: "s"}, Name: "辛"}}
	wantProblem(t, s.get("/api/v1/identities?state=pending", west), 403, "outside-scope")
	wantProblem(t, s.get("/api/v1/identities", whole), 400, "invalid-parameters")
	if got := want[struct{ Identities []pendingAnswer }](t, s.get("/api/v1/identities?state=pending", whole), 200); len(got.Identities) != 1 || got.Identities[0].Name != "辛" {
		t.Errorf("who waits: %+v", got)
	}
	path := "/api/v1/accounts/" + id(702).String() + "/identity"
	wantProblem(t, s.do(s.as(west, "PUT", path, `{"pending":"`+id(1).String()+`"}`)), 403, "outside-scope")
	wantProblem(t, s.do(s.as(whole, "PUT", path, `{"pending":"`+id(2).String()+`"}`)), 422, "invalid-values")
	if w := s.do(s.as(whole, "PUT", path, `{"pending":"`+id(1).String()+`"}`)); w.Code != 204 {
		t.Errorf("linking = %d %s", w.Code, w.Body)
	}
	if a := want[accountAnswer](t, s.get("/api/v1/accounts/"+id(702).String(), whole), 200); a.Identity == nil || a.Identity.Subject != "s" {
		t.Errorf("linked: %+v", a)
	}
	wantProblem(t, s.do(s.as(whole, "DELETE", path, "")), 404, "not-found")
}
