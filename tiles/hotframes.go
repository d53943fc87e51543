package tiles

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/gridpatrol/gridpatrol/geo/cell"
	"github.com/gridpatrol/gridpatrol/geo/hotspot"
)

// HotspotFrames is an answer with frames for a time slider.
type HotspotFrames struct {
	Hotspots                 // over all frames together
	Frames   []hotspot.Frame // oldest first; each begins where the one before ends
	Totals   []*int          // one a frame, of all cells; nil as Total is
	Counts   [][]*int        // one row a cell, in it one a frame; nil where suppressed
}

// HotspotFrames counts reports by cell and frame as the viewer may see them:
// From and To of the query are widened to whole steps of the district's time
// zone (see hotspot.Frames for zero ones), and From, To, Cells and Analysis of
// the answer are of all frames together. Who reads no reports gets numbers
// below hotspot.MinPublic suppressed, and months only (geo.ErrForbidden), none
// of them in the future; the reason stands at hotspot.PublicWindow.
func (s *Server) HotspotFrames(ctx context.Context, v Viewer, q HotspotQuery, step hotspot.Step) (HotspotFrames, error) {
	f, err := s.filter(v, q)
	if err != nil {
		return HotspotFrames{}, err
	}
	now := s.c.Now()
	if !v.ReadsReports() {
		if step != hotspot.Month {
			return HotspotFrames{}, forbidden("weeks are for who may read reports; months are for everybody")
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
	if err := writable(f); err != nil {
		return HotspotFrames{}, err
	}
	h, err := s.heat(ctx, v, f, q.Exposure != "")
	if err != nil {
		return HotspotFrames{}, err
	}
	series, err := s.series(ctx, v, h, f, frames, q.Resolution)
	if err != nil {
		return HotspotFrames{}, err
	}
	out := HotspotFrames{Hotspots: h.answer(f, q), Frames: frames}
	out.Totals, out.Counts = framesShown(series, out.Cells, len(frames), h.least)
	return out, nil
}

// series counts by frame, as heat does without.
func (s *Server) series(ctx context.Context, v Viewer, h *heat, f hotspot.Filter, frames []hotspot.Frame, res int) ([]hotspot.Series, error) {
	starts := make([]time.Time, len(frames))
	for i, f := range frames {
		starts[i] = f.From.UTC()
	}
	// One heat may be of several steps.
	return s.frames.get(framesKey{h.serial, len(frames), res}, func() ([]hotspot.Series, error) {
		if h.columns != nil {
			return h.columns.Series(f, h.least > 1, starts, res), nil
		}
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), storeTimeout)
		defer cancel()
		counts, err := v.FrameCounts(ctx, f, starts)
		if err != nil {
			return nil, fmt.Errorf("count reports of own areas by frame: %w", err)
		}
		return hotspot.RollUpFrames(counts, len(frames), res)
	})
}

// framesKey names the series of a heat: of a window, steps differ in how many
// they are.
type framesKey struct {
	heat        uint64
	frames, res int
}

// framesShown gives the totals of the frames, and the counts of each cell by
// frame, as they may be shown. The cells are those that are counted over all
// frames; a cell of which the series, taken a moment apart, say nothing counts
// as without reports.
func framesShown(series []hotspot.Series, cells []HotCell, frames, least int) (totals []*int, counts [][]*int) {
	sums, shown := make([]int, frames), make([]int, frames)
	for _, c := range series {
		for j, n := range c.N {
			sums[j] += n
			if n >= least {
				shown[j] += n
			}
		}
	}
	none := make([]int, frames)
	counts = make([][]*int, len(cells))
	for i := range cells {
		n := none
		if at, ok := slices.BinarySearchFunc(series, cells[i].Cell.Cell, func(s hotspot.Series, c cell.Cell) int { return cmp.Compare(s.Cell, c) }); ok {
			n = series[at].N
		}
		counts[i] = make([]*int, frames)
		for j := range n {
			counts[i][j] = hotspot.Shown(n[j], least)
		}
	}
	totals = make([]*int, frames)
	for j := range sums {
		totals[j] = total(sums[j], shown[j], least)
	}
	return totals, counts
}
