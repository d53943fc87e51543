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
// areas or p is not a finite lon/lat within ±180, ±90. It looks at the boxes of
// all areas of the kind and at the edges of the near ones.
func (x *Index) EdgeDistanceM(kind geo.Kind, p orb.Point) float64 {
	q, ok := geo.Snap(p)
	k := kind.Index()
	if !ok || k < 0 {
		return math.Inf(1)
	}
	l := &x.layers[k]
	plane := newPlane(q)
	limit := math.Inf(1)
	// The areas round the point come first: they bring the limit down to where
	// the boxes of nearly all others are too far.
	for i := range l.outlines {
		if l.outlines[i].box.has(q) {
			limit = plane.toOutline(&l.outlines[i], limit)
		}
	}
	for i := range l.outlines {
		if o := &l.outlines[i]; !o.box.has(q) && plane.toBox(o.box) < limit {
			limit = plane.toOutline(o, limit)
		}
	}
	return math.Sqrt(limit)
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
	l := &x.layers[k]
	plane := newPlane(q)
	var out []Candidate
	sum := 0.0
	for i := range l.outlines {
		o := &l.outlines[i]
		if plane.toBox(o.box) > accuracyM*accuracyM {
			continue
		}
		inside := o.covers(q)
		distance := math.Sqrt(plane.toOutline(o, math.Inf(1)))
		if !inside && !(distance < accuracyM) {
			continue
		}
		c := Candidate{Area: l.areas[i], DistanceM: distance, Probability: 1}
		if inside {
			c.DistanceM, distance = 0, -distance
		}
		if accuracyM > 0 {
			c.Probability = math.Erfc(distance/accuracyM*sigmaPerR68/math.Sqrt2) / 2
		}
		sum += c.Probability
		out = append(out, c)
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
