package geo

import (
	"cmp"
	"slices"
)

// ringContact is a single point in which side s of one ring meets another ring.
type ringContact struct {
	segment, other int // the side, and the ring that it touches
	at             LatticePoint
}

// check finds the faults that take more than one look at each ring.
func (w *outlines) check() error {
	if err := w.findContacts(); err != nil {
		return err
	}
	if err := w.checkNesting(); err != nil {
		return err
	}
	return w.checkConnected()
}

// findContacts refuses sides that cross, or touch within a ring, and notes where
// different rings touch.
func (w *outlines) findContacts() error {
	var fault *GeometryError
	pairs(w.segments, func(i, j int) bool {
		s, t := &w.segments[i], &w.segments[j]
		n := len(w.rings[s.ring].corners)
		if s.ring == t.ring && ((s.at+1)%n == t.at || (t.at+1)%n == s.at) {
			return true // they share an end; had they more in common, that were a spike
		}
		how, at := meet(s, t)
		switch {
		case how == apart:
		case how == cross || s.ring == t.ring:
			fault = &GeometryError{Rule: RuleSelfCrossing, At: at.Point()}
			return false
		default:
			w.contacts = append(w.contacts, ringContact{i, t.ring, at}, ringContact{j, s.ring, at})
		}
		return true
	})
	if fault != nil {
		return fault
	}
	slices.SortFunc(w.contacts, func(a, b ringContact) int {
		return cmp.Or(cmp.Compare(a.segment, b.segment), cmp.Compare(a.other, b.other),
			cmp.Compare(a.at.Lon, b.at.Lon), cmp.Compare(a.at.Lat, b.at.Lat))
	})
	w.contacts = slices.Compact(w.contacts)
	return nil
}

// checkConnected refuses rings of one polygon that touch in a circle, of two
// (touching twice) or more: they cut the inside apart. Rings and points of
// contact are the nodes of a graph that must have no cycle.
func (w *outlines) checkConnected() error {
	type node struct {
		polygon int // of a point; rings have -1
		ring    int
		at      LatticePoint
	}
	type link struct{ ring, point node }
	parent := map[node]node{}
	root := func(n node) node {
		for {
			p, ok := parent[n]
			if !ok {
				return n
			}
			n = p
		}
	}
	seen := map[link]bool{}
	for _, c := range w.contacts {
		r := w.segments[c.segment].ring
		if w.rings[r].polygon != w.rings[c.other].polygon {
			continue
		}
		l := link{node{polygon: -1, ring: r}, node{polygon: w.rings[r].polygon, at: c.at}}
		if seen[l] {
			continue
		}
		seen[l] = true
		a, b := root(l.ring), root(l.point)
		if a == b {
			return &GeometryError{Rule: RuleInteriorParts, At: c.at.Point()}
		}
		parent[a] = b
	}
	return nil
}

// checkNesting refuses holes outside their polygon or in another hole, and
// polygons in each other.
func (w *outlines) checkNesting() error {
	outer := map[int]int{} // polygon → its outer ring
	for i := range w.rings {
		if !w.rings[i].hole {
			outer[w.rings[i].polygon] = i
		}
	}
	for i := range w.rings {
		r := &w.rings[i]
		for k := range w.rings {
			s := &w.rings[k]
			mine := s.polygon == r.polygon
			switch {
			case i == k, !mine && (r.hole || s.hole): // nothing to ask
			case mine && !r.hole && s.hole: // asked from the hole's side
			case mine && r.hole && !s.hole:
				in, err := w.inside(i, k)
				if err != nil {
					return err
				}
				if !in {
					return &GeometryError{Rule: RuleHoleOutside, At: r.corners[0].Point()}
				}
			default: // two holes of a polygon, or two outer rings
				in, err := w.inside(i, k)
				switch {
				case err != nil:
					return err
				case in && r.hole:
					return &GeometryError{Rule: RuleHolesNested, At: r.corners[0].Point()}
				case in:
					if err := w.inHole(i, s.polygon); err != nil {
						return err
					}
				}
			}
		}
	}
	return nil
}

// inHole refuses ring i unless it lies in a hole of the polygon.
func (w *outlines) inHole(i, polygon int) error {
	for k := range w.rings {
		if w.rings[k].polygon == polygon && w.rings[k].hole {
			if in, err := w.inside(i, k); err != nil || in {
				return err
			}
		}
	}
	return &GeometryError{Rule: RuleOverlap, At: w.rings[i].corners[0].Point()}
}

// inside reports whether ring i lies inside ring k, touching it perhaps. The
// two do not cross within their sides; that one passes through the other in a
// point of contact is the error. Between contacts a ring stays on one side, so
// the middle of every stretch that ends in a contact is tested.
func (w *outlines) inside(i, k int) (bool, error) {
	r, s := &w.rings[i], &w.rings[k]
	if r.maxLon < s.minLon || r.minLon > s.maxLon || r.maxLat < s.minLat || r.minLat > s.maxLat {
		return false, nil
	}
	known, in := false, false
	from, _ := slices.BinarySearchFunc(w.contacts, r.first, func(c ringContact, first int) int {
		return cmp.Compare(c.segment, first)
	})
	for c := from; c < len(w.contacts) && w.contacts[c].segment < r.first+len(r.corners); {
		side := w.contacts[c].segment
		stops := []LatticePoint{w.segments[side].a, w.segments[side].b}
		touched := false
		for ; c < len(w.contacts) && w.contacts[c].segment == side; c++ {
			if w.contacts[c].other == k {
				stops, touched = append(stops, w.contacts[c].at), true
			}
		}
		if !touched {
			continue
		}
		slices.SortFunc(stops, func(a, b LatticePoint) int {
			return cmp.Or(cmp.Compare(a.Lon, b.Lon), cmp.Compare(a.Lat, b.Lat))
		})
		for m := 1; m < len(stops); m++ {
			a, b := stops[m-1], stops[m]
			if a == b {
				continue
			}
			now, _ := evenOdd(s.corners, middle(a, b))
			if known && now != in {
				return false, &GeometryError{Rule: RuleSelfCrossing, At: a.Point()}
			}
			known, in = true, now
		}
	}
	if !known { // no contact: any point tells
		in, _ = evenOdd(s.corners, middle(r.corners[0], r.corners[0]))
	}
	return in, nil
}

// halfPoint is a place in half units of the lattice.
type halfPoint struct{ lon, lat int64 }

func middle(a, b LatticePoint) halfPoint {
	return halfPoint{int64(a.Lon) + int64(b.Lon), int64(a.Lat) + int64(b.Lat)}
}

// evenOdd tells whether m lies inside the ring, and whether on its edge. The
// products stay below 2·(1.8e9)² < 2^63 for shapes no wider than 180°.
func evenOdd(corners []LatticePoint, m halfPoint) (inside, edge bool) {
	for i, a := range corners {
		b := corners[(i+1)%len(corners)]
		if a.Lat > b.Lat {
			a, b = b, a
		}
		if m.lat < 2*int64(a.Lat) || m.lat > 2*int64(b.Lat) {
			continue
		}
		side := (int64(b.Lon)-int64(a.Lon))*(m.lat-2*int64(a.Lat)) - (int64(b.Lat)-int64(a.Lat))*(m.lon-2*int64(a.Lon))
		if side == 0 && 2*int64(min(a.Lon, b.Lon)) <= m.lon && m.lon <= 2*int64(max(a.Lon, b.Lon)) {
			return false, true
		}
		if side > 0 && m.lat < 2*int64(b.Lat) {
			inside = !inside
		}
	}
	return inside, false
}
