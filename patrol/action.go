package patrol

import (
	"time"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
)

// Action is something a person wants to do to a report.
type Action struct {
	ReportID  geo.ID
	Type      EventType
	Note      string     // why, or what was done; at most NoteMax characters
	Point     *orb.Point // lon/lat in degrees, WGS 84, where the person stands; nil where not given
	Actor     Actor      // who history names
	Person    geo.ID     // the person behind the account; zero where there is none
	Seats     []geo.ID   // the seats that person holds or stands in for now, see Roster.SeatsOf
	AnyReport bool       // a dispatcher or admin: need not answer for the report
	At        time.Time
	// OccurredAt is when it was done by the clock of who did it, as a phone
	// without a network notes it; zero: At. It never lies more than ClockAhead
	// after At.
	OccurredAt time.Time
	IfVersion  int // the version the person saw; 0 where it does not matter
	// Photos were taken of it. Their numbers and events are given by Transition.
	Photos      []Photo
	KeyHash     []byte // SHA-256 over client and Idempotency-Key; nil without a key
	RequestHash []byte // SHA-256 over what is meant; compared when a key comes again
}

// NoteMax is how many characters a note may have.
const NoteMax = 2000

// Change is what an action makes of a report: what is to be written.
type Change struct {
	Report Report       // as it is after the action, with its new Version
	Entry  HistoryEntry // Seq is the report's new Version: every event counts it up by one
	Photos []Photo      // those that came with it; Report.Photos ends with them
	Shown  orb.Point    // where everybody may see the report
}
