package hotspot

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/gridpatrol/gridpatrol/geo/cell"
)

// FrameCount is a number of reports in a cell during a frame.
type FrameCount struct {
	Cell  cell.Cell
	Frame int // index of the frame, from 0
	N     int // at least 1
}

// Series is the numbers of reports in a cell, one a frame.
type Series struct {
	Cell cell.Cell
	N    []int // as many as there are frames; 0 where none came
}

// Total adds them up.
func (s Series) Total() int {
	sum := 0
	for _, n := range s.N {
		sum += n
	}
	return sum
}

// RollUpFrames adds counts up into the cells of a coarser (or the same)
// resolution, in ascending order of cells, each of a number of frames for
// itself. The counts may be of several resolutions and name a cell more than
// once; those that are not positive, or whose frame is none of them, are left
// out. It is geo.ErrInvalid where a count's cell is none or is coarser than res.
//
// H3's parents cover their children only roughly: a report near the rim of a
// large cell may count for its neighbour.
func RollUpFrames(counts []FrameCount, frames, res int) ([]Series, error) {
	rows := make(map[cell.Cell][]int)
	for _, c := range counts {
		if c.N <= 0 || c.Frame < 0 || c.Frame >= frames {
			continue
		}
		p, err := cell.Parent(c.Cell, res)
		if err != nil {
			return nil, fmt.Errorf("roll up frames to resolution %d: %w", res, err)
		}
		if rows[p] == nil {
			rows[p] = make([]int, frames)
		}
		rows[p][c.Frame] += c.N
	}
	out := make([]Series, 0, len(rows))
	for c, n := range rows {
		out = append(out, Series{c, n})
	}
	slices.SortFunc(out, func(a, b Series) int { return cmp.Compare(a.Cell, b.Cell) })
	return out, nil
}

// Shown gives a number as it may be shown to who sees counts from k on: nil
// where there are reports, but fewer. No report is shown as 0: that there is
// none gives nobody away.
func Shown(n, k int) *int {
	if n > 0 && n < k {
		return nil
	}
	return &n
}
