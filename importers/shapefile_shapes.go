package importers

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/paulmach/orb"
)

// shapeType is the type of shapes, as a .shp numbers them.
type shapeType int32

const (
	nullShape  shapeType = 0
	multiPatch shapeType = 31
)

// flat gives the type without heights (10 more) and measures (20 more).
func (t shapeType) flat() shapeType {
	switch t {
	case 11, 13, 15, 18:
		return t - 10
	case 21, 23, 25, 28:
		return t - 20
	}
	return t
}

// name gives the geometry's name in GeoJSON, "" for null and unknown shapes.
func (t shapeType) name() string {
	switch t.flat() {
	case 1:
		return "Point"
	case 3:
		return "MultiLineString"
	case 5:
		return "MultiPolygon"
	case 8:
		return "MultiPoint"
	}
	return ""
}

func (t shapeType) hasZ() bool { return t > 10 && t < 20 }

func (s *shapeReader) geometry() string { return s.kind.name() }
func (s *shapeReader) hasZ() bool       { return s.kind.hasZ() }

// parse reads the content of a record. Heights and measures stand after the
// places, measures may be left out, and none of them is read.
func (s *shapeReader) parse(b []byte) (shape, *Problem) {
	kind := shapeType(le(b))
	if kind == nullShape {
		return shape{}, nil
	}
	if kind != s.kind {
		return shape{}, corrupt(".shp", fmt.Sprintf("a shape of type %d among those of type %d", kind, s.kind))
	}
	sh := shape{z: kind.hasZ()}
	var fault *Problem
	switch kind.flat() {
	case 1:
		if len(b) < 20 {
			return shape{}, corrupt(".shp", "a point without coordinates")
		}
		points := points(b[4:20])
		sh.geometry, fault = points[0], noPlace(points)
	case 8:
		var p []orb.Point
		if p, fault = s.multiPoint(b); len(p) > 0 {
			sh.geometry = orb.MultiPoint(p)
		}
	default:
		var parts [][]orb.Point
		parts, fault = s.parts(b)
		sh.geometry, sh.rings = assemble(kind.flat() == 5, parts)
	}
	if fault != nil {
		return shape{}, fault
	}
	return sh, nil
}

// assemble makes rings of the parts of a polygon, or a line of several.
func assemble(polygon bool, parts [][]orb.Point) (orb.Geometry, []orb.Ring) {
	if polygon {
		var rings []orb.Ring
		for _, p := range parts {
			rings = append(rings, p)
		}
		return nil, rings
	}
	switch len(parts) {
	case 0:
		return nil, nil
	case 1:
		return orb.LineString(parts[0]), nil
	}
	var lines orb.MultiLineString
	for _, p := range parts {
		lines = append(lines, p)
	}
	return lines, nil
}

// multiPoint reads type, bound, number of points, points.
func (s *shapeReader) multiPoint(b []byte) ([]orb.Point, *Problem) {
	if len(b) < 40 {
		return nil, corrupt(".shp", "a shape without coordinates")
	}
	n := le(b[36:])
	if fault := s.room(n, int64(len(b)-40)); fault != nil {
		return nil, fault
	}
	p := points(b[40 : 40+16*n])
	return p, noPlace(p)
}

// parts reads type, bound, number of parts, number of points, where each part
// begins, points.
func (s *shapeReader) parts(b []byte) ([][]orb.Point, *Problem) {
	if len(b) < 44 {
		return nil, corrupt(".shp", "a shape without coordinates")
	}
	n, of := le(b[36:]), le(b[40:])
	if n < 0 || 4*n > int64(len(b)-44) {
		return nil, corrupt(".shp", fmt.Sprintf("a shape of %d parts, for which it has no room", n))
	}
	if n > int64(s.limits.Rings) {
		return nil, s.tooLarge(fmt.Sprintf("%d rings or lines", n), int(n), s.limits.Rings)
	}
	if fault := s.room(of, int64(len(b)-44)-4*n); fault != nil {
		return nil, fault
	}
	if n == 0 && of > 0 {
		return nil, corrupt(".shp", "a shape of points in no part")
	}
	all := points(b[44+4*n : 44+4*n+16*of])
	if fault := noPlace(all); fault != nil {
		return nil, fault
	}
	parts := make([][]orb.Point, n)
	for i := range parts {
		from, to := le(b[44+4*i:]), of
		if i+1 < len(parts) {
			to = le(b[48+4*i:])
		}
		if from < 0 || from > to || to > of || i == 0 && from != 0 {
			return nil, corrupt(".shp", "the parts of a shape do not follow one another")
		}
		parts[i] = all[from:to:to]
	}
	return parts, nil
}

// room checks a number of points against the bytes that are there for them.
func (s *shapeReader) room(n, bytes int64) *Problem {
	switch {
	case n < 0 || 16*n > bytes:
		return corrupt(".shp", fmt.Sprintf("a shape of %d points, for which it has no room", n))
	case n > int64(s.limits.Vertices):
		return s.tooLarge(fmt.Sprintf("%d vertices", n), int(n), s.limits.Vertices)
	}
	return nil
}

// points reads pairs of coordinates.
func points(b []byte) []orb.Point {
	out := make([]orb.Point, len(b)/16)
	for i := range out {
		out[i][0] = math.Float64frombits(binary.LittleEndian.Uint64(b[16*i:]))
		out[i][1] = math.Float64frombits(binary.LittleEndian.Uint64(b[16*i+8:]))
	}
	return out
}

// noPlace finds a point that is nowhere: of coordinates that are no finite
// numbers, or below -1e38, which ESRI's programs write for "no data".
func noPlace(points []orb.Point) *Problem {
	for i, p := range points {
		if !(math.Abs(p[0]) < 1e38) || !(math.Abs(p[1]) < 1e38) {
			problem := ProblemNoPosition
			if x := p[0] - p[0] + p[1] - p[1]; x != 0 { // NaN of NaN and infinity
				problem = ProblemValueDamaged
			}
			return &Problem{
				Problem: problem,
				Detail:  fmt.Sprintf("vertex %d has no coordinates (%g, %g)", i+1, p[0], p[1]),
				Values:  map[string]any{"vertex": i + 1},
			}
		}
	}
	return nil
}
