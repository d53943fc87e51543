package redraw

import (
	"encoding/json"
	"fmt"
	"strings"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/paulmach/orb"
)

// pointerEscape writes a name as a JSON pointer has it, RFC 6901 §3.
var pointerEscape = strings.NewReplacer("~", "~0", "/", "~1")

// geometry takes a member that is a GeoJSON geometry, and gives its type and
// coordinates.
func (o *object) geometry(name string) (kind string, coordinates json.RawMessage, ok bool) {
	var raw json.RawMessage
	if !o.take(name, true, &raw, "a geometry") {
		return "", nil, false
	}
	g, err := readObject(raw, o.prefix+"/"+name)
	if err != nil {
		o.fault(name, "must be a geometry")
		return "", nil, false
	}
	kind = g.text("type", true)
	if g.take("coordinates", true, &coordinates, "coordinates"); g.err(true) != nil {
		o.faults = append(o.faults, g.faults...)
		return "", nil, false
	}
	return kind, coordinates, true
}

// line takes a LineString.
func (o *object) line(name string) (line []geo.LatticePoint) {
	kind, raw, ok := o.geometry(name)
	var c []numbers
	switch {
	case !ok:
	case kind != "LineString" || json.Unmarshal(raw, &c) != nil || len(c) < 2 || len(c) > maxLine:
		o.fault(name, fmt.Sprintf("must be a LineString of 2 to %d positions", maxLine))
	default:
		for _, p := range c {
			n := len(o.faults)
			line = append(line, o.snap(name, p))
			if len(o.faults) > n {
				return nil
			}
		}
	}
	return line
}

// shape takes a Polygon or MultiPolygon, on the lattice.
func (o *object) shape(name string) (shape orb.MultiPolygon) {
	kind, raw, ok := o.geometry(name)
	if !ok {
		return nil
	}
	var c [][][]numbers
	var err error
	switch kind {
	case "Polygon":
		c = make([][][]numbers, 1)
		err = json.Unmarshal(raw, &c[0])
	case "MultiPolygon":
		err = json.Unmarshal(raw, &c)
	default:
		o.fault(name, "must be a Polygon or MultiPolygon")
		return nil
	}
	if err != nil {
		o.fault(name, "must have the coordinates of a "+kind)
		return nil
	}
	rings, vertices := 0, 0
	for _, polygon := range c {
		rings += len(polygon)
		for _, r := range polygon {
			vertices += len(r)
		}
	}
	if rings == 0 || rings > maxRings || vertices > maxVertices {
		o.fault(name, fmt.Sprintf("must have 1 to %d rings and at most %d vertices", maxRings, maxVertices))
		return nil
	}
	for _, polygon := range c {
		var made orb.Polygon
		for _, r := range polygon {
			var points orb.Ring
			for _, p := range r {
				n := len(o.faults)
				points = append(points, o.snap(name, p).Point())
				if len(o.faults) > n {
					return nil
				}
			}
			made = append(made, points)
		}
		shape = append(shape, made)
	}
	return shape
}
