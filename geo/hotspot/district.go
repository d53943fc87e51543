package hotspot

import (
	"maps"
	"slices"

	"github.com/paulmach/orb/planar"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/cell"
)

// MinResolution is the coarsest resolution that a District knows households of.
const MinResolution = 4

// District is the cells of a district, with the households in them. It does not
// change. Safe for concurrent use.
type District struct {
	analysis   []cell.Cell // of AnalysisResolution, ascending
	households map[cell.Cell]float64
}

// NewDistrict gives the cells of the district that the areas make up.
func NewDistrict(areas []geo.Area) (*District, error) {
	d := &District{households: make(map[cell.Cell]float64)}
	for i := range areas {
		a := &areas[i]
		if a.Kind != geo.VillageGroup && a.Kind != geo.Compound {
			continue
		}
		bound, ok := geo.Bound(a.Shape)
		if !ok {
			continue
		}
		cover, err := cell.Cover(bound, BaseResolution)
		if err != nil {
			return nil, err
		}
		var in []cell.Cell
		for _, c := range cover {
			if p, err := cell.Center(c); err == nil && planar.MultiPolygonContains(a.Shape, p) {
				in = append(in, c)
			}
		}
		if len(in) == 0 {
			in = cover
		}
		for _, c := range in {
			for res := MinResolution; res <= BaseResolution; res++ {
				p, err := cell.Parent(c, res)
				if err != nil {
					return nil, err
				}
				d.households[p] += float64(a.Households) / float64(len(in))
			}
		}
	}
	for _, c := range slices.Sorted(maps.Keys(d.households)) {
		if cell.Resolution(c) == AnalysisResolution {
			d.analysis = append(d.analysis, c)
		}
	}
	return d, nil
}

// Households gives the households in a cell of resolution MinResolution to
// BaseResolution; of coarser cells than BaseResolution the sum over the cells
// in it, as counts are rolled up. ok is false for cells of other resolutions and
// for those of which nothing lies in the district.
func (d *District) Households(c cell.Cell) (h float64, ok bool) {
	h, ok = d.households[c]
	return h, ok
}

// Len is the number of analysis cells.
func (d *District) Len() int { return len(d.analysis) }
