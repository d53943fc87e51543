package geo

import (
	"math"

	"github.com/paulmach/orb"
)

// GCJ-02 is WGS 84 with a shift of 300 to 700 m that depends on the place; the
// maps of AMap, Tencent and WeChat use it. BD-09 is Baidu's second shift on top
// of it. Neither is in EPSG or PROJ; the polynomials are those published with
// eviltransform (https://github.com/googollee/eviltransform) and used everywhere since.

const (
	gcjMajorM = 6378245.0                // Krasovsky 1940
	gcjEcc2   = 0.00669342162296594323   // its first eccentricity squared
	bdTurn    = math.Pi * 3000.0 / 180.0 // BD-09's wave number
)

// inChina is the box outside which GCJ-02 shifts nothing.
func inChina(p orb.Point) bool {
	return p[0] >= 72.004 && p[0] <= 137.8347 && p[1] >= 0.8293 && p[1] <= 55.8271
}

// gcjFromWGS84 shifts a place in degrees into GCJ-02. Outside the box round
// China it gives the place itself.
func gcjFromWGS84(p orb.Point) orb.Point {
	if !inChina(p) {
		return p
	}
	x, y := p[0]-105, p[1]-35
	root := math.Sqrt(math.Abs(x))
	wave := 20*math.Sin(6*x*math.Pi) + 20*math.Sin(2*x*math.Pi)
	east := 300 + x + 2*y + 0.1*x*x + 0.1*x*y + 0.1*root + 2.0/3*(wave+
		20*math.Sin(x*math.Pi)+40*math.Sin(x/3*math.Pi)+
		150*math.Sin(x/12*math.Pi)+300*math.Sin(x/30*math.Pi))
	north := -100 + 2*x + 3*y + 0.2*y*y + 0.1*x*y + 0.2*root + 2.0/3*(wave+
		20*math.Sin(y*math.Pi)+40*math.Sin(y/3*math.Pi)+
		160*math.Sin(y/12*math.Pi)+320*math.Sin(y*math.Pi/30))
	sin, cos := math.Sincos(p[1] / 180 * math.Pi)
	w := 1 - gcjEcc2*sin*sin
	return orb.Point{
		p[0] + east*180/(gcjMajorM/math.Sqrt(w)*cos*math.Pi),
		p[1] + north*180/(gcjMajorM*(1-gcjEcc2)/(w*math.Sqrt(w))*math.Pi),
	}
}

// bdFromGCJ shifts a place in degrees from GCJ-02 into BD-09.
func bdFromGCJ(p orb.Point) orb.Point {
	z := math.Hypot(p[0], p[1]) + 0.00002*math.Sin(p[1]*bdTurn)
	theta := math.Atan2(p[1], p[0]) + 0.000003*math.Cos(p[0]*bdTurn)
	sin, cos := math.Sincos(theta)
	return orb.Point{z*cos + 0.0065, z*sin + 0.006}
}

func bdFromWGS84(p orb.Point) orb.Point { return bdFromGCJ(gcjFromWGS84(p)) }

// unshift gives the place that shift moves to p. The shifts change by less than
// a fortieth of the way moved, so that each step gains more than one digit and a
// dozen reach the precision of a float64.
func unshift(shift func(orb.Point) orb.Point, p orb.Point) orb.Point {
	q := p
	for range 30 {
		s := shift(q)
		dLon, dLat := p[0]-s[0], p[1]-s[1]
		q[0] += dLon
		q[1] += dLat
		if math.Abs(dLon)+math.Abs(dLat) < 1e-13 {
			break
		}
	}
	return q
}

// wgs84FromGCJ undoes gcjFromWGS84 to less than a micrometre. Outside the box
// round China it gives the place itself.
func wgs84FromGCJ(p orb.Point) orb.Point {
	if !inChina(p) {
		return p
	}
	return unshift(gcjFromWGS84, p)
}

// wgs84FromBD undoes bdFromWGS84 to less than a micrometre.
func wgs84FromBD(p orb.Point) orb.Point { return wgs84FromGCJ(unshift(bdFromGCJ, p)) }
