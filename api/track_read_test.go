package api

import (
	"math"
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
	"github.com/gridpatrol/gridpatrol/patrol/track"
)

// Lengths are told to the decimetre and stays to the millisecond: no more is known
// of them, and files are smaller.
func TestLengthsAndStaysAreRounded(t *testing.T) {
	t.Parallel()
	at := func(lon, lat int32, second int) track.Vertex {
		return track.Vertex{T: trackLatest.Add(time.Duration(second) * time.Second), At: geo.LatticePoint{Lon: lon, Lat: lat}}
	}
	piece := pieceFeature(track.Kept{Piece: track.Piece{Vertices: []track.Vertex{at(1256100000, 435200000, 0), at(1256107123, 435203777, 60)}}}, "")
	if d := piece.Properties.(pieceProperties).DistanceM; d < 60 || d > 80 || d != math.Round(d*10)/10 {
		t.Errorf("a piece is %v m long", d)
	}
	v := &patrolView{}
	if s := v.stop(&patrol.PatrolStop{VisitedAt: trackLatest, Dwell: 20_123_456_789}); s.DwellS == nil || *s.DwellS != 20.123 {
		t.Errorf("a stay of %v s", s.DwellS)
	}
}
