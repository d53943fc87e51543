package api

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/access"
)

// What answers share is the same after an answer that added to it.
func TestSharedHeadersStayAsTheyAre(t *testing.T) {
	s := newSite(t)
	const path = "/api/v1/locate?lon=125.62&lat=43.55"
	headers := func(token, encoding string) http.Header {
		c := call{method: "GET", path: path, header: map[string]string{}}
		if token != "" {
			c.header["Authorization"] = "Bearer " + token
		}
		if encoding != "" {
			c.header["Accept-Encoding"] = encoding
		}
		return s.do(c).Header()
	}
	first := headers("", "")
	want := map[string]string{
		"Vary": "Accept-Encoding", "Content-Type": "application/json", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer",
		"X-Frame-Options": "DENY", "Cross-Origin-Opener-Policy": "same-origin",
		"Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'", "Permissions-Policy": "geolocation=(self), camera=(self)",
		"Access-Control-Allow-Origin": "*", "Access-Control-Expose-Headers": corsExpose[0],
	}
	if len(first) != len(want)+1 { // and X-Request-Id
		t.Errorf("headers = %v, want %v and X-Request-Id", first, want)
	}
	for _, token := range []string{s.token(access.Consumer), s.token(access.Dispatcher)} {
		for _, encoding := range []string{"", "gzip"} {
			signedIn := headers(token, encoding)
			if got := signedIn.Values("Vary"); !slices.Equal(got, []string{"Accept-Encoding", "Authorization, Cookie"}) {
				t.Errorf("Vary = %q with a token and encoding %q", got, encoding)
			}
			for name, value := range want {
				if got := signedIn.Get(name); got != value {
					t.Errorf("%s = %q, want %q", name, got, value)
				}
			}
		}
	}
	for name, value := range want {
		if got := headers("", "").Values(name); !slices.Equal(got, []string{value}) {
			t.Errorf("%s = %q afterwards, want %q", name, got, value)
		}
	}
}

// Requests at the same time have ids of their own, in answer and log.
func TestRequestIDs(t *testing.T) {
	s := newSite(t)
	s.log.Grow(1 << 20)
	var mu sync.Mutex
	seen := map[string]bool{}
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			for range 50 {
				w := s.get("/api/v1/locate?lon=125.62&lat=43.55", "")
				id := w.Header().Get("X-Request-Id")
				mu.Lock()
				if len(id) != 24 || strings.Trim(id, "0123456789abcdef") != "" || seen[id] {
					t.Errorf("id %q is malformed or not new", id)
				}
				seen[id] = true
				mu.Unlock()
			}
		})
	}
	all.Wait()
	log := s.log.String()
	for id := range seen {
		if strings.Count(log, id) != 1 {
			t.Errorf("id %s stands %d times in the log", id, strings.Count(log, id))
		}
	}
}

// Every answer is measured under its own labels.
func TestDurationsByLabels(t *testing.T) {
	s := newSite(t)
	for range 3 {
		s.get("/api/v1/locate?lon=125.62&lat=43.55", "")
		s.get("/api/v1/locate", "")
		s.get("/nowhere", "")
		s.do(call{method: "HEAD", path: "/api/v1/categories"})
	}
	metrics := s.get("/metrics", "").Body.String()
	for _, line := range []string{
		`{method="GET",route="/api/v1/locate",status="200"} 3`,
		`{method="GET",route="/api/v1/locate",status="400"} 3`,
		`{method="GET",route="none",status="404"} 3`,
		`{method="HEAD",route="/api/v1/categories",status="200"} 3`,
	} {
		if !strings.Contains(metrics, "gridpatrol_http_request_duration_seconds_count"+line+"\n") {
			t.Errorf("metrics lack %s", line)
		}
	}
}

// TestFlushReachesTheClient: what a handler flushes is there while the handler is
// still at work, compressed or not.
func TestFlushReachesTheClient(t *testing.T) {
	for _, encoding := range []string{"identity", "gzip"} {
		t.Run(encoding, func(t *testing.T) {
			read := make(chan struct{})
			s := newSite(t, func(c *Config) {
				c.Features = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
					w.Header().Set("Content-Type", "application/geo+json")
					_, _ = io.WriteString(w, strings.Repeat(" ", 1500))
					if err := http.NewResponseController(w).Flush(); err != nil {
						t.Error(err)
					}
					select {
					case <-read:
					case <-r.Context().Done():
						t.Error("nothing had come before the handler was done")
					}
				})
			})
			server := httptest.NewServer(s.api.Handler())
			defer server.Close()
			ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
			defer cancel()
			r, err := http.NewRequestWithContext(ctx, "GET", server.URL+"/ogc", nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("Accept-Encoding", encoding)
			answer, err := server.Client().Do(r)
			if err != nil {
				t.Fatal(err)
			}
			defer answer.Body.Close()
			if answer.Header.Get("Content-Encoding") != map[string]string{"gzip": "gzip"}[encoding] {
				t.Errorf("it comes as %v", answer.Header)
			}
			if n, err := answer.Body.Read(make([]byte, 1)); n == 0 {
				t.Errorf("nothing has come: %v", err)
			}
			close(read)
		})
	}
}
