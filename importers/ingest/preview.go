package ingest

import (
	"context"
	"errors"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/importers"
)

// Glimpse is a feature as it would be read, unchecked.
type Glimpse struct {
	Feature    int
	Code, Name string
	Geometry   orb.Geometry // lon/lat in degrees, WGS 84, on the lattice
}

// Preview reads the first features of a layer with the options, unchecked, so
// that people see where they would lie: at most so many, of so many vertices. Rings
// of which the file does not say which belong together are lines. A feature
// without a place, or with one that the system cannot have, is left out; where
// none has one that is an error, like a system that is not known. more tells that
// there are others.
func Preview(ctx context.Context, src importers.Source, fields []Field, o Options, features, vertices int) (list []Glimpse, more bool, err error) {
	index, err := FindLayer(src, o.Layer, nil)
	if err != nil {
		return nil, false, err
	}
	layer := src.Layers()[index]
	columns, _ := FindColumns(fields, layer.Columns, o.Columns) // a column that is missing is for the check to say
	crs, _, err := LayerCRS(layer, o.CRS)
	if err != nil {
		return nil, false, err
	}
	var place placer
	if layer.Geometry == "" {
		if place, err = newPlacer(ctx, src, index, layer.Columns); err != nil {
			return nil, false, err
		}
	}
	var wrong error
	err = src.Records(ctx, index, func(r *importers.Record) error {
		shape := place.shape(r)
		if shape == nil {
			return nil
		}
		n := len(list)
		if n == features || vertices <= 0 {
			more = true
			return errEnough
		}
		converted, used, err := lonLat(shape, crs)
		if err != nil {
			wrong = err
			return nil
		}
		vertices -= used
		code, _ := ParseCode(columns.Value("code", r.Values))
		list = append(list, Glimpse{r.Number, code, Fold(columns.Value("name", r.Values).Text), converted})
		return nil
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	if err == nil && len(list) == 0 && wrong != nil {
		err = wrong
	}
	return list, more, err
}

// placer gives the geometry of a record: its own, or that of two columns.
type placer struct {
	x, y  int
	table bool
}

// newPlacer finds the columns with positions of a table.
func newPlacer(ctx context.Context, src importers.Source, layer int, columns []string) (p placer, err error) {
	rows, err := Sample(ctx, src, layer, 50)
	if err != nil {
		return p, err
	}
	p.x, p.y, p.table = PointColumns(columns, rows)
	return p, nil
}

func (p placer) shape(r *importers.Record) orb.Geometry {
	switch {
	case r.Geometry != nil:
		return r.Geometry
	case len(r.Rings) > 0:
		lines := make(orb.MultiLineString, len(r.Rings))
		for i, ring := range r.Rings {
			lines[i] = orb.LineString(ring)
		}
		return lines
	case p.table && p.x < len(r.Values) && p.y < len(r.Values):
		x, errX := ParseNumber(r.Values[p.x])
		y, errY := ParseNumber(r.Values[p.y])
		if errX == nil && errY == nil {
			return orb.Point{x, y}
		}
	}
	return nil
}

// lonLat converts a geometry of the file, and says how many vertices it has. The
// argument stays as it is.
func lonLat(g orb.Geometry, crs geo.CRS) (out orb.Geometry, vertices int, err error) {
	point := func(p orb.Point) orb.Point {
		vertices++
		w, e := geo.ToWGS84(crs, p)
		if e == nil {
			var ok bool
			if w, ok = geo.Round(w); !ok {
				e = geo.Invalid("not-a-position", "a vertex is no longitude and latitude")
			}
		}
		if e != nil {
			if err == nil {
				at := p
				err = &importers.Problem{Problem: importers.ProblemCRSOutOfZone, Detail: geo.Text(e), At: &at, Values: map[string]any{"crs": string(crs)}}
			}
			return orb.Point{}
		}
		return w
	}
	line := func(l []orb.Point) []orb.Point {
		to := make([]orb.Point, len(l))
		for i, p := range l {
			to[i] = point(p)
		}
		return to
	}
	polygon := func(p orb.Polygon) orb.Polygon {
		to := make(orb.Polygon, len(p))
		for i, r := range p {
			to[i] = line(r)
		}
		return to
	}
	switch v := g.(type) {
	case orb.Point:
		out = point(v)
	case orb.MultiPoint:
		out = orb.MultiPoint(line(v))
	case orb.LineString:
		out = orb.LineString(line(v))
	case orb.MultiLineString:
		to := make(orb.MultiLineString, len(v))
		for i, l := range v {
			to[i] = line(l)
		}
		out = to
	case orb.Polygon:
		out = polygon(v)
	case orb.MultiPolygon:
		to := make(orb.MultiPolygon, len(v))
		for i, p := range v {
			to[i] = polygon(p)
		}
		out = to
	case orb.Collection:
		to := make(orb.MultiPolygon, 0, len(v))
		for _, part := range v {
			if p, ok := part.(orb.Polygon); ok {
				to = append(to, polygon(p))
			}
		}
		out = to
	default:
		return nil, 0, &importers.Problem{Problem: importers.ProblemWrongType, Detail: "a " + g.GeoJSONType() + " cannot be shown"}
	}
	return out, vertices, err
}
