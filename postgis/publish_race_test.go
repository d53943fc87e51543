package postgis

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/redraw"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// Two planners, on a server each, publish change after change to different grids, and
// take some back, while eight clients send reports and act on them. Every
// decision fits the one revision it names, by the index and by PostGIS; every
// open report is with who answers for its place at the end; no history has a
// hole.
func TestPlannersRaceWithReports(t *testing.T) {
	t.Parallel()
	url := townURL(t)
	w := openWorld(t, url)
	const seed, each = 20261123, 6
	t.Logf("seed %d", seed)
	ctx, stop := context.WithCancel(t.Context())
	var clients, planners sync.WaitGroup
	var accepted, acted, late, lines atomic.Int64
	for n := range 8 {
		rnd := rand.New(rand.NewPCG(seed, uint64(n)))
		clients.Go(func() {
			for ctx.Err() == nil {
				time.Sleep(4 * time.Millisecond)
				r, _, err := w.Accept(t.Context(), w.intake(t, anywhere(rnd), ""))
				if errors.Is(err, patrol.ErrStale) {
					late.Add(1)
					err = errors.Join(w.b.Refresh(t.Context()), w.d.Refresh(t.Context()))
				} else if err == nil {
					accepted.Add(1)
					if rnd.IntN(2) == 0 {
						acted.Add(1)
						_, err = w.act(t, everything, patrol.Action{ReportID: r.ID, Type: patrol.EventAccept, AnyReport: true, At: time.Now()})
					}
				}
				if err != nil {
					t.Error(err)
					return
				}
			}
		})
	}
	for _, x := range []float64{2, 6} { // the line between grids 1 and 2, that between 3 and 4
		server := openWorld(t, url)
		planners.Go(func() {
			at := x
			for i := range each {
				to := x + []float64{-0.7, 0.6, -0.3}[i%3]
				revision := raced(t, server, redraw.MoveNode{From: corner(at, 1), To: corner(to, 1)})
				if revision == 0 {
					return
				}
				lines.Add(1)
				if i%3 != 2 {
					at = to
				} else {
					if _, err := server.UndoRevision(t.Context(), revision, "", planner); err != nil {
						t.Errorf("take back revision %d: %v", revision, err)
						return
					}
					lines.Add(1)
				}
			}
		})
	}
	planners.Wait()
	stop()
	clients.Wait()
	w.refresh(t)
	list, err := w.Publications(t)
	rerouted := 0
	for _, p := range list {
		rerouted += p.Rerouted
	}
	t.Logf("%d accepted, %d acted on, %d too late, %d revisions, %d routed anew", accepted.Load(), acted.Load(), late.Load(), len(list), rerouted)
	if err != nil || len(list) != int(lines.Load())+1 || w.b.Current().Revision.Number != len(list) {
		t.Errorf("%d revisions, %v, of %d publishes", len(list), err, lines.Load())
	}
	if late.Load() == 0 || rerouted < 20 || accepted.Load() < 100 {
		t.Error("the clients and the planners did not meet")
	}
	if n := w.verify(t); n != int(accepted.Load())+rerouted {
		t.Errorf("%d decisions, want %d", n, int(accepted.Load())+rerouted)
	}
	if n := w.misrouted(t); n > 0 {
		t.Errorf("%d open reports are with others than the boundaries in force say", n)
	}
	w.decisionsFitPostGIS(t)
	w.wholeHistories(t)
}

// anywhere is a place in the rows that the moved lines pass.
func anywhere(rnd *rand.Rand) orb.Point {
	p, _ := geo.Round(orb.Point{townLon + rnd.Float64()*8*square, townLat + rnd.Float64()*2*square})
	return p
}

// raced publishes what an operation makes of the boundaries in force, against
// all others who publish; 0 where that fails.
func raced(t *testing.T, w *world, op redraw.Operation) int {
	for range 20 {
		if err := w.b.Refresh(t.Context()); err != nil {
			t.Error(err)
			return 0
		}
		base := w.b.Current()
		state, err := redraw.New(asAreas(base.Index.All()), redraw.Config{})
		if err != nil {
			t.Error(err)
			return 0
		}
		redrawn, err := state.Apply(op, newID())
		if err != nil {
			t.Errorf("%v: %v", op, err)
			return 0
		}
		r, err := w.Publish(t.Context(), Publication{Base: base.Revision.Number, Areas: redrawn.State.Areas(), Note: "raced", Actor: planner})
		if !revisionMoved(err) {
			if err != nil {
				t.Errorf("publish: %v", err)
			}
			return r.Number
		}
	}
	t.Error("the other planner was always quicker")
	return 0
}

// Publications lists the revisions with how they came about.
func (w *world) Publications(t *testing.T) ([]redraw.Publication, error) {
	return plansOf(w, PlansConfig{}).Publications(t.Context())
}

// decisionsFitPostGIS asks PostGIS whose every decided place is in the revision
// that the decision names.
func (w *world) decisionsFitPostGIS(t *testing.T) {
	t.Helper()
	const sql = `
		SELECT count(*) FROM decisions d
		CROSS JOIN LATERAL (
			SELECT array_agg(own.area_id ORDER BY own.area_id) AS ids FROM (
				SELECT DISTINCT ON (v.kind) v.area_id FROM area_versions v, reports r
				WHERE r.district_code = d.district_code AND r.id = d.report_id
				  AND v.district_code = d.district_code AND v.revs @> d.revision AND ST_Covers(v.shape, r.point)
				ORDER BY v.kind, v.code COLLATE "C") AS own) AS postgis
		WHERE postgis.ids <> (SELECT array_agg(id ORDER BY id) FROM unnest(d.area_ids) AS id)`
	if n := w.count(t, sql); n != 0 {
		t.Errorf("PostGIS has %d decisions otherwise", n)
	}
}

// wholeHistories looks for reports whose rows do not belong together.
func (w *world) wholeHistories(t *testing.T) {
	t.Helper()
	for what, sql := range map[string]string{
		"events without a gap, one for each version": `
			SELECT count(*) FROM reports r JOIN (
				SELECT report_id, count(*) AS n, max(seq) AS last FROM report_events GROUP BY report_id) e ON e.report_id = r.id
			WHERE e.n <> e.last OR e.last <> r.version OR e.last <> r.last_event`,
		"a decision for the creation and for each reroute": `
			SELECT count(*) FROM reports r WHERE r.decision_seq <> (SELECT count(*) FROM decisions d WHERE d.report_id = r.id)
			   OR r.decision_seq - 1 <> (SELECT count(*) FROM report_events e WHERE e.report_id = r.id AND e.type = 'reroute')`,
		"areas as decided": `
			SELECT count(*) FROM reports r JOIN decisions d ON d.report_id = r.id AND d.seq = r.decision_seq WHERE d.area_ids <> r.area_ids`,
		"posts as decided": `
			SELECT count(*) FROM reports r JOIN decisions d ON d.report_id = r.id AND d.seq = r.decision_seq
			WHERE jsonb_array_length(d.assignments) <> (SELECT count(*) FROM assignments a WHERE a.report_id = r.id)`,
		"an event in the log for each": `
			SELECT abs((SELECT count(*) FROM report_events) - (SELECT count(*) FROM outbox WHERE kind = 'stream' AND type LIKE 'report.%'))`,
		"history in the order of time": `
			SELECT count(*) FROM report_events a JOIN report_events b ON b.report_id = a.report_id AND b.seq = a.seq + 1 WHERE b.at < a.at`,
	} {
		if n := w.count(t, sql); n != 0 {
			t.Errorf("%s: not so for %d", what, n)
		}
	}
}
