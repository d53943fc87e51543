package hotspot

import (
	"slices"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/cell"
)

// spread is households on their way into the cells of a lattice.
type spread struct {
	lattice    *cell.Lattice
	overlay    *overlay
	areas      []geo.Area
	parts      [][]int   // by area: those it is made up of
	total      []float64 // by area: households
	households []float64 // by place
	taken      []float64 // by place: m² of an area that its parts take up; 0 in between
	lands      []land    // room for those of one area
}

// land is what an area covers of a cell.
type land struct {
	at int32
	m2 float64
}

// newSpread sorts the areas into a tree: whatever says how many households it
// has, below the smallest of the others that it belongs to. The grids lie beside the
// units and divide the same households once more: they are left out, unless
// nothing below the townships has any.
func newSpread(l *cell.Lattice, areas []geo.Area) *spread {
	width, height := l.Size()
	s := &spread{lattice: l, overlay: newOverlay(l), areas: areas, parts: make([][]int, len(areas)), total: make([]float64, len(areas)),
		households: make([]float64, width*height), taken: make([]float64, width*height)}
	units := slices.ContainsFunc(areas, func(a geo.Area) bool {
		return a.Households > 0 && (a.Kind == geo.Village || a.Kind == geo.VillageGroup || a.Kind == geo.Compound)
	})
	counted := func(k geo.Kind) bool { return k != geo.Grid || !units }
	byRef := make(map[geo.Ref]int, len(areas))
	district := -1
	for i := range areas {
		byRef[areas[i].Ref()] = i
		if areas[i].Kind == geo.District {
			district = i
		}
	}
	for i := range areas {
		if !counted(areas[i].Kind) || areas[i].Kind == geo.District {
			continue
		}
		up, ok := byRef[areas[i].Parent]
		if ok && !counted(areas[up].Kind) { // a compound of a grid belongs to the grid's unit
			up, ok = byRef[areas[up].Parent]
		}
		if !ok {
			up = district
		}
		// A parent is larger: no area comes to belong to itself.
		if up >= 0 && counted(areas[up].Kind) && areas[up].Kind.Index() < areas[i].Kind.Index() {
			s.parts[up] = append(s.parts[up], i)
		}
	}
	for _, kind := range slices.Backward(geo.Kinds()) {
		for i := range areas {
			if areas[i].Kind != kind || !counted(kind) {
				continue
			}
			sum := 0.0
			for _, part := range s.parts[i] {
				sum += s.total[part]
			}
			s.total[i] = max(sum, float64(areas[i].Households))
		}
	}
	return s
}

// all spreads the households of all areas: those of the finest that have them
// evenly over their land, and what an area has beyond the sum of its parts
// over the land that such parts leave free (areal weighting: M. F. Goodchild,
// N. S.-N. Lam, Areal interpolation: a variant of the traditional spatial
// problem, Geo-Processing 1, 1980).
func (s *spread) all() error {
	for i := range s.areas {
		rest := s.total[i]
		var parts []int
		for _, part := range s.parts[i] {
			if s.total[part] > 0 {
				rest -= s.total[part]
				parts = append(parts, part)
			}
		}
		if rest <= 0 {
			continue
		}
		lands, err := s.land(s.lands[:0], i)
		if err != nil {
			return err
		}
		s.lands = lands
		if len(parts) > 0 {
			if lands, err = s.free(lands, parts); err != nil {
				return err
			}
		}
		s.put(rest, lands)
	}
	return nil
}

// land appends what the area covers.
func (s *spread) land(out []land, i int) ([]land, error) {
	err := s.overlay.measure(s.areas[i].Shape, func(at int32, share float64) {
		out = append(out, land{at, share * s.m2(at)})
	})
	return out, err
}

func (s *spread) m2(at int32) float64 {
	return s.lattice.AreaM2(int(at)%s.overlay.width, int(at)/s.overlay.width)
}

// free gives what the parts leave of the lands; all of it where that is less
// than a hundredth, for then they are meant to leave nothing.
func (s *spread) free(lands []land, parts []int) ([]land, error) {
	var inner []land
	for _, part := range parts {
		var err error
		if inner, err = s.land(inner, part); err != nil {
			return nil, err
		}
	}
	for _, l := range inner {
		s.taken[l.at] += l.m2
	}
	all, left := 0.0, 0.0
	out := make([]land, 0, len(lands))
	for _, l := range lands { // a cell comes once for each ring
		all += l.m2
		s.taken[l.at] -= l.m2
	}
	for _, l := range lands {
		if rest := -s.taken[l.at]; rest > 0 {
			out = append(out, land{l.at, rest})
			left += rest
		}
		s.taken[l.at] = 0
	}
	for _, l := range inner { // of parts that reach beyond their area
		s.taken[l.at] = 0
	}
	if left < all/100 {
		return lands, nil
	}
	return out, nil
}

// put spreads households evenly over lands.
func (s *spread) put(households float64, lands []land) {
	sum := 0.0
	for _, l := range lands {
		sum += l.m2
	}
	if sum <= 0 {
		return
	}
	for _, l := range lands {
		s.households[l.at] += households * l.m2 / sum
	}
}
