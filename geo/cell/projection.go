package cell

import (
	"math"

	"github.com/paulmach/orb"
	h3 "github.com/uber/h3-go/v4"
)

// earthM is the radius of the sphere as large as the Earth's surface, in metres
// (H3's constants.h, EARTH_RADIUS_KM).
const earthM = 6371007.180918475

// radians are in a degree.
const radians = math.Pi / 180

// vector is a place on the unit sphere, or a direction in space.
type vector [3]float64

func onSphere(p orb.Point) vector {
	sinLat, cosLat := math.Sincos(p[1] * radians)
	sinLon, cosLon := math.Sincos(p[0] * radians)
	return vector{cosLat * cosLon, cosLat * sinLon, sinLat}
}

func (a vector) dot(b vector) float64 { return a[0]*b[0] + a[1]*b[1] + a[2]*b[2] }

func (a vector) cross(b vector) vector {
	return vector{a[1]*b[2] - a[2]*b[1], a[2]*b[0] - a[0]*b[2], a[0]*b[1] - a[1]*b[0]}
}

func (a vector) plus(b vector, times float64) vector {
	return vector{a[0] + times*b[0], a[1] + times*b[1], a[2] + times*b[2]}
}

func (a vector) times(n float64) vector { return vector{}.plus(a, n) }

func (a vector) length() float64 { return math.Sqrt(a.dot(a)) }

// projection is how a face of the icosahedron shows the places of a lattice: in
// the gnomonic projection on it, to scale.
type projection struct {
	face  vector // its middle
	i, j  vector // place (i·v, j·v)/(face·v) is shown in direction v
	first vector // where place (0, 0) lies on the plane that touches the sphere at the middle
	east  vector // from there to (1, 0)
	north vector // and to (0, 1)
}

// through gives the projection on a face in which three cells, in directions v
// and not in a line, have their places.
func through(face vector, v [3]vector, at [3]h3.CoordIJ) projection {
	for k := range v {
		v[k] = v[k].times(1 / face.dot(v[k])) // on the plane that touches the sphere
	}
	det := v[0].dot(v[1].cross(v[2]))
	rows := [3]vector{v[1].cross(v[2]).times(1 / det), v[2].cross(v[0]).times(1 / det), v[0].cross(v[1]).times(1 / det)}
	out := projection{face: face}
	for k, row := range rows {
		out.i = out.i.plus(row, float64(at[k].I))
		out.j = out.j.plus(row, float64(at[k].J))
	}
	a, b := v[1].plus(v[0], -1), v[2].plus(v[0], -1)
	ai, aj := float64(at[1].I-at[0].I), float64(at[1].J-at[0].J)
	bi, bj := float64(at[2].I-at[0].I), float64(at[2].J-at[0].J)
	n := 1 / (ai*bj - aj*bi)
	out.east = a.times(bj*n).plus(b, -aj*n)
	out.north = b.times(ai*n).plus(a, -bi*n)
	out.first = v[0].plus(out.east, -float64(at[0].I)).plus(out.north, -float64(at[0].J))
	return out
}

func (g *projection) place(v vector) (i, j float64) {
	depth := g.face.dot(v)
	return g.i.dot(v) / depth, g.j.dot(v) / depth
}

// at gives the direction of a place, not of length 1.
func (g *projection) at(i, j float64) vector {
	return g.first.plus(g.east, i).plus(g.north, j)
}

// areaM2 is that of a cell on the sphere; the plane shows it the larger the
// farther from the middle of the face.
func (g *projection) areaM2(i, j float64) float64 {
	depth := g.at(i, j).length()
	return g.east.cross(g.north).length() / (depth * depth * depth) * earthM * earthM
}
