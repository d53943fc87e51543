package patrol

import (
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
)

// RosterChange is one step of an edit of posts and people, one of the types of
// this file. Zero times mean the time of the edit, or no end.
type RosterChange interface {
	rosterChange()
}

// Whom names a person of the roster by ID, or, where that is zero, somebody new.
type Whom struct {
	ID          geo.ID
	Name, Phone string
}

// Appoint gives a seat to a person from From on; who holds it then leaves it.
type Appoint struct {
	Seat   geo.ID
	Person Whom
	From   time.Time
	Note   string // why, for the audit log; holds no personal data
}

// Relieve leaves a seat vacant from At on.
type Relieve struct {
	Seat geo.ID
	At   time.Time
}

// Deputise has a person stand in for the holder of a seat.
type Deputise struct {
	Seat     geo.ID
	Person   Whom
	From, To time.Time
}

// EndDeputy ends a stretch of standing in.
type EndDeputy struct {
	Holding geo.ID
	At      time.Time
}

// TakeLeave sends a person on leave.
type TakeLeave struct {
	Person   geo.ID
	From, To time.Time
}

// EndLeave ends a leave, or takes it back where it has not begun.
type EndLeave struct {
	Leave geo.ID
	At    time.Time
}

// AddSeat makes a seat of an area, or of the committee with that code.
type AddSeat struct {
	Post          Post
	Area          geo.ID   // zero for a committee's seat
	AreaKind      geo.Kind // of Area
	Committee     string
	Number        int // 0 means the lowest that is free
	PublicContact bool
}

// RemoveSeat takes a vacant seat away that the post need not have.
type RemoveSeat struct{ Seat geo.ID }

// SetPublicContact says whether the holder's name and duty phone are public.
type SetPublicContact struct {
	Seat   geo.ID
	Public bool
}

// AlterPerson gives a person another name or phone; nil leaves it as it is.
type AlterPerson struct {
	Person      geo.ID
	Name, Phone *string
}

// PutCommittee makes the committee with that code, with its three seats, or
// alters it. Village groups that another served are taken over only where that
// gave them up in an earlier change. That they lie in the village is the
// caller's to see to.
type PutCommittee struct {
	Code, Name string
	Village    geo.ID
	Groups     []geo.ID
}

// RemoveCommittee takes a committee away that nobody holds a post of.
type RemoveCommittee struct{ Code string }

// PutBranch makes the Party branch with that code, or alters it.
type PutBranch struct {
	Code, Name string
	Village    geo.ID
	Groups     []geo.ID
}

// RemoveBranch takes a Party branch away.
type RemoveBranch struct{ Code string }

func (Appoint) rosterChange()          {}
func (Relieve) rosterChange()          {}
func (Deputise) rosterChange()         {}
func (EndDeputy) rosterChange()        {}
func (TakeLeave) rosterChange()        {}
func (EndLeave) rosterChange()         {}
func (AddSeat) rosterChange()          {}
func (RemoveSeat) rosterChange()       {}
func (SetPublicContact) rosterChange() {}
func (AlterPerson) rosterChange()      {}
func (PutCommittee) rosterChange()     {}
func (RemoveCommittee) rosterChange()  {}
func (PutBranch) rosterChange()        {}
func (RemoveBranch) rosterChange()     {}

// RosterEditOptions says how an edit of the roster is to be made.
type RosterEditOptions struct {
	// BasedOn is the duty version that the editor saw; a change since of a seat
	// that is edited makes the edit a geo.ErrConflict. 0 means whatever is there.
	BasedOn int64
	// DryRun finds out what would be, and writes nothing.
	DryRun bool
	// Permit refuses changes of posts with these areas, see Editing.
	Permit func(areas []geo.ID) error
}

// RosterOutcome is what an edit of the roster has made.
type RosterOutcome struct {
	DutyVersion  int64      // in force now; as before where nothing differs
	Seats        []geo.ID   // those that were edited, or whose people were, by id
	Handovers    []Handover // of now; those of a later time are made then
	Vacancies    []Vacancy  // at the time of the edit, those that were none before
	ReportsMoved int
	After        *Duties // the posts, people and rules as they are now, never nil
}
