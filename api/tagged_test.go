package api

import (
	"net/http"
	"strings"
	"testing"

	"github.com/gridpatrol/gridpatrol/access"
)

// Who has an answer already is told so, and gets it again once it is another one.
func TestWhoHasItAlready(t *testing.T) {
	s := newSite(t)
	dispatcher := s.token(access.Dispatcher)
	tags := map[string]string{}
	for _, tt := range []struct{ path, token, cache string }{
		{"/api/v1/app", "", "public, no-cache"},
		{"/api/v1/openapi.json", "", "public, no-cache"},
		{"/api/v1/docs", "", "public, no-cache"},
		{"/api/v1/docs/reports", "", "public, no-cache"},
		{"/api/v1/areas/grid", "", "public, no-cache"},
		{"/api/v1/areas/grid/" + gridWest, "", "public, no-cache"},
		{"/api/v1/categories", "", "public, no-cache"},
		{"/api/v1/categories", dispatcher, "private, no-cache"},
		{"/api/v1/revisions", "", "public, no-cache"},
		{"/api/v1/search?q=" + gridWest, "", "public, no-cache"},
		{"/api/v1/search?q=nothing", "", "public, no-cache"},
		{"/api/v1/oidc", "", "public, no-cache"},
		{"/api/v1/posts", dispatcher, "private, no-cache"},
		{"/api/v1/people", dispatcher, "private, no-cache"},
		{"/api/v1/committees", dispatcher, "private, no-cache"},
		{"/api/v1/branches", dispatcher, "private, no-cache"},
		{"/api/v1/checkpoint-kinds", dispatcher, "private, no-cache"},
	} {
		again := func(tag, encoding string) (status, bytes int, got string) {
			c := call{method: "GET", path: tt.path, header: map[string]string{"If-None-Match": tag, "Accept-Encoding": encoding}}
			if tt.token != "" {
				c.header["Authorization"] = "Bearer " + tt.token
			}
			w := s.do(c)
			if cache := w.Header().Get("Cache-Control"); cache != tt.cache {
				t.Errorf("%s: Cache-Control %q, want %q", tt.path, cache, tt.cache)
			}
			return w.Code, w.Body.Len(), w.Header().Get("ETag")
		}
		status, bytes, tag := again(`"another"`, "")
		if status != 200 || bytes == 0 || len(tag) < 20 {
			t.Errorf("%s = %d, %d bytes, ETag %s; want an answer with one", tt.path, status, bytes, tag)
		}
		for _, encoding := range []string{"", "gzip"} {
			if status, bytes, got := again(`"another", `+tag, encoding); status != 304 || bytes != 0 || got != tag {
				t.Errorf("%s with its ETag and encoding %q = %d, %d bytes, ETag %s; want 304 and the same", tt.path, encoding, status, bytes, got)
			}
		}
		tags[tt.path] = tag
	}
	next := *s.store.snapshot
	next.Revision.Number++
	s.store.snapshot = &next
	for _, path := range []string{"/api/v1/app", "/api/v1/areas/grid", "/api/v1/revisions", "/api/v1/search?q=" + gridWest} {
		if w := s.do(call{method: "GET", path: path, header: map[string]string{"If-None-Match": tags[path]}}); w.Code != 200 || w.Header().Get("ETag") == tags[path] {
			t.Errorf("%s after a publish = %d with ETag %s, want an answer with another", path, w.Code, w.Header().Get("ETag"))
		}
	}
}

// What the OGC API answers is compressed as the rest is; what comes compressed
// already stays as it is.
func TestOGCIsCompressed(t *testing.T) {
	text := strings.Repeat(`{"type":"Feature"}`, 500)
	s := newSite(t, func(c *Config) {
		c.Features = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/geo+json")
			if strings.HasSuffix(r.URL.Path, "/1") {
				w.Header().Set("Content-Encoding", "gzip")
			}
			_, _ = w.Write([]byte(text))
		})
	})
	for path, whole := range map[string]bool{"/ogc": false, "/ogc/collections/grids/items": false, "/ogc/tiles/WebMercatorQuad/0/0/1": true} {
		w := s.do(call{method: "GET", path: path, header: map[string]string{"Accept-Encoding": "gzip"}})
		if w.Code != 200 || w.Header().Get("Content-Encoding") != "gzip" || (w.Body.Len() == len(text)) != whole || w.Header().Get("Vary") != "Accept-Encoding" {
			t.Errorf("%s = %d, %d bytes, %v", path, w.Code, w.Body.Len(), w.Header())
		}
		if w := s.get(path, ""); w.Body.String() != text || w.Header().Get("Vary") != "Accept-Encoding" {
			t.Errorf("%s as it is = %d, %d bytes, %v", path, w.Code, w.Body.Len(), w.Header())
		}
	}
}
