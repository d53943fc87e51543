package notify

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/netip"
	"sync"
	"testing"
	"time"
)

// announce runs an announcer until the returned function has ended it.
func announce(t *testing.T, url string, allow ...netip.Prefix) (*Announcer, func()) {
	t.Helper()
	a, err := NewAnnouncer(AnnouncerConfig{URL: url, Allow: allow})
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { a.Run(ctx) })
	end := func() { stop(); running.Wait() }
	t.Cleanup(end)
	return a, end
}

// The newest is sent, in the end, also after failures; what it overtook is not
// needed any more.
func TestAnnounce(t *testing.T) {
	var mu sync.Mutex
	var bodies []string
	x := receive(t, func(n int, w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		mu.Lock()
		defer mu.Unlock()
		bodies = append(bodies, string(body))
		if n == 1 {
			w.WriteHeader(http.StatusServiceUnavailable)
		}
	})
	a, _ := announce(t, x.URL, loopback...)
	a.Put([]byte(`{"n":1}`))
	eventually(t, "a refused request", func() bool { return len(x.got()) == 1 })
	a.Put([]byte(`{"n":2}`))
	a.Put([]byte(`{"n":3}`))
	eventually(t, "another request", func() bool { return len(x.got()) == 2 })
	mu.Lock()
	defer mu.Unlock()
	if bodies[1] != `{"n":3}` {
		t.Errorf("sent %q, want the newest after the first was refused", bodies)
	}
}

// What waits when an announcer ends is tried once more.
func TestAnnounceAtTheEnd(t *testing.T) {
	x := receive(t, nil)
	a, err := NewAnnouncer(AnnouncerConfig{URL: x.URL, Allow: loopback})
	if err != nil {
		t.Fatal(err)
	}
	a.Put([]byte("{}"))
	ended, stop := context.WithCancel(t.Context())
	stop()
	a.Run(ended)
	if n := len(x.got()); n != 1 {
		t.Errorf("%d requests, want 1", n)
	}
}

func TestAnnounceRefusesAddresses(t *testing.T) {
	x := receive(t, nil)
	a, end := announce(t, x.URL)
	a.Put([]byte("{}"))
	eventually(t, "an attempt", func() bool { return a.newest.Load() != nil })
	time.Sleep(20 * time.Millisecond)
	end()
	if n := len(x.got()); n != 0 {
		t.Errorf("an address that is not public got %d requests", n)
	}
	var refused *AddressError
	if err := a.post(t.Context(), []byte("{}")); !errors.As(err, &refused) {
		t.Errorf("post = %v, want an address refused", err)
	}
	for _, url := range []string{"ftp://example.org/x", "http:///x", "heads.jsonl", "http://[::1"} {
		if _, err := NewAnnouncer(AnnouncerConfig{URL: url}); err == nil {
			t.Errorf("%s is taken", url)
		}
	}
}
