package main

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
)

// publicationJSON is the answer to a publish.
type publicationJSON struct {
	Revision *struct {
		Number      int
		PublishedAt time.Time `json:"published_at"`
		Note        string
		Areas       int
	}
	Plan     *planJSON
	Rerouted *int
}

// revisionJSON is a line of the list of revisions.
type revisionJSON struct {
	Revision int
	Note     string
	Current  bool
	By       *string
	Plan     *string
	Changed  *int
}

type checkJSON struct {
	ETag             string
	Errors, Warnings []problemJSON
}

// gridNamed asks what a grid is called, with a query such as "?plan=…".
func (d *desk) gridNamed(code, query string) (name string, revision int, plan string) {
	d.t.Helper()
	list, _ := ask[struct {
		Revision int
		Plan     string
		Features []struct{ Properties struct{ Code, Name string } }
	}](d, 200, "GET", "/api/v1/areas/grid"+query, "")
	for _, f := range list.Features {
		if f.Properties.Code == code {
			return f.Properties.Name, list.Revision, list.Plan
		}
	}
	return "", list.Revision, list.Plan
}

// rename is the operation that gives a grid another name.
func rename(code, name string) string {
	return fmt.Sprintf(`{"op":"rename","kind":"grid","code":%q,"name":%q}`, code, name)
}

// TestPlanPublishing takes a plan from the check to the revision, with the
// approval of a second person, and back.
func TestPlanPublishing(t *testing.T) {
	s := serveTest(t, districtDatabase(t))
	ann, bob, public := s.desk(t, access.Planner), s.desk(t, access.Admin), &desk{t: t, serving: s}
	grids := s.boundaries.Current().Index.Areas(geo.Grid)
	code, was := grids[3].Code, grids[3].Name
	made, _ := ask[planJSON](ann, 201, "POST", "/api/v1/plans", `{"title":"改名","needs_approval":true}`)
	path := "/api/v1/plans/" + made.ID
	ann.operate(path, rename(code, "东门网格"))

	check, got := ask[checkJSON](ann, 200, "GET", path+"/check", "")
	if len(check.Errors) != 0 || check.ETag == made.ETag || got.header.Get("ETag") != `"`+check.ETag+`"` {
		t.Errorf("the check of a rename has errors %+v, ETag %s", check.Errors, check.ETag)
	}
	for _, w := range check.Warnings {
		if w.Severity != "warning" || w.Problem == "" || w.Lon == 0 || w.Lat == 0 {
			t.Errorf("a warning without a place: %+v", w)
		}
	}

	ann.refuse(409, "approval-missing", "POST", path+"/publish", `{"note":"because"}`)
	ann.refuse(403, "own-work", "POST", path+"/approve", "")
	approved, _ := ask[planJSON](bob, 200, "POST", path+"/approve", "")
	if approved.Status != "approved" || !slices.Contains(approved.Allow, "publish") {
		t.Errorf("approved: %+v", approved)
	}
	ann.operate(path, rename(code, "西门网格"))
	if again, _ := ask[planJSON](bob, 200, "GET", path, ""); again.Status != "draft" || !slices.Contains(again.Allow, "approve") || slices.Contains(again.Allow, "publish") {
		t.Errorf("after an edit the plan is %+v, want no approval", again)
	}
	ask[planJSON](bob, 200, "POST", path+"/approve", "{}")
	if len(check.Warnings) > 0 {
		ann.refuse(422, "note-missing", "POST", path+"/publish", "")
	}
	done, _ := ask[publicationJSON](ann, 200, "POST", path+"/publish", `{"note":"站点改名"}`)
	if done.Revision == nil || done.Revision.Number != 2 || done.Revision.Note != "站点改名" || done.Rerouted == nil || done.Plan.Status != "published" || done.Plan.Revision != 2 {
		t.Fatalf("published %+v", done)
	}
	// Who published it reads it at once.
	if name, revision, plan := public.gridNamed(code, ""); name != "西门网格" || revision != 2 || plan != "" {
		t.Errorf("after the publish the grid is %s of revision %d, plan %q", name, revision, plan)
	}
	ann.refuse(409, "plan-closed", "POST", path+"/operations", rename(code, "x"))

	revisions := func(d *desk) []revisionJSON {
		out, _ := ask[struct{ Revisions []revisionJSON }](d, 200, "GET", "/api/v1/revisions", "")
		return out.Revisions
	}
	if all := revisions(ann); len(all) != 2 || !all[0].Current || all[0].By == nil || all[0].Plan == nil || *all[0].Plan != made.ID || all[0].Changed == nil || *all[0].Changed != 1 {
		t.Errorf("a planner's list of revisions is %+v", all)
	}
	if all := revisions(public); len(all) != 2 || all[0].By != nil || all[0].Plan != nil || all[0].Changed != nil || all[0].Note != "站点改名" {
		t.Errorf("everybody's list of revisions is %+v, want neither people nor plans", all)
	}

	undone, _ := ask[publicationJSON](ann, 200, "POST", "/api/v1/revisions/2/undo", `{"note":"不改了"}`)
	if undone.Revision == nil || undone.Revision.Number != 3 || undone.Plan != nil {
		t.Errorf("undone %+v", undone)
	}
	if name, revision, _ := public.gridNamed(code, ""); name != was || revision != 3 {
		t.Errorf("after the undo the grid is %s of revision %d, want %s of 3", name, revision, was)
	}
	ann.refuse(409, "areas-changed", "POST", "/api/v1/revisions/2/undo", "")
	if all := revisions(ann); len(all) != 3 || all[0].Plan != nil || all[0].Note != "不改了" || *all[0].Changed != 1 {
		t.Errorf("after the undo the revisions are %+v", all)
	}
}

// TestPlansOfAnOlderRevision publishes one plan, and with it leaves two behind.
func TestPlansOfAnOlderRevision(t *testing.T) {
	s := serveTest(t, districtDatabase(t))
	d := s.desk(t, access.Planner)
	grids := s.boundaries.Current().Index.Areas(geo.Grid)
	_, first := d.plan("first")
	_, same := d.plan("the same grid")
	_, other := d.plan("another grid")
	d.operate(first, rename(grids[0].Code, "一"))
	d.operate(same, rename(grids[0].Code, "二"))
	before := d.operate(other, rename(grids[1].Code, "三"))
	ask[publicationJSON](d, 200, "POST", first+"/publish", `{"note":"n"}`)

	behind, _ := ask[planJSON](d, 200, "GET", other, "")
	if !behind.Behind || behind.BaseRevision != 1 || behind.CurrentRevision != 2 || !slices.Contains(behind.Allow, "rebase") {
		t.Errorf("a plan of revision 1 is %+v", behind)
	}
	clash := d.refuse(409, "areas-changed", "POST", same+"/rebase", "")
	if !slices.Equal(clash.Areas, []string{grids[0].Ref().String()}) {
		t.Errorf("the rebase names %v, want %s", clash.Areas, grids[0].Ref())
	}
	d.refuse(409, "areas-changed", "POST", same+"/publish", `{"note":"n"}`)
	rebased, _ := ask[changeJSON](d, 200, "POST", other+"/rebase", "")
	if rebased.Plan.Behind || rebased.Plan.BaseRevision != 2 || rebased.ETag == before.ETag || len(rebased.Changed) != 1 || rebased.Changed[0].ID != grids[0].Ref().String() {
		t.Errorf("rebased: %+v, changed %+v, want the grid that the new revision brings", rebased.Plan, rebased.Changed)
	}
	if done, _ := ask[publicationJSON](d, 200, "POST", other+"/publish", `{"note":"n"}`); done.Revision.Number != 3 {
		t.Errorf("published revision %d, want 3", done.Revision.Number)
	}
}

// TestPlanOfATimeToCome schedules a plan: from its time on it is what at=
// answers with, for everybody; not before, and not once that is taken back.
func TestPlanOfATimeToCome(t *testing.T) {
	s := serveTest(t, districtDatabase(t))
	d, public := s.desk(t, access.Planner), &desk{t: t, serving: s}
	grid, other := s.boundaries.Current().Index.Areas(geo.Grid)[2], s.boundaries.Current().Index.Areas(geo.Grid)[5]
	made, path := d.plan("x")
	d.operate(path, rename(grid.Code, "明日网格"))
	when := time.Now().Add(48 * time.Hour).UTC().Truncate(time.Second)
	at := func(after time.Duration) string {
		return "?at=" + url.QueryEscape(when.Add(after).Format(time.RFC3339))
	}
	refused := func(why string) {
		t.Helper()
		for _, path := range []string{"/api/v1/areas/grid", "/tiles/grids.json", "/ogc/collections/grids/items"} {
			public.refuse(400, "time-in-future", "GET", path+at(time.Minute), "")
		}
		if t.Failed() {
			t.Log(why)
		}
	}
	refused("before it is scheduled")
	waiting, _ := ask[publicationJSON](d, 202, "POST", path+"/publish", fmt.Sprintf(`{"at":%q,"note":"n"}`, when.Format(time.RFC3339)))
	if waiting.Revision != nil || waiting.Plan.Status != "scheduled" || waiting.Plan.PublishAt == nil || !waiting.Plan.PublishAt.Equal(when) ||
		!slices.Contains(waiting.Plan.Allow, "unschedule") || slices.Contains(waiting.Plan.Allow, "edit") {
		t.Errorf("scheduled: %+v", waiting.Plan)
	}
	d.refuse(409, "plan-scheduled", "POST", path+"/operations", rename(grid.Code, "x"))
	public.refuse(400, "time-in-future", "GET", "/api/v1/areas/grid"+at(-time.Hour), "")
	for _, who := range []*desk{d, public} {
		if name, revision, plan := who.gridNamed(grid.Code, at(0)); name != "明日网格" || revision != 1 || plan != made.ID {
			t.Errorf("then the grid is %q of revision %d, plan %q", name, revision, plan)
		}
	}
	place, _ := geo.PointOnSurface(grid.Shape)
	where := fmt.Sprintf("/api/v1/locate%s&lon=%v&lat=%v", at(time.Hour), place[0], place[1])
	located, _ := ask[struct {
		Plan  string
		Areas map[string]*geo.Name
	}](public, 200, "GET", where, "")
	if located.Plan != made.ID || located.Areas["grid"].Name != "明日网格" {
		t.Errorf("then %s is in %+v", where, located)
	}
	item := public.do(t, "GET", "/ogc/collections/grids/items/"+grid.Code+at(0), "")
	if item.status != 200 || !strings.Contains(string(item.body), "明日网格") {
		t.Errorf("then the OGC item is %d %.200s", item.status, item.body)
	}
	if name, _, _ := public.gridNamed(grid.Code, ""); name != grid.Name {
		t.Errorf("now the grid is %q, want %q", name, grid.Name)
	}
	// A second one comes on top from its own time on; one whose areas the first
	// will have changed could not be published then, and is left out.
	later, laterPath := d.plan("y")
	d.operate(laterPath, rename(other.Code, "后日网格"))
	_, clashingPath := d.plan("z")
	d.operate(clashingPath, rename(grid.Code, "大后日网格"))
	for path, after := range map[string]time.Duration{laterPath: 24 * time.Hour, clashingPath: 48 * time.Hour} {
		ask[publicationJSON](d, 202, "POST", path+"/publish", fmt.Sprintf(`{"at":%q,"note":"n"}`, when.Add(after).Format(time.RFC3339)))
	}
	for after, want := range map[time.Duration][3]string{
		23 * time.Hour: {"明日网格", other.Name, made.ID},
		24 * time.Hour: {"明日网格", "后日网格", later.ID},
		48 * time.Hour: {"明日网格", "后日网格", later.ID},
	} {
		first, _, plan := public.gridNamed(grid.Code, at(after))
		if second, _, _ := public.gridNamed(other.Code, at(after)); first != want[0] || second != want[1] || plan != want[2] {
			t.Errorf("%s after the first plan the grids are %q and %q of %q, want %v", after, first, second, plan, want)
		}
	}
	ask[planJSON](d, 200, "DELETE", clashingPath+"/publish", "")
	ask[planJSON](d, 200, "DELETE", laterPath+"/publish", "")
	back, _ := ask[planJSON](d, 200, "DELETE", path+"/publish", "")
	if back.Status != "draft" || back.PublishAt != nil {
		t.Errorf("taken back: %+v", back)
	}
	refused("after it was taken back")
}

// TestPlansAreHeardOfByPlanners listens as a planner, a dispatcher and nobody
// while a plan is made.
func TestPlansAreHeardOfByPlanners(t *testing.T) {
	s := serveTest(t, districtDatabase(t))
	planner, dispatcher := s.desk(t, access.Planner), s.desk(t, access.Dispatcher)
	heard := map[string]*eventLog{
		"a planner": s.listen(t, planner.header), "a dispatcher": s.listen(t, dispatcher.header), "nobody known": s.listen(t, nil),
	}
	made, path := planner.plan("x")
	code := s.boundaries.Current().Index.Areas(geo.Grid)[2].Code
	change := planner.operate(path, rename(code, "新"))
	// A publish comes after and is heard by all: nobody can be late.
	ask[publicationJSON](planner, 200, "POST", path+"/publish", `{"note":"n"}`)
	for who, events := range heard {
		eventually(t, who+" hears of the publish", func() bool { return events.has("revision.published", `"revision"`) })
		for _, etag := range []string{made.ETag, change.ETag} {
			if got, want := events.has("plan.changed", etag), who == "a planner"; got != want {
				t.Errorf("%s hears of the plan: %v, want %v", who, got, want)
			}
		}
	}
}
