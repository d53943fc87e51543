package apifuzz

import (
	"bytes"
	"net/url"
	"reflect"
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
