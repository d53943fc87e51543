package main

import (
	"net/http"
	"sync/atomic"

	"github.com/gridpatrol/gridpatrol/api"
)

// front answers from the first moment: until the server behind it is there,
// that it is starting, so that whoever waits for it is not left hanging.
type front struct{ behind atomic.Pointer[http.Handler] }

// open lets requests through to h.
func (f *front) open(h http.Handler) { f.behind.Store(&h) }

// ServeHTTP answers 503, and 200 for /healthz, while there is nothing behind.
func (f *front) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if h := f.behind.Load(); h != nil {
		(*h).ServeHTTP(w, r)
		return
	}
	id := api.RequestID(r)
	w.Header().Set("X-Request-Id", id)
	w.Header().Set("Cache-Control", "no-store")
	if r.URL.Path == "/healthz" {
		w.Header().Set("Content-Type", "application/json")
		_, _ = w.Write([]byte(`{"status":"starting"}` + "\n"))
		return
	}
	w.Header().Set("Content-Type", "application/problem+json")
	w.Header().Set("Retry-After", "2")
	w.WriteHeader(http.StatusServiceUnavailable)
	_, _ = w.Write([]byte(`{"type":"urn:gridpatrol:problem:starting","title":"The server is starting","status":503,"detail":"the database is being opened; try again in a moment","request_id":"` + id + `"}` + "\n"))
}
