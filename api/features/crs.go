package features

import (
	"math"
	"net/url"
	"slices"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
)

// system is a coordinate system that answers may be in and boxes may come in
// (OGC API – Features part 2, OGC 18-058r1).
type system struct {
	uri      string
	crs      geo.CRS
	swapped  bool // the second axis of geo comes first: latitude, or northing
	unsure   bool // tables of clients do not always have that order, see parseBBox
	decimals int  // of a coordinate: about a centimetre, or a millimetre
}

// The identifier of CRS84: WGS 84, longitude first. Everything is stored in it.
const crs84 = "http://www.opengis.net/def/crs/OGC/1.3/CRS84"

const epsg = "http://www.opengis.net/def/crs/EPSG/0/"

// systems are those there are; the first is what is meant where none is named.
var systems = []*system{
	{crs84, geo.WGS84, false, false, 7},
	{epsg + "4326", geo.WGS84, true, false, 7},
	{epsg + "4490", geo.CGCS2000, true, true, 7},
	{epsg + "4551", "EPSG:4551", true, true, 3},
	{epsg + "3857", geo.WebMercator, false, false, 3},
}

// systemURIs names the systems, that of storage first.
func systemURIs() []string {
	out := make([]string, len(systems))
	for i, s := range systems {
		out[i] = s.uri
	}
	return out
}

// systemParam reads a parameter that names a system.
func systemParam(v url.Values, name string) (s *system, fault string) {
	if !v.Has(name) {
		return systems[0], ""
	}
	i := slices.IndexFunc(systems, func(s *system) bool { return s.uri == v.Get(name) })
	if i < 0 {
		return systems[0], "is no coordinate system that the collection lists"
	}
	return systems[i], ""
}

// from gives the place p, lon/lat in degrees, in the order of the system's axes.
func (s *system) from(p orb.Point) (orb.Point, error) {
	if s.crs.Geographic() {
		if s.swapped {
			return orb.Point{p[1], p[0]}, nil
		}
		return p, nil
	}
	q, err := geo.FromWGS84(s.crs, p)
	if s.swapped {
		q[0], q[1] = q[1], q[0]
	}
	return q, err
}

// to gives the place of q in degrees lon/lat; the inverse of from.
func (s *system) to(q orb.Point) (orb.Point, error) {
	if s.swapped {
		q[0], q[1] = q[1], q[0]
	}
	return geo.ToWGS84(s.crs, q)
}

// boxSteps is how many parts a side of a box is looked at in: sides that are
// straight in metres bend in degrees.
const boxSteps = 32

// Faults of boxes whose numbers are no places in the order of the system.
const (
	noDegrees  = "has a corner that is no place in degrees, in the order of its coordinate system"
	outOfReach = "has a corner outside the reach of its coordinate system"
)

// bounds gives the box of the numbers in degrees. That of a box in metres is the
// smallest that holds it, so that nothing in the box is missed; what of its rim is
// outside, at most some metres in a box as wide as the district, counts as in it.
func (s *system) bounds(n [4]float64) ([]orb.Bound, string) {
	if s.crs.Geographic() {
		if s.swapped {
			n = [4]float64{n[1], n[0], n[3], n[2]}
		}
		return degreeBounds(n)
	}
	if n[0] > n[2] || n[1] > n[3] {
		return nil, "has its first corner above its second"
	}
	var out orb.Bound
	for i := range boxSteps + 1 {
		t := float64(i) / boxSteps
		x, y := n[0]+t*(n[2]-n[0]), n[1]+t*(n[3]-n[1])
		for j, q := range []orb.Point{{x, n[1]}, {x, n[3]}, {n[0], y}, {n[2], y}} {
			p, err := s.to(q)
			if err != nil || math.IsNaN(p[0]+p[1]) {
				return nil, outOfReach
			}
			if i == 0 && j == 0 {
				out = p.Bound()
			}
			out = out.Extend(p)
		}
	}
	return []orb.Bound{out}, ""
}
