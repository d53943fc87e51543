package notify

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"

	"go.uber.org/goleak"

	"github.com/gridpatrol/gridpatrol/patrol"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// memLog is an event log in memory. Its cursors have holes, as real ones may.
type memLog struct {
	mu     sync.Mutex
	events []patrol.StreamEvent
	newest int64
	down   error
	reads  int
}

func (l *memLog) add(types ...string) (cursor int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, t := range types {
		l.newest++
		if l.newest%7 == 0 {
			l.newest++
		}
		l.events = append(l.events, patrol.StreamEvent{Cursor: l.newest, Type: t})
	}
	return l.newest
}

// purge forgets the oldest n events.
func (l *memLog) purge(n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.events = slices.Clone(l.events[n:])
}

// restore puts the log back to how it was when cursor was the newest.
func (l *memLog) restore(cursor int64) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.newest = cursor
	l.events = slices.DeleteFunc(slices.Clone(l.events), func(e patrol.StreamEvent) bool { return e.Cursor > cursor })
}

func (l *memLog) fail(err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.down = err
}

func (l *memLog) EventsAfter(_ context.Context, cursor int64, limit int) ([]patrol.StreamEvent, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.reads++
	if l.down != nil {
		return nil, l.down
	}
	i, _ := slices.BinarySearchFunc(l.events, cursor+1, func(e patrol.StreamEvent, c int64) int { return int(e.Cursor - c) })
	return slices.Clone(l.events[i:min(i+limit, len(l.events))]), nil
}

func (l *memLog) Cursor(context.Context) (newest, oldest int64, err error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.down != nil {
		return 0, 0, l.down
	}
	if len(l.events) == 0 {
		return l.newest, l.newest + 1, nil
	}
	return l.newest, l.events[0].Cursor, nil
}

var errDown = errors.New("store is down")
