package ingest

import (
	"errors"
	"math"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/importers"
)

// rawRing is a ring as the file has it.
type rawRing struct {
	points  []orb.Point
	hole    bool // says the file, where it says it
	polygon int
}

// ringFault is a fault of a ring, in coordinates of the file.
type ringFault struct {
	problem string
	at      orb.Point
	nowhere bool // at is none
	detail  string
	repair  string
	values  map[string]any
}

// closedM is how far the ends of a closed ring may lie apart in a file that
// writes them with few digits.
const closedM = 0.0015

// readRing puts a ring on the lattice of the plane, without its closing point and
// without corners that are the one before. What is wrong with it is the fault.
func (p *plane) readRing(r rawRing, closing bool) (ring []geo.LatticePoint, fault *ringFault) {
	ring = make([]geo.LatticePoint, 0, len(r.points))
	for _, c := range r.points {
		q, ok := p.snap(c)
		if !ok {
			return nil, &ringFault{problem: importers.ProblemValueDamaged, at: c, detail: "a corner is no position"}
		}
		if n := len(ring); n == 0 || ring[n-1] != q {
			ring = append(ring, q)
		}
	}
	if len(ring) == 0 {
		return nil, &ringFault{problem: importers.ProblemRingTooShort, detail: "a ring has no corners", repair: repairValid, nowhere: true}
	}
	first, last := ring[0], ring[len(ring)-1]
	open := p.distanceM(first, last)
	if open <= closedM && len(ring) > 1 {
		ring = ring[:len(ring)-1]
	}
	corners := map[geo.LatticePoint]bool{}
	for _, q := range ring {
		if corners[q] = true; len(corners) > 2 {
			break
		}
	}
	switch {
	case len(corners) < 3:
		return ring, &ringFault{problem: importers.ProblemRingTooShort, at: r.points[0], detail: "a ring has fewer than three different corners", repair: repairValid}
	case open > closedM && !closing:
		return ring, &ringFault{problem: importers.ProblemRingNotClosed, at: r.points[len(r.points)-1], repair: repairClose,
			detail: "a ring does not end where it begins, but " + metres(open) + " away", values: map[string]any{"distance_m": round3(open)}}
	}
	return ring, nil
}

// distanceM measures between places of the plane.
func (p *plane) distanceM(a, b geo.LatticePoint) float64 {
	return math.Hypot((float64(a.Lon)-float64(b.Lon))*p.x, (float64(a.Lat)-float64(b.Lat))*p.y)
}

// spikeM is how wide a spike may be, and how long it must be.
const spikeM, spikeLongM = 0.01, 0.05

// spike finds a corner where the ring goes back the way it came. Files write
// corners with so many digits, so that the way back may be next to it.
func (p *plane) spike(ring []geo.LatticePoint) (at geo.LatticePoint, ok bool) {
	n := len(ring)
	for i, b := range ring {
		a, c := ring[(i+n-1)%n], ring[(i+1)%n]
		ux, uy := (float64(a.Lon)-float64(b.Lon))*p.x, (float64(a.Lat)-float64(b.Lat))*p.y
		vx, vy := (float64(c.Lon)-float64(b.Lon))*p.x, (float64(c.Lat)-float64(b.Lat))*p.y
		if ux*vx+uy*vy <= 0 {
			continue
		}
		u, v := math.Hypot(ux, uy), math.Hypot(vx, vy)
		// The nearer end against the longer side.
		if away := math.Abs(ux*vy-uy*vx) / max(u, v); away <= spikeM && min(u, v) >= spikeLongM {
			return b, true
		}
	}
	return at, false
}

// shapeFault names what geo.NormalizeShape refuses as reports do.
func shapeFault(err error) (problem, detail string, at orb.Point) {
	var g *geo.GeometryError
	if !errors.As(err, &g) {
		return importers.ProblemSelfIntersection, "the shape is none", at
	}
	switch g.Rule {
	case geo.RuleEmpty:
		problem = importers.ProblemEmptyGeometry
	case geo.RuleNotFinite, geo.RuleOutOfRange, geo.RuleTooWide:
		problem = importers.ProblemValueDamaged
	case geo.RuleNotClosed:
		problem = importers.ProblemRingNotClosed
	case geo.RuleTooShort:
		problem = importers.ProblemRingTooShort
	case geo.RuleSpike:
		problem = importers.ProblemSpike
	case geo.RuleHoleOutside:
		problem = importers.ProblemHoleOutside
	case geo.RuleHolesNested:
		problem = importers.ProblemHoleNesting
	default:
		problem = importers.ProblemSelfIntersection
	}
	return problem, g.Rule, g.At
}
