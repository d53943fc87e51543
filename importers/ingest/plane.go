package ingest

import (
	"math"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
)

// plane is the plane of a file, with a lattice of its own: of millimetres from an
// origin where its coordinates are metres, of 1e-8° or, in WGS 84, of 1e-7° where they are degrees.
// Rings are compared in it, where sides are straight and corners that two
// features share are the same, before they are converted.
type plane struct {
	crs     geo.CRS
	swapped bool // northing or latitude first
	origin  orb.Point
	unit    float64 // of its lattice, in units of the file
	x, y    float64 // metres a unit of its lattice, about
	known   map[geo.LatticePoint]geo.LatticePoint
}

// newPlane makes the plane of coordinates near a place of the file.
func newPlane(crs geo.CRS, swapped bool, near orb.Point) *plane {
	p := &plane{crs: crs, swapped: swapped, unit: 1 / geo.Scale, known: map[geo.LatticePoint]geo.LatticePoint{}}
	if swapped {
		near[0], near[1] = near[1], near[0]
	}
	p.origin = orb.Point{math.Round(near[0]), math.Round(near[1])}
	switch {
	case p.same():
		p.origin = orb.Point{}
	case crs.Geographic(): // finer than what it is rounded to once more
		p.unit /= 10
	default:
		p.unit = 0.001
	}
	// A hundred metres or so each way, measured.
	at := func(x, y float64) orb.Point {
		return p.degrees((near[0]-p.origin[0])/p.unit+x, (near[1]-p.origin[1])/p.unit+y)
	}
	const steps = 1e5
	p.x = geo.DistanceM(at(-steps/2, 0), at(steps/2, 0)) / steps
	p.y = geo.DistanceM(at(0, -steps/2), at(0, steps/2)) / steps
	if !(p.x > 0 && p.y > 0) { // at the rim of what the system reaches
		p.x, p.y = p.unit, p.unit
	}
	return p
}

// same reports whether the lattice of the plane is that of everything.
func (p *plane) same() bool { return p.crs == geo.WGS84 || p.crs == geo.CGCS2000 }

// snap puts coordinates of the file on the plane's lattice; ok is false where they
// are not finite or too far away.
func (p *plane) snap(c orb.Point) (q geo.LatticePoint, ok bool) {
	if p.swapped {
		c[0], c[1] = c[1], c[0]
	}
	if p.same() {
		return geo.Snap(c)
	}
	x, y := math.Round((c[0]-p.origin[0])/p.unit), math.Round((c[1]-p.origin[1])/p.unit)
	if !(math.Abs(x) <= 1.8e9 && math.Abs(y) <= 0.9e9) {
		return q, false
	}
	return geo.LatticePoint{Lon: int32(x), Lat: int32(y)}, true
}

// lattice converts a place of the plane.
func (p *plane) lattice(q geo.LatticePoint) (r geo.LatticePoint, ok bool) {
	if p.same() {
		return q, true
	}
	if r, ok := p.known[q]; ok {
		return r, true
	}
	w, err := geo.ToWGS84(p.crs, orb.Point{p.origin[0] + float64(q.Lon)*p.unit, p.origin[1] + float64(q.Lat)*p.unit})
	if err != nil {
		return r, false
	}
	if r, ok = geo.Snap(w); ok {
		p.known[q] = r
	}
	return r, ok
}

// point converts coordinates of the file to lon/lat in degrees, WGS 84.
func (p *plane) point(c orb.Point) (orb.Point, bool) {
	if p.swapped {
		c[0], c[1] = c[1], c[0]
	}
	w, err := geo.ToWGS84(p.crs, c)
	return w, err == nil
}

// degrees gives a place of the plane's lattice, between its points too, in lon/lat.
// Where the system does not reach it is not finite.
func (p *plane) degrees(x, y float64) orb.Point {
	w, err := geo.ToWGS84(p.crs, orb.Point{p.origin[0] + x*p.unit, p.origin[1] + y*p.unit})
	if err != nil {
		return orb.Point{math.NaN(), math.NaN()}
	}
	return w
}

// bentM is how far a side may come away from the straight line between its
// converted ends, in metres, before it gets corners between.
const bentM = 0.01

// convert puts a ring of the plane on the lattice. A side that is straight in
// the plane and would not be so any more gets corners between, the same for both
// areas that it lies between. ok is false where a corner cannot be converted.
func (p *plane) convert(ring []geo.LatticePoint) (out []geo.LatticePoint, ok bool) {
	if p.same() {
		return ring, true
	}
	out = make([]geo.LatticePoint, 0, len(ring))
	for i, a := range ring {
		b := ring[(i+1)%len(ring)]
		q, ok := p.lattice(a)
		if !ok {
			return nil, false
		}
		out = append(out, q)
		if math.Hypot(float64(int64(b.Lon)-int64(a.Lon))*p.x, float64(int64(b.Lat)-int64(a.Lat))*p.y) < p.straightM() {
			continue
		}
		between, ok := p.between(a, b)
		if !ok {
			return nil, false
		}
		out = append(out, between...)
	}
	return out, true
}

// straightM is how long a side may be without anybody asking how far it bends.
func (p *plane) straightM() float64 {
	if p.crs.Geographic() {
		return 100
	}
	return 300
}

// between gives the corners that a side needs between its ends, converted, on the
// way from a to b.
func (p *plane) between(a, b geo.LatticePoint) ([]geo.LatticePoint, bool) {
	s, up := sideOf(a, b)
	from, ok1 := p.lattice(s.a)
	to, ok2 := p.lattice(s.b)
	mid, ok3 := p.lattice(s.along(1, 2))
	if !ok1 || !ok2 || !ok3 {
		return nil, false
	}
	x, y := stepM(float64(mid.Lat))
	bend := math.Hypot((float64(mid.Lon)-(float64(from.Lon)+float64(to.Lon))/2)*x, (float64(mid.Lat)-(float64(from.Lat)+float64(to.Lat))/2)*y)
	n := int64(math.Ceil(math.Sqrt(bend / bentM)))
	if bend <= bentM || n < 2 {
		return nil, true
	}
	n = min(n, 1000)
	out := make([]geo.LatticePoint, n-1)
	for i := int64(1); i < n; i++ {
		q, ok := p.lattice(s.along(i, n))
		if !ok {
			return nil, false
		}
		if up > 0 {
			out[i-1] = q
		} else {
			out[n-1-i] = q
		}
	}
	return out, true
}

// along gives the place i nths of the way from the lower end of a side.
func (s side) along(i, n int64) geo.LatticePoint {
	part := func(a, b int32) int32 {
		return int32(math.Round(float64(a) + (float64(b)-float64(a))*float64(i)/float64(n)))
	}
	return geo.LatticePoint{Lon: part(s.a.Lon, s.b.Lon), Lat: part(s.a.Lat, s.b.Lat)}
}
