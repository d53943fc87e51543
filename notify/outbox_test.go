package notify

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/gridpatrol/gridpatrol/geo"
)

// memOutbox is an outbox in memory on its own, quicker clock: a retry in a
// second comes in a second divided by speed.
type memOutbox struct {
	speed time.Duration

	mu   sync.Mutex
	rows []*memRow
	down error
}

type memRow struct {
	Delivery
	notBefore, leasedUntil time.Time
	done, dead             bool
	cause                  string
	untried                int
}

// add queues n rows for a destination and gives their ids.
func (b *memOutbox) add(n int, destination geo.ID, url string) (ids []geo.ID) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for range n {
		id := uuid.Must(uuid.NewV7())
		b.rows = append(b.rows, &memRow{Delivery: Delivery{
			ID: id, Destination: destination, URL: url, Secret: []byte("secret"),
			Type: "report.created", At: time.Unix(1_800_000_000, 0), Data: json.RawMessage(`{"id":"x"}`),
		}})
		ids = append(ids, id)
	}
	return ids
}

func (b *memOutbox) fail(err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.down = err
}

func (b *memOutbox) Lease(_ context.Context, q LeaseRequest) ([]Delivery, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.down != nil {
		return nil, b.down
	}
	now := time.Now()
	due := slices.Clone(b.rows)
	slices.SortStableFunc(due, func(x, y *memRow) int { return cmp.Compare(x.notBefore.UnixNano(), y.notBefore.UnixNano()) })
	var list []Delivery
	taken := map[geo.ID]int{}
	for _, r := range due {
		if r.done || r.dead || now.Before(r.notBefore) || now.Before(r.leasedUntil) ||
			slices.Contains(q.Skip, r.Destination) || taken[r.Destination] == q.PerDestination || len(list) == q.Max {
			continue
		}
		taken[r.Destination]++
		r.Attempt++
		r.leasedUntil = now.Add(q.Hold)
		list = append(list, r.Delivery)
	}
	return list, nil
}

// settle changes the row if attempt still holds it.
func (b *memOutbox) settle(id geo.ID, attempt int, change func(*memRow)) (bool, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.down != nil {
		return false, b.down
	}
	for _, r := range b.rows {
		if r.ID == id && r.Attempt == attempt && !r.done && !r.dead {
			r.leasedUntil = time.Time{}
			change(r)
			return true, nil
		}
	}
	return false, nil
}

func (b *memOutbox) Finish(_ context.Context, id geo.ID, attempt int) (bool, error) {
	return b.settle(id, attempt, func(r *memRow) { r.done = true })
}

func (b *memOutbox) Fail(_ context.Context, id geo.ID, attempt int, f Failure) (bool, error) {
	return b.settle(id, attempt, func(r *memRow) {
		r.dead, r.cause = f.Dead, f.Cause
		r.notBefore = time.Now().Add(f.RetryIn / b.speed)
		if f.Untried {
			r.untried++
			r.Attempt--
		}
	})
}

// all gives copies of the rows of a destination.
func (b *memOutbox) all(destination geo.ID) (list []memRow) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, r := range b.rows {
		if r.Destination == destination {
			list = append(list, *r)
		}
	}
	return list
}

// settled counts the rows of a destination that are done, and dead.
func (b *memOutbox) settled(destination geo.ID) (done, dead int) {
	for _, r := range b.all(destination) {
		if r.done {
			done++
		}
		if r.dead {
			dead++
		}
	}
	return done, dead
}

// eventually waits until ok, at most 10 s.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); !ok(); time.Sleep(2 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("waited in vain for %s", what)
		}
	}
}
