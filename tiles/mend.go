package tiles

import (
	"math"
	"slices"
)

// outline is a polygon in tile units: the outer ring, then holes. Rings are open
// (the first point is not repeated); the outer one turns clockwise on the
// screen, holes the other way, so that the inside lies on one hand of every
// stretch.
type outline [][]spot

// way is a directed stretch.
type way struct{ a, b spot }

// mend gives what rings that touch themselves or each other enclose, as
// polygons that are valid: stretches run both ways go, rings are taken apart
// where they pass a place twice.
func mend(rings [][]spot) []outline {
	ways := planarWays(rings)
	from := make(map[spot][]spot)
	for _, w := range ways {
		from[w.a] = append(from[w.a], w.b)
	}
	var out []outline
	var holes [][]spot
	for _, w := range ways {
		if !slices.Contains(from[w.a], w.b) {
			continue // in a ring already
		}
		var outer, inner [][]spot
		for _, loop := range loops(follow(from, w)) {
			switch area := twiceArea(loop); {
			case area > 0:
				outer = append(outer, loop)
			case area < 0:
				inner = append(inner, loop)
			}
		}
		for _, loop := range outer {
			out = append(out, outline{loop})
		}
		if len(outer) == 1 { // the holes are of this polygon, or turned over where lines crossed
			withHoles(out[len(out)-1:], inner)
		} else {
			holes = append(holes, inner...)
		}
	}
	return withHoles(out, holes)
}

// withHoles puts each hole into the smallest polygon round it.
func withHoles(polygons []outline, holes [][]spot) []outline {
	for _, hole := range holes {
		best := -1
		for i, p := range polygons {
			if ringInside(hole, p[0]) && (best < 0 || twiceArea(p[0]) < twiceArea(polygons[best][0])) {
				best = i
			}
		}
		if best >= 0 {
			polygons[best] = append(polygons[best], hole)
		}
	}
	return polygons
}

// planarWays gives the stretches of the rings, split where they meet in the
// midst, without those that cancel out, in a fixed order.
func planarWays(rings [][]spot) []way {
	var ways []way
	for _, r := range rings {
		for i, p := range r {
			if q := r[(i+1)%len(r)]; p != q {
				ways = append(ways, way{p, q})
			}
		}
	}
	for range mendRounds {
		more := make(map[int32][]insertion)
		for i, w := range ways {
			p := piece{n: int32(i), a: w.a, b: w.b}
			for j, v := range ways[:i] {
				if max(w.a.x, w.b.x) < min(v.a.x, v.b.x) || max(v.a.x, v.b.x) < min(w.a.x, w.b.x) ||
					max(w.a.y, w.b.y) < min(v.a.y, v.b.y) || max(v.a.y, v.b.y) < min(w.a.y, w.b.y) {
					continue
				}
				c, ok := meet(p, piece{n: int32(j), a: v.a, b: v.b})
				if ok && c.at[0] {
					more[int32(i)] = append(more[int32(i)], insertion{0, c.place})
				}
				if ok && c.at[1] {
					more[int32(j)] = append(more[int32(j)], insertion{0, c.place})
				}
			}
		}
		if len(more) == 0 {
			break
		}
		var split []way
		for i, w := range ways {
			line := inserted([]spot{w.a, w.b}, more[int32(i)])
			for k := 1; k < len(line); k++ {
				split = append(split, way{line[k-1], line[k]})
			}
		}
		ways = split
	}
	count := make(map[way]int, len(ways))
	for _, w := range ways {
		count[w]++
		count[way{w.b, w.a}]--
	}
	kept := ways[:0]
	for _, w := range ways {
		if count[w] > 0 {
			count[w] = 0
			kept = append(kept, w)
		}
	}
	return kept
}

// follow takes out of from the ring that begins with w: at every place it
// turns into the first way clockwise from where it came (y upwards), so that it
// goes round one connected part of the inside.
func follow(from map[spot][]spot, w way) []spot {
	take := func(w way) {
		i := slices.Index(from[w.a], w.b)
		from[w.a] = slices.Delete(from[w.a], i, i+1)
	}
	take(w)
	ring := []spot{w.a}
	came, at := w.a, w.b
	for {
		choices := from[at]
		if at == w.a {
			choices = append(slices.Clone(choices), w.b)
		}
		if len(choices) == 0 {
			return ring
		}
		next := choices[0]
		if len(choices) > 1 {
			back := math.Atan2(float64(came.y-at.y), float64(came.x-at.x))
			best := math.Inf(1)
			for _, c := range choices {
				angle := back - math.Atan2(float64(c.y-at.y), float64(c.x-at.x))
				if angle <= 0 {
					angle += 2 * math.Pi
				}
				if angle < best {
					best, next = angle, c
				}
			}
		}
		if at == w.a && next == w.b {
			return ring
		}
		ring = append(ring, at)
		take(way{at, next})
		came, at = at, next
	}
}

// loops takes a closed way apart into rings that pass no place twice.
func loops(ring []spot) (out [][]spot) {
	on := make(map[spot]int, len(ring))
	var stack []spot
	for _, p := range ring {
		if i, ok := on[p]; ok {
			for _, q := range stack[i:] {
				delete(on, q)
			}
			if len(stack)-i > 2 {
				out = append(out, slices.Clone(stack[i:]))
			}
			stack = stack[:i]
		}
		on[p] = len(stack)
		stack = append(stack, p)
	}
	if len(stack) > 2 {
		out = append(out, stack)
	}
	return out
}

// twiceArea is positive for an outer ring (see outline).
func twiceArea(ring []spot) (sum int64) {
	if len(ring) == 0 {
		return 0
	}
	o := ring[0]
	for i := 2; i < len(ring); i++ {
		sum += turn(o, ring[i-1], ring[i])
	}
	return sum
}

// ringInside reports whether a ring that does not cross another lies in it: by
// the first of its points, or of the middles between them, that is not on the
// other.
func ringInside(ring, other []spot) bool {
	for _, share := range [2]float64{0, 0.5} {
		for i, p := range ring {
			q := ring[(i+1)%len(ring)]
			in, on := within(float64(p.x)+share*float64(q.x-p.x), float64(p.y)+share*float64(q.y-p.y), other)
			if !on {
				return in
			}
		}
	}
	return false
}

// within reports whether a place lies inside an open ring, or on it.
func within(x, y float64, ring []spot) (in, on bool) {
	for i, b := range ring {
		a := ring[(i+len(ring)-1)%len(ring)]
		ax, ay, bx, by := float64(a.x)-x, float64(a.y)-y, float64(b.x)-x, float64(b.y)-y
		side := ax*by - ay*bx
		if side == 0 && ax*bx <= 0 && ay*by <= 0 {
			return false, true
		}
		if (ay > 0) != (by > 0) && (side > 0) == (by > ay) {
			in = !in
		}
	}
	return in, false
}
