package hotspot

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/cell"
)

// Hottest gives the middles of the cells of AnalysisResolution that are
// significantly hot for their households, by where reports were made: the
// hottest first, lon/lat in degrees. The areas are those of a district.
func Hottest(areas []geo.Area, reports []orb.Point) ([]orb.Point, error) {
	district, err := NewDistrict(areas)
	if err != nil {
		return nil, fmt.Errorf("spread the households: %w", err)
	}
	var counts []Count
	for _, p := range reports {
		c, err := cell.At(p, AnalysisResolution)
		if err != nil {
			return nil, err
		}
		counts = append(counts, Count{Cell: c, N: 1})
	}
	analysis := district.Analyse(counts, OfRates)
	hot := map[cell.Cell]Stat{}
	for _, c := range counts {
		if s, ok := analysis.At(c.Cell); ok && s.Significant && s.Z > 0 {
			hot[s.Cell] = s
		}
	}
	var stats []Stat
	for _, s := range hot {
		stats = append(stats, s)
	}
	slices.SortFunc(stats, func(a, b Stat) int {
		return cmp.Or(cmp.Compare(b.Z, a.Z), cmp.Compare(a.Cell, b.Cell))
	})
	out := make([]orb.Point, len(stats))
	for i, s := range stats {
		if out[i], err = cell.Center(s.Cell); err != nil {
			return nil, err
		}
	}
	return out, nil
}
