package geo

import (
	"slices"

	"github.com/paulmach/orb"
)

// Territory is the land of some areas, and what lies in it.
type Territory struct {
	ids    []ID
	shapes [][]orb.MultiPolygon // by kind: those of one kind do not overlap
}

// NewTerritory is that of the areas with these ids, with the shapes that find
// knows; one that it does not know is in the territory by its id alone.
func NewTerritory(ids []ID, find func(ID) (*Area, bool)) Territory {
	t := Territory{ids: ids, shapes: make([][]orb.MultiPolygon, len(Kinds()))}
	for _, id := range ids {
		if a, ok := find(id); ok {
			t.shapes[a.Kind.Index()] = append(t.shapes[a.Kind.Index()], a.Shape)
		}
	}
	return t
}

// Covers reports whether an area is in the territory: named by it, or with all
// its land in areas of one kind that are.
func (t Territory) Covers(a *Area) bool {
	return slices.Contains(t.ids, a.ID) || slices.ContainsFunc(t.shapes, func(shapes []orb.MultiPolygon) bool {
		return len(shapes) > 0 && Covers(shapes, a.Shape)
	})
}
