// Package hotspot counts reports by H3 cell: what to count, how counts roll up
// into larger cells, and what the public may see of small ones. It is pure.
package hotspot

import (
	"time"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo/cell"
)

// BaseResolution is the H3 resolution that reports are counted at in the
// store; coarser counts are rolled up from it.
const BaseResolution = 10

// MinResolution is the coarsest resolution that reports are counted at and
// households known of.
const MinResolution = 4

// MinPublic is the smallest number of reports that the public sees of a cell.
const MinPublic = 5

// Count is a number of reports in a cell.
type Count struct {
	Cell cell.Cell
	N    int // at least 1
}

// Filter says which reports are counted. Zero fields do not filter.
type Filter struct {
	From, To time.Time // accepted from (included) to (excluded)
	Category []string  // any of these
	Status   []string  // any of these
	Bound    *orb.Bound
	Overdue  bool      // only what is past its time limit, and not done, at Now
	Now      time.Time // for Overdue
}

// Cell is a cell as it is shown: with its count, or with the mere fact that
// there are too few reports to give one.
type Cell struct {
	Cell       cell.Cell
	N          int  // 0 where suppressed
	Suppressed bool // fewer reports than the viewer may see counted
}

// Suppress gives the counts as they may be shown: those below k lose their
// number. With k of 1 or less nothing is suppressed. The order stays.
func Suppress(counts []Count, k int) []Cell {
	out := make([]Cell, len(counts))
	for i, c := range counts {
		if c.N < k {
			out[i] = Cell{Cell: c.Cell, Suppressed: true}
		} else {
			out[i] = Cell{Cell: c.Cell, N: c.N}
		}
	}
	return out
}
