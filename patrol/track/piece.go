package track

import (
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
)

// Span is a stretch of time, both ends included.
type Span struct{ From, To time.Time }

// Vertex is a place of a piece, and when it was reached.
type Vertex struct {
	T  time.Time // UTC
	At geo.LatticePoint
}

// Piece is a stretch of a track without a gap, cleaned: its vertices in the order
// of time, at least one. Between two that follow each other the way is straight
// and the pace even. Who stood has two vertices at one place, the arrival and the
// leaving.
type Piece struct {
	// Run is the stretch of usable fixes, none further than Rules.Gap from the
	// next, that the piece was made of; it reaches beyond the piece where fixes
	// were dropped as jumps. Every run has at least one piece, so that the runs
	// of all pieces are the spans that Affected wants.
	Run      Span
	Vertices []Vertex
}

// From is when the piece begins, To when it ends.
func (p Piece) From() time.Time { return p.Vertices[0].T }

// To is when the piece ends.
func (p Piece) To() time.Time { return p.Vertices[len(p.Vertices)-1].T }

// Affected gives the stretch of time that has to be computed again when fixes
// with times within from and to (ends included) were added to, or taken out of, a
// track whose runs (Piece.Run, each once or as often as it stands in the pieces,
// in any order) are the spans. Everything derived whose Run lies within it goes;
// the fixes within it (ends included), cleaned alone, give what takes its place.
// What lies outside stays as it is, to the byte.
func Affected(spans []Span, from, to time.Time, r Rules) Span {
	low, high := from.Add(-r.Gap), to.Add(r.Gap)
	out := Span{from.UTC(), to.UTC()}
	for _, s := range spans {
		if s.To.Before(low) || s.From.After(high) {
			continue
		}
		if s.From.Before(out.From) {
			out.From = s.From.UTC()
		}
		if s.To.After(out.To) {
			out.To = s.To.UTC()
		}
	}
	return out
}

// Distance gives the length of the pieces in metres, on the ellipsoid of WGS 84
// (geo.DistanceM).
func Distance(pieces []Piece) float64 {
	sum := 0.0
	for _, p := range pieces {
		for i := 1; i < len(p.Vertices); i++ {
			if a, b := p.Vertices[i-1].At, p.Vertices[i].At; a != b {
				sum += geo.DistanceM(a.Point(), b.Point())
			}
		}
	}
	return sum
}
