package api

import (
	"net/http"
	"strconv"
	"time"

	"github.com/gorilla/mux"

	"github.com/gridpatrol/gridpatrol/geo/redraw"
)

// publishPatience is how long ago the time of a publish may lie that is to
// happen at once: clocks differ, and requests travel.
const publishPatience = time.Minute

// publicationAnswer is what a publish led to.
type publicationAnswer struct {
	Revision *publishedAnswer `json:"revision,omitempty"` // missing while the plan waits for its time
	Plan     *planAnswer      `json:"plan,omitempty"`     // missing where a revision was undone
	Rerouted *int             `json:"rerouted,omitempty"` // open reports that others have now
}

type publishedAnswer struct {
	Number      int       `json:"number"`
	PublishedAt time.Time `json:"published_at"`
	Note        string    `json:"note"`
	Areas       int       `json:"areas"`
}

func answerPublication(p *redraw.Publication) publicationAnswer {
	return publicationAnswer{Revision: &publishedAnswer{p.Number, p.PublishedAt.UTC(), p.Note, p.Areas}, Rerouted: &p.Rerouted}
}

// approvePlan answers POST /api/v1/plans/{id}/approve.
func (s *Server) approvePlan(w http.ResponseWriter, r *http.Request) error {
	req, e, err := s.wholeEdit(r)
	if err != nil {
		return err
	}
	plan, err := req.plans.Approve(r.Context(), req.id, e)
	if err != nil {
		return s.refused(r.Context(), req.id, err)
	}
	return s.writePlan(w, r, http.StatusOK, &plan)
}

// publishPlan answers POST /api/v1/plans/{id}/publish: now, or at a time to
// come.
func (s *Server) publishPlan(w http.ResponseWriter, r *http.Request) error {
	req, err := s.planRequest(r)
	if err != nil {
		return err
	}
	at, note, err := s.readPublish(r, true)
	if err != nil {
		return err
	}
	e, err := s.whole(r, req)
	if err != nil {
		return err
	}
	if !at.IsZero() {
		plan, err := req.plans.Schedule(r.Context(), req.id, at, note, e)
		if err != nil {
			return s.refused(r.Context(), req.id, err)
		}
		answer := req.view.plan(&plan.Plan)
		setPlanTag(w, &plan.Plan)
		return writeJSON(w, http.StatusAccepted, publicationAnswer{Plan: &answer})
	}
	plan, done, err := req.plans.PublishPlan(r.Context(), req.id, note, e)
	if err != nil {
		return s.refused(r.Context(), req.id, err)
	}
	s.catchUp(r)
	out, answer := answerPublication(&done), s.planView(r).plan(&plan.Plan)
	out.Plan = &answer
	setPlanTag(w, &plan.Plan)
	return writeJSON(w, http.StatusOK, out)
}

// catchUp takes what was published over at once, so that whoever published it
// reads it next. Where that fails, the look every two seconds does it.
func (s *Server) catchUp(r *http.Request) {
	if err := s.cfg.Boundaries.Refresh(r.Context()); err != nil {
		s.log.WarnContext(r.Context(), "what was published is not served yet", "error", err)
	}
}

// readPublish reads when and why something is published; at is zero for now.
func (s *Server) readPublish(r *http.Request, dated bool) (at time.Time, note string, err error) {
	body, err := readPerhaps(r)
	if err != nil {
		return at, "", err
	}
	var bad faults
	f := newFields(&bad, "", body)
	note = f.text("note", maxPlanNote)
	if dated {
		at = f.moment("at")
		switch now := s.cfg.Now(); {
		case at.IsZero():
		case at.Before(now.Add(-publishPatience)):
			f.impossible("/at", "lies in the past; without it the plan is published now")
		case !at.After(now):
			at = time.Time{}
		}
	}
	f.done()
	return at, note, bad.bodyError()
}

// unschedulePlan answers DELETE /api/v1/plans/{id}/publish.
func (s *Server) unschedulePlan(w http.ResponseWriter, r *http.Request) error {
	req, e, err := s.wholeEdit(r)
	if err != nil {
		return err
	}
	plan, err := req.plans.Unschedule(r.Context(), req.id, e)
	if err != nil {
		return s.refused(r.Context(), req.id, err)
	}
	return s.writePlan(w, r, http.StatusOK, &plan)
}

// undoRevision answers POST /api/v1/revisions/{n}/undo: what a revision changed
// is published again as it was before.
func (s *Server) undoRevision(w http.ResponseWriter, r *http.Request) error {
	if err := newQuery(r).err(); err != nil {
		return err
	}
	n, err := strconv.Atoi(mux.Vars(r)["n"])
	if err != nil || n < 1 || s.cfg.Plans == nil {
		return errNotFound("revision")
	}
	_, note, err := s.readPublish(r, false)
	if err != nil {
		return err
	}
	if !PrincipalFrom(r.Context()).Scope.All {
		return fail("outside-scope", "a revision is of the whole district, and this account is limited to areas of it")
	}
	e, err := s.edit(r, "")
	if err != nil {
		return err
	}
	done, err := s.cfg.Plans.UndoRevision(r.Context(), n, note, e.Who)
	if err != nil {
		return unprocessable(err)
	}
	s.catchUp(r)
	return writeJSON(w, http.StatusOK, answerPublication(&done))
}
