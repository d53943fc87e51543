package locate

import (
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/paulmach/orb"
)

// Bound is the box round all areas, in degrees; the zero Bound where there are
// none.
func (x *Index) Bound() orb.Bound { return x.bound }

// Len is how many areas the index has, over all kinds.
func (x *Index) Len() int { return len(x.areas) }

// All gives every area, by kind as geo.Kinds has them, then by code. The caller
// owns the slice; the areas are not to be changed.
func (x *Index) All() []*geo.Area { return slices.Clone(x.areas) }

// Areas gives the areas of a kind by code; none for an unknown kind. The caller
// owns the slice; the areas are not to be changed.
func (x *Index) Areas(kind geo.Kind) []*geo.Area {
	from, to := x.span(kind)
	return slices.Clone(x.areas[from:to])
}

// Area gives the area of that kind and code. It is not to be changed.
func (x *Index) Area(kind geo.Kind, code string) (*geo.Area, bool) {
	from, to := x.span(kind)
	i, ok := slices.BinarySearchFunc(x.areas[from:to], code, func(a *geo.Area, code string) int {
		return strings.Compare(a.Code, code)
	})
	if !ok {
		return nil, false
	}
	return x.areas[from+i], true
}

// ByID gives the area with that id. It is not to be changed. The zero id
// belongs to no area.
func (x *Index) ByID(id geo.ID) (*geo.Area, bool) {
	a, ok := x.byID[id]
	return a, ok
}

// Find gives the area a reference names. A bare code names an area where just
// one kind has it. The error is geo.ErrNotFound where there is none, and
// geo.ErrInvalid, a *geo.Problem with what it could mean in Allow, where a bare
// code names several.
func (x *Index) Find(ref geo.Ref) (*geo.Area, error) {
	if ref.Kind != "" {
		if a, ok := x.Area(ref.Kind, ref.Code); ok {
			return a, nil
		}
		return nil, fmt.Errorf("area %s: %w", ref, geo.ErrNotFound)
	}
	var found []*geo.Area
	var names []string
	for _, k := range geo.Kinds() {
		if a, ok := x.Area(k, ref.Code); ok {
			found = append(found, a)
			names = append(names, a.Ref().String())
		}
	}
	switch len(found) {
	case 0:
		return nil, fmt.Errorf("area %s: %w", ref, geo.ErrNotFound)
	case 1:
		return found[0], nil
	}
	p := geo.Invalid("ambiguous-code", fmt.Sprintf("code %s names %s; put the kind before it", ref.Code, strings.Join(names, " and ")))
	p.Allow = names
	return nil, p
}

// Within gives the areas of a kind whose bounds meet the bound (a touch
// counts), by code; none for an unknown kind or an empty bound. The caller owns
// the slice; the areas are not to be changed. It looks at every area of the
// kind, at a few nanoseconds each.
func (x *Index) Within(kind geo.Kind, bound orb.Bound) []*geo.Area {
	var out []*geo.Area
	from, to := x.span(kind)
	for i := from; i < to; i++ {
		if b := x.boxes[i].bound(); b.Intersects(bound) {
			out = append(out, x.areas[i])
		}
	}
	return out
}

// span gives the part of x.areas that holds a kind.
func (x *Index) span(kind geo.Kind) (from, to int) {
	k := kind.Index()
	if k < 0 {
		return 0, 0
	}
	from = sort.Search(len(x.areas), func(i int) bool { return x.areas[i].Kind.Index() >= k })
	to = from + sort.Search(len(x.areas)-from, func(i int) bool { return x.areas[from+i].Kind.Index() > k })
	return from, to
}
