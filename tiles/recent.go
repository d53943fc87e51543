package tiles

import (
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"
)

// recent keeps answers for a short time, so that a screenful of tiles asks the
// store once. Safe for concurrent use.
type recent[K comparable, V any] struct {
	keep    time.Duration
	limit   int
	now     func() time.Time
	flights singleflight.Group
	mu      sync.Mutex
	byKey   map[K]aged[V]
}

type aged[V any] struct {
	value V
	made  time.Time
}

func newRecent[K comparable, V any](keep time.Duration, limit int, now func() time.Time) *recent[K, V] {
	return &recent[K, V]{keep: keep, limit: limit, now: now, byKey: make(map[K]aged[V])}
}

// get gives what is kept of k, or what make gives; of callers at the same time
// one makes it for all. Errors are not kept.
func (r *recent[K, V]) get(k K, make func() (V, error)) (V, error) {
	return r.getWhile(k, func(V, time.Duration) bool { return true }, make)
}

// getWhile is get where what is kept has to be good still, at its age.
func (r *recent[K, V]) getWhile(k K, good func(v V, age time.Duration) bool, make func() (V, error)) (V, error) {
	now := r.now()
	r.mu.Lock()
	a, ok := r.byKey[k]
	r.mu.Unlock()
	if age := now.Sub(a.made); ok && age >= 0 && age < r.keep && good(a.value, age) {
		return a.value, nil
	}
	v, err, _ := r.flights.Do(fmt.Sprint(k), func() (any, error) {
		v, err := make()
		if err != nil {
			return nil, err
		}
		r.mu.Lock()
		defer r.mu.Unlock()
		r.makeRoom(now)
		r.byKey[k] = aged[V]{v, now}
		return v, nil
	})
	if err != nil {
		var zero V
		return zero, err
	}
	return v.(V), nil
}

// makeRoom lets go of what is past its time, and of everything where that is not
// enough.
func (r *recent[K, V]) makeRoom(now time.Time) {
	for k, a := range r.byKey {
		if age := now.Sub(a.made); age < 0 || age >= r.keep {
			delete(r.byKey, k)
		}
	}
	if len(r.byKey) >= r.limit {
		clear(r.byKey)
	}
}
