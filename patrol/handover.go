package patrol

import (
	"encoding/json"
	"slices"
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
	Seats        []geo.ID   // those that are other than before, by id, or have another holder
	Handovers    []Handover // of now; those of a later time are made then
	Vacancies    []Vacancy  // at the time of the edit, those that were none before
	ReportsMoved int
	After        *Duties // the posts, people and rules as they are now, never nil
}

// Held is that somebody holds or held a seat, or stands or stood in for its
// holder, by the last word there is on it.
type Held struct {
	Holding Holding
	Seat    Seat   // as it is, or was when it was taken away
	Person  Person // as last known
}

// Succession gives the seats for which somebody else answers at t in a roster
// than did at the time before in the roster before, by seat id. Level above: From
// or To is zero.
func Succession(before *Roster, was time.Time, after *Roster, t time.Time) []Handover {
	var out []Handover
	compare := func(s Seat, r *Roster) {
		a, _ := before.answers(s.ID, was)
		b, _ := after.answers(s.ID, t)
		if a.Person != b.Person {
			out = append(out, Handover{Seat: s.ID, From: a.Person, To: b.Person, Areas: r.AreasOfSeat(s), At: t})
		}
	}
	for _, s := range after.data.Seats {
		compare(s, after)
	}
	for _, s := range before.data.Seats {
		if _, stays := after.seats[s.ID]; !stays {
			compare(s, before)
		}
	}
	slices.SortFunc(out, func(a, b Handover) int { return slices.Compare(a.Seat[:], b.Seat[:]) })
	return out
}

// handedOver is the detail of a history entry of type EventHandover.
type handedOver struct {
	DutyVersion int64     `json:"duty_version"`
	Posts       []StandIn `json:"posts"` // those that somebody else answers for now
}

// HandOver gives what other duties make of a report; neither argument is
// changed. fresh is the decision that Dispatch makes of them on the place of the
// decision in force; ok is false where the same people answer as before, and
// where nothing is left to do about the report.
//
// The limits stay as they were, and the state does too; only what somebody has
// accepted is dispatched again where another seat leads now. The entry names
// posts and nobody.
func HandOver(r *Report, fresh Decision, book *Rulebook, by Actor) (c Change, ok bool) {
	if !r.Status.Open() || slices.EqualFunc(r.Decision.Assignments, fresh.Assignments, Assignment.Equal) {
		return Change{}, false
	}
	detail, err := json.Marshal(handedOver{fresh.DutyVersion, changedPosts(r.Decision.Assignments, fresh.Assignments)})
	if err != nil {
		panic(err) // texts and numbers
	}
	at := fresh.DecidedAt
	if at.Before(r.UpdatedAt) { // a clock that lags must not turn history round
		at = r.UpdatedAt
	}
	next := *r
	next.Decision = fresh
	next.UpdatedAt = at
	next.Version++
	if r.Status == Accepted && leader(r.Decision) != leader(fresh) {
		next.Status = Dispatched
	}
	return Change{
		Report: next,
		Shown:  book.Shown(r.Category, r.Point),
		Entry: HistoryEntry{Seq: next.Version, Type: EventHandover, At: at, Actor: by,
			From: r.Status, To: next.Status, Detail: detail},
	}, true
}

// changedPosts gives the posts of two decisions that other people answer for, or
// that only one of them has, each once.
func changedPosts(a, b []Assignment) []StandIn {
	out := []StandIn{}
	note := func(list, other []Assignment) {
		for _, as := range list {
			post := StandIn{as.Post, as.AreaKind, as.AreaCode}
			if !slices.ContainsFunc(other, as.Equal) && !slices.Contains(out, post) {
				out = append(out, post)
			}
		}
	}
	note(a, b)
	note(b, a)
	return out
}

// Routed is the routing that a decision was, to be decided again with other
// duties: in the same boundaries, as of another time.
func (d *Decision) Routed(category Category, at time.Time) Routing {
	return Routing{Point: d.Point, Match: d.match(), Revision: d.Revision, EdgeDistanceM: d.EdgeDistanceM, Category: category, At: at}
}

// match gives the areas of the decision, with ids, codes and names alone.
func (d *Decision) match() (m geo.Match) {
	ids := d.AreaIDs
	for _, k := range geo.Kinds() {
		if n := d.Areas[k]; n != nil && len(ids) > 0 {
			m.Set(&geo.Area{ID: ids[0], Kind: k, Code: n.Code, Name: n.Name, NameEn: n.NameEn})
			ids = ids[1:]
		}
	}
	return m
}

// AnswersFor gives the person who answers for each seat in a decision: for a seat
// it is assigned to, who is named for it; for the vacant ones of the roster, who
// stands for their post there. Nobody is the zero id.
func (d *Decision) AnswersFor(r *Roster) map[geo.ID]geo.ID {
	out := make(map[geo.ID]geo.ID, len(d.Assignments))
	for _, a := range d.Assignments {
		if a.SeatID != (geo.ID{}) {
			out[a.SeatID] = a.PersonID
		}
	}
	m := d.match()
	for _, a := range d.Assignments {
		for _, v := range a.StandsFor {
			area := m.Area(v.AreaKind)
			if area == nil {
				continue
			}
			for _, s := range r.Seats(v.Post, area.ID) {
				if _, known := out[s.ID]; !known {
					out[s.ID] = a.PersonID
				}
			}
		}
	}
	return out
}
