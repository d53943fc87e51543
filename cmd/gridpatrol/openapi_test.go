package main

import (
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/gridpatrol/gridpatrol/api/openapi"
	"github.com/gridpatrol/gridpatrol/internal/openapitest"
)

// theDocument is what answers are checked against.
var theDocument = sync.OnceValues(func() (*openapitest.Checker, error) {
	text, err := openapi.Document()
	if err != nil {
		return nil, err
	}
	return openapitest.New(text)
})

// ogcDocument is the document of /ogc, which a server gives itself.
var ogcDocument struct {
	mu      sync.Mutex
	checker *openapitest.Checker
}

// ofOGC reads the document of /ogc from the first server that gives it to
// everybody; nil where none did yet.
func ofOGC(t testing.TB, h http.Handler) *openapitest.Checker {
	t.Helper()
	ogcDocument.mu.Lock()
	defer ogcDocument.mu.Unlock()
	if ogcDocument.checker != nil {
		return ogcDocument.checker
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/ogc/api", nil))
	if w.Code != http.StatusOK {
		return nil
	}
	c, err := openapitest.New(w.Body.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	ogcDocument.checker = c
	return c
}

// described gives a handler whose answers are checked against the documents;
// those of a benchmark are not.
func described(t testing.TB, h http.Handler) http.Handler {
	t.Helper()
	if _, ok := t.(*testing.T); !ok {
		return h
	}
	c, err := theDocument()
	if err != nil {
		t.Fatal(err)
	}
	if ogc := ofOGC(t, h); ogc != nil {
		return c.Wrap(t, ogc.Wrap(t, h))
	}
	return c.Wrap(t, h)
}
