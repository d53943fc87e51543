package track

import (
	"math"
	"slices"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
)

// Measure says how much of a shape was seen.
type Measure struct {
	AreaM2     float64 // of the shape
	CoveredM2  float64 // of it, within half the swath of any track: merged
	UnmergedM2 float64 // the same of each track alone, added up: land that two walked counts twice
	DistanceM  float64 // walked inside the shape
}

// Covered tells of each shape how much of it lies within half of swathM metres of
// the tracks, in the order of the shapes. A track is what one person walked on
// one patrol: its pieces, in any order. The tracks come in any order too: the
// answer is the same to the byte.
//
// Shapes are lon/lat in degrees, WGS 84, as geo.NormalizeShape gives them, with
// holes; they may overlap, and all share one pass. Measures are planar in
// EPSG:4551 (CGCS2000, 3-degree Gauss-Krüger, central meridian 126° E), where a
// metre half a degree off the meridian is 20 µm too long. A shape that is empty
// or lies outside the zone measures 0; a swath that is not positive, or wider
// than 100 km, covers nothing, and no distance is counted.
//
// Land is measured along parallel lines, a fixed part of the swath apart: 256
// lines a swath for short tracks, 40 for those of 20,000 vertices and more. The
// error is below 0.1 % of what a walk of some hundred metres covers; of the land
// round a single place it may be 0.3 %.
func Covered(tracks [][]Piece, shapes []orb.MultiPolygon, swathM float64) []Measure {
	out := make([]Measure, len(shapes))
	var outlines []outline
	box, some := orb.Bound{}, false
	for i, shape := range shapes {
		o, ok := newOutline(shape)
		if !ok {
			continue
		}
		out[i].AreaM2 = o.areaM2
		o.of = &out[i]
		outlines = append(outlines, o)
		if b, _ := geo.Bound(shape); some {
			box = box.Union(b)
		} else {
			box, some = b, true
		}
	}
	if !some || !(swathM > 0 && swathM <= 1e5) {
		return out
	}
	s := &sweep{radius: swathM / 2, rowM: swathM / float64(linesOf(tracks))}
	s.take(tracks, box)
	slices.SortFunc(s.capsules, func(a, b capsule) int { return a.first - b.first })
	for i := range outlines {
		outlines[i].setRows(s.rowM)
	}
	s.run(outlines)
	for i := range outlines {
		o := &outlines[i]
		o.of.CoveredM2 = min(float64(o.covered)/unitsPerM*s.rowM, o.areaM2)
		o.of.UnmergedM2 = float64(o.unmerged) / unitsPerM * s.rowM
		o.of.DistanceM = float64(o.walked) / unitsPerM
	}
	return out
}

// linesOf says how many lines a swath has: fewer where many walks even the
// errors out. It depends on the tracks alone.
func linesOf(tracks [][]Piece) int {
	n := 0
	for _, t := range tracks {
		for _, p := range t {
			n += len(p.Vertices)
		}
	}
	switch {
	case n < 2000:
		return 256
	case n < 20000:
		return 96
	}
	return 40
}

// unitsPerM: lengths are added up in whole hundredths of a millimetre, so that
// the order in which they come is nothing to the sum.
const unitsPerM = 1e5

func units(metres float64) int64 { return int64(math.Round(metres * unitsPerM)) }

// The lines run 22.5° off the east: roads of towns run along the quarters of
// the compass or halfway between, and a walk along the lines would be measured
// worst.
const (
	cosTurn = 0.92387953251128676 // cos π/8
	sinTurn = 0.38268343236508977 // sin π/8
)

// onPlane gives a place in EPSG:4551, turned. ok is false outside the zone.
func onPlane(p orb.Point) (x, y float64, ok bool) {
	q, err := geo.FromWGS84("EPSG:4551", p)
	if err != nil {
		return 0, 0, false
	}
	return cosTurn*q[0] + sinTurn*q[1], cosTurn*q[1] - sinTurn*q[0], true
}

// capsule is the land within the radius of one step of a track.
type capsule struct {
	track          int32
	ax, ay, bx, by float64 // the step, ay <= by
	first, last    int     // the lines that meet the capsule
	number         int     // in the order of tracks and of steps
}

// take makes capsules of the steps that lie in the box or near it.
func (s *sweep) take(tracks [][]Piece, box orb.Bound) {
	// A degree of latitude is at least 110 km long, one of longitude that times the cosine.
	margin := s.radius / 110_000
	far := max(math.Abs(box.Min[1]), math.Abs(box.Max[1])) + margin
	wide := margin / max(math.Cos(far*math.Pi/180), 0.01)
	low, _ := geo.Snap(orb.Point{max(box.Min[0]-wide, -180), max(box.Min[1]-margin, -90)})
	high, _ := geo.Snap(orb.Point{min(box.Max[0]+wide, 180), min(box.Max[1]+margin, 90)})
	for n, t := range tracks {
		for _, p := range t {
			var ax, ay float64
			known := false // whether ax, ay are of the vertex before
			for i := range p.Vertices {
				b := p.Vertices[i].At
				a := p.Vertices[max(i-1, 0)].At
				if (i == 0 || a == b) && len(p.Vertices) > 1 && i < len(p.Vertices)-1 {
					continue // the steps round it hold it; known stays true of the same place
				}
				if min(a.Lon, b.Lon) > high.Lon || max(a.Lon, b.Lon) < low.Lon || min(a.Lat, b.Lat) > high.Lat || max(a.Lat, b.Lat) < low.Lat {
					known = false
					continue
				}
				ok := true
				if !known {
					ax, ay, ok = onPlane(a.Point())
				}
				bx, by, end := onPlane(b.Point())
				if known = end; ok && end {
					s.add(int32(n), ax, ay, bx, by)
				}
				ax, ay = bx, by
			}
		}
	}
}

func (s *sweep) add(track int32, ax, ay, bx, by float64) {
	if by < ay {
		ax, ay, bx, by = bx, by, ax, ay
	}
	s.capsules = append(s.capsules, capsule{
		track: track, ax: ax, ay: ay, bx: bx, by: by, number: len(s.capsules),
		first: int(math.Ceil((ay-s.radius)/s.rowM - 0.5)),
		last:  int(math.Floor((by+s.radius)/s.rowM - 0.5)),
	})
}

// chord gives the stretch of the line at y that the capsule holds; ok is false
// where it holds none. The capsule is convex, so the ends are the outermost of
// what the line meets of its two round ends and its two long sides.
func (c *capsule) chord(y, radius float64) (low, high float64, ok bool) {
	low, high = math.Inf(1), math.Inf(-1)
	if d := y - c.ay; d <= radius && d >= -radius {
		half := math.Sqrt(radius*radius - d*d)
		low, high = c.ax-half, c.ax+half
	}
	if d := y - c.by; d <= radius && d >= -radius {
		half := math.Sqrt(radius*radius - d*d)
		low, high = min(low, c.bx-half), max(high, c.bx+half)
	}
	dx, dy := c.bx-c.ax, c.by-c.ay
	if length := math.Sqrt(dx*dx + dy*dy); dy > 0 {
		// The sides are the step moved by the radius across it.
		acrossX, acrossY := dy/length*radius, dx/length*radius
		if t := (y - c.ay + acrossY) / dy; t >= 0 && t <= 1 {
			x := c.ax + acrossX + t*dx
			low, high = min(low, x), max(high, x)
		}
		if t := (y - c.ay - acrossY) / dy; t >= 0 && t <= 1 {
			x := c.ax - acrossX + t*dx
			low, high = min(low, x), max(high, x)
		}
	}
	return low, high, low <= high
}
