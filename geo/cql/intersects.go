package cql

import "github.com/paulmach/orb"

// prepared is a geometry that many others are compared with. It does not change.
type prepared struct {
	bound    orb.Bound
	segments []segment
	// strips cut the bound from west to east; each has the numbers of the
	// segments that reach into it.
	strips   [][]int32
	perStrip float64
	polygons []orb.Polygon
	anchors  []orb.Point // one of each part that hangs together
}

// segment is a side of a ring or line; a point is one from itself to itself.
type segment struct{ a, b orb.Point }

const maxStrips = 256

func prepare(g orb.Geometry) *prepared {
	p := &prepared{}
	for _, part := range parts(g) {
		switch part := part.(type) {
		case orb.Point:
			p.segments = append(p.segments, segment{part, part})
			p.anchors = append(p.anchors, part)
		case orb.LineString:
			p.add(part)
		case orb.Polygon:
			for _, ring := range part {
				p.add(ring)
			}
			if len(part) > 0 && len(part[0]) > 0 {
				p.polygons = append(p.polygons, part)
			}
		}
	}
	p.index()
	return p
}

// index makes bound and strips of the segments.
func (p *prepared) index() {
	for i, s := range p.segments {
		b := boundOf(s.a, s.b)
		if i == 0 {
			p.bound = b
		}
		p.bound = p.bound.Union(b)
	}
	p.strips = make([][]int32, max(1, min(maxStrips, len(p.segments)/4)))
	if width := p.bound.Max[0] - p.bound.Min[0]; width > 0 {
		p.perStrip = float64(len(p.strips)) / width
	}
	for i, s := range p.segments {
		first, last := p.between(s)
		for k := first; k <= last; k++ {
			p.strips[k] = append(p.strips[k], int32(i))
		}
	}
}

// near gives the segments that reach into a bound. Long lines are in many strips
// but meet few bounds.
func (p *prepared) near(b orb.Bound) *prepared {
	n := &prepared{}
	for _, s := range p.segments {
		if reaches(s, b) {
			n.segments = append(n.segments, s)
		}
	}
	n.index()
	return n
}

// reaches reports whether a segment has a point in the closed bound: it does
// where their bounds meet, unless all corners are on one side of it.
func reaches(s segment, b orb.Bound) bool {
	if !b.Intersects(boundOf(s.a, s.b)) {
		return false
	}
	o := orient(s.a, s.b, b.Min)
	return o == 0 || orient(s.a, s.b, b.Max) != o || orient(s.a, s.b, b.LeftTop()) != o || orient(s.a, s.b, b.RightBottom()) != o
}

func (p *prepared) add(points []orb.Point) {
	for i := 1; i < len(points); i++ {
		p.segments = append(p.segments, segment{points[i-1], points[i]})
	}
	if len(points) > 0 {
		p.anchors = append(p.anchors, points[0])
	}
}

// between gives the first and last strip that a segment in the bound reaches
// into.
func (p *prepared) between(s segment) (first, last int) {
	strip := func(x float64) int {
		x = min(max(x, p.bound.Min[0]), p.bound.Max[0])
		return min(int((x-p.bound.Min[0])*p.perStrip), len(p.strips)-1)
	}
	return strip(min(s.a[0], s.b[0])), strip(max(s.a[0], s.b[0]))
}

// meets reports whether the geometry has a point in common with another.
func (p *prepared) meets(g orb.Geometry) bool {
	if len(p.segments) == 0 {
		return false
	}
	switch g := g.(type) { // the types of features first, without a list of parts
	case orb.Point:
		return p.touches(segment{g, g}) || p.covers(g)
	case orb.MultiPolygon:
		for _, polygon := range g {
			if p.meetsPolygon(polygon) {
				return true
			}
		}
		return false
	case orb.Polygon:
		return p.meetsPolygon(g)
	case orb.LineString:
		return len(g) > 0 && (p.near(g.Bound()).touchesAny(g) || p.covers(g[0]))
	}
	for _, part := range parts(g) {
		if p.meets(part) {
			return true
		}
	}
	return false
}

func (p *prepared) meetsPolygon(polygon orb.Polygon) bool {
	if len(polygon) == 0 || len(polygon[0]) == 0 {
		return false
	}
	bound := polygon[0].Bound()
	if !bound.Intersects(p.bound) {
		return false
	}
	near := p.near(bound)
	for _, ring := range polygon {
		if near.touchesAny(ring) {
			return true
		}
	}
	// No lines meet: each part lies wholly inside the other or wholly outside.
	if p.covers(polygon[0][0]) {
		return true
	}
	for _, a := range p.anchors {
		if bound.Contains(a) && covers(polygon, a) {
			return true
		}
	}
	return false
}

func (p *prepared) covers(q orb.Point) bool {
	if !p.bound.Contains(q) {
		return false
	}
	for _, polygon := range p.polygons {
		if covers(polygon, q) {
			return true
		}
	}
	return false
}

func (p *prepared) touchesAny(points []orb.Point) bool {
	for i := 1; i < len(points); i++ {
		if p.touches(segment{points[i-1], points[i]}) {
			return true
		}
	}
	return len(points) == 1 && p.touches(segment{points[0], points[0]})
}

func (p *prepared) touches(s segment) bool {
	if len(p.segments) == 0 || !p.bound.Intersects(boundOf(s.a, s.b)) {
		return false
	}
	first, last := p.between(s)
	for _, strip := range p.strips[first : last+1] {
		for _, i := range strip {
			if t := &p.segments[i]; touch(s.a, s.b, t.a, t.b) {
				return true
			}
		}
	}
	return false
}

// crosses reports whether lines of the geometry cross, or lie on one another.
func (p *prepared) crosses() bool {
	for _, strip := range p.strips {
		for k, i := range strip {
			for _, j := range strip[:k] {
				s, t := &p.segments[i], &p.segments[j]
				if cross(s.a, s.b, t.a, t.b) {
					return true
				}
			}
		}
	}
	return false
}
