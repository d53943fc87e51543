package api

import (
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

func TestDeprecatedRoute(t *testing.T) {
	s := newSite(t)
	since := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for _, tt := range []struct {
		d                    deprecation
		since, sunset, links string
	}{
		{deprecation{since: since, more: "https://map.example/changes"}, "@1767323045", "", `<https://map.example/changes>; rel="deprecation"; type="text/html"`},
		{deprecation{since: since, sunset: since.AddDate(1, 0, 0), more: "/api/v1/docs"}, "@1767323045", "Sat, 02 Jan 2027 03:04:05 GMT", `</api/v1/docs>; rel="deprecation"; type="text/html"`},
	} {
		h := s.api.served([]route{{method: "GET", path: "/api/v1/old/{id}", need: need{anyone: true}, leaving: &tt.d,
			handler: func(http.ResponseWriter, *http.Request) error { return fail("not-found", "") }}})
		w := httptest.NewRecorder()
		s.api.observe(h).ServeHTTP(w, httptest.NewRequest("GET", "/api/v1/old/1", nil))
		if w.Code != 404 || w.Header().Get("Deprecation") != tt.since || w.Header().Get("Sunset") != tt.sunset || w.Header().Get("Link") != tt.links {
			t.Errorf("%+v answers %d %v", tt.d, w.Code, w.Header())
		}
	}
	for _, rt := range s.api.routes() {
		if d := rt.leaving; d != nil && (d.since.IsZero() || d.more == "" || !d.sunset.IsZero() && d.sunset.Before(d.since.AddDate(1, 0, 0))) {
			t.Errorf("%s %s is deprecated by %+v: clients have a year, and are told what to use instead", rt.method, rt.path, d)
		}
	}
	if h := s.get("/api/v1/categories", "").Header(); h.Get("Deprecation") != "" || h.Get("Link") != "" {
		t.Errorf("a route that stays says %v", h)
	}
}
