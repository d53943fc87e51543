package patrol

import (
	"time"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
)

// Via says how a post came to answer for a report.
type Via string

// A seat's holder answers; where the seat is vacant its deputy; where there is
// none the level above. Desk is a seat at the end of the chain that nobody
// holds: the report is assigned to the post itself.
const (
	ViaHolder Via = "holder"
	ViaDeputy Via = "deputy"
	ViaAbove  Via = "level_above"
	ViaPost   Via = "post"
)

// StandIn is a vacant post that another post answers for.
type StandIn struct {
	Post     Post     `json:"post"`
	AreaKind geo.Kind `json:"area_kind"`
	AreaCode string   `json:"area_code"`
}

// Assignment is one post that answers for a report, and who held it then.
type Assignment struct {
	Post      Post      `json:"post"`
	AreaKind  geo.Kind  `json:"area_kind"`
	AreaCode  string    `json:"area_code"`
	AreaID    geo.ID    `json:"area_id"`
	SeatID    geo.ID    `json:"seat_id,omitzero"`
	PersonID  geo.ID    `json:"person_id,omitzero"` // zero where nobody holds the post
	Via       Via       `json:"via"`
	StandsFor []StandIn `json:"stands_for,omitempty"` // vacant posts it answers for
	Lead      bool      `json:"lead,omitempty"`
}

// Decision is the record of one routing: what it rested on and what came out.
// Computed again from the same revision and duties it is the same.
type Decision struct {
	Revision      int
	DutyVersion   int64
	Rule          string
	Point         orb.Point // lon/lat in degrees, WGS 84, on the lattice
	EdgeDistanceM float64   // to the nearest grid edge, rounded to 0.1 m; 0 without grids
	Areas         map[geo.Kind]*geo.Name
	AreaIDs       []geo.ID // every area that covers the point, from the largest kind to the smallest
	Assignments   []Assignment
	DecidedAt     time.Time // UTC, whole microseconds
}

// Routing is what Dispatch decides upon.
type Routing struct {
	Point         orb.Point // on the lattice
	Match         geo.Match
	Revision      int
	EdgeDistanceM float64
	Category      Category
	At            time.Time
}
