package api

import (
	"encoding/json"
	"maps"
	"net/http"
	"slices"
	"strings"
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

// described gives a handler whose answers are checked against the document.
func described(t testing.TB, h http.Handler) http.Handler {
	t.Helper()
	c, err := theDocument()
	if err != nil {
		t.Fatal(err)
	}
	return c.Wrap(t, h)
}

// inDocument reports whether a path belongs into the document.
func inDocument(path string) bool {
	return strings.HasPrefix(path, "/api/v1/") || slices.Contains([]string{"/healthz", "/readyz", "/metrics"}, path)
}

// accessOf says in a word what a route asks of its caller, as the document does.
func accessOf(n need) string {
	switch {
	case n.anyone:
		return "anyone"
	case n.signedIn:
		return "signed_in"
	case n.action != "":
		return string(n.action)
	}
	return string(n.public)
}

// TestDocumentIsTheRouter holds the document against the table of routes, both
// ways: paths, methods, and who may.
func TestDocumentIsTheRouter(t *testing.T) {
	text, err := openapi.Document()
	if err != nil {
		t.Fatal(err)
	}
	var document struct {
		Paths map[string]map[string]struct {
			Access string `json:"x-access"`
		}
	}
	if err := json.Unmarshal(text, &document); err != nil {
		t.Fatal(err)
	}
	written, served := map[string]string{}, map[string]string{}
	for path, methods := range document.Paths {
		for method, op := range methods {
			written[strings.ToUpper(method)+" "+path] = op.Access
		}
	}
	for _, rt := range newSite(t).api.routes() {
		if !inDocument(rt.path) {
			continue
		}
		served[rt.method+" "+rt.path] = accessOf(rt.need)
	}
	for _, name := range slices.Sorted(maps.Keys(served)) {
		if access, ok := written[name]; !ok {
			t.Errorf("%s is served and not in the document", name)
		} else if access != served[name] {
			t.Errorf("%s is for %q in the document, want %q", name, access, served[name])
		}
	}
	for _, name := range slices.Sorted(maps.Keys(written)) {
		if _, ok := served[name]; !ok {
			t.Errorf("%s is in the document and not served", name)
		}
	}
}

// TestProblemsAreDescribed holds the document's table of problems against the one
// that answers are made from.
func TestProblemsAreDescribed(t *testing.T) {
	written, err := openapi.Problems()
	if err != nil {
		t.Fatal(err)
	}
	for code, p := range problems {
		if w, ok := written[code]; !ok || w.Status != p.status || w.Title != p.title {
			t.Errorf("problem %s is %+v in the document, want %+v", code, w, p)
		}
	}
}
