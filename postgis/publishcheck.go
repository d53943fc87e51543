package postgis

import (
	"fmt"
	"slices"
	"sync"

	"github.com/google/uuid"
	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
)

// checkSet gives the areas as they will be written, with normalised shapes and
// measured, or says why they do not make a district.
func checkSet(areas []geo.Area) ([]geo.Area, error) {
	own := slices.Clone(areas)
	if err := normalise(own); err != nil {
		return nil, err
	}
	byRef := make(map[geo.Ref]*geo.Area, len(own))
	ids := make(map[geo.ID]bool, len(own))
	for i := range own {
		a := &own[i]
		if a.Kind.Index() < 0 {
			return nil, geo.Invalid("unknown-kind", fmt.Sprintf("area %q is of no known kind: %q", a.Code, a.Kind))
		}
		if byRef[a.Ref()] != nil {
			return nil, geo.Invalid("duplicate-code", fmt.Sprintf("%s is there twice", a.Ref()))
		}
		if a.ID != uuid.Nil && ids[a.ID] {
			return nil, geo.Invalid("duplicate-id", fmt.Sprintf("%s has the id of another area", a.Ref()))
		}
		byRef[a.Ref()], ids[a.ID] = a, true
	}
	for i := range own {
		if err := checkParent(&own[i], byRef); err != nil {
			return nil, err
		}
	}
	return own, checkTiling(own)
}

// normalise puts shapes in order, on every processor.
func normalise(areas []geo.Area) error {
	const workers = 4
	var group sync.WaitGroup
	faults := make([]error, len(areas))
	for w := range workers {
		group.Go(func() {
			for i := w; i < len(areas); i += workers {
				a := &areas[i]
				shape, err := geo.NormalizeShape(a.Shape)
				if err != nil {
					faults[i] = fmt.Errorf("%s: %w", a.Ref(), err)
					continue
				}
				a.Shape = shape
				a.AreaM2 = geo.AreaM2(shape)
			}
		})
	}
	group.Wait()
	for _, err := range faults {
		if err != nil {
			return err
		}
	}
	return nil
}

// parentKinds are the kinds an area of a kind may belong to.
var parentKinds = map[geo.Kind][]geo.Kind{
	geo.Township:     {geo.District},
	geo.Village:      {geo.Township},
	geo.VillageGroup: {geo.Village},
	geo.Grid:         {geo.District, geo.Township, geo.Village},
	geo.Compound:     {geo.Village, geo.Grid},
}

func checkParent(a *geo.Area, byRef map[geo.Ref]*geo.Area) error {
	allowed := parentKinds[a.Kind]
	switch {
	case a.Parent == geo.Ref{} && len(allowed) == 0:
		return nil
	case !slices.Contains(allowed, a.Parent.Kind):
		return geo.Invalid("parent-kind", fmt.Sprintf("%s cannot belong to %q", a.Ref(), a.Parent))
	case byRef[a.Parent] == nil:
		return geo.Invalid("parent-unknown", fmt.Sprintf("%s belongs to %s, which is not in the set", a.Ref(), a.Parent))
	}
	return nil
}

// checkTiling refuses gaps and overlaps. Townships and grids cover the
// district; villages and groups cover every parent that has any; compounds
// only keep apart.
func checkTiling(areas []geo.Area) error {
	byKind := map[geo.Kind][]geo.Area{}
	parents := map[geo.Kind]map[geo.Ref]bool{}
	for _, a := range areas {
		byKind[a.Kind] = append(byKind[a.Kind], a)
		if parents[a.Kind] == nil {
			parents[a.Kind] = map[geo.Ref]bool{}
		}
		parents[a.Kind][a.Parent] = true
	}
	shapes := func(kind geo.Kind, of map[geo.Ref]bool) (out []orb.MultiPolygon) {
		for _, a := range byKind[kind] {
			if of == nil || of[a.Ref()] {
				out = append(out, a.Shape)
			}
		}
		return out
	}
	for _, layer := range []struct {
		kind  geo.Kind
		whole []orb.MultiPolygon
	}{
		{geo.Township, shapes(geo.District, nil)},
		{geo.Village, shapes(geo.Township, parents[geo.Village])},
		{geo.VillageGroup, shapes(geo.Village, parents[geo.VillageGroup])},
		{geo.Grid, shapes(geo.District, nil)},
		{geo.Compound, nil},
	} {
		if parts := byKind[layer.kind]; len(parts) > 0 {
			if problems := geo.CheckTiling(parts, layer.whole); len(problems) > 0 {
				return tilingProblem(layer.kind, problems)
			}
		}
	}
	return nil
}

func tilingProblem(kind geo.Kind, problems []geo.TopologyProblem) error {
	p := geo.Invalid("areas-do-not-fit", fmt.Sprintf("the %s have %d gaps or overlaps", kind.Plural(), len(problems)))
	for _, t := range problems[:min(len(problems), 20)] {
		p.Fields = append(p.Fields, geo.FieldError{Pointer: string(kind),
			Detail: fmt.Sprintf("%s near %.7f %.7f (%v)", t.Problem, t.At[0], t.At[1], t.Areas)})
	}
	return p
}
