package notify

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"sync/atomic"
	"time"
)

// AnnouncerConfig says how an Announcer reaches its destination.
type AnnouncerConfig struct {
	URL     string         // http or https
	Allow   []netip.Prefix // addresses that may be reached although they are not public
	Timeout time.Duration  // for one request; 0 means 10 s
	Logger  *slog.Logger   // nil discards
}

// Announcer posts the newest of what it is given to one address, each as a body
// of JSON: what was overtaken before it could be sent is not sent any more. A
// destination that fails is tried again at growing intervals up to 10 minutes.
type Announcer struct {
	cfg    AnnouncerConfig
	client *http.Client
	newest atomic.Pointer[[]byte]
	wake   chan struct{}
}

// NewAnnouncer makes an announcer that sends nothing until Run. Its address is
// one of http or https; whether it may be reached shows when it is.
func NewAnnouncer(cfg AnnouncerConfig) (*Announcer, error) {
	u, err := url.Parse(cfg.URL)
	if err != nil || (u.Scheme != "https" && u.Scheme != "http") || u.Host == "" {
		return nil, errBadURL
	}
	if cfg.Timeout <= 0 {
		cfg.Timeout = 10 * time.Second
	}
	cfg.Logger = orDiscard(cfg.Logger)
	return &Announcer{cfg: cfg, client: newClient(cfg.Timeout, cfg.Allow), wake: make(chan struct{}, 1)}, nil
}

// Put gives what is to be sent instead of anything that waits. It never blocks
// and is safe for concurrent use. body is not to be changed afterwards.
func (a *Announcer) Put(body []byte) {
	a.newest.Store(&body)
	signal(a.wake)
}

// Run sends until ctx ends. What was put before that is tried once more.
func (a *Announcer) Run(ctx context.Context) {
	failures := 0
	for {
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), 2*time.Second)
			defer cancel()
			if body := a.newest.Swap(nil); body != nil {
				_ = a.post(last, *body) // nobody is left to try again
			}
			return
		case <-a.wake:
		}
		body := a.newest.Swap(nil)
		if body == nil {
			continue
		}
		err := a.post(ctx, *body)
		if err == nil {
			failures = 0
			continue
		}
		// Back it goes, unless something newer has come.
		a.newest.CompareAndSwap(nil, body)
		if ctx.Err() != nil {
			continue
		}
		failures++
		wait := retryIn(failures, err, defaultRand)
		a.cfg.Logger.Warn("an announcement was not taken", "cause", cause(err), "retry_in", wait.Round(time.Millisecond))
		sleep(ctx, wait)
		signal(a.wake)
	}
}

func (a *Announcer) post(ctx context.Context, body []byte) error {
	ctx, cancel := context.WithTimeout(ctx, a.cfg.Timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, a.cfg.URL, bytes.NewReader(body))
	if err != nil {
		return errBadURL
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set("User-Agent", "gridpatrol-webhook/1")
	resp, err := a.client.Do(req)
	if err != nil {
		return err
	}
	resp.Body.Close() // what it says does not matter
	if resp.StatusCode/100 != 2 {
		return fmt.Errorf("announce: %w", &statusError{resp.StatusCode, retryAfter(resp.Header, time.Now())})
	}
	return nil
}
