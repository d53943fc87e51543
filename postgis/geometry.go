package postgis

import (
	"fmt"

	"github.com/paulmach/orb"
	"github.com/twpayne/go-geom"

	"github.com/gridpatrol/gridpatrol/geo"
)

// srid is EPSG:4326, that of every geometry column. Coordinates are lon/lat.
const srid = 4326

// pointGeom is p as the driver writes it.
func pointGeom(p orb.Point) *geom.Point {
	return geom.NewPointFlat(geom.XY, []float64{p[0], p[1]}).SetSRID(srid)
}

// multiPolygonGeom is mp as the driver writes it.
func multiPolygonGeom(mp orb.MultiPolygon) *geom.MultiPolygon {
	flat := make([]float64, 0, 2*vertexCount(mp))
	endss := make([][]int, len(mp))
	for i, polygon := range mp {
		for _, ring := range polygon {
			flat = appendFlat(flat, ring)
			endss[i] = append(endss[i], len(flat))
		}
	}
	return geom.NewMultiPolygonFlat(geom.XY, flat, endss).SetSRID(srid)
}

// geometryGeom is a feature of the base map as the driver writes it. Types
// that features do not have are geo.ErrInvalid.
func geometryGeom(g orb.Geometry) (geom.T, error) {
	switch g := g.(type) {
	case orb.Point:
		return pointGeom(g), nil
	case orb.LineString:
		return geom.NewLineStringFlat(geom.XY, appendFlat(nil, g)).SetSRID(srid), nil
	case orb.MultiLineString:
		var flat []float64
		ends := make([]int, len(g))
		for i, line := range g {
			flat = appendFlat(flat, line)
			ends[i] = len(flat)
		}
		return geom.NewMultiLineStringFlat(geom.XY, flat, ends).SetSRID(srid), nil
	case orb.MultiPoint:
		return geom.NewMultiPointFlat(geom.XY, appendFlat(nil, g)).SetSRID(srid), nil
	case orb.Polygon:
		return multiPolygonGeom(orb.MultiPolygon{g}), nil
	case orb.MultiPolygon:
		return multiPolygonGeom(g), nil
	}
	return nil, fmt.Errorf("a feature cannot be a %T: %w", g, geo.ErrInvalid)
}

func appendFlat[S ~[]orb.Point](flat []float64, points S) []float64 {
	for _, p := range points {
		flat = append(flat, p[0], p[1])
	}
	return flat
}

// orbMultiPolygon is what the driver has read. All its rings share one array
// of points.
func orbMultiPolygon(g *geom.MultiPolygon) orb.MultiPolygon {
	points := orbPoints(g.FlatCoords())
	out := make(orb.MultiPolygon, len(g.Endss()))
	from := 0
	for i, ends := range g.Endss() {
		out[i] = make(orb.Polygon, len(ends))
		for k, end := range ends {
			out[i][k] = orb.Ring(points[from : end/2 : end/2])
			from = end / 2
		}
	}
	return out
}

// orbGeometry is what the driver has read of a base map feature.
func orbGeometry(g geom.T) (orb.Geometry, error) {
	points := orbPoints(g.FlatCoords())
	switch g := g.(type) {
	case *geom.Point:
		return points[0], nil
	case *geom.MultiPoint:
		return orb.MultiPoint(points), nil
	case *geom.LineString:
		return orb.LineString(points), nil
	case *geom.MultiLineString:
		out, from := make(orb.MultiLineString, len(g.Ends())), 0
		for i, end := range g.Ends() {
			out[i] = orb.LineString(points[from : end/2 : end/2])
			from = end / 2
		}
		return out, nil
	case *geom.MultiPolygon:
		return orbMultiPolygon(g), nil
	}
	return nil, fmt.Errorf("the database holds a %T where a feature of the base map was expected", g)
}

func orbPoints(flat []float64) []orb.Point {
	points := make([]orb.Point, len(flat)/2)
	for i := range points {
		points[i] = orb.Point{flat[2*i], flat[2*i+1]}
	}
	return points
}

func vertexCount(mp orb.MultiPolygon) int {
	n := 0
	for _, polygon := range mp {
		for _, ring := range polygon {
			n += len(ring)
		}
	}
	return n
}

func hasVertices(g orb.Geometry) bool {
	switch g := g.(type) {
	case nil:
		return false
	case orb.Point:
		return true
	case orb.LineString:
		return len(g) > 1
	case orb.MultiLineString:
		return len(g) > 0 && len(g[0]) > 1
	case orb.MultiPoint:
		return len(g) > 0
	case orb.Polygon:
		return len(g) > 0 && len(g[0]) > 3
	case orb.MultiPolygon:
		return vertexCount(g) > 3
	}
	return false
}
