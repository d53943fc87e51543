package patrol

import (
	"encoding/json"
	"slices"

	"github.com/gridpatrol/gridpatrol/geo"
)

// rerouted is the detail of a history entry of type EventReroute.
type rerouted struct {
	Revision int                  `json:"revision"`
	From     map[geo.Kind]*string `json:"from"` // the kinds that differ: the code before, or null
	To       map[geo.Kind]*string `json:"to"`   // the same kinds: the code now, or null
}

// Reroute gives what new boundaries make of a report; neither argument is
// changed. fresh is the decision on the report's place that Dispatch makes of
// them; ok is false where it finds the same areas, by id and code, and where
// nothing is left to do about the report. Who holds a post is no reason: a
// handover does not route reports anew.
//
// The limits stay as they were, and the state does too; only what somebody has
// accepted is dispatched again where another seat leads now. The entry is in the
// name of who published.
func Reroute(r *Report, fresh Decision, book *Rulebook, by Actor) (c Change, ok bool) {
	from, to := differing(r.Decision.Areas, fresh.Areas)
	if !r.Status.Open() || len(from) == 0 && slices.Equal(r.Decision.AreaIDs, fresh.AreaIDs) {
		return Change{}, false
	}
	return r.decidedAnew(fresh, book, by, EventReroute, rerouted{fresh.Revision, from, to}), true
}

// decidedAnew is a report with another decision, and the entry that says so: its
// limits and state stay, but what was accepted is dispatched again where another
// seat leads.
func (r *Report) decidedAnew(fresh Decision, book *Rulebook, by Actor, as EventType, why any) Change {
	detail, err := json.Marshal(why)
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
		Entry:  HistoryEntry{Seq: next.Version, Type: as, At: at, Actor: by, From: r.Status, To: next.Status, Detail: detail},
	}
}

// differing gives the codes of the kinds in which two decisions differ.
func differing(a, b map[geo.Kind]*geo.Name) (from, to map[geo.Kind]*string) {
	from, to = map[geo.Kind]*string{}, map[geo.Kind]*string{}
	for _, k := range geo.Kinds() {
		x, y := a[k], b[k]
		if x == nil && y == nil || x != nil && y != nil && x.Code == y.Code {
			continue
		}
		from[k], to[k] = code(x), code(y)
	}
	return from, to
}

func code(n *geo.Name) *string {
	if n == nil {
		return nil
	}
	return &n.Code
}

// leader is the seat that leads, or the post in its area where that is not set
// up as a seat.
func leader(d Decision) (out struct {
	seat, area geo.ID
	post       Post
}) {
	for _, a := range d.Assignments {
		switch {
		case a.Lead && a.SeatID != geo.ID{}:
			out.seat = a.SeatID
		case a.Lead:
			out.post, out.area = a.Post, a.AreaID
		}
	}
	return out
}
