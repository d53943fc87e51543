package api

import (
	"context"
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol/track"
)

// To measure what patrols of a whole district saw in weeks takes a processor for
// seconds: so many do so at once, and the others wait for their turn, not for ever.
// Where there are fewer vertices nobody waits.
const (
	coverageAtOnce   = 2
	coverageVertices = 20_000
	coverageWait     = 20 * time.Second
)

// turnToMeasure waits for the turn of a question about these tracks; leave ends
// it.
func (s *Server) turnToMeasure(ctx context.Context, tracks [][]track.Piece) (leave func(), err error) {
	n := 0
	for _, pieces := range tracks {
		for i := range pieces {
			n += len(pieces[i].Vertices)
		}
	}
	if n < coverageVertices {
		return func() {}, nil
	}
	ctx, cancel := context.WithTimeout(ctx, coverageWait)
	defer cancel()
	if s.measuring.Acquire(ctx, 1) != nil {
		return nil, &fault{Problem: geo.Problem{Code: "unavailable", Detail: "coverage of other large areas is being measured; try again in a moment, or ask for a shorter time"}, retryAfter: 5}
	}
	return func() { s.measuring.Release(1) }, nil
}
