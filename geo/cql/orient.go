package cql

import (
	"math"

	"github.com/paulmach/orb"
)

// orient tells on which side of the line from a to b the point c lies: 1 left,
// -1 right, 0 on it. It is exact (Shewchuk 1997, Adaptive Precision Floating-Point
// Arithmetic and Fast Robust Geometric Predicates: the filter ccwerrboundA and
// sums as expansions), but where products of coordinates leave the range of a
// float64; Check lets none so large in.
func orient(a, b, c orb.Point) int {
	const bound = (3 + 16*epsilon) * epsilon
	left := float64((a[0] - c[0]) * (b[1] - c[1]))
	right := float64((a[1] - c[1]) * (b[0] - c[0]))
	if det := left - right; math.Abs(det) > bound*(math.Abs(left)+math.Abs(right)) {
		return sign(det)
	} else if left == 0 && right == 0 && (a[0] == c[0] || b[1] == c[1]) && (a[1] == c[1] || b[0] == c[0]) {
		return 0
	}
	var s expansion
	s.product(a[0], b[1])
	s.product(-a[0], c[1])
	s.product(-c[0], b[1])
	s.product(-a[1], b[0])
	s.product(a[1], c[0])
	s.product(c[1], b[0])
	for i := s.n - 1; i >= 0; i-- {
		if s.part[i] != 0 {
			return sign(s.part[i])
		}
	}
	return 0
}

const epsilon = 1.0 / (1 << 53)

func sign(x float64) int {
	switch {
	case x > 0:
		return 1
	case x < 0:
		return -1
	}
	return 0
}

// expansion is a sum that is not rounded: of parts that do not overlap, the
// largest last.
type expansion struct {
	part [12]float64
	n    int
}

// product adds x times y: the rounded product, and what rounding took away.
func (s *expansion) product(x, y float64) {
	p := float64(x * y)
	s.add(math.FMA(x, y, -p))
	s.add(p)
}

func (s *expansion) add(x float64) {
	for i := range s.n {
		y := s.part[i]
		sum := x + y
		of := sum - x
		s.part[i] = (x - (sum - of)) + (y - of)
		x = sum
	}
	s.part[s.n] = x
	s.n++
}

// onSegment reports whether c, which lies on the line through a and b, lies
// between them or on one of them.
func onSegment(a, b, c orb.Point) bool {
	return min(a[0], b[0]) <= c[0] && c[0] <= max(a[0], b[0]) && min(a[1], b[1]) <= c[1] && c[1] <= max(a[1], b[1])
}

// touch reports whether two segments have a point in common. A segment may be a
// point.
func touch(a, b, c, d orb.Point) bool {
	if !boundOf(a, b).Intersects(boundOf(c, d)) {
		return false
	}
	o1, o2, o3, o4 := orient(a, b, c), orient(a, b, d), orient(c, d, a), orient(c, d, b)
	if o1*o2 < 0 && o3*o4 < 0 {
		return true
	}
	return o1 == 0 && onSegment(a, b, c) || o2 == 0 && onSegment(a, b, d) ||
		o3 == 0 && onSegment(c, d, a) || o4 == 0 && onSegment(c, d, b)
}

// cross reports whether two segments have more in common than ends that touch:
// they cross inside both, or lie along one another for a stretch.
func cross(a, b, c, d orb.Point) bool {
	if !boundOf(a, b).Intersects(boundOf(c, d)) {
		return false
	}
	o1, o2 := orient(a, b, c), orient(a, b, d)
	if o1 == 0 && o2 == 0 {
		i := 0 // the axis along which the line goes further
		if math.Abs(b[0]-a[0]) < math.Abs(b[1]-a[1]) {
			i = 1
		}
		return max(min(a[i], b[i]), min(c[i], d[i])) < min(max(a[i], b[i]), max(c[i], d[i]))
	}
	return o1*o2 < 0 && orient(c, d, a)*orient(c, d, b) < 0
}

func boundOf(a, b orb.Point) orb.Bound {
	return orb.Bound{Min: orb.Point{min(a[0], b[0]), min(a[1], b[1])}, Max: orb.Point{max(a[0], b[0]), max(a[1], b[1])}}
}
