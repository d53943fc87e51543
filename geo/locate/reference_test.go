package locate_test

import (
	"github.com/golang/geo/s2"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
	"github.com/tidwall/geojson/geometry"
	"github.com/tidwall/rtree"

	"github.com/gridpatrol/gridpatrol/geo"
)

// reference is a way to look points up that a user would pick instead. locate
// gives how many areas cover the point.
type reference struct {
	name   string
	locate func(p orb.Point) int
}

// references indexes areas with what others offer.
func references(areas []geo.Area) []reference {
	return []reference{s2Index(areas), tidwallIndex(areas), orbIndex(areas)}
}

// s2Index is the ShapeIndex of golang/geo, all areas in one.
func s2Index(areas []geo.Area) reference {
	index := s2.NewShapeIndex()
	for i := range areas {
		var loops []*s2.Loop
		for _, polygon := range areas[i].Shape {
			for _, ring := range polygon {
				var points []s2.Point
				for _, p := range ring[1:] {
					points = append(points, s2.PointFromLatLng(s2.LatLngFromDegrees(p[1], p[0])))
				}
				loops = append(loops, s2.LoopFromPoints(points))
			}
		}
		index.Add(s2.PolygonFromOrientedLoops(loops))
	}
	index.Build()
	query := s2.NewContainsPointQuery(index, s2.VertexModelSemiOpen)
	return reference{"S2 ShapeIndex (golang/geo)", func(p orb.Point) int {
		return len(query.ContainingShapes(s2.PointFromLatLng(s2.LatLngFromDegrees(p[1], p[0]))))
	}}
}

// tidwallIndex is tidwall's R-tree with his indexed polygons, as Tile38 has
// them.
func tidwallIndex(areas []geo.Area) reference {
	var tree rtree.RTreeG[*geometry.Poly]
	for i := range areas {
		for _, polygon := range areas[i].Shape {
			var rings [][]geometry.Point
			for _, ring := range polygon {
				var points []geometry.Point
				for _, p := range ring {
					points = append(points, geometry.Point{X: p[0], Y: p[1]})
				}
				rings = append(rings, points)
			}
			poly := geometry.NewPoly(rings[0], rings[1:], nil)
			r := poly.Rect()
			tree.Insert([2]float64{r.Min.X, r.Min.Y}, [2]float64{r.Max.X, r.Max.Y}, poly)
		}
	}
	return reference{"tidwall rtree + geometry", func(p orb.Point) int {
		n := 0
		tree.Search(p, p, func(_, _ [2]float64, poly *geometry.Poly) bool {
			if poly.ContainsPoint(geometry.Point{X: p[0], Y: p[1]}) {
				n++
			}
			return true
		})
		return n
	}}
}

// orbIndex is an R-tree with orb's point in polygon.
func orbIndex(areas []geo.Area) reference {
	var tree rtree.RTreeG[orb.MultiPolygon]
	for i := range areas {
		b, _ := geo.Bound(areas[i].Shape)
		tree.Insert(b.Min, b.Max, areas[i].Shape)
	}
	return reference{"tidwall rtree + orb", func(p orb.Point) int {
		n := 0
		tree.Search(p, p, func(_, _ [2]float64, shape orb.MultiPolygon) bool {
			if planar.MultiPolygonContains(shape, p) {
				n++
			}
			return true
		})
		return n
	}}
}
