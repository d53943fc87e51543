package importers

import (
	"encoding/xml"
	"fmt"
	"strings"

	"github.com/paulmach/orb"
)

// placemark reads one and hands it on.
func (w *kmlWalk) placemark() error {
	line, _ := w.xml.InputPos()
	p := &kmlPlacemark{folder: strings.Join(w.folders, "/"), line: line, texts: map[string]string{}}
	shape := kmlShape{limits: w.limits}
	err := w.children(func(e xml.StartElement) error {
		switch e.Name.Local {
		case "name", "description":
			return w.value(p, e.Name.Local, func(text string) { p.texts[e.Name.Local] = text })
		case "TimeStamp", "TimeSpan":
			return w.children(func(e xml.StartElement) error {
				return w.value(p, e.Name.Local, func(text string) { p.texts[e.Name.Local] = text })
			})
		case "ExtendedData":
			return w.children(func(e xml.StartElement) error { return w.extended(p, e) })
		}
		return w.shape(&shape, e)
	})
	if err != nil {
		return err
	}
	if len(p.data) == 0 {
		p.data = tableOf(p.texts["description"], w.limits.Columns)
	}
	p.geometry, p.hadZ = shape.geometry(), shape.hadZ
	if shape.problem != nil {
		p.problems = append(p.problems, *shape.problem)
	}
	if err := w.each(p); err != nil {
		return callerError{err}
	}
	return nil
}

// value reads the text of an element that was just begun.
func (w *kmlWalk) value(p *kmlPlacemark, name string, take func(string)) error {
	text, whole, err := w.text(w.limits.TextBytes)
	if err != nil {
		return err
	}
	if !whole {
		p.problems = append(p.problems, Problem{
			Problem: ProblemLimit,
			Detail:  fmt.Sprintf("the value of %q has more than %d bytes", clipText(name, 60), w.limits.TextBytes),
			Values:  map[string]any{"column": clipText(name, 60), "limit": w.limits.TextBytes},
		})
	}
	take(text)
	return nil
}

// extended reads one of the children of ExtendedData: Data, SchemaData, or any
// element of somebody's own.
func (w *kmlWalk) extended(p *kmlPlacemark, e xml.StartElement) error {
	add := func(name string) func(string) {
		return func(text string) { p.data = append(p.data, kmlDatum{name, text}) }
	}
	if len(p.data) > w.limits.Columns {
		return w.tooManyColumns()
	}
	switch e.Name.Local {
	case "Data":
		name := attribute(e, "name")
		return w.children(func(e xml.StartElement) error {
			if e.Name.Local != "value" || name == "" {
				return w.skip(e)
			}
			return w.value(p, name, add(name))
		})
	case "SchemaData":
		return w.children(func(e xml.StartElement) error {
			name := attribute(e, "name")
			if e.Name.Local != "SimpleData" || name == "" || len(p.data) > w.limits.Columns {
				return w.skip(e)
			}
			return w.value(p, name, add(name))
		})
	}
	return w.value(p, e.Name.Local, add(e.Name.Local))
}

// shape reads a geometry, and passes over what is none.
func (w *kmlWalk) shape(s *kmlShape, e xml.StartElement) error {
	switch e.Name.Local {
	case "Point":
		points, err := w.coordinates(s)
		if err == nil && len(points) > 0 {
			s.add(points[0])
		}
		return err
	case "LineString", "LinearRing":
		points, err := w.coordinates(s)
		s.add(orb.LineString(points))
		return err
	case "Polygon":
		return w.polygon(s)
	case "MultiGeometry", "MultiTrack":
		return w.children(func(e xml.StartElement) error { return w.shape(s, e) })
	case "Track":
		return w.track(s)
	}
	return w.skip(e)
}

// coordinates reads the coordinates in the element that was just begun.
func (w *kmlWalk) coordinates(s *kmlShape) (points []orb.Point, err error) {
	err = w.children(func(e xml.StartElement) error {
		if e.Name.Local != "coordinates" {
			return w.skip(e)
		}
		text, _, err := w.text(kmlToken)
		points = append(points, s.points(text)...)
		return err
	})
	return points, err
}

// polygon reads a polygon, the outer ring first.
func (w *kmlWalk) polygon(s *kmlShape) error {
	var outer, inner []orb.Ring
	boundary := func(to *[]orb.Ring) error {
		return w.children(func(e xml.StartElement) error {
			if e.Name.Local != "LinearRing" {
				return w.skip(e)
			}
			s.ring()
			points, err := w.coordinates(s)
			*to = append(*to, points)
			return err
		})
	}
	err := w.children(func(e xml.StartElement) error {
		switch e.Name.Local {
		case "outerBoundaryIs":
			return boundary(&outer)
		case "innerBoundaryIs":
			return boundary(&inner)
		}
		return w.skip(e)
	})
	if len(outer) != 1 && len(outer)+len(inner) > 0 {
		s.fail(ProblemHoleNesting, fmt.Sprintf("a polygon has %d outer rings and %d holes; it has one outer ring", len(outer), len(inner)),
			map[string]any{"count": len(outer), "expected": 1})
	}
	s.add(append(append(orb.Polygon{}, outer...), inner...))
	return err
}

// track reads the places of a recorded way; when they were passed is left out.
func (w *kmlWalk) track(s *kmlShape) error {
	var line orb.LineString
	err := w.children(func(e xml.StartElement) error {
		if e.Name.Local != "coord" {
			return w.skip(e)
		}
		text, _, err := w.text(1000)
		line = append(line, s.points(strings.Join(strings.Fields(text), ","))...)
		return err
	})
	s.add(line)
	return err
}
