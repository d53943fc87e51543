package main

import (
	"net/http"
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

// described gives a handler whose answers are checked against the document;
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
	return c.Wrap(t, h)
}
