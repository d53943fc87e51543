package patrol

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
)

// Editing is what an edit of the roster rests on besides the changes.
type Editing struct {
	Now   time.Time     // when it is made, and what changes without a time begin with
	NewID func() geo.ID // gives a new id each time
	// Permit refuses changes of posts with these areas, each once; none where a
	// change concerns nobody's post. Nil permits everything.
	Permit func(areas []geo.ID) error
}

// Edited is a roster with changes made.
type Edited struct {
	Data   RosterData
	Seats  []geo.ID // of which something is other than before, by id
	People []geo.ID // of whom something is, by id
	Bodies []geo.ID // committees and branches of which something is, by id
}

// Edit makes changes in order to a roster, all or none; the roster stays as it
// is. Times are cut to microseconds.
//
// What a change cannot do is a *geo.Problem of kind geo.ErrInvalid with code
// "roster-change-invalid" and a pointer such as /changes/0/seat. A change may
// be dated back to the last one of the same seat, or of the same person's
// leaves, so that what is written down late is right, and not further. An error
// of Permit comes back as it is. No error names a person or a phone.
func Edit(r *Roster, changes []RosterChange, with Editing) (Edited, error) {
	e := &rosterEdit{with: with, seats: map[geo.ID]bool{}, persons: map[geo.ID]bool{}, bodies: map[geo.ID]bool{}}
	e.with.Now = micro(with.Now)
	was := r.Data()
	e.data = RosterData{
		Committees: slices.Clone(was.Committees), Branches: slices.Clone(was.Branches), Seats: slices.Clone(was.Seats),
		People: slices.Clone(was.People), Holdings: slices.Clone(was.Holdings), Leaves: slices.Clone(was.Leaves),
	}
	for i, c := range changes {
		e.number, e.areas = i, map[geo.ID]bool{}
		if err := e.make(c); err != nil {
			return Edited{}, err
		}
		if with.Permit != nil {
			if err := with.Permit(sortedIDs(e.areas)); err != nil {
				return Edited{}, err
			}
		}
	}
	sortRoster(&e.data)
	return Edited{Data: e.data, Seats: sortedIDs(e.seats), People: sortedIDs(e.persons), Bodies: sortedIDs(e.bodies)}, nil
}

// sortRoster puts rosters in the order in which they are stored.
func sortRoster(d *RosterData) {
	byID := func(a, b geo.ID) int { return bytes.Compare(a[:], b[:]) }
	slices.SortFunc(d.Seats, func(a, b Seat) int { return byID(a.ID, b.ID) })
	slices.SortFunc(d.People, func(a, b Person) int { return byID(a.ID, b.ID) })
	slices.SortFunc(d.Holdings, func(a, b Holding) int { return byID(a.ID, b.ID) })
	slices.SortFunc(d.Leaves, func(a, b Leave) int { return byID(a.ID, b.ID) })
	slices.SortFunc(d.Committees, func(a, b Committee) int { return bytes.Compare([]byte(a.Code), []byte(b.Code)) })
	slices.SortFunc(d.Branches, func(a, b Branch) int { return bytes.Compare([]byte(a.Code), []byte(b.Code)) })
}

func sortedIDs(set map[geo.ID]bool) []geo.ID {
	out := make([]geo.ID, 0, len(set))
	for id := range set {
		out = append(out, id)
	}
	slices.SortFunc(out, func(a, b geo.ID) int { return bytes.Compare(a[:], b[:]) })
	return out
}

func micro(t time.Time) time.Time { return t.UTC().Truncate(time.Microsecond) }

// rosterEdit is a roster while it is edited.
type rosterEdit struct {
	with                   Editing
	data                   RosterData
	seats, persons, bodies map[geo.ID]bool // touched
	number                 int             // of the change that is being made
	areas                  map[geo.ID]bool // that it concerns
}

// make makes one change.
func (e *rosterEdit) make(c RosterChange) error {
	switch c := c.(type) {
	case Appoint:
		return e.appoint(c)
	case Relieve:
		return e.relieve(c)
	case Deputise:
		return e.deputise(c)
	case EndDeputy:
		return e.endDeputy(c)
	case TakeLeave:
		return e.takeLeave(c)
	case EndLeave:
		return e.endLeave(c)
	case AddSeat:
		return e.addSeat(c)
	case RemoveSeat:
		return e.removeSeat(c)
	case SetPublicContact:
		return e.setPublicContact(c)
	case AlterPerson:
		return e.alterPerson(c)
	case PutCommittee:
		return e.putCommittee(c)
	case RemoveCommittee:
		return e.removeCommittee(c)
	case PutBranch:
		return e.putBranch(c)
	case RemoveBranch:
		return e.removeBranch(c)
	}
	return errors.New("a change of the roster of no known type")
}

// fault refuses the change; field is where in it, such as "seat".
func (e *rosterEdit) fault(field, format string, args ...any) error {
	return geo.Invalid("roster-change-invalid", "a change of the roster cannot be made", geo.FieldError{
		Pointer: fmt.Sprintf("/changes/%d/%s", e.number, field), Detail: fmt.Sprintf(format, args...)})
}

// seat finds a seat and notes that it is touched.
func (e *rosterEdit) seat(field string, id geo.ID) (*Seat, error) {
	i := slices.IndexFunc(e.data.Seats, func(s Seat) bool { return s.ID == id })
	if i < 0 {
		return nil, e.fault(field, "there is no such seat")
	}
	e.touch(e.data.Seats[i])
	return &e.data.Seats[i], nil
}

func (e *rosterEdit) touch(s Seat) {
	e.seats[s.ID] = true
	if s.Committee == (geo.ID{}) {
		e.areas[s.Area] = true
		return
	}
	for _, c := range e.data.Committees {
		if c.ID == s.Committee {
			e.concern(c.Groups)
		}
	}
}

// concern notes areas that the change concerns.
func (e *rosterEdit) concern(areas []geo.ID) {
	for _, a := range areas {
		e.areas[a] = true
	}
}

// someone finds a person and touches the seats that are or will be theirs.
func (e *rosterEdit) someone(field string, id geo.ID) (*Person, error) {
	i := slices.IndexFunc(e.data.People, func(p Person) bool { return p.ID == id })
	if i < 0 {
		return nil, e.fault(field, "there is no such person")
	}
	if e.data.People[i].Name == ErasedName {
		return nil, e.fault(field, "what was known of the person has been erased")
	}
	e.persons[id] = true
	theirs := map[geo.ID]bool{}
	for _, h := range e.data.Holdings {
		if h.Person == id && (h.To.IsZero() || h.To.After(e.with.Now)) {
			theirs[h.Seat] = true
		}
	}
	for _, s := range e.data.Seats {
		if theirs[s.ID] {
			e.touch(s)
		}
	}
	return &e.data.People[i], nil
}

// orNow is a time of a change, or that of the edit where it has none.
func (e *rosterEdit) orNow(t time.Time) time.Time {
	if t.IsZero() {
		return e.with.Now
	}
	return micro(t)
}

// settled is the last instant, until now, at which somebody took up or left a
// seat or began or ended to stand in there: what was before it stays as it is.
func (e *rosterEdit) settled(seat geo.ID) (last time.Time) {
	for _, h := range e.data.Holdings {
		if h.Seat == seat {
			last = e.later(e.later(last, h.From), h.To)
		}
	}
	return last
}

// later is the later of two times, as far as the second is not in the future.
func (e *rosterEdit) later(a, b time.Time) time.Time {
	if b.After(a) && !b.After(e.with.Now) {
		return b
	}
	return a
}
