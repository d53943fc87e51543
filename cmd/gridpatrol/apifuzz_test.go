package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/api/openapi"
	"github.com/gridpatrol/gridpatrol/internal/apifuzz"
	"github.com/gridpatrol/gridpatrol/internal/openapitest"
)

// TestRandomRequests sends requests made from the two documents, in part such as
// they do not allow, as several callers, to a server with a database, and
// expects no failure of the server and no answer that is not as documented. What
// they change stays changed for those that follow.
//
// GRIDPATROL_FUZZ is for how long, such as 10m, instead of some seconds;
// GRIDPATROL_FUZZ_SEED begins elsewhere than the test does each time.
func TestRandomRequests(t *testing.T) {
	length, seed := 8*time.Second, uint64(1)
	if text := os.Getenv("GRIDPATROL_FUZZ"); text != "" {
		var err error
		if length, err = time.ParseDuration(text); err != nil {
			t.Fatal(err)
		}
	}
	if text := os.Getenv("GRIDPATROL_FUZZ_SEED"); text != "" {
		var err error
		if seed, err = strconv.ParseUint(text, 10, 64); err != nil {
			t.Fatal(err)
		}
	}
	w := newScopeWorld(t)
	ours, err := openapi.Document()
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range []struct {
		name, prefix string
		text         []byte
	}{
		{"the API's own", "", ours},
		{"OGC's", "/ogc", request(w.serving, "GET", "/ogc/api", "").body},
	} {
		t.Run(d.name, func(t *testing.T) {
			w.t = t
			f, err := apifuzz.New(d.text, d.prefix, seed)
			if err != nil {
				t.Fatal(err)
			}
			c, err := openapitest.New(d.text)
			if err != nil {
				t.Fatal(err)
			}
			r := randomRun{scopeWorld: w, Fuzzer: f, Checker: c, found: map[string]string{}, statuses: map[int]int{}}
			r.teach()
			r.wrongParameters(t)
			r.otherMethods(t)
			for end := time.Now().Add(length / 2); time.Now().Before(end); {
				r.round(t)
			}
			for _, fault := range slices.Sorted(maps.Keys(r.found)) {
				t.Errorf("%s\n\tof %s", fault, r.found[fault])
			}
			t.Logf("seed %d: %d requests of %d operations: %v", seed, r.sent, f.Operations(), r.statuses)
			if r.statuses[200] == 0 || r.statuses[400] == 0 {
				t.Error("no request was answered, or none refused")
			}
		})
	}
}

// randomRun is one document's part of the test.
type randomRun struct {
	*scopeWorld
	*apifuzz.Fuzzer
	*openapitest.Checker
	callers  []*caller
	found    map[string]string // faults, and the first request that shows each
	statuses map[int]int
	sent     int
}

// teach tells of what the world has, so that requests find something.
func (r *randomRun) teach() {
	for _, s := range []*side{r.here, r.there} {
		r.Teach("id", s.report, s.plan, s.seat.String(), s.handover)
		r.Teach("reports/id", s.report)
		r.Teach("plans/id", s.plan)
		r.Teach("handovers/id", s.handover)
		r.Teach("accounts/id", s.account.String())
		r.Teach("tokens/id", s.token.String())
		r.Teach("sessions/id", s.session.String())
		r.Teach("code", s.grid.Code, s.township.Code, s.village.Code)
		r.Teach("featureId", s.grid.Code, s.township.Code, s.report)
		r.Teach("X-Follow-Secret", s.secret)
		r.Teach("seat", s.seat.String())
		r.Teach("person", s.chief.String())
	}
	r.Teach("kind", "grid", "township", "village", "district")
	r.Teach("tileMatrix", "10", "12")
	r.Teach("tileRow", "374", "1497")
	r.Teach("tileCol", "869", "3477")
}

// renew gives the callers: nobody, and one of each role. What was done may have
// put an end to the tokens of others.
func (r *randomRun) renew() {
	r.callers = []*caller{{name: "nobody"}}
	for _, role := range []access.Role{access.Admin, access.Planner, access.Dispatcher, access.Officer, access.Consumer} {
		t := access.Token{Role: role}
		if role == access.Officer {
			t.AreaIDs = append(t.AreaIDs, r.here.grid.ID)
		}
		r.callers = append(r.callers, &caller{name: string(role), role: role, header: bearer(r.token(r.store, t).text)})
	}
}

// round sends one request of each operation. Most are an administrator's, who
// may do most.
func (r *randomRun) round(t *testing.T) {
	r.renew()
	for range r.Operations() {
		q := r.Next()
		by := r.callers[1]
		if r.sent%2 == 0 {
			by = r.callers[(r.sent/2)%len(r.callers)]
		}
		r.send(t, q, by)
	}
}

// wrongParameters asks with every parameter of a query in turn being what its
// schema does not allow, and with one that there is not: who mistypes a parameter
// must not be given the answer to another question. Probes may add what they like.
func (r *randomRun) wrongParameters(t *testing.T) {
	r.renew()
	for _, q := range r.WrongParameters() {
		before := maps.Clone(r.statuses)
		r.send(t, q, r.callers[1])
		for status, n := range r.statuses {
			if n > before[status] && status < 400 && !slices.Contains([]string{"/healthz", "/readyz", "/metrics"}, strings.Fields(q.Of)[1]) {
				t.Errorf("%s: %d of %s", q.Of, status, q.URL)
			}
		}
	}
	if r.statuses[400] < 50 {
		t.Errorf("only %d requests were refused for what they say", r.statuses[400])
	}
}

// otherMethods asks every path by the methods that it does not have.
func (r *randomRun) otherMethods(t *testing.T) {
	for _, q := range r.OtherMethods() {
		before := r.statuses[http.StatusMethodNotAllowed]
		r.send(t, q, r.callers[1])
		if r.statuses[http.StatusMethodNotAllowed] == before {
			t.Errorf("%s is not refused as a method that is not there: %s", q.Of, q.URL)
		}
	}
}

// slowest is how long any answer may take.
const slowest = 20 * time.Second

func (r *randomRun) send(t *testing.T, q apifuzz.Request, by *caller) {
	r.sent++
	patience := slowest
	if q.Stream {
		patience = 100 * time.Millisecond
	}
	ctx, stop := context.WithTimeout(t.Context(), patience)
	defer stop()
	out, err := http.NewRequestWithContext(ctx, q.Method, r.serving.url+q.URL, bytes.NewReader(q.Body))
	if err != nil {
		t.Fatalf("%s %q: %v", q.Method, q.URL, err)
	}
	out.Header.Set("Accept-Encoding", "identity")
	for name, value := range q.Header {
		out.Header.Set(name, value)
	}
	for i := 0; i < len(by.header); i += 2 {
		out.Header.Set(by.header[i], by.header[i+1])
	}
	said := fmt.Sprintf("%s: %s %.1000s %v %.2000q", by.name, q.Method, q.URL, q.Header, q.Body)
	fault := func(format string, a ...any) {
		line := fmt.Sprintf(format, a...)
		if _, ok := r.found[line]; !ok {
			r.found[line] = said
		}
	}
	in, err := http.DefaultTransport.RoundTrip(out) // a redirect is an answer
	if err != nil {
		if !q.Stream {
			fault("%s: no answer: %v", q.Of, err)
		}
		return
	}
	defer in.Body.Close()
	body, err := io.ReadAll(in.Body)
	if err != nil && !q.Stream {
		fault("%s: an answer %d that ends too soon: %v", q.Of, in.StatusCode, err)
		return
	}
	r.statuses[in.StatusCode]++
	if in.StatusCode >= 500 {
		fault("%s: %d %.300s", q.Of, in.StatusCode, withoutID.ReplaceAllString(string(body), ""))
	}
	if q.Stream {
		return
	}
	for _, line := range r.Faults(q.Method, out.URL.Path, in.StatusCode, in.Header, body) {
		fault("%s", line)
	}
	if !strings.HasPrefix(q.URL, "/ogc") || in.StatusCode == http.StatusOK {
		r.Learn(q, in.StatusCode, body)
	}
}

// withoutID leaves out what is another with every request.
var withoutID = regexp.MustCompile(`"instance":"[^"]*",?|"request_id":"[^"]*",?`)
