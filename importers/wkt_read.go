package importers

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/paulmach/orb"
)

// ReadWKT reads a geometry in well-known text (OGC 06-103r4, 7.2), with what
// PostGIS puts before it: SRID=4551; gives srid 4551, else 0. Capitals and
// blanks do not count. Heights and measures are left out; hadZ says that there
// were heights. What is empty, at any depth, is left out too: g is nil where
// nothing remains. Rings are as they stand. The *Problem, without a feature's
// number, is FILE_CORRUPT where the text is no such thing, WRONG_TYPE for curves
// and surfaces, VALUE_DAMAGED for a coordinate that is not finite, LIMIT where it
// has more than limits allow.
func ReadWKT(text string, limits Limits) (g orb.Geometry, srid int, hadZ bool, fault *Problem) {
	d := &wktReader{s: text, limits: limits}
	if rest, ok := cutFold(strings.TrimLeft(text, wktBlanks), "SRID="); ok {
		number, geometry, _ := strings.Cut(rest, ";")
		n, err := strconv.ParseUint(strings.TrimSpace(number), 10, 20)
		if err != nil {
			d.corrupt("SRID= is not followed by a number and a semicolon")
		}
		srid, d.s = int(n), geometry
	}
	g = d.geometry(limits.Depth)
	if d.blanks(); d.fault == nil && d.i < len(d.s) {
		d.corrupt("%.20q stands behind the geometry", d.s[d.i:])
	}
	if d.fault != nil {
		return nil, 0, false, d.fault
	}
	return g, srid, d.hadZ, nil
}

const wktBlanks = " \t\r\n"

// cutFold is strings.CutPrefix for capitals and small letters alike.
func cutFold(s, prefix string) (rest string, ok bool) {
	if len(s) < len(prefix) || !strings.EqualFold(s[:len(prefix)], prefix) {
		return s, false
	}
	return s[len(prefix):], true
}

// wktReader reads from s and keeps the first fault, behind which it reads
// nothing more.
type wktReader struct {
	s        string
	i        int
	limits   Limits
	vertices int
	rings    int
	parts    int
	measured bool // the third coordinate is a measure
	hadZ     bool
	fault    *Problem
}

func (d *wktReader) corrupt(format string, args ...any) {
	if d.fault == nil {
		d.fault = &Problem{Problem: ProblemFileCorrupt, Detail: "the shape is no well-known text: " + fmt.Sprintf(format, args...)}
	}
}

func (d *wktReader) blanks() {
	for d.i < len(d.s) && strings.IndexByte(wktBlanks, d.s[d.i]) >= 0 {
		d.i++
	}
}

// takes goes over a character, and says whether it was there.
func (d *wktReader) takes(c byte) bool {
	d.blanks()
	if d.fault != nil || d.i >= len(d.s) || d.s[d.i] != c {
		return false
	}
	d.i++
	return true
}

func (d *wktReader) wants(c byte) {
	if !d.takes(c) {
		d.corrupt("%q is missing before %.20q", c, d.s[d.i:])
	}
}

// word reads letters, as capitals.
func (d *wktReader) word() string {
	d.blanks()
	start := d.i
	for d.i < len(d.s) && (d.s[d.i]|0x20) >= 'a' && (d.s[d.i]|0x20) <= 'z' {
		d.i++
	}
	return strings.ToUpper(d.s[start:d.i])
}

// empty goes over Z, M, ZM and EMPTY, and says whether there was the last.
func (d *wktReader) empty() bool {
	for {
		start := d.i
		switch d.word() {
		case "Z", "ZM":
		case "M":
			d.measured = true
		case "EMPTY":
			return true
		default:
			d.i = start
			return false
		}
	}
}

func (d *wktReader) geometry(depth int) orb.Geometry {
	kind := d.word()
	d.measured = false
	for _, suffix := range []string{"ZM", "Z", "M"} {
		if base, ok := strings.CutSuffix(kind, suffix); ok && base != "" {
			kind, d.measured = base, suffix == "M"
			break
		}
	}
	switch kind {
	case "POINT", "LINESTRING", "POLYGON", "MULTIPOINT", "MULTILINESTRING", "MULTIPOLYGON", "GEOMETRYCOLLECTION":
	case "CIRCULARSTRING", "COMPOUNDCURVE", "CURVEPOLYGON", "MULTICURVE", "MULTISURFACE", "POLYHEDRALSURFACE", "TIN", "TRIANGLE":
		d.fault = &Problem{Problem: ProblemWrongType, Detail: "a " + kind + " is not taken; have curves turned into straight lines", Values: map[string]any{"value": kind}}
		return nil
	default:
		d.corrupt("%.20q is no type of geometry", kind)
		return nil
	}
	if d.empty() || d.fault != nil {
		return nil
	}
	switch kind {
	case "POINT":
		d.wants('(')
		p := d.position()
		d.wants(')')
		return p
	case "LINESTRING":
		return some(orb.LineString(d.line()))
	case "POLYGON":
		return some(d.polygon())
	case "MULTIPOINT":
		return some(orb.MultiPoint(wktItems(d, d.bracketed)))
	case "MULTILINESTRING":
		return some(orb.MultiLineString(wktItems(d, func() (orb.LineString, bool) {
			l := d.line()
			return l, len(l) > 0
		})))
	case "MULTIPOLYGON":
		return some(orb.MultiPolygon(wktItems(d, func() (orb.Polygon, bool) {
			p := d.polygon()
			return p, len(p) > 0
		})))
	}
	if depth <= 1 {
		d.fault = &Problem{Problem: ProblemLimit, Detail: "collections of geometries are nested too deeply"}
		return nil
	}
	return some(orb.Collection(wktItems(d, func() (orb.Geometry, bool) {
		g := d.geometry(depth - 1)
		return g, g != nil
	})))
}

// wktItems reads a list in brackets, or EMPTY, without what is empty.
func wktItems[E any](d *wktReader, one func() (E, bool)) (out []E) {
	if d.empty() {
		return nil
	}
	for d.wants('('); d.fault == nil; {
		if d.parts++; d.parts > d.limits.Vertices {
			d.fault = tooMany("parts", d.limits.Vertices)
		}
		if item, any := one(); any {
			out = append(out, item)
		}
		if !d.takes(',') {
			d.wants(')')
			return out
		}
	}
	return nil
}

// bracketed reads a position, which in a MULTIPOINT may stand in brackets.
func (d *wktReader) bracketed() (orb.Point, bool) {
	if d.empty() {
		return orb.Point{}, false
	}
	if !d.takes('(') {
		return d.position(), true
	}
	p := d.position()
	d.wants(')')
	return p, true
}

func (d *wktReader) line() []orb.Point {
	if d.empty() {
		return nil
	}
	var out []orb.Point
	for d.wants('('); d.fault == nil; {
		out = append(out, d.position())
		if !d.takes(',') {
			d.wants(')')
			break
		}
	}
	return out
}

func (d *wktReader) polygon() orb.Polygon {
	return wktItems(d, func() (orb.Ring, bool) {
		if d.rings++; d.rings > d.limits.Rings && d.fault == nil {
			d.fault = tooMany("rings", d.limits.Rings)
		}
		r := d.line()
		return r, len(r) > 0
	})
}

// position reads two to four numbers with blanks between.
func (d *wktReader) position() (p orb.Point) {
	if d.vertices++; d.vertices > d.limits.Vertices && d.fault == nil {
		d.fault = tooMany("vertices", d.limits.Vertices)
	}
	n := 0
	for ; d.fault == nil; n++ {
		d.blanks()
		start := d.i
		for d.i < len(d.s) && strings.IndexByte("0123456789+-.eEnNaAiIfFtTyY", d.s[d.i]) >= 0 {
			d.i++
		}
		text := d.s[start:d.i]
		if text == "" {
			break
		}
		v, err := strconv.ParseFloat(text, 64)
		switch {
		case math.IsInf(v, 0) || math.IsNaN(v):
			d.fault = damagedNumber(text)
		case err != nil:
			d.corrupt("%.20q is no number", text)
		case n < 2:
			p[n] = v
		}
	}
	if n < 2 || n > 4 {
		d.corrupt("a position has %d numbers", n)
	}
	d.hadZ = d.hadZ || n == 4 || n == 3 && !d.measured
	return p
}
