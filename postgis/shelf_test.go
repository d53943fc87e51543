package postgis

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
)

func TestShelf(t *testing.T) {
	s := shelf[string]{size: 2}
	loads := map[int64]int{}
	get := func(n int64) string {
		v, err := s.get(t.Context(), n, func(context.Context) (string, error) {
			loads[n]++
			return string(rune('a' + n)), nil
		})
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for _, n := range []int64{1, 2, 1, 3, 1, 2} { // 3 takes the place of 2, which was used before 1
		if v := get(n); v != string(rune('a'+n)) {
			t.Errorf("get(%d) = %q", n, v)
		}
	}
	if loads[1] != 1 || loads[2] != 2 || loads[3] != 1 {
		t.Errorf("loads = %v, want 1 once, 2 twice, 3 once", loads)
	}
	broken := errors.New("broken")
	if _, err := s.get(t.Context(), 9, func(context.Context) (string, error) { return "", broken }); !errors.Is(err, broken) {
		t.Errorf("get of what cannot be loaded = %v, want %v", err, broken)
	}
	if v := get(9); v != "j" {
		t.Errorf("get(9) after a failure = %q: the failure was kept", v)
	}
}

// TestShelfLoadsOnce has many ask for one version at once; the first to ask
// gives up, and nobody is the worse for it.
func TestShelfLoadsOnce(t *testing.T) {
	s := shelf[int]{size: 2}
	begun, goOn := make(chan struct{}), make(chan struct{})
	var loads atomic.Int32
	load := func(ctx context.Context) (int, error) {
		if loads.Add(1) == 1 {
			close(begun)
		}
		<-goOn
		return 42, ctx.Err()
	}
	ctx, cancel := context.WithCancel(t.Context())
	first := make(chan error)
	go func() { _, err := s.get(ctx, 7, load); first <- err }()
	<-begun
	var all sync.WaitGroup
	for range 8 {
		all.Go(func() {
			if v, err := s.get(t.Context(), 7, load); v != 42 || err != nil {
				t.Errorf("get = %d, %v, want 42", v, err)
			}
		})
	}
	cancel()
	if err := <-first; !errors.Is(err, context.Canceled) {
		t.Errorf("the first, who gave up, gets %v", err)
	}
	close(goOn)
	all.Wait()
	if n := loads.Load(); n != 1 {
		t.Errorf("loaded %d times, want once", n)
	}
}
