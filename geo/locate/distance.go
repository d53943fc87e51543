package locate

import (
	"cmp"
	"math"
	"slices"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/paulmach/orb"
)

// EdgeDistanceM gives the distance in metres from p to the nearest edge of any
// area of the kind, inside or outside; 0 on an edge. p is lon/lat in degrees,
// WGS 84, and is rounded to the lattice first. The result is within 1e-4 of the
// geodesic distance up to 50 km (Gauss's mid-latitude formula, with edges
// straight in lon/lat) and coarser beyond. It is +Inf where the kind has no
// areas or p is not a finite lon/lat within ±180, ±90. It looks at the edges
// near p, going outward. It allocates nothing.
func (x *Index) EdgeDistanceM(kind geo.Kind, p orb.Point) float64 {
	q, ok := geo.Snap(p)
	k := kind.Index()
	if !ok || k < 0 {
		return math.Inf(1)
	}
	plane := newPlane(q)
	return math.Sqrt(x.near[k].nearest(&plane, x.cells.edges, nil))
}

// Candidate is an area that a measured position may lie in.
type Candidate struct {
	Area        *geo.Area // not to be changed
	DistanceM   float64   // from the position to the area; 0 where it covers it
	Probability float64   // in [0, 1]; all candidates of one call sum to at most 1
}

// sigmaPerR68 is the radius that holds 68 % of a round two-dimensional normal
// distribution, in its standard deviations: √(−2 ln 0.32).
const sigmaPerR68 = 1.5095921854516636

// Candidates gives the areas of a kind that a position may lie in, the most
// probable first, then the nearer, then the lower code.
//
// p is lon/lat in degrees, WGS 84; accuracyM is the radius in metres that holds
// the true place with 68 % (what Android calls accuracy), 0 or less or NaN for an exact
// position. Areas that cover p and areas nearer than accuracyM are
// candidates. Their probability takes the error for a round normal distribution
// and the nearest edge for a straight line: Φ(s/σ), with σ = accuracyM/1.5096
// and s the distance to the area's own nearest edge, negative outside. Where
// these sum to more than 1 they are divided by their sum. For an exact position
// the areas that cover it share 1. There is no candidate where p is not a finite
// lon/lat within ±180, ±90.
func (x *Index) Candidates(kind geo.Kind, p orb.Point, accuracyM float64) []Candidate {
	q, ok := geo.Snap(p)
	k := kind.Index()
	if !ok || k < 0 {
		return nil
	}
	if !(accuracyM > 0) {
		accuracyM = 0
	}
	plane := newPlane(q)
	from, to := x.span(kind)
	var coverBuffer [16]uint32
	covering := x.cells.cover(q, coverBuffer[:0])
	covering = covering[firstAtLeast(covering, from):firstAtLeast(covering, to)]
	var sideBuffer [64]areaDistance
	sides := x.near[k].within(&plane, x.cells, uint32(from), uint32(to), accuracyM, sideBuffer[:0])
	out := make([]Candidate, 0, len(covering)+len(sides))
	sum := 0.0
	add := func(area uint32, distance float64, inside bool) {
		c := Candidate{Area: x.areas[area], DistanceM: distance, Probability: 1}
		if inside {
			c.DistanceM, distance = 0, -distance
		}
		if accuracyM > 0 {
			c.Probability = math.Erfc(distance/accuracyM*sigmaPerR68/math.Sqrt2) / 2
		}
		sum += c.Probability
		out = append(out, c)
	}
	for _, a := range covering {
		i, near := slices.BinarySearchFunc(sides, a, func(s areaDistance, a uint32) int { return cmp.Compare(s.area, a) })
		switch {
		case near:
			add(a, math.Sqrt(sides[i].square), true)
			sides[i].square = -1 // dealt with
		case accuracyM > 0:
			own := func(e *edge) bool { return contains(x.cells.sets.of(e.touch), a) }
			add(a, math.Sqrt(x.near[k].nearest(&plane, x.cells.edges, own)), true)
		default:
			add(a, 0, true)
		}
	}
	for _, s := range sides {
		if distance := math.Sqrt(max(s.square, 0)); s.square >= 0 && distance < accuracyM {
			add(s.area, distance, false)
		}
	}
	for i := range out {
		out[i].Probability /= max(sum, 1)
	}
	slices.SortFunc(out, func(a, b Candidate) int {
		return cmp.Or(
			cmp.Compare(b.Probability, a.Probability),
			cmp.Compare(a.DistanceM, b.DistanceM),
			cmp.Compare(a.Area.Code, b.Area.Code))
	})
	return out
}
