package geo

import (
	"math"

	"github.com/paulmach/orb"
)

// Scale is the number of lattice steps in a degree: coordinates are integers
// of 1e-7°, about 1 cm, as OpenStreetMap's are.
const Scale = 1e7

// LatticePoint is a place on the lattice: lon and lat in units of 1e-7°,
// WGS 84. Every stored vertex and every query point is one, so that which side
// of an edge a point lies on is one exact integer cross product.
type LatticePoint struct{ Lon, Lat int32 }

// Snap rounds a lon/lat in degrees to the lattice, halves away from zero.
// ok is false when p is not finite or not within ±180, ±90.
func Snap(p orb.Point) (q LatticePoint, ok bool) {
	lon, lat := p[0], p[1]
	if !(lon >= -180 && lon <= 180 && lat >= -90 && lat <= 90) { // false for NaN too
		return LatticePoint{}, false
	}
	return LatticePoint{int32(math.Round(lon * Scale)), int32(math.Round(lat * Scale))}, true
}

// Point gives the lattice point in degrees: the doubles nearest to the exact
// decimal coordinates, so that text, database and memory agree to the bit.
func (q LatticePoint) Point() orb.Point {
	return orb.Point{float64(q.Lon) / Scale, float64(q.Lat) / Scale}
}

// OnLattice reports whether p is exactly what its lattice point gives back.
func OnLattice(p orb.Point) bool {
	q, ok := Snap(p)
	return ok && q.Point() == p
}

// Round puts p on the lattice and gives it back in degrees; ok as in Snap.
func Round(p orb.Point) (r orb.Point, ok bool) {
	q, ok := Snap(p)
	return q.Point(), ok
}
