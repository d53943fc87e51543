package hotspot

import (
	"math"
	"sort"
	"time"
)

// FrameCounts is Counts by frames: the first begins at starts[0], each ends
// where the next begins, and the last with the filter's To. Starts are
// ascending, at most MaxFrames of them; what came before the first is not
// counted. Without starts everything is of frame 0. The answer is ascending by
// cell and frame.
func (c *Columns) FrameCounts(f Filter, public bool, starts []time.Time) []FrameCount {
	var out []FrameCount
	for _, s := range c.Series(f, public, starts, BaseResolution) {
		for i, n := range s.N {
			if n > 0 {
				out = append(out, FrameCount{s.Cell, i, n})
			}
		}
	}
	return out
}

// Series is FrameCounts at a resolution from MinResolution to BaseResolution,
// as RollUpFrames gives them, ascending by cell.
func (c *Columns) Series(f Filter, public bool, starts []time.Time, res int) []Series {
	frames := micros(starts)
	if len(frames) == 0 {
		frames = []int64{math.MinInt64}
	}
	if len(starts) > 0 && f.From.Before(starts[0]) {
		f.From = starts[0]
	}
	page := &c.cells[res]
	up := c.ancestors(res)
	at := make([]int32, len(page.cells)) // by number: where the cell's series stands, from 1
	cells := 0
	type found struct{ cell, frame int32 }
	var list []found
	from, to, current := int64(math.MaxInt64), int64(math.MinInt64), 0
	take := func(place int32, t int64) {
		if place == 0 {
			return
		}
		if t < from || t >= to { // most often the frame is that of the report before
			current = sort.Search(len(frames), func(i int) bool { return frames[i] > t }) - 1
			from, to = frames[current], math.MaxInt64
			if current+1 < len(frames) {
				to = frames[current+1]
			}
		}
		list = append(list, found{up[place], int32(current)})
	}
	for b, rows := range c.chosen(&f) {
		place := b.places(public)
		if rows == nil {
			for i := range b.ids {
				take(place[i], b.at[i])
			}
			continue
		}
		for _, i := range rows {
			take(place[i], b.at[i])
		}
	}
	for _, e := range list {
		if at[e.cell] == 0 {
			at[e.cell] = 1
			cells++
		}
	}
	out := make([]Series, 0, cells)
	numbers := make([]int, cells*len(frames))
	for _, number := range page.order {
		if at[number] > 0 {
			n := len(out) * len(frames)
			out = append(out, Series{page.cells[number], numbers[n : n+len(frames) : n+len(frames)]})
			at[number] = int32(len(out))
		}
	}
	for _, e := range list {
		out[at[e.cell]-1].N[e.frame]++
	}
	return out
}

// ancestors gives, by number of a cell of BaseResolution, the number of its
// ancestor of a resolution.
func (c *Columns) ancestors(res int) []int32 {
	out := make([]int32, len(c.cells[BaseResolution].cells))
	for n := range out {
		out[n] = int32(n)
	}
	for r := BaseResolution; r > res; r-- {
		up := c.cells[r].up
		for i, n := range out {
			out[i] = up[n]
		}
	}
	return out
}
