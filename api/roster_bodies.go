package api

import (
	"net/http"
	"slices"
	"strings"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// bodyAnswer is a group committee or a Party branch. It names nobody.
type bodyAnswer struct {
	ID        geo.ID       `json:"id"`
	Code      string       `json:"code"`
	Name      string       `json:"name"`
	Village   *areaRef     `json:"village"`
	Groups    []areaRef    `json:"groups"`
	Seats     []seatOfBody `json:"seats,omitempty"`
	MayChange bool         `json:"may_change"`
}

type seatOfBody struct {
	SeatID geo.ID      `json:"seat_id"`
	Post   patrol.Post `json:"post"`
	Number int         `json:"number"`
	Vacant bool        `json:"vacant"`
}

func (v *rosterView) body(c patrol.Committee) bodyAnswer {
	a := bodyAnswer{ID: c.ID, Code: c.Code, Name: c.Name, Groups: v.refs(c.Groups), MayChange: v.mayChange(c.Groups)}
	if in := v.refs([]geo.ID{c.Village}); len(in) > 0 {
		a.Village = &in[0]
	}
	slices.SortFunc(a.Groups, func(x, y areaRef) int { return strings.Compare(x.Code, y.Code) })
	for _, post := range patrol.Posts() {
		for _, seat := range v.duties.Roster.SeatsOfCommittee(post, c.ID) {
			_, _, held := v.duties.Roster.Holder(seat.ID, v.at)
			a.Seats = append(a.Seats, seatOfBody{seat.ID, seat.Post, seat.Number, !held})
		}
	}
	return a
}

// listCommittees answers GET /api/v1/committees.
func (s *Server) listCommittees(w http.ResponseWriter, r *http.Request) error {
	return listBodies(s, w, r, "committees", (*patrol.Roster).AllCommittees)
}

// listBranches answers GET /api/v1/branches.
func (s *Server) listBranches(w http.ResponseWriter, r *http.Request) error {
	return listBodies(s, w, r, "branches", (*patrol.Roster).AllBranches)
}

func listBodies[T patrol.Committee | patrol.Branch](s *Server, w http.ResponseWriter, r *http.Request, name string, all func(*patrol.Roster) []T) error {
	q, err := s.rosterRequest(r, newQuery(r), "")
	if err != nil {
		return err
	}
	out := []bodyAnswer{}
	for _, b := range all(q.duties.Roster) {
		if c := patrol.Committee(b); q.takes("", c.Groups) {
			out = append(out, q.body(c))
		}
	}
	slices.SortFunc(out, func(a, b bodyAnswer) int { return strings.Compare(a.Code, b.Code) })
	return writeTagged(w, r, "application/json", map[string]any{name: out, "duty_version": q.duties.Version})
}
