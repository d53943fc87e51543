package geo

import (
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
)

// Intersects reports whether the shape and the closed bound have a point in
// common, edges and mere touches included. Both are lon/lat in degrees; sides
// are straight in lon/lat. An empty shape has no points.
func Intersects(shape orb.MultiPolygon, b orb.Bound) bool {
	for _, polygon := range shape {
		if len(polygon) == 0 || len(polygon[0]) == 0 || !polygon[0].Bound().Intersects(b) {
			continue
		}
		for _, ring := range polygon {
			for i := 1; i < len(ring); i++ {
				if SegmentMeets(ring[i-1], ring[i], b) {
					return true
				}
			}
		}
		// No edge comes near: the bound lies wholly inside or wholly outside.
		if planar.PolygonContains(polygon, b.Min) {
			return true
		}
	}
	return false
}

// SegmentMeets reports whether the segment from p to q has a point in the
// closed bound (Liang and Barsky 1984: the part of the segment within each pair
// of sides).
func SegmentMeets(p, q orb.Point, b orb.Bound) bool {
	from, to := 0.0, 1.0
	for axis := range p {
		d := q[axis] - p[axis]
		lo, hi := b.Min[axis]-p[axis], b.Max[axis]-p[axis]
		if d == 0 {
			if lo > 0 || hi < 0 {
				return false
			}
			continue
		}
		if d < 0 {
			lo, hi = hi, lo
		}
		from, to = max(from, lo/d), min(to, hi/d)
	}
	return from <= to
}
