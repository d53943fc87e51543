package main

import (
	"context"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/paulmach/orb/planar"

	"github.com/gridpatrol/gridpatrol/fixtures"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/internal/pgcluster/pgtest"
	"github.com/gridpatrol/gridpatrol/patrol"
	"github.com/gridpatrol/gridpatrol/postgis"
)

// filledDatabase is a database of the demo's district, which is filled once for
// all tests that ask for the name.
func filledDatabase(t testing.TB, name string, fill func(context.Context, *postgis.Store) error) string {
	t.Helper()
	return pgtest.Template(t, name, func(url string) error {
		ctx := context.Background()
		store, err := postgis.Open(ctx, postgis.Config{URL: url, District: "220112"})
		if err != nil {
			return err
		}
		defer store.Close()
		return fill(ctx, store)
	})
}

// districtDatabase is a database with the demo's boundaries and duties.
func districtDatabase(t testing.TB) string {
	t.Helper()
	return filledDatabase(t, "district", publishDistrict)
}

// township is a district that is no more than the first township of the demo, where
// size is not the point: its areas, who answers for them, the base map and the reports in it.
var township = sync.OnceValues(func() (*fixtures.District, error) {
	d, err := district()
	if err != nil {
		return nil, err
	}
	out := &fixtures.District{Until: d.Until, Rulebook: d.Rulebook}
	town := d.Areas[slices.IndexFunc(d.Areas, func(a geo.Area) bool { return a.Kind == geo.Township })]
	in := map[geo.ID]bool{}
	for _, a := range d.Areas {
		if a.Kind == geo.District {
			a.Shape = town.Shape
		}
		if a.Kind == geo.District || strings.HasPrefix(a.Code, town.Code) {
			out.Areas, in[a.ID] = append(out.Areas, a), true
		}
	}
	for _, f := range d.Ground {
		if b := f.Geometry.Bound(); town.Shape.Bound().Contains(b.Min) && town.Shape.Bound().Contains(b.Max) {
			out.Ground = append(out.Ground, f)
		}
	}
	for _, h := range d.Reports {
		if planar.MultiPolygonContains(town.Shape, h.Point) {
			out.Reports = append(out.Reports, h)
		}
	}
	for _, c := range d.Roster.Committees {
		if in[c.Village] {
			out.Roster.Committees, in[c.ID] = append(out.Roster.Committees, c), true
		}
	}
	for _, c := range d.Roster.Branches {
		if in[c.Village] {
			out.Roster.Branches, in[c.ID] = append(out.Roster.Branches, c), true
		}
	}
	for _, s := range d.Roster.Seats {
		if in[s.Area] || in[s.Committee] {
			out.Roster.Seats, in[s.ID] = append(out.Roster.Seats, s), true
		}
	}
	for _, h := range d.Roster.Holdings {
		if in[h.Seat] {
			out.Roster.Holdings, in[h.Person] = append(out.Roster.Holdings, h), true
		}
	}
	for _, p := range d.Roster.People {
		if in[p.ID] {
			out.Roster.People = append(out.Roster.People, p)
		}
	}
	return out, nil
})

// townshipDatabase is districtDatabase of the township.
func townshipDatabase(t testing.TB) string {
	t.Helper()
	return filledDatabase(t, "township", func(ctx context.Context, store *postgis.Store) error {
		d, err := township()
		if err != nil {
			return err
		}
		return publishAreas(ctx, store, d)
	})
}

// groundedTownship is groundedDatabase of the township, without accounts.
func groundedTownship(t testing.TB) string {
	t.Helper()
	return filledDatabase(t, "grounded township", func(ctx context.Context, store *postgis.Store) error {
		d, err := township()
		if err != nil {
			return err
		}
		if err := store.ReplaceGround(ctx, d.Ground); err != nil {
			return err
		}
		if err := publishAreas(ctx, store, d); err != nil {
			return err
		}
		return importHistory(ctx, store, archived(d.Reports))
	})
}

// groundedDatabase is districtDatabase with the demo's roads, rivers and
// accounts, and with an archive: every eighth of its reports, if it is done, as
// if the last had come today. Nothing in it is open.
func groundedDatabase(t *testing.T) string {
	t.Helper()
	return filledDatabase(t, "ground", func(ctx context.Context, store *postgis.Store) error {
		d, err := district()
		if err != nil {
			return err
		}
		if err := store.ReplaceGround(ctx, d.Ground); err != nil {
			return err
		}
		if err := publishDistrict(ctx, store); err != nil {
			return err
		}
		if err := fillAccounts(ctx, store); err != nil {
			return err
		}
		return importHistory(ctx, store, archived(d.Reports))
	})
}

// archived gives the reports that groundedDatabase speaks of.
func archived(history []fixtures.HistoricReport) (done []fixtures.HistoricReport) {
	later := time.Since(until).Truncate(24 * time.Hour)
	for i, h := range history {
		if i%8 != 0 || h.Status != patrol.Closed && h.Status != patrol.Handled {
			continue
		}
		for _, t := range []*time.Time{&h.CreatedAt, &h.UpdatedAt, &h.DueAt, &h.HardDueAt} {
			if !t.IsZero() {
				*t = t.Add(later)
			}
		}
		h.History = slices.Clone(h.History)
		for j := range h.History {
			h.History[j].At = h.History[j].At.Add(later)
		}
		done = append(done, h)
	}
	return done
}

// reportedDatabase is districtDatabase with the demo's reports, two of every
// three.
func reportedDatabase(t *testing.T) string {
	t.Helper()
	return filledDatabase(t, "reported", func(ctx context.Context, store *postgis.Store) error {
		d, err := district()
		if err != nil {
			return err
		}
		if err := publishDistrict(ctx, store); err != nil {
			return err
		}
		var some []fixtures.HistoricReport
		for i, h := range d.Reports {
			if i%3 > 0 {
				some = append(some, h)
			}
		}
		return importHistory(ctx, store, some)
	})
}

// importHistory routes reports by the boundaries and duties in force and
// imports them.
func importHistory(ctx context.Context, store *postgis.Store, history []fixtures.HistoricReport) error {
	boundaries, duties, err := inForce(ctx, store)
	if err != nil {
		return err
	}
	routed, err := routeHistory(history, boundaries.Current(), duties.Current())
	if err != nil {
		return err
	}
	return store.ImportReports(ctx, routed, system, func(int) {})
}
