package patrol

import (
	"slices"
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
)

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
	posts := changedPosts(r.Decision.Assignments, fresh.Assignments)
	return r.decidedAnew(fresh, book, by, EventHandover, handedOver{fresh.DutyVersion, posts}), true
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

// Answered gives the person who answers for a post of one of some areas in a
// decision, whichever seat it is; the zero id for nobody.
func (d *Decision) Answered(post Post, areas []geo.ID) geo.ID {
	for _, a := range d.Assignments {
		if a.Post == post && slices.Contains(areas, a.AreaID) {
			return a.PersonID
		}
	}
	return geo.ID{}
}
