package postgis

import (
	"context"
	"fmt"
	"slices"
	"sync"

	"github.com/google/uuid"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/locate"
	"github.com/gridpatrol/gridpatrol/geo/redraw"
)

// checkSet gives the areas as they will be written, with normalised shapes and
// measured, or says why they do not make a district. Gaps and overlaps that the
// base revision has in the same places may stay: nobody has to mend what was there to
// change something else.
func (s *Store) checkSet(ctx context.Context, areas []geo.Area, base int) ([]geo.Area, error) {
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
	return own, s.checkSeams(ctx, own, base)
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

func checkParent(a *geo.Area, byRef map[geo.Ref]*geo.Area) error {
	allowed := a.Kind.Parents()
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

// checkSeams refuses gaps and overlaps that are not in the base.
func (s *Store) checkSeams(ctx context.Context, areas []geo.Area, base int) error {
	problems := redraw.Seams(nil, areas)
	if len(problems) == 0 {
		return nil
	}
	if base > 0 {
		_, before, err := s.readSnapshot(ctx, base, &locate.Snapshot{}, true)
		if err != nil {
			return wrap(fmt.Sprintf("read revision %d", base), err)
		}
		problems = redraw.Seams(before, areas)
	}
	problems = slices.DeleteFunc(problems, func(p redraw.Problem) bool { return p.Warning })
	if len(problems) == 0 {
		return nil
	}
	p := geo.Invalid("areas-do-not-fit", fmt.Sprintf("the areas have %d gaps or overlaps", len(problems)))
	for _, t := range problems[:min(len(problems), 20)] {
		p.Fields = append(p.Fields, geo.FieldError{Pointer: string(t.Areas[0].Kind),
			Detail: fmt.Sprintf("%s near %.7f %.7f (%v): %s", t.Code, t.At[0], t.At[1], t.Areas, t.Detail)})
	}
	return p
}
