package hotspot

import (
	"cmp"
	"fmt"
	"math"
	"slices"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/cell"
)

// MinPatrolHours is the least time on patrol in a cell that a rate is given
// for: a single report in a cell where officers were for less would count for
// more than one an hour, and tells of the cell's emptiness, not of its reports.
const MinPatrolHours = 1

// OfPatrolHours is reports per hour that officers on patrol were in the cell. It is
// none of Variables: it needs Hours beside the reports.
const OfPatrolHours Variable = "per_patrol_hour"

// CellHours is how long officers on patrol were in a cell, added up over
// officers: two for half an hour are one hour.
type CellHours struct {
	Cell  cell.Cell // of BaseResolution
	Hours float64
}

// Hours are patrol hours by cell, at every resolution from MinResolution to
// BaseResolution. They do not change. Safe for concurrent use. Nil Hours are
// none anywhere.
type Hours struct {
	levels [levels][]CellHours // by resolution, ascending by cell
	total  float64
}

// NewHours adds hours up by cell, and into the cells of the coarser resolutions as
// counts of reports are. A cell that is named more than once has all of its hours; those
// that are not positive numbers are left out. It is geo.ErrInvalid where a cell is
// none of BaseResolution.
func NewHours(of []CellHours) (*Hours, error) {
	h := &Hours{}
	base := make([]CellHours, 0, len(of))
	for _, c := range of {
		if !c.Cell.Valid() || cell.Resolution(c.Cell) != BaseResolution {
			return nil, geo.Invalid("invalid-cell", fmt.Sprintf("%s is no cell of resolution %d", c.Cell, BaseResolution))
		}
		if c.Hours > 0 && !math.IsInf(c.Hours, 1) {
			base = append(base, c)
		}
	}
	// Sums of floats depend on the order: by size, whoever asks gets the same.
	slices.SortFunc(base, func(a, b CellHours) int {
		return cmp.Or(cmp.Compare(a.Cell, b.Cell), cmp.Compare(a.Hours, b.Hours))
	})
	h.levels[BaseResolution] = merged(base)
	for res := BaseResolution - 1; res >= MinResolution; res-- {
		up := slices.Clone(h.levels[res+1])
		for i := range up {
			up[i].Cell = mustParent(up[i].Cell, res)
		}
		h.levels[res] = merged(up)
	}
	for _, c := range h.levels[MinResolution] {
		h.total += c.Hours
	}
	return h, nil
}

// merged adds up neighbours of one cell. The answer takes the place of the
// argument.
func merged(of []CellHours) []CellHours {
	n := 0
	for _, c := range of {
		if n > 0 && of[n-1].Cell == c.Cell {
			of[n-1].Hours += c.Hours
			continue
		}
		of[n] = c
		n++
	}
	return of[:n]
}

// In gives the hours in a cell of resolution MinResolution to BaseResolution; 0
// in every other.
func (h *Hours) In(c cell.Cell) float64 {
	res := cell.Resolution(c)
	if h == nil || res < MinResolution || res > BaseResolution {
		return 0
	}
	level := h.levels[res]
	i, found := slices.BinarySearchFunc(level, c, func(a CellHours, c cell.Cell) int { return cmp.Compare(a.Cell, c) })
	if !found {
		return 0
	}
	return level[i].Hours
}

// Total adds all of them up.
func (h *Hours) Total() float64 {
	if h == nil {
		return 0
	}
	return h.total
}

// PerPatrolHour gives reports per hour on patrol. ok is false where there are less
// than MinPatrolHours.
func PerPatrolHour(n int, hours float64) (rate float64, ok bool) {
	if hours < MinPatrolHours {
		return 0, false
	}
	return float64(n) / hours, true
}

// AnalyseShownHours is AnalyseShown of reports per patrol hour. Only cells with at least
// MinPatrolHours are compared, and only they are anybody's neighbours.
func (d *District) AnalyseShownHours(shown []Cell, hours *Hours) *Analysis {
	if d.Len() == 0 {
		return nil
	}
	return d.analyse(OfPatrolHours, hours, d.numbers(shown))
}

// Watched tells whether a cell looks hot only because it was looked at more: per
// household there are significantly more reports than elsewhere, per patrol
// hour there are not, and officers spent a larger part of their hours in and round it than
// its part of the households. byHousehold is an analysis of OfRates, byHour one of
// OfPatrolHours, of the same reports. A cell of which one of them knows nothing
// is not watched.
func Watched(byHousehold, byHour *Analysis, c cell.Cell) bool {
	home, ok := byHousehold.At(c)
	if byHour == nil || !ok || !home.Significant || home.Z <= 0 {
		return false
	}
	// For a coarser c the hottest of its cells is what is looked at. Where all rates
	// are the same, no cell has a Z, and none is hot.
	i, found := slices.BinarySearchFunc(byHour.stats, home.Cell, func(s Stat, c cell.Cell) int { return cmp.Compare(s.Cell, c) })
	if !found {
		return false
	}
	hour := byHour.stats[i]
	return !(hour.Significant && hour.Z > 0) && hour.Share > home.Share
}
