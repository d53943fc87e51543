package basemap

import (
	"context"
	"errors"
	"sync"
	"time"
)

// errAway is the answer while the source is left alone.
var errAway = errors.New("the base map does not answer")

const (
	patience = 3 // failures in a row before the source is left alone
	restMin  = 5 * time.Second
	restMax  = time.Minute
)

// breaker leaves a source alone that fails again and again. When it opens it
// ends the fetches under way, so that nobody waits for what will not come;
// after a rest one fetch may try, and the rest doubles while that fails.
type breaker struct {
	now     func() time.Time
	changed func(open bool, why error) // outside the lock

	mu       sync.Mutex
	failures int
	open     bool
	trying   bool
	rest     time.Duration
	until    time.Time
	lives    context.Context // of the fetches under way
	end      context.CancelFunc
}

func newBreaker(now func() time.Time, changed func(bool, error)) *breaker {
	b := &breaker{now: now, changed: changed}
	b.lives, b.end = context.WithCancel(context.Background())
	return b
}

// enter asks to fetch. Where it may, ctx ends when the breaker opens, and leave
// has to be called with what came of it.
func (b *breaker) enter(parent context.Context) (ctx context.Context, leave func(error), err error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.open {
		if b.trying || b.now().Before(b.until) {
			return nil, nil, errAway
		}
		b.trying = true
	}
	trying := b.trying
	ctx, cancel := context.WithCancelCause(parent)
	detach := context.AfterFunc(b.lives, func() { cancel(errAway) })
	return ctx, func(err error) {
		detach()
		cause := context.Cause(ctx)
		cancel(nil)
		if errors.Is(cause, errAway) {
			return // others have failed, and that is counted
		}
		b.note(trying, err)
	}, nil
}

func (b *breaker) note(trying bool, err error) {
	b.mu.Lock()
	was := b.open
	switch {
	case err == nil:
		b.failures = 0
		if trying {
			b.open = false
		}
	case trying:
		b.rest = min(2*b.rest, restMax)
		b.until = b.now().Add(b.rest)
	default:
		b.failures++
		if !b.open && b.failures >= patience {
			b.open, b.rest = true, restMin
			b.until = b.now().Add(b.rest)
			b.end()
			b.lives, b.end = context.WithCancel(context.Background())
		}
	}
	if trying {
		b.trying = false
	}
	is := b.open
	b.mu.Unlock()
	if is != was {
		b.changed(is, err)
	}
}

// left is how long the source is still left alone; 0 or less where it may be asked.
func (b *breaker) left() time.Duration {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.open {
		return 0
	}
	return b.until.Sub(b.now())
}
