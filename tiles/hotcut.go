package tiles

import "math"

// corner is a corner of a hexagon that is being cut, in tile units.
type corner [2]float64

// cutConvex gives the part of a convex ring that the tile keeps, by the
// algorithm of Sutherland and Hodgman (Reentrant polygon clipping,
// Communications of the ACM 17, 1974): one side of the tile after another. The
// answer takes the place of the argument where it fits; nil where nothing
// stays.
func cutConvex(ring []spot) []spot {
	var rooms [2][24]corner // a hexagon has ten corners at most, and each side adds one
	in := rooms[0][:0]
	for _, p := range ring {
		in = append(in, corner{float64(p.x), float64(p.y)})
	}
	for side := range 4 {
		if len(in) == 0 {
			return nil
		}
		axis, end, outward := side/2, float64(low), -1.0
		if side%2 == 1 {
			end, outward = high, 1
		}
		out := rooms[(side+1)%2][:0]
		a := in[len(in)-1]
		within := (a[axis]-end)*outward <= 0
		for _, b := range in {
			if now := (b[axis]-end)*outward <= 0; now != within {
				at := corner{}
				at[axis] = end
				at[1-axis] = a[1-axis] + (b[1-axis]-a[1-axis])*(end-a[axis])/(b[axis]-a[axis])
				out = append(out, at)
				within = now
			}
			if within {
				out = append(out, b)
			}
			a = b
		}
		in = out
	}
	out := ring[:0]
	for _, p := range in {
		at := spot{int32(math.Round(p[0])), int32(math.Round(p[1]))}
		if n := len(out); n == 0 || out[n-1] != at {
			out = append(out, at)
		}
	}
	if n := len(out); n > 1 && out[n-1] == out[0] {
		out = out[:n-1]
	}
	if len(out) < 3 || twiceArea(out) == 0 {
		return nil
	}
	return out
}
