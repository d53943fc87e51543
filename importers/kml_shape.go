package importers

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/paulmach/orb"
)

// kmlShape gathers the geometry of one placemark within its limits.
type kmlShape struct {
	limits   Limits
	parts    []orb.Geometry
	vertices int
	rings    int
	hadZ     bool
	problem  *Problem // the first
}

// fail keeps the first problem.
func (s *kmlShape) fail(problem, detail string, values map[string]any) {
	if s.problem == nil {
		s.problem = &Problem{Problem: problem, Detail: detail, Values: values}
	}
}

// points reads the text of coordinates: longitude, latitude and perhaps height
// with commas between them, places with white space between them. Blanks about a
// comma, which people write by hand, are taken too.
func (s *kmlShape) points(text string) []orb.Point {
	var out []orb.Point
	for s.problem == nil {
		text = strings.TrimLeft(text, kmlSpace)
		if text == "" {
			break
		}
		var tuple [3]float64
		n := 0
		for {
			end := strings.IndexAny(text, kmlSpace+",")
			if end < 0 {
				end = len(text)
			}
			v, ok := kmlNumber(text[:end])
			if f, _ := strconv.ParseFloat(text[:end], 64); !ok && (math.IsNaN(f) || math.IsInf(f, 0)) {
				p := damagedNumber(text[:end])
				s.fail(p.Problem, p.Detail, p.Values)
				return out
			}
			if !ok || n == 3 {
				s.fail(ProblemNoPosition, fmt.Sprintf("%q is no longitude, latitude and height", clipText(strings.TrimSpace(text), 60)), map[string]any{"value": clipText(strings.TrimSpace(text), 60)})
				return out
			}
			tuple[n] = v
			n++
			text = strings.TrimLeft(text[end:], kmlSpace)
			if !strings.HasPrefix(text, ",") {
				break
			}
			text = strings.TrimLeft(text[1:], kmlSpace)
			if text == "" { // a comma at the end
				break
			}
		}
		if n < 2 {
			s.fail(ProblemNoPosition, fmt.Sprintf("%v is a longitude without a latitude", tuple[0]), map[string]any{"value": tuple[0]})
			return out
		}
		s.hadZ = s.hadZ || tuple[2] != 0
		if s.vertices++; s.vertices > s.limits.Vertices {
			s.fail(ProblemLimit, fmt.Sprintf("it has more than %d vertices", s.limits.Vertices), map[string]any{"limit": s.limits.Vertices})
			return nil
		}
		out = append(out, orb.Point{tuple[0], tuple[1]})
	}
	return out
}

const kmlSpace = " \t\r\n\u00a0\u3000"

// kmlNumber reads a finite decimal number.
func kmlNumber(s string) (float64, bool) {
	if s == "" || len(s) > 64 || strings.IndexFunc(s, func(r rune) bool { return (r < '0' || r > '9') && !strings.ContainsRune("+-.eE", r) }) >= 0 {
		return 0, false
	}
	v, err := strconv.ParseFloat(s, 64)
	return v, err == nil && !math.IsInf(v, 0)
}

// ring counts a ring.
func (s *kmlShape) ring() {
	if s.rings++; s.rings > s.limits.Rings {
		s.fail(ProblemLimit, fmt.Sprintf("it has more than %d rings", s.limits.Rings), map[string]any{"limit": s.limits.Rings})
	}
}

// add takes a part. Parts of one kind make a geometry of many; others a collection.
func (s *kmlShape) add(g orb.Geometry) { s.parts = append(s.parts, g) }

// geometry gives what was gathered, nil where there is none or it is at fault.
func (s *kmlShape) geometry() orb.Geometry {
	switch {
	case s.problem != nil || len(s.parts) == 0:
		return nil
	case len(s.parts) == 1:
		return s.parts[0]
	}
	var points orb.MultiPoint
	var lines orb.MultiLineString
	var polygons orb.MultiPolygon
	for _, p := range s.parts {
		switch p := p.(type) {
		case orb.Point:
			points = append(points, p)
		case orb.LineString:
			lines = append(lines, p)
		case orb.Polygon:
			polygons = append(polygons, p)
		}
	}
	switch len(s.parts) {
	case len(points):
		return points
	case len(lines):
		return lines
	case len(polygons):
		return polygons
	}
	return orb.Collection(s.parts)
}

// shapeKinds is which kinds of geometry a layer has.
type shapeKinds struct {
	kind string
	none bool // some have none
}

// add takes one more; g may be nil.
func (k *shapeKinds) add(g orb.Geometry) {
	if g == nil {
		k.none = true
		return
	}
	name := g.GeoJSONType()
	switch {
	case k.kind == "" || k.kind == name:
		k.kind = name
	case strings.TrimPrefix(k.kind, "Multi") == strings.TrimPrefix(name, "Multi"):
		k.kind = "Multi" + strings.TrimPrefix(name, "Multi")
	default:
		k.kind = "Geometry"
	}
}
