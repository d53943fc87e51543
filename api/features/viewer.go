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
	"github.com/gridpatrol/gridpatrol/geo/cql"
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

// shown asks for all reports in the form that the viewer is shown.
func (v *viewer) shown() patrol.ShownQuery {
	q := patrol.ShownQuery{Now: v.now}
	if !v.ReadsReports() {
		q.Public = v.duties.Current().Rulebook
	}
	return q
}

// shownOf asks for the reports that are counted or drawn by a filter, at most so
// many.
func (v *viewer) shownOf(f hotspot.Filter, limit int) patrol.ShownQuery {
	q := v.shown()
	q.From, q.To, q.Limit = f.From, f.To, limit
	if f.Bound != nil {
		q.Bounds = []orb.Bound{*f.Bound}
	}
	q.Filter = all(anyOfTexts(patrol.ShownCategory, f.Category), anyOfTexts(patrol.ShownStatus, f.Status))
	if f.Overdue {
		q.Filter = all(q.Filter, property(patrol.ShownOverdue, cql.Bool(true)))
	}
	return q
}

// ReportPoints gives the reports a tile shows.
func (v *viewer) ReportPoints(ctx context.Context, f hotspot.Filter, limit int) ([]tiles.ReportPoint, error) {
	out := make([]tiles.ReportPoint, 0, limit)
	err := v.reports.ShownReports(ctx, v.scope(), v.shownOf(f, limit), func(r *patrol.Shown) error {
		p := tiles.ReportPoint{Point: r.Point, Category: r.Category, Status: string(r.Status), Accepted: r.CreatedAt}
		if v.ReadsReports() {
			p.ID, p.Overdue = r.ID.String(), r.Overdue
		}
		out = append(out, p)
		return nil
	})
	return out, err
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
const countedAtOnce = 10_000

// publicCounts counts the reports of the principal's areas in their public
// form.
func (v *viewer) publicCounts(ctx context.Context, f hotspot.Filter, starts []time.Time) ([]hotspot.FrameCount, error) {
	if v.OwnAreas() == "" {
		return nil, nil
	}
	q := v.shownOf(f, countedAtOnce)
	var rows []hotspot.Row
	for read := countedAtOnce; read == countedAtOnce; {
		read = 0
		var last patrol.Shown
		err := v.reports.ShownReports(ctx, v.scope(), q, func(r *patrol.Shown) error {
			c, err := cell.At(r.Point, hotspot.BaseResolution)
			if err != nil {
				return fmt.Errorf("count report %s: %w", r.ID, err)
			}
			rows = append(rows, hotspot.Row{ID: r.ID, At: r.CreatedAt, Category: r.Category, Status: string(r.Status), Cell: c, Public: c})
			read++
			last = *r
			return nil
		})
		if err != nil {
			return nil, err
		}
		place := q.PlaceOf(&last)
		q.After = &place
	}
	columns, err := hotspot.NewColumns(rows)
	if err != nil {
		return nil, fmt.Errorf("count reports in their public form: %w", err)
	}
	return columns.FrameCounts(f, true, starts), nil
}
