package api

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/gridpatrol/gridpatrol/access"
)

// TestEveryRouteSaysWhoMay walks the table: a route without a need would be
// open or closed by accident.
func TestEveryRouteSaysWhoMay(t *testing.T) {
	s := newSite(t)
	for _, rt := range s.api.routes() {
		said := 0
		for _, b := range []bool{rt.need.anyone, rt.need.signedIn, rt.need.public != "", rt.need.action != ""} {
			if b {
				said++
			}
		}
		if said != 1 {
			t.Errorf("%s %s says %d times who may use it, want once: %+v", rt.method, rt.path, said, rt.need)
		}
		if a := rt.need.action; a != "" && !slices.Contains(access.Actions(), a) {
			t.Errorf("%s %s needs %q, which is no action", rt.method, rt.path, a)
		}
		if rt.handler == nil {
			t.Errorf("%s %s has no handler", rt.method, rt.path)
		}
	}
}

// TestEveryRouteIsGuarded asks every route of the table as nobody with
// everything closed: only those that say so may let nobody in.
func TestEveryRouteIsGuarded(t *testing.T) {
	s := newSite(t, func(c *Config) { c.Public = PublicNone })
	replace := strings.NewReplacer("{id}", id(1).String(), "{kind}", "grid", "{code}", gridWest, "{n}", "1", "*", "x")
	for _, rt := range s.api.routes() {
		if rt.need.anyone || rt.need.public == PublicNone {
			continue
		}
		method := rt.method
		if method == "" {
			method = "GET"
		}
		path := replace.Replace(rt.path)
		wantProblem(t, s.do(call{method: method, path: path}), http.StatusUnauthorized, "sign-in-required")
		w := s.do(call{method: method, path: path, header: map[string]string{"Authorization": "Bearer gp_broken"}})
		if w.Code != http.StatusUnauthorized || w.Header().Get("WWW-Authenticate") == "" {
			t.Errorf("%s %s with a broken token = %d, want 401 with WWW-Authenticate", method, path, w.Code)
		}
	}
}

// TestOpenness checks what each grade of openness lets people without an
// account do.
func TestOpenness(t *testing.T) {
	paths := []struct {
		method, path string
		from         Public // the least grade that lets it through
	}{
		{"GET", "/api/v1/locate?lon=125.62&lat=43.55", PublicLookup},
		{"POST", "/api/v1/reports", PublicLookup},
		{"GET", "/api/v1/categories", PublicLookup},
		{"GET", "/api/v1/areas/grid", PublicMap},
		{"GET", "/api/v1/search?q=x", PublicMap},
		{"GET", "/tiles/grids/1/1/1.mvt", PublicMap},
		{"GET", "/ogc", PublicMap},
		{"GET", "/ogc/", PublicMap},
		{"POST", "/api/v1/hotspots", PublicMap},
		{"GET", "/basemap/1/1/1", PublicMap},
		{"HEAD", "/api/v1/events", PublicMap},
		{"GET", "/api/v1/app", PublicNone},
		{"GET", "/api/v1/openapi.json", PublicNone},
		{"GET", "/api/v1/docs/reports", PublicNone},
		{"GET", "/healthz", PublicNone},
		{"GET", "/", PublicNone},
		{"GET", "/about", PublicNone},
		{"GET", "/api/v1/reports", ""},
		{"GET", "/api/v1/people", ""},
		{"GET", "/api/v1/posts", ""},
		{"GET", "/api/v1/vacancies", ""},
		{"GET", "/api/v1/session", ""},
	}
	grades := []Public{PublicNone, PublicLookup, PublicMap}
	teapot := http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
	for i, grade := range grades {
		s := newSite(t, func(c *Config) { c.Public, c.Tiles, c.Features, c.Hotspots = grade, teapot, teapot, teapot })
		for _, p := range paths {
			open := p.from != "" && slices.Index(grades, p.from) <= i
			if w := s.do(call{method: p.method, path: p.path}); (w.Code != http.StatusUnauthorized) != open {
				t.Errorf("%s: %s %s = %d, want open = %v", grade, p.method, p.path, w.Code, open)
			}
		}
	}
}

func TestUnknownRouteAndMethod(t *testing.T) {
	s := newSite(t)
	wantProblem(t, s.get("/api/v1/nothing", ""), http.StatusNotFound, "not-found")
	wantProblem(t, s.get("/api//v1/locate", ""), http.StatusNotFound, "not-found")
	w := s.do(call{method: "PUT", path: "/api/v1/reports"})
	p := wantProblem(t, w, http.StatusMethodNotAllowed, "method-not-allowed")
	if got := w.Header().Get("Allow"); got != "GET, HEAD, POST" || !slices.Equal(p.Allow, []string{"GET", "HEAD", "POST"}) {
		t.Errorf("Allow = %q and %v, want GET, HEAD, POST", got, p.Allow)
	}
	// "live" is no patrol.
	w = s.do(call{method: "PATCH", path: "/api/v1/patrols/live"})
	wantProblem(t, w, http.StatusMethodNotAllowed, "method-not-allowed")
	if got := w.Header().Get("Allow"); got != "GET, HEAD" {
		t.Errorf("Allow = %q, want GET, HEAD", got)
	}
	if w := s.do(call{method: "HEAD", path: "/healthz"}); w.Code != http.StatusOK {
		t.Errorf("HEAD /healthz = %d, want 200", w.Code)
	}
}

// TestProblemTable reads the source: every code that is used stands in the
// table.
func TestProblemTable(t *testing.T) {
	files, err := os.ReadDir(".")
	if err != nil {
		t.Fatal(err)
	}
	used := 0
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") {
			continue
		}
		tree, err := parser.ParseFile(token.NewFileSet(), f.Name(), nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(tree, func(n ast.Node) bool {
			c, ok := n.(*ast.CallExpr)
			if !ok || len(c.Args) == 0 {
				return true
			}
			name, _ := c.Fun.(*ast.Ident)
			text, _ := c.Args[0].(*ast.BasicLit)
			if name == nil || name.Name != "fail" || text == nil {
				return true
			}
			used++
			if code, _ := strconv.Unquote(text.Value); problems[code].status == 0 {
				t.Errorf("%s uses the problem %q, which is not in the table", f.Name(), code)
			}
			return true
		})
	}
	if used < 30 {
		t.Errorf("found %d uses of fail, want many: does this test still read the source?", used)
	}
	for code, p := range problems {
		if p.status < 400 || p.status > 599 || p.title == "" || http.StatusText(p.status) == "" {
			t.Errorf("problem %q has status %d and title %q", code, p.status, p.title)
		}
	}
}

// TestPanic checks that a panic is a 500 that tells nothing, and the log knows.
func TestPanic(t *testing.T) {
	s := newSite(t, func(c *Config) {
		c.Tiles = http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("the cause 13912345678") })
	})
	w := s.get("/tiles/x", "")
	if p := wantProblem(t, w, http.StatusInternalServerError, "internal"); p.Detail != "" {
		t.Errorf("detail = %q, want none", p.Detail)
	}
	if !strings.Contains(s.log.String(), "the cause") || w.Header().Get("X-Request-Id") == "" {
		t.Errorf("the log lacks the cause, or the answer its id: %s", s.log)
	}
}

// TestLogIsSilentAboutPeople sends things about people and looks for them in
// the log.
func TestLogIsSilentAboutPeople(t *testing.T) {
	s := newSite(t)
	s.get("/api/v1/locate?lon=125.62&lat=43.55", "")
	s.send("fire_safety", groupPoint)
	s.do(call{method: "POST", path: "/api/v1/reports", body: `{"category":"13912345678","lon":"报告人"}`})
	for _, word := range []string{"125.62", "43.55", "13912345678", "报告人", "private words"} {
		if strings.Contains(s.log.String(), word) {
			t.Errorf("the log holds %q: %s", word, s.log)
		}
	}
	if !strings.Contains(s.log.String(), `"route":"/api/v1/locate"`) {
		t.Errorf("the log lacks the route: %s", s.log)
	}
}

func TestRequestID(t *testing.T) {
	s := newSite(t)
	for sent, taken := range map[string]bool{"abc-DEF_123.4": true, "short": false, "has space in": false, strings.Repeat("x", 65): false, "": false} {
		w := s.do(call{method: "GET", path: "/healthz", header: map[string]string{"X-Request-Id": sent}})
		if got := w.Header().Get("X-Request-Id"); (got == sent) != taken || got == "" {
			t.Errorf("X-Request-Id %q came back as %q, want taken = %v", sent, got, taken)
		}
	}
}

func TestSecurityHeaders(t *testing.T) {
	s := newSite(t)
	for _, path := range []string{"/", "/api/v1/categories", "/nothing"} {
		h := s.get(path, "").Header()
		for _, name := range []string{"Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy", "X-Frame-Options"} {
			if h.Get(name) == "" {
				t.Errorf("%s lacks %s", path, name)
			}
		}
		if csp := h.Get("Content-Security-Policy"); !strings.HasPrefix(csp, "default-src 'none'") || strings.Contains(csp, "unsafe") {
			t.Errorf("%s has the policy %q", path, csp)
		}
	}
}

func TestHealth(t *testing.T) {
	s := newSite(t)
	want[map[string]any](t, s.get("/healthz", ""), 200)
	ready := want[readyAnswer](t, s.get("/readyz", ""), 200)
	if ready.Revision != 3 || ready.Durability != "local" || !ready.Ready {
		t.Errorf("readyz = %+v", ready)
	}
	s.store.notReady = http.ErrServerClosed
	if ready = want[readyAnswer](t, s.get("/readyz", ""), 503); ready.Ready || ready.Database != "unavailable" {
		t.Errorf("readyz without a database = %+v", ready)
	}
	s.store.notReady, s.store.hanging = nil, make(chan struct{})
	if ready = want[readyAnswer](t, s.get("/readyz", ""), 503); ready.Ready {
		t.Errorf("readyz with a database that hangs = %+v", ready)
	}
	close(s.store.hanging)
	s.store.notReady, s.store.snapshot = nil, nil
	want[readyAnswer](t, s.get("/readyz", ""), 503)
	want[map[string]any](t, s.get("/healthz", ""), 200)
	wantProblem(t, s.get("/api/v1/categories", ""), 503, "unavailable")

	empty := newSite(t)
	snapshot := *empty.store.snapshot
	snapshot.Revision.Number = 0
	empty.store.snapshot = &snapshot
	if ready = want[readyAnswer](t, empty.get("/readyz", ""), 200); ready.Revision != 0 {
		t.Errorf("readyz on an empty database = %+v, want ready at revision 0", ready)
	}
}

func TestMetrics(t *testing.T) {
	s := newSite(t)
	s.get("/api/v1/locate?lon=125.62&lat=43.55", "")
	s.get("/api/v1/areas/grid/"+gridWest, "")
	body := s.get("/metrics", "").Body.String()
	for _, text := range []string{`route="/api/v1/locate",status="200"`, `route="/api/v1/areas/{kind}/{code}"`, "gridpatrol_boundary_revision 3", "go_goroutines"} {
		if !strings.Contains(body, text) {
			t.Errorf("metrics lack %s", text)
		}
	}
	if strings.Contains(body, gridWest) {
		t.Error("metrics hold a path")
	}
	hidden := newSite(t, func(c *Config) { c.HideMetrics = true })
	wantProblem(t, hidden.get("/metrics", ""), 404, "not-found")
	w := httptest.NewRecorder()
	hidden.api.Metrics().ServeHTTP(w, httptest.NewRequest("GET", "/", nil))
	if w.Code != 200 {
		t.Errorf("Metrics() = %d, want 200", w.Code)
	}
}

func TestPage(t *testing.T) {
	s := newSite(t)
	zh := s.do(call{method: "GET", path: "/about", header: map[string]string{"Accept-Language": "zh-CN,zh;q=0.9,en;q=0.8"}}).Body.String()
	en := s.do(call{method: "GET", path: "/about", header: map[string]string{"Accept-Language": "en-GB,zh;q=0.5"}}).Body.String()
	for text, page := range map[string]string{"双阳区": zh, "边界版本 3": zh, "均为虚构": zh, "Shuangyang": en, "boundary revision 3": en, "Synthetic data": en, `href="/ogc"`: en} {
		if !strings.Contains(page, text) {
			t.Errorf("the page lacks %q", text)
		}
	}
	for _, page := range []string{zh, en} {
		for _, outside := range []string{"src=", "url(", "@import", "<script"} {
			if strings.Contains(page, outside) {
				t.Errorf("the page loads something: %s", outside)
			}
		}
	}
}

// TestStart checks where the web application is served, and what is at / where
// there is none.
func TestStart(t *testing.T) {
	app := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, "the application: "+r.URL.Path) })
	for _, c := range []struct {
		name            string
		app             http.Handler
		public          Public
		start, file     string // how the answers begin
		linkedFromAbout bool
	}{
		{"with an application", app, PublicMap, "the application: /", "the application: /assets/x.js", true},
		{"with a map that is not public", app, PublicLookup, "the application: /", "the application: /assets/x.js", true},
		{"with everything closed", app, PublicNone, "the application: /", "the application: /assets/x.js", true},
		{"built without one", nil, PublicMap, "<!doctype html>", "{", false},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSite(t, func(cfg *Config) { cfg.App, cfg.Public = c.app, c.public })
			for path, want := range map[string]string{"/": c.start, "/assets/x.js": c.file, "/sw.js": strings.ReplaceAll(c.file, "assets/x", "sw"), "/about": "<!doctype html>"} {
				if got := s.get(path, "").Body.String(); !strings.HasPrefix(got, want) {
					t.Errorf("GET %s = %.60q, want it to begin with %q", path, got, want)
				}
			}
			if got := strings.Contains(s.get("/about", "").Body.String(), `<a href="/">`); got != c.linkedFromAbout {
				t.Errorf("/about links to the application: %v, want %v", got, c.linkedFromAbout)
			}
		})
	}
}

func TestConfigIsChecked(t *testing.T) {
	if _, err := New(Config{}); err == nil || !strings.Contains(err.Error(), "Boundaries") {
		t.Errorf("New of nothing = %v, want an error that names what is missing", err)
	}
	for _, bad := range []string{"map.example", "ftp://x", "http://x?y=1"} {
		s := newSite(t)
		c := s.api.cfg
		c.PublicURL, c.Registry = bad, nil
		if _, err := New(c); err == nil {
			t.Errorf("New with public URL %q = nil, want an error", bad)
		}
	}
}

// TestReadyIsSteady asks a healthy server often: it is ready each time.
func TestReadyIsSteady(t *testing.T) {
	s := newSite(t)
	for i := range 500 {
		if w := s.get("/readyz", ""); w.Code != 200 {
			t.Fatalf("GET /readyz number %d = %d %s, want 200", i+1, w.Code, w.Body)
		}
	}
}
