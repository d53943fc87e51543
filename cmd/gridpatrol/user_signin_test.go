package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/access"
)

// person is somebody with a browser.
type person struct {
	s      *serving
	cookie []string
}

func (p *person) signIn(t *testing.T, login, password string) answer {
	t.Helper()
	got := p.s.do(t, "POST", "/api/v1/session", fmt.Sprintf(`{"login":%q,"password":%q}`, login, password), p.cookie...)
	p.keep(got)
	return got
}

// keep takes the cookie that an answer sets.
func (p *person) keep(a answer) {
	for _, c := range (&http.Response{Header: a.header}).Cookies() {
		p.cookie = []string{"Cookie", c.Name + "=" + c.Value}
	}
}

func (p *person) does(t *testing.T, want int, method, path, body string) (out map[string]any) {
	t.Helper()
	got := p.s.do(t, method, path, body, p.cookie...)
	if got.status != want {
		t.Fatalf("%s %s = %d %s, want %d", method, path, got.status, got.body, want)
	}
	p.keep(got)
	_ = json.Unmarshal(got.body, &out) // 204 has none
	return out
}

// TestAccountsEndToEnd walks accounts from the first administrator to a lock and
// out of it again, on the real database.
func TestAccountsEndToEnd(t *testing.T) {
	url := districtDatabase(t)
	s := serveTest(t, url)
	hash, err := access.HashPassword("the first password", rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	first, err := s.store.CreateAccount(t.Context(), access.Account{Login: "root", Name: "root", PasswordHash: hash, Role: access.Admin}, system)
	if err != nil {
		t.Fatal(err)
	}
	root := &person{s: s}
	if got := root.signIn(t, "root", "the first password"); got.status != 200 {
		t.Fatalf("the administrator signs in: %d %s", got.status, got.body)
	}
	self := "/api/v1/accounts/" + first.ID.String()
	root.does(t, 409, "PATCH", self, `{"disabled":true}`)
	root.does(t, 409, "PATCH", self, `{"role":"planner"}`)

	made := root.does(t, 201, "POST", "/api/v1/accounts", `{"login":"ann","name":"Ann","role":"dispatcher","password":"given by root"}`)
	path := "/api/v1/accounts/" + made["id"].(string)
	root.does(t, 409, "POST", "/api/v1/accounts", `{"login":"ann","role":"dispatcher"}`)
	ann, elsewhere := &person{s: s}, &person{s: s}
	for _, p := range []*person{ann, elsewhere} {
		if got := p.signIn(t, "ann", "given by root"); got.status != 200 || !strings.Contains(string(got.body), `"must_change":true`) {
			t.Fatalf("the first sign-in: %d %s", got.status, got.body)
		}
	}
	ann.does(t, 403, "GET", "/api/v1/reports", "")
	if list := ann.does(t, 200, "GET", "/api/v1/sessions", "")["sessions"].([]any); len(list) != 2 {
		t.Errorf("sessions: %v", list)
	}
	ann.does(t, 422, "PUT", "/api/v1/session/password", `{"old":"guessed","new":"chosen by ann"}`)
	ann.does(t, 204, "PUT", "/api/v1/session/password", `{"old":"given by root","new":"chosen by ann"}`)
	ann.does(t, 200, "GET", "/api/v1/reports", "")
	elsewhere.does(t, 401, "GET", "/api/v1/sessions", "")

	// Signing out elsewhere.
	elsewhere.cookie = nil
	elsewhere.signIn(t, "ann", "chosen by ann")
	if n := ann.does(t, 200, "DELETE", "/api/v1/sessions", "")["ended"]; n != 1.0 {
		t.Errorf("ended %v sessions, want 1", n)
	}
	elsewhere.does(t, 401, "GET", "/api/v1/sessions", "")
	root.does(t, 200, "PATCH", path, `{"disabled":true}`)
	ann.does(t, 401, "GET", "/api/v1/reports", "")
	if got := ann.signIn(t, "ann", "chosen by ann").status; got != 401 {
		t.Errorf("signing in to a disabled account = %d", got)
	}
	root.does(t, 409, "POST", path+"/reset", "")
	root.does(t, 200, "PATCH", path, `{"disabled":false}`)

	// The tenth wrong password locks. One was counted above.
	for range access.LockAfter - 1 {
		if got := ann.signIn(t, "ann", "wrong"); got.status != 401 {
			t.Fatalf("a wrong password = %d %s", got.status, got.body)
		}
	}
	got := ann.signIn(t, "ann", "chosen by ann")
	if got.status != 429 || got.header.Get("Retry-After") != "900" {
		t.Errorf("the right password under a lock = %d, Retry-After %s", got.status, got.header.Get("Retry-After"))
	}
	if a := root.does(t, 200, "GET", path, ""); a["locked_until"] == nil {
		t.Errorf("the account is not shown as locked: %v", a)
	}
	link := root.does(t, 201, "POST", path+"/reset", "")["link"].(string)
	_, secret, _ := strings.Cut(link, "&reset=")
	ann.cookie = nil
	ann.does(t, 204, "POST", "/api/v1/password-reset", `{"secret":"`+secret+`","password":"after the link"}`)
	ann.does(t, 422, "POST", "/api/v1/password-reset", `{"secret":"`+secret+`","password":"once more!!"}`)
	if got := ann.signIn(t, "ann", "after the link"); got.status != 200 || strings.Contains(string(got.body), "must_change") {
		t.Errorf("signing in after the link = %d %s", got.status, got.body)
	}
	root.does(t, 200, "PATCH", path, `{"role":"admin"}`)
	ann.does(t, 401, "GET", "/api/v1/accounts", "")

	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(t.Context()))
	var dump string
	const all = `SELECT string_agg(a::text, ' ') || (SELECT string_agg(x::text, ' ') FROM gridpatrol.accounts x) ||
		(SELECT string_agg(x::text, ' ') FROM gridpatrol.sessions x) FROM gridpatrol.audit a`
	if err := conn.QueryRow(t.Context(), all).Scan(&dump); err != nil {
		t.Fatal(err)
	}
	for _, word := range []string{"the first password", "given by root", "chosen by ann", "after the link", "wrong\"", secret, strings.Split(root.cookie[1], "=")[1]} {
		if strings.Contains(dump, word) {
			t.Errorf("the database holds %q", word)
		}
	}
	for _, action := range []string{"account.create", "account.change", "account.disable", "account.enable", "account.password", "account.reset",
		"session.create", "session.refuse", "session.end"} {
		if !strings.Contains(dump, ","+action+",") {
			t.Errorf("the audit log lacks %s", action)
		}
	}
}
