package ingest

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/importers"
)

// complete gives an area what the file does not speak of: what is in force, or
// what follows from the code.
func (in *intake) complete(f *feature) {
	c, a := in.columns, &f.area
	was := in.named[a.Ref()]
	if was == nil {
		was = &geo.Area{}
	}
	keep := func(field string, missing bool, take func()) {
		if missing || !c.Has(field) {
			take()
		}
	}
	keep("name", a.Name == "", func() { a.Name = was.Name })
	keep("name_en", false, func() { a.NameEn = was.NameEn })
	keep("alias", false, func() { a.Alias = was.Alias })
	keep("households", false, func() { a.Households = was.Households })
	keep("population", false, func() { a.Population = was.Population })
	keep("synthetic", false, func() { a.Synthetic = was.Synthetic })
	told := false
	for _, d := range f.destroyed {
		told = !in.restore(f, was, d[0], d[1]) || told
	}
	switch in.kind {
	case geo.Village:
		keep("unit_type", a.UnitType == "", func() { a.UnitType = cmp.Or(was.UnitType, unitTypeOf(a.Code)) })
	case geo.Grid:
		keep("class", a.Class == "", func() { a.Class = was.Class })
	}
	if len(a.Alias) == 0 {
		a.Alias = nil
	}
	if len(was.Alias) == 0 && a.Alias == nil {
		a.Alias = was.Alias
	}
	if a.Name == "" && f.coded && !told {
		in.problem(f, importers.ProblemValueDamaged, fmt.Sprintf("%s has no name, and there is none in force", a.Code), map[string]any{"column": c.Name("name"), "value": ""})
	}
}

// restore leaves text as it is in force where the file has lost characters of it, and
// says so. It reports false where a name was, and there is none in force: which is told, too.
func (in *intake) restore(f *feature, was *geo.Area, field, left string) bool {
	a, column := &f.area, in.columns.Name(field)
	detail, values := fmt.Sprintf("%s: %q has lost characters in an export; ", column, clip(left)), map[string]any{"column": column, "value": clip(left)}
	switch field {
	case "name":
		if a.Name = was.Name; was.Name == "" {
			in.problem(f, importers.ProblemValueDamaged, detail+"take it from the original", values)
			return false
		}
	case "name_en":
		a.NameEn = was.NameEn
	case "alias":
		a.Alias = was.Alias
	}
	in.warning(f, importers.ProblemValueDamaged, detail+"what is in force stays", values)
	return true
}

// duplicates finds codes that several features have, as they are read.
func (in *intake) duplicates() {
	first := map[string]*feature{}
	for _, f := range in.features {
		if !f.coded { // what is left of damaged codes is often the same
			continue
		}
		in.elsewhere(f)
		if g := first[f.area.Code]; g != nil {
			p := in.problem(f, importers.ProblemDupCode, fmt.Sprintf("feature %d has the code %s too", g.number, f.area.Code), map[string]any{"features": []int{g.number, f.number}})
			p.Areas = []geo.Ref{f.area.Ref()}
			if at, ok := geo.PointOnSurface(f.shape); ok && f.shape != nil {
				p.At = &at
			}
			in.found.bad[g.number] = true
			f.coded = false
			if f.land != nil && g.land != nil && f.land.equal(g.land) {
				f.land = nil // the same once more
			}
			continue
		}
		first[f.area.Code] = f
	}
}

// elsewhere refuses the code of an area in force of another kind, where codes of
// this kind are longer or shorter: the file is of that kind.
func (in *intake) elsewhere(f *feature) {
	length := map[geo.Kind]int{geo.District: 6, geo.Township: 9, geo.Village: 12, geo.VillageGroup: 15, geo.Grid: 15, geo.Compound: 16}
	if len(f.area.Code) == length[in.kind] || in.named[f.area.Ref()] != nil {
		return
	}
	for _, k := range geo.Kinds() {
		if was := in.named[geo.Ref{Kind: k, Code: f.area.Code}]; was != nil && k != in.kind {
			in.problem(f, importers.ProblemCodeDamaged, fmt.Sprintf("%s is the code of a %s, not of a %s: has the file another kind?", f.area.Code, k, in.kind),
				map[string]any{"value": f.area.Code, "expected": string(in.kind)})
			return
		}
	}
}

// compare sorts features into new, changed and unchanged areas, and finds those
// that are gone.
func (in *intake) compare(set *AreaSet) {
	seen := map[string]bool{}
	for i, f := range in.features {
		if in.o.Progress != nil && i%256 == 255 {
			in.o.Progress(StageCompare, int64(i), int64(len(in.features)))
		}
		seen[f.area.Code] = true
		if !f.coded || f.land == nil || in.found.bad[f.number] {
			continue
		}
		a := &f.area
		a.AreaM2 = geo.AreaM2(a.Shape)
		was := in.named[a.Ref()]
		if was == nil {
			f.change = "new"
			set.New = append(set.New, *a)
			continue
		}
		a.ID = was.ID
		if sameLand(a.Shape, was.Shape) {
			a.Shape, a.AreaM2 = was.Shape, was.AreaM2
		}
		if a.Same(was) {
			f.change = "unchanged"
			set.Report.Unchanged++
			continue
		}
		f.change = "changed"
		if !geo.SameShape(a.Shape, was.Shape) && !in.shifted {
			for _, p := range differing(in.effort, f.land, in.landOf(was).outline) {
				f.movedM2 += p.areaM2
			}
		}
		set.Changed = append(set.Changed, *a)
	}
	if !in.o.Partial {
		for i := range in.basis.Areas {
			if a := &in.basis.Areas[i]; a.Kind == in.kind && !seen[a.Code] {
				set.Gone = append(set.Gone, a.Code)
			}
		}
		slices.Sort(set.Gone)
	}
	byCode := func(a, b geo.Area) int { return cmp.Compare(a.Code, b.Code) }
	slices.SortFunc(set.New, byCode)
	slices.SortFunc(set.Changed, byCode)
	set.Report.New, set.Report.Changed, set.Report.Gone = len(set.New), len(set.Changed), len(set.Gone)
}

// sameLand reports whether two normalised shapes have the same rings, wherever
// these begin and in whatever order they come.
func sameLand(a, b orb.MultiPolygon) bool {
	if len(a) != len(b) {
		return false
	}
	x, y := leastFirst(a), leastFirst(b)
	return slices.EqualFunc(x, y, func(r, s []geo.LatticePoint) bool { return slices.Equal(r, s) })
}

// leastFirst gives rings that begin with their first corner by lon and lat, in order.
func leastFirst(shape orb.MultiPolygon) outline {
	out := outlineOf(shape)
	for i, r := range out {
		k := 0
		for m := range r {
			if geo.CompareLattice(r[m], r[k]) < 0 {
				k = m
			}
		}
		out[i] = slices.Concat(r[k:], r[:k])
	}
	slices.SortFunc(out, func(r, s []geo.LatticePoint) int { return slices.CompareFunc(r, s, geo.CompareLattice) })
	return out
}
