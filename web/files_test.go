package web

import (
	"io/fs"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/fstest"
)

// site is an application as build.mjs leaves it, short.
func site() fstest.MapFS {
	text := func(s string) *fstest.MapFile { return &fstest.MapFile{Data: []byte(s)} }
	return fstest.MapFS{
		".gitkeep":                      text(""),
		"index.html":                    text("<!doctype html><p>the page</p>"),
		"index.html.gz":                 text("page, gzip"),
		"index.html.br":                 text("page, br"),
		"assets/main-0AB1CD2E.js":       text("the program, which is longer"),
		"assets/main-0AB1CD2E.js.gz":    text("program, gzip"),
		"assets/main-0AB1CD2E.js.br":    text("program, br"),
		"assets/main-0AB1CD2E.css":      text("p{}"),
		"assets/main-0AB1CD2E.css.gz":   text("longer than the plain one"),
		"assets/maplibre-gl-worker.mjs": text("the worker"),
		"manifest.webmanifest":          text("{}"),
		"sw.js":                         text("keeps files"),
	}
}

func request(h http.Handler, method, path string, header ...string) *http.Response {
	r := httptest.NewRequest(method, path, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func serving(t *testing.T, dist fs.FS) http.Handler {
	t.Helper()
	h, ok := newHandler(dist, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) }))
	if !ok {
		t.Fatal("newHandler found no application")
	}
	return h
}

func TestFiles(t *testing.T) {
	h := serving(t, site())
	const lasting = "public, max-age=31536000, immutable"
	for _, c := range []struct{ name, path, accept, body, encoding, cache, kind string }{
		{"page", "/", "", "<!doctype html><p>the page</p>", "", "no-cache", "text/html; charset=utf-8"},
		{"page in gzip", "/", "gzip, deflate", "page, gzip", "gzip", "no-cache", "text/html; charset=utf-8"},
		{"page in the smallest", "/", "gzip, deflate, br", "page, br", "br", "no-cache", "text/html; charset=utf-8"},
		{"any encoding", "/", "*", "page, br", "br", "no-cache", "text/html; charset=utf-8"},
		{"a refused encoding", "/", "br;q=0, gzip;q=0.5", "page, gzip", "gzip", "no-cache", "text/html; charset=utf-8"},
		{"a refused rest", "/", "*;q=0", "<!doctype html><p>the page</p>", "", "no-cache", "text/html; charset=utf-8"},
		{"program", "/assets/main-0AB1CD2E.js", "br", "program, br", "br", lasting, "text/javascript; charset=utf-8"},
		{"compression that is no gain", "/assets/main-0AB1CD2E.css", "gzip", "p{}", "", lasting, "text/css; charset=utf-8"},
		{"what makes it installable", "/manifest.webmanifest", "", "{}", "", "no-cache", "application/manifest+json"},
		{"what keeps it", "/sw.js", "", "keeps files", "", "no-cache", "text/javascript; charset=utf-8"},
		{"name without a hash", "/assets/maplibre-gl-worker.mjs", "gzip", "the worker", "", "no-cache", "text/javascript; charset=utf-8"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := request(h, "GET", c.path, "Accept-Encoding", c.accept)
			var body strings.Builder
			if err := got.Write(&body); err != nil {
				t.Fatal(err)
			}
			if got.StatusCode != 200 || !strings.HasSuffix(body.String(), "\r\n\r\n"+c.body) {
				t.Errorf("GET %s = %d %q, want %q", c.path, got.StatusCode, body.String(), c.body)
			}
			for name, want := range map[string]string{"Content-Encoding": c.encoding, "Cache-Control": c.cache, "Content-Type": c.kind} {
				if v := got.Header.Get(name); v != want {
					t.Errorf("%s = %q, want %q", name, v, want)
				}
			}
			if csp := got.Header.Get("Content-Security-Policy"); !strings.HasPrefix(csp, "default-src 'none'; ") || strings.Contains(csp, "unsafe") {
				t.Errorf("Content-Security-Policy = %q", csp)
			}
		})
	}
}

func TestKnownFilesAreNotSentAgain(t *testing.T) {
	h := serving(t, site())
	plain, zipped := request(h, "GET", "/"), request(h, "GET", "/", "Accept-Encoding", "gzip")
	if plain.Header.Get("ETag") == zipped.Header.Get("ETag") {
		t.Errorf("two encodings share the ETag %s", plain.Header.Get("ETag"))
	}
	if v := plain.Header.Get("Vary"); v != "Accept-Encoding" {
		t.Errorf("Vary = %q, want Accept-Encoding", v)
	}
	again := request(h, "GET", "/", "Accept-Encoding", "gzip", "If-None-Match", zipped.Header.Get("ETag"))
	if again.StatusCode != http.StatusNotModified || again.Header.Get("ETag") != zipped.Header.Get("ETag") {
		t.Errorf("GET of a known page = %d, ETag %s, want 304 and the same ETag", again.StatusCode, again.Header.Get("ETag"))
	}
	dist := site()
	dist["index.html"].Data = []byte("<!doctype html><p>another page</p>")
	changed := request(serving(t, dist), "GET", "/", "If-None-Match", plain.Header.Get("ETag"))
	if changed.StatusCode != 200 {
		t.Errorf("GET of a changed page = %d, want 200", changed.StatusCode)
	}
}

func TestOnlyTheApplicationIsServed(t *testing.T) {
	h := serving(t, site())
	for _, path := range []string{
		"/index.html", "/.gitkeep", "/assets/", "/assets", "/assets/main-0AB1CD2E.js.gz", "/assets/none.js",
		"/assets/../index.html", "/main-0AB1CD2E.js", "//", "/api/v1/nothing",
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.URL.Path = path
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		if w.Code != http.StatusTeapot {
			t.Errorf("GET %s = %d, want it left to the next handler", path, w.Code)
		}
	}
}

func TestNothingBuilt(t *testing.T) {
	if h, ok := newHandler(fstest.MapFS{".gitkeep": &fstest.MapFile{}}, http.NotFoundHandler()); ok || h != nil {
		t.Errorf("newHandler of an empty folder = %v, %v, want nil, false", h, ok)
	}
}
