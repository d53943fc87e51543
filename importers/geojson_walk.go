package importers

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// geoJSONVisitor is what walkGeoJSON leads past the features of a file.
type geoJSONVisitor interface {
	// feature goes over a feature or geometry, which begins at the scan's place.
	// What it does must bear to be done again from the start: it may be called
	// several times for one feature.
	feature(s *jsonScan) error
	// over says that the feature was gone over whole, or, with a fault, that it
	// could not be.
	over(number, line int, fault *Problem) error
	// member goes over the value of a member of a collection, which is not its
	// features.
	member(name string, s *jsonScan) error
}

// The types that GeoJSON has (RFC 7946, section 1.4).
const (
	geoJSONCollection = "FeatureCollection"
	geoJSONFeature    = "Feature"
)

var geoJSONGeometries = []string{"Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection"}

// recordSeparator stands before each text of a sequence (RFC 8142).
const recordSeparator = 0x1e

// geoJSONWalk goes through a file: a collection, a feature or a geometry, or
// many of them one after another, with line ends (NDJSON) or record separators
// between.
type geoJSONWalk struct {
	*textWindow
	v          geoJSONVisitor
	number     int  // of the feature that is or was gone over
	within     bool // it is being gone over
	start      int  // where it begins
	separated  bool // a record separator stands before the text
	texts      int
	collection bool // one of the texts was one
	behind     bool // its features are over
	spread     bool // one of the texts takes several lines
}

// walkGeoJSON leads v through all of a file. What is wrong with the file is a
// *Problem.
func walkGeoJSON(w *textWindow, v geoJSONVisitor) error {
	g := &geoJSONWalk{textWindow: w, v: v}
	for {
		c, err := g.next()
		if err == errTextEnds {
			break
		}
		if err == nil {
			err = g.one(c)
		}
		if err != nil {
			return g.explain(err)
		}
		g.texts++
	}
	if g.texts == 0 {
		return &Problem{Problem: ProblemFileTruncated, Detail: "the file is empty"}
	}
	return nil
}

// next goes to the beginning of the next text.
func (g *geoJSONWalk) next() (c byte, err error) {
	g.separated = false
	for {
		err = g.try(func() error {
			c, err = g.peek()
			return err
		})
		if err != nil || c != recordSeparator {
			return c, err
		}
		g.separated = true
		g.i++
	}
}

// one goes over one text, of which c is the first byte.
func (g *geoJSONWalk) one(c byte) error {
	alone := g.separated || g.i == 0 || g.b[g.i-1] == '\n'
	line := g.line(g.i)
	kind, err := g.kind(c)
	if err == nil && kind == geoJSONCollection {
		g.collection, g.behind = true, false
		return g.members()
	}
	g.number++
	g.within = true
	if err == nil {
		err = g.try(func() error {
			g.start = g.i
			return g.v.feature(&g.jsonScan)
		})
	}
	g.within = err != nil
	var wrong *jsonError
	var fault *Problem
	switch {
	case err == nil:
		g.spread = g.spread || g.line(g.i) != line
		return g.v.over(g.number, line, nil)
	case err == errTextTooLong:
		return g.tooLong(line)
	case errors.As(err, &fault) && g.texts > 0:
		if err := g.try(g.skip); err != nil {
			return err
		}
		return g.v.over(g.number, line, fault)
	case !errors.As(err, &wrong) || !alone || g.collection || g.texts == 0 && c != '{':
		return err
	}
	return g.badLine(line, wrong)
}

// badLine goes on behind a text that is not JSON, where each stands alone: a bad
// one does not hide the others.
func (g *geoJSONWalk) badLine(line int, wrong *jsonError) error {
	start := g.start
	fault, end := g.corrupt(wrong), byte('\n')
	if g.separated {
		end = recordSeparator
	} else {
		// A line that was cut off seems to go on in the next.
		if g.spread || g.texts == 0 && fault.Line != line {
			return fault
		}
		g.i = start
	}
	if err := g.seek(end); err != nil {
		return err
	}
	if g.texts == 0 && !g.separated {
		var c byte
		err := g.try(func() (err error) { c, err = g.peek(); return err })
		if err != nil && err != errTextEnds {
			return err
		}
		if c != '{' {
			return fault
		}
	}
	g.within = false
	return g.v.over(g.number, line, fault)
}

// kind finds out of what type a text is, and stays at its beginning. Of features
// and geometries it says only that they are no collection.
func (g *geoJSONWalk) kind(c byte) (kind string, err error) {
	switch {
	case c == '{':
	case c == '[' && g.texts == 0:
		return "", refusedJSON("a JSON list")
	default:
		g.start = g.i
		return "", g.wrong("a GeoJSON object")
	}
	err = g.try(func() error {
		start := g.i
		g.start = start
		defer func() {
			if kind != "" {
				g.i = start
			}
		}()
		for first := true; kind == ""; first = false {
			name, _, done, err := g.member(first)
			switch {
			case err != nil:
				return err
			case done:
				g.i = start
				return refusedJSON("JSON, but no GeoJSON: it has no type")
			}
			switch string(name) {
			case "type":
				kind, err = g.typeName()
			case "features":
				kind = geoJSONCollection
			case "geometry", "properties", "coordinates", "geometries":
				kind = geoJSONFeature
			case "geometryType", "spatialReference", "displayFieldName", "fieldAliases":
				err = refusedJSON("the JSON of ArcGIS services")
			default:
				err = g.skip()
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err == errTextTooLong {
		err = &Problem{Problem: ProblemLimit, Detail: fmt.Sprintf("the file does not say within %d MiB that it is GeoJSON", windowMaxBytes>>20)}
	}
	return kind, err
}

// typeName reads the value of the member type of a text.
func (g *geoJSONWalk) typeName() (string, error) {
	c, err := g.peek()
	if err != nil {
		return "", err
	}
	if c != '"' {
		return "", refusedJSON("JSON, but no GeoJSON: its type is no text")
	}
	raw, _, err := g.text()
	if err != nil {
		return "", err
	}
	name := string(raw)
	switch {
	case name == geoJSONCollection, name == geoJSONFeature, slices.Contains(geoJSONGeometries, name):
		return name, nil
	case name == "Topology":
		return "", refusedJSON("TopoJSON")
	}
	return "", refusedJSON(fmt.Sprintf("JSON of the type %.40q", name))
}

func refusedJSON(what string) *Problem {
	return &Problem{
		Problem: ProblemFormatRefused,
		Detail:  fmt.Sprintf("the file is %s; export it as GeoJSON (a FeatureCollection)", what),
		Values:  map[string]any{"format": what},
	}
}

// members goes over a collection.
func (g *geoJSONWalk) members() error {
	typed, listed := false, false
	for first := true; ; first = false {
		var name string
		var next byte
		var over bool
		err := g.try(func() error {
			raw, _, done, err := g.member(first)
			if err != nil || done {
				over = done
				return err
			}
			name = string(raw)
			next, err = g.peek()
			return err
		})
		switch {
		case err != nil:
			return err
		case over && !typed:
			return g.fault(ProblemFileCorrupt, "the collection has no member type; its type must be FeatureCollection")
		case over && !listed:
			return g.fault(ProblemFileCorrupt, "the collection has no member features")
		case over:
			return nil
		}
		switch {
		case name == "type":
			kind := ""
			if err = g.try(func() error { kind, err = g.typeName(); return err }); err != nil {
				return err
			}
			if typed || kind != geoJSONCollection {
				return g.fault(ProblemFileCorrupt, "a collection has one type, FeatureCollection")
			}
			typed = true
		case name == "features":
			if listed || next != '[' {
				return g.fault(ProblemFileCorrupt, "a collection has one list of features")
			}
			listed = true
			err = g.list()
			g.behind = err == nil
		default:
			err = g.try(func() error { return g.v.member(name, &g.jsonScan) })
			if err == errTextTooLong {
				err = g.skipLong()
			}
		}
		if err != nil {
			return err
		}
	}
}

// list goes over the features of a collection.
func (g *geoJSONWalk) list() error {
	first, done := true, false
	next := func() (err error) {
		g.within = false
		if done, err = g.element(first); err != nil || done {
			return err
		}
		g.start = g.i
		g.within = true
		return g.v.feature(&g.jsonScan)
	}
	for {
		err := g.try(next)
		if done && err == nil {
			return nil
		}
		if g.within {
			g.number++
		}
		if err == errTextTooLong {
			if err := g.try(func() error { done, err = g.element(first); return err }); err != nil {
				return err
			}
			err = g.tooLong(g.line(g.i))
		} else if err == nil {
			g.within = false
			err = g.v.over(g.number, g.line(g.start), nil)
		}
		if err != nil {
			return err
		}
		first = false
	}
}

// tooLong goes over a feature that is too long to be looked at.
func (g *geoJSONWalk) tooLong(line int) error {
	if err := g.skipLong(); err != nil {
		return err
	}
	g.within = false
	return g.v.over(g.number, line, &Problem{
		Problem: ProblemLimit,
		Detail:  fmt.Sprintf("the feature is longer than %d MiB", windowMaxBytes>>20),
		Values:  map[string]any{"limit": windowMaxBytes},
	})
}

// explain gives the problem of the file that ended its reading.
func (g *geoJSONWalk) explain(err error) error {
	var wrong *jsonError
	switch {
	case err == errTextEnds:
		for g.i < len(g.b) && strings.IndexByte(" \t\r\n,", g.b[g.i]) >= 0 {
			g.i++ // to what is cut off, or the end
		}
		f := g.fault(ProblemFileTruncated, "the file ends here, before its end; have it sent or written again")
		f.Values = map[string]any{"count": g.number}
		if g.within {
			f.Values["count"] = g.number - 1
		}
		return f
	case err == errTooDeep:
		return g.fault(ProblemLimit, "lists and objects are nested too deeply")
	case err == errTextTooLong:
		return g.fault(ProblemLimit, fmt.Sprintf("a value is longer than %d MiB", windowMaxBytes>>20))
	case errors.As(err, &wrong):
		return g.corrupt(wrong)
	}
	return err
}

// corrupt says where the file is not JSON.
func (g *geoJSONWalk) corrupt(wrong *jsonError) *Problem {
	g.i = wrong.at
	return g.fault(ProblemFileCorrupt, "the file is not JSON here: "+wrong.what)
}

// fault is a problem at the place that was reached.
func (g *geoJSONWalk) fault(problem, detail string) *Problem {
	p := &Problem{Problem: problem, Detail: detail, Line: g.line(g.i), Feature: g.number}
	switch {
	case g.behind:
		p.Feature = 0
	case !g.within:
		p.Feature++
	}
	return p
}
