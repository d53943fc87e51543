package pack

import (
	"slices"
	"strings"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/locate"
)

// Held is the areas that a pack is made of.
type Held struct {
	Areas  [6][]*geo.Area // in the order of geo.Kinds, then by code
	Whole  [6]bool        // every area of the kind that there is
	Own    map[geo.ID]bool
	Full   map[geo.ID]bool // of these every area is held that has land in common with them
	Unsure map[geo.ID]bool // overlap an area of their kind that is not held
	Near   orb.Bound       // of which the base map is taken
}

// nearM is how far beyond the own areas the base map goes, in metres.
const nearM = 1500

// All holds every area of an index; none is anybody's own.
func All(x *locate.Index) Held {
	var h Held
	for k, kind := range geo.Kinds() {
		h.Areas[k], h.Whole[k] = x.Areas(kind), true
	}
	h.Near, _ = h.extent()
	return h
}

// Around holds the areas with these ids and their neighbours of the same kind,
// and of every kind those that lie in any of them, that they lie in, and that
// they touch. Ids that the index does not know are passed over.
func Around(x *locate.Index, own []geo.ID) Held {
	h := Held{Own: map[geo.ID]bool{}, Full: map[geo.ID]bool{}, Unsure: map[geo.ID]bool{}}
	var first []*geo.Area
	for _, id := range own {
		if a, ok := x.ByID(id); ok && !h.Own[id] {
			b := padded(a)
			if len(first) == 0 {
				h.Near = b
			}
			h.Near, h.Own[id] = h.Near.Union(b), true
			first = append(first, a)
		}
	}
	near := slices.Clone(first)
	for _, a := range beside(x, first) {
		if slices.ContainsFunc(first, func(own *geo.Area) bool { return own.Kind == a.Kind }) && !h.Own[a.ID] {
			near = append(near, a)
		}
	}
	taken := beside(x, near)
	for _, a := range near {
		h.Full[a.ID] = true
	}
	for k, kind := range geo.Kinds() {
		all := x.Areas(kind)
		for _, a := range all {
			if taken[a.Ref()] != nil {
				h.Areas[k] = append(h.Areas[k], a)
			}
		}
		h.Whole[k] = len(h.Areas[k]) == len(all)
	}
	h.doubt(x)
	return h
}

// padded is the bound of an area and nearM round it.
func padded(a *geo.Area) orb.Bound {
	b, _ := geo.Bound(a.Shape)
	p := planeOf(b.Min[1], b.Max[1])
	lon, lat := nearM/p.LonM/geo.Scale, nearM/p.LatM/geo.Scale
	return orb.Bound{Min: orb.Point{b.Min[0] - lon, b.Min[1] - lat}, Max: orb.Point{b.Max[0] + lon, b.Max[1] + lat}}
}

// beside gives areas, and those that touch one of them in a corner or have land in
// common with it.
func beside(x *locate.Index, own []*geo.Area) map[geo.Ref]*geo.Area {
	out, at := map[geo.Ref]*geo.Area{}, map[geo.Ref]bool{}
	corners := map[geo.LatticePoint]bool{}
	var bound orb.Bound
	for i, a := range own {
		out[a.Ref()], at[a.Ref()] = a, true
		b, _ := geo.Bound(a.Shape)
		if i == 0 {
			bound = b
		}
		bound = bound.Union(b)
		eachVertex(a, func(q geo.LatticePoint) bool {
			corners[q] = true
			m := x.LocateLattice(q)
			for _, kind := range geo.Kinds() {
				if a := m.Area(kind); a != nil {
					out[a.Ref()] = a
				}
			}
			return true
		})
	}
	inside := func(q geo.LatticePoint) bool {
		m := x.LocateLattice(q)
		for _, kind := range geo.Kinds() {
			if a := m.Area(kind); a != nil && at[a.Ref()] {
				return true
			}
		}
		return false
	}
	for _, kind := range geo.Kinds() {
		for _, a := range x.Within(kind, bound) {
			if out[a.Ref()] != nil {
				continue
			}
			eachVertex(a, func(q geo.LatticePoint) bool {
				if !corners[q] && !inside(q) {
					return true
				}
				out[a.Ref()] = a
				return false
			})
			if out[a.Ref()] == nil && slices.ContainsFunc(own, func(b *geo.Area) bool { return bounds(a).Intersects(bounds(b)) && mayOverlap(a, b) }) {
				out[a.Ref()] = a
			}
		}
	}
	return out
}

func bounds(a *geo.Area) orb.Bound {
	b, _ := geo.Bound(a.Shape)
	return b
}

// doubt finds the areas that overlap one of their kind that is not held.
func (h *Held) doubt(x *locate.Index) {
	for k, kind := range geo.Kinds() {
		if h.Whole[k] {
			continue
		}
		for _, a := range h.Areas[k] {
			bound, _ := geo.Bound(a.Shape)
			for _, b := range x.Within(kind, bound) {
				_, held := slices.BinarySearchFunc(h.Areas[k], b.Code, func(a *geo.Area, code string) int { return strings.Compare(a.Code, code) })
				if !held && mayOverlap(a, b) {
					h.Unsure[a.ID] = true
				}
			}
		}
	}
}

// eachVertex visits the vertices of an area until visit gives false.
func eachVertex(a *geo.Area, visit func(geo.LatticePoint) bool) {
	for _, polygon := range a.Shape {
		for _, ring := range polygon {
			for _, v := range ring {
				if q, _ := geo.Snap(v); !visit(q) {
					return
				}
			}
		}
	}
}

// extent gives the bound of all areas and the number of their vertices.
func (h *Held) extent() (bound orb.Bound, vertices int) {
	first := true
	for k := range h.Areas {
		for _, a := range h.Areas[k] {
			for _, polygon := range a.Shape {
				for _, ring := range polygon {
					vertices += len(ring)
				}
			}
			if b, ok := geo.Bound(a.Shape); ok && first {
				bound, first = b, false
			} else if ok {
				bound = bound.Union(b)
			}
		}
	}
	return bound, vertices
}

// rings visits all rings on the lattice, in the order of Areas.
func (h *Held) rings(visit func([]geo.LatticePoint)) {
	for k := range h.Areas {
		for _, a := range h.Areas[k] {
			for _, polygon := range a.Shape {
				for _, ring := range polygon {
					line := make([]geo.LatticePoint, len(ring))
					for i, v := range ring {
						line[i], _ = geo.Snap(v)
					}
					visit(line)
				}
			}
		}
	}
}
