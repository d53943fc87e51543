package api

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/locate"
	"github.com/gridpatrol/gridpatrol/geo/redraw"
)

// TestReadsNameThePlan checks that whatever answers for a plan's boundaries says
// so, and nothing else does.
func TestReadsNameThePlan(t *testing.T) {
	s := newSite(t)
	planner := map[string]string{"Authorization": "Bearer " + s.token(access.Planner)}
	draft := `"plan":"` + id(800).String() + `"`
	point := `{"type":"Feature","geometry":{"type":"Point","coordinates":[125.62,43.55]},"properties":null}`
	for _, c := range []call{
		{method: "GET", path: "/api/v1/locate?lon=125.62&lat=43.55"},
		{method: "GET", path: "/api/v1/areas/grid?"},
		{method: "GET", path: "/api/v1/search?q=grid"},
		{method: "POST", path: "/api/v1/locate?", body: `{"points":[[125.62,43.55]]}`},
		{method: "POST", path: "/api/v1/locate?", body: `{"type":"FeatureCollection","features":[` + point + `]}`},
	} {
		c.header = planner
		if w := s.do(c); w.Code != 200 || strings.Contains(w.Body.String(), `"plan"`) {
			t.Errorf("%s %s = %d %s, want no plan", c.method, c.path, w.Code, w.Body)
		}
		path := c.path
		c.path = path + "&plan=" + id(800).String()
		w := s.do(c)
		if body := w.Body.String(); w.Code != 200 || !strings.Contains(body, `"revision":3`) || strings.Count(body, draft) != 1 {
			t.Errorf("%s %s = %d %s, want revision 3 and %s", c.method, c.path, w.Code, w.Body, draft)
		}
		if got := w.Header().Get("Cache-Control"); got != "private, no-cache" {
			t.Errorf("%s %s: Cache-Control = %q", c.method, c.path, got)
		}
		c.path = path + "&plan=" + id(801).String()
		wantProblem(t, s.do(c), http.StatusNotFound, "not-found")
	}
}

// TestPlanRoutesWithoutPlans asks for plans where the server has none.
func TestPlanRoutesWithoutPlans(t *testing.T) {
	s := newSite(t)
	planner := map[string]string{"Authorization": "Bearer " + s.token(access.Planner)}
	path := "/api/v1/plans/" + id(800).String()
	for _, c := range []call{
		{method: "GET", path: "/api/v1/plans"}, {method: "POST", path: "/api/v1/plans", body: `{"title":"x"}`}, {method: "GET", path: path},
		{method: "POST", path: path + "/operations", body: "{}"}, {method: "POST", path: path + "/publish"}, {method: "POST", path: "/api/v1/revisions/1/undo"},
	} {
		c.header = planner
		wantProblem(t, s.do(c), http.StatusNotFound, "not-found")
	}
}

func TestPlanAllow(t *testing.T) {
	ann, bob := redraw.Author{ID: id(901).String(), Name: "ann"}, redraw.Author{ID: id(902).String(), Name: "bob"}
	plan := func(status redraw.Status, base, operations int, needsApproval bool, authors ...redraw.Author) redraw.Plan {
		return redraw.Plan{Status: status, Base: base, Operations: operations, NeedsApproval: needsApproval, CreatedBy: ann, Authors: authors}
	}
	for _, tt := range []struct {
		name string
		plan redraw.Plan
		want string
	}{
		{"without operations", plan(redraw.Drafted, 3, 0, false), "edit discard"},
		{"a draft", plan(redraw.Drafted, 3, 2, false, ann), "edit approve publish schedule discard"},
		{"a draft that needs approval", plan(redraw.Drafted, 3, 2, true, ann), "edit approve discard"},
		{"a draft with own work", plan(redraw.Drafted, 3, 2, true, ann, bob), "edit discard"},
		{"approved", plan(redraw.Approved, 3, 2, true, ann), "edit publish schedule discard"},
		{"behind", plan(redraw.Drafted, 2, 2, true, ann, bob), "edit discard rebase"},
		{"scheduled, and behind", plan(redraw.Scheduled, 2, 2, true, ann), "unschedule"},
		{"published", plan(redraw.Published, 2, 2, false, ann), ""},
		{"discarded", plan(redraw.Discarded, 2, 2, false, ann), ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			v := planView{access.Principal{Kind: "user", ID: id(902), Role: access.Planner}, 3}
			got := v.plan(&tt.plan)
			if strings.Join(got.Allow, " ") != tt.want {
				t.Errorf("allowed is %v, want %s", got.Allow, tt.want)
			}
			if closed := tt.want == ""; got.Behind != (!closed && tt.plan.Base == 2) {
				t.Errorf("behind = %v of revision %d at 3", got.Behind, tt.plan.Base)
			}
		})
	}
}

// oneState is a store of plans that all are in one state. Nothing else is asked
// of it here.
type oneState struct {
	otherwise
	etag  string
	wrong []redraw.Problem
}

// otherwise has a name of its own: one of the methods is called Plans.
type otherwise = Plans

func (o oneState) Plan(context.Context, geo.ID) (redraw.Working, error) {
	return redraw.Working{Plan: redraw.Plan{ETag: o.etag}}, nil
}

func (o oneState) Check(context.Context, geo.ID) (redraw.Working, []redraw.Problem, error) {
	return redraw.Working{}, o.wrong, nil
}

// TestProblemMembers checks that what a page needs to say a problem in its own
// words is told, and only where it applies.
func TestProblemMembers(t *testing.T) {
	for want, p := range map[string]redraw.Problem{
		`{"problem":"GAP","severity":"error","detail":"","lon":0,"lat":0,"areas":[],"area_m2":2.5}`:                                               {Code: "GAP", AreaM2: 2.5},
		`{"problem":"GAP","severity":"warning","detail":"","lon":0,"lat":0,"areas":[],"before":true}`:                                             {Code: "GAP", Warning: true, Before: true},
		`{"problem":"HOUSEHOLDS_OUT_OF_BAND","severity":"error","detail":"","lon":0,"lat":0,"areas":[],"value":900,"norm":480.5,"class":"urban"}`: {Code: "HOUSEHOLDS_OUT_OF_BAND", Value: 900, Norm: 480.5, Class: "urban"},
		`{"problem":"VACANT_POST","severity":"error","detail":"","lon":0,"lat":0,"areas":[],"posts":["grid_chief"]}`:                              {Code: "VACANT_POST", Posts: []string{"grid_chief"}},
		`{"problem":"CODE_RULE","severity":"error","detail":"","lon":0,"lat":0,"code":"1","areas":["grid:1"],"prefix":"220112"}`:                  {Code: "CODE_RULE", Areas: []geo.Ref{{Kind: geo.Grid, Code: "1"}}, Prefix: "220112"},
	} {
		if got, err := json.Marshal(answerProblem(&p)); err != nil || string(got) != want {
			t.Errorf("%s is told as %s, want %s (%v)", p.Code, got, want, err)
		}
	}
}

// TestRefusals checks what becomes of errors that a store of plans gives.
func TestRefusals(t *testing.T) {
	grid := geo.Ref{Kind: geo.Grid, Code: "1"}
	at := orb.Point{125.6, 43.5}
	gap := redraw.Problem{Code: "GAP", Detail: "a gap", At: at, Areas: []geo.Ref{grid}, AreaM2: 12}
	warning := redraw.Problem{Code: "NOT_COMPACT", At: at, Warning: true}
	s := newSite(t).api
	s.cfg.Plans = oneState{etag: "now", wrong: []redraw.Problem{gap, warning}}
	conflict := func(code string, areas ...geo.Ref) error {
		return fmt.Errorf("plan x: %w", &geo.Problem{Kind: geo.ErrConflict, Code: code, Detail: "d", Areas: areas})
	}
	for _, tt := range []struct {
		name     string
		err      error
		status   int
		code     string
		problem  string
		problems int
		areas    int
		etag     string
	}{
		{"no such plan", fmt.Errorf("plan x: %w", geo.ErrNotFound), 404, "not-found", "", 0, 0, ""},
		{"a locked line", fmt.Errorf("x: %w", &redraw.Problem{Code: "LOCKED", At: at, Areas: []geo.Ref{grid}}), 409, "locked", "LOCKED", 1, 1, ""},
		{"a code taken", &redraw.Problem{Code: "DUP_CODE", At: at}, 409, "dup-code", "DUP_CODE", 1, 0, ""},
		{"no sound shape", &redraw.Problem{Code: "SELF_INTERSECTION", At: at, Areas: []geo.Ref{grid}}, 422, "self-intersection", "SELF_INTERSECTION", 1, 1, ""},
		{"a broken ring", &geo.GeometryError{Rule: geo.RuleTooShort, At: at}, 422, "self-intersection", "SELF_INTERSECTION", 1, 0, ""},
		{"an unknown node", geo.Invalid("unknown-node", "d", geo.FieldError{Pointer: "/from"}), 422, "unknown-node", "", 0, 0, ""},
		{"another was quicker", conflict("areas-changed", grid), 409, "areas-changed", "", 0, 1, "now"},
		{"a stale ETag", conflict("version-conflict"), 412, "version-conflict", "", 0, 0, "now"},
		{"errors", conflict("plan-has-errors"), 409, "plan-has-errors", "GAP", 1, 0, "now"},
		{"own work", &geo.Problem{Kind: geo.ErrForbidden, Code: "own-work"}, 403, "own-work", "", 0, 0, ""},
		{"out of scope", fmt.Errorf("x: %w", s.permit(access.Scope{}, []redraw.Change{{Before: &geo.Area{Kind: geo.Grid, Code: "1", Shape: square(1, 1, 2, 2)}}})), 403, "outside-scope", "", 0, 1, ""},
		{"the database", geo.ErrUnavailable, 503, "unavailable", "", 0, 0, ""},
		{"our fault", errors.New("secret"), 500, "internal", "", 0, 0, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := problemOf(s.refused(t.Context(), id(800), tt.err))
			if p.Status != tt.status || p.Type != problemType+tt.code || p.Title == "" {
				t.Errorf("%v becomes %d %s %q, want %d %s", tt.err, p.Status, p.Type, p.Title, tt.status, tt.code)
			}
			list, _ := p.Problems.([]planProblem)
			if p.Problem != tt.problem || len(list) != tt.problems || len(p.Areas) != tt.areas || p.ETag != tt.etag {
				t.Errorf("%v says %+v, want problem %q, %d problems, %d areas, ETag %q", tt.err, p.planTrouble, tt.problem, tt.problems, tt.areas, tt.etag)
			}
			for _, one := range list {
				if one.Severity != "error" || one.Lon != at[0] || one.Lat != at[1] {
					t.Errorf("the problem %+v lacks its place", one)
				}
			}
		})
	}
	if s.refused(t.Context(), id(800), nil) != nil {
		t.Error("no error is refused")
	}
}

func TestDifferences(t *testing.T) {
	area := func(n int, code, name string, east float64) geo.Area {
		return geo.Area{ID: id(n), Kind: geo.Grid, Code: code, Name: name, Shape: square(1, 1, east, 2)}
	}
	before := []geo.Area{area(1, "a", "a", 2), area(2, "b", "b", 2), area(3, "c", "c", 2), area(4, "d", "d", 2), area(5, "e", "e", 2)}
	after := []geo.Area{area(1, "a", "a", 2), area(2, "b", "B", 2), area(3, "z", "c", 2), area(4, "d", "d", 3), area(6, "f", "f", 2)}
	var got []string
	for _, c := range differences(before, after) {
		was, is := "-", "-"
		if c.Before != nil {
			was = c.Before.Code
		}
		if c.After != nil {
			is = c.After.Code
		}
		got = append(got, was+">"+is)
	}
	if want := []string{"b>b", "d>d", "e>-", "->f", "c>z"}; !slices.Equal(got, want) {
		t.Errorf("differences = %v, want %v", got, want)
	}
}

// TestFinderKeepsTheLastSearched looks at which indexes are built anew.
func TestFinderKeepsTheLastSearched(t *testing.T) {
	var f finder
	var snapshots []*locate.Snapshot
	for range keptFinders + 1 {
		snapshots = append(snapshots, town(t))
	}
	first := f.of(snapshots[0])
	for _, s := range snapshots[1:keptFinders] {
		f.of(s)
	}
	second := f.of(snapshots[1])
	if f.of(snapshots[0]) != first {
		t.Error("an index of few is built twice")
	}
	f.of(snapshots[keptFinders])
	if f.of(snapshots[0]) != first || f.of(snapshots[1]) != second {
		t.Error("what was searched last is not kept")
	}
	if len(f.recent) != keptFinders {
		t.Errorf("%d indexes are kept, want %d", len(f.recent), keptFinders)
	}
	if hits := f.of(snapshots[2]).Search("阳光", 1); len(hits) != 1 {
		t.Errorf("an index built anew finds %v", hits)
	}
}
