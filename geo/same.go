package geo

import (
	"slices"

	"github.com/paulmach/orb"
)

// Same reports whether two versions of an area say the same of it, whichever
// revisions they are from. AreaM2 follows from the shape.
func (a *Area) Same(b *Area) bool {
	return a.ID == b.ID && a.Kind == b.Kind && a.Code == b.Code && a.Name == b.Name && a.NameEn == b.NameEn &&
		a.Parent == b.Parent && slices.Equal(a.Alias, b.Alias) && a.UnitType == b.UnitType && a.Class == b.Class &&
		a.Households == b.Households && a.Population == b.Population && a.Synthetic == b.Synthetic &&
		SameShape(a.Shape, b.Shape)
}

// SameShape reports whether two shapes have the same vertices in the same order.
// Of rings that are the same memory, as revisions and drafts share them, it
// looks at none.
func SameShape(a, b orb.MultiPolygon) bool {
	return slices.EqualFunc(a, b, func(p, q orb.Polygon) bool {
		return slices.EqualFunc(p, q, func(r, s orb.Ring) bool {
			return len(r) == len(s) && (len(r) == 0 || &r[0] == &s[0] || slices.Equal(r, s))
		})
	})
}
