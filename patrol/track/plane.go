package track

import (
	"math"

	"github.com/gridpatrol/gridpatrol/geo"
)

// metresOfStep is the length of one step of the lattice along a meridian on a
// sphere of the earth's mean radius (6,371,008.8 m, IUGG). Near enough for
// thresholds: fixes are good to metres.
const metresOfStep = 6371008.8 * math.Pi / 180 / geo.Scale

// offset gives how far b lies east and north of a, in metres: flat, good to
// 0.5 % within 100 km and away from the poles.
func offset(a, b geo.LatticePoint) (east, north float64) {
	lat := (float64(a.Lat) + float64(b.Lat)) / 2 / geo.Scale * math.Pi / 180
	return (float64(b.Lon) - float64(a.Lon)) * metresOfStep * math.Cos(lat), (float64(b.Lat) - float64(a.Lat)) * metresOfStep
}

// apart gives the distance of a and b in metres, as offset does.
func apart(a, b geo.LatticePoint) float64 { return math.Hypot(offset(a, b)) }

// between gives the place at a part (0 to 1) of the way from a to b.
func between(a, b geo.LatticePoint, part float64) geo.LatticePoint {
	mix := func(a, b int32) int32 { return int32(math.Round(float64(a) + part*(float64(b)-float64(a)))) }
	return geo.LatticePoint{Lon: mix(a.Lon, b.Lon), Lat: mix(a.Lat, b.Lat)}
}
