package pack

import (
	"math"

	"github.com/gridpatrol/gridpatrol/geo"
)

// Plane measures a small part of the globe as if it were flat: metres to the
// east and to the north in one step of the lattice. Distances in it are never
// shorter than true ones by more than a ten-thousandth within a district, since
// it takes the longest steps there are.
type Plane struct{ LonM, LatM float64 }

// The ellipsoid of WGS 84, EPSG:7030.
const (
	majorM = 6378137.0
	flat   = 1 / 298.257223563
	ecc2   = flat * (2 - flat)
)

// planeOf gives the plane of a range of latitudes in degrees, by the radii of
// curvature (Snyder, Map Projections, USGS PP 1395, eq. 4-18 to 4-20): a step to
// the east is longest at the latitude nearest to the equator, one to the north
// at the farthest.
func planeOf(south, north float64) Plane {
	near, far := min(math.Abs(south), math.Abs(north)), max(math.Abs(south), math.Abs(north))
	if south < 0 && north > 0 {
		near = 0
	}
	step := math.Pi / 180 / geo.Scale
	sin := math.Sin(near * math.Pi / 180)
	lon := majorM / math.Sqrt(1-ecc2*sin*sin) * math.Cos(near*math.Pi/180) * step
	sin = math.Sin(far * math.Pi / 180)
	lat := majorM * (1 - ecc2) / math.Pow(1-ecc2*sin*sin, 1.5) * step
	return Plane{LonM: lon, LatM: lat}
}

// squareM2 is the square of the distance from q to the segment from a to b, in
// square metres.
func (p Plane) squareM2(q, a, b geo.LatticePoint) float64 {
	px, py := float64(int64(q.Lon)-int64(a.Lon))*p.LonM, float64(int64(q.Lat)-int64(a.Lat))*p.LatM
	bx, by := float64(int64(b.Lon)-int64(a.Lon))*p.LonM, float64(int64(b.Lat)-int64(a.Lat))*p.LatM
	if l := bx*bx + by*by; l > 0 {
		t := min(max((px*bx+py*by)/l, 0), 1)
		px, py = px-t*bx, py-t*by
	}
	return px*px + py*py
}

// simplify leaves out points of a line by Douglas and Peucker's algorithm
// (Cartographica 10/2, 1973), so that no point of the line is farther than
// limitM from the segment that stands for its part; the ends stay. moved is how
// far the farthest is, in metres. The line of two points at least is not changed.
func (p Plane) simplify(line []geo.LatticePoint, limitM float64) (out []geo.LatticePoint, moved float64) {
	keep := make([]bool, len(line))
	last := len(line) - 1
	keep[0], keep[last] = true, true
	worst := 0.0
	todo := [][2]int{{0, last}}
	for len(todo) > 0 {
		from, to := todo[len(todo)-1][0], todo[len(todo)-1][1]
		todo = todo[:len(todo)-1]
		far, at := 0.0, from
		for i := from + 1; i < to; i++ {
			if d := p.squareM2(line[i], line[from], line[to]); d > far {
				far, at = d, i
			}
		}
		if far <= limitM*limitM {
			worst = max(worst, far)
			continue
		}
		keep[at] = true
		todo = append(todo, [2]int{from, at}, [2]int{at, to})
	}
	for i, k := range keep {
		if k {
			out = append(out, line[i])
		}
	}
	return out, math.Sqrt(worst)
}
