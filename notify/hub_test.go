package notify

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// hub runs body beside a running Hub, in a bubble with its own time.
func hub(t *testing.T, cfg HubConfig, body func(t *testing.T, l *memLog, h *Hub)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		l := &memLog{}
		l.add("a", "b", "c") // cursors 1, 2, 3
		h := NewHub(l, cfg)
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() { h.Run(ctx) })
		body(t, l, h)
		cancel()
		wg.Wait()
	})
}

func subscribe(t *testing.T, h *Hub, after int64, visible func(patrol.StreamEvent) bool) *Subscription {
	t.Helper()
	s, err := h.Subscribe(t.Context(), after, visible)
	if err != nil {
		t.Fatalf("Subscribe(%d) = %v", after, err)
	}
	return s
}

// got takes what has come so far, as "type@cursor".
func got(s *Subscription) []string {
	synctest.Wait()
	var list []string
	for {
		select {
		case e, ok := <-s.Events():
			if !ok {
				return append(list, fmt.Sprint("end: ", s.Err()))
			}
			list = append(list, fmt.Sprintf("%s@%d", e.Type, e.Cursor))
		default:
			return list
		}
	}
}

func wantEvents(t *testing.T, s *Subscription, want ...string) {
	t.Helper()
	if list := got(s); !slices.Equal(list, want) {
		t.Errorf("events = %q, want %q", list, want)
	}
}

func TestHubReplaysThenGoesLive(t *testing.T) {
	hub(t, HubConfig{}, func(t *testing.T, l *memLog, h *Hub) {
		one, zero, live := subscribe(t, h, 1, nil), subscribe(t, h, 0, nil), subscribe(t, h, Live, nil)
		if one.From != 1 || live.From != 3 {
			t.Errorf("From = %d and %d, want 1 and 3", one.From, live.From)
		}
		wantEvents(t, one, "b@2", "c@3")
		wantEvents(t, zero, "a@1", "b@2", "c@3")
		wantEvents(t, live)
		l.add("d")
		h.Hint()
		for _, s := range []*Subscription{one, zero, live} {
			wantEvents(t, s, "d@4")
		}
		if n := h.Subscribers(); n != 3 {
			t.Errorf("Subscribers = %d, want 3", n)
		}
	})
}

// TestHubWaitsBefore: nobody hears of what this process has not caught up with.
func TestHubWaitsBefore(t *testing.T) {
	var seen []string
	takes := time.Second
	before := func(ctx context.Context, events []patrol.StreamEvent) {
		for _, e := range events {
			seen = append(seen, e.Type)
		}
		sleep(ctx, takes)
	}
	hub(t, HubConfig{Before: before}, func(t *testing.T, l *memLog, h *Hub) {
		s := subscribe(t, h, Live, nil)
		l.add("d")
		h.Hint()
		wantEvents(t, s)
		if !slices.Equal(seen, []string{"d"}) {
			t.Errorf("it was asked to catch up with %q, want d", seen)
		}
		time.Sleep(takes)
		wantEvents(t, s, "d@4")
	})
}

func TestHubLostHint(t *testing.T) {
	hub(t, HubConfig{}, func(t *testing.T, l *memLog, h *Hub) {
		s := subscribe(t, h, Live, nil)
		l.add("d")
		wantEvents(t, s)
		time.Sleep(2 * time.Second)
		wantEvents(t, s, "d@4")
	})
}

func TestHubReadsOnceForAll(t *testing.T) {
	hub(t, HubConfig{}, func(t *testing.T, l *memLog, h *Hub) {
		for range 50 {
			subscribe(t, h, Live, nil)
		}
		synctest.Wait()
		before := l.reads
		l.add("d")
		h.Hint()
		synctest.Wait()
		if n := l.reads - before; n != 1 {
			t.Errorf("an event for 50 subscribers took %d reads, want 1", n)
		}
	})
}

func TestHubShowsOnlyWhatIsVisible(t *testing.T) {
	hub(t, HubConfig{}, func(t *testing.T, l *memLog, h *Hub) {
		s := subscribe(t, h, 0, func(e patrol.StreamEvent) bool { return e.Type != "b" })
		wantEvents(t, s, "a@1", "c@3")
		l.add("b", "d")
		h.Hint()
		wantEvents(t, s, "d@5")
	})
}

func TestHubResets(t *testing.T) {
	hub(t, HubConfig{}, func(t *testing.T, l *memLog, h *Hub) {
		l.purge(2)
		hide := func(patrol.StreamEvent) bool { return false }
		wantEvents(t, subscribe(t, h, 0, hide), "reset@3") // too old; shown whatever is visible
		wantEvents(t, subscribe(t, h, 99, nil), "reset@3") // from the future
		wantEvents(t, subscribe(t, h, 2, nil), "c@3")      // just old enough
		l.purge(1)
		wantEvents(t, subscribe(t, h, 2, nil), "reset@3")
		wantEvents(t, subscribe(t, h, 3, nil))
	})
}

func TestHubSeesLogPutBack(t *testing.T) {
	hub(t, HubConfig{}, func(t *testing.T, l *memLog, h *Hub) {
		s := subscribe(t, h, 2, nil)
		wantEvents(t, s, "c@3")
		l.restore(1)
		time.Sleep(2 * time.Second)
		wantEvents(t, s, "reset@1")
		l.add("x")
		h.Hint()
		wantEvents(t, s, "x@2")
	})
}

func TestHubCutsTheSlowOnly(t *testing.T) {
	hub(t, HubConfig{Buffer: 4}, func(t *testing.T, l *memLog, h *Hub) {
		slow, quick := subscribe(t, h, Live, nil), subscribe(t, h, Live, nil)
		for range 6 {
			l.add("e")
			h.Hint()
			if n := len(got(quick)); n != 1 {
				t.Errorf("quick subscriber got %d events, want 1", n)
			}
		}
		list := got(slow)
		if want := []string{"e@4", "e@5", "e@6", "e@8", "end: subscriber too slow"}; !slices.Equal(list, want) {
			t.Errorf("slow subscriber got %q, want %q", list, want)
		}
		if !errors.Is(slow.Err(), ErrSlow) || h.Subscribers() != 1 {
			t.Errorf("Err = %v with %d subscribers left, want ErrSlow and 1", slow.Err(), h.Subscribers())
		}
	})
}

func TestHubCutsStalledReplay(t *testing.T) {
	hub(t, HubConfig{Buffer: 1}, func(t *testing.T, _ *memLog, h *Hub) {
		s := subscribe(t, h, 0, nil)
		time.Sleep(31 * time.Second)
		wantEvents(t, s, "a@1", "end: subscriber too slow")
	})
}

func TestHubEnds(t *testing.T) {
	t.Run("subscriber's context", func(t *testing.T) {
		hub(t, HubConfig{}, func(t *testing.T, _ *memLog, h *Hub) {
			ctx, cancel := context.WithCancel(t.Context())
			s, err := h.Subscribe(ctx, 0, nil)
			if err != nil {
				t.Fatal(err)
			}
			synctest.Wait()
			cancel()
			wantEvents(t, s, "a@1", "b@2", "c@3", "end: context canceled")
			if n := h.Subscribers(); n != 0 {
				t.Errorf("Subscribers = %d, want 0", n)
			}
		})
	})
	t.Run("hub", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			h := NewHub(&memLog{}, HubConfig{})
			ctx, cancel := context.WithCancel(t.Context())
			var wg sync.WaitGroup
			wg.Go(func() { h.Run(ctx) })
			s := subscribe(t, h, Live, nil)
			cancel()
			wg.Wait()
			wantEvents(t, s, "end: event hub closed")
			if _, err := h.Subscribe(t.Context(), Live, nil); !errors.Is(err, geo.ErrUnavailable) {
				t.Errorf("Subscribe after the end = %v, want ErrUnavailable", err)
			}
		})
	})
}

func TestHubStoreDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &memLog{down: errDown}
		h := NewHub(l, HubConfig{})
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() { h.Run(ctx) })
		short, stop := context.WithTimeout(ctx, time.Second)
		if _, err := h.Subscribe(short, Live, nil); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("Subscribe before the first read = %v, want a timeout", err)
		}
		stop()
		l.fail(nil)
		s := subscribe(t, h, Live, nil)
		l.fail(errDown)
		h.Hint()
		if _, err := h.Subscribe(ctx, 0, nil); !errors.Is(err, errDown) {
			t.Errorf("Subscribe with the store down = %v, want its error", err)
		}
		l.fail(nil)
		l.add("a")
		time.Sleep(3 * time.Second)
		wantEvents(t, s, "a@1")
		cancel()
		wg.Wait()
	})
}

// Subscribers that join at any moment of a busy stream get every event after
// their cursor once and in order. Runs in real time, for the race detector.
func TestHubSeamUnderLoad(t *testing.T) {
	const total, subscribers = 5000, 40
	l := &memLog{}
	l.add(make([]string, 500)...)
	h := NewHub(l, HubConfig{Batch: 64, Buffer: 2 * total})
	ctx, cancel := context.WithCancel(t.Context())
	var run, subs, joined sync.WaitGroup
	run.Go(func() { h.Run(ctx) })
	done := make(chan struct{})
	joined.Add(subscribers)
	subs.Go(func() {
		defer close(done)
		for range total / 10 {
			l.add(make([]string, 10)...)
			h.Hint()
			if rand.IntN(8) == 0 {
				time.Sleep(100 * time.Microsecond)
			}
		}
		joined.Wait() // who listens to live events only would wait for a past end for ever
		l.add("end")
		h.Hint()
	})
	for i := range subscribers {
		subs.Go(func() {
			time.Sleep(time.Duration(rand.IntN(100)) * time.Millisecond)
			newest, _, _ := l.Cursor(ctx)
			after := rand.Int64N(newest)
			if i%4 == 0 {
				after = Live
			}
			s, err := h.Subscribe(ctx, after, nil)
			joined.Done()
			if err != nil {
				t.Errorf("Subscribe: %v", err)
				return
			}
			pos, all := s.From, []int64{}
			for e := range s.Events() {
				all = append(all, e.Cursor)
				if e.Type == "end" {
					break
				}
			}
			<-done
			l.mu.Lock()
			defer l.mu.Unlock()
			want := []int64{}
			for _, e := range l.events {
				if e.Cursor > pos {
					want = append(want, e.Cursor)
				}
			}
			if !slices.Equal(all, want) {
				t.Errorf("after %d: got %d events, want %d, each once and in order", pos, len(all), len(want))
			}
		})
	}
	subs.Wait()
	cancel()
	run.Wait()
}

// The 95th percentile from a hint to 100 subscribers stays below 50 ms.
func TestHubLatency(t *testing.T) {
	l := &memLog{}
	h := NewHub(l, HubConfig{})
	ctx, cancel := context.WithCancel(t.Context())
	var run, subs sync.WaitGroup
	run.Go(func() { h.Run(ctx) })
	const rounds, subscribers = 100, 100
	arrived := make(chan time.Time, subscribers)
	for range subscribers {
		s := subscribe(t, h, Live, nil)
		subs.Go(func() {
			for range s.Events() {
				arrived <- time.Now()
			}
		})
	}
	var took []time.Duration
	for range rounds {
		l.add("e")
		start := time.Now()
		h.Hint()
		for range subscribers {
			took = append(took, (<-arrived).Sub(start))
		}
	}
	cancel()
	run.Wait()
	subs.Wait()
	slices.Sort(took)
	p95 := took[len(took)*95/100]
	t.Logf("p95 %v, max %v", p95, took[len(took)-1])
	if p95 > 50*time.Millisecond {
		t.Errorf("p95 from hint to subscriber = %v, want below 50 ms", p95)
	}
}
