package api

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/gridpatrol/gridpatrol/access"
)

// What anybody may read, pages of other sites may, and nothing else; never with
// somebody's session or token.
func TestPagesOfOtherSites(t *testing.T) {
	for _, tt := range []struct {
		public Public
		method string
		path   string
		status int
		open   bool
	}{
		{PublicMap, "GET", "/api/v1/areas/grid", 200, true},
		{PublicMap, "HEAD", "/api/v1/categories", 200, true},
		{PublicMap, "GET", "/api/v1/locate", 400, true},
		{PublicMap, "GET", "/api/v1/areas/grid/0", 404, true},
		{PublicMap, "GET", "/api/v1/app", 200, true},
		{PublicNone, "GET", "/api/v1/openapi.json", 200, true},
		{PublicNone, "GET", "/api/v1/docs/nothing", 404, true},
		{PublicMap, "GET", "/tiles/grids/0/0/0.mvt", 404, true},
		{PublicMap, "GET", "/ogc/collections", 404, true},
		{PublicMap, "GET", "/ogc", 404, true},
		{PublicMap, "POST", "/api/v1/locate", 415, false},
		{PublicMap, "POST", "/ogc", 404, false},
		{PublicMap, "GET", "/api/v1/posts", 401, false},
		{PublicMap, "GET", "/metrics", 200, false},
		{PublicMap, "GET", "/about", 200, false},
		{PublicLookup, "GET", "/api/v1/areas/grid", 401, false},
		{PublicLookup, "GET", "/api/v1/categories", 200, true},
		{PublicNone, "GET", "/api/v1/categories", 401, false},
		{PublicNone, "GET", "/ogc", 401, false},
	} {
		s := newSite(t, func(c *Config) { c.Public = tt.public })
		w := s.do(call{method: tt.method, path: tt.path, header: map[string]string{"Origin": "https://other.example"}})
		h := w.Header()
		if w.Code != tt.status || (h.Get("Access-Control-Allow-Origin") == "*") != tt.open || (h.Get("Access-Control-Expose-Headers") != "") != tt.open {
			t.Errorf("%s %s where %s is public = %d %v, want %d, open %v", tt.method, tt.path, tt.public, w.Code, h, tt.status, tt.open)
		}
		if h.Get("Access-Control-Allow-Credentials") != "" || slices.Contains(h.Values("Vary"), "Origin") {
			t.Errorf("%s %s = %v, want no credentials and one answer for all", tt.method, tt.path, h)
		}
	}
}

func TestOptions(t *testing.T) {
	s := newSite(t)
	for _, tt := range []struct {
		path, allow string
		status      int
		open        bool
	}{
		{"/api/v1/locate", "GET, HEAD, POST, OPTIONS", 204, true},
		{"/api/v1/areas/grid/220112001000001", "GET, HEAD, OPTIONS", 204, true},
		{"/ogc/collections/grids/items", "GET, HEAD, OPTIONS", 204, true},
		{"/tiles/grids/10/1/1.mvt", "GET, HEAD, OPTIONS", 204, true},
		{"/api/v1/tokens", "GET, HEAD, POST, OPTIONS", 204, false},
		{"/api/v1/roster/changes", "POST, OPTIONS", 204, false},
		{"/nowhere", "", 404, false},
	} {
		w := s.do(call{method: "OPTIONS", path: tt.path, header: map[string]string{
			"Origin": "https://other.example", "Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "authorization, if-none-match"}})
		h := w.Header()
		if w.Code != tt.status || h.Get("Allow") != tt.allow || (h.Get("Access-Control-Allow-Origin") == "*") != tt.open || w.Code == 204 && w.Body.Len() > 0 {
			t.Errorf("OPTIONS %s = %d %v, want %d, Allow %s, open %v", tt.path, w.Code, h, tt.status, tt.allow, tt.open)
		}
		if tt.open && (h.Get("Access-Control-Allow-Methods") != "GET, HEAD, OPTIONS" || h.Get("Access-Control-Max-Age") != "86400" ||
			!strings.Contains(h.Get("Access-Control-Allow-Headers"), "If-None-Match")) {
			t.Errorf("OPTIONS %s = %v, want what a browser asks for", tt.path, h)
		}
		if strings.Contains(strings.ToLower(h.Get("Access-Control-Allow-Headers")), "authorization") || h.Get("Access-Control-Allow-Credentials") != "" {
			t.Errorf("OPTIONS %s = %v lets others use tokens or sessions", tt.path, h)
		}
	}
	if metrics := s.get("/metrics", "").Body.String(); !strings.Contains(metrics, `{method="OPTIONS",route="/ogc/*",status="204"} 1`) {
		t.Error("the metrics do not name the route that was asked about")
	}
}

// A problem has the id under which the log has the request.
func TestProblemsHaveTheRequestID(t *testing.T) {
	s := newSite(t)
	for _, c := range []call{
		{method: "GET", path: "/api/v1/locate"},
		{method: "GET", path: "/nowhere"},
		{method: "POST", path: "/api/v1/areas/grid"},
		{method: "GET", path: "/api/v1/posts"},
	} {
		const id = "test-request_1.a"
		c.header = map[string]string{"X-Request-Id": id}
		w := s.do(c)
		if got := w.Header().Get("X-Request-Id"); got != id || !strings.Contains(w.Body.String(), `"request_id":"`+id+`"`) {
			t.Errorf("%s %s = %q, %s, want the id in both", c.method, c.path, got, w.Body)
		}
	}
	if n := strings.Count(s.log.String(), "test-request_1.a"); n != 4 {
		t.Errorf("the log has the id %d times, want 4", n)
	}
	if w := s.do(call{method: "GET", path: "/nowhere", header: map[string]string{"X-Request-Id": `"x" <script>`}}); strings.Contains(w.Body.String(), "script") {
		t.Errorf("%s repeats what is no id", w.Body)
	}
	if w := s.get("/api/v1/posts", s.token(access.Dispatcher)); w.Code != http.StatusOK || strings.Contains(w.Body.String(), "request_id") {
		t.Errorf("an answer that is no problem = %d %s", w.Code, w.Body)
	}
}
