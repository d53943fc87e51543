package patrol

import (
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
	To      geo.ID   // answers from At on; never zero in one that is stored
	Areas   []geo.ID // those the seat answers for
	At      time.Time
	Reports []geo.ID // open reports that went over, by id
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

// Succession gives the seats for which somebody else answers at t in a roster
// than did in another at the time was, by seat id, without reports. From or To is
// zero where the level above did or does. A seat that only one of the two has is
// one for which nobody answers in the other.
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

// Regrouped gives the village groups that another committee serves than did in
// the roster before, or none, by id, and the seats of those that serve them now.
func Regrouped(before, after *Roster) (groups []geo.ID, seats []Seat) {
	other := map[geo.ID]bool{}
	for g, c := range after.byGroup {
		if before.byGroup[g].ID != c.ID {
			other[g] = true
		}
	}
	for g := range before.byGroup {
		if _, served := after.byGroup[g]; !served {
			other[g] = true
		}
	}
	serve := map[geo.ID]bool{}
	for g := range other {
		if c, ok := after.byGroup[g]; ok {
			serve[c.ID] = true
		}
	}
	for _, s := range after.data.Seats {
		if serve[s.Committee] {
			seats = append(seats, s)
		}
	}
	return sortedIDs(other), seats
}
