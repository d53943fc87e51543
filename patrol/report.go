package patrol

import (
	"encoding/json"
	"time"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
)

// Status is where a report stands in its life.
type Status string

// The states of a report. A new one is Dispatched at once, so its clock runs,
// unless its category asks to be verified first.
const (
	Reported   Status = "reported"
	Verified   Status = "verified"
	Dispatched Status = "dispatched"
	Accepted   Status = "accepted"
	Returned   Status = "returned"
	Handled    Status = "handled"
	Closed     Status = "closed"
	Rejected   Status = "rejected"
	Parked     Status = "parked"
	Duplicate  Status = "duplicate"
)

// Statuses lists every state. The caller owns the slice.
func Statuses() []Status {
	return []Status{Reported, Verified, Dispatched, Accepted, Returned, Handled, Closed, Rejected, Parked, Duplicate}
}

// Open reports whether somebody still has to do something about it.
func (s Status) Open() bool {
	return s != Closed && s != Rejected && s != Duplicate
}

// Contact is how to reach a reporter. It never leaves the store unmasked but
// through an audited read.
type Contact struct {
	Name  string
	Phone string
}

// Empty reports whether nothing was given.
func (c Contact) Empty() bool { return c.Name == "" && c.Phone == "" }

// Photo is a stored picture of a report: re-encoded upright JPEG without
// metadata.
type Photo struct {
	Number        int       // counts from 1 within the report
	Event         int       // Seq of the history entry it came with
	EventType     EventType // the type of that entry
	SHA256        []byte    // of the stored bytes; also its name on disk
	Bytes         int64
	Width, Height int // pixels
}

// Report is a geotagged report and where it stands.
type Report struct {
	ID          geo.ID
	Category    string
	Description string
	Point       orb.Point // lon/lat in degrees, WGS 84, on the lattice
	Raw         orb.Point // as it was sent, in RawCRS
	RawCRS      string    // "wgs84", "cgcs2000", "gcj02" or "bd09"
	AccuracyM   float64   // 68 % radius; 0 where unknown
	Source      string    // "api", "web", "import", "demo"
	ObservedAt  time.Time // when it was seen; zero where unknown
	CreatedAt   time.Time // when it was accepted here
	UpdatedAt   time.Time
	Status      Status
	DueAt       time.Time // the target limit; zero while the clock stands still
	HardDueAt   time.Time // the hard limit
	Version     int       // counts changes from 1; the ETag of the report
	Decision    Decision  // the one in force
	Photos      []Photo
	HasContact  bool
	HandledBy   string // Actor.ID of who handled it last; empty while nobody has
}

// Overdue reports whether the report is open and past its target limit at t.
func (r *Report) Overdue(t time.Time) bool {
	return r.Status.Open() && r.Status != Handled && !r.DueAt.IsZero() && t.After(r.DueAt)
}

// Intake is everything that accepting a report writes, in one transaction.
type Intake struct {
	Report      Report    // ID, CreatedAt, Status, DueAt and Decision are set
	Shown       orb.Point // where everybody may see it, see Rulebook.Shown; the zero Point: CoarsePoint
	Contact     Contact
	KeyHash     []byte // SHA-256 over client and Idempotency-Key; nil without a key
	RequestHash []byte // SHA-256 over the parsed command; compared when a key comes again
	Actor       Actor
	Patrol      geo.ID // on which it was made; zero: none
}

// Actor is who did something, as history and audit keep it.
type Actor struct {
	Kind string // "user", "token", "public", "system"
	ID   string // account or token id; empty for the public
	Name string // what history shows; a post or a role, never a reporter's name
	Role string
}

// HistoryEntry is one event in a report's life.
type HistoryEntry struct {
	Seq  int // counts from 1 within the report
	Type EventType
	At   time.Time
	// OccurredAt is when it was done by the clock of who did it; zero where that
	// was not said. At is when the server took it.
	OccurredAt time.Time
	Actor      Actor
	From       Status // empty for the first
	To         Status
	Note       string
	Point      *orb.Point // where the person stood, where given
	Detail     json.RawMessage
}

// Filter narrows a list of reports. Zero fields do not filter. Ends of times
// are from (included) to (excluded) and compare with CreatedAt.
type Filter struct {
	Bound      *orb.Bound
	Status     []Status
	Category   []string
	Area       *geo.ID // any area of any kind that covers the report
	Assignee   *geo.ID // a person who answers for it
	From, To   time.Time
	Overdue    bool
	Now        time.Time // what "overdue" means
	Limit      int       // 1 to 10 000
	ByDue      bool      // the earliest DueAt first, without one last; else the newest first
	AfterTime  time.Time // keyset cursor: the last row's CreatedAt, or its DueAt where ByDue,
	AfterID    geo.ID    // and its ID; the zero ID begins with the first
	OnlyPublic bool      // the collection everybody may read
}

// StreamEvent is one message of the live event stream.
type StreamEvent struct {
	Cursor int64     // rises by at least one; Last-Event-ID
	Type   string    // "report.created", "report.changed", "revision.published", "patrol.changed", "reset"
	At     time.Time // UTC
	Areas  []geo.ID  // the areas it concerns; who may see none of them does not get it; empty for everybody
	Data   json.RawMessage
}
