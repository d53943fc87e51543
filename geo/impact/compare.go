package impact

import (
	"cmp"
	"math"
	"slices"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/locate"
)

// Pair is one area before and after; one of the two may be nil. The areas are
// not to be changed.
type Pair struct{ Before, After *geo.Area }

// Ref names the area: as it is now, or as it would be where it is new.
func (p Pair) Ref() geo.Ref {
	if p.Before != nil {
		return p.Before.Ref()
	}
	return p.After.Ref()
}

// Redrawn tells whether the area is new, gone, or has another code or name, or
// other ground: something that who works there must know.
func (p Pair) Redrawn() bool {
	a, b := p.Before, p.After
	return a == nil || b == nil || a.Code != b.Code || a.Name != b.Name || !alike(a.Shape, b.Shape)
}

// Change is "new", "gone", "changed" or, of one that stays as it is, "same".
func (p Pair) Change() string {
	switch {
	case p.Before == nil:
		return "new"
	case p.After == nil:
		return "gone"
	case same(p.Before, p.After):
		return "same"
	}
	return "changed"
}

func (p Pair) id() geo.ID {
	if p.Before != nil {
		return p.Before.ID
	}
	return p.After.ID
}

// pairs gives every area of a kind that either has, by Ref.
func pairs(before, after *locate.Index, kind geo.Kind) []Pair {
	var out []Pair
	for _, a := range before.Areas(kind) {
		b, _ := after.ByID(a.ID)
		out = append(out, Pair{a, b})
	}
	for _, b := range after.Areas(kind) {
		if _, ok := before.ByID(b.ID); !ok {
			out = append(out, Pair{nil, b})
		}
	}
	slices.SortStableFunc(out, func(a, b Pair) int { return cmp.Compare(a.Ref().Code, b.Ref().Code) })
	return out
}

// Compare gives the areas that are new, gone, or have another shape, code, name,
// parent or number of households, by kind and Ref. Areas are the same by id.
func Compare(before, after *locate.Index) []Pair {
	var out []Pair
	for _, kind := range kinds {
		for _, p := range pairs(before, after, kind) {
			if p.Before == nil || p.After == nil || !same(p.Before, p.After) {
				out = append(out, p)
			}
		}
	}
	return out
}

func same(a, b *geo.Area) bool {
	return a.Code == b.Code && a.Name == b.Name && a.NameEn == b.NameEn && a.Parent == b.Parent &&
		a.Households == b.Households && a.Population == b.Population && geo.SameShape(a.Shape, b.Shape)
}

// maskSide is how many cells a mask has on a side.
const maskSide = 128

// mask marks the places where two sets of boundaries may differ: cells that
// the box of a changed area meets, before or after.
type mask struct {
	none        bool
	least, most geo.LatticePoint
	wide, high  int64 // of a cell, in steps of the lattice
	cells       [maskSide * maskSide]bool
}

// newMask makes the mask of changed areas.
func newMask(changed []Pair) mask {
	m := mask{none: true, least: geo.LatticePoint{Lon: math.MaxInt32, Lat: math.MaxInt32}, most: geo.LatticePoint{Lon: math.MinInt32, Lat: math.MinInt32}}
	type box struct{ least, most geo.LatticePoint }
	var boxes []box
	for _, p := range changed {
		if p.Before != nil && p.After != nil && p.Before.Code == p.After.Code && geo.SameShape(p.Before.Shape, p.After.Shape) {
			continue
		}
		for _, a := range []*geo.Area{p.Before, p.After} {
			if a == nil {
				continue
			}
			bound, ok := geo.Bound(a.Shape)
			if !ok {
				continue
			}
			least, _ := geo.Snap(bound.Min)
			most, _ := geo.Snap(bound.Max)
			boxes = append(boxes, box{least, most})
			m.none = false
			m.least = geo.LatticePoint{Lon: min(m.least.Lon, least.Lon), Lat: min(m.least.Lat, least.Lat)}
			m.most = geo.LatticePoint{Lon: max(m.most.Lon, most.Lon), Lat: max(m.most.Lat, most.Lat)}
		}
	}
	if m.none {
		return m
	}
	m.wide = (int64(m.most.Lon)-int64(m.least.Lon))/maskSide + 1
	m.high = (int64(m.most.Lat)-int64(m.least.Lat))/maskSide + 1
	for _, b := range boxes {
		x0, y0 := m.cell(b.least)
		x1, y1 := m.cell(b.most)
		for y := y0; y <= y1; y++ {
			for x := x0; x <= x1; x++ {
				m.cells[y*maskSide+x] = true
			}
		}
	}
	return m
}

func (m *mask) cell(q geo.LatticePoint) (x, y int64) {
	return (int64(q.Lon) - int64(m.least.Lon)) / m.wide, (int64(q.Lat) - int64(m.least.Lat)) / m.high
}

// has tells whether boundaries may differ at a place.
func (m *mask) has(q geo.LatticePoint) bool {
	if m.none || q.Lon < m.least.Lon || q.Lat < m.least.Lat || q.Lon > m.most.Lon || q.Lat > m.most.Lat {
		return false
	}
	x, y := m.cell(q)
	return m.cells[y*maskSide+x]
}
