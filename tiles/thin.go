package tiles

import "math"

// spot is a place in units of the tiles of one zoom, counted from the north-west
// corner of the map, y to the south.
type spot struct{ x, y int32 }

// tolerance is how far thinning may move a line at a zoom, in tile units. Tiles
// are shown at 512 pixels, 8 units each; the deepest zooms are shown magnified.
func tolerance(zoom int) float64 {
	switch {
	case zoom <= 9:
		return 4
	case zoom <= 14:
		return 2
	case zoom == 15:
		return 1
	}
	return 0.5
}

// weigh finds for each point of the arc the greatest tolerance at which
// Douglas and Peucker's algorithm (Cartographica 10/2, 1973) keeps it: one run
// for all zooms. What it keeps at one tolerance it keeps at every smaller one.
func (a *arc) weigh() {
	a.worth = make([]float32, len(a.line))
	last := len(a.line) - 1
	inf := float32(math.Inf(1))
	a.worth[0], a.worth[last] = inf, inf
	type span struct {
		from, to int
		bound    float32
	}
	todo := []span{{0, last, inf}}
	for len(todo) > 0 {
		s := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if s.to-s.from < 2 {
			continue
		}
		far, at := -1.0, 0
		p, q := a.line[s.from], a.line[s.to]
		for i := s.from + 1; i < s.to; i++ {
			if d := squareDistance(a.line[i], p, q); d > far {
				far, at = d, i
			}
		}
		w := min(float32(math.Sqrt(far)), s.bound)
		a.worth[at] = w
		todo = append(todo, span{s.from, at, w}, span{at, s.to, w})
	}
}

// squareDistance is from p to the stretch from a to b.
func squareDistance(p, a, b worldPoint) float64 {
	px, py := float64(p.x)-float64(a.x), float64(p.y)-float64(a.y)
	bx, by := float64(b.x)-float64(a.x), float64(b.y)-float64(a.y)
	if l := bx*bx + by*by; l > 0 {
		t := min(max((px*bx+py*by)/l, 0), 1)
		px, py = px-t*bx, py-t*by
	}
	return px*px + py*py
}

// thinned gives the points of the arc that matter at the tolerance (in world
// units), on the lattice of the zoom, without repeats; ends always stay.
func (a *arc) thinned(limit float32, zoom int) []spot {
	shift := uint(20 - zoom)
	half := int64(1) << shift >> 1
	out := make([]spot, 0, 8)
	for i, w := range a.line {
		if a.worth[i] < limit {
			continue
		}
		p := spot{int32((int64(w.x) + half) >> shift), int32((int64(w.y) + half) >> shift)}
		if n := len(out); n > 0 && out[n-1] == p {
			continue
		}
		if n := len(out); n > 1 && straight(out[n-2], out[n-1], p) {
			out[n-1] = p
			continue
		}
		out = append(out, p)
	}
	return out
}

// straight reports whether b lies on the way from a to c.
func straight(a, b, c spot) bool {
	return turn(a, b, c) == 0 && dot(b, a, c) < 0
}

// turn is positive where c lies to the left of the way from a to b, with y
// upwards, and 0 on its line.
func turn(a, b, c spot) int64 {
	return int64(b.x-a.x)*int64(c.y-a.y) - int64(b.y-a.y)*int64(c.x-a.x)
}

// dot is the scalar product of the ways from p to a and to b.
func dot(p, a, b spot) int64 {
	return int64(a.x-p.x)*int64(b.x-p.x) + int64(a.y-p.y)*int64(b.y-p.y)
}
