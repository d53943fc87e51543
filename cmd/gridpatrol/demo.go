package main

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/fixtures"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/locate"
	"github.com/gridpatrol/gridpatrol/patrol"
	"github.com/gridpatrol/gridpatrol/postgis"
)

type demoCmd struct {
	serveFlags
	Until day `placeholder:"DATE" help:"Last day of the invented reports; yesterday where it is not given."`
}

// filler puts something into a database before it is served, and says what to
// tell people once it is.
type filler func(ctx context.Context, store *postgis.Store) (welcome string, err error)

// Run serves the demo district.
func (c *demoCmd) Run(ctx context.Context, common *Common, out io.Writer) error {
	return c.serve(ctx, common, out, func(ctx context.Context, store *postgis.Store) (string, error) {
		until := c.Until.orYesterday()
		ours, err := fillDemo(ctx, store, until, newProgress(out))
		if err != nil {
			return "", fmt.Errorf("fill the database with the demo district: %w", err)
		}
		if !ours {
			return "the database holds another district; it is served as it is\n", nil
		}
		return welcome(common), nil
	})
}

// system is who the demo's own changes are by.
var system = patrol.Actor{Kind: "system", ID: "demo", Name: "demo", Role: "system"}

// fillDemo loads the demo district step by step. Each step is one transaction
// and is left out where it was done before, so that a fill that was interrupted
// goes on where it stopped. ours is false, and nothing is changed, where the
// database holds another district.
func fillDemo(ctx context.Context, store *postgis.Store, until time.Time, p *progress) (ours bool, err error) {
	revisions, err := store.Revisions(ctx)
	if err != nil {
		return false, err
	}
	if len(revisions) > 0 && revisions[0].Note != fixtures.Note {
		return false, nil
	}
	scope := access.Scope{All: true}
	reports, err := store.Reports(ctx, scope, patrol.Filter{Limit: 1})
	if err != nil {
		return false, err
	}
	patrols, err := store.AnyPatrol(ctx)
	if err != nil {
		return false, err
	}
	if len(reports) == 0 || !patrols {
		p.step("draw the district")
		d, err := fixtures.Generate(fixtures.Config{Until: until})
		if err != nil {
			return true, err
		}
		if len(reports) == 0 {
			if err := fillDistrict(ctx, store, d, len(revisions) > 0, p); err != nil {
				return true, err
			}
			if err := fillHandovers(ctx, store); err != nil {
				return true, err
			}
		}
		if !patrols {
			if err := fillField(ctx, store, d, p); err != nil {
				return true, err
			}
		}
		if err := p.finish(); err != nil {
			return true, err
		}
	}
	return true, fillAccounts(ctx, store)
}

// fillDistrict loads boundaries, base map, people and reports.
func fillDistrict(ctx context.Context, store *postgis.Store, d *fixtures.District, published bool, p *progress) error {
	if !published {
		p.step(fmt.Sprintf("publish %d areas", len(d.Areas)))
		if err := store.ReplaceGround(ctx, d.Ground); err != nil {
			return fmt.Errorf("base map: %w", err)
		}
		// In force before the first report, so that each was routed by it.
		first := d.Reports[0].CreatedAt.AddDate(0, 0, -1)
		if _, err := store.Publish(ctx, postgis.Publication{Areas: d.Areas, Note: fixtures.Note, At: first, Actor: system}); err != nil {
			return fmt.Errorf("boundaries: %w", err)
		}
	}
	duties, err := postgis.NewDuties(store)
	if err != nil {
		return err
	}
	if err := duties.Refresh(ctx); err != nil {
		return err
	}
	if len(duties.Current().Roster.AllSeats()) == 0 {
		p.step(fmt.Sprintf("fill %d seats with %d people", len(d.Roster.Seats), len(d.Roster.People)))
		if _, err := store.ReplaceDuties(ctx, d.Roster, d.Rulebook, system); err != nil {
			return fmt.Errorf("people and rules: %w", err)
		}
		if err := duties.Refresh(ctx); err != nil {
			return err
		}
	}
	boundaries := postgis.NewBoundaries(store)
	if err := boundaries.Refresh(ctx); err != nil {
		return err
	}
	p.step(fmt.Sprintf("route %d reports", len(d.Reports)))
	routed, err := routeHistory(d.Reports, boundaries.Current(), duties.Current())
	if err != nil {
		return err
	}
	p.step(fmt.Sprintf("store %d reports with their history", len(routed)))
	if err := store.ImportReports(ctx, routed, system, func(done int) { p.count(done, len(routed)) }); err != nil {
		return fmt.Errorf("reports: %w", err)
	}
	return nil
}

// routeHistory decides for each old report who answered for it, from the
// boundaries and posts of its day.
func routeHistory(history []fixtures.HistoricReport, world *locate.Snapshot, duties *patrol.Duties) ([]postgis.PastReport, error) {
	out := make([]postgis.PastReport, len(history))
	for i, h := range history {
		match, _ := world.Index.Locate(h.Point)
		category, ok := duties.Rulebook.Category(h.Category)
		if !ok {
			return nil, fmt.Errorf("report %s: no category %q", h.ID, h.Category)
		}
		decision, err := patrol.Dispatch(duties, patrol.Routing{
			Point: h.Point, Match: match, Revision: world.Revision.Number,
			EdgeDistanceM: world.Index.EdgeDistanceM(geo.Grid, h.Point),
			Category:      category, At: h.CreatedAt,
		})
		if err != nil {
			return nil, fmt.Errorf("report %s: %w", h.ID, err)
		}
		out[i] = postgis.PastReport{
			Report: patrol.Report{
				ID: h.ID, Category: h.Category, Description: h.Description,
				Point: h.Point, Raw: h.Point, RawCRS: "wgs84", Source: "demo",
				CreatedAt: h.CreatedAt, UpdatedAt: h.UpdatedAt, Status: h.Status,
				DueAt: h.DueAt, HardDueAt: h.HardDueAt, HandledBy: h.HandledBy, Version: len(h.History), Decision: decision,
			},
			History: h.History,
		}
	}
	return out, nil
}

// welcome says how to sign in.
func welcome(common *Common) string {
	var text strings.Builder
	for _, a := range demoAccounts() {
		fmt.Fprintf(&text, "  sign in as %-11s password %s  (%s: %s)\n", a.login, demoPassword, a.role, a.says)
	}
	where := ""
	if common.DataDir != "" {
		where = " --data-dir " + common.DataDir
	}
	fmt.Fprintf(&text, "  an API token: %s token create%s --role dispatcher --name NAME\n", program(), where)
	return text.String()
}
