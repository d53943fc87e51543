package api

import (
	"encoding/json"
	"io"
	"log/slog"
	"math"
	"math/rand/v2"
	"net/http/httptest"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
)

// The answer of a lookup is what encoding/json makes of a locateAnswer, to the
// byte: anywhere in the demo district and round it, with every accuracy.
func TestLocateAnswerIsThatOfEncodingJSON(t *testing.T) {
	s, err := demoServer(slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		t.Fatal(err)
	}
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rnd := rand.New(rand.NewPCG(seed, 3))
	bound := s.now().Index.Bound().Pad(.02)
	longest := 0
	for i := range 2000 {
		p, _ := geo.Round(orb.Point{
			bound.Min[0] + rnd.Float64()*(bound.Max[0]-bound.Min[0]),
			bound.Min[1] + rnd.Float64()*(bound.Max[1]-bound.Min[1]),
		})
		accuracyM := []float64{0, 5, 50, 500}[i%4]
		if i%200 == 1 {
			accuracyM = maxAccuracyM // every grid, which takes a while
		}
		if i%100 == 0 {
			p = orb.Point{-p[0], p[1] / 1e7} // far away, with an exponent
			p, _ = geo.Round(p)
		}
		raw := string(appendNumber([]byte("lon="), p[0])) + string(appendNumber([]byte("&lat="), p[1])) + string(appendNumber([]byte("&accuracy_m="), accuracyM))
		w := httptest.NewRecorder()
		s.Handler().ServeHTTP(w, httptest.NewRequest("GET", "/api/v1/locate?"+raw, nil))
		world := s.now()
		want, err := json.Marshal(world.contacts(access.Anonymous()).locate(p, accuracyM))
		if err != nil {
			t.Fatal(err)
		}
		if got := w.Body.String(); w.Code != 200 || got != string(want)+"\n" || w.Header().Get("Content-Type") != "application/json" {
			t.Fatalf("%s = %d %s, want %s", raw, w.Code, got, want)
		}
		longest = max(longest, len(want))
	}
	if longest < 2048 {
		t.Errorf("the longest answer has %d bytes: none was long", longest)
	}
}

// A long answer says its length, as a short one does.
func TestLongLocateAnswer(t *testing.T) {
	s, err := demoServer(slog.New(slog.NewTextHandler(io.Discard, nil)))
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(s.Handler())
	defer server.Close()
	for accuracy, long := range map[string]bool{"0": false, "100000": true} {
		for _, encoding := range []string{"identity", "gzip"} {
			r := httptest.NewRequest("GET", server.URL+"/api/v1/locate?lon=125.66&lat=43.52&accuracy_m="+accuracy, nil)
			r.RequestURI = ""
			r.Header.Set("Accept-Encoding", encoding)
			w, err := server.Client().Do(r)
			if err != nil {
				t.Fatal(err)
			}
			body, err := io.ReadAll(w.Body)
			w.Body.Close()
			if err != nil {
				t.Fatal(err)
			}
			if compressed := w.Header.Get("Content-Encoding") == "gzip"; compressed != (long && encoding == "gzip") {
				t.Errorf("accuracy %s, %s: compressed %v", accuracy, encoding, compressed)
			} else if !compressed && (w.ContentLength != int64(len(body)) || long != (len(body) > 2048) || !json.Valid(body)) {
				t.Errorf("accuracy %s, %s: Content-Length %d, %d bytes", accuracy, encoding, w.ContentLength, len(body))
			}
		}
	}
}

// What is kept for everybody changes with people, rules and boundaries, and is
// nobody's who is signed in.
func TestNoticesChange(t *testing.T) {
	now := testNow
	s := newSite(t, func(c *Config) { c.Now = func() time.Time { return now } })
	const path = "/api/v1/locate?lon=125.62&lat=43.55"
	first := s.get(path, "").Body.String()
	if again := s.get(path, "").Body.String(); again != first {
		t.Errorf("the answer is %s, then %s", first, again)
	}
	if officer := s.get(path, s.token(access.Officer, id(4))).Body.String(); officer == first {
		t.Error("an officer of the place reads what everybody reads")
	}
	if again := s.get(path, "").Body.String(); again != first {
		t.Errorf("after an officer everybody reads %s, want %s", again, first)
	}
	past := s.get(path+"&at=2024-06-01T00:00:00Z", "") // before anybody held a post, and before boundaries
	wantProblem(t, past, 404, "not-found")
	// The chief is the only public one; the day before nobody held the post.
	now = time.Date(2024, 12, 31, 23, 59, 59, 0, time.UTC)
	before := want[locateAnswer](t, s.get(path, ""), 200)
	for _, a := range before.Responsible {
		if a.Name != "" {
			t.Errorf("%s answered before they had the post", a.Name)
		}
	}
	now = now.Add(time.Second)
	if got := s.get(path, "").Body.String(); got != first {
		t.Errorf("from the first day on the answer is %s, want %s", got, first)
	}
	s.store.duties = duties(t)
	s.store.duties.Rulebook.Rules = s.store.duties.Rulebook.Rules[:0]
	if got := want[locateAnswer](t, s.get(path, ""), 200); len(got.Responsible) != 0 {
		t.Errorf("without rules %v answer", got.Responsible)
	}
	next := town(t)
	next.Revision.Number = 4
	s.store.snapshot = next
	if got := want[locateAnswer](t, s.get(path, ""), 200); got.Revision != 4 {
		t.Errorf("revision = %d after a publish, want 4", got.Revision)
	}
}

func FuzzAppendNumber(f *testing.F) {
	for _, x := range []float64{0, math.Copysign(0, -1), 1, -1.5, 1e-6, 9.99e-7, 1e-7, -1e-10, 1e20, 1e21, 1.25e300, 5e-324, 125.6234567, math.MaxFloat64} {
		f.Add(x)
	}
	f.Fuzz(func(t *testing.T, x float64) {
		if math.IsNaN(x) || math.IsInf(x, 0) {
			return
		}
		want, err := json.Marshal(x)
		if got := appendNumber(nil, x); err != nil || string(got) != string(want) {
			t.Errorf("appendNumber(%v) = %s, want %s, %v", x, got, want, err)
		}
	})
}

func FuzzAppendText(f *testing.F) {
	for _, s := range []string{"", "220112001C001", `a"b\c`, "<&>", "网格", "\x00\x1f\x7f", "\xff", "\u2028"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		want, err := json.Marshal(s)
		if got := appendText(nil, s); err != nil || string(got) != string(want) {
			t.Errorf("appendText(%q) = %s, want %s, %v", s, got, want, err)
		}
	})
}
