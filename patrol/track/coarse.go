package track

import (
	"math"
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
)

// The lattice and the clock of what is kept longer than fixes are: about 100 m at
// the latitude of the district, and quarters of an hour.
const (
	coarseLon  = 12_500 // units of 1e-7°
	coarseLat  = 9_000
	CoarseTime = 15 * time.Minute
)

// Coarse gives the piece on a lattice of about 100 m with its times at the
// beginning of their quarter of an hour. Making it again changes nothing.
func Coarse(p Piece) Piece {
	out := Piece{Run: Span{p.Run.From.Truncate(CoarseTime), p.Run.To.Truncate(CoarseTime)}}
	for _, v := range p.Vertices {
		c := Vertex{v.T.Truncate(CoarseTime), CoarsePlace(v.At)}
		n := len(out.Vertices)
		// Of a stay at one place its beginning and its end are enough.
		if n > 1 && out.Vertices[n-1].At == c.At && out.Vertices[n-2].At == c.At {
			out.Vertices[n-1] = c
			continue
		}
		if n > 0 && out.Vertices[n-1] == c {
			continue
		}
		out.Vertices = append(out.Vertices, c)
	}
	return out
}

// CoarsePlace gives the point of the lattice of about 100 m that is nearest to a
// place.
func CoarsePlace(q geo.LatticePoint) geo.LatticePoint {
	snap := func(v int32, step float64) int32 { return int32(math.Round(float64(v)/step) * step) }
	return geo.LatticePoint{Lon: snap(q.Lon, coarseLon), Lat: snap(q.Lat, coarseLat)}
}
