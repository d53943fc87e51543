package importers

import (
	"fmt"
	"math"
	"strconv"

	"github.com/paulmach/orb"
)

// geoJSONShape reads geometries. Its methods give a *Problem for what is JSON but
// no geometry, and leave the place where it is then anywhere within.
type geoJSONShape struct {
	limits   Limits
	points   []orb.Point // room for one line after another
	hadZ     bool
	vertices int // of the feature
	rings    int
	parts    int // of whatever kind
}

// begin is called before the geometry of each feature.
func (g *geoJSONShape) begin() { g.hadZ, g.vertices, g.rings, g.parts = false, 0, 0, 0 }

// geometry reads a geometry object or null, which gives nil.
func (g *geoJSONShape) geometry(s *jsonScan) (orb.Geometry, error) {
	switch s.b[s.i] {
	case '{':
	case 'n':
		_, err := s.scalar()
		return nil, err
	default:
		return nil, damagedShape("the geometry is no object")
	}
	if s.depth == 0 {
		return nil, errTooDeep
	}
	s.depth--
	defer func() { s.depth++ }()
	var out orb.Geometry
	kind, at, read := "", -1, false
	for first := true; ; first = false {
		name, _, done, err := s.member(first)
		if err != nil {
			return nil, err
		}
		if done {
			break
		}
		switch string(name) {
		case "type":
			if kind != "" || s.b[s.i] != '"' {
				return nil, damagedShape("a geometry has one type, a text")
			}
			raw, _, err := s.text()
			if err != nil {
				return nil, err
			}
			if kind = geometryKind(raw); kind == "" {
				return nil, &Problem{Problem: ProblemWrongType, Detail: fmt.Sprintf("%.40q is no type of geometry", raw), Values: map[string]any{"value": clipText(string(raw), 40)}}
			}
		case "coordinates", "geometries":
			if at >= 0 {
				return nil, damagedShape("the coordinates stand twice")
			}
			at = s.i
			if kind == "" { // it comes behind
				err = s.skip()
			} else {
				read = true
				out, err = g.content(s, kind, string(name))
			}
			if err != nil {
				return nil, err
			}
		default:
			if err := s.skip(); err != nil {
				return nil, err
			}
		}
	}
	switch {
	case kind == "":
		return nil, damagedShape("the geometry has no type")
	case at < 0:
		return nil, damagedShape("the geometry has no coordinates")
	case read:
		return out, nil
	}
	end := s.i
	s.i = at
	name := "coordinates"
	if kind == "GeometryCollection" {
		name = "geometries"
	}
	out, err := g.content(s, kind, name)
	s.i = end
	return out, err
}

// geometryKind gives the type of geometry of a name, "" for none.
func geometryKind(raw []byte) string {
	for _, k := range geoJSONGeometries {
		if string(raw) == k {
			return k
		}
	}
	return ""
}

// content reads what makes up a geometry of a kind.
func (g *geoJSONShape) content(s *jsonScan, kind, name string) (orb.Geometry, error) {
	if (kind == "GeometryCollection") != (name == "geometries") {
		return nil, damagedShape("only a GeometryCollection has geometries, and only the others have coordinates")
	}
	switch kind {
	case "Point":
		p, any, err := g.position(s)
		if err != nil || !any {
			return nil, err // an empty point is no geometry
		}
		return p, nil
	case "MultiPoint":
		l, err := g.line(s)
		return orb.MultiPoint(l), err
	case "LineString":
		l, err := g.line(s)
		return orb.LineString(l), err
	case "MultiLineString":
		l, err := listOf(g, s, func() (orb.LineString, error) { l, err := g.line(s); return l, err })
		return orb.MultiLineString(l), err
	case "Polygon":
		return g.polygon(s)
	case "MultiPolygon":
		p, err := listOf(g, s, func() (orb.Polygon, error) { return g.polygon(s) })
		return orb.MultiPolygon(p), err
	}
	c, err := listOf(g, s, func() (orb.Geometry, error) {
		member, err := g.geometry(s)
		if err == nil && member == nil {
			err = damagedShape("a collection of geometries has none in one place")
		}
		return member, err
	})
	return orb.Collection(c), err
}

func (g *geoJSONShape) polygon(s *jsonScan) (orb.Polygon, error) {
	return listOf(g, s, func() (orb.Ring, error) {
		if g.rings++; g.rings > g.limits.Rings {
			return nil, tooMany("rings", g.limits.Rings)
		}
		return g.line(s)
	})
}

// listOf reads a list, each item by one.
func listOf[T any](g *geoJSONShape, s *jsonScan, one func() (T, error)) ([]T, error) {
	if s.b[s.i] != '[' {
		return nil, damagedShape("the coordinates are not nested as the type of geometry has them")
	}
	out := []T{}
	for first := true; ; first = false {
		done, err := s.element(first)
		if err != nil || done {
			return out, err
		}
		if g.parts++; g.parts > g.limits.Vertices {
			return nil, tooMany("parts", g.limits.Vertices)
		}
		item, err := one()
		if err != nil {
			return nil, err
		}
		out = append(out, item)
	}
}

// line reads a list of positions, into a slice of its own.
func (g *geoJSONShape) line(s *jsonScan) ([]orb.Point, error) {
	if s.b[s.i] != '[' {
		return nil, damagedShape("the coordinates are not nested as the type of geometry has them")
	}
	g.points = g.points[:0]
	for first := true; ; first = false {
		done, err := s.element(first)
		if err != nil {
			return nil, err
		}
		if done {
			return append(make([]orb.Point, 0, len(g.points)), g.points...), nil
		}
		p, any, err := g.position(s)
		if err != nil {
			return nil, err
		}
		if !any {
			return nil, damagedShape("a position has no coordinates")
		}
		g.points = append(g.points, p)
	}
}

// position reads one position; any is false for one without numbers.
func (g *geoJSONShape) position(s *jsonScan) (p orb.Point, any bool, err error) {
	if s.b[s.i] != '[' {
		return p, false, damagedShape("the coordinates are not nested as the type of geometry has them")
	}
	if g.vertices++; g.vertices > g.limits.Vertices {
		return p, false, tooMany("vertices", g.limits.Vertices)
	}
	for n := 0; ; n++ {
		done, err := s.element(n == 0)
		if err != nil {
			return p, false, err
		}
		if done {
			if n == 1 {
				err = damagedShape("a position has one coordinate alone")
			}
			g.hadZ = g.hadZ || n > 2
			return p, n > 0, err
		}
		v, err := s.coordinate()
		if err != nil {
			return p, false, err
		}
		if n < 2 {
			p[n] = v
		}
	}
}

// tenTo are the powers of ten that a float64 holds exactly.
var tenTo = [...]float64{1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22}

// coordinate reads a number as the float64 next to it.
func (s *jsonScan) coordinate() (float64, error) {
	b, i := s.b, s.i
	negative := b[i] == '-'
	if negative {
		i++
	}
	// Digits and a power of ten that float64 both holds exactly give one rounding,
	// which is the right one (Clinger, How to read floating point numbers
	// accurately, 1990).
	var m uint64
	start := i
	for i < len(b) && b[i]-'0' < 10 {
		m = m*10 + uint64(b[i]-'0')
		i++
	}
	whole, frac := i-start, 0
	if whole > 0 && i < len(b) && b[i] == '.' {
		i++
		point := i
		for i < len(b) && b[i]-'0' < 10 {
			m = m*10 + uint64(b[i]-'0')
			i++
		}
		frac = i - point
		if frac == 0 {
			whole = 0
		}
	}
	if whole > 0 && whole+frac <= 19 && m <= 1<<53 && i < len(b) && b[i]|0x20 != 'e' && (b[start] != '0' || whole == 1) {
		s.i = i
		f := float64(m) / tenTo[frac]
		if negative {
			f = -f
		}
		return f, nil
	}
	if c := b[s.i]; c == '"' || c == '[' || c == '{' {
		return 0, damagedShape("a coordinate is no number")
	}
	start = s.i
	is, err := s.scalar()
	switch {
	case err != nil:
		return 0, err
	case is == jsonNoNumber:
		return 0, damagedNumber(string(b[start:s.i]))
	case is != jsonNumber:
		return 0, damagedShape("a coordinate is no number")
	}
	f, err := strconv.ParseFloat(string(b[start:s.i]), 64)
	if err != nil || math.IsInf(f, 0) {
		return 0, damagedNumber(string(b[start:s.i]))
	}
	return f, nil
}

func damagedShape(detail string) *Problem {
	return &Problem{Problem: ProblemFileCorrupt, Detail: detail}
}

func damagedNumber(text string) *Problem {
	text = clipText(text, 40)
	return &Problem{Problem: ProblemValueDamaged, Detail: fmt.Sprintf("the coordinate %s is no finite number", text), Values: map[string]any{"value": text}}
}

func tooMany(what string, limit int) *Problem {
	return &Problem{Problem: ProblemLimit, Detail: fmt.Sprintf("the feature has more than %d %s", limit, what), Values: map[string]any{"limit": limit, "what": what}}
}
