package cql

import (
	"math"

	"github.com/paulmach/orb"
)

// maxCoordinate keeps products of coordinates far from where float64 ends.
const maxCoordinate = 1e9

// checkShape finds what makes a geometry mean different things to different
// programs: rings that cross themselves or one another, holes outside, lines
// and rings that are one point.
func checkShape(s *Shape) error {
	large := false
	eachPoint(s.Geometry, func(p orb.Point) {
		large = large || !(math.Abs(p[0]) <= maxCoordinate && math.Abs(p[1]) <= maxCoordinate)
	})
	if large {
		return faultAt(s.at, "a coordinate is too large")
	}
	if b, ok := s.Geometry.(orb.Bound); ok && b.Min[1] > b.Max[1] {
		return faultAt(s.at, "the BBOX has its south north of its north")
	}
	for _, part := range parts(s.Geometry) {
		switch part := part.(type) {
		case orb.LineString:
			if b := part.Bound(); b.Min == b.Max {
				return faultAt(s.at, "a line has two different points")
			}
		case orb.Polygon:
			for _, ring := range part {
				if b := ring.Bound(); b.Min == b.Max {
					return faultAt(s.at, "a ring has three different points")
				}
			}
			if prepare(part).crosses() {
				return faultAt(s.at, "the polygon crosses itself")
			}
			for _, hole := range part[1:] {
				if side(part[0], hole[0]) < 0 {
					return faultAt(s.at, "a hole lies outside its polygon")
				}
			}
		}
	}
	return nil
}

// Parts gives the geometry as points, lines and polygons, one of which another
// geometry has to meet to meet it. Multiple points and lines stay together. Of
// a BBOX it gives the polygon, or two where it goes over the 180th meridian,
// or the line or point that it is.
func (s *Shape) Parts() []orb.Geometry {
	switch s.Geometry.(type) {
	case orb.MultiPoint, orb.MultiLineString:
		return []orb.Geometry{s.Geometry}
	}
	return parts(s.Geometry)
}

// parts gives the points, lines and polygons that a geometry is made of.
func parts(g orb.Geometry) (out []orb.Geometry) {
	switch g := g.(type) {
	case orb.MultiPoint:
		for _, p := range g {
			out = append(out, p)
		}
	case orb.MultiLineString:
		for _, l := range g {
			out = append(out, l)
		}
	case orb.MultiPolygon:
		for _, p := range g {
			out = append(out, p)
		}
	case orb.Collection:
		for _, m := range g {
			out = append(out, parts(m)...)
		}
	case orb.Ring:
		out = append(out, orb.Polygon{g})
	case orb.Bound:
		if g.Min[0] > g.Max[0] {
			west, east := g, g
			west.Max[0], east.Min[0] = 180, -180
			return append(parts(west), parts(east)...)
		}
		switch {
		case g.Min == g.Max:
			out = append(out, g.Min)
		case g.Min[0] == g.Max[0], g.Min[1] == g.Max[1]:
			out = append(out, orb.LineString{g.Min, g.Max})
		default:
			out = append(out, g.ToPolygon())
		}
	default:
		out = append(out, g)
	}
	return out
}

func eachPoint(g orb.Geometry, f func(orb.Point)) {
	all := func(points []orb.Point) {
		for _, p := range points {
			f(p)
		}
	}
	if b, ok := g.(orb.Bound); ok { // before it is cut in two
		f(b.Min)
		f(b.Max)
		return
	}
	for _, part := range parts(g) {
		switch part := part.(type) {
		case orb.Point:
			f(part)
		case orb.LineString:
			all(part)
		case orb.Polygon:
			for _, ring := range part {
				all(ring)
			}
		}
	}
}

// side tells where a point lies: 1 in the ring, 0 on it, -1 outside. Of rings
// that cross themselves, what an odd number of turns goes round is inside.
func side(ring orb.Ring, p orb.Point) int {
	inside := false
	for i := 1; i < len(ring); i++ {
		a, b := ring[i-1], ring[i]
		if p[1] < min(a[1], b[1]) || p[1] > max(a[1], b[1]) || p[0] > max(a[0], b[0]) {
			continue
		}
		o := orient(a, b, p)
		if o == 0 && onSegment(a, b, p) {
			return 0
		}
		if (a[1] > p[1]) != (b[1] > p[1]) && (o > 0) == (b[1] > a[1]) {
			inside = !inside
		}
	}
	if inside {
		return 1
	}
	return -1
}

// covers reports whether the point lies in the polygon or on its edge.
func covers(polygon orb.Polygon, p orb.Point) bool {
	for i, ring := range polygon {
		if i == 0 && side(ring, p) < 0 || i > 0 && side(ring, p) > 0 {
			return false
		}
	}
	return len(polygon) > 0
}
