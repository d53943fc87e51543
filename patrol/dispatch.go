package patrol

import (
	"math"
	"slices"
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
)

// Dispatch decides which posts answer for a report at a point, and who holds
// them: the holder of each post the rule names, else (where the post is vacant,
// or the holder on leave) its deputy, else the level above, which then answers
// for both. A level that answers already is not named
// twice; its StandsFor grows. The same input gives the same decision.
//
// Posts come in the order of the rule, a post's seats by number; then the
// levels above, in the order in which they were needed. Just one is the lead.
// The time is cut to microseconds. A point outside the district is a
// *geo.Problem of kind geo.ErrInvalid with code "outside-district".
func Dispatch(d *Duties, r Routing) (Decision, error) {
	rule, ok := d.Rulebook.rule(&r.Match, r.Category.Code)
	if !ok {
		return Decision{}, geo.Invalid("outside-district", "nobody in the district answers for this place")
	}
	at := r.At.UTC().Truncate(time.Microsecond)
	out := Decision{
		Revision:      r.Revision,
		DutyVersion:   d.Version,
		Rule:          rule.Name,
		Point:         r.Point,
		EdgeDistanceM: toDecimetres(r.EdgeDistanceM),
		Areas:         r.Match.Names(),
		AreaIDs:       areaIDs(&r.Match),
		Assignments:   assign(d, &r.Match, rule, at),
		DecidedAt:     at,
	}
	setLead(out.Assignments, r.Category.LeadPost)
	return out, nil
}

// toDecimetres is the distance as records keep it: rounded to 0.1 m, 0 where
// there is no edge to be distant from.
func toDecimetres(m float64) float64 {
	if math.IsInf(m, 0) || math.IsNaN(m) {
		return 0
	}
	return math.Round(m*10) / 10
}

// Responsible gives the posts that would get a report of no special category
// there at that time, as Dispatch has them, without a lead. It is empty outside
// the district.
func Responsible(d *Duties, m geo.Match, at time.Time) []Assignment {
	rule, ok := d.Rulebook.rule(&m, "")
	if !ok {
		return nil
	}
	return assign(d, &m, rule, at)
}

// areaIDs gives the ids of all areas that cover the point.
func areaIDs(m *geo.Match) []geo.ID {
	var out []geo.ID
	for _, k := range geo.Kinds() {
		if a := m.Area(k); a != nil {
			out = append(out, a.ID)
		}
	}
	return out
}

// assign names who answers for the posts of a rule.
func assign(d *Duties, m *geo.Match, rule Rule, at time.Time) []Assignment {
	var out []Assignment
	var vacant []Post
	for _, p := range rule.Posts {
		if staffed := answering(d, m, p, at); len(staffed) > 0 {
			out = append(out, staffed...)
		} else {
			vacant = append(vacant, p)
		}
	}
	for _, p := range vacant { // after the rest, so that who answers already is known
		out = fallUp(d, m, out, p, at)
	}
	return out
}

// answering gives the seats of a post that somebody answers for, see
// Roster.Answers, in the area of its kind that covers the point.
func answering(d *Duties, m *geo.Match, p Post, at time.Time) []Assignment {
	var out []Assignment
	for _, s := range seatsAt(d, m, p) {
		a := place(m, p)
		a.SeatID = s.ID
		held, ok := d.Roster.answers(s.ID, at)
		if !ok {
			continue
		}
		a.PersonID, a.Via = held.Person, ViaHolder
		if held.Deputy {
			a.Via = ViaDeputy
		}
		out = append(out, a)
	}
	return out
}

// seatsAt gives the seats of a post in the area of its kind that covers the
// point.
func seatsAt(d *Duties, m *geo.Match, p Post) []Seat {
	area := m.Area(p.AreaKind())
	if area == nil {
		return nil
	}
	return d.Roster.Seats(p, area.ID)
}

// place gives an assignment of a post in the area of its kind that covers the
// point, without a seat or person.
func place(m *geo.Match, p Post) Assignment {
	a := Assignment{Post: p, AreaKind: p.AreaKind()}
	if area := m.Area(a.AreaKind); area != nil {
		a.AreaCode, a.AreaID = area.Code, area.ID
	}
	return a
}

// fallUp finds who stands for a vacant post: going up its chain, the first
// level that answers already, is staffed, or is a desk that has been set up. At
// the end it is the district desk, staffed or not: no report is left with
// nobody.
func fallUp(d *Duties, m *geo.Match, out []Assignment, vacant Post, at time.Time) []Assignment {
	v := place(m, vacant)
	stands := StandIn{Post: v.Post, AreaKind: v.AreaKind, AreaCode: v.AreaCode}
	for level, ok := vacant, true; ok; level, ok = d.Rulebook.next(level) { // chains end, see Validate
		if i := slices.IndexFunc(out, func(a Assignment) bool { return a.Post == level }); i >= 0 {
			out[i].StandsFor = append(out[i].StandsFor, stands)
			return out
		}
		var found Assignment
		if staffed := answering(d, m, level, at); len(staffed) > 0 {
			found = staffed[0]
			found.Via = ViaAbove
		} else if seats := seatsAt(d, m, level); level == DistrictDesk || level == TownshipDesk && len(seats) > 0 {
			found = place(m, level)
			found.Via = ViaPost
			if len(seats) > 0 {
				found.SeatID = seats[0].ID
			}
		} else {
			continue
		}
		if level != vacant { // a desk that the rule names stands for nobody else
			found.StandsFor = []StandIn{stands}
		}
		return append(out, found)
	}
	return out
}

// setLead marks who leads: the lead post of the category, else the grid chief,
// else whoever is first; where one of the two is vacant, who stands for it.
func setLead(as []Assignment, lead Post) {
	for _, p := range []Post{lead, GridChief} {
		for i := range as {
			if as[i].Post == p {
				as[i].Lead = true
				return
			}
		}
		for i := range as {
			if slices.ContainsFunc(as[i].StandsFor, func(s StandIn) bool { return s.Post == p }) {
				as[i].Lead = true
				return
			}
		}
	}
	if len(as) > 0 {
		as[0].Lead = true
	}
}
