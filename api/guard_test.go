package api

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// TestRequestAfterASlowOne: a request that takes longer than it may ends alone. Those
// that come after it on the same connection are not cancelled with it.
func TestRequestAfterASlowOne(t *testing.T) {
	var remotes []string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		remotes = append(remotes, r.RemoteAddr)
		if r.URL.Path == "/slow" {
			bounded, done := timed(w, r, 1<<20, time.Now().Add(50*time.Millisecond))
			defer done()
			if _, err := io.Copy(io.Discard, bounded.Body); err != nil {
				t.Errorf("the body: %v", err)
			}
			<-bounded.Context().Done()
			time.Sleep(50 * time.Millisecond)
			if err := r.Context().Err(); err != nil {
				t.Errorf("the connection ended with the time of a request: %v", err)
			}
			return
		}
		if err := r.Context().Err(); err != nil {
			t.Errorf("the next request came cancelled: %v", err)
		}
	}))
	defer server.Close()
	client := server.Client()
	for _, body := range []string{"", "something"} {
		for _, path := range []string{"/slow", "/next"} {
			answer, err := client.Post(server.URL+path, "text/plain", strings.NewReader(body))
			if err != nil {
				t.Fatal(err)
			}
			_, _ = io.Copy(io.Discard, answer.Body)
			_ = answer.Body.Close()
		}
	}
	for _, r := range remotes {
		if r != remotes[0] {
			t.Fatalf("the requests came on several connections: %v", remotes)
		}
	}
}
