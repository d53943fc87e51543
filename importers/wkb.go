package importers

import (
	"encoding/binary"
	"fmt"
	"math"

	"github.com/paulmach/orb"
)

// Codes of geometries in WKB: OGC 06-103r4, 8.2; thousands say Z and M.
const (
	wkbPoint = iota + 1
	wkbLineString
	wkbPolygon
	wkbMultiPoint
	wkbMultiLineString
	wkbMultiPolygon
	wkbCollection
)

// What PostGIS puts into the code instead of thousands.
const (
	ewkbZ    = 0x80000000
	ewkbM    = 0x40000000
	ewkbSRID = 0x20000000
)

// ReadWKB reads a geometry in well-known binary, as ISO 13249-3 and OGC 06-103r4
// have it, or as PostGIS writes it, in either order of bytes. Heights and measures
// are left out; hadZ says that there were heights. What is empty, at any depth, is left
// out too: g is nil where nothing remains. Rings are as they stand. What a count claims is
// held against the bytes there are before room is made for it, so that memory follows from
// the length of b. The *Problem, without a feature's number, is FILE_CORRUPT where b is
// no such thing, WRONG_TYPE for curves and surfaces, LIMIT where it has more than
// limits allow.
func ReadWKB(b []byte, limits Limits) (g orb.Geometry, hadZ bool, fault *Problem) {
	d := &wkbReader{b: b, limits: limits}
	g = d.geometry(0, 0)
	if d.fault == nil && len(d.b) > 0 {
		d.corrupt("%d bytes follow the geometry", len(d.b))
	}
	if d.fault != nil {
		return nil, d.hadZ, d.fault
	}
	return g, d.hadZ, nil
}

// wkbReader reads from the front of b and keeps the first fault.
type wkbReader struct {
	b               []byte
	order           binary.ByteOrder
	size            int // of a position: 16, 24 or 32 bytes
	limits          Limits
	vertices, rings int
	hadZ            bool
	fault           *Problem
}

func (d *wkbReader) fail(name, format string, args ...any) {
	if d.fault == nil {
		d.fault = &Problem{Problem: name, Detail: fmt.Sprintf(format, args...)}
	}
}

func (d *wkbReader) corrupt(format string, args ...any) {
	d.fail(ProblemFileCorrupt, "the shape is no well-known binary: "+format, args...)
}

// geometry reads one with its head; want is the code it must have, 0 any.
func (d *wkbReader) geometry(want uint32, depth int) orb.Geometry {
	if depth > d.limits.Depth {
		d.fail(ProblemLimit, "geometries are nested deeper than %d", d.limits.Depth)
	}
	if d.fault != nil {
		return nil
	}
	if len(d.b) < 5 {
		d.corrupt("it ends in the middle")
		return nil
	}
	switch d.b[0] {
	case 0:
		d.order = binary.BigEndian
	case 1:
		d.order = binary.LittleEndian
	default:
		d.corrupt("%d is no order of bytes", d.b[0])
		return nil
	}
	code := d.order.Uint32(d.b[1:])
	d.b = d.b[5:]
	flags, base := code&0xE0000000, code&0x1FFFFFFF
	z, m := flags&ewkbZ != 0, flags&ewkbM != 0
	if flags&ewkbSRID != 0 {
		if len(d.b) < 4 {
			d.corrupt("it ends in the middle")
			return nil
		}
		d.b = d.b[4:]
	}
	switch base / 1000 {
	case 0:
	case 1:
		z = true
	case 2:
		m = true
	case 3:
		z, m = true, true
	default:
		d.corrupt("%d is no type of a geometry", code)
		return nil
	}
	base %= 1000
	d.hadZ = d.hadZ || z
	d.size = 16
	for _, more := range []bool{z, m} {
		if more {
			d.size += 8
		}
	}
	if want != 0 && base != want {
		d.corrupt("a part of type %d stands where one of type %d belongs", base, want)
		return nil
	}
	return d.body(base, depth)
}

func (d *wkbReader) body(base uint32, depth int) orb.Geometry {
	switch base {
	case wkbPoint:
		if p, ok := d.point(); ok {
			return p
		}
	case wkbLineString:
		return some(orb.LineString(d.points()))
	case wkbPolygon:
		return some(d.polygon())
	case wkbMultiPoint:
		return some(parts[orb.MultiPoint, orb.Point](d, wkbPoint, depth))
	case wkbMultiLineString:
		return some(parts[orb.MultiLineString, orb.LineString](d, wkbLineString, depth))
	case wkbMultiPolygon:
		return some(parts[orb.MultiPolygon, orb.Polygon](d, wkbPolygon, depth))
	case wkbCollection:
		return some(parts[orb.Collection, orb.Geometry](d, 0, depth))
	case 8, 9, 10, 11, 12, 13, 14:
		d.fail(ProblemWrongType, "the shape has curves; have it written with straight edges (in QGIS: Segmentize)")
	case 15, 16, 17:
		d.fail(ProblemWrongType, "the shape is a surface in space, not a polygon")
	default:
		d.corrupt("%d is no type of a geometry", base)
	}
	return nil
}

// some gives a list as a geometry, nil where it is empty.
func some[G interface {
	~[]E
	orb.Geometry
}, E any](g G) orb.Geometry {
	if len(g) == 0 {
		return nil
	}
	return g
}

// parts reads the parts of a multiple one.
func parts[G ~[]E, E orb.Geometry](d *wkbReader, want uint32, depth int) (out G) {
	for range d.count(9) {
		if part, ok := d.geometry(want, depth+1).(E); ok {
			out = append(out, part)
		}
		if d.fault != nil {
			return nil
		}
	}
	return out
}

// count reads how many items follow, each of at least so many bytes.
func (d *wkbReader) count(least int) int {
	if d.fault != nil {
		return 0
	}
	if len(d.b) < 4 {
		d.corrupt("it ends in the middle")
		return 0
	}
	n := d.order.Uint32(d.b)
	d.b = d.b[4:]
	if uint64(n)*uint64(least) > uint64(len(d.b)) {
		d.corrupt("it claims %d parts, for which it is too short", n)
		return 0
	}
	return int(n)
}

func (d *wkbReader) polygon() (out orb.Polygon) {
	n := d.count(4)
	if d.rings += n; d.rings > d.limits.Rings {
		d.fail(ProblemLimit, "the shape has more than %d rings", d.limits.Rings)
		return nil
	}
	for range n {
		if r := orb.Ring(d.points()); len(r) > 0 {
			out = append(out, r)
		}
		if d.fault != nil {
			return nil
		}
	}
	return out
}

func (d *wkbReader) points() []orb.Point {
	n := d.count(d.size)
	if d.fault != nil || n == 0 {
		return nil
	}
	if d.vertices+n > d.limits.Vertices {
		d.fail(ProblemLimit, "the shape has more than %d vertices", d.limits.Vertices)
		return nil
	}
	out := make([]orb.Point, n)
	for i := range out {
		out[i], _ = d.point()
	}
	return out
}

// point reads a position; ok is false for an empty one, which is NaN.
func (d *wkbReader) point() (p orb.Point, ok bool) {
	if d.fault != nil {
		return p, false
	}
	if len(d.b) < d.size {
		d.corrupt("it ends in the middle")
		return p, false
	}
	if d.vertices++; d.vertices > d.limits.Vertices {
		d.fail(ProblemLimit, "the shape has more than %d vertices", d.limits.Vertices)
		return p, false
	}
	for i := range p {
		p[i] = math.Float64frombits(d.order.Uint64(d.b[8*i:]))
	}
	d.b = d.b[d.size:]
	return p, !(math.IsNaN(p[0]) && math.IsNaN(p[1]))
}

// AppendWKB appends a geometry in well-known binary, little-endian. Points, lines,
// polygons and their multiples can be written; others are an error, as is
// nil.
func AppendWKB(b []byte, g orb.Geometry) ([]byte, error) {
	head := func(code uint32, n int) {
		b = append(b, 1)
		b = binary.LittleEndian.AppendUint32(b, code)
		if code != wkbPoint {
			b = binary.LittleEndian.AppendUint32(b, uint32(n))
		}
	}
	line := func(points []orb.Point) {
		for _, p := range points {
			b = binary.LittleEndian.AppendUint64(b, math.Float64bits(p[0]))
			b = binary.LittleEndian.AppendUint64(b, math.Float64bits(p[1]))
		}
	}
	polygon := func(p orb.Polygon) {
		head(wkbPolygon, len(p))
		for _, r := range p {
			b = binary.LittleEndian.AppendUint32(b, uint32(len(r)))
			line(r)
		}
	}
	switch g := g.(type) {
	case orb.Point:
		head(wkbPoint, 1)
		line([]orb.Point{g})
	case orb.LineString:
		head(wkbLineString, len(g))
		line(g)
	case orb.Polygon:
		polygon(g)
	case orb.MultiPoint:
		head(wkbMultiPoint, len(g))
		for _, p := range g {
			head(wkbPoint, 1)
			line([]orb.Point{p})
		}
	case orb.MultiLineString:
		head(wkbMultiLineString, len(g))
		for _, l := range g {
			head(wkbLineString, len(l))
			line(l)
		}
	case orb.MultiPolygon:
		head(wkbMultiPolygon, len(g))
		for _, p := range g {
			polygon(p)
		}
	default:
		return b, fmt.Errorf("write WKB: a %T has no place there", g)
	}
	return b, nil
}
