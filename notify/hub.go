package notify

import (
	"context"
	"encoding/json"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// HubConfig tunes a Hub. The zero value is what a server uses.
type HubConfig struct {
	Every  time.Duration    // reads the log at least this often, hint or not; 0 means 2 s
	Buffer int              // events a subscriber may lag behind; 0 means 256
	Stall  time.Duration    // a subscriber that takes no replayed event for so long is cut; 0 means 30 s
	Batch  int              // events a read; 0 means 500
	Now    func() time.Time // stamps reset events; nil means time.Now
	// Before is called with events before any live subscriber gets them, and
	// holds them back until it returns. nil does nothing.
	Before func(context.Context, []patrol.StreamEvent)
	Logger *slog.Logger // nil discards
}

// Hub fans the event stream out to the subscribers in this process. It reads
// every event once, however many listen, and never waits for any of them.
type Hub struct {
	log   EventLog
	cfg   HubConfig
	hint  chan struct{}
	ready chan struct{} // closed once cursor is known
	done  chan struct{} // closed when Run ends

	mu     sync.Mutex
	cursor int64 // everything up to here has been handed to the live subscribers
	epoch  int   // rises when the log does not continue
	live   map[*Subscription]struct{}
	over   bool
	subs   sync.WaitGroup // goroutines of subscriptions; grows only while !over
}

// NewHub makes a hub. Run must be called once; Subscribe waits for it.
func NewHub(log EventLog, cfg HubConfig) *Hub {
	cfg.Every = orDefault(cfg.Every, 2*time.Second)
	cfg.Buffer = orDefault(cfg.Buffer, 256)
	cfg.Stall = orDefault(cfg.Stall, 30*time.Second)
	cfg.Batch = orDefault(cfg.Batch, 500)
	cfg.Logger = orDiscard(cfg.Logger)
	if cfg.Now == nil {
		cfg.Now = time.Now
	}
	return &Hub{
		log: log, cfg: cfg,
		hint: make(chan struct{}, 1), ready: make(chan struct{}), done: make(chan struct{}),
		live: map[*Subscription]struct{}{},
	}
}

// Hint says that there may be something new in the log. It never blocks; a
// lost hint costs at most HubConfig.Every. Safe for concurrent use.
func (h *Hub) Hint() { signal(h.hint) }

// Cursor is how far the log has been handed out, for metrics.
func (h *Hub) Cursor() int64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.cursor
}

// Subscribers is how many get live events now, for metrics.
func (h *Hub) Subscribers() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.live)
}

// Run reads the log and distributes it until ctx ends. Then it closes every
// subscription with ErrClosed and waits for their goroutines.
func (h *Hub) Run(ctx context.Context) {
	defer h.close()
	if !h.start(ctx) {
		return
	}
	tick := time.NewTicker(h.cfg.Every)
	defer tick.Stop()
	for {
		var err error
		select {
		case <-ctx.Done():
			return
		case <-h.hint:
			err = h.read(ctx)
		case <-tick.C:
			// Hints may be lost, and the log may have been put back.
			if err = h.check(ctx); err == nil {
				err = h.read(ctx)
			}
		}
		if err != nil && ctx.Err() == nil {
			h.cfg.Logger.Warn("reading the event log failed", "error", err)
			// A store that fails at once must not be asked in a tight loop.
			sleep(ctx, min(h.cfg.Every, 250*time.Millisecond))
		}
	}
}

// start learns where the log stands, however long that takes.
func (h *Hub) start(ctx context.Context) bool {
	for wait := 50 * time.Millisecond; ; wait = min(2*wait, h.cfg.Every) {
		newest, _, err := h.log.Cursor(ctx)
		if err == nil {
			h.mu.Lock()
			h.cursor = newest
			h.mu.Unlock()
			close(h.ready)
			return true
		}
		if ctx.Err() == nil {
			h.cfg.Logger.Warn("reading the event cursor failed", "error", err, "retry_in", wait)
		}
		if !sleep(ctx, wait) {
			return false
		}
	}
}

// read hands out everything after the cursor.
func (h *Hub) read(ctx context.Context) error {
	for {
		events, err := h.log.EventsAfter(ctx, h.Cursor(), h.cfg.Batch)
		if err != nil {
			return fmt.Errorf("events after %d: %w", h.Cursor(), err)
		}
		if h.cfg.Before != nil && len(events) > 0 {
			h.cfg.Before(ctx, events)
		}
		h.distribute(events)
		if len(events) < h.cfg.Batch {
			return nil
		}
	}
}

func (h *Hub) distribute(events []patrol.StreamEvent) {
	if len(events) == 0 {
		return
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for s := range h.live {
		for _, e := range events {
			if !s.push(e) {
				h.drop(s, ErrSlow)
				break
			}
		}
	}
	h.cursor = events[len(events)-1].Cursor
}

// check sees a log that was put back to an earlier state, as from a backup,
// or purged past what was handed out: then every subscriber starts afresh.
func (h *Hub) check(ctx context.Context) error {
	newest, oldest, err := h.log.Cursor(ctx)
	if err != nil {
		return fmt.Errorf("event cursor: %w", err)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if newest >= h.cursor && oldest <= h.cursor+1 {
		return nil
	}
	h.cfg.Logger.Warn("the event log does not continue", "handed_out", h.cursor, "newest", newest, "oldest", oldest)
	h.cursor = newest
	h.epoch++
	reset := h.reset(newest)
	for s := range h.live {
		s.pos = newest - 1 // so that push takes the reset, whatever it had
		if !s.push(reset) {
			h.drop(s, ErrSlow)
		}
	}
	return nil
}

// reset tells a subscriber to load everything anew and to go on from cursor.
func (h *Hub) reset(cursor int64) patrol.StreamEvent {
	return patrol.StreamEvent{Cursor: cursor, Type: "reset", At: h.cfg.Now().UTC(), Data: json.RawMessage(`{}`)}
}

// drop ends a live subscription; h.mu is held.
func (h *Hub) drop(s *Subscription, why error) {
	delete(h.live, s)
	s.err = why
	close(s.cut)
}

func (h *Hub) close() {
	h.mu.Lock()
	h.over = true
	close(h.done)
	for s := range h.live {
		h.drop(s, ErrClosed)
	}
	h.mu.Unlock()
	h.subs.Wait()
}

// errNotRunning is what Subscribe gives when the hub has ended.
var errNotRunning = &geo.Problem{Kind: geo.ErrUnavailable, Code: "events-unavailable", Detail: "live events are not available for the moment"}
