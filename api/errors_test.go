package api

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/gridpatrol/gridpatrol/geo"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestProblemBodies compares whole answers with golden files: clients rely on
// every byte of the type.
func TestProblemBodies(t *testing.T) {
	s := newSite(t)
	for name, c := range map[string]call{
		"outside-district":       {method: "POST", path: "/api/v1/reports", body: `{"category":"other","lon":126.9,"lat":43.55}`},
		"several-fields":         {method: "POST", path: "/api/v1/reports", body: `{"category":"other","lon":200,"lat":"x","lng":1}`},
		"unknown-category":       {method: "POST", path: "/api/v1/reports", body: `{"category":"ufo","lon":125.62,"lat":43.55}`},
		"no-position":            {method: "POST", path: "/api/v1/reports", body: `{"category":"other"}`},
		"invalid-parameters":     {method: "GET", path: "/api/v1/locate?lon=x&lng=1"},
		"sign-in-required":       {method: "GET", path: "/api/v1/reports"},
		"broken-token":           {method: "GET", path: "/api/v1/categories", header: map[string]string{"Authorization": "Bearer x"}},
		"no-route":               {method: "GET", path: "/api/v2"},
		"method-not-allowed":     {method: "DELETE", path: "/api/v1/locate"},
		"unsupported-media-type": {method: "POST", path: "/api/v1/reports", body: "x", header: map[string]string{"Content-Type": "text/plain"}},
	} {
		t.Run(name, func(t *testing.T) {
			got := s.do(c).Body.Bytes()
			file := filepath.Join("testdata", "problems", name+".json")
			if *update {
				if err := os.WriteFile(file, got, 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if string(got) != string(want) {
				t.Errorf("answer = %s, want %s", got, want)
			}
		})
	}
}

// TestKindsOfError checks what errors from below become.
func TestKindsOfError(t *testing.T) {
	for _, tt := range []struct {
		err    error
		status int
		code   string
	}{
		{&os.PathError{Op: "write", Path: "x", Err: syscall.ENOSPC}, http.StatusInsufficientStorage, "storage-full"},
		{geo.ErrInvalid, 400, "bad-request"},
		{fmt.Errorf("read area 12: %w", geo.ErrNotFound), 404, "not-found"},
		{geo.ErrForbidden, 403, "forbidden"},
		{geo.ErrConflict, 409, "conflict"},
		{geo.ErrUnauthorized, 401, "invalid-token"},
		{geo.ErrUnavailable, 503, "unavailable"},
		{context.DeadlineExceeded, 503, "unavailable"},
		{&http.MaxBytesError{Limit: 9}, 413, "too-large"},
		{geo.Invalid("note-missing", "x"), 400, "note-missing"},
		{unprocessable(fmt.Errorf("act: %w", geo.Invalid("note-missing", "x"))), 422, "note-missing"},
		{unprocessable(&geo.Problem{Kind: geo.ErrConflict, Code: "state-conflict"}), 409, "state-conflict"},
		{&geo.Problem{Kind: geo.ErrConflict, Code: "idempotency-key-reused"}, 409, "idempotency-key-reused"},
		{errors.New("connection refused to 10.0.0.1"), 500, "internal"},
	} {
		p := problemOf(tt.err)
		if p.Status != tt.status || p.Type != problemType+tt.code || p.Title == "" {
			t.Errorf("problemOf(%v) = %+v, want %d %s", tt.err, p, tt.status, tt.code)
		}
		if tt.status == 500 && p.Detail != "" {
			t.Errorf("a 500 says %q", p.Detail)
		}
	}
}

// TestDrain checks that a client that sends all of a body that is too large
// still gets the answer, over a real connection.
func TestDrain(t *testing.T) {
	s := newSite(t)
	server := httptest.NewServer(s.api.Handler())
	defer server.Close()
	resp, err := http.Post(server.URL+"/api/v1/reports", "application/json", &repeatN{left: 20 << 20})
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if resp.StatusCode != 413 {
		t.Errorf("status = %d, want 413", resp.StatusCode)
	}
}

// repeatN is so many bytes of white space.
type repeatN struct{ left int }

func (r *repeatN) Read(p []byte) (int, error) {
	n := min(len(p), r.left)
	if n == 0 {
		return 0, io.EOF
	}
	for i := range p[:n] {
		p[i] = ' '
	}
	r.left -= n
	return n, nil
}
