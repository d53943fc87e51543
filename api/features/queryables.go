package features

import (
	"math"
	"net/http"
	"net/url"
	"slices"
	"strconv"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/project"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/cql"
)

const (
	schemaType    = "application/schema+json"
	relQueryables = "http://www.opengis.net/def/rel/ogc/1.0/queryables"

	// geometryName is what the geometry is called in queryables and filters.
	geometryName = "geometry"
)

// queryables answers with what features of a collection can be asked for by, as
// a JSON schema (OGC API – Features part 3, OGC 19-079r2, 6).
func (s *Server) queryables(w http.ResponseWriter, r *http.Request) error {
	c, err := s.collection(r)
	if err != nil {
		return err
	}
	var query string
	if c.ofRevision() {
		_, query, err = s.asked(r)
	} else {
		_, err = values(r, "f")
	}
	if err != nil {
		return err
	}
	if c.inside != nil {
		setPrivate(w)
	}
	members := object{geometryName: object{"title": "where it lies", "format": "geometry-" + c.geometry(), "x-ogc-role": "primary-geometry"}}
	for _, f := range c.fields {
		if f.queryable {
			member := schemaOf(f.kind)
			member["title"] = f.name
			members[f.name] = member
		}
	}
	return write(w, r, schemaType, object{
		"$schema":              "https://json-schema.org/draft/2020-12/schema",
		"$id":                  s.url(r, "/collections/"+c.id+"/queryables") + query,
		"type":                 "object",
		"title":                c.title,
		"properties":           members,
		"additionalProperties": false,
	})
}

// schemaOf gives the JSON schema of a kind of field or parameter.
func schemaOf(kind string) object {
	if kind == "date-time" {
		return object{"type": "string", "format": kind}
	}
	return object{"type": kind}
}

// geometry names the one type of geometry that the collection has.
func (c *collection) geometry() string {
	switch c.source.(type) {
	case *areas:
		return "multipolygon"
	case *roads:
		return "multilinestring"
	case *hotspots:
		return "polygon"
	}
	return "point"
}

// filterTypes are the types of fields as filters have them.
var filterTypes = map[string]cql.Type{"string": cql.String, "integer": cql.Integer, "number": cql.Number, "boolean": cql.Boolean, "date-time": cql.Timestamp}

// parseFilter reads the parameter filter, whose language is CQL2 text, with the
// geometries in the system of filter-crs. It gives nil where there is none, and
// what is wrong by parameter.
func (c *collection) parseFilter(v url.Values) (cql.Expr, []geo.FieldError) {
	var faults []geo.FieldError
	if v.Has("filter-lang") && v.Get("filter-lang") != "cql2-text" {
		faults = append(faults, geo.FieldError{Pointer: "filter-lang", Detail: "is not cql2-text"})
	}
	in, detail := systemParam(v, "filter-crs")
	if detail != "" {
		faults = append(faults, geo.FieldError{Pointer: "filter-crs", Detail: detail})
	}
	if !v.Has("filter") || faults != nil {
		return nil, faults
	}
	e, err := cql.Parse(v.Get("filter"))
	if err == nil {
		err = cql.EachGeometry(e, in.readGeometry)
	}
	if err == nil {
		known := []cql.Property{{Name: geometryName, Type: cql.Geometry}}
		for _, f := range c.fields {
			if f.queryable {
				known = append(known, cql.Property{Name: f.name, Type: filterTypes[f.kind]})
			}
		}
		err = cql.Check(e, known)
	}
	if err != nil {
		return nil, []geo.FieldError{{Pointer: "filter", Detail: err.Error()}}
	}
	return e, nil
}

// readGeometry puts the geometry in degrees in the place of g, which is in the
// system.
func (s *system) readGeometry(g *orb.Geometry) error {
	if b, ok := (*g).(orb.Bound); ok {
		all, fault := s.bounds([4]float64{b.Min[0], b.Min[1], b.Max[0], b.Max[1]})
		if fault != "" {
			return geo.Invalid("invalid-parameters", "a box "+fault)
		}
		*g = orb.Bound{Min: all[0].Min, Max: all[len(all)-1].Max} // its west is east of its east over the 180th meridian
		return nil
	}
	var fault error
	*g = project.Geometry(orb.Clone(*g), func(p orb.Point) orb.Point {
		q, err := s.to(p)
		if err != nil && fault == nil {
			fault = err
		}
		return q
	})
	return fault
}

// equal gives the filter that the field is what a query parameter says, or what is
// wrong with that. A number is the same number however it is written, and true is
// 1 too, as GDAL writes it.
func (f field) equal(s string) (e cql.Expr, detail string) {
	var want cql.Value
	switch f.kind {
	case "string":
		if !storable(s) {
			return &cql.Constant{}, ""
		}
		want = cql.Text(s)
	case "integer", "number":
		n, err := strconv.ParseFloat(s, 64)
		switch {
		case err != nil || math.IsNaN(n) || math.IsInf(n, 0):
			return nil, "is no number"
		case f.kind == "integer" && n != math.Trunc(n):
			return nil, "is no whole number"
		}
		want = cql.Num(n)
	case "boolean":
		if !slices.Contains([]string{"true", "false", "1", "0"}, s) {
			return nil, "is not true or false"
		}
		want = cql.Bool(s == "true" || s == "1")
	case "date-time":
		at, ok := parseTime(s)
		if !ok {
			return nil, "is no RFC 3339 time"
		}
		want = cql.Instant(at)
	default:
		panic("features: no field is a " + f.kind)
	}
	return property(f.name, want), ""
}

// property gives the filter that a property has a value.
func property(name string, v cql.Value) cql.Expr {
	return &cql.Comparison{Op: cql.Equal, Left: &cql.Ref{Name: name}, Right: &cql.Literal{Value: v}}
}

// anyOfTexts gives the filter that a property is one of the texts, nil where there are
// none.
func anyOfTexts(name string, texts []string) cql.Expr {
	if len(texts) == 0 {
		return nil
	}
	in := &cql.In{Value: &cql.Ref{Name: name}}
	for _, s := range texts {
		in.List = append(in.List, &cql.Literal{Value: cql.Text(s)})
	}
	return in
}

// all gives the filter that every term is true, nil where there is none.
func all(terms ...cql.Expr) cql.Expr {
	var flat []cql.Expr
	for _, t := range terms {
		switch t := t.(type) {
		case nil:
		case *cql.And:
			flat = append(flat, t.Terms...)
		default:
			flat = append(flat, t)
		}
	}
	switch len(flat) {
	case 0:
		return nil
	case 1:
		return flat[0]
	}
	return &cql.And{Terms: flat}
}

// passes reports whether a feature is one that is asked for by its properties;
// boxes are looked at elsewhere.
func (q *itemsQuery) passes(f *feature) bool {
	return q.filter == nil || cql.Eval(q.filter, func(name string) cql.Value {
		if name == geometryName {
			return cql.Geom(f.geometry)
		}
		return f.record.value(name).forFilter()
	}) == cql.True
}

func (v value) forFilter() cql.Value {
	switch v.kind {
	case textValue:
		return cql.Text(v.text)
	case numberValue:
		return cql.Num(v.number)
	case truthValue:
		return cql.Bool(v.number == 1)
	case timeValue:
		return cql.Instant(v.time())
	}
	return cql.Value{}
}
