package ingest

import (
	"cmp"
	"fmt"
	"slices"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/importers"
)

// parents finds the area that each feature belongs to.
func (in *intake) parents() {
	if len(in.kind.Parents()) == 0 {
		for _, f := range in.features {
			f.area.Parent = geo.Ref{}
		}
		return
	}
	byName := map[string][]geo.Ref{}
	some := map[geo.Kind]bool{}
	for i := range in.basis.Areas {
		a := &in.basis.Areas[i]
		if slices.Contains(in.kind.Parents(), a.Kind) {
			some[a.Kind] = true
			byName[a.Name] = append(byName[a.Name], a.Ref())
		}
	}
	for _, f := range in.features {
		in.parent(f, some, byName)
	}
}

// parent finds the area that one feature belongs to: the one that the file
// names, or the one it had, or the one that its code says, or the one it lies in.
func (in *intake) parent(f *feature, some map[geo.Kind]bool, byName map[string][]geo.Ref) {
	said := f.area.Parent
	if said.Code != "" {
		if ref, ok := in.namedParent(said, some, byName); ok {
			f.area.Parent = ref
			return
		}
		in.problem(f, importers.ProblemUnknownParent, fmt.Sprintf("%s says that it belongs to %s, and there is none of this code or name", f.area.Code, clip(said.String())),
			map[string]any{"value": clip(said.Code), "column": in.columns.Name("parent")})
		f.area.Parent = geo.Ref{}
		return
	}
	f.area.Parent = geo.Ref{}
	if was := in.named[f.area.Ref()]; was != nil && in.named[was.Parent] != nil {
		f.area.Parent = was.Parent
		return
	}
	byCode := parentOfCode(in.kind, f.area.Code)
	for _, ref := range byCode {
		if in.named[ref] != nil {
			f.area.Parent = ref
			return
		}
	}
	if len(some) == 0 { // nothing that it could belong to is there yet
		if len(byCode) > 0 {
			f.area.Parent = byCode[0]
		}
		return
	}
	if a := in.lyingIn(f); a != nil {
		f.area.Parent = a.Ref()
		return
	}
	if !f.coded || f.land == nil {
		return // said already what is wrong with it
	}
	values := map[string]any{}
	detail := fmt.Sprintf("%s lies in no area that it could belong to", f.area.Code)
	if len(byCode) > 0 {
		detail = fmt.Sprintf("%s should belong to %s by its code, which there is not, and lies in no other", f.area.Code, byCode[0])
		values["expected"] = byCode[0].Code
	}
	p := in.problem(f, importers.ProblemUnknownParent, detail, values)
	if at, ok := geo.PointOnSurface(f.shape); ok {
		p.At = &at
	}
}

// namedParent finds what a file calls the area that one belongs to: by kind and
// code, or by a name that only one has. Where no such kind is there yet, any code of the right
// form will do.
func (in *intake) namedParent(said geo.Ref, some map[geo.Kind]bool, byName map[string][]geo.Ref) (geo.Ref, bool) {
	ref, err := geo.ParseRef(Fold(said.Code))
	if err == nil {
		if ref.Kind == "" {
			ref.Kind = said.Kind
		}
		kinds := in.kind.Parents()
		slices.Reverse(kinds)
		for _, k := range kinds {
			if ref.Kind != "" && ref.Kind != k {
				continue
			}
			try := geo.Ref{Kind: k, Code: ref.Code}
			if in.named[try] != nil || !some[k] && kindOfCode(ref.Code) == k {
				return try, true
			}
		}
	}
	if refs := byName[said.Code]; len(refs) == 1 {
		return refs[0], true
	}
	return geo.Ref{}, false
}

// kindOfCode tells the kind of area that a code of the usual form is of; of 15
// digits, which grids and groups have, a grid.
func kindOfCode(code string) geo.Kind {
	if !digits(code) {
		return ""
	}
	switch len(code) {
	case 6:
		return geo.District
	case 9:
		return geo.Township
	case 12:
		return geo.Village
	case 15:
		return geo.Grid
	}
	return ""
}

// lyingIn finds the smallest area that has most of the feature's land.
func (in *intake) lyingIn(f *feature) *geo.Area {
	if f.land == nil {
		return nil
	}
	at, ok := geo.PointOnSurface(f.shape)
	if !ok {
		return nil
	}
	near := f.land.box()
	kinds := in.kind.Parents()
	slices.Reverse(kinds)
	for _, k := range kinds {
		var having []*geo.Area
		for i := range in.basis.Areas {
			a := &in.basis.Areas[i]
			if a.Kind != k {
				continue
			}
			land := in.landOf(a)
			if land.box.meets(near) && land.outline.covers(at[0]*geo.Scale, at[1]*geo.Scale) {
				having = append(having, a)
			}
		}
		slices.SortFunc(having, func(a, b *geo.Area) int { return cmp.Compare(a.Code, b.Code) })
		for _, a := range having {
			if 2*landM2(common(in.effort, f.land, in.landOf(a).outline, nil), inBoth) > geo.AreaM2(f.shape) {
				return a
			}
		}
	}
	return nil
}

// boxed is an outline with its box.
type boxed struct {
	outline
	box box
}

// landOf gives the outline of an area of the basis, read once.
func (in *intake) landOf(a *geo.Area) boxed {
	if b, ok := in.lands[a]; ok {
		return b
	}
	o := outlineOf(a.Shape)
	b := boxed{o, o.box()}
	in.lands[a] = b
	return b
}
