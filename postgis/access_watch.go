package postgis

import (
	"context"
	"sync"
	"time"
)

const (
	accessLookEvery = time.Second           // without a hint
	accessLookRests = 50 * time.Millisecond // hints come with every report
	accessGoodFor   = 2 * time.Second       // what was seen is believed for so long
)

// AccessWatch knows whether anything has changed of who may do what, so that
// what is remembered of somebody need not be asked of the database again. Changes
// of this store are known when the change returns, those of other servers by the
// hint, and after two seconds at the latest. Safe for concurrent use.
type AccessWatch struct {
	store *Store
	poke  chan struct{}

	mu         sync.Mutex
	generation uint64 // counts up with every change that became known
	version    int64  // districts.access_version, when last seen
	seen       time.Time
}

// NewAccessWatch knows nothing until Run or the first Refresh. A store has one.
func NewAccessWatch(store *Store) *AccessWatch {
	w := &AccessWatch{store: store, poke: make(chan struct{}, 1)}
	store.onAccess.Store(w)
	return w
}

// Generation is another one after every change. ok is false while it is not
// known whether there was one: then nothing that is remembered may be used.
//
// What was read after a generation was asked for holds as long as that stays.
func (w *AccessWatch) Generation() (generation uint64, ok bool) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.generation, !w.seen.IsZero() && time.Since(w.seen) < accessGoodFor
}

// Refresh looks whether there was a change.
func (w *AccessWatch) Refresh(ctx context.Context) error {
	asked := time.Now()
	version, err := w.store.AccessVersion(ctx)
	if err != nil {
		return err
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	// Also a smaller one, of a database that was put back, or of a look that was
	// slower than a change here.
	if version != w.version {
		w.generation++
	}
	w.version, w.seen = version, asked
	return nil
}

// changed is called when a change of this store is made, or may be.
func (w *AccessWatch) changed() {
	w.mu.Lock()
	w.generation++
	w.mu.Unlock()
}

// Poke has Run look at once.
func (w *AccessWatch) Poke() {
	select {
	case w.poke <- struct{}{}:
	default:
	}
}

// Run looks every second, and when poked, until ctx ends.
func (w *AccessWatch) Run(ctx context.Context) {
	tick := time.NewTicker(accessLookEvery)
	defer tick.Stop()
	failing := false
	for {
		look, cancel := context.WithTimeout(ctx, accessGoodFor)
		err := w.Refresh(look)
		cancel()
		if err != nil && ctx.Err() == nil && !failing {
			w.store.log.Warn("it cannot be seen whether anything changed of who may do what: everybody is asked for again", "error", err)
		}
		failing = err != nil
		select {
		case <-ctx.Done():
			return
		case <-time.After(accessLookRests):
		}
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-w.poke:
		}
	}
}

// accessChanged has what this server remembers of principals forgotten, after a
// change that was committed, or may have been.
func (s *Store) accessChanged() {
	if w := s.onAccess.Load(); w != nil {
		w.changed()
	}
}
