package importers

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"iter"
	"math"
	"strconv"

	"github.com/paulmach/orb"
)

// Property is one member of a feature's properties. Value is what
// encoding/json takes: text, numbers, booleans, nil, slices of them.
type Property struct {
	Name  string
	Value any
}

// Feature is one feature of a file: an id that may be empty, a geometry in
// lon/lat degrees, WGS 84, and its properties in the order they are written.
type Feature struct {
	ID         string
	Geometry   orb.Geometry
	Properties []Property
}

// Collection is what WriteGeoJSON writes: features and the members that stand
// before them.
type Collection struct {
	Name     string // of the collection, such as "village_groups"
	Head     []Property
	Features iter.Seq[Feature]
}

// WriteGeoJSON writes a FeatureCollection as RFC 7946 has it, a feature a
// line. Coordinates are written in the shortest text that reads back as the
// same double: at most seven decimals for points on the lattice. The same
// input gives the same bytes. Points, lines, polygons and their multiples can
// be written; any other geometry, and a coordinate that is not finite, is an
// error, with the file broken off.
func WriteGeoJSON(w io.Writer, c Collection) error {
	out := &geoJSON{w: bufio.NewWriterSize(w, 1<<16)}
	out.text(`{"type":"FeatureCollection","name":`)
	out.json(c.Name)
	for _, p := range c.Head {
		out.text(",")
		out.property(p)
	}
	out.text(`,"features":[`)
	first := true
	for f := range c.Features {
		if !first {
			out.text(",")
		}
		first = false
		out.feature(f)
		if out.err != nil {
			return out.err
		}
	}
	out.text("\n]}\n")
	if out.err != nil {
		return out.err
	}
	return out.w.Flush()
}

// geoJSON writes piece by piece and keeps the first error.
type geoJSON struct {
	w   *bufio.Writer
	buf []byte
	err error
}

func (g *geoJSON) text(s string) {
	if g.err == nil {
		_, g.err = g.w.WriteString(s)
	}
}

func (g *geoJSON) json(v any) {
	if g.err != nil {
		return
	}
	b, err := json.Marshal(v)
	if err != nil {
		g.err = fmt.Errorf("write GeoJSON: %w", err)
		return
	}
	_, g.err = g.w.Write(b)
}

func (g *geoJSON) property(p Property) {
	g.json(p.Name)
	g.text(":")
	g.json(p.Value)
}

func (g *geoJSON) feature(f Feature) {
	g.text("\n{\"type\":\"Feature\"")
	if f.ID != "" {
		g.text(`,"id":`)
		g.json(f.ID)
	}
	g.text(`,"properties":{`)
	for i, p := range f.Properties {
		if i > 0 {
			g.text(",")
		}
		g.property(p)
	}
	g.text(`},"geometry":`)
	g.geometry(f.Geometry)
	g.text("}")
}

func (g *geoJSON) geometry(geometry orb.Geometry) {
	if geometry == nil {
		g.text("null")
		return
	}
	g.text(`{"type":"` + geometry.GeoJSONType() + `","coordinates":`)
	switch v := geometry.(type) {
	case orb.Point:
		g.point(v)
	case orb.MultiPoint:
		g.line(v)
	case orb.LineString:
		g.line(v)
	case orb.MultiLineString:
		list(g, v, func(l orb.LineString) { g.line(l) })
	case orb.Polygon:
		g.polygon(v)
	case orb.MultiPolygon:
		list(g, v, g.polygon)
	default:
		g.err = cmp.Or(g.err, fmt.Errorf("write GeoJSON: a %T has no place in a feature", geometry))
	}
	g.text("}")
}

func (g *geoJSON) polygon(p orb.Polygon) {
	list(g, p, func(r orb.Ring) { g.line(r) })
}

func (g *geoJSON) line(points []orb.Point) { list(g, points, g.point) }

func (g *geoJSON) point(p orb.Point) {
	if x := p[0] + p[1]; math.IsNaN(x) || math.IsInf(x, 0) {
		g.err = cmp.Or(g.err, fmt.Errorf("write GeoJSON: %v is no place", p))
		return
	}
	g.buf = append(g.buf[:0], '[')
	g.buf = strconv.AppendFloat(g.buf, p[0], 'f', -1, 64)
	g.buf = append(g.buf, ',')
	g.buf = strconv.AppendFloat(g.buf, p[1], 'f', -1, 64)
	g.buf = append(g.buf, ']')
	if g.err == nil {
		_, g.err = g.w.Write(g.buf)
	}
}

// list writes an array, each item by one.
func list[T any](g *geoJSON, items []T, one func(T)) {
	g.text("[")
	for i, item := range items {
		if i > 0 {
			g.text(",")
		}
		one(item)
	}
	g.text("]")
}
