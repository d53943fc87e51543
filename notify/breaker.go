package notify

import (
	"sync"
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
)

// maxRest is the longest a destination rests, and a delivery waits.
const maxRest = 10 * time.Minute

// breaker remembers how a destination fared of late.
type breaker struct {
	failures int           // in a row
	rest     time.Duration // the last rest; 0 before the first
	until    time.Time     // rests until then; after that one more failure makes it rest again
}

// breakers lets destinations that keep failing rest, each for itself. Safe for
// concurrent use.
type breakers struct {
	tripAfter int
	rest      time.Duration

	mu sync.Mutex
	by map[geo.ID]*breaker
}

// wait is how long the destination still rests; 0 when it may be asked.
func (b *breakers) wait(id geo.ID, now time.Time) time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	if x := b.by[id]; x != nil && now.Before(x.until) {
		return x.until.Sub(now)
	}
	return 0
}

// resting lists the destinations that rest at now.
func (b *breakers) resting(now time.Time) []geo.ID {
	b.mu.Lock()
	defer b.mu.Unlock()
	var ids []geo.ID
	for id, x := range b.by {
		if now.Before(x.until) {
			ids = append(ids, id)
		}
	}
	return ids
}

func (b *breakers) succeed(id geo.ID) {
	b.mu.Lock()
	defer b.mu.Unlock()
	delete(b.by, id)
}

// fail counts a failure; tripped says that the destination rests from now on.
func (b *breakers) fail(id geo.ID, now time.Time) (tripped bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	x := b.by[id]
	if x == nil {
		x = &breaker{}
		b.by[id] = x
	}
	x.failures++
	if x.failures < b.tripAfter {
		return false
	}
	x.rest = min(max(2*x.rest, b.rest), maxRest)
	x.until = now.Add(x.rest)
	return true
}
