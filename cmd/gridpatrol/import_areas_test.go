package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/geojson"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/importers"
)

// TestImportDemoKindByKind fills an empty database with the files of the demo district,
// each published alone, with the file's name for a note where there are warnings, and again,
// which changes nothing.
func TestImportDemoKindByKind(t *testing.T) {
	d := newImportDesk(t, emptyDatabase(t))
	demo, err := district()
	if err != nil {
		t.Fatal(err)
	}
	if err := demo.WriteFiles(d.dir); err != nil {
		t.Fatal(err)
	}
	s := serveTest(t, d.url)
	kinds := []geo.Kind{geo.District, geo.Township, geo.Village, geo.Grid, geo.VillageGroup, geo.Compound}
	for i, k := range kinds {
		out, _ := d.run(0, "import", "areas", filepath.Join(d.dir, k.Plural()+".geojson"), "--kind", string(k), "--publish")
		if !strings.Contains(out, fmt.Sprintf("published as revision %d", i+1)) || !strings.Contains(out, fmt.Sprintf("%d new, 0 changed, 0 unchanged, 0 gone", len(ofKind(t, k)))) {
			t.Errorf("import of the %s says\n%s", k.Plural(), out)
		}
	}
	awaitRevision(t, s, len(kinds))
	for _, want := range demo.Areas {
		got, err := s.boundaries.Current().Index.Find(want.Ref())
		if err != nil {
			t.Fatal(err)
		}
		if want.ID = got.ID; !got.Same(&want) {
			t.Fatalf("in force is %+v, want %+v", got, want)
		}
	}
	before := d.rows()
	for _, k := range kinds {
		out, _ := d.run(0, "import", "areas", filepath.Join(d.dir, k.Plural()+".geojson"), "--kind", string(k), "--publish")
		if !strings.Contains(out, "nothing differs from what is in force") || !strings.Contains(out, "\n0 new, 0 changed,") {
			t.Errorf("the same %s again:\n%s", k.Plural(), out)
		}
	}
	if after := d.rows(); after != before {
		t.Errorf("the same files again wrote something: %s, before %s", after, before)
	}
}

// awaitRevision waits until a server answers from a revision.
func awaitRevision(t testing.TB, s *serving, n int) {
	t.Helper()
	for began := time.Now(); s.boundaries.Current().Revision.Number != n; time.Sleep(time.Millisecond) {
		if time.Since(began) > 20*time.Second {
			t.Fatalf("the server is at revision %d, want %d", s.boundaries.Current().Revision.Number, n)
		}
	}
}

// TestImportChangesAndPlans: what differs becomes a draft, beside others, that planners see
// as such and that is published when it fits.
func TestImportChangesAndPlans(t *testing.T) {
	d := newImportDesk(t, districtDatabase(t))
	s := serveTest(t, d.url)
	yards := ofKind(t, geo.Compound)
	yards[0].Name, yards[1].Households = "新小区", yards[1].Households+5
	some := d.file("some.geojson", yards[:3])
	before := d.rows()
	out, _ := d.run(0, "import", "areas", some, "--kind", "compound", "--dry-run", "--publish")
	if !strings.Contains(out, fmt.Sprintf("0 new, 2 changed, 1 unchanged, %d gone", len(yards)-3)) || d.rows() != before {
		t.Errorf("a dry run says\n%sand leaves %s, before %s", out, d.rows(), before)
	}
	out, _ = d.run(0, "import", "areas", some, "--kind", "compound", "--partial", "--title", "院")
	plan := planIn(t, out)
	if !strings.Contains(out, "2 changed, 1 unchanged, 0 gone") {
		t.Errorf("a part of the compounds:\n%s", out)
	}
	desk := s.desk(t, access.Planner)
	got, _ := ask[planJSON](desk, 200, "GET", "/api/v1/plans/"+plan, "")
	if got.Title != "院" || got.Operations != 1 || len(got.History) != 1 || got.History[0].Op["file"] != "some.geojson" || got.History[0].Op["op"] != "import" || got.History[0].Op["areas"] != 2. {
		t.Errorf("the plan is %+v", got)
	}
	type feature struct {
		Properties struct {
			Name string `json:"name"`
		} `json:"properties"`
	}
	read := func(path string) string {
		f, _ := ask[feature](desk, 200, "GET", "/api/v1/areas/compound/"+yards[0].Code+path, "")
		return f.Properties.Name
	}
	if now, planned := read(""), read("?plan="+plan); now == "新小区" || planned != "新小区" {
		t.Errorf("in force is %s, in the plan %s", now, planned)
	}

	grids := ofKind(t, geo.Grid)
	grids[0].Name = "改"
	out, _ = d.run(0, "import", "areas", d.file("grids.geojson", grids), "--kind", "grid", "--plan", plan)
	if planIn(t, out) != plan {
		t.Errorf("another file for the plan:\n%s", out)
	}
	out, _ = d.run(0, "import", "areas", some, "--kind", "compound", "--partial", "--plan", plan)
	if !strings.Contains(out, "nothing differs from plan "+plan) {
		t.Errorf("the same file again for the plan:\n%s", out)
	}
	if got, _ = ask[planJSON](desk, 200, "GET", "/api/v1/plans/"+plan, ""); got.Operations != 2 || got.History[1].Op["kind"] != "grid" {
		t.Errorf("the plan is then %+v", got)
	}
	back, _ := ask[changeJSON](desk, 200, "DELETE", "/api/v1/plans/"+plan+"/operations/last", "")
	if len(back.Changed) != 1 || back.Plan.Undone != 1 {
		t.Errorf("undoing an import: %+v", back)
	}
	ask[changeJSON](desk, 200, "POST", "/api/v1/plans/"+plan+"/operations/redo", "")
	out, _ = d.run(0, "import", "areas", some, "--kind", "compound", "--partial", "--plan", plan, "--publish", "--note", "x")
	if !strings.Contains(out, "published as revision 2") {
		t.Errorf("publishing the plan:\n%s", out)
	}
	awaitRevision(t, s, 2)
	if now := read(""); now != "新小区" {
		t.Errorf("in force is %s after the publish", now)
	}
	out, _ = d.run(1, "import", "areas", some, "--kind", "compound", "--plan", plan)
	if _, err := os.Stat(some); err != nil || strings.Contains(out, "has it") {
		t.Errorf("a published plan takes more: %s", out)
	}

	// Two villages that take each other's land: their groups no longer lie in them.
	villages := ofKind(t, geo.Village)
	villages[0].Shape, villages[1].Shape = villages[1].Shape, villages[0].Shape
	out, _ = d.run(1, "import", "areas", d.file("swapped.geojson", villages[:2]), "--kind", "village", "--partial", "--publish", "--note", "x")
	if !strings.Contains(out, "not published: the plan has ") || !strings.Contains(out, "the draft stays: plan ") {
		t.Errorf("villages that their groups do not lie in:\n%s", out)
	}
}

// TestImportReport writes what was found as the contract has it, and exits by it.
func TestImportReport(t *testing.T) {
	d := newImportDesk(t, districtDatabase(t))
	yards := ofKind(t, geo.Compound)
	bad := slices.Clone(yards)
	bow := slices.Clone(bad[2].Shape[0][0])
	bow[1], bow[2] = bow[2], bow[1]
	bad[2].Shape = orb.MultiPolygon{{bow}}
	bad[4].Code = bad[5].Code
	before := d.rows()
	report := filepath.Join(d.dir, "report.json")
	file := d.file("院.geojson", bad)
	out, _ := d.run(1, "import", "areas", file, "--kind", "compound", "--publish", "--report", report)
	if !strings.Contains(out, "nothing was written") || d.rows() != before {
		t.Errorf("a file with errors: %s, before %s\n%s", d.rows(), before, out)
	}
	var got struct {
		File, SHA256, Layer, CRS, Encoding, Importer string
		Read                                         int `json:"features_read"`
		OK                                           int `json:"features_ok"`
		New, Changed, Unchanged, Gone                *int
		Problems                                     []struct {
			Feature                         int
			Code, Problem, Severity, Detail string
			Lon, Lat                        *float64
		}
	}
	text, err := os.ReadFile(report)
	if err != nil {
		t.Fatal(err)
	}
	sum, err := importers.Sum(file)
	if err := json.Unmarshal(text, &got); err != nil {
		t.Fatal(err)
	}
	if err != nil || got.File != "院.geojson" || got.SHA256 != sum || got.CRS == "" || !strings.HasPrefix(got.Importer, "gridpatrol ") || got.Read != len(bad) ||
		got.OK >= got.Read || got.New == nil || got.Changed == nil || got.Unchanged == nil || got.Gone == nil {
		t.Errorf("the report is %s", text)
	}
	found := map[string]bool{}
	for _, p := range got.Problems {
		if p.Severity == "error" {
			found[fmt.Sprint(p.Problem, " ", p.Feature)] = true
		}
		if p.Problem == importers.ProblemSelfIntersection && (p.Lon == nil || p.Lat == nil || *p.Lon < 125 || *p.Lat > 44) || p.Detail == "" {
			t.Errorf("a problem without its place or words: %+v", p)
		}
	}
	if !found["SELF_INTERSECTION 3"] || !found["DUP_CODE 6"] && !found["DUP_CODE 5"] {
		t.Errorf("the report finds %v", found)
	}
	places := filepath.Join(d.dir, "report.geojson")
	d.run(1, "import", "areas", file, "--kind", "compound", "--dry-run", "--report", places)
	if text, err = os.ReadFile(places); err != nil {
		t.Fatal(err)
	}
	collection, err := geojson.UnmarshalFeatureCollection(text)
	if err != nil || len(collection.Features) != len(got.Problems) || collection.Features[0].Properties["problem"] == nil {
		t.Errorf("the places are %s, %v", text, err)
	}
	d.run(0, "import", "areas", d.file("good.geojson", yards), "--kind", "compound", "--dry-run", "--report", report)

	broken := filepath.Join(d.dir, "broken.geojson")
	if err := os.WriteFile(broken, []byte("\x00\x01 no map"), 0o600); err != nil {
		t.Fatal(err)
	}
	d.run(1, "import", "areas", broken, "--kind", "compound", "--report", report)
	if text, err = os.ReadFile(report); err != nil || json.Unmarshal(text, &got) != nil || len(got.Problems) != 1 || len(got.SHA256) != 64 {
		t.Errorf("the report of what is no map: %s, %v", text, err)
	}
	for name, args := range map[string][]string{
		"no file":          {filepath.Join(d.dir, "none.shp"), "--kind", "grid"},
		"no kind":          {file},
		"no such kind":     {file, "--kind", "road"},
		"no plan":          {file, "--kind", "grid", "--plan", "7"},
		"no system":        {file, "--kind", "grid", "--crs", "EPSG:0"},
		"a report in .txt": {file, "--kind", "grid", "--report", "x.txt"},
		"no field":         {file, "--kind", "grid", "--map"},
		"no repair":        {file, "--kind", "grid", "--repair", "pray"},
	} {
		if got := run(context.Background(), append([]string{"import", "areas", "--database-url", d.url}, args...), &bytes.Buffer{}, &bytes.Buffer{}); got != 2 {
			t.Errorf("%s: exit %d, want 2", name, got)
		}
	}
	if after := d.rows(); after != before {
		t.Errorf("dry runs, errors and wrong calls wrote something: %s, before %s", after, before)
	}
}

// TestInterruptedImport is stopped at many times: then there is a whole plan, or none.
func TestInterruptedImport(t *testing.T) {
	d := newImportDesk(t, districtDatabase(t))
	yards := ofKind(t, geo.Compound)
	for i := range yards {
		yards[i].Name += "新"
	}
	args := []string{"import", "areas", d.file("yards.geojson", yards), "--kind", "compound", "--publish", "--note", "x", "--database-url", d.url, "--data-dir", d.dir}
	began := time.Now()
	d.run(0, append(slices.Clone(args[:5]), "--dry-run")...)
	took := 2 * time.Since(began) // about: it does not write
	stopped := 0
	const times = 7
	for n := range times { // at once the first time, and not at all the last
		ctx, stop := context.WithCancel(context.Background())
		if n < times-1 {
			time.AfterFunc(took*time.Duration(n)/times, stop)
		}
		if run(ctx, args, &bytes.Buffer{}, &bytes.Buffer{}) != 0 {
			stopped++
		}
		stop()
		torn := d.count(`SELECT count(*) FROM gridpatrol.plans p WHERE p.operations <> 1
			OR (SELECT count(*) FROM gridpatrol.plan_steps s WHERE s.plan_id = p.id AND s.action = 'do') <> 1`)
		loose := d.count(`SELECT count(*) FROM gridpatrol.imports i WHERE
			(SELECT count(*) FROM gridpatrol.import_areas a WHERE a.import_id = i.id) <> ` + fmt.Sprint(len(yards)) + `
			OR NOT EXISTS (SELECT FROM gridpatrol.plan_steps s WHERE s.op ->> 'import' = i.id::text)`)
		if torn > 0 || loose > 0 {
			t.Fatalf("stopped %d times: %d plans are torn, %d imports belong to none", n, torn, loose)
		}
	}
	if stopped == 0 {
		t.Error("nothing was stopped in time to prove anything")
	}
	if n := d.count(`SELECT current_revision FROM gridpatrol.districts`); n != 2 {
		t.Errorf("the revision is %d, want 2: published once, the same file again changes nothing", n)
	}
}

// TestTwoImportsAtOnce: one is published, the other says that it was compared with
// something else, or that nothing differs.
func TestTwoImportsAtOnce(t *testing.T) {
	d := newImportDesk(t, districtDatabase(t))
	yards := ofKind(t, geo.Compound)
	yards[0].Name = "新小区"
	file := d.file("yards.geojson", yards)
	var group sync.WaitGroup
	var said [3]bytes.Buffer
	var codes [3]int
	for i := range codes {
		group.Go(func() {
			args := []string{"import", "areas", file, "--kind", "compound", "--publish", "--note", "x", "--database-url", d.url, "--data-dir", d.dir}
			codes[i] = run(context.Background(), args, &said[i], &said[i])
		})
	}
	group.Wait()
	published := 0
	for i := range codes {
		text := said[i].String()
		switch {
		case codes[i] == 0 && strings.Contains(text, "published as revision 2"):
			published++
		case codes[i] == 0 && strings.Contains(text, "nothing differs"):
		case codes[i] == 1 && strings.Contains(text, "the draft stays: plan "):
		default:
			t.Errorf("exit %d:\n%s", codes[i], text)
		}
	}
	if n := d.count(`SELECT current_revision FROM gridpatrol.districts`); published != 1 || n != 2 {
		t.Errorf("%d were published, the revision is %d", published, n)
	}
}
