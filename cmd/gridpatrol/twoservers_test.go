package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/gridpatrol/gridpatrol/api"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/notify"
	"github.com/gridpatrol/gridpatrol/postgis"
)

// serving is a whole server in this process.
type serving struct {
	*server
	url     string
	handler http.Handler // what the url serves
}

// serveTest runs a server on the database until the test ends.
func serveTest(t testing.TB, databaseURL string, change ...func(*serverConfig)) *serving {
	t.Helper()
	ctx, stop := context.WithCancel(context.Background())
	store, err := postgis.Open(ctx, postgis.Config{
		URL: databaseURL, District: "220112", MaxConns: 8, ContactKey: bytes.Repeat([]byte{7}, keySize),
	})
	if err != nil {
		t.Fatal(err)
	}
	config := serverConfig{
		store: store, district: "220112", dataDir: t.TempDir(), public: api.PublicMap,
		deliverer: notify.DelivererConfig{Allow: []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")}},
		log:       slog.New(slog.DiscardHandler),
	}
	for _, c := range change {
		c(&config)
	}
	s, err := newServer(ctx, config)
	if err != nil {
		t.Fatal(err)
	}
	handler := described(t, s.api.Handler())
	front := httptest.NewServer(handler)
	ended := make(chan struct{})
	go func() { defer close(ended); s.run(ctx) }()
	t.Cleanup(func() {
		s.api.Close()
		front.Close()
		stop()
		<-ended
		s.close()
		store.Close()
	})
	return &serving{s, front.URL, handler}
}

// TestTwoServersSeeAPublish publishes on one server and asks the other.
func TestTwoServersSeeAPublish(t *testing.T) {
	url := districtDatabase(t)
	a, b := serveTest(t, url), serveTest(t, url)
	areas := make([]geo.Area, 0, a.boundaries.Current().Index.Len())
	for _, area := range a.boundaries.Current().Index.All() {
		next := *area
		if next.Ref() == (geo.Ref{Kind: geo.Township, Code: "220112001"}) {
			next.Name = "改名街道"
		}
		areas = append(areas, next)
	}
	rev, err := a.store.Publish(context.Background(), postgis.Publication{Base: 1, Areas: areas, Note: "a new name", Actor: system})
	if err != nil {
		t.Fatal(err)
	}
	committed := time.Now()
	for name, s := range map[string]*serving{"the publishing server": a, "the other server": b} {
		eventually(t, name+" serves the new revision", func() bool {
			var got struct{ Revision int }
			getJSON(t, s.url+"/api/v1/locate?lon=125.66&lat=43.52", &got)
			return got.Revision == rev.Number
		})
		took := time.Since(committed)
		t.Logf("%s served revision %d %s after the commit", name, rev.Number, took.Round(time.Millisecond))
		if took > 5*time.Second {
			t.Errorf("%s took %s to follow a publish", name, took)
		}
		var got struct {
			Areas map[geo.Kind]*geo.Name
		}
		getJSON(t, s.url+"/api/v1/locate?lon=125.66&lat=43.52", &got)
		if n := got.Areas[geo.Township]; n == nil || n.Name != "改名街道" {
			t.Errorf("%s names the township %v, want 改名街道", name, n)
		}
	}
}

// TestTwoServersTellOnce sends reports to both servers: each is heard of on the
// event streams of both, and delivered to a webhook once.
func TestTwoServersTellOnce(t *testing.T) {
	url := districtDatabase(t)
	a, b := serveTest(t, url), serveTest(t, url)
	received := newReceiver(t)
	ctx := context.Background()
	if _, err := a.store.AddRecipient(ctx, "webhook", received.url, []byte("secret"), []string{"report.created"}, system); err != nil {
		t.Fatal(err)
	}
	token := makeToken(t, a.store, "dispatcher")
	streams := map[string]*stream{"first": openStream(t, a.url, token), "second": openStream(t, b.url, token)}

	const each = 15
	client := &http.Client{Timeout: 10 * time.Second}
	want := make(map[string]time.Time)
	for i := range 2 * each {
		s := []*serving{a, b}[i%2]
		key := uuid.NewString()
		body := fmt.Appendf(nil, `{"category":"infrastructure","description":%q,"lon":125.66,"lat":43.52}`, key)
		id, err := send(client, s.url, body, key, true)
		if err != nil {
			t.Fatal(err)
		}
		want[id] = time.Now()
	}
	for name, st := range streams {
		eventually(t, name+" stream has every report", func() bool { return st.has(want) })
		t.Logf("the %s server's stream heard of the slowest report after %s", name, st.slowest(want).Round(time.Millisecond))
		if doubled := st.doubled(); len(doubled) > 0 {
			t.Errorf("the %s server's stream told of %v twice", name, doubled)
		}
	}
	eventually(t, "the webhook has every report", func() bool { return received.reports() == len(want) })
	time.Sleep(1500 * time.Millisecond) // for a second delivery that must not come
	if n := received.requests(); n != len(want) {
		t.Errorf("the webhook was called %d times for %d reports, want once each", n, len(want))
	}
}

// receiver is a webhook that counts what it gets.
type receiver struct {
	url string
	mu  sync.Mutex
	got map[string]int // by Webhook-Id
}

func newReceiver(t *testing.T) *receiver {
	r := &receiver{got: make(map[string]int)}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		_, _ = io.Copy(io.Discard, req.Body)
		r.mu.Lock()
		defer r.mu.Unlock()
		r.got[req.Header.Get("Webhook-Id")]++
	}))
	t.Cleanup(s.Close)
	r.url = s.URL
	return r
}

func (r *receiver) reports() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return len(r.got)
}

func (r *receiver) requests() (n int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, times := range r.got {
		n += times
	}
	return n
}

// stream collects the reports that an event stream tells of.
type stream struct {
	mu    sync.Mutex
	heard map[string][]time.Time
}

// openStream returns when the stream is open, so that nothing can be missed.
func openStream(t *testing.T, url, token string) *stream {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url+"/api/v1/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", "Bearer "+token)
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("GET /api/v1/events: %s", resp.Status)
	}
	s := &stream{heard: make(map[string][]time.Time)}
	lines := bufio.NewScanner(resp.Body)
	lines.Scan() // the first line comes once the stream is subscribed
	done := make(chan struct{})
	go func() {
		defer close(done)
		for event := ""; lines.Scan(); {
			if e, ok := strings.CutPrefix(lines.Text(), "event: "); ok {
				event = e
			}
			data, ok := strings.CutPrefix(lines.Text(), "data: ")
			if !ok || event != "report.created" {
				continue
			}
			var report struct{ ID string }
			if json.Unmarshal([]byte(data), &report) == nil {
				s.mu.Lock()
				s.heard[report.ID] = append(s.heard[report.ID], time.Now())
				s.mu.Unlock()
			}
		}
	}()
	t.Cleanup(func() { cancel(); resp.Body.Close(); <-done })
	return s
}

func (s *stream) has(want map[string]time.Time) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id := range want {
		if len(s.heard[id]) == 0 {
			return false
		}
	}
	return true
}

func (s *stream) doubled() (ids []string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, times := range s.heard {
		if len(times) > 1 {
			ids = append(ids, id)
		}
	}
	return ids
}

// slowest is the longest time from a report's answer to its event.
func (s *stream) slowest(answered map[string]time.Time) (longest time.Duration) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for id, at := range answered {
		longest = max(longest, s.heard[id][0].Sub(at))
	}
	return longest
}

func getJSON(t *testing.T, url string, into any) {
	t.Helper()
	resp, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		t.Fatalf("GET %s: %s", url, resp.Status)
	}
	if err := json.NewDecoder(resp.Body).Decode(into); err != nil {
		t.Fatal(err)
	}
}
