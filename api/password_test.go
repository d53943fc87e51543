package api

import (
	"crypto/rand"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/access"
)

const oldPassword = "correct horse battery"

// local sends a request as a browser on this machine does.
func (s *site) local(c call) *httptest.ResponseRecorder {
	s.t.Helper()
	r := httptest.NewRequest(c.method, c.path, strings.NewReader(c.body))
	if c.body != "" {
		r.Header.Set("Content-Type", "application/json")
	}
	for name, value := range c.header {
		r.Header.Set(name, value)
	}
	r.Host, r.RemoteAddr = "localhost", "127.0.0.1:4000"
	w := httptest.NewRecorder()
	s.api.Handler().ServeHTTP(w, r)
	return w
}

func (s *site) withPassword() map[string]string {
	s.t.Helper()
	hash, err := access.HashPassword(oldPassword, rand.Reader)
	if err != nil {
		s.t.Fatal(err)
	}
	return s.session(access.Account{ID: id(701), Login: "chief", PasswordHash: hash, Role: access.Planner})
}

// loopbackSite serves plain HTTP on this machine.
func loopbackSite(t *testing.T) *site {
	return newSite(t, func(c *Config) { c.PublicURL = "" })
}

func cookieOf(w *httptest.ResponseRecorder) map[string]string {
	for _, c := range w.Result().Cookies() {
		if c.Name == cookieNameLoopback {
			return map[string]string{"Cookie": c.Name + "=" + c.Value}
		}
	}
	return nil
}

func TestChangePassword(t *testing.T) {
	s := loopbackSite(t)
	here := s.withPassword()
	change := func(body string) *httptest.ResponseRecorder {
		return s.local(call{method: "PUT", path: "/api/v1/session/password", body: body, header: here})
	}
	for body, pointer := range map[string]string{
		`{"old":"wrong","new":"another horse"}`:                     "/old",
		`{"old":"` + oldPassword + `","new":"123456789"}`:           "/new",
		`{"old":"` + oldPassword + `","new":"` + oldPassword + `"}`: "/new",
		`{"new":"another horse"}`:                                   "/old",
	} {
		p := wantProblem(t, change(body), 422, "invalid-values")
		if len(p.Errors) != 1 || p.Errors[0].Pointer != pointer {
			t.Errorf("%s: %+v, want a fault at %s", body, p.Errors, pointer)
		}
	}
	if s.store.refused != 1 {
		t.Errorf("%d wrong passwords were noted, want 1", s.store.refused)
	}
	w := change(`{"old":"` + oldPassword + `","new":"1234567890"}`)
	fresh := cookieOf(w)
	if w.Code != 204 || fresh == nil || fresh["Cookie"] == here["Cookie"] {
		t.Fatalf("changing = %d %s with %v, want another secret", w.Code, w.Body, fresh)
	}
	wantProblem(t, s.local(call{method: "GET", path: "/api/v1/session", header: here}), 401, "invalid-token")
	want[whoAnswer](t, s.local(call{method: "GET", path: "/api/v1/session", header: fresh}), 200)
	wantProblem(t, s.do(s.as(s.token(access.Admin), "PUT", "/api/v1/session/password", `{"old":"a","new":"b"}`)), 403, "insecure-transport")
	s.store.lockedUntil = testNow.Add(15 * time.Minute)
	here = fresh
	if w := change(`{"old":"1234567890","new":"abcdefghij"}`); w.Code != 429 || w.Header().Get("Retry-After") != "900" {
		t.Errorf("changing under a lock = %d, %v", w.Code, w.Header())
	}
	for _, secret := range []string{oldPassword, "1234567890", fresh["Cookie"]} {
		if strings.Contains(s.log.String(), secret) {
			t.Errorf("the log holds %q", secret)
		}
	}
}

// While somebody else knows the password there is nothing to be done but change it.
func TestMustChangePassword(t *testing.T) {
	s := loopbackSite(t)
	here := s.withPassword()
	s.store.accounts[0].MustChange = true
	if who := want[whoAnswer](t, s.local(call{method: "GET", path: "/api/v1/session", header: here}), 200); !who.MustChange {
		t.Error("nobody says that the password has to be changed")
	}
	wantProblem(t, s.local(call{method: "GET", path: "/api/v1/reports", header: here}), 403, "change-password")
	wantProblem(t, s.local(call{method: "POST", path: "/api/v1/plans", body: `{"title":"x"}`, header: here}), 403, "change-password")
	if w := s.local(call{method: "GET", path: "/api/v1/categories", header: here}); w.Code != 200 {
		t.Errorf("what everybody may read = %d", w.Code)
	}
	w := s.local(call{method: "PUT", path: "/api/v1/session/password", body: `{"old":"` + oldPassword + `","new":"1234567890"}`, header: here})
	if w.Code != 204 {
		t.Fatalf("changing = %d %s", w.Code, w.Body)
	}
	if w := s.local(call{method: "GET", path: "/api/v1/reports", header: cookieOf(w)}); w.Code != 200 {
		t.Errorf("reports after the change = %d", w.Code)
	}
}

func TestResetLink(t *testing.T) {
	s := loopbackSite(t)
	s.withPassword()
	answer := want[resetAnswer](t, s.do(s.as(s.token(access.Admin), "POST", "/api/v1/accounts/"+id(701).String()+"/reset", "")), 201)
	_, secret, found := strings.Cut(answer.Link, "/#view=signin&reset=")
	if !found || len(secret) != 64 {
		t.Fatalf("link %s", answer.Link)
	}
	use := func(secret, password string, header ...string) *httptest.ResponseRecorder {
		c := call{method: "POST", path: "/api/v1/password-reset", body: fmt.Sprintf(`{"secret":%q,"password":%q}`, secret, password), header: map[string]string{}}
		if len(header) == 2 {
			c.header[header[0]] = header[1]
		}
		return s.local(c)
	}
	wantProblem(t, use(secret, "1234567890", "Sec-Fetch-Site", "cross-site"), 403, "cross-origin")
	wantProblem(t, use("wrong", "1234567890"), 422, "reset-invalid")
	wantProblem(t, use(secret, "123456789"), 422, "invalid-values")
	if w := use(secret, "1234567890"); w.Code != 204 || len(w.Result().Cookies()) != 0 {
		t.Fatalf("using the link = %d %s", w.Code, w.Body)
	}
	wantProblem(t, use(secret, "1234567890"), 422, "reset-invalid")
	if ok, _ := access.VerifyPassword(s.store.accounts[0].PasswordHash, "1234567890"); !ok {
		t.Error("the password was not set")
	}
	if strings.Contains(s.log.String(), secret) || strings.Contains(s.log.String(), "1234567890") {
		t.Error("the log holds a secret")
	}
}

func TestOwnSessions(t *testing.T) {
	s := loopbackSite(t)
	here := s.withPassword()
	list := want[struct{ Sessions []sessionAnswer }](t, s.local(call{method: "GET", path: "/api/v1/sessions", header: here}), 200)
	if len(list.Sessions) != 1 || !list.Sessions[0].Here || list.Sessions[0].Agent != "browser" {
		t.Errorf("sessions %+v", list)
	}
	got := want[map[string]int](t, s.local(call{method: "DELETE", path: "/api/v1/sessions", header: here}), 200)
	_, secret, _ := strings.Cut(here["Cookie"], "=")
	if got["ended"] != 3 || string(s.store.desk.kept) != string(access.HashSecret(secret)) {
		t.Errorf("ended %v, kept %x", got, s.store.desk.kept)
	}
	wantProblem(t, s.local(call{method: "DELETE", path: "/api/v1/sessions/" + id(5).String(), header: here}), 404, "not-found")
	wantProblem(t, s.local(call{method: "DELETE", path: "/api/v1/sessions/x", header: here}), 404, "not-found")
	wantProblem(t, s.get("/api/v1/sessions", s.token(access.Admin)), 403, "forbidden")
}

// Nobody goes on in a session that somebody else may know: signing in makes
// another secret and ends the one that the browser came with.
func TestSessionFixation(t *testing.T) {
	s := loopbackSite(t)
	here := s.withPassword()
	signIn := func(cookie string) *httptest.ResponseRecorder {
		return s.local(call{method: "POST", path: "/api/v1/session", body: `{"login":"chief","password":"` + oldPassword + `"}`,
			header: map[string]string{"Cookie": cookie}})
	}
	chosen := cookieNameLoopback + "=" + strings.Repeat("a", 64)
	w := signIn(chosen)
	if fresh := cookieOf(w); w.Code != 200 || fresh["Cookie"] == chosen {
		t.Errorf("a secret that the browser chose was taken: %d %v", w.Code, fresh)
	}
	wantProblem(t, s.local(call{method: "GET", path: "/api/v1/session", header: map[string]string{"Cookie": chosen}}), 401, "invalid-token")
	if w := signIn(here["Cookie"]); w.Code != 200 || cookieOf(w)["Cookie"] == here["Cookie"] {
		t.Errorf("signing in again = %d %v", w.Code, cookieOf(w))
	}
	wantProblem(t, s.local(call{method: "GET", path: "/api/v1/session", header: here}), 401, "invalid-token")
}

// A page of another site may use none of the routes that change something with
// the session of a browser.
func TestOtherSitesAreRefused(t *testing.T) {
	s := loopbackSite(t)
	here := s.session(access.Account{ID: id(701), Login: "root", Role: access.Admin})
	n := 0
	for _, rt := range s.api.routes() {
		if !strings.HasPrefix(rt.path, "/api/v1/session") && !strings.HasPrefix(rt.path, "/api/v1/accounts") &&
			!strings.HasPrefix(rt.path, "/api/v1/tokens") && rt.path != "/api/v1/password-reset" || rt.method == "GET" {
			continue
		}
		n++
		for _, header := range [][2]string{{"Sec-Fetch-Site", "cross-site"}, {"Sec-Fetch-Site", "same-site"}, {"Origin", "https://evil.example"}} {
			c := call{method: rt.method, path: strings.Replace(rt.path, "{id}", id(701).String(), 1), body: `{}`,
				header: map[string]string{"Cookie": here["Cookie"], header[0]: header[1]}}
			wantProblem(t, s.local(c), 403, "cross-origin")
		}
	}
	if n < 14 {
		t.Errorf("only %d routes were asked", n)
	}
	if len(s.store.sessions) != 1 || len(s.store.desk.made) != 0 {
		t.Error("something was done all the same")
	}
}

// Many who sign in at once wait for each other instead of taking all memory.
func TestManySignInAtOnce(t *testing.T) {
	s := newSite(t, func(c *Config) { c.PublicURL, c.Limits.SignIn = "", Rate{} })
	s.withPassword()
	var all sync.WaitGroup
	codes := make([]int, 50)
	for i := range codes {
		all.Go(func() {
			w := s.local(call{method: "POST", path: "/api/v1/session", body: `{"login":"nobody","password":"wrong"}`})
			codes[i] = w.Code
		})
	}
	most := 0
	done := make(chan struct{})
	go func() { all.Wait(); close(done) }()
	for waiting := true; waiting; {
		select {
		case <-done:
			waiting = false
		case <-time.After(time.Millisecond):
			// What cannot be had is in use: two at most work on passwords.
			if s.api.passwords.TryAcquire(1) {
				s.api.passwords.Release(1)
			} else {
				most++
			}
		}
	}
	for i, code := range codes {
		if code != http.StatusUnauthorized {
			t.Errorf("attempt %d = %d, want 401", i, code)
		}
	}
	if s.store.refused != 50 || most == 0 {
		t.Errorf("%d were noted, the semaphore was found full %d times", s.store.refused, most)
	}
}
