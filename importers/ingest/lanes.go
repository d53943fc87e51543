package ingest

import (
	"context"
	"runtime"
	"sync"
)

// laneRows is how many rows are understood together.
const laneRows = 1000

// lanes understands rows on all cores and gives them on in their order.
type lanes[In, Out any] struct {
	ctx   context.Context
	jobs  chan lane[In, Out]
	turns chan chan Out
	row   []In
	work  sync.WaitGroup
}

type lane[In, Out any] struct {
	rows []In
	out  chan Out
}

// newLanes starts the workers, which end after end, or with ctx.
func newLanes[In, Out any](ctx context.Context, understand func([]In) Out) *lanes[In, Out] {
	n := max(2, runtime.GOMAXPROCS(0))
	l := &lanes[In, Out]{ctx: ctx, jobs: make(chan lane[In, Out]), turns: make(chan chan Out, 2*n)}
	for range n {
		l.work.Add(1)
		go func() {
			defer l.work.Done()
			for j := range l.jobs {
				j.out <- understand(j.rows)
			}
		}()
	}
	return l
}

// put hands a row in, from one goroutine.
func (l *lanes[In, Out]) put(row In) error {
	if l.row = append(l.row, row); len(l.row) == laneRows {
		return l.flush()
	}
	return nil
}

func (l *lanes[In, Out]) flush() error {
	j := lane[In, Out]{l.row, make(chan Out, 1)}
	l.row = make([]In, 0, laneRows)
	select {
	case l.turns <- j.out:
	case <-l.ctx.Done():
		return l.ctx.Err()
	}
	select {
	case l.jobs <- j:
		return nil
	case <-l.ctx.Done():
		j.out <- *new(Out) // nobody waits for it in vain
		return l.ctx.Err()
	}
}

// end says that there are no more rows.
func (l *lanes[In, Out]) end() {
	if len(l.row) > 0 {
		_ = l.flush() // fails only where nobody waits any more
	}
	close(l.jobs)
	close(l.turns)
	l.work.Wait()
}

// each gives what was understood, in the order of the rows, until take fails or
// ctx ends.
func (l *lanes[In, Out]) each(take func(Out) error) error {
	for out := range l.turns {
		if err := l.ctx.Err(); err != nil {
			return err
		}
		if err := take(<-out); err != nil {
			return err
		}
	}
	return nil
}
