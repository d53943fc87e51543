package tiles

import (
	"context"
	"slices"
	"sync/atomic"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/hotspot"
	"github.com/gridpatrol/gridpatrol/geo/locate"
)

// demand notes which kinds are asked for at which zooms. It is written once
// and then read only, so that requests on many cores do not slow each other.
type demand [6][maxZoom + 1]atomic.Bool

func (d *demand) note(kind geo.Kind, zoom int) {
	if f := &d[kind.Index()][zoom]; !f.Load() {
		f.Store(true)
	}
}

// forget begins anew.
func (d *demand) forget() {
	for k := range d {
		for z := range d[k] {
			d[k][z].Store(false)
		}
	}
}

// Run draws boundaries ahead of requests until ctx ends: those in force now,
// and after each Hint those that have come into force. It works in the caller's
// goroutine alone, so that it takes one core at most, and lets go of
// boundaries that are no longer in force. Without it tiles are the same; the
// first of each zoom waits until the zoom is drawn.
func (s *Server) Run(ctx context.Context) {
	var ready *locate.Snapshot
	for {
		for now := s.c.Boundaries.Current(); now != ready; now = s.c.Boundaries.Current() {
			if s.warm(ctx, now) {
				ready = now
			}
			if ctx.Err() != nil {
				return
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-s.hint:
		}
	}
}

// Hint says that other boundaries may have come into force. It never waits.
func (s *Server) Hint() {
	select {
	case s.hint <- struct{}{}:
	default: // one is on its way already
	}
}

// work is a zoom of a kind, to be drawn.
type work struct {
	kind  geo.Kind
	zoom  int
	asked bool // since boundaries were last drawn to the end
}

// warm draws a snapshot piece by piece, and reports whether it came to the end:
// it stops where ctx ends or the snapshot is no longer in force. A request that
// comes meanwhile draws what it needs itself, and waits for nothing else.
func (s *Server) warm(ctx context.Context, snapshot *locate.Snapshot) bool {
	p := s.prepared.of(snapshot)
	if before := p.before.Load(); before != nil {
		p.since(before) // first, so that as few as may be wait
	}
	s.districts.of(snapshot) // then: requests for hot spots have the old one until it is there
	for _, w := range s.plan() {
		if ctx.Err() != nil || s.c.Boundaries.Current() != snapshot {
			return false
		}
		p.level(w.kind, w.zoom)
	}
	p.groundShapes()
	p.before.Store(nil)
	goOn := func() bool { return ctx.Err() == nil && s.c.Boundaries.Current() == snapshot }
	s.warmHeat(snapshot, goOn)
	s.demand.forget()
	return goOn()
}

// warmStretch is how many cells are drawn ahead at once: requests for hot
// spots wait meanwhile.
const warmStretch = 2048

// warmHeat draws all cells that have reports ahead of requests, as long as it
// is to go on.
func (s *Server) warmHeat(snapshot *locate.Snapshot, goOn func() bool) {
	tally := s.c.Counts.Current().Tally(hotspot.Filter{}, true)
	gallery, district := s.galleries.of(tally.Book()), s.districts.of(snapshot)
	for zoom := minHotZoom; zoom <= maxHotZoom; zoom++ {
		res := resolutionAt(zoom)
		cells := tally.Cells(res)
		for n := min(warmStretch, len(cells)); goOn(); n = min(n+warmStretch, len(cells)) {
			_, _, done := gallery.hang(res, cells[:n], district)
			done()
			if n == len(cells) {
				break
			}
		}
	}
}

// plan lists what there is to draw: first what was asked for lately, then zooms
// that show most of a district, then deeper ones, as people come closer.
func (s *Server) plan() (out []work) {
	for _, l := range s.layers {
		if l.source != fromAreas {
			continue
		}
		for z := l.minZoom; z <= l.maxZoom; z++ {
			out = append(out, work{l.kind, z, s.demand[l.kind.Index()][z].Load()})
		}
	}
	slices.SortFunc(out, func(a, b work) int {
		switch {
		case a.asked != b.asked && a.asked:
			return -1
		case a.asked != b.asked:
			return 1
		case a.zoom != b.zoom:
			return order(a.zoom) - order(b.zoom)
		}
		return a.kind.Index() - b.kind.Index()
	})
	return out
}

// firstZoom is the one that shows a whole district on most screens.
const firstZoom = 10

func order(zoom int) int {
	if zoom < firstZoom {
		return maxZoom + firstZoom - zoom
	}
	return zoom
}
