package postgis

import (
	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
)

// handovers says where land may change hands between two sets of areas.
type handovers struct {
	boxes   []orb.Bound
	all     orb.Bound // round the boxes; empty without any
	recoded map[geo.ID]bool
}

// handoversOf compares the areas in force with those to come; both have ids.
func handoversOf(before, after []geo.Area) handovers {
	h := handovers{recoded: map[geo.ID]bool{}}
	was := make(map[geo.ID]*geo.Area, len(before))
	for i := range before {
		was[before[i].ID] = &before[i]
	}
	for i := range after {
		a := &after[i]
		b := was[a.ID]
		delete(was, a.ID)
		switch {
		case b == nil:
			h.add(geo.Bound(a.Shape))
		case b.Code != a.Code: // its code also decides whose an edge is
			h.recoded[a.ID] = true
			h.add(geo.Bound(b.Shape))
			h.add(geo.Bound(a.Shape))
		default:
			h.add(boundOfDifference(b.Shape, a.Shape))
		}
	}
	for _, b := range was { // what is no more
		h.add(geo.Bound(b.Shape))
	}
	return h
}

func (h *handovers) add(b orb.Bound, ok bool) {
	if !ok {
		return
	}
	if len(h.boxes) == 0 {
		h.all = b
	}
	h.boxes, h.all = append(h.boxes, b), h.all.Union(b)
}

// at reports whether a place may have changed hands.
func (h *handovers) at(p orb.Point) bool {
	for _, b := range h.boxes {
		if b.Contains(p) {
			return true
		}
	}
	return false
}

// boundOfDifference is the box round the land that just one of two shapes
// covers; ok is false where both cover the same. Such land is bounded by sides
// that the two do not have in common.
func boundOfDifference(a, b orb.MultiPolygon) (box orb.Bound, ok bool) {
	if geo.SameShape(a, b) {
		return box, false
	}
	type side struct{ from, to orb.Point }
	sides := make(map[side]int, vertexCount(a))
	each := func(shape orb.MultiPolygon, f func(side)) {
		for _, polygon := range shape {
			for _, ring := range polygon {
				for i := 1; i < len(ring); i++ {
					f(side{ring[i-1], ring[i]})
				}
			}
		}
	}
	each(a, func(s side) { sides[s]++ })
	each(b, func(s side) { sides[s]-- })
	for s, n := range sides {
		if n == 0 {
			continue
		}
		if !ok {
			box, ok = s.from.Bound(), true
		}
		box = box.Extend(s.from).Extend(s.to)
	}
	return box, ok
}
