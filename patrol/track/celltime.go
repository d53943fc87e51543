package track

import (
	"cmp"
	"slices"
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/cell"
)

// CellTime says how long somebody was in a cell.
type CellTime struct {
	Cell        cell.Cell
	First, Last time.Time
	Dwell       time.Duration
}

// CellTimes gives the time in each H3 cell of the resolution (0 to 15), in the
// order of the cells. The way is looked at every 10 m at least: the time of a
// step counts where its middle lies. A resolution that is none is geo.ErrInvalid.
func CellTimes(pieces []Piece, res int) ([]CellTime, error) {
	times := map[cell.Cell]*CellTime{}
	var failed error
	for _, p := range pieces {
		steps(p, func(at geo.LatticePoint, from, to time.Time) {
			c, err := cell.At(at.Point(), res)
			if err != nil {
				failed = err
				return
			}
			t := times[c]
			if t == nil {
				t = &CellTime{Cell: c, First: from, Last: to}
				times[c] = t
			}
			t.Dwell += to.Sub(from)
			if from.Before(t.First) {
				t.First = from
			}
			if to.After(t.Last) {
				t.Last = to
			}
		})
	}
	if failed != nil {
		return nil, failed
	}
	out := make([]CellTime, 0, len(times))
	for _, t := range times {
		out = append(out, *t)
	}
	slices.SortFunc(out, func(a, b CellTime) int { return cmp.Compare(a.Cell, b.Cell) })
	return out, nil
}
