package main

import (
	"bytes"
	"fmt"
	"mime/multipart"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
)

type importJSON struct {
	ID       string
	Version  int64
	State    string
	Plan     string
	Revision int
	Error    *refusalJSON
}

// upload sends a file and gives the path of its import.
func (d *desk) upload(what, file string) string {
	d.t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		d.t.Fatal(err)
	}
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	part, err := form.CreateFormFile("file", filepath.Base(file))
	if err == nil {
		_, err = part.Write(text)
	}
	if err == nil {
		err = form.Close()
	}
	if err != nil {
		d.t.Fatal(err)
	}
	i, _ := ask[importJSON](d, 201, "POST", "/api/v1/imports?what="+what, b.String(), "Content-Type", form.FormDataContentType())
	return "/api/v1/imports/" + i.ID
}

// step begins a step of an import and waits until it no longer runs.
func (d *desk) step(path, step, body string) importJSON {
	d.t.Helper()
	i, _ := ask[importJSON](d, 202, "POST", path+"/"+step, body)
	for i.State == "running" {
		i, _ = ask[importJSON](d, 200, "GET", fmt.Sprintf("%s?wait=20&after=%d", path, i.Version), "")
	}
	return i
}

// TestImportsOfLimitedPlanners lets a planner of one township bring in what lies in
// it and nothing else, and publish no draft that changes more than that.
func TestImportsOfLimitedPlanners(t *testing.T) {
	url := districtDatabase(t)
	s, files := serveTest(t, url), newImportDesk(t, url)
	index := s.boundaries.Current().Index
	grids := ofKind(t, geo.Grid)
	var own, foreign int
	var township *geo.Area
	for _, town := range index.Areas(geo.Township) {
		in := func(g geo.Area) bool { return geo.Covers([]orb.MultiPolygon{town.Shape}, g.Shape) }
		own, foreign = slices.IndexFunc(grids, in), slices.IndexFunc(grids, func(g geo.Area) bool { return !in(g) })
		if township = town; own >= 0 && foreign >= 0 {
			break
		}
	}
	if own < 0 || foreign < 0 {
		t.Fatal("no township has a grid of its own and one that is not")
	}
	renamed := func(name string, of int) string {
		g := grids[of]
		g.Name = name
		return files.file(name+".geojson", []geo.Area{g})
	}
	limited, whole := s.desk(t, access.Planner, township.ID), s.desk(t, access.Planner)
	bring := func(d *desk, file, plan, write string) importJSON {
		t.Helper()
		path := d.upload("areas", file)
		if i := d.step(path, "check", `{"kind":"grid","partial":true`+plan+`}`); i.State != "checked" {
			t.Fatalf("the check ends %+v", i)
		}
		return d.step(path, "write", write)
	}
	const publish = `{"publish":true,"note":"n"}`

	before := files.rows()
	refused := func(i importJSON) {
		t.Helper()
		if i.State != "failed" || i.Error == nil || i.Error.Type != "urn:gridpatrol:problem:outside-scope" || i.Revision != 0 ||
			!slices.Equal(i.Error.Areas, []string{grids[foreign].Ref().String()}) {
			t.Errorf("a limited planner's import ends %+v with %+v, want outside-scope", i, i.Error)
		}
	}
	for _, write := range []string{`{}`, publish} {
		refused(bring(limited, renamed("外网格", foreign), "", write))
	}
	if after := files.rows(); after != before {
		t.Errorf("a refused import leaves %s, before %s", after, before)
	}

	// Somebody else's draft is added to, and not published with what else is in it.
	draft := bring(whole, renamed("外网格", foreign), "", `{}`)
	i := bring(limited, renamed("内网格", own), fmt.Sprintf(`,"plan":%q`, draft.Plan), publish)
	refused(i)
	if i.Plan != draft.Plan {
		t.Errorf("the draft is %s, want %s", i.Plan, draft.Plan)
	}
	if n := files.count(`SELECT count(*) FROM gridpatrol.revisions`); n != 1 {
		t.Errorf("%d revisions, want the first alone", n)
	}
	if i := bring(limited, renamed("内网格", own), "", publish); i.State != "written" || i.Revision != 2 {
		t.Errorf("what lies in the township is published as %+v, %+v", i, i.Error)
	}
}
