package geo

import (
	"math"
	"slices"
)

// segment is a side of a ring.
type segment struct {
	a, b LatticePoint
	ring int // which ring of the shape, counted over all polygons
	at   int // which side of the ring
}

// orient is positive where q lies left of the line from a to b, negative right
// of it, 0 on it. Its magnitude is twice the area of a triangle, at most the
// area of the box round it: even for the whole world (3.6e9 by 1.8e9 units)
// that and both products fit an int64.
func orient(a, b, q LatticePoint) int64 {
	return (int64(b.Lon)-int64(a.Lon))*(int64(q.Lat)-int64(a.Lat)) -
		(int64(b.Lat)-int64(a.Lat))*(int64(q.Lon)-int64(a.Lon))
}

func sign(x int64) int {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return 0
}

// onSegment reports whether q, which lies on the line through a and b, lies
// between them or is one of them.
func onSegment(a, b, q LatticePoint) bool {
	return min(a.Lon, b.Lon) <= q.Lon && q.Lon <= max(a.Lon, b.Lon) &&
		min(a.Lat, b.Lat) <= q.Lat && q.Lat <= max(a.Lat, b.Lat)
}

// contact says how two segments meet.
type contact int

const (
	apart contact = iota
	touch         // in one point that is an end of either
	cross         // in one point inside both, or along a stretch
)

// meet tells how s and t meet, and where: for a touch the common point, for a
// crossing an end near it.
func meet(s, t *segment) (contact, LatticePoint) {
	sa, sb := sign(orient(t.a, t.b, s.a)), sign(orient(t.a, t.b, s.b))
	ta, tb := sign(orient(s.a, s.b, t.a)), sign(orient(s.a, s.b, t.b))
	if sa*sb > 0 || ta*tb > 0 {
		return apart, LatticePoint{}
	}
	if sa*sb < 0 && ta*tb < 0 {
		return cross, s.a
	}
	// An end of one lies on the line of the other; on one line, several may.
	var at []LatticePoint
	add := func(q LatticePoint, on bool) {
		if on && !slices.Contains(at, q) {
			at = append(at, q)
		}
	}
	add(s.a, sa == 0 && onSegment(t.a, t.b, s.a))
	add(s.b, sb == 0 && onSegment(t.a, t.b, s.b))
	add(t.a, ta == 0 && onSegment(s.a, s.b, t.a))
	add(t.b, tb == 0 && onSegment(s.a, s.b, t.b))
	switch len(at) {
	case 0:
		return apart, LatticePoint{}
	case 1:
		return touch, at[0]
	}
	return cross, at[0]
}

// pairs calls visit for every two segments that might meet, perhaps more than
// once for the same two, until it gives false. It sorts the segments into the
// cells of a rectangular raster with about as many cells as segments, so that
// for a boundary of n sides it takes about n steps.
func pairs(segs []segment, visit func(i, j int) bool) {
	r := newRaster(segs)
	start := make([]uint32, r.columns*r.rows+1)
	for i := range segs {
		r.walk(&segs[i], func(cell int) { start[cell+1]++ })
	}
	for i := 1; i < len(start); i++ {
		start[i] += start[i-1]
	}
	members := make([]uint32, start[len(start)-1])
	next := slices.Clone(start)
	for i := range segs {
		r.walk(&segs[i], func(cell int) {
			members[next[cell]] = uint32(i)
			next[cell]++
		})
	}
	for c := 0; c+1 < len(start); c++ {
		in := members[start[c]:start[c+1]]
		for k, i := range in {
			for _, j := range in[k+1:] {
				if boxesMeet(&segs[i], &segs[j]) && !visit(int(i), int(j)) {
					return
				}
			}
		}
	}
}

func boxesMeet(s, t *segment) bool {
	return max(min(s.a.Lon, s.b.Lon), min(t.a.Lon, t.b.Lon)) <= min(max(s.a.Lon, s.b.Lon), max(t.a.Lon, t.b.Lon)) &&
		max(min(s.a.Lat, s.b.Lat), min(t.a.Lat, t.b.Lat)) <= min(max(s.a.Lat, s.b.Lat), max(t.a.Lat, t.b.Lat))
}

// raster is a grid of cells over the box of some segments.
type raster struct {
	lon, lat      float64 // the south-west corner, in units
	width, height float64 // of a cell
	columns, rows int
}

// newRaster picks, among rasters of about one cell a segment, from flat cells
// to tall ones, the one in which the segments reach into the fewest cells:
// parallel long edges want long cells.
func newRaster(segs []segment) raster {
	west, south, east, north := math.Inf(1), math.Inf(1), math.Inf(-1), math.Inf(-1)
	for i := range segs {
		s := &segs[i]
		west, east = min(west, float64(s.a.Lon), float64(s.b.Lon)), max(east, float64(s.a.Lon), float64(s.b.Lon))
		south, north = min(south, float64(s.a.Lat), float64(s.b.Lat)), max(north, float64(s.a.Lat), float64(s.b.Lat))
	}
	n := max(len(segs), 1)
	var best raster
	least := math.Inf(1)
	for columns := 1; columns <= n; columns *= 2 {
		rows := n / columns
		r := raster{
			west, south, (east - west + 1) / float64(columns), (north - south + 1) / float64(rows), columns, rows,
		}
		reached := 0.0
		for i := range segs {
			s := &segs[i]
			dx, dy := math.Abs(float64(s.a.Lon)-float64(s.b.Lon)), math.Abs(float64(s.a.Lat)-float64(s.b.Lat))
			reached += 1 + dx/r.width + dy/r.height
		}
		if reached < least {
			best, least = r, reached
		}
	}
	return best
}

func (r *raster) column(lon float64) int {
	return min(max(int((lon-r.lon)/r.width), 0), r.columns-1)
}

func (r *raster) row(lat float64) int {
	return min(max(int((lat-r.lat)/r.height), 0), r.rows-1)
}

// walk calls visit for every cell that the segment meets, and perhaps for a
// neighbour more. Two segments that meet share the cell of the point where they
// do: the slack of a unit is far above the rounding here.
func (r *raster) walk(s *segment, visit func(cell int)) {
	a, b := s.a, s.b
	if a.Lat > b.Lat {
		a, b = b, a
	}
	west, east := float64(min(a.Lon, b.Lon)), float64(max(a.Lon, b.Lon))
	first, final := r.row(float64(a.Lat)-1), r.row(float64(b.Lat)+1)
	for row := first; row <= final; row++ {
		lo, hi := west, east
		if first != final && a.Lat != b.Lat {
			slope := (float64(b.Lon) - float64(a.Lon)) / (float64(b.Lat) - float64(a.Lat))
			south := r.lat + float64(row)*r.height - float64(a.Lat)
			x0 := float64(a.Lon) + slope*(south-1)
			x1 := float64(a.Lon) + slope*(south+r.height+1)
			lo, hi = max(lo, min(x0, x1)), min(hi, max(x0, x1))
		}
		for c, to := r.column(lo-1), r.column(hi+1); c <= to; c++ {
			visit(row*r.columns + c)
		}
	}
}
