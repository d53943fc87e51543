package geo

// Turn is positive where q lies left of the line from a to b, negative right of
// it, 0 on it. Its magnitude is twice the area of the triangle a, b, q in square
// units of the lattice: exact.
func Turn(a, b, q LatticePoint) int64 { return orient(a, b, q) }

// Contact says how two segments meet.
type Contact int

// How two segments meet.
const (
	Apart   Contact = iota // they have no point in common
	Touches                // in one point, which is an end of either
	Crosses                // in one point inside both, or along a stretch
)

// Meet tells how the segments from a to b and from c to d meet, exactly; at is
// the common point where they touch, and an end near it where they cross.
func Meet(a, b, c, d LatticePoint) (how Contact, at LatticePoint) {
	s, t := segment{a: a, b: b}, segment{a: c, b: d}
	if !boxesMeet(&s, &t) {
		return Apart, LatticePoint{}
	}
	contact, at := meet(&s, &t)
	return Contact(contact), at
}

// TwiceArea is twice the area of a ring in square units of the lattice, exact:
// positive where it runs counter-clockwise. The ring is its corners in order,
// without the closing one, no wider than 180°.
func TwiceArea(corners []LatticePoint) int64 {
	if len(corners) < 3 {
		return 0
	}
	return twiceArea(corners)
}

// MiddleInRing tells whether the middle of the segment from a to b lies inside
// the ring, and whether it lies on its edge; never both. With a and b the same it tells
// it of a point. The ring is given as for TwiceArea.
func MiddleInRing(corners []LatticePoint, a, b LatticePoint) (inside, edge bool) {
	return evenOdd(corners, middle(a, b))
}

// CompareLattice orders places by lon, then by lat.
func CompareLattice(a, b LatticePoint) int { return comparePoints(a, b) }
