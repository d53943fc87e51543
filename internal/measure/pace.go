package measure

import (
	"sync"
	"sync/atomic"
	"time"
)

// PerSecond gives how many times a second many workers do something, for the
// length of a turn. Do is told which worker it is, from 0, and which of all
// times, from 1. The first error ends the turn of its worker, and is the answer.
func PerSecond(many int, turn time.Duration, do func(worker, n int) error) (float64, error) {
	var next, done atomic.Int64
	var failed atomic.Pointer[error]
	var wait sync.WaitGroup
	began := time.Now()
	for worker := range many {
		wait.Go(func() {
			for time.Since(began) < turn {
				if err := do(worker, int(next.Add(1))); err != nil {
					failed.CompareAndSwap(nil, &err)
					return
				}
				done.Add(1)
			}
		})
	}
	wait.Wait()
	if err := failed.Load(); err != nil {
		return 0, *err
	}
	return float64(done.Load()) / time.Since(began).Seconds(), nil
}
