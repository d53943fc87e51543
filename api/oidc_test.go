package api

import (
	"bytes"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
)

// providerSite is a server on this machine where people sign in by the issuer.
func providerSite(t *testing.T, i *issuer) *site {
	return newSite(t, func(c *Config) {
		c.PublicURL = "http://localhost:8080"
		c.OIDC = &OIDCConfig{Issuer: i.URL, ClientID: clientID, ClientSecret: clientSecret, Name: "区统一登录",
			Key: bytes.Repeat([]byte{7}, 32), Client: i.Client(), AllowHTTP: true}
	})
}

// begin goes to the provider's and gives what the browser keeps, and the
// request that it takes there.
func (s *site) beginFlow(back string) (cookie *http.Cookie, request url.Values) {
	s.t.Helper()
	w := s.local(call{method: "GET", path: "/api/v1/oidc/start?return=" + url.QueryEscape(back)})
	at, err := url.Parse(w.Header().Get("Location"))
	if err != nil || w.Code != 302 || len(w.Result().Cookies()) != 1 || at.Path != "/auth" {
		s.t.Fatalf("start = %d %v %s", w.Code, w.Header(), w.Body)
	}
	return w.Result().Cookies()[0], at.Query()
}

// endFlow comes back from the provider's.
func (s *site) endFlow(cookie *http.Cookie, answer url.Values) *httptest.ResponseRecorder {
	s.t.Helper()
	header := map[string]string{}
	if cookie != nil {
		header["Cookie"] = cookie.Name + "=" + cookie.Value
	}
	return s.local(call{method: "GET", path: oidcPath + "?" + answer.Encode(), header: header})
}

func TestSignInByProvider(t *testing.T) {
	i := newIssuer(t)
	s := providerSite(t, i)
	s.people()
	if got := want[map[string]any](t, s.get("/api/v1/oidc", ""), 200); got["enabled"] != true || got["name"] != "区统一登录" {
		t.Errorf("the provider is %v", got)
	}
	flow := func(back string) (*httptest.ResponseRecorder, url.Values, *http.Cookie) {
		cookie, request := s.beginFlow(back)
		answer := url.Values{"state": {request.Get("state")}, "code": {i.authorize(request)}, "iss": {i.URL}}
		return s.endFlow(cookie, answer), answer, cookie
	}
	cookie, request := s.beginFlow("/")
	if cookie.Name != flowNameLoopback || !cookie.HttpOnly || cookie.SameSite != http.SameSiteLaxMode || cookie.MaxAge != 600 || cookie.Path != "/" ||
		strings.Contains(cookie.Value, request.Get("state")) {
		t.Errorf("cookie %+v", cookie)
	}
	if request.Get("redirect_uri") != "http://localhost:8080/api/v1/oidc/callback" || request.Get("response_type") != "code" ||
		!strings.Contains(request.Get("scope"), "openid") || len(request.Get("nonce")) != 64 || request.Get("code_challenge_method") != "S256" {
		t.Errorf("asked for %v", request)
	}

	w, _, _ := flow("/#view=board")
	if got := w.Header().Get("Location"); w.Code != 302 || got != "/#view=signin&oidc=pending" || cookieOf(w) != nil {
		t.Errorf("somebody unknown: %d to %s, %v", w.Code, got, w.Header())
	}
	if p := s.store.desk.pending; len(p) != 1 || p[0].Subject != "subject-1" || p[0].Issuer != i.URL || p[0].Name != "壬announced" || p[0].Username != "ren" {
		t.Fatalf("who waits: %+v", p)
	}
	s.store.desk.linked = map[access.Identity]geo.ID{s.store.desk.pending[0].Identity: id(702)}
	w, answer, kept := flow("/#view=board")
	if got := w.Header().Get("Location"); w.Code != 302 || got != "/#view=board" || w.Header().Get("Cache-Control") != "no-store" {
		t.Fatalf("signing in: %d to %s", w.Code, got)
	}
	if who := want[whoAnswer](t, s.local(call{method: "GET", path: "/api/v1/session", header: cookieOf(w)}), 200); who.Name != "west" || who.Role != access.Officer {
		t.Errorf("signed in as %+v", who)
	}
	// The code was taken: who saw it go by cannot use it again.
	if w := s.endFlow(kept, answer); w.Header().Get("Location") != "/#view=signin&oidc=failed" || cookieOf(w) != nil {
		t.Errorf("a code used twice: %d %v", w.Code, w.Header())
	}
	s.store.accounts[1].Disabled = true
	if w, _, _ := flow("/"); w.Header().Get("Location") != "/#view=signin&oidc=disabled" || cookieOf(w) != nil {
		t.Errorf("a disabled account: %d %v", w.Code, w.Header())
	}
	for _, word := range []string{clientSecret, answer.Get("code"), answer.Get("state"), kept.Value, "an access token", "subject-1"} {
		if strings.Contains(s.log.String(), word) {
			t.Errorf("the log holds %q: %s", word, s.log)
		}
	}
}

func TestProviderIsNotBelieved(t *testing.T) {
	i := newIssuer(t)
	for name, c := range map[string]struct {
		claims map[string]any
		alg    string
		stolen bool
		none   bool
	}{
		"another nonce":       {claims: map[string]any{"nonce": "x"}},
		"no nonce":            {claims: map[string]any{"nonce": nil}},
		"another audience":    {claims: map[string]any{"aud": "other"}},
		"another party":       {claims: map[string]any{"aud": []string{clientID, "other"}, "azp": "other"}},
		"another issuer":      {claims: map[string]any{"iss": "https://evil.example"}},
		"expired":             {claims: map[string]any{"exp": testNow.Add(-time.Second).Unix()}},
		"no expiry":           {claims: map[string]any{"exp": nil}},
		"not yet good":        {claims: map[string]any{"nbf": testNow.Add(time.Hour).Unix()}},
		"nobody":              {claims: map[string]any{"sub": ""}},
		"a long subject":      {claims: map[string]any{"sub": strings.Repeat("s", 256)}},
		"no signature":        {alg: "none"},
		"signed by us":        {alg: "HS256"},
		"signed by a thief":   {stolen: true},
		"no ID token":         {none: true},
		"good, as a control":  {},
		"long, at the limit":  {claims: map[string]any{"sub": strings.Repeat("s", 255)}},
		"ours among many":     {claims: map[string]any{"aud": []string{"other", clientID}, "azp": clientID}},
		"good with a skew of": {claims: map[string]any{"nbf": testNow.Add(time.Minute).Unix()}},
	} {
		t.Run(name, func(t *testing.T) {
			s := providerSite(t, i)
			i.claims, i.alg, i.stolen, i.none = c.claims, "RS256", c.stolen, c.none
			if c.alg != "" {
				i.alg = c.alg
			}
			cookie, request := s.beginFlow("/")
			traded := i.traded
			w := s.endFlow(cookie, url.Values{"state": {request.Get("state")}, "code": {i.authorize(request)}})
			outcome := "failed"
			if strings.Contains(name, "good, ") || strings.Contains(name, "good with") || strings.Contains(name, "limit") || strings.Contains(name, "among") {
				outcome = "pending"
			}
			if got := w.Header().Get("Location"); w.Code != 302 || got != "/#view=signin&oidc="+outcome || cookieOf(w) != nil || i.traded != traded+1 {
				t.Errorf("%d to %s, want %s, log %s", w.Code, got, outcome, s.log)
			}
			if (len(s.store.desk.pending) == 1) != (outcome == "pending") {
				t.Errorf("who waits: %+v", s.store.desk.pending)
			}
		})
	}
}

// What a browser brings back must be of the flow it began here.
func TestFlowOfAnotherIsRefused(t *testing.T) {
	i := newIssuer(t)
	now := testNow
	s := providerSite(t, i)
	s.api.cfg.Now = func() time.Time { return now }
	mine, request := s.beginFlow("/")
	theirs, other := s.beginFlow("/")
	good := func() url.Values { return url.Values{"state": {request.Get("state")}, "code": {i.authorize(request)}} }
	broken := *mine
	broken.Value = mine.Value[:len(mine.Value)-2] + "AA"
	for name, c := range map[string]struct {
		cookie *http.Cookie
		answer url.Values
		after  time.Duration
		want   string
	}{
		"no cookie":             {nil, good(), 0, "failed"},
		"a damaged cookie":      {&broken, good(), 0, "failed"},
		"another's cookie":      {theirs, good(), 0, "failed"},
		"another's state":       {mine, url.Values{"state": {other.Get("state")}, "code": {i.authorize(request)}}, 0, "failed"},
		"two states":            {mine, url.Values{"state": {request.Get("state"), "x"}, "code": {"x"}}, 0, "failed"},
		"no state":              {mine, url.Values{"code": {i.authorize(request)}}, 0, "failed"},
		"another's code":        {mine, url.Values{"state": {request.Get("state")}, "code": {i.authorize(other)}}, 0, "failed"},
		"no code":               {mine, url.Values{"state": {request.Get("state")}}, 0, "failed"},
		"another provider":      {mine, url.Values{"state": {request.Get("state")}, "code": {"x"}, "iss": {"https://evil.example"}}, 0, "failed"},
		"too late":              {mine, good(), flowLife, "failed"},
		"the person refused":    {mine, url.Values{"state": {request.Get("state")}, "error": {"access_denied"}}, 0, "refused"},
		"in time, as a control": {mine, good(), flowLife - time.Second, "pending"},
	} {
		now = testNow.Add(c.after)
		i.claims = map[string]any{"exp": now.Add(time.Minute).Unix()}
		w := s.endFlow(c.cookie, c.answer)
		if got := w.Header().Get("Location"); w.Code != 302 || got != "/#view=signin&oidc="+c.want {
			t.Errorf("%s: %d to %s, want %s", name, w.Code, got, c.want)
		}
		if !strings.Contains(strings.Join(w.Header()["Set-Cookie"], ";"), flowNameLoopback+"=; Path=/; Max-Age=0") {
			t.Errorf("%s: the flow goes on: %v", name, w.Header()["Set-Cookie"])
		}
	}
}

func TestReturnStaysHere(t *testing.T) {
	for text, want := range map[string]string{
		"": "/", "/": "/", "/#view=plan&id=1": "/#view=plan&id=1", "/about": "/about", "//evil.example": "/", "https://evil.example": "/",
		"/\\evil.example": "/", "evil": "/", "javascript:alert(1)": "/", "/\n/evil.example": "/", "/%": "/", "///evil.example": "/",
		"/api/v1/oidc/start": "/", "/ x": "/", "\t//evil.example": "/", "/\t/evil.example": "/",
	} {
		if got := returnTo(text); got != want {
			t.Errorf("returnTo(%q) = %q, want %q", text, got, want)
		}
	}
}

func TestProviderThatIsDown(t *testing.T) {
	i := newIssuer(t)
	s := providerSite(t, i)
	now := testNow
	s.api.oidc.now = func() time.Time { return now }
	start := call{method: "GET", path: "/api/v1/oidc/start"}
	wantProblem(t, s.do(start), 403, "insecure-transport")
	down := func(is bool) {
		i.mu.Lock()
		defer i.mu.Unlock()
		i.down = is
	}
	down(true)
	wantProblem(t, s.local(start), 503, "unavailable")
	down(false)
	now = now.Add(oidcRetry - time.Second)
	wantProblem(t, s.local(start), 503, "unavailable") // it is not asked with every request
	now = now.Add(time.Second)
	if w := s.local(start); w.Code != 302 {
		t.Errorf("once the provider is back: %d %s", w.Code, w.Body)
	}
	none := newSite(t)
	if got := want[map[string]any](t, none.get("/api/v1/oidc", ""), 200); got["enabled"] != false {
		t.Errorf("without a provider: %v", got)
	}
	wantProblem(t, none.get("/api/v1/oidc/start", ""), 404, "not-found")
	wantProblem(t, none.get(oidcPath, ""), 404, "not-found")
}

func TestOIDCConfig(t *testing.T) {
	good := OIDCConfig{Issuer: "https://id.example/realms/x", ClientID: "c", Name: "n", Key: make([]byte, 32), Client: http.DefaultClient}
	if err := good.check("https://grid.example"); err != nil {
		t.Error(err)
	}
	for name, change := range map[string]func(*OIDCConfig){
		"http": func(c *OIDCConfig) { c.Issuer = "http://id.example" }, "no issuer": func(c *OIDCConfig) { c.Issuer = "" },
		"a query": func(c *OIDCConfig) { c.Issuer += "?x" }, "no client": func(c *OIDCConfig) { c.ClientID = "" },
		"no key": func(c *OIDCConfig) { c.Key = nil }, "nothing to ask with": func(c *OIDCConfig) { c.Client = nil },
	} {
		bad := good
		change(&bad)
		if bad.check("https://grid.example") == nil {
			t.Errorf("%s is taken", name)
		}
	}
	if good.check("") == nil {
		t.Error("a provider without a public URL is taken")
	}
}
