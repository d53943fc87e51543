package ingest

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/importers"
)

// GroundBasis is what the lines and houses of the base map are cut to and compared with.
type GroundBasis struct {
	District string        // its code
	Areas    []geo.Area    // in force, of all kinds; not changed
	Features []geo.Feature // the base map as it is; not changed
}

// GroundSet is what a file would make of the base map.
type GroundSet struct {
	Report Report
	// Features are the whole base map, on the lattice: those that are there
	// already keep their ids, the others have none.
	Features []geo.Feature
}

// The most features of a base map, and the most vertices.
const groundFeatures, groundVertices = 300_000, 2_000_000

// Ground reads roads, rivers and houses: one layer if it is named, else every
// layer with shapes. What a feature is comes from its class or the tags of OpenStreetMap; in
// a layer without either, lines are roads and polygons houses, unless the layer's name
// says another thing. It is cut to the district with a rim, thinned out to what
// a map shows unless it has our own word for its class, and put on the lattice. What is
// not of the base map, or elsewhere, is left out, and is no fault. The file is
// the whole base map unless it is partial. The error is what kept it from being
// read, a *importers.Problem where the file cannot be read at all.
func Ground(ctx context.Context, src importers.Source, b GroundBasis, o Options) (*GroundSet, error) {
	g := &groundIntake{ctx: ctx, o: o, found: newFindings(o.MaxProblems), set: &GroundSet{}}
	g.set.Report.Columns = map[string]string{}
	var ok bool
	if g.bound, ok = groundBound(b); ok {
		if source, ok := src.(importers.Bounded); ok {
			source.Within(g.bound)
		}
	} else {
		g.bound = orb.Bound{Min: orb.Point{-180, -90}, Max: orb.Point{180, 90}}
	}
	layers, err := g.layers(src)
	if err != nil {
		return nil, err
	}
	for _, i := range layers {
		if err := g.layer(src, i); err != nil {
			return nil, err
		}
	}
	g.elsewhere()
	g.told.tell(g.found)
	g.compare(b.Features)
	r := &g.set.Report
	r.FeaturesOK = r.FeaturesRead - len(g.found.bad)
	g.found.into(r)
	return g.set, nil
}

// groundRim is how far beyond the district the base map reaches, in degrees.
const groundRim = 0.05

// groundBound is round the district, else round all areas, on the lattice. ok is
// false where there are none, and nobody knows where the district is.
func groundBound(b GroundBasis) (bound orb.Bound, ok bool) {
	for _, only := range []bool{true, false} {
		for i := range b.Areas {
			if only && b.Areas[i].Kind != geo.District {
				continue
			}
			if x, has := geo.Bound(b.Areas[i].Shape); has {
				if !ok {
					bound = x
				}
				bound, ok = bound.Union(x), true
			}
		}
		if ok {
			break
		}
	}
	if !ok && b.District == defaultDistrict {
		bound, ok = defaultBound, true
	}
	for i := range 2 {
		bound.Min[i] = math.Floor((bound.Min[i]-groundRim)*1e7) / 1e7
		bound.Max[i] = math.Ceil((bound.Max[i]+groundRim)*1e7) / 1e7
	}
	return bound, ok
}

// groundIntake is one import of a base map while it is made.
type groundIntake struct {
	ctx   context.Context
	o     Options
	bound orb.Bound
	found *findings
	told  tallies
	set   *GroundSet

	crs      geo.CRS // of the layer
	columns  Columns
	fallback string // the class of what has none, for lines; "" where classes are told
	placed   int    // features with coordinates that can be read
	inside   int    // of those, within the bound
	raw      orb.Bound
	vertices int
}

// layers gives the layers to read.
func (g *groundIntake) layers(src importers.Source) ([]int, error) {
	if g.o.Layer != "" {
		i, err := FindLayer(src, g.o.Layer, nil)
		return []int{i}, err
	}
	var out []int
	for i, l := range src.Layers() {
		if l.Geometry != "" && l.Geometry != "Point" && l.Geometry != "MultiPoint" && !l.Hidden {
			out = append(out, i)
		}
	}
	if len(out) == 0 {
		return nil, &importers.Problem{Problem: importers.ProblemWrongType, Detail: "the file has no layer with lines or polygons"}
	}
	return out, nil
}

// layer reads one layer.
func (g *groundIntake) layer(src importers.Source, index int) (err error) {
	l, r := src.Layers()[index], &g.set.Report
	from := ""
	if g.crs, from, err = LayerCRS(l, g.o.CRS); err != nil {
		return err
	}
	if g.columns, err = FindColumns(roadFields, l.Columns, g.o.Columns); err != nil {
		return err
	}
	r.Layer = strings.TrimPrefix(r.Layer+", "+l.Name, ", ")
	r.CRS, r.CRSFrom, r.Importer = systemName(g.crs), from, l.Format
	r.Encoding, r.EncodingFrom = l.Encoding, l.EncodingFrom
	for field, column := range g.columns.Names() {
		r.Columns[field] = column
	}
	for i := range l.Problems {
		p := l.Problems[i]
		if p.Problem == importers.ProblemFileMissingPart && p.Values["part"] == ".dbf" {
			p.Warning = true // lines are lines without names too
		}
		if p.Problem != importers.ProblemFileMissingPart || p.Values["part"] != ".prj" || g.o.CRS == "" {
			g.found.add(&p)
		}
	}
	g.fallback = ""
	if !slices.ContainsFunc(append([]string{"class"}, groundKeys...), g.columns.Has) {
		g.fallback = classOfName(l.Name)
		g.found.add(&importers.Problem{
			Problem: importers.ProblemValueNormalised, Warning: true,
			Detail: fmt.Sprintf("no column of layer %s says what its features are; lines were taken for %q, polygons for %q; name the column with --map class=COLUMN",
				l.Name, g.fallback, classHouses),
			Values: map[string]any{"field": "class", "value": g.fallback},
		})
	}
	of := int64(l.Features)
	err = src.Records(g.ctx, index, func(rec *importers.Record) error {
		if err := g.ctx.Err(); err != nil {
			return err
		}
		r.FeaturesRead++
		if g.o.Progress != nil && r.FeaturesRead%1024 == 0 {
			g.o.Progress(StageRead, int64(rec.Number), of)
		}
		return g.record(rec)
	})
	if p := brokenOff(err); p != nil {
		g.found.add(p)
		return nil
	}
	return err
}

// classOfName finds a class in the name of a layer or file.
func classOfName(name string) string {
	name = FoldName(name)
	best, class := 0, classRoad
	for word, c := range groundClasses {
		if c != classHouses && len(word) > best && len(word) >= len("河") && strings.Contains(name, word) {
			best, class = len(word), c
		}
	}
	return class
}

// record takes one feature.
func (g *groundIntake) record(rec *importers.Record) error {
	faulty := false
	for i := range rec.Problems {
		p := rec.Problems[i]
		p.Feature, p.Line = rec.Number, rec.Line
		if !g.columns.concerns(&p) {
			continue
		}
		if p.At = g.lonLat(p.At); !p.Warning {
			faulty = true
		}
		g.found.add(&p)
	}
	class, own, unknown := groundClass(g.columns, rec.Values)
	if unknown != "" {
		g.told.count("class "+unknown, func() *importers.Problem {
			return &importers.Problem{Feature: rec.Number, Line: rec.Line, Problem: importers.ProblemValueDamaged, Warning: true,
				Detail: fmt.Sprintf("%q is no class of the base map; such features were left out", clip(unknown)), Values: map[string]any{"value": clip(unknown)}}
		})
	}
	if class == "" && g.fallback == "" || faulty {
		return nil
	}
	s, err := g.shape(rec)
	if s.empty() || err != nil {
		return err
	}
	if class == "" {
		if class = g.fallback; len(s.polygons) > 0 {
			class = classHouses
		}
	}
	shape := s.of(class, g.bound, !own)
	if shape == nil {
		return nil
	}
	f := geo.Feature{Class: class, Name: groundName(g.columns, rec.Values), Geometry: shape}
	if n := []rune(f.Name); len(n) > 100 {
		f.Name = string(n[:100])
	}
	g.set.Features = append(g.set.Features, f)
	if g.vertices += groundCount(shape); g.vertices > groundVertices || len(g.set.Features) > groundFeatures {
		return &importers.Problem{Problem: importers.ProblemLimit,
			Detail: fmt.Sprintf("the file has more than %d features or %d vertices in the district; take fewer classes of them", groundFeatures, groundVertices),
			Values: map[string]any{"what": "base map", "limit": groundVertices}}
	}
	return nil
}

// lonLat gives a place of a problem in degrees; nil where that cannot be.
func (g *groundIntake) lonLat(p *orb.Point) *orb.Point {
	if p == nil {
		return nil
	}
	w, err := geo.ToWGS84(g.crs, *p)
	if err != nil {
		return nil
	}
	return &w
}

// elsewhere says so where nothing lies in the district, and in which system it would.
func (g *groundIntake) elsewhere() {
	if g.inside > 0 || g.placed == 0 {
		return
	}
	asked := reading{g.crs, false}
	p := &importers.Problem{
		Problem: importers.ProblemOutsideDistrict,
		Detail:  fmt.Sprintf("none of the %d features lies in the district, as %s", g.placed, asked),
		Values:  map[string]any{"count": g.placed, "value": string(g.crs)},
	}
	for _, r := range append([]reading{{g.crs, true}}, readings()...) {
		if r == asked || !r.fits(g.raw, grow(g.bound, 1)) {
			continue
		}
		p.Problem = importers.ProblemCRSOutOfZone
		if r.swapped && r.crs == asked.crs {
			p.Problem = importers.ProblemAxisSwapped
		}
		p.Detail += fmt.Sprintf("; read as %s they would", r)
		p.Values["reading"] = r.String()
		break
	}
	g.found.add(p)
}

// compare gives features that are there already their ids, and counts.
func (g *groundIntake) compare(have []geo.Feature) {
	r := &g.set.Report
	ids := map[string][]geo.ID{}
	for i := range have {
		key := groundKey(&have[i])
		ids[key] = append(ids[key], have[i].ID)
	}
	for i := range g.set.Features {
		f := &g.set.Features[i]
		key := groundKey(f)
		if same := ids[key]; len(same) > 0 {
			f.ID, ids[key] = same[0], same[1:]
			r.Unchanged++
			continue
		}
		r.New++
	}
	for i := range have {
		key := groundKey(&have[i])
		at := slices.Index(ids[key], have[i].ID)
		if at < 0 {
			continue
		}
		ids[key] = slices.Delete(ids[key], at, at+1)
		if g.o.Partial {
			g.set.Features = append(g.set.Features, have[i])
			continue
		}
		r.Gone++
	}
}
