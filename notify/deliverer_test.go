package notify

import (
	"bufio"
	"context"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/gridpatrol/gridpatrol/geo"
)

var loopback = []netip.Prefix{netip.MustParsePrefix("127.0.0.1/32")}

// run starts a deliverer; stop ends it and waits.
func run(t *testing.T, box Outbox, cfg DelivererConfig) (d *Deliverer, stop func()) {
	t.Helper()
	if cfg.Allow == nil {
		cfg.Allow = loopback
	}
	cfg.Every = 5 * time.Millisecond
	d = NewDeliverer(box, cfg)
	ctx, cancel := context.WithCancel(t.Context())
	var wg sync.WaitGroup
	wg.Go(func() { d.Run(ctx) })
	stop = sync.OnceFunc(func() { cancel(); wg.Wait() })
	t.Cleanup(stop)
	return d, stop
}

// receiver is a webhook receiver that remembers what it got.
type receiver struct {
	*httptest.Server
	answer func(n int, w http.ResponseWriter, r *http.Request) // n counts from 1

	mu  sync.Mutex
	ids []string
}

func receive(t *testing.T, answer func(n int, w http.ResponseWriter, r *http.Request)) *receiver {
	t.Helper()
	x := &receiver{answer: answer}
	x.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		x.mu.Lock()
		x.ids = append(x.ids, r.Header.Get("Webhook-Id"))
		n := len(x.ids)
		x.mu.Unlock()
		if x.answer != nil {
			x.answer(n, w, r)
		}
	}))
	t.Cleanup(x.Close)
	return x
}

func (x *receiver) got() []string {
	x.mu.Lock()
	defer x.mu.Unlock()
	return slices.Clone(x.ids)
}

func TestDeliver(t *testing.T) {
	type request struct {
		body   string
		header http.Header
	}
	got := make(chan request, 1)
	x := receive(t, func(_ int, w http.ResponseWriter, r *http.Request) {
		b, _ := io.ReadAll(r.Body)
		got <- request{string(b), r.Header}
		w.WriteHeader(http.StatusAccepted)
	})
	box, to := &memOutbox{speed: 1}, uuid.New()
	id := box.add(1, to, x.URL+"/hook")[0]
	now := time.Unix(1_800_000_123, 0)
	d, _ := run(t, box, DelivererConfig{Now: func() time.Time { return now }})
	r := <-got
	eventually(t, "the row to be done", func() bool { done, _ := box.settled(to); return done == 1 })

	want := fmt.Sprintf(`{"id":"%s","type":"report.created","timestamp":"2027-01-15T08:00:00Z","data":{"id":"x"}}`, id)
	if r.body != want {
		t.Errorf("body = %s, want %s", r.body, want)
	}
	if r.header.Get("Webhook-Id") != id.String() || r.header.Get("Webhook-Timestamp") != "1800000123" || r.header.Get("Content-Type") != "application/json" {
		t.Errorf("headers = %v", r.header)
	}
	if sig := r.header.Get("Webhook-Signature"); sig != Sign([]byte("secret"), id.String(), "1800000123", []byte(r.body)) {
		t.Errorf("Webhook-Signature = %q, does not fit", sig)
	}
	if s := d.Stats(); s != (DeliveryStats{Delivered: 1}) {
		t.Errorf("Stats = %+v, want one delivered", s)
	}
}

// The example that the Standard Webhooks libraries share.
func TestSign(t *testing.T) {
	secret, err := base64.StdEncoding.DecodeString("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
	if err != nil {
		t.Fatal(err)
	}
	got := Sign(secret, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", []byte(`{"test": 2432232314}`))
	if want := "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="; got != want {
		t.Errorf("Sign = %s, want %s", got, want)
	}
}

func TestDeliverRetries(t *testing.T) {
	x := receive(t, func(n int, w http.ResponseWriter, _ *http.Request) {
		if n < 4 {
			w.WriteHeader(http.StatusInternalServerError)
		}
	})
	box, to := &memOutbox{speed: 1000}, uuid.New()
	id := box.add(1, to, x.URL)[0]
	d, _ := run(t, box, DelivererConfig{})
	eventually(t, "the row to be done", func() bool { done, _ := box.settled(to); return done == 1 })
	if got, want := x.got(), slices.Repeat([]string{id.String()}, 4); !slices.Equal(got, want) {
		t.Errorf("received %v, want the same id four times", got)
	}
	eventually(t, "the count", func() bool { return d.Stats() == DeliveryStats{Delivered: 1, Failed: 3} })
}

func TestDeliverGivesUp(t *testing.T) {
	x := receive(t, func(_ int, w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
	box, to := &memOutbox{speed: 100_000}, uuid.New()
	box.add(1, to, x.URL)
	run(t, box, DelivererConfig{Rest: time.Millisecond})
	eventually(t, "a dead letter", func() bool { _, dead := box.settled(to); return dead == 1 })
	if n := len(x.got()); n != 12 {
		t.Errorf("asked %d times, want 12", n)
	}
	if c := box.all(to)[0].cause; c != "status 418" {
		t.Errorf("cause = %q, want status 418", c)
	}
}

// Destinations that hang or fail, with old rows by the hundred, delay nobody.
func TestDeliverStarvesNobody(t *testing.T) {
	release := make(chan struct{})
	hanging := receive(t, func(int, http.ResponseWriter, *http.Request) { <-release })
	failing := receive(t, func(_ int, w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusBadGateway) })
	good := receive(t, nil)
	defer close(release)
	box, hang, fail, ok := &memOutbox{speed: 1000}, uuid.New(), uuid.New(), uuid.New()
	box.add(300, hang, hanging.URL)
	box.add(300, fail, failing.URL)
	box.add(100, ok, good.URL)
	start := time.Now()
	d, stop := run(t, box, DelivererConfig{Workers: 3, Timeout: 3 * time.Second})
	eventually(t, "the good destination's rows", func() bool { done, _ := box.settled(ok); return done == 100 })
	if took := time.Since(start); took > 2500*time.Millisecond {
		t.Errorf("100 good rows took %v beside bad destinations, want less than one time-out", took)
	}
	if n := len(good.got()); n != 100 {
		t.Errorf("good destination got %d requests, want 100", n)
	}
	if n := len(failing.got()); n > 8 {
		t.Errorf("failing destination was asked %d times, want a rest after about 5", n)
	}
	if s := d.Stats(); s.Resting != 1 {
		t.Errorf("Resting = %d, want 1", s.Resting)
	}
	stop()
	for _, r := range append(box.all(hang), box.all(fail)...) {
		if !r.leasedUntil.IsZero() {
			t.Errorf("row %s is still leased after the end", r.ID)
		}
		if r.Attempt > 2 {
			t.Errorf("row %s counts %d attempts", r.ID, r.Attempt)
		}
	}
}

func TestDeliverComesBackAfterRest(t *testing.T) {
	var mu sync.Mutex
	broken := true
	x := receive(t, func(_ int, w http.ResponseWriter, _ *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		if broken {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
	box, to := &memOutbox{speed: 1000}, uuid.New()
	box.add(20, to, x.URL)
	d, _ := run(t, box, DelivererConfig{Rest: 50 * time.Millisecond})
	eventually(t, "the rest", func() bool { return d.Stats().Resting == 1 })
	mu.Lock()
	broken = false
	mu.Unlock()
	eventually(t, "all rows", func() bool { done, _ := box.settled(to); return done == 20 })
}

func TestDeliverTimesOut(t *testing.T) {
	release := make(chan struct{})
	x := receive(t, func(int, http.ResponseWriter, *http.Request) { <-release })
	defer close(release)
	box, to := &memOutbox{speed: 1}, uuid.New()
	box.add(1, to, x.URL)
	run(t, box, DelivererConfig{Timeout: 50 * time.Millisecond})
	eventually(t, "a failure", func() bool { return box.all(to)[0].cause != "" })
	if c := box.all(to)[0].cause; c != "timed out" {
		t.Errorf("cause = %q, want timed out", c)
	}
}

// A receiver that sends two answers to one request must not have the second
// taken for the answer to the next.
func TestDeliverToReceiverThatAnswersTwice(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var mu sync.Mutex
	seen := map[string]int{}
	var wg sync.WaitGroup
	wg.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			wg.Go(func() {
				defer c.Close()
				r, err := http.ReadRequest(bufio.NewReader(c))
				if err != nil {
					return
				}
				_, _ = io.Copy(io.Discard, r.Body)
				mu.Lock()
				seen[r.Header.Get("Webhook-Id")]++
				mu.Unlock()
				_, _ = io.WriteString(c, strings.Repeat("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok", 2))
			})
		}
	})
	box, to := &memOutbox{speed: 1000}, uuid.New()
	ids := box.add(20, to, "http://"+l.Addr().String())
	_, stop := run(t, box, DelivererConfig{})
	eventually(t, "all rows", func() bool { done, _ := box.settled(to); return done == len(ids) })
	stop()
	l.Close()
	wg.Wait()
	for _, id := range ids {
		if seen[id.String()] == 0 {
			t.Errorf("row %s counts as delivered but was never received", id)
		}
	}
}

// Two servers on one outbox deliver each row once while nothing fails.
func TestDeliverFromTwoServers(t *testing.T) {
	x := receive(t, nil)
	box := &memOutbox{speed: 1}
	to := []geo.ID{uuid.New(), uuid.New(), uuid.New()}
	var want []string
	for _, id := range to {
		for _, row := range box.add(50, id, x.URL) {
			want = append(want, row.String())
		}
	}
	run(t, box, DelivererConfig{})
	run(t, box, DelivererConfig{})
	for _, id := range to {
		eventually(t, "all rows", func() bool { done, _ := box.settled(id); return done == 50 })
	}
	got := x.got()
	slices.Sort(got)
	slices.Sort(want)
	if !slices.Equal(got, want) {
		t.Errorf("received %d requests for %d rows, want each once", len(got), len(want))
	}
}

// When the server stops, what hangs is broken off and can be taken at once.
func TestDeliverStops(t *testing.T) {
	release, in := make(chan struct{}), make(chan struct{}, 9)
	x := receive(t, func(int, http.ResponseWriter, *http.Request) { in <- struct{}{}; <-release })
	defer close(release)
	box, to := &memOutbox{speed: 1}, uuid.New()
	box.add(3, to, x.URL)
	_, stop := run(t, box, DelivererConfig{})
	<-in
	start := time.Now()
	stop()
	if took := time.Since(start); took > 2*time.Second {
		t.Errorf("stopping took %v, want no waiting for the receiver", took)
	}
	rows, _ := box.Lease(t.Context(), LeaseRequest{Max: 9, PerDestination: 9, Hold: time.Minute})
	if len(rows) != 3 {
		t.Errorf("%d rows free after the stop, want 3", len(rows))
	}
	var attempts []int
	for _, r := range rows {
		attempts = append(attempts, r.Attempt)
	}
	slices.Sort(attempts)
	if !slices.Equal(attempts, []int{1, 1, 2}) {
		t.Errorf("attempts = %v, want only the one under way to count", attempts)
	}
}

// A row whose lease ran out is somebody else's: the late outcome changes nothing.
func TestDeliverLosesLease(t *testing.T) {
	box, to := &memOutbox{speed: 1}, uuid.New()
	x := receive(t, func(int, http.ResponseWriter, *http.Request) {
		box.mu.Lock()
		box.rows[0].Attempt++ // as if another server had leased it
		box.mu.Unlock()
	})
	box.add(1, to, x.URL)
	d, _ := run(t, box, DelivererConfig{})
	eventually(t, "the loss to be counted", func() bool { return d.Stats().Lost == 1 })
	if done, dead := box.settled(to); done+dead != 0 {
		t.Error("a lost lease still settled the row")
	}
}

func TestDeliverOutlivesStore(t *testing.T) {
	x := receive(t, nil)
	box, to := &memOutbox{speed: 1, down: errDown}, uuid.New()
	box.add(1, to, x.URL)
	run(t, box, DelivererConfig{})
	time.Sleep(50 * time.Millisecond)
	box.fail(nil)
	eventually(t, "the row", func() bool { done, _ := box.settled(to); return done == 1 })
}

func TestDeliverPayloadIsNotJSON(t *testing.T) {
	box, to := &memOutbox{speed: 1}, uuid.New()
	box.add(1, to, "http://127.0.0.1:1/")
	box.rows[0].Data = json.RawMessage(`{`)
	run(t, box, DelivererConfig{})
	eventually(t, "a failure", func() bool { return box.all(to)[0].cause != "" })
}
