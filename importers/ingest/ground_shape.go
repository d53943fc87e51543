package ingest

import (
	"errors"
	"fmt"
	"math"

	"github.com/paulmach/orb"
	orbclip "github.com/paulmach/orb/clip"
	"github.com/paulmach/orb/encoding/wkb"
	"github.com/paulmach/orb/simplify"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/importers"
)

// groundShape are the lines and polygons of a feature, in degrees, WGS 84.
type groundShape struct {
	lines    orb.MultiLineString
	polygons orb.MultiPolygon
}

func (s groundShape) empty() bool { return len(s.lines)+len(s.polygons) == 0 }

// shape gives the lines and polygons of a record in degrees, empty where it has
// none or lies elsewhere. Coordinates that the system cannot have are a problem.
func (g *groundIntake) shape(rec *importers.Record) (s groundShape, err error) {
	s.take(rec.Geometry)
	s.polygons = append(s.polygons, outerRings(rec.Rings)...)
	if s.empty() {
		if rec.Geometry != nil {
			g.told.count("points", func() *importers.Problem {
				return &importers.Problem{Feature: rec.Number, Line: rec.Line, Problem: importers.ProblemWrongType, Warning: true,
					Detail: "points are not drawn; they were left out", Values: map[string]any{"value": rec.Geometry.GeoJSONType()}}
			})
		}
		return s, nil
	}
	raw := s.bound()
	if raw.IsEmpty() || math.IsInf(raw.Max[0]-raw.Min[0]+raw.Max[1]-raw.Min[1], 0) {
		g.found.add(&importers.Problem{Feature: rec.Number, Line: rec.Line, Problem: importers.ProblemValueDamaged, Detail: "a coordinate is not a finite number"})
		return groundShape{}, nil
	}
	if g.placed == 0 {
		g.raw = raw
	}
	g.placed++
	g.raw = g.raw.Union(raw)
	if p, err := s.convert(g.crs); err != nil {
		// What lies in no zone may belong to the whole file: elsewhere looks.
		if g.inside > 0 {
			g.misplaced(rec, p, err)
		}
		return groundShape{}, nil
	}
	if !s.bound().Intersects(g.bound) {
		return groundShape{}, nil
	}
	g.inside++
	return s, nil
}

// misplaced is the problem of a feature whose coordinates are none.
func (g *groundIntake) misplaced(rec *importers.Record, p orb.Point, err error) {
	name := importers.ProblemNoPosition
	if of := (*geo.Problem)(nil); errors.As(err, &of) && of.Code == "crs-out-of-zone" {
		name = importers.ProblemCRSOutOfZone
	}
	g.found.add(&importers.Problem{Feature: rec.Number, Line: rec.Line, Problem: name,
		Detail: fmt.Sprintf("%g, %g is no place in %s: %s", p[0], p[1], g.crs, geo.Text(err)), Values: map[string]any{"value": string(g.crs)}})
}

// take collects lines and polygons.
func (s *groundShape) take(geometry orb.Geometry) {
	switch v := geometry.(type) {
	case orb.LineString:
		s.lines = append(s.lines, v)
	case orb.MultiLineString:
		s.lines = append(s.lines, v...)
	case orb.Polygon:
		s.polygons = append(s.polygons, v)
	case orb.MultiPolygon:
		s.polygons = append(s.polygons, v...)
	case orb.Collection:
		for _, one := range v {
			s.take(one)
		}
	}
}

// outerRings makes polygons of rings of which nobody says what is a hole: those
// that do not begin within another one. The base map has no use for holes.
func outerRings(rings []orb.Ring) (out orb.MultiPolygon) {
	for i, r := range rings {
		inside := false
		for k, other := range rings {
			inside = inside || k != i && len(r) > 0 && len(other) > 3 && other.Bound().Contains(r[0]) && ringHolds(other, r[0])
		}
		if !inside {
			out = append(out, orb.Polygon{r})
		}
	}
	return out
}

// ringHolds reports whether a place lies in a ring, closed or not, by the edges
// that a ray to the east crosses; of places on the edge either is said.
func ringHolds(ring orb.Ring, p orb.Point) bool {
	in := false
	for i, j := 0, len(ring)-1; i < len(ring); j, i = i, i+1 {
		a, b := ring[i], ring[j]
		if (a[1] > p[1]) != (b[1] > p[1]) && p[0] < a[0]+(p[1]-a[1])/(b[1]-a[1])*(b[0]-a[0]) {
			in = !in
		}
	}
	return in
}

// each calls do with every list of vertices.
func (s groundShape) each(do func([]orb.Point)) {
	for _, l := range s.lines {
		do(l)
	}
	for _, p := range s.polygons {
		for _, r := range p {
			do(r)
		}
	}
}

// bound is round all of it; infinite where a coordinate is no number.
func (s groundShape) bound() orb.Bound {
	b := orb.Bound{Min: orb.Point{math.Inf(1), math.Inf(1)}, Max: orb.Point{math.Inf(-1), math.Inf(-1)}}
	s.each(func(points []orb.Point) {
		for _, p := range points {
			if sum := p[0] + p[1]; math.IsNaN(sum) || math.IsInf(sum, 0) {
				p = orb.Point{math.Inf(1), math.Inf(1)}
			}
			b = b.Extend(p)
		}
	})
	return b
}

// convert brings it into WGS 84, in a copy. The place is that which cannot be.
func (s *groundShape) convert(crs geo.CRS) (at orb.Point, err error) {
	points := func(in []orb.Point) []orb.Point {
		out := make([]orb.Point, 0, len(in))
		for _, p := range in {
			w, failed := geo.ToWGS84(crs, p)
			if failed != nil && err == nil {
				at, err = p, failed
			}
			out = append(out, w)
		}
		return out
	}
	var to groundShape
	for _, l := range s.lines {
		to.lines = append(to.lines, points(l))
	}
	for _, p := range s.polygons {
		var rings orb.Polygon
		for _, r := range p {
			rings = append(rings, points(r))
		}
		to.polygons = append(to.polygons, rings)
	}
	*s = to
	return at, err
}

// groundThin is how far, in degrees, a vertex must be from the line without it
// to stay: one metre, less than a pixel of the closest zoom. groundSmall is the
// smallest house that is drawn, in square metres.
const groundThin, groundSmall = 1e-5, 20

// of gives the geometry as its class has it, within a bound: lines for roads and
// rivers, of polygons their outlines, polygons for houses; nil where nothing is
// left. thin has it thinned out.
func (s groundShape) of(class string, bound orb.Bound, thin bool) orb.Geometry {
	if class == classHouses {
		return s.houses(bound, thin)
	}
	lines := s.lines
	for _, p := range s.polygons {
		if len(p) > 0 {
			lines = append(lines, orb.LineString(p[0]))
		}
	}
	var out orb.MultiLineString
	for _, l := range lines {
		for _, part := range orbclip.LineString(bound, l) {
			if part = groundRound(part); thin && len(part) > 2 {
				part = simplify.DouglasPeucker(groundThin).LineString(part)
			}
			if len(part) > 1 {
				out = append(out, part)
			}
		}
	}
	switch len(out) {
	case 0:
		return nil
	case 1:
		return out[0]
	}
	return out
}

// houses gives polygons; what crosses itself is left out. Without thinning, those
// within the bound stay as they are, ring for ring.
func (s groundShape) houses(bound orb.Bound, thin bool) orb.Geometry {
	for _, l := range s.lines {
		if len(l) > 3 && l[0] == l[len(l)-1] {
			s.polygons = append(s.polygons, orb.Polygon{orb.Ring(l)})
		}
	}
	var out orb.MultiPolygon
	for _, p := range s.polygons {
		if len(p) == 0 {
			continue
		}
		if thin {
			p = p[:1] // holes are yards, too small for a map
		}
		whole := bound.Contains(p[0].Bound().Min) && bound.Contains(p[0].Bound().Max)
		if !whole {
			p = orbclip.Polygon(bound, p)
		}
		var rings orb.Polygon
		for _, r := range p {
			r = orb.Ring(groundRound(orb.LineString(r)))
			if thin && len(r) > 5 {
				r = simplify.DouglasPeucker(groundThin).Ring(r)
			}
			rings = append(rings, r)
		}
		shape, err := geo.NormalizeShape(orb.MultiPolygon{rings})
		switch {
		case err != nil || thin && geo.AreaM2(shape) < groundSmall:
		case whole && !thin:
			out = append(out, rings)
		default:
			out = append(out, shape...)
		}
	}
	if len(out) == 0 {
		return nil
	}
	return out
}

// groundRound puts vertices on the lattice, without repeats.
func groundRound(l orb.LineString) orb.LineString {
	var out orb.LineString
	for _, p := range l {
		if q, ok := geo.Round(p); ok && (len(out) == 0 || out[len(out)-1] != q) {
			out = append(out, q)
		}
	}
	return out
}

// groundCount is how many vertices a geometry has.
func groundCount(geometry orb.Geometry) (n int) {
	var s groundShape
	s.take(geometry)
	s.each(func(points []orb.Point) { n += len(points) })
	return n
}

// groundKey is the same for features that are the same but for their ids, and
// but for a polygon that is the only one of several.
func groundKey(f *geo.Feature) string {
	var s groundShape
	s.take(f.Geometry)
	lines, err := wkb.Marshal(s.lines)
	polygons, err2 := wkb.Marshal(s.polygons)
	if err != nil || err2 != nil || s.empty() {
		return f.ID.String() // of a geometry that no file gives
	}
	return f.Class + "\x00" + f.Name + "\x00" + string(lines) + string(polygons)
}
