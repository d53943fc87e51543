package patrol

import (
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
)

// Handover says that somebody else answers for a seat from an instant on, and
// which open reports went over. Whoever takes over acknowledges it.
type Handover struct {
	ID   geo.ID // zero until it is stored
	Seat geo.ID
	// From answered for the seat before: its holder, its deputy or the level
	// above; zero where nobody did.
	From    geo.ID
	To      geo.ID   // answers from At on; zero where nobody does
	Areas   []geo.ID // those the seat answers for
	At      time.Time
	Reports []geo.ID // open reports that went over; of Edit always empty
	// DutyVersion is that which made it.
	DutyVersion    int64
	AcknowledgedAt time.Time // zero while nobody has
	AcknowledgedBy string    // Actor.ID of who has
}

// HandoverFilter narrows a list of handovers. Zero fields do not filter.
type HandoverFilter struct {
	Open  bool     // those nobody has acknowledged
	To    geo.ID   // the person who takes over
	Seats []geo.ID // of these seats; nil for all
	Limit int      // 1 to 1000; 0 means 1000
}

// RosterOutcome is what an edit of the roster has made.
type RosterOutcome struct {
	DutyVersion  int64      // in force now; as before where nothing differs
	Seats        []geo.ID   // those that are other than before, by id, or have another holder
	Handovers    []Handover // of now; those of a later time are made then
	Vacancies    []Vacancy  // at the time of the edit, those that were none before
	ReportsMoved int
	After        *Duties // the posts, people and rules as they are now, never nil
}
