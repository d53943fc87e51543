package api

import (
	"net/http/httptest"
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/access"
)

// What is limited says how much of it there is and how much is left; a token has
// a limit of its own, unless it says that it has none.
func TestRateLimitHeaders(t *testing.T) {
	now := testNow
	s := newSite(t, func(c *Config) {
		c.Limits = Limits{Reads: Rate{2, 5}, Tokens: Rate{100, 3}}
		c.Now = func() time.Time { return now }
	})
	limited, free := s.token(access.Consumer), s.token(access.Consumer)
	s.store.tokens[1].NoRateLimit = true
	signedIn := s.session(access.Account{ID: id(77), Login: "x", Role: access.Dispatcher})
	for _, step := range []struct {
		name, token        string
		wait               time.Duration // before
		status             int
		policy, left, next string
	}{
		{"the first", "", 0, 200, `"reads";q=5;w=3`, `"reads";r=4;t=1`, ""},
		{"the second", "", 0, 200, `"reads";q=5;w=3`, `"reads";r=3;t=1`, ""},
		{"the third", "", 0, 200, `"reads";q=5;w=3`, `"reads";r=2;t=2`, ""},
		{"half a second later", "", 500 * time.Millisecond, 200, `"reads";q=5;w=3`, `"reads";r=2;t=2`, ""},
		{"a token", limited, 0, 200, `"token";q=3;w=1`, `"token";r=2;t=1`, ""},
		{"a token again", limited, 0, 200, `"token";q=3;w=1`, `"token";r=1;t=1`, ""},
		{"its last", limited, 0, 200, `"token";q=3;w=1`, `"token";r=0;t=1`, ""},
		{"one too many", limited, 0, 429, `"token";q=3;w=1`, `"token";r=0;t=1`, "1"},
		{"a token without a limit", free, 0, 200, "", "", ""},
		{"10 ms later", limited, 10 * time.Millisecond, 200, `"token";q=3;w=1`, `"token";r=0;t=1`, ""},
	} {
		now = now.Add(step.wait)
		w := s.get("/api/v1/categories", step.token)
		h := w.Header()
		if w.Code != step.status || h.Get("RateLimit-Policy") != step.policy || h.Get("RateLimit") != step.left || h.Get("Retry-After") != step.next {
			t.Errorf("%s: %d, policy %s, %s, Retry-After %q; want %d %s %s %q", step.name, w.Code,
				h.Get("RateLimit-Policy"), h.Get("RateLimit"), h.Get("Retry-After"), step.status, step.policy, step.left, step.next)
		}
	}
	for range 20 {
		w := s.do(call{method: "GET", path: "/api/v1/categories", header: signedIn})
		if w.Code != 200 || w.Header().Get("RateLimit") != "" {
			t.Fatalf("a session = %d, RateLimit %s; want no limit", w.Code, w.Header().Get("RateLimit"))
		}
		if w := s.get("/api/v1/categories", free); w.Code != 200 {
			t.Fatalf("a token without a limit = %d", w.Code)
		}
	}
	r := httptest.NewRequest("GET", "/api/v1/categories", nil)
	r.RemoteAddr = "@" // a Unix socket
	w := httptest.NewRecorder()
	s.api.Handler().ServeHTTP(w, r)
	if w.Code != 200 || w.Header().Get("RateLimit") != "" {
		t.Errorf("over a Unix socket = %d, RateLimit %s; want no limit", w.Code, w.Header().Get("RateLimit"))
	}
}

// Of the limits that a server starts with, none is under what people and
// programs are promised.
func TestDefaultLimits(t *testing.T) {
	want := Limits{Reports: Rate{5, 300}, Reads: Rate{1000, 5000}, SignIn: Rate{1, 10}, Tokens: Rate{100, 1000}}
	if got := DefaultLimits(); got != want {
		t.Errorf("DefaultLimits() = %+v, want %+v", got, want)
	}
	if l := newLimiter("token", Rate{100, 1000}); l.policy[0] != `"token";q=1000;w=10` {
		t.Errorf("the policy reads %s", l.policy[0])
	}
}

func TestTokenWithoutRateLimit(t *testing.T) {
	s := newSite(t)
	whole := s.token(access.Admin)
	for body, without := range map[string]bool{
		`{"name":"gis","role":"consumer","no_rate_limit":true}`:  true,
		`{"name":"gis","role":"consumer","no_rate_limit":false}`: false,
		`{"name":"gis","role":"consumer"}`:                       false,
	} {
		made := want[tokenAnswer](t, s.do(s.as(whole, "POST", "/api/v1/tokens", body)), 201)
		if stored := s.store.tokens[len(s.store.tokens)-1]; made.NoRateLimit != without || stored.NoRateLimit != without {
			t.Errorf("%s makes a token of %v, stored as %v", body, made.NoRateLimit, stored.NoRateLimit)
		}
	}
	wantProblem(t, s.do(s.as(whole, "POST", "/api/v1/tokens", `{"name":"gis","role":"consumer","no_rate_limit":1}`)), 400, "invalid-body")
	list := want[struct{ Tokens []tokenAnswer }](t, s.get("/api/v1/tokens", whole), 200)
	n := 0
	for _, k := range list.Tokens {
		if k.NoRateLimit {
			n++
		}
	}
	if n != 1 {
		t.Errorf("%d tokens are listed as without a limit, want 1", n)
	}
}
