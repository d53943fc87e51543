package postgis

import (
	"context"
	"fmt"
	"math"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// keptDuties is how many versions besides the current one stay in memory.
const keptDuties = 4

// Duties keeps people, posts and rules in memory: the current version behind an
// atomic pointer, and the last few others that were asked for. Safe for
// concurrent use.
type Duties struct {
	store   *Store
	current atomic.Pointer[patrol.Duties]
	seen    atomic.Pointer[time.Time]
	loading sync.Mutex // one Refresh at a time

	past shelf[*patrol.Duties]
}

// NewDuties keeps nothing yet: nobody, and the default rules, as version 0,
// until Refresh.
func NewDuties(store *Store) (*Duties, error) {
	roster, err := patrol.NewRoster(patrol.RosterData{})
	if err != nil {
		return nil, err
	}
	book, err := defaultRulebook()
	if err != nil {
		return nil, err
	}
	d := &Duties{store: store, past: shelf[*patrol.Duties]{size: keptDuties}}
	d.current.Store(&patrol.Duties{Roster: roster, Rulebook: book})
	return d, nil
}

// Current is the version in force, never nil.
func (d *Duties) Current() *patrol.Duties { return d.current.Load() }

// Lag is how long ago the current version was last known to be the newest; the
// longest duration there is before the first successful Refresh.
func (d *Duties) Lag() time.Duration {
	if at := d.seen.Load(); at != nil {
		return d.store.now().Sub(*at)
	}
	return math.MaxInt64
}

// Refresh takes over the version in force, if it is newer than what is in
// memory. Where that fails the old one stays, and the error says why. The
// version never goes down.
func (d *Duties) Refresh(ctx context.Context) error {
	d.loading.Lock()
	defer d.loading.Unlock()
	asked := d.store.now()
	_, version, err := d.store.versions(ctx)
	if err != nil {
		return err
	}
	have := d.current.Load()
	if version < have.Version {
		return fmt.Errorf("the database is at duties %d, before %d, which were in force already: it was put back: %w",
			version, have.Version, geo.ErrUnavailable)
	}
	if version > have.Version {
		next := d.store.duties.Load()
		if next == nil || next.Version != version {
			if next, err = d.store.loadDuties(ctx, version); err != nil {
				return err
			}
			d.store.keepDuties(next)
		}
		// Whoever was erased meanwhile is still in what is kept in memory.
		erased, err := d.store.erasedSince(ctx, have.Version)
		if err != nil {
			return err
		}
		d.current.Store(next)
		if erased {
			d.past.forget()
		} else if have.Version > 0 {
			d.past.keep(have.Version, have)
		}
	}
	d.seen.Store(&asked)
	return nil
}

// Version gives version n as it was, geo.ErrNotFound where there is none.
func (d *Duties) Version(ctx context.Context, n int64) (*patrol.Duties, error) {
	if c := d.Current(); c.Version == n && n > 0 {
		return c, nil
	}
	return d.past.get(ctx, n, func(ctx context.Context) (*patrol.Duties, error) {
		return d.store.loadDuties(ctx, n)
	})
}

// loadDuties reads a version whole.
func (s *Store) loadDuties(ctx context.Context, version int64) (out *patrol.Duties, err error) {
	options := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	err = pgx.BeginTxFunc(ctx, s.pool, options, func(tx pgx.Tx) error {
		_, newest, err := s.inForce(ctx, tx)
		if err != nil {
			return err
		}
		if version < 1 || version > newest {
			return geo.ErrNotFound
		}
		out, err = s.readDuties(ctx, tx, version)
		return err
	})
	if err != nil {
		return nil, wrap(fmt.Sprintf("read duties %d", version), err)
	}
	return out, nil
}

// readDuties reads a version that there is.
func (s *Store) readDuties(ctx context.Context, tx pgx.Tx, version int64) (*patrol.Duties, error) {
	rows, err := s.readRoster(ctx, tx, version)
	if err != nil {
		return nil, err
	}
	out := &patrol.Duties{Version: version}
	if out.Since, err = s.since(ctx, tx, version); err != nil {
		return nil, err
	}
	if out.Roster, err = patrol.NewRoster(rows.data()); err != nil {
		return nil, err
	}
	out.Rulebook, err = s.readRulebook(ctx, tx, version)
	return out, err
}
