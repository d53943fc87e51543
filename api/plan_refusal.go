package api

import (
	"context"
	"errors"
	"net/http"
	"strings"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/redraw"
	"github.com/gridpatrol/gridpatrol/importers"
)

// planProblem is something wrong with a plan, and where.
type planProblem struct {
	Problem  string   `json:"problem"`
	Severity string   `json:"severity"` // "error" or "warning"
	Detail   string   `json:"detail"`
	Lon      float64  `json:"lon"`
	Lat      float64  `json:"lat"`
	Code     string   `json:"code,omitempty"` // of the first area
	Areas    []string `json:"areas"`          // "kind:code"
	AreaM2   float64  `json:"area_m2,omitempty"`
	Before   bool     `json:"before,omitempty"`
	Value    float64  `json:"value,omitempty"`
	Norm     float64  `json:"norm,omitempty"`
	Class    string   `json:"class,omitempty"`
	Posts    []string `json:"posts,omitempty"`
	Prefix   string   `json:"prefix,omitempty"`
}

func answerProblem(p *redraw.Problem) planProblem {
	out := planProblem{
		Problem: p.Code, Severity: "error", Detail: p.Detail, Lon: p.At[0], Lat: p.At[1], Areas: refTexts(p.Areas), AreaM2: p.AreaM2,
		Before: p.Before, Value: p.Value, Norm: p.Norm, Class: p.Class, Posts: p.Posts, Prefix: p.Prefix,
	}
	if p.Warning {
		out.Severity = "warning"
	}
	if len(p.Areas) > 0 {
		out.Code = p.Areas[0].Code
	}
	return out
}

func answerProblems(list []redraw.Problem) []planProblem {
	out := make([]planProblem, len(list))
	for i := range list {
		out[i] = answerProblem(&list[i])
	}
	return out
}

func refTexts(refs []geo.Ref) []string {
	out := make([]string, len(refs))
	for i, r := range refs {
		out[i] = r.String()
	}
	return out
}

// planTrouble is what the problem of a refused change to a plan has besides.
type planTrouble struct {
	Problem  string   `json:"problem,omitempty"`  // as the contract names it, such as "LOCKED"
	Problems any      `json:"problems,omitempty"` // []planProblem, or of a file []*importers.Problem; with their places
	Areas    []string `json:"areas,omitempty"`    // "kind:code"
	ETag     string   `json:"etag,omitempty"`     // of the plan as it is now
}

// refusal is why a plan was not changed, with what the caller needs to go on.
type refusal struct {
	error
	etag     string
	problems []redraw.Problem
}

func (r *refusal) Unwrap() error { return r.error }

// refused gives the error for a change that a plan's store refused: what was
// read and is impossible is 422, and a conflict comes with the state that the
// plan is in now.
func (s *Server) refused(ctx context.Context, id geo.ID, err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, geo.ErrNotFound) {
		return errNotFound("plan")
	}
	var wrong *redraw.Problem
	var fault *geo.GeometryError
	switch {
	case errors.As(err, &wrong):
		return &refusal{error: problemError(wrong), problems: []redraw.Problem{*wrong}}
	case errors.As(err, &fault):
		at := redraw.Problem{Code: redraw.ProblemSelfIntersection, Detail: fault.Rule, At: fault.At}
		return &refusal{error: problemError(&at), problems: []redraw.Problem{at}}
	case !errors.Is(err, geo.ErrConflict):
		return unprocessable(err)
	}
	out := &refusal{error: err}
	if now, readErr := s.cfg.Plans.Plan(ctx, id); readErr == nil {
		out.etag = now.ETag
	}
	if code := codeOf(err); code == "plan-has-errors" {
		if _, all, checkErr := s.cfg.Plans.Check(ctx, id); checkErr == nil {
			out.problems = all
		}
	}
	return out
}

// problemError is the error that a problem of a plan stands for: its code in
// small letters, 409 or 422 by its kind.
func problemError(p *redraw.Problem) error {
	code := strings.ReplaceAll(strings.ToLower(p.Code), "_", "-")
	return unprocessable(&geo.Problem{Kind: p.Unwrap(), Code: code, Detail: p.Detail, Areas: p.Areas})
}

func codeOf(err error) string {
	var p *geo.Problem
	if errors.As(err, &p) {
		return p.Code
	}
	return ""
}

// troubleOf gives what the problem of an error says of a plan; nothing where it
// is about none.
func troubleOf(err error, source *geo.Problem) planTrouble {
	var file *fileFault
	if errors.As(err, &file) {
		return planTrouble{Problem: file.found.Problem, Problems: []*importers.Problem{file.found}}
	}
	var r *refusal
	if !errors.As(err, &r) && len(source.Areas) == 0 {
		return planTrouble{}
	}
	out := planTrouble{Areas: refTexts(source.Areas)}
	if r == nil {
		return out
	}
	out.ETag = r.etag
	var list []planProblem
	for i := range r.problems {
		if !r.problems[i].Warning {
			list = append(list, answerProblem(&r.problems[i]))
		}
	}
	if len(list) == 1 {
		out.Problem = list[0].Problem
	}
	if list != nil {
		out.Problems = list
	}
	return out
}

// edit says what the sender of a change believes of the plan, by If-Match and
// what the body says it was made on.
func (s *Server) edit(r *http.Request, basedOn string) (PlanEdit, error) {
	p := PrincipalFrom(r.Context())
	e := PlanEdit{BasedOn: basedOn, Who: namedActor(p)}
	if !p.Scope.All {
		e.Permit = func(result redraw.Result) error { return s.permit(p.Scope, result.Changed) }
	}
	sent := r.Header.Values("If-Match")
	if len(sent) == 0 || len(sent) == 1 && strings.TrimSpace(sent[0]) == "*" {
		return e, nil
	}
	// A weak tag, or several, name no one state; an empty one is a client that
	// believes to have one.
	if e.IfMatch = opaqueTag(strings.TrimSpace(sent[0])); len(sent) > 1 || e.IfMatch == "" {
		return e, fail("version-conflict", "If-Match must be the ETag of the plan")
	}
	return e, nil
}

// opaqueTag gives what an entity tag says between its quotes, which may be left
// out, as the member etag of answers does; nothing where it is no strong tag.
func opaqueTag(tag string) string {
	if inner, quoted := strings.CutPrefix(tag, `"`); quoted {
		if tag, quoted = strings.CutSuffix(inner, `"`); !quoted {
			return ""
		}
	}
	if strings.ContainsAny(tag, `"/, `) {
		return ""
	}
	return tag
}
