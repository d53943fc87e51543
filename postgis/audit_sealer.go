package postgis

import (
	"context"
	"errors"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
)

// SealerConfig tunes a Sealer. The zero value of a field is what a server uses.
type SealerConfig struct {
	Every time.Duration // looks so often; 0 means 0.5 s
	Gap   time.Duration // least time between two heads that are told; 0 means 1 s
	Batch int           // the most lines of a seal; 0 means 2,000
	// Tell is called with heads this server has come to see, its own and those
	// of others, the newest only. It must be back soon. What it could not tell
	// it is given again. nil tells nobody.
	Tell func(AuditHead) error
	// Told is the head that was told last, before a restart; the zero value
	// where none was. If the chain does not have it any more, the log says so.
	Told   AuditHead
	Logger *slog.Logger // nil discards
}

// Sealer chains the audit log of a store's district and tells heads of the
// chain. Every server may run one.
type Sealer struct {
	store  *Store
	cfg    SealerConfig
	told   AuditHead
	toldAt time.Time
	seen   atomic.Int64 // number of the newest seal
	broken atomic.Bool
	step   sealStep     // nil but in tests
	whole  atomic.Int64 // when no line waited, in nanoseconds since 1970
}

// NewSealer makes a sealer that does nothing until Run.
func NewSealer(s *Store, cfg SealerConfig) *Sealer {
	if cfg.Every <= 0 {
		cfg.Every = 500 * time.Millisecond
	}
	if cfg.Gap <= 0 {
		cfg.Gap = time.Second
	}
	if cfg.Batch <= 0 {
		cfg.Batch = 2000
	}
	if cfg.Tell == nil {
		cfg.Tell = func(AuditHead) error { return nil }
	}
	if cfg.Logger == nil {
		cfg.Logger = slog.New(slog.DiscardHandler)
	}
	w := &Sealer{store: s, cfg: cfg, told: cfg.Told}
	w.whole.Store(time.Now().UnixNano())
	return w
}

// Seal is the number of the newest seal this server knows of.
func (w *Sealer) Seal() int64 { return w.seen.Load() }

// Broken reports whether a head that this server had told was found missing or
// changed since it started.
func (w *Sealer) Broken() bool { return w.broken.Load() }

// Lag gives how long it is that every committed line was known to be sealed.
func (w *Sealer) Lag() time.Duration { return time.Since(time.Unix(0, w.whole.Load())) }

// Run seals until ctx ends, and once more then, so that the last lines of a
// server that stops do not wait for another one.
func (w *Sealer) Run(ctx context.Context) {
	// Failures are told once, not twice a second.
	failing := false
	for {
		err := w.round(ctx, false)
		switch {
		case ctx.Err() != nil:
		case err != nil && !failing:
			w.cfg.Logger.Warn("the audit log could not be sealed; tried again", "err", err)
		case err == nil && failing:
			w.cfg.Logger.Info("the audit log is sealed again")
		}
		failing = err != nil
		select {
		case <-ctx.Done():
			if err := w.lastRound(context.WithoutCancel(ctx)); err != nil {
				w.cfg.Logger.Warn("the last lines of the audit log are not sealed yet; the next server does", "err", err)
			}
			return
		case <-time.After(w.cfg.Every):
		}
	}
}

// lastRound tries for two seconds: where the database was started again a moment
// ago, connections of before stand first in the pool.
func (w *Sealer) lastRound(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Second)
	defer cancel()
	for {
		err := w.round(ctx, true)
		if err == nil || !pause(ctx, 50*time.Millisecond) {
			return err
		}
	}
}

// round seals what waits and tells the newest head, unless one was told a
// moment ago. The last round waits for whoever else is sealing, which may be
// this server's own transaction that was just cut off.
func (w *Sealer) round(ctx context.Context, last bool) error {
	for {
		waiting, _, err := w.store.lookAtAudit(ctx)
		if err != nil {
			return err
		}
		if !waiting {
			w.whole.Store(time.Now().UnixNano())
			break
		}
		n, err := w.store.sealAudit(ctx, w.cfg.Batch, w.step)
		if err != nil {
			return err
		}
		if n > 0 && n < w.cfg.Batch {
			w.whole.Store(time.Now().UnixNano())
		}
		if n == w.cfg.Batch {
			continue
		}
		if !last {
			break
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(10 * time.Millisecond):
		}
	}
	_, head, err := w.store.lookAtAudit(ctx)
	if err != nil {
		return err
	}
	if w.seen.Swap(head.Seal) < head.Seal {
		w.whole.Store(time.Now().UnixNano()) // another server is at it
	}
	if head.Seal == w.told.Seal && head.Hash == w.told.Hash || !last && time.Since(w.toldAt) < w.cfg.Gap {
		return nil
	}
	if err := w.compare(ctx, head); err != nil {
		return err
	}
	if head.Seal > 0 {
		if err := w.cfg.Tell(head); err != nil {
			return err
		}
	}
	w.told, w.toldAt = head, time.Now()
	return nil
}

// compare looks whether the chain still has the head that was told last.
func (w *Sealer) compare(ctx context.Context, head AuditHead) error {
	if w.told.Seal == 0 {
		return nil
	}
	hash, err := w.store.sealHash(ctx, w.told.Seal)
	if err != nil && !errors.Is(err, geo.ErrNotFound) {
		return err
	}
	if hash == w.told.Hash {
		return nil
	}
	w.broken.Store(true)
	w.cfg.Logger.Error("the audit log's chain is not the one whose head was told: a backup was restored, or somebody has cut or rewritten it; gridpatrol audit verify says more",
		"told_seal", w.told.Seal, "told_hash", w.told.Hash, "told_at", w.told.At, "hash_now", hash, "newest_seal", head.Seal)
	return nil
}
