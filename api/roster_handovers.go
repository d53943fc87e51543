package api

import (
	"errors"
	"net/http"
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// handoverAnswer is that somebody else answers for a seat.
type handoverAnswer struct {
	ID             geo.ID        `json:"id"`
	Seat           postAnswer    `json:"seat"`
	From           *personAnswer `json:"from,omitempty"`
	To             *personAnswer `json:"to"`
	At             time.Time     `json:"at"`
	DutyVersion    int64         `json:"duty_version"`
	Reports        []geo.ID      `json:"reports"`
	AcknowledgedAt *time.Time    `json:"acknowledged_at,omitempty"`
	Mine           bool          `json:"mine"` // the caller takes over
}

func (v *rosterView) handover(h patrol.Handover) handoverAnswer {
	a := handoverAnswer{ID: h.ID, To: v.personByID(h.To), At: h.At, DutyVersion: h.DutyVersion, Reports: h.Reports,
		AcknowledgedAt: optional(h.AcknowledgedAt), Mine: v.takesOver(h)}
	if seat, ok := v.duties.Roster.Seat(h.Seat); ok {
		a.Seat = v.bare(seat)
	} else {
		a.Seat = postAnswer{SeatID: h.Seat, Areas: v.refs(h.Areas), Removed: true}
	}
	if h.From != (geo.ID{}) {
		a.From = v.personByID(h.From)
	}
	if a.Reports == nil {
		a.Reports = []geo.ID{}
	}
	return a
}

// takesOver reports whether it is the caller who does.
func (v *rosterView) takesOver(h patrol.Handover) bool {
	return v.principal.Person != geo.ID{} && v.principal.Person == h.To
}

// handoversShown is how many handovers are listed unless more are asked for.
const handoversShown, maxHandovers = 200, 1000

// listHandovers answers GET /api/v1/handovers.
func (s *Server) listHandovers(w http.ResponseWriter, r *http.Request) error {
	params := newQuery(r)
	var f patrol.HandoverFilter
	switch params.text("state", 16) {
	case "", "all":
	case "open":
		f.Open = true
	default:
		params.unread("state", "must be open or all")
	}
	mine := params.text("assignee", 16)
	if mine != "" && mine != "me" {
		params.unread("assignee", "must be me")
	}
	f.Limit = params.count("limit", handoversShown, maxHandovers)
	q, err := s.rosterRequest(r, params, "")
	if err != nil {
		return err
	}
	list := []handoverAnswer{}
	if mine != "" && q.principal.Person == (geo.ID{}) {
		return writeJSON(w, http.StatusOK, map[string]any{"handovers": list})
	}
	switch {
	case mine != "":
		f.To = q.principal.Person
	case !q.principal.Scope.All || q.area != nil:
		f.Seats = []geo.ID{}
		for _, seat := range q.duties.Roster.AllSeats() {
			if q.takes(seat.Post, q.duties.Roster.AreasOfSeat(seat)) {
				f.Seats = append(f.Seats, seat.ID)
			}
		}
	}
	found, err := s.cfg.Roster.Handovers(r.Context(), f)
	if err != nil {
		return err
	}
	for _, h := range found {
		list = append(list, q.handover(h))
	}
	if len(list) > 0 {
		if err := s.logRoster(r, q, "handovers"); err != nil {
			return err
		}
	}
	return writeJSON(w, http.StatusOK, map[string]any{"handovers": list})
}

// acknowledgeHandover answers POST /api/v1/handovers/{id}/acknowledge.
func (s *Server) acknowledgeHandover(w http.ResponseWriter, r *http.Request) error {
	id, err := onlyRosterPath(r, "id", "handover")
	if err != nil {
		return err
	}
	v := s.rosterView(r, s.now())
	h, err := s.cfg.Roster.Handover(r.Context(), id)
	switch {
	case errors.Is(err, geo.ErrNotFound):
		return errNotFound("handover")
	case err != nil:
		return err
	case v.takesOver(h):
	case v.sees(h.Areas):
		return fail("forbidden", "only who takes over acknowledges a handover")
	default:
		return errNotFound("handover")
	}
	if h, err = s.cfg.Roster.AcknowledgeHandover(r.Context(), id, v.principal.Person, actorOf(v.principal)); err != nil {
		return err
	}
	if err := s.logView(r, &v, "handover "+id.String()); err != nil {
		return err
	}
	return writeJSON(w, http.StatusOK, v.handover(h))
}
