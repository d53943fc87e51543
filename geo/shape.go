package geo

import (
	"slices"

	"github.com/paulmach/orb"
)

// The rules of a shape, as a GeometryError names them.
const (
	RuleEmpty         = "shape is empty"
	RuleNotFinite     = "coordinate is not a finite number"
	RuleOutOfRange    = "coordinate is not within 180 degrees of longitude and 90 of latitude"
	RuleTooWide       = "shape is wider than 180 degrees"
	RuleNotClosed     = "ring is not closed"
	RuleTooShort      = "ring has fewer than three corners"
	RuleSpike         = "ring has a spike"
	RuleSelfCrossing  = "shape crosses or touches itself"
	RuleHoleOutside   = "hole lies outside its polygon"
	RuleHolesNested   = "hole lies in another hole"
	RuleOverlap       = "polygons of one shape overlap"
	RuleInteriorParts = "holes cut the inside of the polygon into parts"
)

// NormalizeShape gives the shape as the rest of the system takes it: every
// vertex rounded to the lattice, vertices that are the same as the one before
// left out, outer rings counter-clockwise and holes clockwise. The argument
// stays as it is.
//
// It is an error, a *GeometryError with one of the Rule… texts and the place, if
// the shape, so rounded, breaks the rules of OGC 06-103r4 §6.1.11: rings are
// closed (they are not closed here: an open ring is a sign of lost data) and do
// not cross or touch themselves, holes lie in their polygon and touch each
// other and the outer ring in single points at most, without cutting the
// polygon apart, and the polygons of a shape meet in single points at most.
// All tests are exact. A ring of n vertices as boundaries have them takes about
// n steps.
func NormalizeShape(shape orb.MultiPolygon) (orb.MultiPolygon, error) {
	w := &outlines{}
	if err := w.read(shape); err != nil {
		return nil, err
	}
	if err := w.check(); err != nil {
		return nil, err
	}
	out := make(orb.MultiPolygon, len(shape))
	for i := range w.rings {
		r := &w.rings[i]
		if (twiceArea(r.corners) > 0) == r.hole {
			slices.Reverse(r.corners[1:]) // the first corner stays the first
		}
		ring := make(orb.Ring, len(r.corners), len(r.corners)+1)
		for k, q := range r.corners {
			ring[k] = q.Point()
		}
		out[r.polygon] = append(out[r.polygon], append(ring, ring[0]))
	}
	return out, nil
}

// outlines is a shape on the lattice, while it is checked.
type outlines struct {
	rings    []latticeRing
	segments []segment
	contacts []ringContact
}

// latticeRing is a ring without its closing point.
type latticeRing struct {
	corners                        []LatticePoint
	polygon                        int
	hole                           bool
	minLon, minLat, maxLon, maxLat int32
	first                          int // its first segment in outlines.segments
}

// read puts the shape on the lattice and finds the faults that one ring shows
// by itself but crossings.
func (w *outlines) read(shape orb.MultiPolygon) error {
	if len(shape) == 0 {
		return &GeometryError{Rule: RuleEmpty}
	}
	for i, polygon := range shape {
		if len(polygon) == 0 {
			return &GeometryError{Rule: RuleEmpty}
		}
		for k, ring := range polygon {
			r := latticeRing{polygon: i, hole: k > 0, first: len(w.segments)}
			if err := r.read(ring); err != nil {
				return err
			}
			for m, a := range r.corners {
				w.segments = append(w.segments, segment{a, r.corners[(m+1)%len(r.corners)], len(w.rings), m})
			}
			w.rings = append(w.rings, r)
		}
	}
	west, east := w.rings[0].minLon, w.rings[0].maxLon
	for i := range w.rings {
		west, east = min(west, w.rings[i].minLon), max(east, w.rings[i].maxLon)
	}
	if int64(east)-int64(west) > 180*Scale {
		return &GeometryError{Rule: RuleTooWide, At: w.rings[0].corners[0].Point()}
	}
	return nil
}

func (r *latticeRing) read(ring orb.Ring) error {
	if len(ring) == 0 {
		return &GeometryError{Rule: RuleEmpty}
	}
	r.corners = make([]LatticePoint, 0, len(ring))
	for _, p := range ring {
		q, ok := Snap(p)
		if !ok {
			if p[0]-p[0] != 0 || p[1]-p[1] != 0 { // NaN or infinite
				return &GeometryError{Rule: RuleNotFinite, At: p}
			}
			return &GeometryError{Rule: RuleOutOfRange, At: p}
		}
		if n := len(r.corners); n == 0 || r.corners[n-1] != q {
			r.corners = append(r.corners, q)
		}
	}
	last := len(r.corners) - 1
	if q, _ := Snap(ring[len(ring)-1]); q != r.corners[0] {
		return &GeometryError{Rule: RuleNotClosed, At: ring[len(ring)-1]}
	}
	r.corners = r.corners[:last]
	if last < 3 {
		return &GeometryError{Rule: RuleTooShort, At: ring[0]}
	}
	r.minLon, r.maxLon, r.minLat, r.maxLat = r.corners[0].Lon, r.corners[0].Lon, r.corners[0].Lat, r.corners[0].Lat
	for i, b := range r.corners {
		r.minLon, r.maxLon = min(r.minLon, b.Lon), max(r.maxLon, b.Lon)
		r.minLat, r.maxLat = min(r.minLat, b.Lat), max(r.maxLat, b.Lat)
		a, c := r.corners[(i+last-1)%last], r.corners[(i+1)%last]
		if orient(a, b, c) == 0 && !between(a, b, c) {
			return &GeometryError{Rule: RuleSpike, At: b.Point()}
		}
	}
	return nil
}

// between reports whether b, on one line with a and c and neither of them, lies
// between the two.
func between(a, b, c LatticePoint) bool { return a != c && onSegment(a, c, b) }

// twiceArea is twice the area in square units, positive for a counter-clockwise
// ring. Sums may wrap on the way; the result fits, being at most twice the box
// of a shape no wider than 180°.
func twiceArea(corners []LatticePoint) int64 {
	sum := int64(0)
	for i := 1; i+1 < len(corners); i++ {
		sum += orient(corners[0], corners[i], corners[i+1])
	}
	return sum
}
