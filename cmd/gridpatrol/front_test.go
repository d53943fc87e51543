package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestFrontAnswersWhileStarting(t *testing.T) {
	f := &front{}
	get := func(path string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		f.ServeHTTP(w, httptest.NewRequest("GET", path, nil))
		return w
	}
	if w := get("/healthz"); w.Code != http.StatusOK || w.Header().Get("X-Request-Id") == "" {
		t.Errorf("GET /healthz while starting = %d %v, want 200 and an id", w.Code, w.Header())
	}
	for _, path := range []string{"/readyz", "/api/v1/locate?lon=1&lat=1", "/"} {
		w := get(path)
		var problem struct {
			Type      string
			Status    int
			RequestID string `json:"request_id"`
		}
		if err := json.Unmarshal(w.Body.Bytes(), &problem); err != nil {
			t.Errorf("GET %s: %v", path, err)
		}
		if w.Code != 503 || problem.Status != 503 || problem.Type != "urn:gridpatrol:problem:starting" || w.Header().Get("Retry-After") == "" {
			t.Errorf("GET %s while starting = %d %v, want a problem with 503 and Retry-After", path, w.Code, problem)
		}
		if problem.RequestID == "" || w.Header().Get("X-Request-Id") != problem.RequestID {
			t.Errorf("GET %s while starting has the id %q, and %q in its header", path, problem.RequestID, w.Header().Get("X-Request-Id"))
		}
	}
	f.open(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) }))
	if w := get("/readyz"); w.Code != http.StatusTeapot {
		t.Errorf("GET /readyz once open = %d, want what the server behind answers", w.Code)
	}
}
