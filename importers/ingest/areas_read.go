package ingest

import (
	"context"
	"fmt"
	"math"
	"strings"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/importers"
)

// feature is an area of the file on its way to become one.
type feature struct {
	number, line int
	area         geo.Area    // as far as it is read
	coded        bool        // its code can be taken
	destroyed    [][2]string // fields whose text lost characters, with what is left of it
	raw          []rawRing
	flat         bool   // the file does not say which rings are holes
	misread      bool   // its coordinates do not fit
	astray       bool   // they fit nowhere
	plane        *plane // that it is read in; nil where its coordinates fit nothing
	rings        outline
	nested       nested
	land         outline            // on the lattice, with the land on the left; nil where the shape is faulty
	nesting      *importers.Problem // the file's roles of its rings are wrong
	belongs      outline            // where it should lie, if that is known to be elsewhere
	shape        orb.MultiPolygon
	change       string
	movedM2      float64
}

// The most corners of a file, of a feature, and the most rings of a feature.
const (
	maxVertices        = 2_000_000
	maxFeatureVertices = 50_000
	maxRings           = 500
)

// intake is one import of areas while it is made.
type intake struct {
	ctx      context.Context
	effort   *effort
	places   *effort // to say where outlines are at fault
	o        Options
	basis    AreaBasis
	kind     geo.Kind
	layer    importers.Layer
	columns  Columns
	repairs  repairs
	found    *findings
	report   *Report
	features []*feature
	vertices int
	withZ    []*feature            // with heights
	named    map[geo.Ref]*geo.Area // of the basis
	asked    plane                 // the coordinate system as the file or the caller has it
	stays    []*geo.Area           // of the kind, in force, that the file does not speak of
	repaired []Repaired
	noteable []*feature // whose rings ran the wrong way
	lands    map[*geo.Area]boxed
	brokeOff bool // the file ends before its end, so that features are missing
	nodes    int  // how many places got common corners
	shifted  bool // all of the file lies elsewhere than it should

	fixedAreas []*geo.Area         // that the layer must fit
	fixed      map[*geo.Area]boxed // the same with the corners that the layer has on their sides
}

// problem adds a problem of a feature and gives it.
func (in *intake) problem(f *feature, name, detail string, values map[string]any) *importers.Problem {
	p := &importers.Problem{Problem: name, Detail: detail, Values: values}
	if f != nil {
		p.Feature, p.Line, p.Code = f.number, f.line, f.area.Code
	}
	in.found.add(p)
	return p
}

// warning adds a warning of a feature and gives it.
func (in *intake) warning(f *feature, name, detail string, values map[string]any) *importers.Problem {
	p := &importers.Problem{Problem: name, Warning: true, Detail: detail, Values: values}
	if f != nil {
		p.Feature, p.Line, p.Code = f.number, f.line, f.area.Code
	}
	in.found.add(p)
	return p
}

// read reads the features of a layer.
func (in *intake) read(src importers.Source, layer int) error {
	of := int64(in.layer.Features)
	return src.Records(in.ctx, layer, func(r *importers.Record) error {
		if err := in.ctx.Err(); err != nil {
			return err
		}
		f := &feature{number: r.Number, line: r.Line, area: geo.Area{Kind: in.kind}}
		in.features = append(in.features, f)
		if n := int64(len(in.features)); in.o.Progress != nil && n%256 == 0 {
			in.o.Progress(StageRead, n, of)
		}
		in.values(f, r)
		faulty := false
		for i := range r.Problems {
			p := r.Problems[i]
			if !in.columns.concerns(&p) {
				continue
			}
			p.Feature, p.Line, p.Code = f.number, f.line, f.area.Code
			if p.At != nil {
				at := *p.At
				p.At = nil
				if w, err := geo.ToWGS84(in.asked.crs, at); err == nil {
					p.At = &w
				}
			}
			faulty = faulty || !p.Warning
			in.found.add(&p)
		}
		if r.HadZ {
			in.withZ = append(in.withZ, f)
		}
		in.geometry(f, r, faulty)
		if in.vertices > maxVertices {
			return &importers.Problem{Problem: importers.ProblemLimit, Detail: fmt.Sprintf("the file has more than %d corners", maxVertices), Values: map[string]any{"limit": maxVertices}}
		}
		return nil
	})
}

// values reads what a row says of the area.
func (in *intake) values(f *feature, r *importers.Record) {
	c, row := in.columns, r.Values
	text := func(field string) string { return cleanText(c.Value(field, row).Text) }
	code, p := ParseCode(c.Value("code", row))
	f.area.Code = code
	if p != nil {
		p.Feature, p.Line = f.number, f.line
		in.found.add(p)
	}
	f.coded = code != "" && (p == nil || p.Warning)
	if code == "" && c.Has("code") && !in.rowless(r) {
		in.problem(f, importers.ProblemCodeDamaged, "the feature has no code", nil)
	}
	f.area.Name, f.area.NameEn = text("name"), text("name_en")
	f.area.Alias = parseAlias(c.Value("alias", row).Text)
	for _, is := range []struct{ field, value string }{{"name", f.area.Name}, {"name_en", f.area.NameEn}, {"alias", strings.Join(f.area.Alias, "、")}} {
		switch {
		case len(is.value) > 200 && is.field != "alias":
			in.problem(f, importers.ProblemValueDamaged, c.Name(is.field)+": longer than 200 bytes", map[string]any{"column": c.Name(is.field), "value": clip(is.value)})
		case destroyed(c.Value(is.field, row).Text):
			f.destroyed = append(f.destroyed, [2]string{is.field, is.value})
		}
	}
	for field, to := range map[string]*int{"households": &f.area.Households, "population": &f.area.Population} {
		n, p := ParseCount(c.Value(field, row), c.Name(field))
		if *to = n; p != nil {
			p.Feature, p.Line, p.Code = f.number, f.line, code
			in.found.add(p)
		}
	}
	word := func(field string, parse func(string) (string, bool)) string {
		value := text(field)
		w, ok := parse(value)
		if !ok && value != "" {
			in.problem(f, importers.ProblemValueDamaged, fmt.Sprintf("%s: %q is not known here", c.Name(field), clip(value)), map[string]any{"column": c.Name(field), "value": clip(value)})
		}
		return w
	}
	switch in.kind {
	case geo.Village:
		f.area.UnitType = word("unit_type", parseUnitType)
	case geo.Grid:
		f.area.Class = word("class", parseClass)
	}
	if k, ok := parseKindWord(text("kind")); ok && k != in.kind {
		in.problem(f, importers.ProblemValueDamaged, fmt.Sprintf("the feature says that it is a %s, not a %s", k, in.kind), map[string]any{"column": c.Name("kind"), "value": string(k), "expected": string(in.kind)})
	}
	switch strings.ToLower(text("synthetic")) {
	case "true", "1", "t", "yes", "y", "是":
		f.area.Synthetic = true
	}
	f.area.Parent.Code = text("parent")
	if k, ok := parseKindWord(text("parent_kind")); ok {
		f.area.Parent.Kind = k
	}
}

// rowless reports whether a record has no values because the file has none for it,
// which is said already: where it is damaged, or has fewer rows than shapes.
func (in *intake) rowless(r *importers.Record) bool {
	for _, v := range r.Values {
		if v.Type != importers.Null && v.Text != "" {
			return false
		}
	}
	for _, list := range [][]importers.Problem{r.Problems, in.layer.Problems} {
		for i := range list {
			switch list[i].Problem {
			case importers.ProblemFileCorrupt, importers.ProblemFileTruncated, importers.ProblemRowCount:
				return true
			}
		}
	}
	return false
}

// geometry takes the rings of a record.
func (in *intake) geometry(f *feature, r *importers.Record, faulty bool) {
	wrong := func(what string) {
		in.problem(f, importers.ProblemWrongType, fmt.Sprintf("an area is a polygon, not a %s", what), map[string]any{"value": what})
	}
	switch g := r.Geometry.(type) {
	case nil:
		f.flat = true
		for _, ring := range r.Rings {
			f.raw = append(f.raw, rawRing{points: ring})
		}
	case orb.Polygon, orb.MultiPolygon, orb.Collection:
		if what, ok := f.take(g); !ok {
			f.raw = nil
			wrong(what)
			return
		}
	case orb.Ring, orb.Bound:
		wrong("ring")
		return
	default:
		wrong(g.GeoJSONType())
		return
	}
	vertices := 0
	for _, ring := range f.raw {
		vertices += len(ring.points)
	}
	in.vertices += vertices
	switch {
	case vertices == 0 && !faulty:
		f.raw = nil
		in.problem(f, importers.ProblemEmptyGeometry, "the feature has no shape", nil)
	case vertices == 0:
		f.raw = nil
	case vertices > maxFeatureVertices || len(f.raw) > maxRings:
		f.raw = nil
		in.problem(f, importers.ProblemLimit, fmt.Sprintf("the shape has %d corners in %d rings; at most %d and %d are taken", vertices, len(f.raw), maxFeatureVertices, maxRings),
			map[string]any{"value": vertices, "limit": maxFeatureVertices})
	}
}

// take collects the rings of polygons; ok is false for anything else.
func (f *feature) take(g orb.Geometry) (what string, ok bool) {
	switch g := g.(type) {
	case orb.Polygon:
		polygon := 0
		if n := len(f.raw); n > 0 {
			polygon = f.raw[n-1].polygon + 1
		}
		for i, ring := range g {
			f.raw = append(f.raw, rawRing{ring, i > 0, polygon})
		}
	case orb.MultiPolygon:
		for _, p := range g {
			f.take(p)
		}
	case orb.Collection:
		for _, part := range g {
			if part == nil {
				continue
			}
			if what, ok := f.take(part); !ok {
				return what, false
			}
		}
	default:
		return g.GeoJSONType(), false
	}
	return "", true
}

// rawBound is the box of the coordinates as the file has them; ok is false where
// one is not finite.
func (f *feature) rawBound() (b orb.Bound, ok bool) {
	first := true
	for _, r := range f.raw {
		for _, p := range r.points {
			if math.IsNaN(p[0]-p[0]) || math.IsNaN(p[1]-p[1]) {
				return b, false
			}
			if first {
				b, first = orb.Bound{Min: p, Max: p}, false
			}
			b = b.Extend(p)
		}
	}
	return b, !first
}
