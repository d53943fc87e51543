package hotspot

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/cell"
)

// District is the cells of a district, with the households in them. It does not
// change. Safe for concurrent use. A nil District has no cells.
type District struct {
	levels [BaseResolution - MinResolution + 1]level // from the finest to the coarsest

	// The cells that are analysed, and those next to them, ascending.
	cells      []cell.Cell
	households []float64
	own        []bool    // the district's: compared even without a report
	near       [][]int32 // the neighbours among them
	owned      int
}

// level is the cells of one resolution that have land in the district, in
// ascending order, and the households in each.
type level struct {
	cells      []cell.Cell
	households []float64
}

// NewDistrict gives the cells of the district that the areas, of all kinds, make
// up, and spreads its households over them: those of the finest areas that have
// them evenly over their land, and what a larger area has beyond the sum of its
// parts over the rest of its land, so that all add up to the district's.
//
// The district's own analysis cells are those with at least half of their land
// in it, and those in which at least one household lives. Its land is that of
// the areas of the largest kind there are. Without areas it has no cells.
//
// geo.ErrInvalid where cell.NewLattice can lay no cells out over the areas.
func NewDistrict(areas []geo.Area) (*District, error) {
	d := &District{}
	bound, some := orb.Bound{}, false
	for i := range areas {
		if b, ok := geo.Bound(areas[i].Shape); ok {
			if !some {
				bound, some = b, true
			}
			bound = bound.Union(b)
		}
	}
	if !some {
		return d, nil
	}
	lattice, err := cell.NewLattice(bound, BaseResolution)
	if err != nil {
		return nil, fmt.Errorf("cells of the district: %w", err)
	}
	s := newSpread(lattice, areas)
	if err := s.all(); err != nil {
		return nil, fmt.Errorf("households of the district: %w", err)
	}
	inside, err := s.district()
	if err != nil {
		return nil, fmt.Errorf("cells of the district: %w", err)
	}
	base, lands := s.base(inside)
	d.rollUp(base)
	return d, d.lay(base.cells, lands)
}

// district gives how much of each cell lies in the district, by place.
func (s *spread) district() ([]float64, error) {
	out := make([]float64, len(s.households))
	for _, kind := range geo.Kinds() {
		found := false
		for i := range s.areas {
			if s.areas[i].Kind != kind || len(s.areas[i].Shape) == 0 {
				continue
			}
			found = true
			if err := s.overlay.measure(s.areas[i].Shape, func(at int32, share float64) { out[at] += share }); err != nil {
				return nil, err
			}
		}
		if found {
			break
		}
	}
	return out, nil
}

// base gives the cells of BaseResolution that have land in the district, with
// the share of each that is.
func (s *spread) base(inside []float64) (level, []float64) {
	type row struct {
		cell       cell.Cell
		households float64
		inside     float64
	}
	rows := make([]row, 0, len(s.households)/2)
	const crumb = 1e-9 // of a cell: what rounding leaves of none
	for at, h := range s.households {
		if h <= 0 && inside[at] < crumb {
			continue
		}
		if c, ok := s.lattice.Cell(at%s.overlay.width, at/s.overlay.width); ok {
			rows = append(rows, row{c, max(h, 0), inside[at]})
		}
	}
	slices.SortFunc(rows, func(a, b row) int { return cmp.Compare(a.cell, b.cell) })
	out := level{make([]cell.Cell, len(rows)), make([]float64, len(rows))}
	lands := make([]float64, len(rows))
	for i, r := range rows {
		out.cells[i], out.households[i], lands[i] = r.cell, r.households, r.inside
	}
	return out, lands
}

// rollUp makes the levels from the finest.
func (d *District) rollUp(base level) {
	d.levels[0] = base
	for n := 1; n < len(d.levels); n++ {
		finer, res := &d.levels[n-1], BaseResolution-n
		l := &d.levels[n]
		for i, c := range finer.cells {
			p := mustParent(c, res)
			if k := len(l.cells); k == 0 || l.cells[k-1] != p {
				l.cells, l.households = append(l.cells, p), append(l.households, 0)
			}
			l.households[len(l.cells)-1] += finer.households[i]
		}
	}
}

// mustParent is cell.Parent of a cell that is known to be one, and finer.
func mustParent(c cell.Cell, res int) cell.Cell {
	p, err := cell.Parent(c, res)
	if err != nil {
		panic(err)
	}
	return p
}

// lay finds the cells to analyse and their neighbours. lands are the shares of
// the finest cells that lie in the district.
func (d *District) lay(base []cell.Cell, lands []float64) error {
	l := &d.levels[BaseResolution-AnalysisResolution]
	half := 0.5
	for range BaseResolution - AnalysisResolution {
		half *= 7
	}
	own := make(map[cell.Cell]bool, len(l.cells))
	next := 0
	for i, c := range l.cells {
		land := 0.0
		for ; next < len(base) && mustParent(base[next], AnalysisResolution) == c; next++ {
			land += lands[next]
		}
		own[c] = land >= half || l.households[i] >= 1
	}
	rings := make(map[cell.Cell][]cell.Cell, len(l.cells))
	for _, c := range l.cells {
		ring, err := cell.Ring(c, 1)
		if err != nil {
			return fmt.Errorf("neighbours of %s: %w", c, err)
		}
		rings[c] = ring
		for _, n := range ring {
			if _, known := own[n]; !known {
				own[n] = false
			}
		}
	}
	d.cells = make([]cell.Cell, 0, len(own))
	for c := range own {
		d.cells = append(d.cells, c)
	}
	slices.Sort(d.cells)
	d.own, d.near = make([]bool, len(d.cells)), make([][]int32, len(d.cells))
	d.households = make([]float64, len(d.cells))
	for i, c := range d.cells {
		ring, ok := rings[c]
		if !ok {
			var err error
			if ring, err = cell.Ring(c, 1); err != nil {
				return fmt.Errorf("neighbours of %s: %w", c, err)
			}
		}
		for _, n := range ring {
			if k, found := slices.BinarySearch(d.cells, n); found {
				d.near[i] = append(d.near[i], int32(k))
			}
		}
		d.households[i], _ = d.Households(c)
		if d.own[i] = own[c]; own[c] {
			d.owned++
		}
	}
	return nil
}

// Households gives the households in a cell of resolution MinResolution to
// BaseResolution; of coarser cells than BaseResolution the sum over the cells
// in it, as counts are rolled up. ok is false for cells of other resolutions and
// for those of which nothing lies in the district.
func (d *District) Households(c cell.Cell) (h float64, ok bool) {
	res := cell.Resolution(c)
	if d == nil || res < MinResolution || res > BaseResolution {
		return 0, false
	}
	l := &d.levels[BaseResolution-res]
	i, found := slices.BinarySearch(l.cells, c)
	if !found {
		return 0, false
	}
	return l.households[i], true
}

// Len is the number of the district's own analysis cells.
func (d *District) Len() int {
	if d == nil {
		return 0
	}
	return d.owned
}
