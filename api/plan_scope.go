package api

import (
	"cmp"
	"net/http"
	"slices"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/redraw"
)

// permit refuses changes of areas that do not lie in the scope: before or after.
func (s *Server) permit(scope access.Scope, changes []redraw.Change) error {
	if scope.All {
		return nil
	}
	beyond := redraw.Beyond(s.territory(scope), changes)
	if beyond == nil {
		return nil
	}
	return &fault{Problem: geo.Problem{Code: "outside-scope", Areas: beyond,
		Detail: "this account is limited to areas, and the change touches others"}}
}

// territory is the land that a scope names, as the boundaries in force have it.
func (s *Server) territory(scope access.Scope) geo.Territory {
	return geo.NewTerritory(scope.Areas, s.cfg.Boundaries.Current().Index.ByID)
}

// wholeEdit reads a change of a plan as a whole that needs no words.
func (s *Server) wholeEdit(r *http.Request) (planRequest, PlanEdit, error) {
	req, e, err := s.bareEdit(r)
	if err != nil || PrincipalFrom(r.Context()).Scope.All {
		return req, e, err
	}
	e, err = s.whole(r, req)
	return req, e, err
}

// whole says what the sender believes of a plan that it decides on as a whole.
// Who is limited to areas may only if the plan changes no others, and the plan
// must not change until the decision is made.
func (s *Server) whole(r *http.Request, req planRequest) (PlanEdit, error) {
	e, err := s.edit(r, "")
	scope := PrincipalFrom(r.Context()).Scope
	if err != nil || scope.All {
		return e, err
	}
	plan, err := req.plans.Plan(r.Context(), req.id)
	if err != nil {
		return e, noPlan(err)
	}
	if e.IfMatch != "" && e.IfMatch != plan.ETag {
		return e, nil // the store says so
	}
	e.IfMatch = plan.ETag
	return e, s.permit(scope, redraw.Compare(plan.Draft.Base(), plan.Draft.State()))
}

// differences gives what differs between two sets of areas, by kind, then by
// code: an area is the same for its id.
func differences(from, to []geo.Area) []redraw.Change {
	had := make(map[geo.ID]*geo.Area, len(from))
	for i := range from {
		had[from[i].ID] = &from[i]
	}
	var out []redraw.Change
	for i := range to {
		before := had[to[i].ID]
		delete(had, to[i].ID)
		if before == nil || !before.Same(&to[i]) {
			out = append(out, redraw.Change{Before: before, After: &to[i]})
		}
	}
	for _, gone := range had {
		out = append(out, redraw.Change{Before: gone})
	}
	slices.SortFunc(out, func(a, b redraw.Change) int {
		return cmp.Or(cmp.Compare(a.Ref().Kind.Index(), b.Ref().Kind.Index()), cmp.Compare(a.Ref().Code, b.Ref().Code))
	})
	return out
}
