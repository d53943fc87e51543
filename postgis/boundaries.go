package postgis

import (
	"bytes"
	"context"
	"fmt"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/locate"
)

// keptSnapshots is how many revisions besides the current one stay in memory.
const keptSnapshots = 4

// Boundaries keeps the published boundaries in memory: the current revision
// behind an atomic pointer, and the last few others that were asked for. Safe
// for concurrent use.
type Boundaries struct {
	store   *Store
	current atomic.Pointer[loaded]
	seen    atomic.Pointer[time.Time] // when current was last known to be the newest
	loading sync.Mutex                // one Refresh at a time

	past  shelf[*locate.Snapshot]
	began atomic.Pointer[time.Time] // see Began; nil while it is not known
}

// loaded is a snapshot and what it was read from.
type loaded struct {
	snapshot *locate.Snapshot
	ground   int64     // version of the base map
	at       time.Time // when it was loaded
}

// NewBoundaries keeps nothing yet: an empty revision 0, until Refresh.
func NewBoundaries(store *Store) *Boundaries {
	b := &Boundaries{store: store, past: shelf[*locate.Snapshot]{size: keptSnapshots}}
	empty, err := locate.Build(nil, locate.Config{})
	if err != nil {
		panic(err) // an index of nothing has nothing to refuse
	}
	b.current.Store(&loaded{snapshot: &locate.Snapshot{Index: empty}})
	return b
}

// Current is the snapshot in force, never nil. Before the first Refresh, and on
// an empty database, it is revision 0 without areas.
func (b *Boundaries) Current() *locate.Snapshot { return b.current.Load().snapshot }

// Age is how long ago the current snapshot was loaded, 0 before the first.
func (b *Boundaries) Age() time.Duration {
	if at := b.current.Load().at; !at.IsZero() {
		return b.store.now().Sub(at)
	}
	return 0
}

// Lag is how long ago the current snapshot was last known to be the newest;
// the longest duration there is before the first successful Refresh.
func (b *Boundaries) Lag() time.Duration {
	if at := b.seen.Load(); at != nil {
		return b.store.now().Sub(*at)
	}
	return math.MaxInt64
}

// Refresh takes over what is published now, if it is newer than what is in
// memory. The new snapshot is built aside and checked against count and hash of
// its revision; where that fails the old one stays, and the error says why. What
// did not change is not read again: both snapshots hold the same shapes then.
// The revision never goes down.
func (b *Boundaries) Refresh(ctx context.Context) error {
	b.loading.Lock()
	defer b.loading.Unlock()
	asked := b.store.now()
	revision, ground, err := b.store.boundaryVersions(ctx)
	if err != nil {
		return err
	}
	have := b.current.Load()
	if revision < have.snapshot.Revision.Number {
		return fmt.Errorf("the database is at revision %d, before %d, which was in force already: it was put back: %w",
			revision, have.snapshot.Revision.Number, geo.ErrUnavailable)
	}
	if revision == have.snapshot.Revision.Number && ground == have.ground && b.seen.Load() != nil {
		b.seen.Store(&asked)
		return nil
	}
	next, err := b.store.loadSnapshot(ctx, revision, have.snapshot, ground == have.ground && b.seen.Load() != nil)
	if err != nil {
		return err
	}
	b.current.Store(&loaded{snapshot: next, ground: ground, at: b.store.now()})
	b.store.boundaries.Store(next)
	b.seen.Store(&asked)
	if have.snapshot.Revision.Number > 0 && have.snapshot.Revision.Number < revision {
		b.past.keep(int64(have.snapshot.Revision.Number), have.snapshot)
	}
	return nil
}

// Began is when the first revision was published, in UTC; zero while there is
// none.
func (b *Boundaries) Began(ctx context.Context) (time.Time, error) {
	if t := b.began.Load(); t != nil {
		return *t, nil
	}
	t, err := b.store.firstPublished(ctx)
	if err == nil && !t.IsZero() {
		b.began.Store(&t)
	}
	return t, err
}

// At gives the boundaries in force at t. They are geo.ErrNotFound before the
// first revision, and geo.ErrInvalid for a t after now.
func (b *Boundaries) At(ctx context.Context, t, now time.Time) (*locate.Snapshot, error) {
	if t.After(now) {
		return nil, geo.Invalid("time-in-future", fmt.Sprintf("%s is in the future", t.UTC().Format(time.RFC3339)))
	}
	if c := b.Current(); c.Revision.Number > 0 && b.Lag() < time.Second && !t.Before(c.Revision.PublishedAt) {
		return c, nil
	}
	n, err := b.store.revisionAt(ctx, t)
	if err != nil {
		return nil, err
	}
	return b.Revision(ctx, n)
}

// Revision gives the boundaries of revision n, geo.ErrNotFound where there is
// none. The base map is always that of now.
func (b *Boundaries) Revision(ctx context.Context, n int) (*locate.Snapshot, error) {
	if c := b.Current(); c.Revision.Number == n && n > 0 {
		return c, nil
	}
	if n < 1 || n > math.MaxInt32 { // more than the database counts
		return nil, fmt.Errorf("revision %d: %w", n, geo.ErrNotFound)
	}
	return b.past.get(ctx, int64(n), func(ctx context.Context) (*locate.Snapshot, error) {
		return b.store.loadSnapshot(ctx, n, b.Current(), false)
	})
}

// checkSnapshot compares what was read with what was published.
func checkSnapshot(r geo.Revision, areas []geo.Area) error {
	if len(areas) != r.Areas {
		return fmt.Errorf("revision %d was published with %d areas and %d were read", r.Number, r.Areas, len(areas))
	}
	if got := geo.HashAreas(areas); !bytes.Equal(got, r.Hash) {
		return fmt.Errorf("revision %d was published with hash %x and %x was read", r.Number, r.Hash, got)
	}
	return nil
}
