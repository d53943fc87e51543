package patrol

import (
	"time"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
)

// Checkpoint is a place that patrols look at: a school, a petrol station, a
// boiler house.
type Checkpoint struct {
	ID        geo.ID
	Code      string    // unique in the district, for ever
	Name      string    // what people call it
	Kind      string    // code of a CheckpointKind
	Point     orb.Point // lon/lat in degrees, WGS 84, on the lattice
	RadiusM   int       // who is as near has visited it; RadiusMin to RadiusMax
	DueEveryH int       // hours from one visit to the next; 1 to DueMax
	LookAt    []string  // what to look at, in order
	LastVisit time.Time // the end of the last one, by any patrol; zero where there was none
	CreatedAt time.Time
	UpdatedAt time.Time
	RetiredAt time.Time // zero while it is in use
	Version   int       // counts changes from 1; a visit is none
}

// The limits of checkpoints.
const (
	RadiusMin = 10
	RadiusMax = 500
	DueMax    = 8760 // hours, a year
	LookAtMax = 20   // things to look at
)

// CheckpointKind is what a checkpoint can be, and what one begins with. Kinds
// are data.
type CheckpointKind struct {
	Code      string
	Name      string
	NameEn    string
	Icon      string // name of a picture of the map
	DueEveryH int
	LookAt    []string
}

// CheckpointState is how a checkpoint stands.
type CheckpointState string

// The states of a checkpoint: visited until the last fifth of its window, due
// in that, overdue after it, never where nobody has been there.
const (
	CheckpointVisited CheckpointState = "visited"
	CheckpointDue     CheckpointState = "due"
	CheckpointOverdue CheckpointState = "overdue"
	CheckpointNever   CheckpointState = "never"
)

// CheckpointStates lists every state. The caller owns the slice.
func CheckpointStates() []CheckpointState {
	return []CheckpointState{CheckpointVisited, CheckpointDue, CheckpointOverdue, CheckpointNever}
}

// DueAt gives when the checkpoint has to be visited again: its window after the
// last visit; one never visited is due since it was made.
func (c *Checkpoint) DueAt() time.Time {
	if c.LastVisit.IsZero() {
		return c.CreatedAt
	}
	return c.LastVisit.Add(c.window())
}

// StateAt gives how the checkpoint stands at t.
func (c *Checkpoint) StateAt(t time.Time) CheckpointState {
	switch due := c.DueAt(); {
	case c.LastVisit.IsZero():
		return CheckpointNever
	case !t.Before(due):
		return CheckpointOverdue
	case !t.Before(due.Add(-c.window() / 5)):
		return CheckpointDue
	}
	return CheckpointVisited
}

func (c *Checkpoint) window() time.Duration { return time.Duration(c.DueEveryH) * time.Hour }
