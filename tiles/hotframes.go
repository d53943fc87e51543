package tiles

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/gridpatrol/gridpatrol/geo/hotspot"
)

// HotspotFrames is an answer with frames for a time slider.
type HotspotFrames struct {
	Hotspots                 // over all frames together
	Frames   []hotspot.Frame // oldest first; each begins where the one before ends
	Totals   []*int          // one a frame, of all cells; nil where suppressed
	Counts   [][]*int        // one row a cell, in it one a frame; nil where suppressed
}

// HotspotFrames counts reports by cell and frame as the viewer may see them:
// From and To of the query are widened to whole steps of the district's time
// zone (see hotspot.Frames for zero ones), and From, To and Cells of the answer
// are of all frames together. Numbers below hotspot.MinPublic are suppressed
// but for who may read every report. Everybody else gets months only
// (geo.ErrForbidden), none of them in the future; the reason stands at
// hotspot.PublicWindow.
func (s *Server) HotspotFrames(ctx context.Context, v Viewer, q HotspotQuery, step hotspot.Step) (HotspotFrames, error) {
	f, err := s.filter(v, q)
	if err != nil {
		return HotspotFrames{}, err
	}
	now := s.c.Now()
	if !v.ReadsEveryReport() {
		if step != hotspot.Month {
			return HotspotFrames{}, forbidden("weeks are for who may read every report; months are for everybody")
		}
		if end := hotspot.Tomorrow(now); q.To.After(end) {
			q.To = end
		}
	}
	frames, err := hotspot.Frames(step, q.From, q.To, now)
	if err != nil {
		return HotspotFrames{}, err
	}
	f.From, f.To = frames[0].From.UTC(), frames[len(frames)-1].To.UTC()
	found, err := s.frames.get(string(step)+" "+filterID(f), func() (*hotFrames, error) {
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeTimeout)
		defer cancel()
		starts := make([]time.Time, len(frames))
		for i, f := range frames {
			starts[i] = f.From.UTC()
		}
		counts, err := s.c.Counts.FrameCounts(ctx, f, starts)
		return &hotFrames{counts: counts, frames: len(frames)}, err
	})
	if err != nil {
		return HotspotFrames{}, err
	}
	series, err := found.at(q.Resolution)
	if err != nil {
		return HotspotFrames{}, err
	}
	return framesShown(series, frames, q.Resolution, smallest(v)), nil
}

// framesShown gives the series as they may be shown to who sees counts from k
// on.
func framesShown(series []hotspot.Series, frames []hotspot.Frame, resolution, k int) HotspotFrames {
	out := HotspotFrames{
		Hotspots: Hotspots{From: frames[0].From.UTC(), To: frames[len(frames)-1].To.UTC(), Resolution: resolution},
		Frames:   frames, Totals: make([]*int, len(frames)), Counts: make([][]*int, len(series)),
	}
	sum, sums := 0, make([]int, len(frames))
	totals := make([]hotspot.Count, len(series))
	for i, c := range series {
		out.Counts[i] = make([]*int, len(frames))
		for j, n := range c.N {
			out.Counts[i][j] = hotspot.Shown(n, k)
			sums[j] += n
		}
		totals[i] = hotspot.Count{Cell: c.Cell, N: c.Total()}
		sum += totals[i].N
	}
	out.Cells, out.Total = hotspot.Suppress(totals, k), hotspot.Shown(sum, k)
	for j, n := range sums {
		out.Totals[j] = hotspot.Shown(n, k)
	}
	return out
}

// hotFrames is one answer of the store, rolled up to each resolution when it
// is first asked for.
type hotFrames struct {
	counts []hotspot.FrameCount
	frames int
	levels [hotspot.BaseResolution + 1]struct {
		once   sync.Once
		series []hotspot.Series
		err    error
	}
}

// at gives the series of a resolution within 0 to BaseResolution, ascending.
func (h *hotFrames) at(res int) ([]hotspot.Series, error) {
	l := &h.levels[res]
	l.once.Do(func() {
		if l.series, l.err = hotspot.RollUpFrames(h.counts, h.frames, res); l.err != nil {
			l.err = fmt.Errorf("roll up frames: %w", l.err)
		}
	})
	return l.series, l.err
}
