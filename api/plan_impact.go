package api

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/impact"
	"github.com/gridpatrol/gridpatrol/geo/locate"
	"github.com/gridpatrol/gridpatrol/geo/redraw"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// The days of reports that an impact counts: unless asked, and at most.
const (
	impactDays    = 365
	maxImpactDays = 3660
)

// planImpact answers GET /api/v1/plans/{id}/impact: what the plan would do to
// people and work, as JSON, as a map (format=geojson) or as a workbook
// (format=xlsx).
func (s *Server) planImpact(w http.ResponseWriter, r *http.Request) error {
	q := newQuery(r)
	days, all, format := q.count("days", impactDays, maxImpactDays), q.flag("all"), q.text("format", 10)
	if !slices.Contains([]string{"", "json", "geojson", "xlsx"}, format) {
		q.unread("format", "must be json, geojson or xlsx")
	}
	if err := q.err(); err != nil {
		return err
	}
	d, err := s.drawnPlan(r)
	if err != nil {
		return err
	}
	c := s.consequences(d, days)
	if format == "geojson" { // which names nobody
		setPlanTag(w, &d.Plan)
		return c.writeMap(w)
	}
	answer := c.answer(all)
	c.now.private = c.now.private || c.then.private
	if err := s.logContacts(r.Context(), c.now, "plan", d.ID.String()); err != nil {
		return err
	}
	setPlanTag(w, &d.Plan)
	if format == "xlsx" {
		return c.writeWorkbook(w, &answer)
	}
	return writeJSON(w, http.StatusOK, answer)
}

// drawn is a plan with the lookups of its boundaries and of those it starts
// from, all of one state.
type drawn struct {
	redraw.Working
	before, after *locate.Index
	who           access.Principal
}

// drawnPlan reads the plan that a request is about.
func (s *Server) drawnPlan(r *http.Request) (*drawn, error) {
	req, err := s.planNamed(r)
	if err != nil {
		return nil, err
	}
	for range 5 {
		plan, err := req.plans.Plan(r.Context(), req.id)
		if err != nil {
			return nil, noPlan(err)
		}
		after, err := req.plans.Snapshot(r.Context(), req.id)
		if err != nil {
			return nil, noPlan(err)
		}
		again, err := req.plans.Plan(r.Context(), req.id)
		if err != nil {
			return nil, noPlan(err)
		}
		if plan.Version != again.Version {
			continue // somebody works on it just now
		}
		before, err := s.baseOf(r.Context(), &plan)
		if err != nil {
			return nil, err
		}
		return &drawn{plan, before, after.Index, PrincipalFrom(r.Context())}, nil
	}
	return nil, fail("unavailable", "the plan is being worked on; try again in a moment")
}

// baseOf gives the lookup of the boundaries that a plan starts from.
func (s *Server) baseOf(ctx context.Context, p *redraw.Working) (*locate.Index, error) {
	if p.Base == 0 { // before anything was published
		return locate.Build(nil, locate.Config{})
	}
	snapshot, err := s.cfg.Boundaries.Revision(ctx, p.Base)
	if err != nil {
		return nil, err
	}
	return snapshot.Index, nil
}

// consequences are what a plan would do, and what they are told with.
type consequences struct {
	*drawn
	impact.Impact
	days int
	now  *contacts // people of the boundaries before
	then *contacts // and after
}

// consequences finds what a plan would do to the reports of the last days.
func (s *Server) consequences(d *drawn, days int) *consequences {
	now := s.now()
	c := &consequences{drawn: d, days: days}
	c.Impact = impact.Assess(impact.Question{
		Before: d.before, After: d.after, Reports: s.cfg.Counted.Current(),
		From: now.at.Add(-time.Duration(days) * 24 * time.Hour), To: now.at,
		Open: func(status string) bool { return patrol.Status(status).Open() },
	})
	before, after := now, now
	before.Snapshot, after.Snapshot = snapshotOf(d.before), snapshotOf(d.after)
	c.now, c.then = before.contacts(d.who), after.contacts(d.who)
	return c
}

// snapshotOf is a lookup as whoever looks for names in it takes it.
func snapshotOf(x *locate.Index) *locate.Snapshot { return &locate.Snapshot{Index: x} }

// sees reports whether the caller may be told of a report that moves, and where
// it is.
func (c *consequences) sees(m *impact.Move) bool { return c.mayPlace(m.At) }

// knows gives the contacts that know an area: those of the boundaries that have it.
func (c *consequences) knows(a *geo.Area) *contacts {
	if _, ok := c.before.ByID(a.ID); ok {
		return c.now
	}
	return c.then
}

// refText is "kind:code", or nil for no area.
func refText(a *geo.Area) *string {
	if a == nil {
		return nil
	}
	text := a.Ref().String()
	return &text
}
