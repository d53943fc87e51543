package apifuzz

import (
	"bytes"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/gridpatrol/gridpatrol/api/openapi"
)

// TestRequestsAreOfTheDocument makes a round of requests of each operation, twice
// from the same seed.
func TestRequestsAreOfTheDocument(t *testing.T) {
	text, err := openapi.Document()
	if err != nil {
		t.Fatal(err)
	}
	fuzzer := func(seed uint64) *Fuzzer {
		f, err := New(text, "", seed)
		if err != nil {
			t.Fatal(err)
		}
		f.Learn(Request{URL: "/api/v1/plans"}, 200, []byte(`{"plans":[{"id":"p1","title":"x"}]}`))
		return f
	}
	f, again, other := fuzzer(1), fuzzer(1), fuzzer(2)
	of, learnt, bodies, different := map[string]bool{}, false, 0, false
	for range 5 * f.Operations() {
		r, same := f.Next(), again.Next()
		if r.URL != same.URL || !bytes.Equal(r.Body, same.Body) {
			t.Fatalf("one seed gives %s %q and %s %q", r.URL, r.Body, same.URL, same.Body)
		}
		different = different || !reflect.DeepEqual(r, other.Next())
		of[r.Of] = true
		learnt = learnt || strings.HasPrefix(r.URL, "/api/v1/plans/p1")
		bodies += min(len(r.Body), 1)
		if u, err := url.Parse(r.URL); err != nil || !strings.HasPrefix(u.Path, "/") || r.Method == "" {
			t.Errorf("%s %q is no request: %v", r.Method, r.URL, err)
		}
	}
	if len(of) != f.Operations() {
		t.Errorf("%d operations were asked for, want %d", len(of), f.Operations())
	}
	if !learnt || bodies == 0 || !different {
		t.Errorf("an answer's id was used: %v; %d requests had a body; another seed gave others: %v", learnt, bodies, different)
	}
}

func TestWrongParameters(t *testing.T) {
	f, err := New([]byte(`{"paths": {"/things/{id}": {
		"get": {
			"parameters": [
				{"name": "id", "in": "path", "required": true, "schema": {"type": "string"}},
				{"name": "days", "in": "query", "schema": {"$ref": "#/components/schemas/days"}},
				{"name": "kinds", "in": "query", "schema": {"type": "array", "items": {"enum": ["a", "b"]}}},
				{"name": "since", "in": "query", "schema": {"type": "string", "format": "date-time"}},
				{"name": "text", "in": "query", "schema": {"type": "string"}},
				{"name": "n", "in": "query", "required": true, "schema": {"const": 7}}],
			"responses": {"200": {"description": "a thing"}}},
		"post": {"responses": {"200": {"description": "a thing"}}}}},
		"components": {"schemas": {"days": {"type": "integer"}}}}`), "/x", 1)
	if err != nil {
		t.Fatal(err)
	}
	f.Teach("id", "1")
	var got []string
	for _, r := range f.WrongParameters() {
		got = append(got, r.Method+" "+r.URL)
	}
	want := []string{"no-such-parameter=1", "days=abc", "kinds=no-such-value", "since=abc"}
	if len(got) != len(want) {
		t.Fatalf("%q, want one each of %q", got, want)
	}
	for i, query := range want {
		v, err := url.ParseQuery(query + "&n=7")
		if err != nil {
			t.Fatal(err)
		}
		if path, rest, _ := strings.Cut(got[i], "?"); !strings.HasPrefix(path, "GET /x/things/") || rest != v.Encode() {
			t.Errorf("%s, want the query %s", got[i], v.Encode())
		}
	}
	var others []string
	for _, r := range f.OtherMethods() {
		others = append(others, r.Of)
	}
	if want := []string{"PUT /x/things/{id}", "PATCH /x/things/{id}", "DELETE /x/things/{id}"}; !slices.Equal(others, want) {
		t.Errorf("other methods %q, want %q", others, want)
	}
}
