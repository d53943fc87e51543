package notify

import (
	"context"
	"log/slog"
	"time"
)

// RelayConfig tunes a Relay. The zero value is what a server uses.
type RelayConfig struct {
	Every  time.Duration // looks for rows at least this often; 0 means 2 s
	Gap    time.Duration // least time between two runs; 0 means 50 ms, so 20 a second
	Batch  int           // rows a call; 0 means 500
	Logger *slog.Logger  // nil discards
}

// Relay turns committed events into numbered ones. Every server may run one;
// the store lets one at a time number rows.
type Relay struct {
	store Sequencer
	cfg   RelayConfig
	poke  chan struct{}
}

// NewRelay makes a relay that does nothing until Run.
func NewRelay(store Sequencer, cfg RelayConfig) *Relay {
	cfg.Every = orDefault(cfg.Every, 2*time.Second)
	cfg.Gap = orDefault(cfg.Gap, 50*time.Millisecond)
	cfg.Batch = orDefault(cfg.Batch, 500)
	cfg.Logger = orDiscard(cfg.Logger)
	return &Relay{store: store, cfg: cfg, poke: make(chan struct{}, 1)}
}

// Poke says that something was committed. It never blocks; pokes that come
// close together make one run. Safe for concurrent use, before Run too.
func (r *Relay) Poke() { signal(r.poke) }

// Run numbers rows until ctx ends. A store that fails is asked again, at
// growing intervals up to Every.
func (r *Relay) Run(ctx context.Context) {
	backoff := r.cfg.Gap
	tick := time.NewTicker(r.cfg.Every)
	defer tick.Stop()
	for {
		err := r.drain(ctx)
		rest := r.cfg.Gap
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			r.cfg.Logger.Warn("numbering events failed", "error", err, "retry_in", backoff)
			rest, backoff = backoff, min(2*backoff, r.cfg.Every)
			r.Poke() // what was asked for is still to do
		default:
			backoff = r.cfg.Gap
		}
		// Rest first, so that pokes meanwhile make one run together.
		if !sleep(ctx, rest) {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-r.poke:
		case <-tick.C:
		}
	}
}

func (r *Relay) drain(ctx context.Context) error {
	for {
		n, err := r.store.Sequence(ctx, r.cfg.Batch)
		if err != nil {
			return err
		}
		if n < r.cfg.Batch {
			return nil
		}
	}
}
