package postgis

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// planner is who publishes in these tests.
var planner = patrol.Actor{Kind: "user", ID: "p", Name: "规划", Role: "planner"}

// republish publishes the town with its inner lines at another column.
func (w *world) republish(t *testing.T, base, split int) geo.Revision {
	t.Helper()
	r, err := w.Publish(t.Context(), Publication{Base: base, Areas: town(split), Note: "moved", Actor: planner})
	if err != nil {
		t.Fatal(err)
	}
	w.refresh(t)
	return r
}

// verify checks every stored decision.
func (w *world) verify(t *testing.T) (checked int) {
	t.Helper()
	checked, faults, err := w.VerifyDecisions(t.Context(), w.b, w.d, nil)
	if err != nil || len(faults) > 0 {
		t.Errorf("VerifyDecisions = %v, %v", faults, err)
	}
	return checked
}

func TestPublishReroutesOpenReports(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	// Column 2 goes from G2 to G1 where the line moves from column 2 to 3.
	status := map[string]patrol.Status{"dispatched": patrol.Dispatched, "accepted": patrol.Accepted,
		"returned": patrol.Returned, "handled": patrol.Handled, "closed": patrol.Closed, "rejected": patrol.Rejected}
	reports := map[string]patrol.Report{"elsewhere": w.accept(t, w.intake(t, place(1, 1), ""))}
	for name, s := range status {
		r := w.accept(t, w.intake(t, place(2, 1), ""))
		for _, e := range map[patrol.Status][]patrol.EventType{patrol.Dispatched: nil, patrol.Accepted: {patrol.EventAccept},
			patrol.Returned: {patrol.EventReturn}, patrol.Handled: {patrol.EventAccept, patrol.EventHandle},
			patrol.Closed: {patrol.EventAccept, patrol.EventHandle, patrol.EventClose}, patrol.Rejected: {patrol.EventReject}}[s] {
			if _, err := w.act(t, everything, patrol.Action{ReportID: r.ID, Type: e, Note: "因", AnyReport: true, At: time.Now()}); err != nil {
				t.Fatal(err)
			}
		}
		reports[name] = r
	}
	before := map[string]patrol.Report{}
	for name, r := range reports {
		before[name], _, _ = w.Report(t.Context(), everything, r.ID)
	}
	revision := w.republish(t, 1, 3)
	if revision.Rerouted != 4 {
		t.Errorf("%d reports were routed anew, want 4", revision.Rerouted)
	}
	g1, g2 := w.grid(t, 1), w.grid(t, 2)
	for name, was := range before {
		r, history, err := w.Report(t.Context(), everything, was.ID)
		if err != nil {
			t.Fatal(err)
		}
		last := history[len(history)-1]
		if name == "elsewhere" || name == "closed" || name == "rejected" {
			if r.Version != was.Version || r.Decision.Revision != 1 || last.Type == patrol.EventReroute {
				t.Errorf("%s: is version %d of revision %d, want it as it was", name, r.Version, r.Decision.Revision)
			}
			continue
		}
		want := map[string]patrol.Status{"accepted": patrol.Dispatched}[name]
		if want == "" {
			want = was.Status
		}
		if r.Status != want || r.Version != was.Version+1 || r.Decision.Revision != 2 || !r.DueAt.Equal(was.DueAt) || r.HandledBy != was.HandledBy {
			t.Errorf("%s = %s, version %d, revision %d, due %v; want %s, %d, 2, %v", name, r.Status, r.Version, r.Decision.Revision, r.DueAt, want, was.Version+1, was.DueAt)
		}
		if a := r.Decision.Areas[geo.Grid]; a == nil || a.Code != g1.Code || !slices.Contains(r.Decision.AreaIDs, g1.ID) {
			t.Errorf("%s lies in grid %v, want %s", name, a, g1.Code)
		}
		if last.Type != patrol.EventReroute || last.Seq != r.Version || last.From != was.Status || last.To != want || last.Actor.ID != planner.ID || last.Actor.Name != planner.Role {
			t.Errorf("%s: the last entry is %+v", name, last)
		}
		var detail struct {
			Revision int
			From, To map[string]string
		}
		if err := json.Unmarshal(last.Detail, &detail); err != nil || detail.Revision != 2 ||
			len(detail.From) != 1 || detail.From["grid"] != g2.Code || detail.To["grid"] != g1.Code {
			t.Errorf("%s: detail %s, %v", name, last.Detail, err)
		}
		list, err := w.Reports(t.Context(), w.scopeOf(t, geo.Grid, g1.Code), patrol.Filter{Limit: 10})
		if err != nil || !slices.Contains(idsOfReports(list), r.ID) {
			t.Errorf("%s is not for whom grid 1 is, %v", name, err)
		}
	}
	if n := w.count(t, `SELECT count(*) FROM assignments a JOIN reports r ON r.id = a.report_id WHERE r.decision_seq = 2 AND a.area_id = $1`, g2.ID); n != 0 {
		t.Errorf("%d posts of grid 2 still answer", n)
	}
	if n := w.count(t, `SELECT count(*) FROM outbox WHERE type = 'report.changed' AND area_ids @> ARRAY[$1, $2]::uuid[]`, g1.ID, g2.ID); n != 4 {
		t.Errorf("%d events for both grids, want 4", n)
	}
	if n := w.verify(t); n != 7+4 {
		t.Errorf("%d decisions, want one for each report and four more", n)
	}
}

func (w *world) grid(t *testing.T, n int) *geo.Area {
	t.Helper()
	a, ok := w.b.Current().Index.Area(geo.Grid, testDistrict+"00100000"+string(rune('0'+n)))
	if !ok {
		t.Fatalf("no grid %d", n)
	}
	return a
}

// misrouted counts the open reports that are not with the areas in force at
// their places, by the lookup in memory.
func (w *world) misrouted(t *testing.T) (n int) {
	t.Helper()
	list, err := w.Reports(t.Context(), everything, patrol.Filter{Limit: 10_000})
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range list {
		match, _ := w.b.Current().Index.Locate(r.Point)
		var ids []geo.ID
		for _, k := range geo.Kinds() {
			if a := match.Area(k); a != nil {
				ids = append(ids, a.ID)
			}
		}
		if r.Status.Open() && !slices.Equal(ids, r.Decision.AreaIDs) {
			n++
		}
	}
	return n
}
