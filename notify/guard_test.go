package notify

import (
	"net/http"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
)

func TestPublic(t *testing.T) {
	for addr, want := range map[string]bool{
		"8.8.8.8": true, "221.8.0.1": true, "2400:3200::1": true, "100.63.255.255": true, "100.128.0.1": true,
		"127.0.0.1": false, "127.9.9.9": false, "::1": false, "0.0.0.0": false, "0.1.2.3": false, "::": false,
		"10.0.0.1": false, "172.16.0.1": false, "172.31.255.255": false, "192.168.1.1": false,
		"169.254.169.254": false, "fe80::1%eth0": false, "fd00:ec2::254": false, "fec0::1": false,
		"100.100.100.200": false, "192.0.0.192": false, "198.18.0.1": false, "203.0.113.1": false,
		"224.0.0.1": false, "255.255.255.255": false, "ff02::1": false,
		"::ffff:127.0.0.1": false, "::ffff:8.8.8.8": true, "::127.0.0.1": false,
		"64:ff9b::7f00:1": false, "64:ff9b::a9fe:a9fe": false, "2002:7f00:1::": false, "2001:0:1::1": false,
		"2001:db8::1": false,
	} {
		if got := Public(netip.MustParseAddr(addr)); got != want {
			t.Errorf("Public(%s) = %v, want %v", addr, got, want)
		}
	}
}

// deliverTo sends one row and gives what came of it.
func deliverTo(t *testing.T, url string, allow ...netip.Prefix) (done bool, cause string) {
	t.Helper()
	box, to := &memOutbox{speed: 1}, uuid.New()
	box.add(1, to, url)
	if allow == nil {
		allow = []netip.Prefix{}
	}
	_, stop := run(t, box, DelivererConfig{Allow: allow})
	eventually(t, "an outcome", func() bool { r := box.all(to)[0]; return r.done || r.cause != "" })
	stop()
	r := box.all(to)[0]
	return r.done, r.cause
}

func TestDeliverRefusesAddresses(t *testing.T) {
	x := receive(t, nil)
	port := x.URL[strings.LastIndex(x.URL, ":"):]
	for _, c := range []struct{ name, url, cause string }{
		{"loopback", x.URL, "address refused"},
		{"a name for loopback", "http://localhost" + port, "address refused"},
		{"loopback in IPv6 clothes", "http://[::ffff:127.0.0.1]" + port, "address refused"},
		{"loopback in one number", "http://2130706433" + port, ""},
		{"metadata", "http://169.254.169.254/latest/meta-data/", "address refused"},
		{"a file", "file:///etc/passwd", errBadURL.Error()},
		{"no host", "http:///x", errBadURL.Error()},
		{"nonsense", "http://[::1", errBadURL.Error()},
	} {
		t.Run(c.name, func(t *testing.T) {
			done, cause := deliverTo(t, c.url)
			if done || (c.cause != "" && cause != c.cause) {
				t.Errorf("done, cause = %v, %q, want false, %q", done, cause, c.cause)
			}
			if strings.Contains(cause, "http:") {
				t.Errorf("cause %q holds the URL", cause)
			}
		})
	}
	if got := x.got(); len(got) != 0 {
		t.Errorf("a refused address received %d requests", len(got))
	}
}

func TestDeliverRedirects(t *testing.T) {
	inner := receive(t, func(_ int, w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodPost || r.ContentLength == 0 {
			w.WriteHeader(http.StatusBadRequest)
		}
	})
	port := inner.URL[strings.LastIndex(inner.URL, ":"):]
	for _, c := range []struct {
		name, target string
		status       int
		done         bool
		cause        string
	}{
		{"kept method", inner.URL, http.StatusTemporaryRedirect, true, ""},
		{"lost method", inner.URL, http.StatusFound, false, "status 302"},
		{"to an address not allowed", "http://127.0.0.2" + port, http.StatusPermanentRedirect, false, "address refused"},
		{"to itself", "/", http.StatusTemporaryRedirect, false, "status 307"},
	} {
		t.Run(c.name, func(t *testing.T) {
			x := receive(t, func(_ int, w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, c.target, c.status) })
			done, cause := deliverTo(t, x.URL, loopback...)
			if done != c.done || cause != c.cause {
				t.Errorf("done, cause = %v, %q, want %v, %q", done, cause, c.done, c.cause)
			}
		})
	}
}

func TestRetryIn(t *testing.T) {
	none := func() float64 { return 0 }
	most := func() float64 { return 0.999999 }
	for attempt, want := range map[int]time.Duration{
		1: time.Second, 2: 2 * time.Second, 5: 16 * time.Second, 10: 512 * time.Second,
		11: 10 * time.Minute, 12: 10 * time.Minute, 1000: 10 * time.Minute, 0: time.Second,
	} {
		if got := retryIn(attempt, errDown, none); got != want {
			t.Errorf("retryIn(%d) = %v, want %v", attempt, got, want)
		}
		if got := retryIn(attempt, errDown, most); got < want/2 || got > want*51/100 {
			t.Errorf("retryIn(%d) with most jitter = %v, want about %v", attempt, got, want/2)
		}
	}
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for value, want := range map[string]time.Duration{
		"":                              time.Second,
		"30":                            30 * time.Second,
		"-5":                            time.Second,
		"99999":                         10 * time.Minute,
		"soon":                          time.Second,
		"Thu, 01 Jan 2026 00:01:00 GMT": time.Minute,
	} {
		after := retryAfter(http.Header{"Retry-After": {value}}, now)
		if got := retryIn(1, &statusError{503, after}, none); got != want {
			t.Errorf("retryIn with Retry-After %q = %v, want %v", value, got, want)
		}
	}
}

func TestBreaker(t *testing.T) {
	b := breakers{tripAfter: 3, rest: time.Minute, by: map[uuid.UUID]*breaker{}}
	id, other := uuid.New(), uuid.New()
	now := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC)
	for n, want := range []bool{false, false, true} {
		if got := b.fail(id, now); got != want {
			t.Errorf("fail %d tripped = %v, want %v", n+1, got, want)
		}
	}
	if b.wait(id, now) != time.Minute || b.wait(other, now) != 0 || len(b.resting(now)) != 1 {
		t.Error("after three failures the destination, and no other, should rest a minute")
	}
	now = now.Add(time.Minute)
	if b.wait(id, now) != 0 {
		t.Error("after its rest the destination should be asked")
	}
	for _, want := range []time.Duration{2 * time.Minute, 4 * time.Minute, 8 * time.Minute, 10 * time.Minute, 10 * time.Minute} {
		b.fail(id, now)
		if got := b.wait(id, now); got != want {
			t.Errorf("rest = %v, want %v", got, want)
		}
		now = now.Add(want)
	}
	b.succeed(id)
	if b.fail(id, now) {
		t.Error("one failure after a success should not trip")
	}
}
