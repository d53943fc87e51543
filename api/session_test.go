package api

import (
	"crypto/rand"
	"crypto/tls"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/access"
)

func TestTokens(t *testing.T) {
	s := newSite(t)
	good := s.token(access.Officer, id(4))
	who := want[whoAnswer](t, s.get("/api/v1/session", good), 200)
	if who.Kind != "token" || who.Role != access.Officer || who.Scope.All || len(who.Scope.Areas) != 1 || who.Scope.Areas[0] != "grid:"+gridWest || len(who.Actions) == 0 {
		t.Errorf("who am I = %+v", who)
	}
	if s.store.touched != 1 {
		t.Errorf("touched %d times, want once", s.store.touched)
	}
	wantProblem(t, s.get("/api/v1/session", ""), 401, "sign-in-required")
	for name, header := range map[string]string{
		"scheme": "Basic YTpi", "no token": "Bearer", "empty": "", "damaged": "Bearer " + good[:len(good)-1],
		"wrong secret": "Bearer " + good[:len(good)-1] + "0", "unknown": "Bearer " + strings.Replace(good, "900", "999", 1),
	} {
		// Public routes too: who believes to be somebody must not be nobody.
		for _, path := range []string{"/api/v1/session", "/api/v1/categories", "/api/v1/locate?lon=125.62&lat=43.55"} {
			w := s.do(call{method: "GET", path: path, header: map[string]string{"Authorization": header}})
			if w.Code != 401 || w.Header().Get("WWW-Authenticate") == "" || strings.Contains(w.Body.String(), good) {
				t.Errorf("%s on %s = %d %s, want 401 with WWW-Authenticate", name, path, w.Code, w.Body)
			}
		}
	}
	s.store.tokens[0].RevokedAt = testNow
	wantProblem(t, s.get("/api/v1/session", good), 401, "token-revoked")
	s.store.tokens[0].RevokedAt, s.store.tokens[0].ExpiresAt = time.Time{}, testNow
	wantProblem(t, s.get("/api/v1/session", good), 401, "token-expired")
}

func TestSession(t *testing.T) {
	s := newSite(t, func(c *Config) { c.Limits.SignIn = Rate{1, 3}; c.PublicURL = "" })
	hash, err := access.HashPassword("correct horse battery", rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	s.store.accounts = []access.Account{
		{ID: id(701), Login: "chief", PasswordHash: hash, Role: access.Officer, Person: chiefWest},
		{ID: id(702), Login: "gone", PasswordHash: hash, Role: access.Admin, Disabled: true},
	}
	signIn := func(host, address, login, password string, header ...string) *httptest.ResponseRecorder {
		r := httptest.NewRequest("POST", "/api/v1/session", strings.NewReader(fmt.Sprintf(`{"login":%q,"password":%q}`, login, password)))
		r.Header.Set("Content-Type", "application/json")
		r.Host, r.RemoteAddr = host, address+":4000"
		if len(header) == 2 {
			r.Header.Set(header[0], header[1])
		}
		w := httptest.NewRecorder()
		s.api.Handler().ServeHTTP(w, r)
		return w
	}
	w := signIn("127.0.0.1:8080", "10.0.0.1", "chief", "correct horse battery")
	who := want[whoAnswer](t, w, 200)
	if who.Kind != "user" || len(who.Scope.Areas) != 1 || who.Person == nil {
		t.Errorf("signed in as %+v", who)
	}
	cookie := w.Result().Cookies()[0]
	if cookie.Name != cookieNameLoopback || !cookie.HttpOnly || cookie.Secure || cookie.SameSite != http.SameSiteLaxMode {
		t.Errorf("cookie = %+v", cookie)
	}
	with := map[string]string{"Cookie": cookie.Name + "=" + cookie.Value}
	want[whoAnswer](t, s.do(call{method: "GET", path: "/api/v1/session", header: with}), 200)

	// Another site's page may not use it, and a plain form needs our header.
	path, body := "/api/v1/reports", `{"category":"other","lon":125.62,"lat":43.55}`
	with["Sec-Fetch-Site"] = "cross-site"
	wantProblem(t, s.do(call{method: "POST", path: path, body: body, header: with}), 403, "cross-origin")
	delete(with, "Sec-Fetch-Site")
	want[reportFeatureJSON](t, s.do(call{method: "POST", path: path, body: body, header: with}), 201)
	f := form(t, [2]string{"report", body})
	f.header["Cookie"] = with["Cookie"]
	wantProblem(t, s.do(f), 403, "cross-origin")
	f.header[ownHeader] = "1"
	want[reportFeatureJSON](t, s.do(f), 201)

	if w := s.do(call{method: "DELETE", path: "/api/v1/session", header: with}); w.Code != 204 || !strings.Contains(w.Header().Get("Set-Cookie"), "Max-Age=0") {
		t.Errorf("signing out = %d, %v", w.Code, w.Header())
	}
	if w = s.do(call{method: "GET", path: "/api/v1/categories", header: with}); w.Code != 200 {
		t.Errorf("what everybody may read, with the cookie of a session that has ended = %d, want 200", w.Code)
	}
	wantProblem(t, s.do(call{method: "POST", path: path, body: body, header: with}), 401, "invalid-token")
	w = s.do(call{method: "GET", path: "/api/v1/reports", header: with})
	wantProblem(t, w, 401, "invalid-token")
	if !strings.Contains(w.Header().Get("Set-Cookie"), "Max-Age=0") {
		t.Error("the cookie of a session that has ended stays")
	}

	wantProblem(t, signIn("localhost", "10.0.0.2", "nobody", "correct horse battery"), 401, "wrong-password")
	wantProblem(t, signIn("localhost", "10.0.0.2", "gone", "correct horse battery"), 401, "wrong-password")
	wantProblem(t, signIn("192.168.1.5:8080", "10.0.0.3", "chief", "correct horse battery"), 403, "insecure-transport")
	wantProblem(t, signIn("localhost", "10.0.0.4", "chief", "correct horse battery", "Sec-Fetch-Site", "cross-site"), 403, "cross-origin")
	// The same login from many addresses is slowed down too.
	codes := map[int]int{}
	for i := range 5 {
		w := signIn("localhost", fmt.Sprintf("10.0.1.%d", i), "chief", "wrong")
		codes[w.Code]++
		if w.Code == 429 && w.Header().Get("Retry-After") == "" {
			t.Error("429 without Retry-After")
		}
	}
	if codes[401] != 2 || codes[429] != 3 {
		t.Errorf("five wrong passwords = %v, want 2 of 401 after the first sign-in, then 429", codes)
	}
	if strings.Contains(s.log.String(), "correct horse") || strings.Contains(s.log.String(), cookie.Value) {
		t.Error("the log holds a secret")
	}
}

func TestSecureCookie(t *testing.T) {
	s := newSite(t)
	r := httptest.NewRequest("GET", "/", nil)
	r.TLS = &tls.ConnectionState{}
	w := httptest.NewRecorder()
	s.api.setCookie(w, r, "x")
	c := w.Result().Cookies()[0]
	if c.Name != cookieName || !c.Secure || c.Path != "/" || c.Domain != "" {
		t.Errorf("cookie over TLS = %+v", c)
	}
	w = httptest.NewRecorder()
	s.api.setFlow(w, r, "x")
	if c := w.Result().Cookies()[0]; c.Name != flowName || !c.Secure || !c.HttpOnly || c.Path != "/" || c.Domain != "" || c.SameSite != http.SameSiteLaxMode {
		t.Errorf("cookie of a flow over TLS = %+v", c)
	}
}
