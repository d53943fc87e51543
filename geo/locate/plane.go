package locate

import (
	"math"

	"github.com/gridpatrol/gridpatrol/geo"
)

// plane measures distances from one point in metres.
//
// To a place that lies Δλ and Δφ away it takes d² = (N cos φm Δλ)² + (M Δφ)²,
// with the radii of curvature N and M of the WGS 84 ellipsoid and φm the mean
// latitude of the two (Gauss's mid-latitude formula, to first order; e.g.
// Torge, Geodesy, §6.3). The foot of the perpendicular on an edge, which is
// straight in lon/lat as all edges here are, is found with the scale at the
// point itself. Up to 50 km from it at latitudes below 60° the result is
// within 1e-4 of the geodesic distance; a point on an edge gives exactly 0.
type plane struct {
	at         geo.LatticePoint
	lonM, latM float64 // metres per unit of longitude and latitude at the point
	// N cos φ at the point plus half of Δφ, as a parabola in Δφ
	slope, bend float64
}

const (
	majorM = 6378137.0         // WGS 84 semi-major axis, EPSG:7030
	flat   = 1 / 298.257223563 // WGS 84 flattening, EPSG:7030
	ecc2   = flat * (2 - flat) // first eccentricity squared
	unit   = math.Pi / 180 / geo.Scale
)

func newPlane(q geo.LatticePoint) plane {
	sin, cos := math.Sincos(float64(q.Lat) * unit)
	w := 1 - ecc2*sin*sin
	n := majorM / math.Sqrt(w)
	m := majorM * (1 - ecc2) / (w * math.Sqrt(w))
	// d(N cos φ)/dφ = −M sin φ exactly; the second derivative is −M cos φ but
	// for terms of the eccentricity.
	return plane{
		at: q, lonM: n * cos * unit, latM: m * unit,
		slope: -m * sin * unit * unit / 2,
		bend:  -m * cos * unit * unit * unit / 8,
	}
}

// lonScale gives metres per unit of longitude between the point and a place
// that lies dLat units north of it.
func (p *plane) lonScale(dLat float64) float64 {
	return p.lonM + dLat*(p.slope+dLat*p.bend)
}

// toEdge gives the square of the distance to an edge, in square metres.
func (p *plane) toEdge(e *edge) float64 {
	ax, ay := float64(e.a.Lon)-float64(p.at.Lon), float64(e.a.Lat)-float64(p.at.Lat)
	bx, by := float64(e.b.Lon)-float64(p.at.Lon), float64(e.b.Lat)-float64(p.at.Lat)
	dx, dy := (bx-ax)*p.lonM, (by-ay)*p.latM
	t := -(ax*p.lonM*dx + ay*p.latM*dy) / (dx*dx + dy*dy)
	switch {
	case t > 0 && t < 1:
		ax, ay = ax+t*(bx-ax), ay+t*(by-ay)
	case t >= 1:
		ax, ay = bx, by
	}
	x, y := ax*p.lonScale(ay), ay*p.latM
	return x*x + y*y
}
