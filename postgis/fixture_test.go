package postgis

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/fixtures"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/locate"
	"github.com/gridpatrol/gridpatrol/internal/pgcluster/pgtest"
	"github.com/gridpatrol/gridpatrol/patrol"
)

var drawing = sync.OnceValues(func() (*fixtures.District, error) {
	return fixtures.Generate(fixtures.Config{Until: time.Date(2026, 9, 30, 0, 0, 0, 0, time.UTC)})
})

// fixtureURL is a database with the whole demo district.
func fixtureURL(t testing.TB) string {
	return pgtest.Template(t, "fixture", func(url string) error {
		d, err := drawing()
		if err != nil {
			return err
		}
		s, err := Open(context.Background(), testConfig(url))
		if err != nil {
			return err
		}
		defer s.Close()
		return load(context.Background(), t, s, d)
	})
}

// load fills a database with the demo district and logs how long each part took.
func load(ctx context.Context, t testing.TB, s *Store, d *fixtures.District) error {
	began := time.Now()
	lap := func(what string) {
		t.Logf("%-28s %v", what, time.Since(began).Round(time.Millisecond))
		began = time.Now()
	}
	actor := patrol.Actor{Kind: "system", Name: "demo"}
	at := d.Until.AddDate(-3, 0, -30)
	if _, err := s.Publish(ctx, Publication{Areas: d.Areas, Note: fixtures.Note, At: at, Actor: actor}); err != nil {
		return err
	}
	lap("publish")
	if err := s.ReplaceGround(ctx, d.Ground); err != nil {
		return err
	}
	lap("base map")
	if _, err := s.ReplaceDuties(ctx, d.Roster, d.Rulebook, actor); err != nil {
		return err
	}
	lap("duties")
	b := NewBoundaries(s)
	if err := b.Refresh(ctx); err != nil {
		return err
	}
	lap("load boundaries")
	duties, err := NewDuties(s)
	if err != nil {
		return err
	}
	if err := duties.Refresh(ctx); err != nil {
		return err
	}
	lap("load duties")
	past, err := route(b.Current(), duties.Current(), d.Reports)
	if err != nil {
		return err
	}
	lap("route reports")
	calls := 0
	if err := s.ImportReports(ctx, past, actor, func(int) { calls++ }); err != nil {
		return err
	}
	if calls < 2 {
		return fmt.Errorf("progress was told %d times", calls)
	}
	lap("import reports")
	return nil
}

// route decides on the reports of the past as of their time.
func route(b *locate.Snapshot, d *patrol.Duties, list []fixtures.HistoricReport) ([]PastReport, error) {
	past := make([]PastReport, len(list))
	for i, h := range list {
		m, _ := b.Index.Locate(h.Point)
		c, ok := d.Rulebook.Category(h.Category)
		if !ok {
			return nil, fmt.Errorf("no category %s", h.Category)
		}
		decision, err := patrol.Dispatch(d, patrol.Routing{Point: h.Point, Match: m, Revision: b.Revision.Number,
			EdgeDistanceM: b.Index.EdgeDistanceM(geo.Grid, h.Point), Category: c, At: h.CreatedAt})
		if err != nil {
			return nil, err
		}
		past[i] = PastReport{History: h.History, Report: patrol.Report{ID: h.ID, Category: h.Category, Description: h.Description,
			Point: h.Point, Raw: h.Point, RawCRS: "wgs84", Source: "demo", CreatedAt: h.CreatedAt, UpdatedAt: h.UpdatedAt,
			Status: h.Status, DueAt: h.DueAt, HardDueAt: h.HardDueAt, Version: len(h.History), HandledBy: h.HandledBy, Decision: decision}}
	}
	return past, nil
}

func TestFixture(t *testing.T) {
	w := openWorld(t, fixtureURL(t))
	d, err := drawing()
	if err != nil {
		t.Fatal(err)
	}
	snapshot := w.b.Current()
	if snapshot.Index.Len() != len(d.Areas) || len(snapshot.Ground) != len(d.Ground) || !bytes.Equal(snapshot.Revision.Hash, geo.HashAreas(asAreas(snapshot.Index.All()))) {
		t.Errorf("%d areas and %d features came back, want %d and %d", snapshot.Index.Len(), len(snapshot.Ground), len(d.Areas), len(d.Ground))
	}
	if n := w.count(t, `SELECT count(*) FROM reports`); n != len(d.Reports) {
		t.Errorf("%d reports, want %d", n, len(d.Reports))
	}
	began := time.Now()
	checked, faults, err := w.VerifyDecisions(t.Context(), w.b, w.d, nil)
	if err != nil || checked != len(d.Reports) || len(faults) > 0 {
		t.Errorf("VerifyDecisions = %d, %v, %v; want %d without faults", checked, faults, err, len(d.Reports))
	}
	t.Logf("%d decisions verified in %v", checked, time.Since(began).Round(time.Millisecond))
	moved := w.changeHands(t)
	if checked, faults, err = w.VerifyDecisions(t.Context(), w.b, w.d, nil); err != nil || checked != len(d.Reports)+moved || len(faults) > 0 || moved == 0 {
		t.Errorf("after %d reports went over VerifyDecisions = %d, %v, %v", moved, checked, faults, err)
	}
	// Publishing the same again writes no version.
	r, err := w.Publish(t.Context(), Publication{Base: 1, Areas: d.Areas})
	if err != nil || r.Number != 2 || !bytes.Equal(r.Hash, snapshot.Revision.Hash) {
		t.Errorf("the same set again = %+v, %v", r, err)
	}
	if n := w.count(t, `SELECT count(*) FROM area_versions WHERE from_revision = 2`); n != 0 {
		t.Errorf("%d versions were written for nothing", n)
	}
}

// changeHands sends the chiefs of some grids on leave, relieves others and
// appoints new ones, at a desk too, and gives how many reports went over.
func (w *world) changeHands(t *testing.T) (moved int) {
	t.Helper()
	roster := w.d.Current().Roster
	var changes []patrol.RosterChange
	for n, g := range w.b.Current().Index.Areas(geo.Grid)[:12] {
		seat := roster.Seats(patrol.GridChief, g.ID)[0]
		holder, _, held := roster.Holder(seat.ID, time.Now())
		if !held {
			continue
		}
		if _, away := roster.OnLeave(holder.ID, time.Now()); n%3 == 0 && !away {
			changes = append(changes, patrol.TakeLeave{Person: holder.ID})
		}
		if n%3 == 1 {
			changes = append(changes, patrol.Relieve{Seat: seat.ID})
		}
		if n%3 == 2 {
			changes = append(changes, patrol.Appoint{Seat: seat.ID, Person: somebody(fmt.Sprint("新", n))})
		}
	}
	moved = w.edit(t, changes...).ReportsMoved
	for _, a := range w.b.Current().Index.Areas(geo.Township)[:2] {
		moved += w.edit(t, patrol.Appoint{Seat: w.d.Current().Roster.Seats(patrol.TownshipDesk, a.ID)[0].ID, Person: somebody("台" + a.Code)}).ReportsMoved
	}
	return moved
}

func asAreas(list []*geo.Area) []geo.Area {
	out := make([]geo.Area, len(list))
	for i, a := range list {
		out[i] = *a
	}
	return out
}

// PostGIS and the index in memory agree on 200,000 points of the district and
// on every vertex of every area.
func TestPostGISAgreesWithLocate(t *testing.T) {
	w := openWorld(t, fixtureURL(t))
	index := w.b.Current().Index
	const seed, count = 20260930, 200_000
	t.Logf("seed %d", seed)
	rnd := rand.New(rand.NewPCG(seed, 0))
	bound := index.Bound().Pad(0.01)
	points := make([]orb.Point, 0, count+300_000)
	for range count {
		p, ok := geo.Round(orb.Point{bound.Min[0] + rnd.Float64()*(bound.Max[0]-bound.Min[0]),
			bound.Min[1] + rnd.Float64()*(bound.Max[1]-bound.Min[1])})
		if !ok {
			t.Fatal("a point off the globe")
		}
		points = append(points, p)
	}
	seen := map[orb.Point]bool{}
	for _, a := range index.All() {
		for _, polygon := range a.Shape {
			for _, ring := range polygon {
				for _, p := range ring {
					if !seen[p] {
						seen[p] = true
						points = append(points, p)
					}
				}
			}
		}
	}
	t.Logf("%d random points, %d vertices", count, len(seen))
	began := time.Now()
	owners := make([]map[geo.Kind]string, len(points))
	var group sync.WaitGroup
	for half := range 2 { // one for each processor of a small machine
		from, to := half*len(points)/2, (half+1)*len(points)/2
		group.Go(func() {
			part, err := w.Owners(t.Context(), 1, points[from:to])
			if err != nil {
				t.Error(err)
			}
			copy(owners[from:to], part)
		})
	}
	group.Wait()
	t.Logf("PostGIS took %v", time.Since(began).Round(time.Millisecond))
	differences, covered := 0, 0
	for i, p := range points {
		m, ok := index.Locate(p)
		if !ok {
			t.Fatalf("Locate refuses %v", p)
		}
		for _, kind := range geo.Kinds() {
			got := ""
			if a := m.Area(kind); a != nil {
				got = a.Code
				covered++
			}
			if want := owners[i][kind]; got != want {
				if differences++; differences <= 10 {
					t.Errorf("Locate(%v) = %s %q, PostGIS says %q", p, kind, got, want)
				}
			}
		}
	}
	if differences > 0 || covered < count {
		t.Errorf("%d differences over %d points, %d areas found", differences, len(points), covered)
	}
}
