package features

import (
	"math"
	"strconv"
	"strings"

	"github.com/paulmach/orb"
)

// parseBBox reads minLon,minLat,maxLon,maxLat or, with heights, which are not
// looked at, minLon,minLat,minHeight,maxLon,maxLat,maxHeight, in the order and
// units of the system. A box that crosses the 180th meridian, its west greater
// than its east, gives two bounds. The bounds are lon/lat in degrees. The fault is
// for people, empty where there is none.
//
// The tables that many clients transform by, those of PROJ.4 among them, have no
// order of axes for CGCS 2000, so these clients send longitude or easting first. A
// box that is nowhere in the order of such a system is read in the other one: in
// China none is somewhere in both.
func parseBBox(s string, in *system) (bounds []orb.Bound, fault string) {
	parts := strings.Split(s, ",")
	if len(parts) != 4 && len(parts) != 6 {
		return nil, "takes 4 or 6 numbers: minLon,minLat,maxLon,maxLat"
	}
	n := make([]float64, len(parts))
	for i, part := range parts {
		v, err := strconv.ParseFloat(exponents.Replace(strings.TrimSpace(part)), 64)
		if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, "is not made of numbers"
		}
		n[i] = v
	}
	if len(n) == 6 {
		n = []float64{n[0], n[1], n[3], n[4]}
	}
	bounds, fault = in.bounds([4]float64(n))
	if in.unsure && (fault == noDegrees || fault == outOfReach) {
		if turned, none := in.bounds([4]float64{n[1], n[0], n[3], n[2]}); none == "" {
			return turned, ""
		}
	}
	return bounds, fault
}

// exponents puts the sign back that a plus in a query loses: it means a space.
var exponents = strings.NewReplacer("e ", "e+", "E ", "E+")

// degreeBounds gives the bounds of west, south, east and north.
func degreeBounds(n [4]float64) (bounds []orb.Bound, fault string) {
	west, south, east, north := n[0], n[1], n[2], n[3]
	if math.Abs(west) > 180 || math.Abs(east) > 180 || math.Abs(south) > 90 || math.Abs(north) > 90 {
		return nil, noDegrees
	}
	if south > north {
		return nil, "has its south above its north"
	}
	if west > east {
		return []orb.Bound{
			{Min: orb.Point{west, south}, Max: orb.Point{180, north}},
			{Min: orb.Point{-180, south}, Max: orb.Point{east, north}},
		}, ""
	}
	return []orb.Bound{{Min: orb.Point{west, south}, Max: orb.Point{east, north}}}, ""
}
