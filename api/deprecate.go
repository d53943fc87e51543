package api

import (
	"net/http"
	"strconv"
	"time"
)

// deprecation says that a route is on its way out. Since when clients should
// leave it is told with every answer, by RFC 9745, and from when on it may be
// gone, by RFC 8594.
type deprecation struct {
	since  time.Time
	sunset time.Time // zero while that is not settled
	more   string    // address of a page that says what to use instead
}

// outgoing adds to every answer of a route that it is deprecated.
func outgoing(d deprecation, next http.Handler) http.Handler {
	since, sunset := "@"+strconv.FormatInt(d.since.Unix(), 10), ""
	if !d.sunset.IsZero() {
		sunset = d.sunset.UTC().Format(http.TimeFormat)
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Deprecation", since)
		if sunset != "" {
			h.Set("Sunset", sunset)
		}
		h.Add("Link", "<"+d.more+`>; rel="deprecation"; type="text/html"`)
		next.ServeHTTP(w, r)
	})
}
