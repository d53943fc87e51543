package features

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
)

// roads is the source of the roads of the base map, from memory. They have no
// time of their own: every datetime finds them.
type roads struct{ server *Server }

// roadClasses are the classes of the base map that are roads.
var roadClasses = []string{"road_main", "road", "track"}

func (s *roads) page(_ *http.Request, q itemsQuery) (page, error) {
	var all []feature
	ground := s.server.c.Boundaries.Current().Ground
	for i := range ground {
		f, ok := roadFeature(&ground[i])
		if ok && (len(q.bounds) == 0 || slices.ContainsFunc(q.bounds, func(b orb.Bound) bool { return linesMeet(f.geometry, b) })) && q.passes(&f) {
			all = append(all, f)
		}
	}
	slices.SortFunc(all, func(a, b feature) int { return strings.Compare(a.id, b.id) })
	return paged(all, q)
}

func (s *roads) feature(_ *http.Request, id string, _ map[string]string) (feature, error) {
	ground := s.server.c.Boundaries.Current().Ground
	i := slices.IndexFunc(ground, func(f geo.Feature) bool { return f.ID.String() == id })
	if i >= 0 {
		if f, ok := roadFeature(&ground[i]); ok {
			return f, nil
		}
	}
	return feature{}, fmt.Errorf("road %q: %w", id, geo.ErrNotFound)
}

// road is a road as a record.
type road struct{ *geo.Feature }

func (x road) value(name string) value {
	switch name {
	case "class":
		return text(x.Class)
	case "name":
		return known(x.Name)
	}
	panic("features: no such field of a road: " + name)
}

// roadFeature gives a feature of the base map, always of several lines; ok is
// false where it is no road.
func roadFeature(f *geo.Feature) (out feature, ok bool) {
	if !slices.Contains(roadClasses, f.Class) {
		return feature{}, false
	}
	var lines orb.MultiLineString
	switch g := f.Geometry.(type) {
	case orb.LineString:
		lines = orb.MultiLineString{g}
	case orb.MultiLineString:
		lines = g
	default:
		return feature{}, false
	}
	return feature{f.ID.String(), lines, road{f}}, true
}

// linesMeet reports whether a road touches the box.
func linesMeet(g orb.Geometry, b orb.Bound) bool {
	lines, _ := g.(orb.MultiLineString)
	return slices.ContainsFunc(lines, func(l orb.LineString) bool {
		for i := 1; i < len(l); i++ {
			if geo.SegmentMeets(l[i-1], l[i], b) {
				return true
			}
		}
		return false
	})
}
