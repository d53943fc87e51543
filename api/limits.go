package api

import (
	"container/list"
	"math"
	"net/http"
	"net/netip"
	"strconv"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"github.com/gridpatrol/gridpatrol/geo"
)

// maxBuckets is how many addresses a limiter remembers. The one that was
// silent longest is forgotten first, which at worst gives it a full bucket.
const maxBuckets = 65536

// limiter keeps one token bucket a key.
type limiter struct {
	rate   Rate
	name   string   // of the quota policy, as a header has it
	policy []string // the whole header; nil: no limit. Not to be changed: all answers share it

	mu      sync.Mutex
	buckets map[bucketKey]*list.Element
	recent  list.List // of *bucket, the latest in front
}

type bucket struct {
	key bucketKey
	*rate.Limiter
}

// bucketKey names who is limited: an address, see oneClient, a login, or a token.
type bucketKey struct {
	address netip.Addr
	login   string
	token   geo.ID
}

// newLimiter makes the limiter of a rate; name is what its quota policy is
// called in answers.
func newLimiter(name string, r Rate) *limiter {
	l := &limiter{rate: r, buckets: map[bucketKey]*list.Element{}}
	if r.PerSecond > 0 {
		l.rate.Burst = max(r.Burst, 1)
		l.name = `"` + name + `"`
		window := max(1, int(math.Ceil(float64(l.rate.Burst)/r.PerSecond)))
		l.policy = []string{l.name + ";q=" + strconv.Itoa(l.rate.Burst) + ";w=" + strconv.Itoa(window)}
	}
	return l
}

// allow takes a token of the key's bucket. Where there is none it gives the
// time until the next, at least a second.
func (l *limiter) allow(key bucketKey, now time.Time) (wait time.Duration, ok bool) {
	wait, _, ok = l.take(key, now)
	return wait, ok
}

// take is allow that also gives how many tokens are left.
func (l *limiter) take(key bucketKey, now time.Time) (wait time.Duration, left float64, ok bool) {
	if l.rate.PerSecond <= 0 {
		return 0, 0, true
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	e := l.buckets[key]
	if e == nil {
		if l.recent.Len() >= maxBuckets {
			oldest := l.recent.Back()
			delete(l.buckets, l.recent.Remove(oldest).(*bucket).key)
		}
		e = l.recent.PushFront(&bucket{key, rate.NewLimiter(rate.Limit(l.rate.PerSecond), l.rate.Burst)})
		l.buckets[key] = e
	} else {
		l.recent.MoveToFront(e)
	}
	b := e.Value.(*bucket)
	ok = b.AllowN(now, 1)
	left = max(0, b.TokensAt(now))
	if ok {
		return 0, left, true
	}
	return max(time.Duration((1-left)/l.rate.PerSecond*float64(time.Second)), time.Second), left, false
}

// tell says in an answer what the limiter gives and what is left of it: the
// fields RateLimit-Policy and RateLimit of draft-ietf-httpapi-ratelimit-headers-10,
// structured fields of RFC 9651. q is how many requests may come at once, w in how
// many seconds an empty bucket is full; r is what is left, t the seconds until it
// is full again. Nothing where there is no limit.
func (l *limiter) tell(h http.Header, left float64) {
	if l.policy == nil {
		return
	}
	full := int64(math.Ceil((float64(l.rate.Burst) - left) / l.rate.PerSecond))
	b := make([]byte, 0, 48)
	b = append(append(b, l.name...), ";r="...)
	b = strconv.AppendInt(b, int64(left), 10)
	b = strconv.AppendInt(append(b, ";t="...), max(0, full), 10)
	h["Ratelimit-Policy"], h["Ratelimit"] = l.policy, []string{string(b)}
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
	return tooManyFrom("address", wait)
}

// tooManyFrom names whose bucket it is.
func tooManyFrom(whose string, wait time.Duration) error {
	f := fail("too-many-requests", "too many requests from this "+whose+"; wait and try again").(*fault)
	f.retryAfter = int(math.Ceil(wait.Seconds()))
	return f
}
