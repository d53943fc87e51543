package patrol

import (
	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
)

// The public lattice in steps of 1e-7°: squares of 50 m at the latitude of the
// district. At 43.5° N a degree of latitude has 111,106 m and one of longitude
// 80,880 m (WGS 84), so 0.00045° are 50.0 m and 0.00062° are 50.1 m. The
// database rounds by them too.
const (
	PublicLon = 6200
	PublicLat = 4500
	Coarse    = 10 // how many squares on a side a coarse one has
)

// PublicMargin is farther than PublicPoint or CoarsePoint moves any point, in
// degrees of either axis.
const PublicMargin = 0.005

// PublicPoint gives the place of a report as everybody may see it: the middle
// of the square of about 50 m that it lies in. The squares are fixed, so
// reading it again and again tells no more than reading it once. p is lon/lat
// in degrees, WGS 84; the answer is on the lattice. What is no lon/lat comes
// back as the zero Point.
func PublicPoint(p orb.Point) orb.Point { return centre(p, PublicLon, PublicLat) }

// CoarsePoint is PublicPoint with squares of about 500 m, for categories that
// are Private: in the country 50 m name the house.
func CoarsePoint(p orb.Point) orb.Point { return centre(p, Coarse*PublicLon, Coarse*PublicLat) }

// centre gives the middle of the square with those sides that p lies in.
func centre(p orb.Point, lonStep, latStep int32) orb.Point {
	q, ok := geo.Snap(p)
	if !ok {
		return orb.Point{}
	}
	return geo.LatticePoint{Lon: middle(q.Lon, lonStep), Lat: middle(q.Lat, latStep)}.Point()
}

// middle gives the middle of the step that v lies in; steps count from zero in
// both directions.
func middle(v, step int32) int32 {
	rest := v % step
	if rest < 0 {
		rest += step
	}
	return v - rest + step/2
}
