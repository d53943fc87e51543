package patrol

import (
	"time"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
)

// Position is where a member of a patrol was last.
type Position struct {
	Patrol, Person geo.ID
	Point          orb.Point // lon/lat in degrees, WGS 84
	At             time.Time // by the phone's clock
	AccuracyM      float64   // negative where unknown
	SpeedMPS       float64   // negative where unknown
	Mock           bool      // the phone said that another program made it up
}

// OnPatrol is a patrol under way with the last positions of its members, by
// person; who has sent none is missing.
type OnPatrol struct {
	ID          geo.ID
	AreaID      geo.ID
	Area        geo.Ref
	AreaName    string
	AreaIDs     []geo.ID
	Paused      bool
	PlannedEnd  time.Time
	AbsentSince time.Time // zero while somebody is in its area
	Members     []Position
	Near        []NearReport // open ones near any of them, the nearest first
}

// NearReport is an open report near somebody.
type NearReport struct {
	ID        geo.ID
	Category  string
	DistanceM float64
}

// TrackReading is that somebody looked at where a person is or was.
type TrackReading struct {
	At     time.Time // to the hour for what a page asks again and again
	By     string    // login, or name of the token
	Role   string
	What   string // "track", "live" or "nearest"
	Patrol geo.ID
}
