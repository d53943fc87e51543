package api

import (
	"errors"
	"net/http"

	"github.com/google/uuid"
	"github.com/gorilla/mux"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/redraw"
)

// planRequest is a request about a plan.
type planRequest struct {
	plans Plans
	id    geo.ID
	view  planView
}

// planRequest reads which plan a request is about; it takes no parameters.
func (s *Server) planRequest(r *http.Request) (planRequest, error) {
	if err := newQuery(r).err(); err != nil {
		return planRequest{}, err
	}
	return s.planNamed(r)
}

// planNamed is planRequest of a route that has parameters.
func (s *Server) planNamed(r *http.Request) (planRequest, error) {
	out := planRequest{plans: s.cfg.Plans, view: s.planView(r)}
	text := mux.Vars(r)["id"]
	id, err := uuid.Parse(text)
	if err != nil || id.String() != text || s.cfg.Plans == nil {
		return out, errNotFound("plan")
	}
	out.id = id
	return out, nil
}

func (s *Server) planView(r *http.Request) planView {
	return planView{PrincipalFrom(r.Context()), s.cfg.Boundaries.Current().Revision.Number}
}

// noPlan gives errNotFound in the words of plans, any other error as it is.
func noPlan(err error) error {
	if errors.Is(err, geo.ErrNotFound) {
		return errNotFound("plan")
	}
	return err
}

// listPlans answers GET /api/v1/plans.
func (s *Server) listPlans(w http.ResponseWriter, r *http.Request) error {
	q := newQuery(r)
	status := redraw.Status(q.text("status", 40))
	switch status {
	case "", redraw.Drafted, redraw.Approved, redraw.Scheduled, redraw.Published, redraw.Discarded:
	default:
		q.unread("status", "must be draft, approved, scheduled, published or discarded")
	}
	if err := q.err(); err != nil {
		return err
	}
	if s.cfg.Plans == nil {
		return errNotFound("service here")
	}
	all, err := s.cfg.Plans.Plans(r.Context())
	if err != nil {
		return err
	}
	view, out := s.planView(r), []planAnswer{}
	for i := range all {
		if status == "" || all[i].Status == status {
			out = append(out, view.plan(&all[i]))
		}
	}
	return writeJSON(w, http.StatusOK, map[string]any{"plans": out})
}

// readPlan answers GET /api/v1/plans/{id}.
func (s *Server) readPlan(w http.ResponseWriter, r *http.Request) error {
	req, err := s.planRequest(r)
	if err != nil {
		return err
	}
	plan, err := req.plans.Plan(r.Context(), req.id)
	if err != nil {
		return noPlan(err)
	}
	out, err := req.view.detail(&plan)
	if err != nil {
		return err
	}
	setPlanTag(w, &plan.Plan)
	return writeJSON(w, http.StatusOK, out)
}

// setPlanTag names the state of the plan's boundaries, which If-Match asks for.
func setPlanTag(w http.ResponseWriter, p *redraw.Plan) { w.Header().Set("ETag", `"`+p.ETag+`"`) }

// checkAnswer is everything that is wrong with a plan.
type checkAnswer struct {
	ETag     string        `json:"etag"`
	Errors   []planProblem `json:"errors"`
	Warnings []planProblem `json:"warnings"`
}

// checkPlan answers GET /api/v1/plans/{id}/check.
func (s *Server) checkPlan(w http.ResponseWriter, r *http.Request) error {
	req, err := s.planRequest(r)
	if err != nil {
		return err
	}
	plan, all, err := req.plans.Check(r.Context(), req.id)
	if err != nil {
		return noPlan(err)
	}
	out := checkAnswer{ETag: plan.ETag, Errors: []planProblem{}, Warnings: []planProblem{}}
	for _, p := range answerProblems(all) {
		if p.Severity == "error" {
			out.Errors = append(out.Errors, p)
		} else {
			out.Warnings = append(out.Warnings, p)
		}
	}
	setPlanTag(w, &plan.Plan)
	return writeJSON(w, http.StatusOK, out)
}
