package api

import (
	"context"
	"iter"
	"time"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/importers"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// Exports makes tables of collections, for requests and for the command alike:
// what somebody may see of them is decided here. All of it is required.
type Exports struct {
	Boundaries Boundaries
	Duties     Duties
	Reports    Reports
	ReadLog    ReadLog
	Patrols    Patrols // nil: there are no checkpoints
	Now        func() time.Time
}

// Exporter is who asks for an export: what it may see, and what the audit log
// calls it.
type Exporter struct {
	Principal access.Principal
	Actor     patrol.Actor
}

// ExportQuery says which collection is asked for, as it was at a time, or as a plan
// would have it; the zero time is now.
type ExportQuery struct {
	Collection string
	At         time.Time
	Plan       string
}

// The collections besides the kinds of areas.
const (
	exportReports = "reports"
	exportRoads   = "roads"
	exportPosts   = "posts"
	exportRoster  = "roster"     // posts of all times, and leaves
	exportBodies  = "committees" // and branches
	exportPlaces  = "checkpoints"
)

// ExportCollections lists what can be exported. The caller owns the slice.
func ExportCollections() []string {
	var out []string
	for _, k := range geo.Kinds() {
		out = append(out, k.Plural())
	}
	return append(out, exportReports, exportRoads, exportPosts, exportRoster, exportBodies, exportPlaces)
}

// Table gives a collection as the exporter may see it. Areas and roads everybody may;
// reports come in their public form to who may not read descriptions, and from the exporter's
// areas alone where it is limited to some; checkpoints from its areas, to who may read patrols; posts, with names and phones, and committees need the right to
// read rosters, and the audit log has names before the table is given. Of reports there is only
// what is there now.
func (e Exports) Table(ctx context.Context, who Exporter, q ExportQuery) (*importers.Table, error) {
	kind, isKind := geo.ParsePlural(q.Collection)
	switch {
	case isKind, q.Collection == exportRoads:
	case q.Collection == exportReports:
		return e.reports(ctx, who.Principal, q)
	case q.Collection == exportPosts:
		return e.posts(ctx, who, q)
	case q.Collection == exportRoster:
		return e.roster(ctx, who, q)
	case q.Collection == exportBodies:
		return e.bodies(who, q)
	case q.Collection == exportPlaces:
		return e.checkpoints(ctx, who, q)
	default:
		return nil, errNotFound("collection")
	}
	world, err := e.world(ctx, who.Principal, q)
	if err != nil {
		return nil, err
	}
	if isKind {
		return importers.AreasTable(kind, world.Index.Areas(kind)), nil
	}
	return importers.GroundTable(world.Ground, world.invented()), nil
}

// world gives what the query asks about.
func (e Exports) world(ctx context.Context, p access.Principal, q ExportQuery) (world, error) {
	w := world{e.Boundaries.Current(), e.Duties.Current(), e.Now().UTC()}
	return w.shifted(ctx, e.Boundaries, p, q.At, q.Plan)
}

// exportedAtOnce is how many reports are read at once.
const exportedAtOnce = 2000

// reports gives the reports that p may see, newest first.
func (e Exports) reports(ctx context.Context, p access.Principal, q ExportQuery) (*importers.Table, error) {
	var faults []geo.FieldError
	if !q.At.IsZero() {
		faults = append(faults, geo.FieldError{Pointer: "at", Detail: "does not go with reports: there is only what is there now"})
	}
	if q.Plan != "" {
		if !access.Can(p, access.PlanBoundaries) {
			return nil, errNotFound("plan")
		}
		faults = append(faults, geo.FieldError{Pointer: "plan", Detail: "does not go with reports: a plan has none"})
	}
	if faults != nil {
		return nil, fail("invalid-parameters", "reports are exported as they are now", faults...)
	}
	world, err := e.world(ctx, p, q)
	if err != nil {
		return nil, err
	}
	scope, full := p.Scope, viewOf(p) == viewFull
	if !access.Can(p, access.ReadReports) {
		scope, full = access.Scope{All: true}, false // the public form, everywhere
	}
	c := world.contacts(p)
	rows := e.eachReport(ctx, scope, patrol.Filter{Now: world.at, OnlyPublic: !full, Limit: exportedAtOnce})
	return importers.ReportsTable(full, func(yield func(importers.ReportRow, error) bool) {
		for r, err := range rows {
			row := importers.ReportRow{Report: r}
			if err == nil {
				row.Synthetic = r.Source == "demo" || world.invented()
				row.Point = r.Point
				if !full {
					row.Point = c.shown(r, viewPublic)
				}
			}
			if !yield(row, err) {
				return
			}
		}
	}), nil
}

// eachReport reads all reports page by page.
func (e Exports) eachReport(ctx context.Context, scope access.Scope, f patrol.Filter) iter.Seq2[*patrol.Report, error] {
	return func(yield func(*patrol.Report, error) bool) {
		f := f // from the beginning each time
		for {
			page, err := e.Reports.Reports(ctx, scope, f)
			if err != nil {
				yield(nil, err)
				return
			}
			for i := range page {
				if !yield(&page[i], nil) {
					return
				}
			}
			if len(page) < f.Limit {
				return
			}
			last := &page[len(page)-1]
			f.AfterTime, f.AfterID = last.CreatedAt, last.ID
		}
	}
}

// posts gives the seats within the exporter's areas with who holds them, or stands in,
// at the time asked for.
func (e Exports) posts(ctx context.Context, who Exporter, q ExportQuery) (*importers.Table, error) {
	if err := who.mayRoster(); err != nil {
		return nil, err
	}
	world, err := e.world(ctx, who.Principal, q)
	if err != nil {
		return nil, err
	}
	if err := e.ReadLog.LogRead(ctx, who.Actor, "roster", "export posts"); err != nil {
		return nil, err
	}
	asked := rosterRequest{rosterView: rosterView{world: world, principal: who.Principal}}
	roster := world.duties.Roster
	var rows []importers.PostRow
	for _, seat := range roster.AllSeats() {
		if !asked.takes(seat.Post, roster.AreasOfSeat(seat)) {
			continue
		}
		row := importers.PostRow{Seat: seat}
		if c, ok := roster.Committee(seat.Committee); ok {
			row.Kind, row.Code = importers.CommitteeKind, c.Code
		} else if a, ok := world.Index.ByID(seat.Area); ok {
			row.Kind, row.Code = string(a.Kind), a.Code
		} else {
			continue // not of these boundaries
		}
		held := false
		for _, of := range []func(geo.ID, time.Time) (patrol.Person, patrol.Holding, bool){roster.Holder, roster.Deputy} {
			if person, holding, ok := of(seat.ID, world.at); ok {
				row.Person, row.Holding, held = person, holding, true
				rows = append(rows, row)
			}
		}
		if !held {
			rows = append(rows, row)
		}
	}
	return importers.PostsTable(rows), nil
}
