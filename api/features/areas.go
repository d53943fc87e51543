package features

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/locate"
)

// areas is the source of one kind of area, from the snapshot in memory. Pages
// go by code where nothing else is asked for.
type areas struct {
	server *Server
	kind   geo.Kind
	fields []field
}

func (a *areas) page(r *http.Request, q itemsQuery) (page, error) {
	snapshot, err := a.snapshot(r, q)
	if snapshot == nil || err != nil {
		return page{}, err
	}
	set := a.server.areas.of(snapshot)
	areas := set.kinds[a.kind.Index()].areas
	all := make([]feature, 0, len(areas))
	for i := range areas {
		x := &areas[i]
		f := feature{x.Code, x.Shape, x}
		if (len(q.bounds) == 0 || slices.ContainsFunc(q.bounds, func(b orb.Bound) bool { return geo.Intersects(x.Shape, b) })) && q.passes(&f) {
			all = append(all, f)
		}
	}
	p, err := paged(all, q)
	p.tag = set.tag(a.kind, a.fields)
	return p, err
}

// snapshot gives the boundaries that the query asks for, which are those in
// force at the end of its datetime: at its instant, now where it is open or ends
// later and nothing is to be published by then. Nil where there were none yet.
func (a *areas) snapshot(r *http.Request, q itemsQuery) (*locate.Snapshot, error) {
	if q.datetime.to.IsZero() {
		return a.server.snapshot(r, q.extra)
	}
	for _, name := range []string{"at", "plan"} {
		if _, ok := q.extra[name]; ok {
			return nil, geo.Invalid("invalid-parameters", "datetime cannot be given together with at or plan",
				geo.FieldError{Pointer: "datetime", Detail: "goes without at and plan"}, geo.FieldError{Pointer: name, Detail: "goes without datetime"})
		}
	}
	now := a.server.c.Now()
	at := q.datetime.to.Add(-time.Microsecond) // what ends there does not take its end in
	if at.After(now) && !q.datetime.instant() {
		return a.server.c.Boundaries.Current(), nil
	}
	s, err := a.server.c.Boundaries.At(r.Context(), at, now)
	switch {
	case errors.Is(err, geo.ErrNotFound):
		return nil, nil
	case at.After(now) && errors.Is(err, geo.ErrInvalid):
		return a.server.c.Boundaries.Current(), nil
	}
	return s, err
}

func (a *areas) feature(r *http.Request, id string, extra map[string]string) (feature, error) {
	snapshot, err := a.server.snapshot(r, extra)
	if err != nil {
		return feature{}, err
	}
	x, ok := a.server.areas.of(snapshot).area(a.kind, id)
	if !ok {
		return feature{}, fmt.Errorf("%s %q: %w", a.kind, id, geo.ErrNotFound)
	}
	return feature{x.Code, x.Shape, x}, nil
}

func (x *area) value(name string) value {
	switch name {
	case "code":
		return text(x.Code)
	case "name":
		return text(x.Name)
	case "name_en":
		return known(x.NameEn)
	case "parent":
		return known(x.Parent.Code)
	case "unit_type":
		return known(x.UnitType)
	case "class":
		return known(x.Class)
	case "households":
		return counted(x.Households)
	case "population":
		return counted(x.Population)
	case "area_m2":
		return number(x.AreaM2)
	case "synthetic":
		return truth(x.Synthetic)
	}
	panic("features: no such field of an area: " + name)
}
