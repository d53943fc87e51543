package api

import (
	"net/http"
	"slices"

	"github.com/google/uuid"
	"github.com/gorilla/mux"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// rosterView is posts and people in one world, as far as a caller may see them.
type rosterView struct {
	world
	principal access.Principal
	manager   *manager // nil for who may change nothing
}

func (s *Server) rosterView(r *http.Request, w world) rosterView {
	v := rosterView{world: w, principal: PrincipalFrom(r.Context())}
	if access.Can(v.principal, access.ManageDuties) {
		m := s.manager(r)
		v.manager = &m
	}
	return v
}

// covering gives areas and those that they belong to.
func (v *rosterView) covering(areas []geo.ID) []geo.ID {
	var out []geo.ID
	for _, id := range areas {
		out = append(out, id)
		if a, ok := v.Index.ByID(id); ok {
			out = append(out, v.lineage(a)...)
		}
	}
	return out
}

// sees reports whether the caller may see who works in any of these areas.
func (v *rosterView) sees(areas []geo.ID) bool {
	return v.principal.Scope.All || v.principal.Scope.Covers(v.covering(areas))
}

// seesSeat reports whether the caller may see a seat of the roster in force.
func (v *rosterView) seesSeat(id geo.ID) bool {
	seat, ok := v.duties.Roster.Seat(id)
	return ok && v.sees(v.duties.Roster.AreasOfSeat(seat))
}

// mayChange reports whether the caller may change posts that answer for these
// areas: all of them lie in the own ones.
func (v *rosterView) mayChange(areas []geo.ID) bool {
	return v.manager != nil && v.manager.within(access.Scope{Areas: areas})
}

func (v *rosterView) refs(ids []geo.ID) []areaRef {
	out := []areaRef{}
	for _, id := range ids {
		if a, ok := v.Index.ByID(id); ok {
			out = append(out, areaRef{a.Kind, a.Code, a.Name})
		}
	}
	return out
}

type areaRef struct {
	Kind geo.Kind `json:"kind"`
	Code string   `json:"code"`
	Name string   `json:"name"`
}

// rosterRequest narrows a roster: to the caller's scope, to an area and what
// lies in it, to a post, at a time.
type rosterRequest struct {
	rosterView
	area *geo.Area
	post patrol.Post
	past bool // a time was asked for
}

func (s *Server) readRosterRequest(r *http.Request) (*rosterRequest, error) {
	q := newQuery(r)
	return s.rosterRequest(r, q, q.text("post", 40))
}

// rosterRequest reads at, plan and area besides what was read of q already.
func (s *Server) rosterRequest(r *http.Request, q *query, post string) (*rosterRequest, error) {
	at, plan := q.world()
	area := q.text("area", 80)
	out := &rosterRequest{past: !at.IsZero()}
	var ref geo.Ref
	var err error
	if area != "" {
		if ref, err = geo.ParseRef(area); err != nil {
			q.unread("area", "must be kind:code")
		}
	}
	if post != "" {
		if out.post, err = patrol.ParsePost(post); err != nil {
			q.unread("post", "is no post")
		}
	}
	if err := q.err(); err != nil {
		return nil, err
	}
	w, err := s.worldAt(r.Context(), at, plan)
	if err != nil {
		return nil, err
	}
	out.rosterView = s.rosterView(r, w)
	if area != "" {
		if out.area, err = out.Index.Find(ref); err != nil {
			return nil, badArea(err)
		}
	}
	return out, nil
}

// badArea is the error for an area parameter that names none.
func badArea(err error) error {
	return fail("invalid-parameters", "some parameters are not valid", geo.FieldError{Pointer: "area", Detail: geo.Text(err)})
}

// takes reports whether a seat of the post that answers for these areas is
// asked for, and may be seen.
func (q *rosterRequest) takes(post patrol.Post, areas []geo.ID) bool {
	if q.post != "" && q.post != post {
		return false
	}
	if q.principal.Scope.All && q.area == nil {
		return true
	}
	covering := q.covering(areas)
	return q.principal.Scope.Covers(covering) && (q.area == nil || slices.Contains(covering, q.area.ID))
}

// logRoster notes in the audit log who was shown the roster, and what of it.
func (s *Server) logRoster(r *http.Request, q *rosterRequest, what string) error {
	if q.area != nil {
		what += " " + q.area.Ref().String()
	}
	return s.logView(r, &q.rosterView, what)
}

func (s *Server) logView(r *http.Request, v *rosterView, what string) error {
	return s.cfg.ReadLog.LogRead(r.Context(), actorOf(v.principal), "roster", what)
}

// onlyRosterPath gives the id that a path names, of a request that takes no
// parameters; where it is none, there is no such thing.
func onlyRosterPath(r *http.Request, name, what string) (geo.ID, error) {
	if err := newQuery(r).err(); err != nil {
		return geo.ID{}, err
	}
	text := mux.Vars(r)[name]
	id, err := uuid.Parse(text)
	if err != nil || id.String() != text {
		return id, errNotFound(what)
	}
	return id, nil
}
