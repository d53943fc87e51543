package postgis

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/notify"
	"github.com/gridpatrol/gridpatrol/patrol"
)

var (
	_ notify.Sequencer = (*Store)(nil)
	_ notify.EventLog  = (*Store)(nil)
	_ notify.Outbox    = (*Store)(nil)
)

// Two servers number events while reports come in; a reader that follows the
// cursor sees every event once.
func TestSequenceWhileAccepting(t *testing.T) {
	t.Parallel()
	url := townURL(t)
	w, second := openWorld(t, url), openWorld(t, url)
	const writers, each = 4, 25
	var writing sync.WaitGroup
	for range writers {
		writing.Go(func() {
			for range each {
				if _, _, err := w.Accept(t.Context(), w.intake(t, place(1, 1), "")); err != nil {
					t.Error(err)
				}
			}
		})
	}
	var done atomic.Bool
	var numbering sync.WaitGroup
	for _, s := range []*world{w, second} {
		numbering.Go(func() {
			for {
				last := done.Load()
				n, err := s.Sequence(t.Context(), 7)
				if err != nil {
					t.Error(err)
					return
				}
				if n == 0 && last {
					return
				}
			}
		})
	}
	seen := map[string]int{}
	var cursor int64
	read := func() {
		events, err := second.EventsAfter(t.Context(), cursor, 10)
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range events {
			if e.Cursor <= cursor {
				t.Errorf("cursor %d after %d", e.Cursor, cursor)
			}
			cursor = e.Cursor
			seen[e.Type+string(e.Data)]++
		}
	}
	stop := make(chan struct{})
	go func() { writing.Wait(); done.Store(true); numbering.Wait(); close(stop) }()
	for running := true; running; {
		select {
		case <-stop:
			running = false
		default:
		}
		read()
	}
	for before := int64(-1); before != cursor; {
		before = cursor
		read()
	}
	total := w.count(t, `SELECT count(*) FROM outbox`)
	if len(seen) != total || total < writers*each {
		t.Errorf("the reader saw %d events of %d", len(seen), total)
	}
	newest, oldest, err := w.Cursor(t.Context())
	if err != nil || newest != cursor || newest != int64(total) || oldest != 1 {
		t.Errorf("Cursor = %d, %d, %v; want %d, 1", newest, oldest, err, total)
	}
}

func TestPurgeEvents(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	w.accept(t, w.intake(t, place(1, 1), ""))
	n, err := w.Sequence(t.Context(), 100)
	if err != nil || n < 3 {
		t.Fatalf("Sequence = %d, %v", n, err)
	}
	w.accept(t, w.intake(t, place(1, 1), "")) // not numbered yet, so kept
	if err := w.PurgeEvents(t.Context(), time.Now().Add(time.Minute)); err != nil {
		t.Fatal(err)
	}
	newest, oldest, err := w.Cursor(t.Context())
	if err != nil || newest != int64(n) || oldest != newest+1 {
		t.Errorf("Cursor = %d, %d, %v; want %d, %d", newest, oldest, err, n, n+1)
	}
	if m, err := w.Sequence(t.Context(), 100); err != nil || m != 1 {
		t.Errorf("Sequence after the purge = %d, %v; want 1", m, err)
	}
	if events, err := w.EventsAfter(t.Context(), newest, 10); err != nil || len(events) != 1 || events[0].Cursor != newest+1 {
		t.Errorf("EventsAfter = %v, %v", events, err)
	}
}

func TestDeliveries(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	all, err := w.AddRecipient(t.Context(), "webhook", "https://a.example/hook", []byte("s"), nil, patrol.Actor{})
	if err != nil {
		t.Fatal(err)
	}
	some, err := w.AddRecipient(t.Context(), "webhook", "https://b.example/hook", nil, []string{"report.changed"}, patrol.Actor{})
	if err != nil {
		t.Fatal(err)
	}
	for range 3 {
		w.accept(t, w.intake(t, place(1, 1), ""))
	}
	lease := func(r notify.LeaseRequest) []notify.Delivery {
		t.Helper()
		r.Kind, r.Hold = "webhook", time.Minute
		list, err := w.Lease(t.Context(), r)
		if err != nil {
			t.Fatal(err)
		}
		for _, d := range list {
			if d.Destination != all || d.URL != "https://a.example/hook" || string(d.Secret) != "s" || d.Type != "report.created" || len(d.Data) == 0 {
				t.Errorf("leased %+v", d)
			}
		}
		return list
	}
	first := lease(notify.LeaseRequest{Max: 10, PerDestination: 2})
	if len(first) != 2 || first[0].Attempt != 1 || first[1].At.Before(first[0].At) {
		t.Fatalf("Lease = %+v, want the two oldest", first)
	}
	rest := lease(notify.LeaseRequest{Max: 10, PerDestination: 10})
	if len(rest) != 1 {
		t.Fatalf("Lease = %d rows, want the one that nobody holds", len(rest))
	}
	if ok, err := w.Finish(t.Context(), first[0].ID, 1); !ok || err != nil {
		t.Errorf("Finish = %v, %v", ok, err)
	}
	if ok, err := w.Finish(t.Context(), first[0].ID, 1); ok || err != nil {
		t.Errorf("Finish again = %v, %v; want false", ok, err)
	}
	if ok, err := w.Fail(t.Context(), first[1].ID, 1, notify.Failure{Cause: "500"}); !ok || err != nil {
		t.Errorf("Fail = %v, %v", ok, err)
	}
	again := lease(notify.LeaseRequest{Max: 10, PerDestination: 10})
	if len(again) != 1 || again[0].ID != first[1].ID || again[0].Attempt != 2 {
		t.Fatalf("Lease after a failure = %+v, want it at attempt 2", again)
	}
	if ok, err := w.Finish(t.Context(), first[1].ID, 1); ok || err != nil {
		t.Errorf("Finish with the older lease = %v, %v; want false", ok, err)
	}
	if ok, err := w.Fail(t.Context(), again[0].ID, 2, notify.Failure{Dead: true, Cause: "410"}); !ok || err != nil {
		t.Errorf("Fail for good = %v, %v", ok, err)
	}
	if ok, err := w.Fail(t.Context(), rest[0].ID, 1, notify.Failure{Untried: true, RetryIn: time.Hour}); !ok || err != nil {
		t.Errorf("Fail untried = %v, %v", ok, err)
	}
	if n := w.count(t, `SELECT count(*) FROM outbox WHERE id = $1 AND attempt = 0 AND next_at > now() + interval '59 min'`, rest[0].ID); n != 1 {
		t.Error("an untried delivery counts as an attempt")
	}
	if list := lease(notify.LeaseRequest{Max: 10, PerDestination: 10}); len(list) != 0 {
		t.Errorf("Lease = %+v, want none due", list)
	}
	if n := w.count(t, `SELECT count(*) FROM outbox WHERE recipient_id = $1`, some); n != 0 {
		t.Errorf("%d rows for a recipient who asked for another type", n)
	}
	if err := w.DisableRecipient(t.Context(), all, patrol.Actor{}); err != nil {
		t.Fatal(err)
	}
	w.accept(t, w.intake(t, place(1, 1), ""))
	if list := lease(notify.LeaseRequest{Max: 10, PerDestination: 10}); len(list) != 0 {
		t.Errorf("a disabled recipient still gets %+v", list)
	}
}

// Each row is leased by one server, however many ask.
func TestLeasesAreExclusive(t *testing.T) {
	t.Parallel()
	url := townURL(t)
	w, second := openWorld(t, url), openWorld(t, url)
	if _, err := w.AddRecipient(t.Context(), "webhook", "https://a.example", nil, nil, patrol.Actor{}); err != nil {
		t.Fatal(err)
	}
	const rows = 40
	for range rows {
		w.accept(t, w.intake(t, place(1, 1), ""))
	}
	var mu sync.Mutex
	got := map[string]int{}
	var group sync.WaitGroup
	for i := range 8 {
		s := []*world{w, second}[i%2]
		group.Go(func() {
			for range rows {
				list, err := s.Lease(t.Context(), notify.LeaseRequest{Kind: "webhook", Max: 3, PerDestination: 3, Hold: time.Minute})
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				for _, d := range list {
					got[d.ID.String()]++
				}
				mu.Unlock()
			}
		})
	}
	group.Wait()
	for id, n := range got {
		if n != 1 {
			t.Errorf("row %s was leased %d times", id, n)
		}
	}
	if len(got) != rows {
		t.Errorf("%d rows were leased, want %d", len(got), rows)
	}
}

func TestListen(t *testing.T) {
	t.Parallel()
	url := townURL(t)
	w, second := openWorld(t, url), openWorld(t, url)
	ctx, cancel := context.WithCancel(t.Context())
	heard := make(chan struct{}, 1)
	var hints atomic.Int64
	ended := make(chan error, 1)
	go func() {
		ended <- second.Listen(ctx, func() {
			hints.Add(1)
			select {
			case heard <- struct{}{}:
			default:
			}
		})
	}()
	await := func(what string, within time.Duration) {
		t.Helper()
		select {
		case <-heard:
		case <-time.After(within):
			t.Errorf("%s was not heard within %v", what, within)
		}
	}
	await("the start", 5*time.Second)
	if _, err := w.Publish(t.Context(), Publication{Base: 1, Areas: town(3)}); err != nil {
		t.Fatal(err)
	}
	await("a publish", time.Second)
	if err := second.b.Refresh(t.Context()); err != nil || second.b.Current().Revision.Number != 2 {
		t.Errorf("the other server is at revision %d, %v", second.b.Current().Revision.Number, err)
	}
	before := hints.Load()
	const cut = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
		WHERE datname = current_database() AND application_name = 'gridpatrol listen'`
	if _, err := w.pool.Exec(t.Context(), cut); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(5 * time.Second); hints.Load() == before && time.Now().Before(deadline); {
		time.Sleep(10 * time.Millisecond)
	}
	if hints.Load() == before {
		t.Error("nothing was looked up after the connection was cut")
	}
	w.accept(t, w.intake2(t))
	if _, err := w.Sequence(t.Context(), 100); err != nil {
		t.Fatal(err)
	}
	await("numbering after a reconnect", 3*time.Second)
	cancel()
	select {
	case err := <-ended:
		if !errors.Is(err, context.Canceled) {
			t.Errorf("Listen = %v, want the context's error", err)
		}
	case <-time.After(2 * time.Second):
		t.Error("Listen did not end with its context")
	}
}

// intake2 is an intake on what is in force now.
func (w *world) intake2(t testing.TB) patrol.Intake {
	w.refresh(t)
	return w.intake(t, place(1, 1), "")
}
