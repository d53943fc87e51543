package tiles

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/paulmach/orb/maptile"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/locate"
)

// switching is boundaries of which others come into force when they are asked
// for the n-th time.
type switching struct {
	history
	asked int
	then  map[int]func() *locate.Snapshot
	now   atomic.Pointer[locate.Snapshot]
}

func (s *switching) Current() *locate.Snapshot {
	s.asked++
	if f := s.then[s.asked]; f != nil {
		s.now.Store(f())
	}
	return s.now.Load()
}

// levelsOf lists the levels there are of a snapshot, without drawing any.
func levelsOf(s *Server, snapshot *locate.Snapshot) (out []string) {
	p := s.prepared.of(snapshot)
	for _, kind := range geo.Kinds() {
		for z := range maxZoom + 1 {
			if p.ready(kind, z) != nil {
				out = append(out, fmt.Sprintf("%s %d", kind, z))
			}
		}
	}
	return out
}

// everyLevel is how many levels the layers have.
func everyLevel(s *Server) (n int) {
	for _, l := range s.layers {
		if l.source == fromAreas {
			n += l.maxZoom - l.minZoom + 1
		}
	}
	return n
}

// TestRunDrawsWhatIsInForce lets boundaries come into force under a server that
// runs, and ends it. Nothing is left running: synctest would not return.
func TestRunDrawsWhatIsInForce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRig(t)
		b := &switching{history: r.history}
		b.now.Store(r.history[0])
		r.c.Boundaries = b
		ctx, cancel := context.WithCancel(t.Context())
		ended := make(chan struct{})
		go func() { r.Run(ctx); close(ended) }()
		synctest.Wait()
		if got, want := len(levelsOf(r.Server, r.history[0])), everyLevel(r.Server); got != want {
			t.Errorf("%d levels of the first revision are drawn, want %d", got, want)
		}
		r.Hint() // nothing has changed
		synctest.Wait()
		if got := len(levelsOf(r.Server, r.history[1])); got != 0 {
			t.Errorf("%d levels of a revision that is not in force are drawn", got)
		}
		b.now.Store(r.history[1])
		r.Hint()
		r.Hint() // waits for nobody
		synctest.Wait()
		if got, want := len(levelsOf(r.Server, r.history[1])), everyLevel(r.Server); got != want {
			t.Errorf("%d levels of the second revision are drawn, want %d", got, want)
		}
		cancel()
		<-ended
	})
}

// TestRunLetsGoOfTheOld has others come into force while the first are drawn.
func TestRunLetsGoOfTheOld(t *testing.T) {
	r := newRig(t)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	b := &switching{history: r.history, then: map[int]func() *locate.Snapshot{
		7:  func() *locate.Snapshot { return r.history[1] },
		20: func() *locate.Snapshot { cancel(); return r.history[1] },
	}}
	b.now.Store(r.history[0])
	r.c.Boundaries = b
	r.Run(ctx)
	old, now := len(levelsOf(r.Server, r.history[0])), len(levelsOf(r.Server, r.history[1]))
	if old == 0 || old > 6 {
		t.Errorf("%d levels of what is no longer in force are drawn, want a few", old)
	}
	if now == 0 || now > 13 {
		t.Errorf("%d levels are drawn, want those from before the end", now)
	}
}

// TestWhatIsAskedForIsDrawnFirst asks for one zoom before a publish.
func TestWhatIsAskedForIsDrawnFirst(t *testing.T) {
	r := newRig(t)
	r.get(tilePath("village_groups", townMiddle(), 15))
	r.get(tilePath("grids", townMiddle(), 15))
	plan := r.plan()
	if len(plan) != everyLevel(r.Server) {
		t.Fatalf("%d levels are planned, want %d", len(plan), everyLevel(r.Server))
	}
	if plan[0].zoom != 15 || plan[0].kind != geo.VillageGroup || plan[1].zoom != 15 || plan[1].kind != geo.Grid || plan[2].asked {
		t.Errorf("the plan begins %v, want groups and grids of zoom 15", plan[:3])
	}
	if plan[2].zoom != firstZoom || plan[len(plan)-1].zoom != 4 {
		t.Errorf("the plan goes on from zoom %d to zoom %d, want %d to 4", plan[2].zoom, plan[len(plan)-1].zoom, firstZoom)
	}
	if !r.warm(t.Context(), r.history.Current()) {
		t.Fatal("not drawn to the end")
	}
	if plan := r.plan(); plan[0].asked {
		t.Errorf("the next plan begins %v, which nobody asked for since", plan[0])
	}
}

// TestDrawnAheadIsTheSame compares tiles drawn ahead with tiles drawn when they
// are asked for.
func TestDrawnAheadIsTheSame(t *testing.T) {
	ahead, later := newRig(t), newRig(t)
	ahead.warm(t.Context(), ahead.history.Current())
	rnd := rand.New(rand.NewPCG(9, 9))
	for _, l := range allLayers() {
		if l.source != fromAreas {
			continue
		}
		for z := l.minZoom; z <= l.maxZoom; z++ {
			at := townMiddle()
			at[0] += (rnd.Float64() - 0.5) / 100
			path := tilePath(l.name, at, maptile.Zoom(z))
			if a, b := ahead.get(path), later.get(path); a.Body.String() != b.Body.String() || a.Code != b.Code {
				t.Errorf("GET %s = %d drawn ahead, %d drawn later, or other bytes", path, a.Code, b.Code)
			}
		}
	}
}
