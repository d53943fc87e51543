package features

import (
	"fmt"
	"net/http"
	"slices"
	"sort"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
)

// areas is the source of one kind of area, from the snapshot in memory. Pages
// go by code. An area has no time of its own, so every datetime finds it.
type areas struct {
	server *Server
	kind   geo.Kind
	fields []field
}

func (a *areas) page(r *http.Request, q itemsQuery) (page, error) {
	snapshot, err := a.server.snapshot(r, q.extra)
	if err != nil {
		return page{}, err
	}
	all := slices.DeleteFunc(snapshot.Index.Areas(a.kind), func(x *geo.Area) bool { return !a.passes(x, q) })
	p := page{matched: len(all)}
	rest := all
	if q.cursor != "" {
		rest = all[sort.Search(len(all), func(i int) bool { return all[i].Code > q.cursor }):]
	}
	if len(rest) > q.limit {
		rest = rest[:q.limit]
		p.next = rest[len(rest)-1].Code
	}
	p.features = make([]feature, len(rest))
	for i, x := range rest {
		p.features[i] = newFeature(x.Code, x.Shape, a.properties(x))
	}
	return p, nil
}

func (a *areas) feature(r *http.Request, id string, extra map[string]string) (feature, error) {
	snapshot, err := a.server.snapshot(r, extra)
	if err != nil {
		return feature{}, err
	}
	x, ok := snapshot.Index.Area(a.kind, id)
	if !ok {
		return feature{}, fmt.Errorf("%s %q: %w", a.kind, id, geo.ErrNotFound)
	}
	return newFeature(x.Code, x.Shape, a.properties(x)), nil
}

func (a *areas) passes(x *geo.Area, q itemsQuery) bool {
	if len(q.equal) > 0 {
		properties := a.properties(x)
		for name, want := range q.equal {
			if v := properties[name]; v == nil || fmt.Sprint(v) != want {
				return false
			}
		}
	}
	return len(q.bounds) == 0 || slices.ContainsFunc(q.bounds, func(b orb.Bound) bool { return geo.Intersects(x.Shape, b) })
}

// properties gives every field of the collection; null where it is unknown.
func (a *areas) properties(x *geo.Area) map[string]any {
	out := make(map[string]any, len(a.fields))
	for _, f := range a.fields {
		out[f.name] = areaProperty(x, f.name)
	}
	return out
}

func areaProperty(x *geo.Area, name string) any {
	text := func(s string) any {
		if s == "" {
			return nil
		}
		return s
	}
	number := func(n int) any {
		if n == 0 {
			return nil
		}
		return n
	}
	switch name {
	case "code":
		return x.Code
	case "name":
		return x.Name
	case "name_en":
		return text(x.NameEn)
	case "parent":
		return text(x.Parent.Code)
	case "unit_type":
		return text(x.UnitType)
	case "class":
		return text(x.Class)
	case "households":
		return number(x.Households)
	case "population":
		return number(x.Population)
	case "area_m2":
		return x.AreaM2
	case "synthetic":
		return x.Synthetic
	}
	panic("features: no such field of an area: " + name)
}
