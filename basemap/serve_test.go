package basemap

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"github.com/prometheus/client_golang/prometheus"
)

func TestServe(t *testing.T) {
	var path string
	u := newUpstream(t, func(w http.ResponseWriter, r *http.Request) {
		path = r.URL.RequestURI()
		picture(w, r)
	})
	s := open(t, Config{Source: u.URL + "/{z}/{x}/{y}.png?k={key}", Key: "secret", Shared: true, Now: newClock().Now})
	got := ask(s, townPath)
	h := got.Result().Header
	if got.Code != 200 || h.Get("Content-Type") != "image/png" || !bytes.Equal(got.Body.Bytes(), plainPNG(256, color.White)) {
		t.Fatalf("tile = %d %s", got.Code, h.Get("Content-Type"))
	}
	if path != "/14/13905/5989.png?k=secret" {
		t.Errorf("the source was asked for %s", path)
	}
	if h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Cache-Control") != "public, max-age=3600" {
		t.Errorf("headers = %v", h)
	}
	if again := ask(s, townPath, "If-None-Match", h.Get("ETag")); again.Code != http.StatusNotModified {
		t.Errorf("asked again with its tag = %d, want 304", again.Code)
	}
	if n := u.asked.Load(); n != 1 {
		t.Errorf("the source was asked %d times for one tile", n)
	}
	for path, want := range map[string]int{
		"/basemap/": 404, "/basemap/14/1": 404, "/basemap/14/99999/1": 404, "/basemap/99/1/1": 404, "/basemap/14/-1/1": 404,
		"/basemap/14/13905/5989.png": 404, "/basemap/14/1/1/../../../x": 404, "/basemap/19/1/1": 204,
	} {
		if got := ask(s, path); got.Code != want {
			t.Errorf("%s = %d, want %d", path, got.Code, want)
		}
	}
	post := httptest.NewRecorder()
	s.ServeHTTP(post, httptest.NewRequest(http.MethodPost, townPath, nil))
	if post.Code != http.StatusMethodNotAllowed {
		t.Errorf("POST = %d, want 405", post.Code)
	}
	if n := u.asked.Load(); n != 1 {
		t.Errorf("nonsense was passed on to the source")
	}
}

// TestBadAnswers asks sources that answer with something else than a tile.
func TestBadAnswers(t *testing.T) {
	elsewhere := newUpstream(t, picture)
	huge := encodePNG(image.NewPaletted(image.Rect(0, 0, 3000, 3000), color.Palette{color.White}))
	for name, c := range map[string]struct {
		answer http.HandlerFunc
		result string
	}{
		"a page of words": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", "image/png")
			fmt.Fprint(w, "<html>sign in</html>")
		}, "content"},
		"a script in a picture's name": {func(w http.ResponseWriter, _ *http.Request) {
			fmt.Fprint(w, "<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>")
		}, "content"},
		"no end": {func(w http.ResponseWriter, r *http.Request) {
			for r.Context().Err() == nil {
				if _, err := w.Write(make([]byte, 1<<20)); err != nil {
					return
				}
			}
		}, "too_large"},
		"a huge picture": {func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write(huge) }, "content"},
		"half of a picture": {func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "9000")
			_, _ = w.Write([]byte("\x89PNG"))
		}, "unreachable"},
		"another host":           {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, elsewhere.URL, http.StatusFound) }, "redirect"},
		"itself again and again": {func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, r.URL.Path, http.StatusFound) }, "redirect"},
		"refused":                {status(403), "status"},
		"broken":                 {status(502), "status"},
		"silence":                {hang, "timeout"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			u := newUpstream(t, c.answer)
			registry, timeout := prometheus.NewRegistry(), time.Minute
			if c.result == "timeout" {
				timeout = 100 * time.Millisecond
			}
			s := open(t, Config{Source: u.URL + "/{z}/{x}/{y}", Timeout: timeout, Registerer: registry})
			got := ask(s, townPath)
			if got.Code != http.StatusNoContent || got.Header().Get("Cache-Control") != "no-store" || got.Header().Get("Retry-After") == "" {
				t.Errorf("answer = %d %v, want 204, to be asked again", got.Code, got.Header())
			}
			if n := measured(t, registry, "gridpatrol_basemap_fetches_total", c.result); n != 1 {
				t.Errorf("result %s was counted %v times, want once", c.result, n)
			}
		})
	}
	t.Cleanup(func() {
		if elsewhere.asked.Load() != 0 {
			t.Error("a redirect to another host was followed")
		}
	})
}

// TestAbsent asks for tiles that are not there: that is no failure, and is remembered.
func TestAbsent(t *testing.T) {
	for name, answer := range map[string]http.HandlerFunc{
		"404": status(404), "204": status(204),
		"WMTS": func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(400)
			fmt.Fprint(w, `<ows:Exception exceptionCode="TileOutOfRange"/>`)
		},
	} {
		t.Run(name, func(t *testing.T) {
			u := newUpstream(t, answer)
			s := open(t, Config{Source: u.URL + "/{z}/{x}/{y}"})
			for range 5 {
				if got := ask(s, townPath); got.Code != 204 || got.Header().Get("Retry-After") != "" || got.Header().Get("Cache-Control") == "no-store" {
					t.Fatalf("answer = %d %v, want 204, to be kept", got.Code, got.Header())
				}
			}
			if n := u.asked.Load(); n != 1 {
				t.Errorf("the source was asked %d times", n)
			}
		})
	}
}

// TestHangs holds the promise that a source that hangs holds up nobody: what
// waits is let go at once when it is given up, it is then left alone, old tiles
// go on being served, and it is found again when it answers.
func TestHangs(t *testing.T) {
	u := newUpstream(t, picture)
	time0, said := newClock(), &logged{}
	registry := prometheus.NewRegistry()
	s := open(t, Config{Source: u.URL + "/{z}/{x}/{y}", Timeout: time.Second, Now: time0.Now, Logger: said.logger(), Registerer: registry})
	if got := ask(s, townPath); got.Code != 200 {
		t.Fatalf("tile = %d", got.Code)
	}
	u.set(hang)
	begun := time.Now()
	var all sync.WaitGroup
	for i := range 40 {
		all.Go(func() {
			if got := ask(s, fmt.Sprintf("/basemap/15/%d/11978", 27000+i)); got.Code != 204 {
				t.Errorf("a tile of a source that hangs = %d, want 204", got.Code)
			}
		})
	}
	all.Wait()
	if took := time.Since(begun); took > 4*time.Second {
		t.Errorf("40 tiles took %v: they waited for each other", took)
	}
	n := u.asked.Load()
	if n > 1+parallel+patience {
		t.Errorf("the source was asked %d times at once", n-1)
	}
	begun = time.Now()
	if got := ask(s, "/basemap/15/27100/11978"); got.Code != 204 || time.Since(begun) > 700*time.Millisecond {
		t.Errorf("while it is left alone: %d after %v", got.Code, time.Since(begun))
	}
	time0.add(2 * time.Second)
	if got := ask(s, townPath); got.Code != 200 {
		t.Errorf("a tile from memory = %d", got.Code)
	}
	if got := u.asked.Load(); got != n {
		t.Error("the source was not left alone")
	}
	if got := strings.Count(said.String(), "left alone for a while"); got != 1 {
		t.Errorf("it was said %d times that the source does not answer:\n%s", got, said)
	}
	// A try that fails makes the rest longer.
	time0.add(2 * time.Hour) // the kept tile is old now
	if got := ask(s, townPath); got.Code != 200 {
		t.Errorf("an old tile = %d, want it served for lack of a new one", got.Code)
	}
	time0.add(restMin + time.Second)
	n = u.asked.Load()
	ask(s, "/basemap/15/27100/11978")
	if u.asked.Load() != n {
		t.Error("after a try that failed the source was asked again too soon")
	}
	u.set(picture)
	time0.add(restMax)
	if got := ask(s, "/basemap/15/27100/11978"); got.Code != 200 {
		t.Errorf("when the source answers again: %d", got.Code)
	}
	if got := strings.Count(said.String(), "answers again"); got != 1 {
		t.Errorf("it was said %d times that the source answers again:\n%s", got, said)
	}
	if strings.Contains(said.String(), u.URL) {
		t.Errorf("the log tells the address:\n%s", said)
	}
	if n := measured(t, registry, "gridpatrol_basemap_away", ""); n != 0 {
		t.Errorf("gridpatrol_basemap_away = %v, want 0", n)
	}
}

// measured gives a metric, that of a label's value where it has one.
func measured(t *testing.T, r *prometheus.Registry, name, label string) float64 {
	t.Helper()
	families, err := r.Gather()
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range families {
		for _, m := range f.GetMetric() {
			if f.GetName() == name && (len(m.GetLabel()) == 0 || m.GetLabel()[0].GetValue() == label) {
				return m.GetCounter().GetValue() + m.GetGauge().GetValue()
			}
		}
	}
	return 0
}

func TestSingleFlight(t *testing.T) {
	let := make(chan struct{})
	u := newUpstream(t, func(w http.ResponseWriter, r *http.Request) { <-let; picture(w, r) })
	s := open(t, Config{Source: u.URL + "/{z}/{x}/{y}"})
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			if got := ask(s, townPath); got.Code != 200 {
				t.Errorf("tile = %d", got.Code)
			}
		})
	}
	time.Sleep(50 * time.Millisecond)
	close(let)
	all.Wait()
	if n := u.asked.Load(); n != 1 {
		t.Errorf("20 who ask at once made %d fetches", n)
	}
}

func TestKeepFor(t *testing.T) {
	for header, want := range map[string]time.Duration{
		"": keepLong, "max-age=600": 10 * time.Minute, "public, max-age=1": keepLeast, "max-age=99999999999": keepMost, "max-age=9999999": keepMost,
		"no-store": 0, "no-cache": keepLeast, "max-age=-5": keepLeast,
	} {
		if got := keepFor(http.Header{"Cache-Control": {header}}); got != want {
			t.Errorf("keepFor(%q) = %v, want %v", header, got, want)
		}
	}
}

func TestStoreIsBounded(t *testing.T) {
	u := newUpstream(t, picture)
	size := int64(len(plainPNG(256, color.White))) + overhead
	s := open(t, Config{Source: u.URL + "/{z}/{x}/{y}", CacheBytes: 3 * size})
	for i := range 10 {
		ask(s, fmt.Sprintf("/basemap/14/%d/5989", 13900+i))
	}
	if s.store.size > 3*size || s.store.order.Len() != 3 || len(s.store.byKey) != 3 {
		t.Errorf("%d bytes in %d tiles are kept, want three tiles", s.store.size, s.store.order.Len())
	}
	ask(s, "/basemap/14/13909/5989")
	if n := u.asked.Load(); n != 10 {
		t.Errorf("the tile used last was fetched again")
	}
}

func TestAround(t *testing.T) {
	u := newUpstream(t, picture)
	known := false
	s := open(t, Config{Source: u.URL + "/{z}/{x}/{y}", Around: func() (orb.Bound, bool) {
		return orb.Bound{Min: orb.Point{125.4, 43.2}, Max: orb.Point{126.0, 43.8}}, known
	}})
	const london = "/basemap/10/511/340"
	if got := ask(s, london); got.Code != 200 {
		t.Errorf("with no place known, London = %d", got.Code)
	}
	known = true
	for path, want := range map[string]int{london: 204, townPath: 200, "/basemap/2/3/1": 200, "/basemap/10/871/372": 200} {
		if got := ask(s, path); got.Code != want {
			t.Errorf("%s = %d, want %d", path, got.Code, want)
		}
	}
}

// TestKeyStaysHere looks for the key in everything that comes out.
func TestKeyStaysHere(t *testing.T) {
	said := &logged{}
	for name, source := range map[string]string{"in the query": "/{z}/{x}/{y}?tk={key}", "in the path": "/{key}/{z}/{x}/{y}", "of capabilities": "/wmts?tk={key}"} {
		for code, answer := range map[string]http.HandlerFunc{
			"ok": picture, "refused": status(403), "hangs": hang,
			"echo": func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, r.URL) },
			"sent on": func(w http.ResponseWriter, r *http.Request) {
				http.Redirect(w, r, "http://192.0.2.1"+r.URL.String(), http.StatusFound)
			},
		} {
			u := newUpstream(t, answer)
			registry := prometheus.NewRegistry()
			s := open(t, Config{Source: u.URL + source, Key: "canarykey", Timeout: 50 * time.Millisecond, Logger: said.logger(), Registerer: registry})
			for i := range 5 {
				got := ask(s, fmt.Sprintf("/basemap/14/%d/5989", 13900+i))
				if out := fmt.Sprint(got.Header(), got.Body); strings.Contains(out, "canarykey") {
					t.Errorf("%s, %s: the answer tells the key: %s", name, code, out)
				}
			}
			if got := fmt.Sprint(s.Info()); strings.Contains(got, "canarykey") {
				t.Errorf("%s: Info tells the key: %s", name, got)
			}
			families, err := registry.Gather()
			if err != nil || strings.Contains(fmt.Sprint(families), "canarykey") {
				t.Errorf("%s, %s: the metrics tell the key, or %v", name, code, err)
			}
		}
	}
	if strings.Contains(said.String(), "canarykey") || !strings.Contains(said.String(), "does not answer") {
		t.Errorf("the log tells the key, or nothing:\n%s", said)
	}
}
