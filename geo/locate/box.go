package locate

import (
	"math"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/paulmach/orb"
)

// box is a closed range of lattice points.
type box struct{ minLon, minLat, maxLon, maxLat int32 }

var emptyBox = box{math.MaxInt32, math.MaxInt32, math.MinInt32, math.MinInt32}

func (b box) union(c box) box {
	return box{min(b.minLon, c.minLon), min(b.minLat, c.minLat), max(b.maxLon, c.maxLon), max(b.maxLat, c.maxLat)}
}

func (b box) empty() bool   { return b.minLon > b.maxLon }
func (b box) width() int64  { return int64(b.maxLon) - int64(b.minLon) }
func (b box) height() int64 { return int64(b.maxLat) - int64(b.minLat) }
func (b box) wide() bool    { return b.width() >= MaxExtent || b.height() >= MaxExtent }

func (b box) bound() orb.Bound {
	return orb.Bound{
		Min: geo.LatticePoint{Lon: b.minLon, Lat: b.minLat}.Point(),
		Max: geo.LatticePoint{Lon: b.maxLon, Lat: b.maxLat}.Point(),
	}
}

// lattice appends the shape's rings, closed, to corners, and the end of each to
// ends. It refuses a shape that no index can be made of.
func lattice(shape orb.MultiPolygon, corners []geo.LatticePoint, ends []int) ([]geo.LatticePoint, []int, error) {
	if len(shape) == 0 {
		return corners, ends, &geo.GeometryError{Rule: "shape is empty"}
	}
	for _, polygon := range shape {
		if len(polygon) == 0 {
			return corners, ends, &geo.GeometryError{Rule: "polygon has no ring"}
		}
		for _, ring := range polygon {
			if len(ring) == 0 {
				return corners, ends, &geo.GeometryError{Rule: "ring is empty"}
			}
			if len(ring) < 4 {
				return corners, ends, &geo.GeometryError{Rule: "ring has fewer than four points", At: ring[0]}
			}
			if ring[0] != ring[len(ring)-1] {
				return corners, ends, &geo.GeometryError{Rule: "ring is not closed", At: ring[0]}
			}
			for _, p := range ring {
				q, ok := geo.Snap(p)
				if !ok || q.Point() != p {
					return corners, ends, &geo.GeometryError{Rule: "vertex is not on the lattice of 1e-7 degrees", At: p}
				}
				corners = append(corners, q)
			}
			ends = append(ends, len(corners))
		}
	}
	return corners, ends, nil
}

// boxOf gives the box round some corners.
func boxOf(corners []geo.LatticePoint) box {
	b := emptyBox
	for _, q := range corners {
		b = b.union(box{q.Lon, q.Lat, q.Lon, q.Lat})
	}
	return b
}
