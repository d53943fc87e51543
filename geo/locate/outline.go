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

func (b box) has(q geo.LatticePoint) bool {
	return b.minLon <= q.Lon && q.Lon <= b.maxLon && b.minLat <= q.Lat && q.Lat <= b.maxLat
}

func (b box) width() int64  { return int64(b.maxLon) - int64(b.minLon) }
func (b box) height() int64 { return int64(b.maxLat) - int64(b.minLat) }
func (b box) wide() bool    { return b.width() >= MaxExtent || b.height() >= MaxExtent }

func (b box) bound() orb.Bound {
	return orb.Bound{
		Min: geo.LatticePoint{Lon: b.minLon, Lat: b.minLat}.Point(),
		Max: geo.LatticePoint{Lon: b.maxLon, Lat: b.maxLat}.Point(),
	}
}

// shapeBox gives the box round a shape and refuses what an outline cannot be
// made of.
func shapeBox(shape orb.MultiPolygon) (box, error) {
	b := emptyBox
	if len(shape) == 0 {
		return b, &geo.GeometryError{Rule: "shape is empty"}
	}
	for _, polygon := range shape {
		if len(polygon) == 0 {
			return b, &geo.GeometryError{Rule: "polygon has no ring"}
		}
		for _, ring := range polygon {
			if len(ring) == 0 {
				return b, &geo.GeometryError{Rule: "ring is empty"}
			}
			if len(ring) < 4 {
				return b, &geo.GeometryError{Rule: "ring has fewer than four points", At: ring[0]}
			}
			if ring[0] != ring[len(ring)-1] {
				return b, &geo.GeometryError{Rule: "ring is not closed", At: ring[0]}
			}
			for _, p := range ring {
				q, ok := geo.Snap(p)
				if !ok || q.Point() != p {
					return b, &geo.GeometryError{Rule: "vertex is not on the lattice of 1e-7 degrees", At: p}
				}
				b = b.union(box{q.Lon, q.Lat, q.Lon, q.Lat})
			}
		}
	}
	return b, nil
}

// edge is a side of a ring, its lower end first (a.Lat <= b.Lat).
type edge struct{ a, b geo.LatticePoint }

// outline is the sides of an area, sorted into bands of latitude: an edge
// stands in every band it reaches, so one band holds all that a test needs.
type outline struct {
	box   box
	shift uint     // a band is 1<<shift units high
	start []uint32 // band i is edges[start[i]:start[i+1]]
	edges []edge
}

// newOutline makes the outline of a shape that shapeBox accepts.
func newOutline(shape orb.MultiPolygon, b box) outline {
	sides := shapeEdges(shape)
	o := outline{box: b}
	// About two edges to a band; coarser where long edges would stand in so
	// many bands that they cost memory.
	bands := int64(len(sides)/2 + 1)
	for b.height()>>o.shift >= bands {
		o.shift++
	}
	for o.entries(sides) > 4*len(sides)+16 {
		o.shift++
	}
	o.start = make([]uint32, (b.height()>>o.shift)+2)
	for _, e := range sides {
		for i, last := o.band(e.a.Lat), o.band(e.b.Lat); i <= last; i++ {
			o.start[i+1]++
		}
	}
	for i := 1; i < len(o.start); i++ {
		o.start[i] += o.start[i-1]
	}
	o.edges = make([]edge, o.start[len(o.start)-1])
	next := make([]uint32, len(o.start))
	copy(next, o.start)
	for _, e := range sides {
		for i, last := o.band(e.a.Lat), o.band(e.b.Lat); i <= last; i++ {
			o.edges[next[i]] = e
			next[i]++
		}
	}
	return o
}

// shapeEdges gives the sides of all rings, without those of no length.
func shapeEdges(shape orb.MultiPolygon) []edge {
	var n int
	for _, polygon := range shape {
		for _, ring := range polygon {
			n += len(ring) - 1
		}
	}
	sides := make([]edge, 0, n)
	for _, polygon := range shape {
		for _, ring := range polygon {
			a, _ := geo.Snap(ring[0])
			for _, p := range ring[1:] {
				b, _ := geo.Snap(p)
				switch {
				case a == b:
				case a.Lat <= b.Lat:
					sides = append(sides, edge{a, b})
				default:
					sides = append(sides, edge{b, a})
				}
				a = b
			}
		}
	}
	return sides
}

// band gives the band of a latitude within the box.
func (o *outline) band(lat int32) int { return int(int64(lat)-int64(o.box.minLat)) >> o.shift }

// entries counts the places that the edges take in all bands.
func (o *outline) entries(sides []edge) int {
	n := 0
	for _, e := range sides {
		n += o.band(e.b.Lat) - o.band(e.a.Lat) + 1
	}
	return n
}

// covers reports whether the area holds q, edges of outer rings and of holes
// included.
//
// It counts the edges east of q that cross its parallel, each edge without its
// upper end (W. R. Franklin's and M. Shimrat's even-odd rule); inside holes the
// count is even again. The arithmetic is exact, see the package comment.
func (o *outline) covers(q geo.LatticePoint) bool {
	if !o.box.has(q) {
		return false
	}
	i := o.band(q.Lat)
	inside := false
	for _, e := range o.edges[o.start[i]:o.start[i+1]] {
		if q.Lat < e.a.Lat || q.Lat > e.b.Lat {
			continue
		}
		side := orient(e.a, e.b, q)
		if side == 0 && min(e.a.Lon, e.b.Lon) <= q.Lon && q.Lon <= max(e.a.Lon, e.b.Lon) {
			return true
		}
		if side > 0 && q.Lat < e.b.Lat {
			inside = !inside
		}
	}
	return inside
}

// orient is positive where q lies left of the line from a to b, negative right
// of it, 0 on it. The three lie in one box narrower than MaxExtent.
func orient(a, b, q geo.LatticePoint) int64 {
	return (int64(b.Lon)-int64(a.Lon))*(int64(q.Lat)-int64(a.Lat)) -
		(int64(b.Lat)-int64(a.Lat))*(int64(q.Lon)-int64(a.Lon))
}
