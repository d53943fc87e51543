package track

import (
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
)

// CellResolution is the H3 resolution in which time in cells is kept.
const CellResolution = 10

// Batch is what a phone sends at once: where one member of a patrol was.
type Batch struct {
	Patrol, Person geo.ID
	Fixes          []Fix     // in any order, any number of times; times to the millisecond, UTC
	SentAt         time.Time // by the phone's clock; zero where it did not say
	ReceivedAt     time.Time // by the server's
}

// Receipt says what became of a Batch.
type Receipt struct {
	Received int
	New      int // that were not there before
	Known    int
	Outside  int // not kept: before the patrol, after it, in a pause, far off, or too old to be kept one by one
	// ClockOffset is how far the phone's clock was ahead; 0 where it did not say.
	ClockOffset time.Duration
}

// Kept is a cleaned piece as it is stored.
type Kept struct {
	Patrol, Person geo.ID
	Coarse         bool // put on a lattice of about 100 m, times to the quarter hour
	Piece
}

// AreaSum is what patrols did in an area.
type AreaSum struct {
	Visits    int
	Dwell     time.Duration
	DistanceM float64
	Last      time.Time // the end of the last visit
}

// CheckpointStay is a visit to a checkpoint by a patrol.
type CheckpointStay struct {
	Checkpoint, Patrol geo.ID
	From, To           time.Time
	Dwell              time.Duration
}
