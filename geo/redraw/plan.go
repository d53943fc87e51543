package redraw

import (
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
)

// Status is where a plan stands.
type Status string

// The states of a plan. An edit takes an approved one back to Drafted.
const (
	Drafted   Status = "draft"
	Approved  Status = "approved"
	Scheduled Status = "scheduled" // is published by itself at Plan.PublishAt
	Published Status = "published"
	Discarded Status = "discarded"
)

// Plan is what is kept of a draft besides its operations.
type Plan struct {
	ID            geo.ID
	Title         string
	Status        Status
	Base          int    // the revision that the draft starts from
	Version       int64  // counts changes of any sort from 1
	ETag          string // of the state that the operations lead to
	Operations    int    // in force
	Undone        int    // that could be redone
	NeedsApproval bool   // by somebody who made no operation of it
	CreatedBy     Author
	Authors       []Author // who made, undid or redid an operation of it, each once
	CreatedAt     time.Time
	UpdatedAt     time.Time
	ApprovedBy    Author    // zero while nobody has
	ApprovedAt    time.Time // zero while nobody has
	PublishAt     time.Time // zero where it is not scheduled
	PublishBy     Author    // who scheduled or published it
	Note          string    // given with the publish
	Revision      int       // that it became; 0 before
	Failure       string    // why a scheduled publish did not happen; empty otherwise
}

// Author is an account or token that works on plans.
type Author struct {
	ID   string
	Name string
}

// Zero reports whether it is nobody.
func (a Author) Zero() bool { return a.ID == "" }

// Working is a plan with its draft, as they were at one instant. Draft never
// changes.
type Working struct {
	Plan
	Draft Draft
	// Names gives the name of everybody who made an entry of the draft, or one
	// that could be redone, by Entry.By.
	Names map[string]string
}

// Publication is a revision with how it came about.
type Publication struct {
	geo.Revision
	By       Author
	Plan     geo.ID // that it was; zero for an import or an undo
	Changed  int    // areas that are new, changed or gone
	Rerouted int    // open reports that it gave to others
}

// Home is where some households of a district are taken to live, and so stands
// for them when boundaries move.
//
// An area of a kind for which the base has numbers keeps
//
//	households = those of the base + homes gained since − homes lost since
//
// where a home belongs to the area of a kind that covers its place, edges
// included, to the lowest code of several, as any point does. Homes gained and
// lost are those that belong to another area of the kind after an operation
// changed a shape; a change of code alone moves none. Besides:
//
//   - a part that a split makes begins with nothing, and gains its homes;
//   - areas merged give the one they go into all they have left, also what no
//     home stands for;
//   - a created area has the number it was given, or gains its homes where it
//     was given none;
//   - people go with the households of their homes by the same rule.
//
// A kind for which the base has no numbers gets none. Sums are of hundredths;
// shown is (hundredths + 50) / 100 rounded down, and 0 below that. Homes of
// NewHomes are of whole households and people, so that nothing is ever rounded.
type Home struct {
	At         geo.LatticePoint
	Hundredths int32 // of a household
	People     int32 // hundredths of a person
}
