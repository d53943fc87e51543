package postgis

import (
	"context"
	"fmt"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"
)

// shelf keeps the last few old versions of something that never changes, by
// number. Safe for concurrent use. The zero value keeps none: set size.
type shelf[V any] struct {
	size   int
	flight singleflight.Group
	mu     sync.Mutex
	held   []numbered[V] // last used last
	turn   int           // how often forget was called
}

type numbered[V any] struct {
	number int64
	value  V
}

// get gives version n from the shelf, or loads it and puts it there. Whoever
// asks for the same one meanwhile waits for the one load, which goes on when the
// first to ask has gone.
func (s *shelf[V]) get(ctx context.Context, n int64, load func(context.Context) (V, error)) (V, error) {
	if v, ok := s.kept(n); ok {
		return v, nil
	}
	var none V
	turn := s.turns()
	result := s.flight.DoChan(fmt.Sprint(n, " ", turn), func() (any, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 30*time.Second)
		defer cancel()
		v, err := load(ctx)
		if err == nil && s.turns() == turn {
			s.keep(n, v)
		}
		return v, err
	})
	select {
	case <-ctx.Done():
		return none, ctx.Err()
	case r := <-result:
		if r.Err != nil {
			return none, r.Err
		}
		return r.Val.(V), nil
	}
}

// kept gives version n where it is there, as the last one used.
func (s *shelf[V]) kept(n int64) (v V, ok bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for i, h := range s.held {
		if h.number == n {
			s.held = append(append(s.held[:i:i], s.held[i+1:]...), h)
			return h.value, true
		}
	}
	return v, false
}

// keep puts version n there; the one that was not used for longest goes.
func (s *shelf[V]) keep(n int64, v V) {
	if _, ok := s.kept(n); ok {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.held = append(s.held, numbered[V]{n, v})
	if len(s.held) > s.size {
		s.held = append([]numbered[V](nil), s.held[1:]...)
	}
}

// forget empties the shelf, also of what is being loaded.
func (s *shelf[V]) forget() {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.held, s.turn = nil, s.turn+1
}

func (s *shelf[V]) turns() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.turn
}
