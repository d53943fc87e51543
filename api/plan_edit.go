package api

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"strings"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/redraw"
)

// Of the texts that plans are given: characters at most.
const (
	maxPlanTitle = 200
	maxPlanNote  = 2000
)

// createPlan answers POST /api/v1/plans: a plan without operations, on the
// revision in force.
func (s *Server) createPlan(w http.ResponseWriter, r *http.Request) error {
	if err := newQuery(r).err(); err != nil {
		return err
	}
	if s.cfg.Plans == nil {
		return errNotFound("service here")
	}
	body, err := readObject(r)
	if err != nil {
		return err
	}
	var bad faults
	f := newFields(&bad, "", body)
	title, needsApproval := f.title(), f.truth("needs_approval")
	f.done()
	if err := bad.bodyError(); err != nil {
		return err
	}
	e, err := s.edit(r, "")
	if err != nil {
		return err
	}
	plan, err := s.cfg.Plans.CreatePlan(r.Context(), title, needsApproval, e.Who)
	if err != nil {
		return unprocessable(err)
	}
	w.Header().Set("Location", "/api/v1/plans/"+plan.ID.String())
	return s.writePlan(w, r, http.StatusCreated, &plan)
}

// title reads what a plan is called.
func (f *fields) title() string {
	f.required("title")
	before := len(f.fields)
	title := strings.TrimSpace(f.text("title", maxPlanTitle))
	if title == "" && f.obj.members["title"] != nil && len(f.fields) == before {
		f.impossible(f.pointer("title"), "is empty")
	}
	return title
}

// truth reads true or false, false where it is missing.
func (f *fields) truth(name string) bool {
	v, ok := f.member(name)
	if !ok {
		return false
	}
	b, ok := v.(bool)
	if !ok {
		f.unread(f.pointer(name), "must be true or false")
	}
	return b
}

// writePlan answers with a plan without its operations.
func (s *Server) writePlan(w http.ResponseWriter, r *http.Request, status int, p *redraw.Working) error {
	setPlanTag(w, &p.Plan)
	return writeJSON(w, status, s.planView(r).plan(&p.Plan))
}

// retitlePlan answers PATCH /api/v1/plans/{id}.
func (s *Server) retitlePlan(w http.ResponseWriter, r *http.Request) error {
	req, err := s.planRequest(r)
	if err != nil {
		return err
	}
	body, err := readObject(r)
	if err != nil {
		return err
	}
	var bad faults
	f := newFields(&bad, "", body)
	title := f.title()
	f.done()
	if err := bad.bodyError(); err != nil {
		return err
	}
	e, err := s.whole(r, req)
	if err != nil {
		return err
	}
	plan, err := req.plans.Retitle(r.Context(), req.id, title, e)
	if err != nil {
		return s.refused(r.Context(), req.id, err)
	}
	return s.writePlan(w, r, http.StatusOK, &plan)
}

// discardPlan answers DELETE /api/v1/plans/{id}.
func (s *Server) discardPlan(w http.ResponseWriter, r *http.Request) error {
	req, e, err := s.wholeEdit(r)
	if err != nil {
		return err
	}
	if err := req.plans.Discard(r.Context(), req.id, e); err != nil {
		return s.refused(r.Context(), req.id, err)
	}
	w.WriteHeader(http.StatusNoContent)
	return nil
}

// operate answers POST /api/v1/plans/{id}/operations.
func (s *Server) operate(w http.ResponseWriter, r *http.Request) error {
	req, err := s.planRequest(r)
	if err != nil {
		return err
	}
	op, basedOn, err := readOperation(r)
	if err != nil {
		return err
	}
	e, err := s.edit(r, basedOn)
	if err != nil {
		return err
	}
	plan, result, err := req.plans.Operate(r.Context(), req.id, op, e)
	if err != nil {
		return s.refused(r.Context(), req.id, err)
	}
	return s.writeChange(w, req.view, &plan, &result, nil)
}

// readOperation reads an operation, and the state it was made on. The text is
// read twice: strictly as all bodies are, then as an operation.
func readOperation(r *http.Request) (redraw.Operation, string, error) {
	switch mediaType(r) {
	case "application/json", "application/geo+json":
	default:
		return nil, "", unsupported("application/json")
	}
	data, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, "", readError(err)
	}
	body, err := parseObject(data)
	if err != nil {
		return nil, "", err
	}
	var bad faults
	f := newFields(&bad, "", body)
	basedOn := f.text("based_on", 200)
	if tag := opaqueTag(basedOn); tag != "" {
		basedOn = tag
	} else if body.members["based_on"] == "" {
		f.impossible(f.pointer("based_on"), "is empty")
	}
	if err := bad.bodyError(); err != nil {
		return nil, "", err
	}
	if _, there := body.members["based_on"]; there {
		if data, err = without(data, "based_on"); err != nil {
			return nil, "", err
		}
	}
	op, err := redraw.ParseOperation(data)
	return op, basedOn, err
}

// without gives an object, of which every name is there once, without a member.
func without(data []byte, name string) ([]byte, error) {
	members := map[string]json.RawMessage{}
	if err := json.Unmarshal(data, &members); err != nil {
		return nil, malformed(err)
	}
	delete(members, name)
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	err := e.Encode(members)
	return out.Bytes(), err
}

// undoOperation answers DELETE /api/v1/plans/{id}/operations/last.
func (s *Server) undoOperation(w http.ResponseWriter, r *http.Request) error {
	return s.moveInHistory(w, r, Plans.Undo, planView.next)
}

// redoOperation answers POST /api/v1/plans/{id}/operations/redo.
func (s *Server) redoOperation(w http.ResponseWriter, r *http.Request) error {
	return s.moveInHistory(w, r, Plans.Redo, planView.last)
}

// moveInHistory undoes or redoes; moved gives the operation afterwards.
func (s *Server) moveInHistory(w http.ResponseWriter, r *http.Request,
	move func(Plans, context.Context, geo.ID, PlanEdit) (redraw.Working, redraw.Result, error),
	moved func(planView, *redraw.Working) (*entryAnswer, error)) error {
	req, e, err := s.bareEdit(r)
	if err != nil {
		return err
	}
	plan, result, err := move(req.plans, r.Context(), req.id, e)
	if err != nil {
		return s.refused(r.Context(), req.id, err)
	}
	op, err := moved(req.view, &plan)
	if err != nil {
		return err
	}
	return s.writeChange(w, req.view, &plan, &result, op)
}

// rebasePlan answers POST /api/v1/plans/{id}/rebase: changed is everything that
// the plan has otherwise than before.
func (s *Server) rebasePlan(w http.ResponseWriter, r *http.Request) error {
	req, e, err := s.wholeEdit(r)
	if err != nil {
		return err
	}
	before, err := req.plans.Plan(r.Context(), req.id)
	if err != nil {
		return noPlan(err)
	}
	plan, err := req.plans.Rebase(r.Context(), req.id, e)
	if err != nil {
		return s.refused(r.Context(), req.id, err)
	}
	result := redraw.Result{Changed: differences(before.Draft.State().Areas(), plan.Draft.State().Areas())}
	return s.writeChange(w, req.view, &plan, &result, nil)
}

// bareEdit reads a change that needs no words.
func (s *Server) bareEdit(r *http.Request) (planRequest, PlanEdit, error) {
	req, err := s.planRequest(r)
	if err != nil {
		return req, PlanEdit{}, err
	}
	body, err := readPerhaps(r)
	if err != nil {
		return req, PlanEdit{}, err
	}
	var bad faults
	newFields(&bad, "", body).done()
	if err := bad.bodyError(); err != nil {
		return req, PlanEdit{}, err
	}
	e, err := s.edit(r, "")
	return req, e, err
}

// readPerhaps reads a body that is one JSON object, or none at all, which
// stands for an empty one.
func readPerhaps(r *http.Request) (*object, error) {
	if r.Body == nil || r.Body == http.NoBody || r.ContentLength == 0 {
		return &object{members: map[string]any{}}, nil
	}
	return readObject(r)
}

// writeChange answers with what was changed, and the operation that was undone
// or redone.
func (s *Server) writeChange(w http.ResponseWriter, view planView, p *redraw.Working, result *redraw.Result, op *entryAnswer) error {
	setPlanTag(w, &p.Plan)
	return writeJSON(w, http.StatusOK, changeAnswer{
		ETag: p.ETag, Version: p.Version, Plan: view.plan(&p.Plan), Operation: op,
		Changed: changed(result.Changed, p.Base), Problems: answerProblems(result.Problems),
	})
}
