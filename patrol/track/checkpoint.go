package track

import (
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
)

// Checkpoint is a place that has to be seen: who comes within RadiusM metres of At sees it.
type Checkpoint struct {
	ID      geo.ID
	At      geo.LatticePoint
	RadiusM float64
}

// CheckpointVisit is a stay at a checkpoint.
type CheckpointVisit struct {
	Checkpoint geo.ID
	Run        Span // of the piece, as Piece has it
	From, To   time.Time
	Dwell      time.Duration
}

// CheckpointVisits gives the stays at checkpoints, in the order of From, then of the checkpoint's id. The way between two vertices
// is straight and the pace even, so that who passes through between two fixes
// was there. Stays no more than Rules.Away apart, in one run, are one visit; one shorter than
// Rules.CheckpointDwell is none. The pieces are Clean's, in the order of time.
func CheckpointVisits(pieces []Piece, checkpoints []Checkpoint, r Rules) []CheckpointVisit {
	return nil
}
