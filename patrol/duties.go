package patrol

import (
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
)

// Category is a kind of report: who leads, and within which working hours it
// is to be settled.
type Category struct {
	Code        string
	Name        string
	NameEn      string
	Group       string // "safety", "order", "environment", "people", "facilities"
	LeadPost    Post
	TargetHours float64 // working hours to the target limit
	HardHours   float64 // working hours to the hard limit; at least TargetHours
	AroundClock bool    // its hours run day and night, for what cannot wait
	VerifyFirst bool    // starts as reported, not dispatched
	Private     bool    // concerns private life; public positions are coarse
	Sort        int
}

// Rule names the posts that get a report. The first rule, by Priority, whose
// Kind covers the point and whose Categories hold the report's (or are empty)
// fires.
type Rule struct {
	Name       string
	Priority   int // lowest first
	Kind       geo.Kind
	Categories []string
	Posts      []Post
}

// Fallback says which post takes over where a post is vacant and has no
// deputy: the next level. Chains end at DistrictDesk.
type Fallback struct {
	Post Post
	Next Post
}

// Calendar is when work is done, in one time zone: the hours of a working day,
// the days off, and the make-up days that are worked although they fall on a
// weekend.
type Calendar struct {
	Location *time.Location
	Hours    []Span   // of a working day, in order, not overlapping
	Workdays [7]bool  // by time.Weekday
	Off      []string // "2006-01-02": holidays
	Makeup   []string // "2006-01-02": weekend days that are worked
}

// Span is a stretch of a day, from (included) to (excluded) since midnight.
type Span struct{ From, To time.Duration }

// Rulebook is the data that decides who gets a report and until when.
type Rulebook struct {
	Categories []Category
	Rules      []Rule
	Fallbacks  []Fallback
	Calendar   Calendar
}

// RosterData is posts and people as they are stored: the input of NewRoster.
type RosterData struct {
	Committees []Committee
	Branches   []Branch
	Seats      []Seat
	People     []Person
	Holdings   []Holding
	Leaves     []Leave
}

// Duties is one version of everything but boundaries that a decision rests on.
// It never changes; a change of people or rules makes the next version.
type Duties struct {
	Version  int64
	Roster   *Roster
	Rulebook *Rulebook
	// Since is when the version came into force, by the clock of who made it;
	// zero where that is not known. Nobody decides on it as of an earlier time.
	Since time.Time
}

// Moment is the time that is now for decisions on these duties: now, or Since
// where the clock lags behind that of who made them.
func (d *Duties) Moment(now time.Time) time.Time {
	if now.Before(d.Since) {
		return d.Since
	}
	return now
}
