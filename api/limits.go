package api

import (
	"container/list"
	"math"
	"net/netip"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// maxBuckets is how many addresses a limiter remembers. The one that was
// silent longest is forgotten first, which at worst gives it a full bucket.
const maxBuckets = 65536

// limiter keeps one token bucket a key.
type limiter struct {
	rate Rate

	mu      sync.Mutex
	buckets map[bucketKey]*list.Element
	recent  list.List // of *bucket, the latest in front
}

type bucket struct {
	key bucketKey
	*rate.Limiter
}

// bucketKey names who is limited: an address, see oneClient, or a login.
type bucketKey struct {
	address netip.Addr
	login   string
}

func newLimiter(r Rate) *limiter {
	return &limiter{rate: r, buckets: map[bucketKey]*list.Element{}}
}

// allow takes a token of the key's bucket. Where there is none it gives the
// time until the next, at least a second.
func (l *limiter) allow(key bucketKey, now time.Time) (wait time.Duration, ok bool) {
	if l.rate.PerSecond <= 0 {
		return 0, true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	e := l.buckets[key]
	if e == nil {
		if l.recent.Len() >= maxBuckets {
			oldest := l.recent.Back()
			delete(l.buckets, l.recent.Remove(oldest).(*bucket).key)
		}
		e = l.recent.PushFront(&bucket{key, rate.NewLimiter(rate.Limit(l.rate.PerSecond), max(l.rate.Burst, 1))})
		l.buckets[key] = e
	} else {
		l.recent.MoveToFront(e)
	}
	b := e.Value.(*bucket)
	if b.AllowN(now, 1) {
		return 0, true
	}
	missing := 1 - b.TokensAt(now)
	return max(time.Duration(missing/l.rate.PerSecond*float64(time.Second)), time.Second), false
}

// oneClient gives one address for all that one client can hold: an IPv4
// address itself, the first of its /64 for an IPv6 address.
func oneClient(a netip.Addr) netip.Addr {
	if a.Is6() {
		if p, err := a.Prefix(64); err == nil {
			return p.Addr()
		}
	}
	return a
}

// tooMany is the error of an empty bucket.
func tooMany(wait time.Duration) error {
	f := fail("too-many-requests", "too many requests from this address; wait and try again").(*fault)
	f.retryAfter = int(math.Ceil(wait.Seconds()))
	return f
}
