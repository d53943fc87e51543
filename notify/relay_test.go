package notify

import (
	"context"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// queue is a store with rows that wait for a cursor.
type queue struct {
	mu      sync.Mutex
	waiting int
	calls   []time.Time
	down    error
}

func (q *queue) Sequence(_ context.Context, max int) (int, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.calls = append(q.calls, time.Now())
	if q.down != nil {
		return 0, q.down
	}
	n := min(max, q.waiting)
	q.waiting -= n
	return n, nil
}

func (q *queue) add(n int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.waiting += n
}

func (q *queue) state() (waiting, calls int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.waiting, len(q.calls)
}

// relay runs body beside a running Relay, in a bubble with its own time.
func relay(t *testing.T, body func(q *queue, r *Relay)) {
	synctest.Test(t, func(t *testing.T) {
		q := &queue{}
		r := NewRelay(q, RelayConfig{Batch: 10})
		ctx, cancel := context.WithCancel(t.Context())
		var wg sync.WaitGroup
		wg.Go(func() { r.Run(ctx) })
		body(q, r)
		cancel()
		wg.Wait()
	})
}

func TestRelayPokeNumbersAtOnce(t *testing.T) {
	relay(t, func(q *queue, r *Relay) {
		time.Sleep(time.Second)
		q.add(35) // four batches
		start := time.Now()
		r.Poke()
		synctest.Wait()
		if waiting, _ := q.state(); waiting != 0 {
			t.Errorf("%d rows without a cursor after a poke, want 0", waiting)
		}
		if d := time.Since(start); d != 0 {
			t.Errorf("numbering after a poke took %v, want none", d)
		}
	})
}

func TestRelayCoalescesPokes(t *testing.T) {
	relay(t, func(q *queue, r *Relay) {
		time.Sleep(time.Second)
		_, before := q.state()
		for range 1000 { // for one second
			r.Poke()
			time.Sleep(time.Millisecond)
		}
		_, after := q.state()
		if n := after - before; n > 21 || n < 10 {
			t.Errorf("1000 pokes in a second made %d calls, want about 20", n)
		}
	})
}

func TestRelayFindsRowsWithoutPoke(t *testing.T) {
	relay(t, func(q *queue, _ *Relay) {
		time.Sleep(100 * time.Millisecond)
		q.add(1)
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if waiting, _ := q.state(); waiting != 0 {
			t.Errorf("row of a lost poke has no cursor after 2 s")
		}
	})
}

func TestRelayOutlivesFailures(t *testing.T) {
	relay(t, func(q *queue, r *Relay) {
		time.Sleep(time.Second)
		q.mu.Lock()
		q.down = errDown
		q.mu.Unlock()
		q.add(3)
		r.Poke()
		_, before := q.state()
		time.Sleep(20 * time.Second)
		_, after := q.state()
		if n := after - before; n < 8 || n > 20 {
			t.Errorf("a store down for 20 s was asked %d times, want 8 to 20", n)
		}
		q.mu.Lock()
		q.down = nil
		q.mu.Unlock()
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if waiting, _ := q.state(); waiting != 0 {
			t.Errorf("%d rows without a cursor after the store came back", waiting)
		}
	})
}
