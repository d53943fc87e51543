package postgis

import (
	"testing"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/redraw"
)

// What operations count for the limit of a plan follows what it takes to do them again.
func TestVerticesOfOperations(t *testing.T) {
	t.Parallel()
	square := orb.MultiPolygon{{{{0, 0}, {1, 0}, {1, 1}, {0, 1}, {0, 0}}}}
	two := redraw.Result{Changed: []redraw.Change{{After: &geo.Area{Shape: square}}, {After: &geo.Area{Shape: square}}, {Before: &geo.Area{Shape: square}}}}
	for want, op := range map[int]redraw.Operation{
		1:  redraw.MoveNode{},
		5:  redraw.Replace{Shape: square},
		10: redraw.Merge{},
		30: redraw.Reassign{Units: make([]geo.Ref, 3)},
	} {
		if got := verticesOf(op, two); got != want {
			t.Errorf("%s counts %d vertices, want %d", op.Op(), got, want)
		}
	}
}
