package importers

import (
	"fmt"
	"strconv"

	"github.com/paulmach/orb"
)

// AppendWKT appends a geometry in well-known text (OGC 06-103r4, 7.2), each
// coordinate in the shortest text that reads back as the same double. Points, lines,
// polygons and their multiples can be written; others are an error, as is nil.
func AppendWKT(b []byte, g orb.Geometry) ([]byte, error) {
	point := func(b []byte, p orb.Point) []byte {
		b = strconv.AppendFloat(b, p[0], 'f', -1, 64)
		b = append(b, ' ')
		return strconv.AppendFloat(b, p[1], 'f', -1, 64)
	}
	line := func(b []byte, l orb.LineString) []byte { return wktList(b, l, point) }
	ring := func(b []byte, r orb.Ring) []byte { return wktList(b, r, point) }
	polygon := func(b []byte, p orb.Polygon) []byte { return wktList(b, p, ring) }
	switch g := g.(type) {
	case orb.Point:
		return append(point(append(b, "POINT ("...), g), ')'), nil
	case orb.MultiPoint:
		return wktList(append(b, "MULTIPOINT "...), g, func(b []byte, p orb.Point) []byte {
			return append(point(append(b, '('), p), ')')
		}), nil
	case orb.LineString:
		return line(append(b, "LINESTRING "...), g), nil
	case orb.MultiLineString:
		return wktList(append(b, "MULTILINESTRING "...), g, line), nil
	case orb.Polygon:
		return polygon(append(b, "POLYGON "...), g), nil
	case orb.MultiPolygon:
		return wktList(append(b, "MULTIPOLYGON "...), g, polygon), nil
	}
	return b, fmt.Errorf("write WKT: a %T has no place there", g)
}

// wktList appends a list in brackets, each item by one.
func wktList[E any](b []byte, items []E, one func([]byte, E) []byte) []byte {
	if len(items) == 0 {
		return append(b, "EMPTY"...)
	}
	b = append(b, '(')
	for i, item := range items {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = one(b, item)
	}
	return append(b, ')')
}
