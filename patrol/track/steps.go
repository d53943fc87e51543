package track

import (
	"math"
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
)

// steps goes along a piece in steps of at most stepM, and tells the middle of
// each and when it began and ended. The times of all steps add up to the
// piece's.
func steps(p Piece, visit func(middle geo.LatticePoint, from, to time.Time)) {
	for i := 1; i < len(p.Vertices); i++ {
		a, b := p.Vertices[i-1], p.Vertices[i]
		took := b.T.Sub(a.T)
		n := max(1, int(math.Ceil(apart(a.At, b.At)/stepM)))
		from := a.T
		for k := range n {
			to := a.T.Add(part(took, float64(k+1)/float64(n)))
			visit(between(a.At, b.At, (float64(k)+0.5)/float64(n)), from, to)
			from = to
		}
	}
}
