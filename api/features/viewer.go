package features

import (
	"context"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/cell"
	"github.com/gridpatrol/gridpatrol/geo/hotspot"
	"github.com/gridpatrol/gridpatrol/patrol"
	"github.com/gridpatrol/gridpatrol/tiles"
)

// viewer is what a principal may see of reports: the one place that decides
// it, for collections and tiles alike.
type viewer struct {
	principal access.Principal
	reports   Reports
	duties    Duties
	now       time.Time
}

var _ tiles.Viewer = (*viewer)(nil)

// Viewers makes the viewers that tiles ask for. The arguments are those of
// Config, now may be nil for time.Now.
func Viewers(principal func(*http.Request) access.Principal, reports Reports, duties Duties, now func() time.Time) func(*http.Request) tiles.Viewer {
	if now == nil {
		now = time.Now
	}
	return func(r *http.Request) tiles.Viewer {
		return &viewer{principal(r), reports, duties, now()}
	}
}

func (s *Server) viewer(r *http.Request) *viewer {
	return &viewer{s.c.Principal(r), s.c.Reports, s.c.Duties, s.c.Now()}
}

// ReadsReports reports whether the principal reads reports of its areas as
// they are. Everybody else gets the public form: of all, or of the areas that
// its token is limited to.
func (v *viewer) ReadsReports() bool {
	return access.Can(v.principal, access.ReadReports) && access.Can(v.principal, access.ReadDescriptions)
}

// ReadsEveryReport reports whether its areas are the whole district.
func (v *viewer) ReadsEveryReport() bool {
	return v.ReadsReports() && v.principal.Scope.All
}

// ReadsPatrols reports whether the principal reads where patrols of its areas
// have been.
func (v *viewer) ReadsPatrols() bool { return access.Can(v.principal, access.ReadPatrols) }

// SignedIn reports whether there is an account or token.
func (v *viewer) SignedIn() bool { return v.principal.SignedIn() }

// Covers reports whether a place that these areas cover lies in its areas.
func (v *viewer) Covers(areas []geo.ID) bool { return v.principal.Scope.Covers(areas) }

// scope is where the viewer reads reports: without an account, the public form
// of them everywhere.
func (v *viewer) scope() access.Scope {
	if access.Can(v.principal, access.ReadReports) {
		return v.principal.Scope
	}
	return access.Scope{All: true}
}

// point is where the viewer is shown the report.
func (v *viewer) point(r *patrol.Report) orb.Point {
	if v.ReadsReports() {
		return r.Point
	}
	return v.duties.Current().Rulebook.Shown(r.Category, r.Point)
}

// fetch gives the reports that pass the filter and are shown within the bound
// (nil: anywhere), newest first, at most f.Limit of them. For the public the
// bound is laid on the places that are shown, not on the true ones: else small
// bounds would find out the true ones.
func (v *viewer) fetch(ctx context.Context, f patrol.Filter, bound *orb.Bound) ([]patrol.Report, error) {
	f.Now = v.now
	f.Bound = bound
	if v.ReadsReports() {
		return v.reports.Reports(ctx, v.scope(), f)
	}
	f.OnlyPublic = true
	if bound != nil {
		wide := bound.Pad(patrol.PublicMargin)
		f.Bound = &wide
	}
	var out []patrol.Report
	for {
		batch, err := v.reports.Reports(ctx, v.scope(), f)
		if err != nil {
			return nil, err
		}
		for i := range batch {
			if bound == nil || bound.Contains(v.point(&batch[i])) {
				out = append(out, batch[i])
			}
			if len(out) == f.Limit {
				return out, nil
			}
		}
		if len(batch) < f.Limit {
			return out, nil
		}
		last := &batch[len(batch)-1]
		f.AfterTime, f.AfterID = last.CreatedAt, last.ID
	}
}

// ReportPoints gives the reports a tile shows.
func (v *viewer) ReportPoints(ctx context.Context, f hotspot.Filter, limit int) ([]tiles.ReportPoint, error) {
	var states []patrol.Status
	for _, t := range f.Status {
		states = append(states, patrol.Status(t))
	}
	reports, err := v.fetch(ctx, patrol.Filter{From: f.From, To: f.To, Category: f.Category, Status: states, Overdue: f.Overdue, Limit: limit}, f.Bound)
	if err != nil {
		return nil, err
	}
	out := make([]tiles.ReportPoint, len(reports))
	for i := range reports {
		r := &reports[i]
		out[i] = tiles.ReportPoint{Point: v.point(r), Category: r.Category, Status: string(r.Status), Accepted: r.CreatedAt}
		if v.ReadsReports() {
			out[i].ID, out[i].Overdue = r.ID.String(), r.Overdue(v.now)
		}
	}
	return out, nil
}

// OwnAreas names the areas that the principal is limited to, be it to none;
// empty for who is not limited.
func (v *viewer) OwnAreas() string {
	if !access.Can(v.principal, access.ReadReports) || v.principal.Scope.All {
		return ""
	}
	ids := make([]string, len(v.principal.Scope.Areas))
	for i, id := range v.principal.Scope.Areas {
		ids[i] = id.String()
	}
	slices.Sort(ids)
	return "areas " + strings.Join(ids, " ")
}

// CellCounts counts the reports of the principal's areas, at the places where
// it is shown them; none for the public. Who is not limited to areas is answered
// from memory instead.
func (v *viewer) CellCounts(ctx context.Context, f hotspot.Filter) ([]hotspot.Count, error) {
	if v.ReadsReports() {
		return v.reports.CellCounts(ctx, v.principal.Scope, f)
	}
	frames, err := v.publicCounts(ctx, f, nil)
	out := make([]hotspot.Count, len(frames))
	for i, c := range frames {
		out[i] = hotspot.Count{Cell: c.Cell, N: c.N}
	}
	return out, err
}

// FrameCounts is CellCounts by frames, as the store's.
func (v *viewer) FrameCounts(ctx context.Context, f hotspot.Filter, starts []time.Time) ([]hotspot.FrameCount, error) {
	if v.ReadsReports() {
		return v.reports.FrameCounts(ctx, v.principal.Scope, f, starts)
	}
	return v.publicCounts(ctx, f, starts)
}

// countedAtOnce is how many reports publicCounts reads at once.
const countedAtOnce = 2000

// publicCounts counts the reports of the principal's areas in their public
// form.
func (v *viewer) publicCounts(ctx context.Context, f hotspot.Filter, starts []time.Time) ([]hotspot.FrameCount, error) {
	if v.OwnAreas() == "" {
		return nil, nil
	}
	q := patrol.Filter{From: f.From, To: f.To, Category: f.Category, Now: v.now, OnlyPublic: true, Limit: countedAtOnce}
	for _, t := range f.Status {
		q.Status = append(q.Status, patrol.Status(t))
	}
	var rows []hotspot.Row
	for {
		batch, err := v.reports.Reports(ctx, v.scope(), q)
		if err != nil {
			return nil, err
		}
		for i := range batch {
			r := &batch[i]
			c, err := cell.At(v.point(r), hotspot.BaseResolution)
			if err != nil {
				return nil, fmt.Errorf("count report %s: %w", r.ID, err)
			}
			rows = append(rows, hotspot.Row{ID: r.ID, At: r.CreatedAt, Category: r.Category, Status: string(r.Status), Cell: c, Public: c})
		}
		if len(batch) < countedAtOnce {
			break
		}
		last := &batch[len(batch)-1]
		q.AfterTime, q.AfterID = last.CreatedAt, last.ID
	}
	columns, err := hotspot.NewColumns(rows)
	if err != nil {
		return nil, fmt.Errorf("count reports in their public form: %w", err)
	}
	return columns.FrameCounts(f, true, starts), nil
}
