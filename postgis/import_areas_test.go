package postgis

import (
	"bytes"
	"encoding/json"
	"errors"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/redraw"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// townOf gives the areas of a kind as a file of the town has them: with the ids of those
// that are there already.
func townOf(have []geo.Area, k geo.Kind, split int) (out []geo.Area) {
	for _, a := range town(split) {
		if a.Kind != k {
			continue
		}
		if i := slices.IndexFunc(have, func(b geo.Area) bool { return b.Ref() == a.Ref() }); i >= 0 {
			a.ID = have[i].ID
		}
		out = append(out, a)
	}
	return out
}

// soundTown is the town with groups that lie in a grid each, and codes as they are to be.
func soundTown() []geo.Area {
	areas := town(2)
	areas[5].Shape, areas[6].Shape = box(0, 0, 2, 4), box(2, 0, 4, 4)
	areas[9].Code, areas[10].Code = "220112002001003", "220112002001004"
	return areas
}

func recordOf(file string, base int) ImportRecord {
	return ImportRecord{File: file, SHA256: strings.Repeat("ab", 32), Importer: "test", Options: map[string]string{"crs": "EPSG:4551"}, New: 1, Base: base}
}

// bring imports into a plan, or into a new one.
func bring(t testing.TB, p *Plans, imp redraw.Import, plan geo.ID, base int) redraw.Working {
	t.Helper()
	w, err := p.ImportAreas(t.Context(), imp, recordOf(string(imp.Kind)+".shp", base), plan, "import", PlanEdit{Who: anna})
	if err != nil {
		t.Fatalf("ImportAreas of %s: %v", imp.Kind, err)
	}
	return w
}

// TestAreasInForce: they are those of the snapshot, and what was damaged on the way is not compared with.
func TestAreasInForce(t *testing.T) {
	if basis, err := openWorld(t, emptyURL(t)).AreasInForce(t.Context()); err != nil || basis.Revision != 0 || len(basis.Areas) > 0 {
		t.Errorf("of an empty database: %+v, %v", basis, err)
	}
	w := openWorld(t, townURL(t))
	basis, err := w.AreasInForce(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if r := w.b.Current().Revision; basis.Revision != r.Number || len(basis.Areas) != r.Areas || !bytes.Equal(geo.HashAreas(basis.Areas), r.Hash) {
		t.Errorf("%d areas of revision %d, want those of %+v", len(basis.Areas), basis.Revision, r)
	}
	if _, err := w.pool.Exec(t.Context(), `UPDATE area_versions SET name = 'another' WHERE kind = 'grid'`); err != nil {
		t.Fatal(err)
	}
	if basis, err := w.AreasInForce(t.Context()); err == nil {
		t.Errorf("areas that nobody published: %d of revision %d, want an error", len(basis.Areas), basis.Revision)
	}
}

// TestImportFillsAnEmptyDistrict kind by kind, each file published alone.
func TestImportFillsAnEmptyDistrict(t *testing.T) {
	t.Parallel()
	w := openWorld(t, emptyURL(t))
	p := plansOf(w, PlansConfig{})
	kinds := []geo.Kind{geo.District, geo.Township, geo.Village, geo.VillageGroup, geo.Grid, geo.Compound}
	for i, k := range kinds {
		basis, err := p.ImportBasis(t.Context(), uuid.Nil)
		if err != nil || basis.Revision != i || basis.ETag != "" {
			t.Fatalf("the basis is %+v, %v", basis, err)
		}
		areas := slices.DeleteFunc(soundTown(), func(a geo.Area) bool { return a.Kind != k })
		plan := bring(t, p, redraw.Import{Kind: k, Areas: areas}, uuid.Nil, basis.Revision)
		if plan.Version != 2 || plan.Operations != 1 || plan.Base != i || len(plan.Authors) != 1 || plan.Title != "import" {
			t.Errorf("the plan of the %s: %+v", k, plan.Plan)
		}
		if _, problems, err := p.Check(t.Context(), plan.ID); err != nil || slices.ContainsFunc(problems, func(p redraw.Problem) bool {
			return !p.Warning || p.Code == redraw.ProblemLocked || p.Code == redraw.ProblemVacantPost
		}) {
			t.Errorf("Check of the %s = %v, %v", k, problems, err)
		}
		if _, _, err := p.PublishPlan(t.Context(), plan.ID, "x", PlanEdit{Who: anna}); err != nil {
			t.Fatalf("publish the %s: %v", k, err)
		}
		w.refresh(t)
	}
	all := w.b.Current().Index.All()
	if len(all) != len(soundTown()) {
		t.Errorf("%d areas in force, want %d", len(all), len(soundTown()))
	}
	for _, want := range soundTown() {
		got, err := w.b.Current().Index.Find(want.Ref())
		if err != nil {
			t.Fatal(err)
		}
		if want.ID = got.ID; !got.Same(&want) {
			t.Errorf("in force is %+v, want %+v", got, want)
		}
	}
	if n := w.count(t, `SELECT count(*) FROM imports WHERE what = 'areas' AND file LIKE '%.shp' AND actor_name = 'anna' AND options ->> 'crs' = 'EPSG:4551'`); n != len(kinds) {
		t.Errorf("%d imports are recorded, want %d", n, len(kinds))
	}
	if n := w.count(t, `SELECT count(*) FROM audit WHERE action = 'plan.import' AND detail ->> 'sha256' LIKE 'abab%' AND detail ->> 'file' LIKE '%.shp'`); n != len(kinds) {
		t.Errorf("%d imports are in the audit log, want %d", n, len(kinds))
	}
}

// TestImportIntoAPlan is an operation like any other: undone, redone, read by a server
// that starts anew, shown by plan=, drawn on, and made anew on a newer revision.
func TestImportIntoAPlan(t *testing.T) {
	t.Parallel()
	url := townURL(t)
	w := openWorld(t, url)
	maker, follower := plansOf(w, PlansConfig{}), plansOf(openWorld(t, url), PlansConfig{})
	plan := w.plan(t, maker)
	if _, err := follower.Plan(t.Context(), plan.ID); err != nil {
		t.Fatal(err)
	}
	basis, err := maker.ImportBasis(t.Context(), plan.ID)
	if err != nil || basis.ETag != plan.ETag || len(basis.Areas) != len(town(2)) {
		t.Fatalf("the basis is %d areas, %v", len(basis.Areas), err)
	}
	grids := townOf(basis.Areas, geo.Grid, 1)
	fresh := town(2)[11]
	fresh.Code, fresh.Shape = "220112002001C002", box(6, 1, 7, 2)
	bring(t, maker, redraw.Import{Kind: geo.Grid, Areas: grids}, plan.ID, 0)
	done := bring(t, maker, redraw.Import{Kind: geo.Compound, Areas: []geo.Area{fresh}, Gone: []string{"220112002001C001"}}, plan.ID, 0)
	drawn := operate(t, maker, plan.ID, redraw.Rename{Area: fresh.Ref(), Name: "西小区"}, PlanEdit{})
	if drawn.Operations != 3 || done.Version != 3 {
		t.Errorf("the plan is %+v", drawn.Plan)
	}
	ours, err := maker.Plan(t.Context(), plan.ID)
	if err != nil {
		t.Fatal(err)
	}
	for name, p := range map[string]*Plans{"following": follower, "fresh": plansOf(openWorld(t, url), PlansConfig{})} {
		theirs, err := p.Plan(t.Context(), plan.ID)
		if err != nil {
			t.Fatal(err)
		}
		sameDraft(t, "the maker's and a "+name+" server's", ours.Draft, theirs.Draft)
		if !reflect.DeepEqual(ours.Draft.Entries(), theirs.Draft.Entries()) {
			t.Errorf("the entries of a %s server differ", name)
		}
	}
	text, err := ours.Draft.Entries()[1].Op.MarshalJSON()
	var shown map[string]any
	if err != nil || json.Unmarshal(text, &shown) != nil || shown["file"] != "compound.shp" || shown["areas"] != 1. || shown["gone"] != 1. {
		t.Errorf("the history shows %s, %v", text, err)
	}
	if n := w.count(t, `SELECT count(*) FROM plan_steps s JOIN imports i ON i.id = (s.op ->> 'import')::uuid
		WHERE (SELECT count(*) FROM import_areas a WHERE a.import_id = i.id) = (s.op ->> 'areas')::int + coalesce((s.op ->> 'gone')::int, 0)`); n != 2 {
		t.Errorf("%d steps have their areas, want 2", n)
	}
	at := orb.Point{townLon + 1.5*square, townLat + square}
	snapshot, err := follower.Snapshot(t.Context(), plan.ID)
	if err != nil {
		t.Fatal(err)
	}
	planned, _ := snapshot.Index.Locate(at)
	if planned.Area(geo.Grid).Code != grids[1].Code {
		t.Errorf("plan= shows %s at %v, want %s", planned.Area(geo.Grid).Code, at, grids[1].Code)
	}
	for range 2 {
		if _, _, err := maker.Undo(t.Context(), plan.ID, PlanEdit{Who: anna}); err != nil {
			t.Fatal(err)
		}
	}
	again, _, err := follower.Redo(t.Context(), plan.ID, PlanEdit{Who: bao})
	if err != nil || again.ETag != done.ETag {
		t.Errorf("undone and redone is %s, %v, want %s", again.ETag, err, done.ETag)
	}

	other := w.plan(t, follower)
	operate(t, follower, other.ID, redraw.Rename{Area: geo.Ref{Kind: geo.VillageGroup, Code: "220112001201001"}, Name: "东屯"}, PlanEdit{})
	if _, _, err := follower.PublishPlan(t.Context(), other.ID, "x", PlanEdit{Who: bao}); err != nil {
		t.Fatal(err)
	}
	w.refresh(t)
	moved, err := maker.Rebase(t.Context(), plan.ID, PlanEdit{Who: anna})
	if g, _ := moved.Draft.State().Area(grids[0].Ref()); err != nil || moved.Base != 2 || !geo.SameShape(g.Shape, grids[0].Shape) {
		t.Fatalf("made anew on another revision: %+v, %v", moved.Plan, err)
	}
	if read, err := plansOf(openWorld(t, url), PlansConfig{}).Plan(t.Context(), plan.ID); err != nil || read.ETag != moved.ETag {
		t.Errorf("and read again: %s, %v, want %s", read.ETag, err, moved.ETag)
	}
	other = w.plan(t, maker)
	operate(t, maker, other.ID, redraw.Rename{Area: grids[2].Ref(), Name: "新网格"}, PlanEdit{})
	if _, _, err := maker.PublishPlan(t.Context(), other.ID, "x", PlanEdit{Who: bao}); err != nil {
		t.Fatal(err)
	}
	if _, err := maker.Rebase(t.Context(), plan.ID, PlanEdit{Who: anna}); codeOf(err) != "areas-changed" {
		t.Errorf("made anew where an imported area changed: %v", err)
	}
}

// TestImportsAtOnce: of several that bring the same, one is published; into one plan those of
// different areas both come.
func TestImportsAtOnce(t *testing.T) {
	t.Parallel()
	url := townURL(t)
	w := openWorld(t, url)
	servers := []*Plans{plansOf(w, PlansConfig{}), plansOf(openWorld(t, url), PlansConfig{})}
	basis, err := servers[0].ImportBasis(t.Context(), uuid.Nil)
	if err != nil {
		t.Fatal(err)
	}
	fresh := town(2)[11]
	fresh.Code, fresh.Shape = "220112002001C002", box(6, 1, 7, 2)
	yard := redraw.Import{Kind: geo.Compound, Areas: []geo.Area{fresh}}
	var group sync.WaitGroup
	outcome := make([]error, 8)
	for i := range outcome {
		group.Go(func() {
			p := servers[i%2]
			plan, err := p.ImportAreas(t.Context(), yard, recordOf("yards.csv", basis.Revision), uuid.Nil, "yards", PlanEdit{Who: anna})
			if err == nil {
				_, _, err = p.PublishPlan(t.Context(), plan.ID, "x", PlanEdit{Who: anna})
			}
			outcome[i] = err
		})
	}
	group.Wait()
	published := 0
	for _, err := range outcome {
		if err == nil {
			published++
		} else if codeOf(err) != "areas-changed" {
			t.Errorf("another import: %v", err)
		}
	}
	w.refresh(t)
	if published != 1 || w.b.Current().Revision.Number != 2 {
		t.Errorf("%d of %d were published, the revision is %d", published, len(outcome), w.b.Current().Revision.Number)
	}

	plan := w.plan(t, servers[0])
	basis, err = servers[0].ImportBasis(t.Context(), plan.ID)
	if err != nil {
		t.Fatal(err)
	}
	renamed := func(k geo.Kind) redraw.Import {
		areas := townOf(basis.Areas, k, 2)[:1]
		areas[0].Name += "新"
		return redraw.Import{Kind: k, Areas: areas}
	}
	based := PlanEdit{Who: anna, BasedOn: basis.ETag}
	for i, k := range []geo.Kind{geo.Grid, geo.VillageGroup} {
		if _, err := servers[i].ImportAreas(t.Context(), renamed(k), recordOf("f.csv", 0), plan.ID, "", based); err != nil {
			t.Errorf("import of %s: %v", k, err)
		}
	}
	if _, err := servers[0].ImportAreas(t.Context(), renamed(geo.Grid), recordOf("f.csv", 0), plan.ID, "", PlanEdit{Who: anna}); codeOf(err) != "no-change" {
		t.Errorf("the same once more: %v", err)
	}
	stale := renamed(geo.Grid)
	stale.Areas[0].Name = "旧"
	if _, err := servers[0].ImportAreas(t.Context(), stale, recordOf("f.csv", 0), plan.ID, "", based); codeOf(err) != "areas-changed" {
		t.Errorf("an area that another import changed: %v", err)
	}
}

// TestImportRefusedLeavesNothing, whatever it is refused for.
func TestImportRefusedLeavesNothing(t *testing.T) {
	t.Parallel()
	w := openWorld(t, townURL(t))
	p := plansOf(w, PlansConfig{})
	basis, err := p.ImportBasis(t.Context(), uuid.Nil)
	if err != nil {
		t.Fatal(err)
	}
	good := redraw.Import{Kind: geo.Compound, Gone: []string{"220112002001C001"}}
	refuse := errors.New("not yours")
	ring := make(orb.Ring, maxImportVertices+1)
	for name, c := range map[string]struct {
		imp    redraw.Import
		record func(*ImportRecord)
		plan   geo.ID
		title  string
		edit   PlanEdit
		want   func(error) bool
	}{
		"what may not be changed": {good, nil, uuid.Nil, "t", PlanEdit{Permit: func(redraw.Result) error { return refuse }}, func(err error) bool { return errors.Is(err, refuse) }},
		"no title":                {good, nil, uuid.Nil, " ", PlanEdit{}, func(err error) bool { return codeOf(err) == "invalid-title" }},
		"no plan":                 {good, nil, newID(), "", PlanEdit{}, func(err error) bool { return errors.Is(err, geo.ErrNotFound) }},
		"no such revision":        {good, func(r *ImportRecord) { r.Base = 7 }, uuid.Nil, "t", PlanEdit{}, func(err error) bool { return errors.Is(err, geo.ErrNotFound) }},
		"no sum":                  {good, func(r *ImportRecord) { r.SHA256 = "" }, uuid.Nil, "t", PlanEdit{}, func(err error) bool { return err != nil }},
		"nothing":                 {redraw.Import{Kind: geo.Grid, Areas: townOf(basis.Areas, geo.Grid, 2)}, nil, uuid.Nil, "t", PlanEdit{}, func(err error) bool { return codeOf(err) == "no-change" }},
		"new, and there":          {redraw.Import{Kind: geo.Grid, Areas: townOf(nil, geo.Grid, 2)}, nil, uuid.Nil, "t", PlanEdit{}, func(err error) bool { return codeOf(err) == "areas-changed" }},
		"too many vertices":       {redraw.Import{Kind: geo.Grid, Areas: []geo.Area{{Kind: geo.Grid, Shape: orb.MultiPolygon{{ring}}}}}, nil, uuid.Nil, "t", PlanEdit{}, func(err error) bool { return codeOf(err) == "import-too-large" }},
		"too many areas":          {redraw.Import{Kind: geo.Grid, Gone: make([]string, maxImportAreas+1)}, nil, uuid.Nil, "t", PlanEdit{}, func(err error) bool { return codeOf(err) == "import-too-large" }},
	} {
		record := recordOf("f.csv", basis.Revision)
		if c.record != nil {
			c.record(&record)
		}
		if plan, err := p.ImportAreas(t.Context(), c.imp, record, c.plan, c.title, c.edit); !c.want(err) {
			t.Errorf("%s: %+v, %v", name, plan.Plan, err)
		}
	}
	for _, table := range []string{"plans", "plan_steps", "imports", "import_areas", "audit WHERE action LIKE 'plan%'", "outbox"} {
		if n := w.count(t, `SELECT count(*) FROM `+table); n != 0 && table != "outbox" {
			t.Errorf("%d rows are in %s", n, table)
		}
	}
}

// TestKilledImportIsWholeOrNothing kills the database at several times of an import.
func TestKilledImportIsWholeOrNothing(t *testing.T) {
	t.Parallel()
	cluster := ownCluster(t)
	grid := func(w *world) (redraw.Import, int) {
		basis, err := plansOf(w, PlansConfig{}).ImportBasis(t.Context(), uuid.Nil)
		if err != nil {
			t.Fatal(err)
		}
		return redraw.Import{Kind: geo.Grid, Areas: townOf(basis.Areas, geo.Grid, 1)}, basis.Revision
	}
	w := openWorld(t, cluster.URL("town"))
	imp, base := grid(w)
	began := time.Now()
	bring(t, plansOf(w, PlansConfig{}), imp, uuid.Nil, base)
	took, plans, killed := time.Since(began), 1, 0
	for _, share := range []float64{0.2, 0.5, 0.8, 1} { // the last is when nothing is left but the step and the commit
		edit := PlanEdit{Who: anna}
		if share < 1 {
			time.AfterFunc(time.Duration(share*float64(took)), func() { killAll(t, cluster.PID()) })
		} else {
			edit.Permit = func(redraw.Result) error { killAll(t, cluster.PID()); return nil }
		}
		plan, err := plansOf(w, PlansConfig{}).ImportAreas(t.Context(), imp, recordOf("f.csv", base), uuid.Nil, "t", edit)
		<-cluster.Done()
		if err := cluster.Restart(t.Context()); err != nil {
			t.Fatal(err)
		}
		w = openWorld(t, cluster.URL("town"))
		now := w.count(t, `SELECT count(*) FROM plans`)
		if now < plans || now > plans+1 || err == nil && now == plans {
			t.Fatalf("killed at %g: %d plans after %d, and ImportAreas said %v", share, now, plans, err)
		}
		if now == plans {
			killed++
		}
		plans = now
		whole := w.count(t, `SELECT count(*) FROM plans p
			WHERE p.version = 2 AND p.operations = 1 AND (SELECT count(*) FROM plan_steps s WHERE s.plan_id = p.id) = 2
			  AND EXISTS (SELECT FROM audit a WHERE a.action = 'plan.import' AND a.subject = p.id::text)`)
		areas, imports := w.count(t, `SELECT count(*) FROM import_areas`), w.count(t, `SELECT count(*) FROM imports`)
		if whole != plans || areas != plans*len(imp.Areas) || imports != plans {
			t.Errorf("killed at %g: of %d plans %d are whole, with %d imports of %d areas", share, plans, whole, imports, areas)
		}
		if err == nil {
			if read, err := plansOf(w, PlansConfig{}).Plan(t.Context(), plan.ID); err != nil || read.ETag != plan.ETag {
				t.Errorf("killed after it was done: %v", err)
			}
		}
	}
	if killed == 0 {
		t.Error("the kills came too late to prove anything")
	}
	w.refresh(t)
	imp, base = grid(w)
	p := plansOf(w, PlansConfig{})
	plan := bring(t, p, imp, uuid.Nil, base)
	if _, _, err := p.PublishPlan(t.Context(), plan.ID, "x", PlanEdit{Who: patrol.Actor{Kind: "system", ID: "x"}}); err != nil {
		t.Fatal(err)
	}
	w.refresh(t)
	if !bytes.Equal(w.b.Current().Revision.Hash, geo.HashAreas(plan.Draft.State().Areas())) {
		t.Error("another import after that is in force otherwise than it was made")
	}
}
