package api

import (
	"context"
	"errors"
	"time"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/locate"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// world is what one request is answered from: one revision of the boundaries,
// the duties, and the instant whose holders count.
type world struct {
	*locate.Snapshot
	duties *patrol.Duties
	at     time.Time // UTC
}

// now gives the world as it is.
func (s *Server) now() world {
	return world{s.cfg.Boundaries.Current(), s.cfg.Duties.Current(), s.cfg.Now().UTC()}
}

// worldAt gives the world of at= and plan=, the present one without them.
// Whether the caller may see plans was asked at the door, and is again.
func (s *Server) worldAt(ctx context.Context, at time.Time, plan string) (world, error) {
	return s.now().shifted(ctx, s.cfg.Boundaries, PrincipalFrom(ctx), at, plan)
}

// shifted gives the present world as it was at a time, or as a plan would have it; as it is
// where neither is given.
func (w world) shifted(ctx context.Context, b Boundaries, p access.Principal, at time.Time, plan string) (world, error) {
	if plan != "" {
		if !access.Can(p, access.PlanBoundaries) {
			return world{}, errNotFound("plan")
		}
		draft, err := b.Plan(ctx, plan)
		if err != nil {
			return world{}, noPlan(err)
		}
		w.Snapshot = draft
		return w, nil
	}
	if at.IsZero() {
		return w, nil
	}
	then, err := b.At(ctx, at, w.at)
	switch {
	case errors.Is(err, geo.ErrNotFound):
		return world{}, fail("not-found", "no boundaries were published at that time")
	case errors.Is(err, geo.ErrInvalid) && at.After(w.at):
		return world{}, fail("time-in-future", "no publish is scheduled by then, so nothing is known of that time",
			geo.FieldError{Pointer: "at", Detail: "lies in the future"})
	case err != nil:
		return world{}, err
	}
	w.Snapshot, w.at = then, at
	return w, nil
}

// draft gives the id of the plan whose boundaries these would be; nil where they
// are published.
func (w world) draft() *geo.ID {
	if w.Plan == (geo.ID{}) {
		return nil
	}
	return &w.Plan
}

// contacts gives names and phones of post holders as far as a caller may see
// them, and knows whether any were more than the notice board has.
type contacts struct {
	world
	principal access.Principal
	private   bool           // a name was given that is not public
	signed    *patrol.Action // an action of the caller's, see allowed
}

func (w world) contacts(p access.Principal) *contacts { return &contacts{world: w, principal: p} }

// may reports whether the caller may see who works in an area that these
// cover.
func (c *contacts) may(areas []geo.ID) bool {
	return access.Can(c.principal, access.ReadRoster) && c.principal.Scope.Covers(areas)
}

// of gives who answers for a seat at the world's time: its holder, or who stands
// in; a holder on leave for whom nobody does. areas are those that the caller's
// scope is held against. ok is false where there is nobody or the caller may not
// know.
func (c *contacts) of(seat geo.ID, areas []geo.ID) (person patrol.Person, deputy, ok bool) {
	known, there := c.duties.Roster.Seat(seat)
	if !there || !known.PublicContact && !c.may(areas) {
		return patrol.Person{}, false, false
	}
	person, held, ok := c.duties.Roster.Answers(seat, c.at)
	if !ok {
		if person, held, ok = c.duties.Roster.Holder(seat, c.at); !ok {
			return patrol.Person{}, false, false
		}
	}
	if !known.PublicContact {
		c.private = true
	}
	return person, held.Deputy, true
}

// log notes in the audit log that private names were shown, before they are.
func (s *Server) logContacts(ctx context.Context, c *contacts, subjectKind, subject string) error {
	if !c.private {
		return nil
	}
	return s.cfg.ReadLog.LogRead(ctx, actorOf(c.principal), subjectKind, subject)
}

// assignee is a post that answers for a report or a place.
type assignee struct {
	Post      patrol.Post      `json:"post"`
	AreaKind  geo.Kind         `json:"area_kind"`
	AreaCode  string           `json:"area_code"`
	Name      string           `json:"name,omitempty"`
	Phone     string           `json:"phone,omitempty"`
	Via       patrol.Via       `json:"via,omitempty"`
	StandsFor []patrol.StandIn `json:"stands_for,omitempty"`
	Lead      bool             `json:"lead,omitempty"`
}

// assignees gives the posts with their holders at the world's time. areas cover
// the place.
func (c *contacts) assignees(as []patrol.Assignment, areas []geo.ID) []assignee {
	out := make([]assignee, len(as))
	for i, a := range as {
		out[i] = assignee{Post: a.Post, AreaKind: a.AreaKind, AreaCode: a.AreaCode, Via: a.Via, StandsFor: a.StandsFor, Lead: a.Lead}
		if person, _, ok := c.of(a.SeatID, areas); ok {
			out[i].Name, out[i].Phone = person.Name, person.Phone
		}
	}
	return out
}

// areaIDs gives the ids of the areas of a match.
func areaIDs(m *geo.Match) []geo.ID {
	var out []geo.ID
	for _, k := range geo.Kinds() {
		if a := m.Area(k); a != nil {
			out = append(out, a.ID)
		}
	}
	return out
}

// synthetic reports whether an area of the match has an invented shape.
func synthetic(m *geo.Match) bool {
	for _, k := range geo.Kinds() {
		if a := m.Area(k); a != nil && a.Synthetic {
			return true
		}
	}
	return false
}

// invented reports whether the map of the district is.
func (w world) invented() bool {
	districts := w.Index.Areas(geo.District)
	return len(districts) > 0 && districts[0].Synthetic
}
