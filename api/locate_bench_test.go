package api

import (
	"bytes"
	"fmt"
	"net/http/httptest"
	"testing"
)

// BenchmarkLocate answers one lookup, with all that lies round the handler.
func BenchmarkLocate(b *testing.B) {
	s := newSite(b)
	b.ReportAllocs()
	for b.Loop() {
		r := httptest.NewRequest("GET", "/api/v1/locate?lon=125.62&lat=43.55", nil)
		s.api.Handler().ServeHTTP(httptest.NewRecorder(), r)
	}
}

// BenchmarkLocateMany answers a thousand features a line.
func BenchmarkLocateMany(b *testing.B) {
	s := newSite(b)
	var body bytes.Buffer
	for i := range 1000 {
		fmt.Fprintf(&body, `{"type":"Feature","geometry":{"type":"Point","coordinates":[125.6%04d,43.55]},"properties":{"n":%d}}`+"\n", i, i)
	}
	b.ReportAllocs()
	for b.Loop() {
		r := httptest.NewRequest("POST", "/api/v1/locate", bytes.NewReader(body.Bytes()))
		r.Header.Set("Content-Type", "application/x-ndjson")
		s.api.Handler().ServeHTTP(httptest.NewRecorder(), r)
	}
}
