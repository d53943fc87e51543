package api

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"mime/multipart"
	"net/http"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"
	"golang.org/x/text/encoding/traditionalchinese"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/importers"
	"github.com/gridpatrol/gridpatrol/importers/ingest"
)

// gridsFile is both grids of the town; the east one reaches further than the
// town does.
const gridsFile = `{"type":"FeatureCollection","features":[
{"type":"Feature","properties":{"网格编码":"220112000000001","名称":"西网格","class":"rural"},"geometry":{"type":"Polygon","coordinates":[[[125.6,43.5],[125.65,43.5],[125.65,43.6],[125.6,43.6],[125.6,43.5]]]}},
{"type":"Feature","properties":{"网格编码":"220112000000002","名称":"东网格","class":"urban"},"geometry":{"type":"Polygon","coordinates":[[[125.65,43.5],[125.71,43.5],[125.71,43.6],[125.65,43.6],[125.65,43.5]]]}}
]}`

// fakeImporter finds one error, unless the options name a repair. It waits for
// hold, where there is one, before it answers a check.
type fakeImporter struct {
	hold    chan struct{}
	started chan struct{}
	writing chan struct{} // as hold, of a write
	fault   string        // what a check panics with
	written []ImportWrite
}

func (f *fakeImporter) Check(ctx context.Context, src importers.Source, o ImportOptions) (CheckedImport, error) {
	if f.fault != "" {
		panic(f.fault)
	}
	n := 0
	for i := range src.Layers() {
		if err := src.Records(ctx, i, func(*importers.Record) error { n++; return nil }); err != nil {
			return CheckedImport{}, err
		}
	}
	o.Progress(ingest.StageRead, int64(n), int64(n))
	if f.hold != nil {
		f.started <- struct{}{}
		select {
		case <-f.hold:
		case <-ctx.Done():
			return CheckedImport{}, ctx.Err()
		}
	}
	report := ingest.Report{FeaturesRead: n, FeaturesOK: n, Problems: []*importers.Problem{}}
	if len(o.Repairs) == 0 {
		at := orb.Point{125.71, 43.5}
		report.Problems = append(report.Problems, &importers.Problem{Feature: 2, Code: gridEast, Problem: importers.ProblemOutsideDistrict, Detail: "it reaches too far", At: &at})
		report.FeaturesOK--
	}
	return CheckedImport{
		Report: &report,
		Areas: []ingest.AreaFeature{
			{Feature: 1, Area: geo.Area{Kind: geo.Grid, Code: gridWest, Name: "西网格", Shape: square(125.6, 43.5, 125.65, 43.6)}, Change: "unchanged"},
			{Feature: 2, Area: geo.Area{Kind: geo.Grid, Code: gridEast, Name: "东网格", Shape: square(125.65, 43.5, 125.71, 43.6)}},
		},
		Gone: []geo.Area{{Kind: geo.Grid, Code: "9", Name: "旧", Shape: square(125.6, 43.5, 125.61, 43.51)}},
		Write: func(_ context.Context, w ImportWrite) (ImportDone, error) {
			f.written = append(f.written, w)
			if f.writing != nil {
				f.started <- struct{}{}
				<-f.writing
			}
			return ImportDone{Plan: id(800)}, nil
		},
	}, nil
}

// importSite is a site that takes files.
func importSite(t *testing.T, f *fakeImporter) (s *site, dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "imports")
	s = newSite(t, func(c *Config) { c.Importers, c.ImportDir = map[string]Importer{ingest.WhatAreas: f}, dir })
	return s, dir
}

// put uploads files, name and content after each other.
func (s *site) put(what, token string, files ...string) call {
	var b bytes.Buffer
	form := multipart.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		part, err := form.CreateFormFile("file", files[i])
		if err == nil {
			_, err = part.Write([]byte(files[i+1]))
		}
		if err != nil {
			s.t.Fatal(err)
		}
	}
	if err := form.Close(); err != nil {
		s.t.Fatal(err)
	}
	return call{method: "POST", path: "/api/v1/imports?what=" + what, body: b.String(),
		header: map[string]string{"Content-Type": form.FormDataContentType(), "Authorization": "Bearer " + token}}
}

type importJSON struct {
	ID      string `json:"id"`
	Version int64  `json:"version"`
	State   string `json:"state"`
	SHA256  string `json:"sha256"`
	Layers  []struct {
		Name     string `json:"name"`
		Features int    `json:"features"`
		Columns  []struct {
			Name    string   `json:"name"`
			Samples []string `json:"samples"`
			Field   string   `json:"field"`
		} `json:"columns"`
	} `json:"layers"`
	Fields  []fieldAnswer `json:"fields"`
	Options struct {
		Kind string            `json:"kind"`
		Map  map[string]string `json:"map"`
	} `json:"options"`
	Report *struct {
		File     string `json:"file"`
		Problems []struct {
			Problem string  `json:"problem"`
			Lon     float64 `json:"lon"`
		} `json:"problems"`
	} `json:"report"`
	Error *problem `json:"error"`
	Plan  string   `json:"plan"`
}

func TestImport(t *testing.T) {
	f := &fakeImporter{}
	s, dir := importSite(t, f)
	token := s.token(access.Planner)
	up := s.do(s.put("areas", token, `C:\data\网格.geojson`, gridsFile))
	i := want[importJSON](t, up, http.StatusCreated)
	path := "/api/v1/imports/" + i.ID
	if up.Header().Get("Location") != path || i.State != "ready" || len(i.SHA256) != 64 || len(i.Layers) != 1 || len(i.Layers[0].Columns) != 3 || len(i.Fields) == 0 {
		t.Fatalf("the upload gives %s", up.Body)
	}
	if c := i.Layers[0].Columns[0]; c.Name != "网格编码" || c.Field != "code" || !slices.Equal(c.Samples, []string{gridWest, gridEast}) {
		t.Errorf("the first column is %+v, want the code with both samples", c)
	}
	if want := map[string]string{"code": "网格编码", "name": "名称", "class": "class"}; i.Options.Kind != "grid" || !maps.Equal(i.Options.Map, want) {
		t.Errorf("suggested are %+v, want grids and %v", i.Options, want)
	}
	if _, err := os.Stat(filepath.Join(dir, i.ID, "files", "网格.geojson")); err != nil {
		t.Errorf("the file is not kept under its own name: %v", err)
	}

	wantProblem(t, s.do(call{method: "POST", path: path + "/write", header: bearer(token)}), http.StatusConflict, "import-unchecked")
	wantProblem(t, s.get(path+"/shapes", token), http.StatusConflict, "import-unchecked")
	for _, bad := range []string{`{}`, `{"kind":"street"}`, `{"kind":"grid","plan":"x"}`, `{"kind":"grid","crs":"EPSG:2436"}`} {
		wantProblem(t, s.do(call{method: "POST", path: path + "/check", body: bad, header: bearer(token)}), http.StatusUnprocessableEntity, "invalid-values")
	}
	s.check(path, token, `{"kind":"grid"}`, "checked")
	now := want[importJSON](t, s.get(path, token), http.StatusOK)
	if now.Report == nil || now.Report.File != "网格.geojson" || len(now.Report.Problems) != 1 || now.Report.Problems[0].Problem != "OUTSIDE_DISTRICT" || now.Report.Problems[0].Lon != 125.71 {
		t.Fatalf("the report is %+v", now.Report)
	}
	wantProblem(t, s.do(call{method: "POST", path: path + "/write", header: bearer(token)}), http.StatusConflict, "import-has-errors")

	var shapes struct {
		Features []struct {
			Properties struct {
				Code     string
				Change   string
				Errors   int
				Warnings int
			}
		}
	}
	if err := json.Unmarshal(s.get(path+"/shapes", token).Body.Bytes(), &shapes); err != nil || len(shapes.Features) != 3 {
		t.Fatalf("the shapes are %+v, %v", shapes, err)
	}
	if p := shapes.Features[1].Properties; p.Code != gridEast || p.Errors != 1 || p.Change != "" {
		t.Errorf("the grid with the error is shown as %+v", p)
	}
	if p := shapes.Features[2].Properties; p.Code != "9" || p.Change != "gone" {
		t.Errorf("the grid that the file lacks is shown as %+v", p)
	}
	for format, part := range map[string]string{"json": `"OUTSIDE_DISTRICT"`, "geojson": `"coordinates":[125.71,43.5]`, "csv": "2,,220112000000002,OUTSIDE_DISTRICT,error,it reaches too far,125.7100000,43.5000000"} {
		if w := s.get(path+"/problems?format="+format, token); w.Code != 200 || !strings.Contains(w.Body.String(), part) {
			t.Errorf("the report as %s = %d %s, want %s in it", format, w.Code, w.Body, part)
		}
	}

	s.check(path, token, `{"kind":"grid","repair":["make-valid"]}`, "checked")
	w := s.do(call{method: "POST", path: path + "/write", body: `{"title":"网格 2026"}`, header: bearer(token)})
	want[importJSON](t, w, http.StatusAccepted)
	done := s.await(path, token, "written")
	if done.Plan != id(800).String() || len(f.written) != 1 || f.written[0].Title != "网格 2026" || f.written[0].Source == nil {
		t.Errorf("taken over as plan %q with %+v", done.Plan, f.written)
	}
	wantProblem(t, s.do(call{method: "POST", path: path + "/write", header: bearer(token)}), http.StatusConflict, "import-written")
	wantProblem(t, s.do(call{method: "POST", path: path + "/check", body: `{"kind":"grid"}`, header: bearer(token)}), http.StatusConflict, "import-written")
	if w := s.do(call{method: "DELETE", path: path, header: bearer(token)}); w.Code != http.StatusNoContent {
		t.Errorf("DELETE = %d %s", w.Code, w.Body)
	}
	if _, err := os.Stat(filepath.Join(dir, i.ID)); !os.IsNotExist(err) {
		t.Errorf("the files stay: %v", err)
	}
	wantProblem(t, s.get(path, token), http.StatusNotFound, "not-found")
}

func bearer(token string) map[string]string {
	return map[string]string{"Authorization": "Bearer " + token}
}

// check begins a check and waits for its end.
func (s *site) check(path, token, body, state string) {
	s.t.Helper()
	want[importJSON](s.t, s.do(call{method: "POST", path: path + "/check", body: body, header: bearer(token)}), http.StatusAccepted)
	s.await(path, token, state)
}

// await waits by long polls until an import is in a state.
func (s *site) await(path, token, state string) importJSON {
	s.t.Helper()
	after := int64(0)
	for range 100 {
		now := want[importJSON](s.t, s.get(fmt.Sprintf("%s?wait=5&after=%d", path, after), token), http.StatusOK)
		if now.State == state {
			return now
		}
		after = now.Version
	}
	s.t.Fatalf("the import is never %s", state)
	return importJSON{}
}

// TestImportPreview shows where a file would lie under a system that it is not
// in.
func TestImportPreview(t *testing.T) {
	s, _ := importSite(t, &fakeImporter{})
	token := s.token(access.Planner)
	i := want[importJSON](t, s.do(s.put("areas", token, "grids.geojson", gridsFile)), http.StatusCreated)
	path := "/api/v1/imports/" + i.ID + "/preview?"
	type preview struct {
		Truncated bool
		Features  []struct {
			Properties struct {
				Feature    int
				Code, Name string
			}
			Geometry struct{ Coordinates [][][2]float64 }
		}
	}
	read := func(query string) (p preview) {
		w := s.get(path+query, token)
		if err := json.Unmarshal(w.Body.Bytes(), &p); w.Code != 200 || err != nil || len(p.Features) != 2 {
			t.Fatalf("preview %s = %d %s", query, w.Code, w.Body)
		}
		return p
	}
	plain, shifted := read(""), read("crs=gcj02&map=name:%E7%BD%91%E6%A0%BC%E7%BC%96%E7%A0%81")
	if p := plain.Features[0]; p.Properties.Code != gridWest || p.Properties.Name != "西网格" || p.Geometry.Coordinates[0][0] != [2]float64{125.6, 43.5} {
		t.Errorf("the first feature is %+v", p)
	}
	if p := shifted.Features[0]; p.Properties.Name != gridWest || p.Geometry.Coordinates[0][0] == [2]float64{125.6, 43.5} {
		t.Errorf("read as GCJ-02, with codes as names, the first feature is %+v", p)
	}
	wantProblem(t, s.get(path+"crs=EPSG:4530", token), http.StatusUnprocessableEntity, "crs-out-of-zone")
	wantProblem(t, s.get(path+"layer=no", token), http.StatusUnprocessableEntity, "no-layer")
	wantProblem(t, s.get(path+"crs=EPSG:2436", token), http.StatusBadRequest, "invalid-parameters")
}

// TestImportRefusals sends what is not taken, and looks that nothing of it
// stays.
func TestImportRefusals(t *testing.T) {
	s, dir := importSite(t, &fakeImporter{})
	token := s.token(access.Planner)
	for _, tt := range []struct {
		name   string
		call   call
		status int
		code   string
	}{
		{"no sort of thing", s.put("trees", token, "a.geojson", gridsFile), 400, "invalid-parameters"},
		{"no right", s.put("areas", s.token(access.Consumer), "a.geojson", gridsFile), 403, "forbidden"},
		{"no right to rosters", s.put("roster", token, "a.csv", "a"), 403, "forbidden"},
		{"nobody brings it in", s.put("roster", s.token(access.Admin), "a.csv", "a"), 404, "not-found"},
		{"no file", s.put("areas", token), 400, "invalid-body"},
		{"no name", s.put("areas", token, "..", gridsFile), 400, "invalid-body"},
		{"a hidden name", s.put("areas", token, ".htaccess", gridsFile), 400, "invalid-body"},
		{"a name twice", s.put("areas", token, "a.geojson", gridsFile, "A.geojson", gridsFile), 400, "invalid-body"},
		{"a drawing", s.put("areas", token, "a.dwg", "AC1032\x00\x00\x00"), 422, "format-refused"},
		{"no form", call{method: "POST", path: "/api/v1/imports?what=areas", body: gridsFile, header: bearer(token)}, 415, "unsupported-media-type"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := wantProblem(t, s.do(tt.call), tt.status, tt.code)
			if tt.code == "format-refused" && p.Problem != "FORMAT_REFUSED" {
				t.Errorf("the refusal is %+v, want the contract's word", p)
			}
			if entries, _ := os.ReadDir(dir); len(entries) > 0 {
				t.Errorf("%d folders stay", len(entries))
			}
		})
	}
	broken := s.put("areas", token, "a.geojson", gridsFile)
	broken.body = broken.body[:len(broken.body)-30]
	wantProblem(t, s.do(broken), 400, "invalid-multipart")
	if entries, _ := os.ReadDir(dir); len(entries) > 0 {
		t.Errorf("%d folders stay of a form that broke off", len(entries))
	}
	for range importsOfOne {
		want[importJSON](t, s.do(s.put("areas", token, "a.geojson", gridsFile)), http.StatusCreated)
	}
	wantProblem(t, s.do(s.put("areas", token, "a.geojson", gridsFile)), http.StatusConflict, "too-many-imports")
}

// TestImportIsItsOwners asks for somebody else's import by every route.
func TestImportIsItsOwners(t *testing.T) {
	s, _ := importSite(t, &fakeImporter{})
	i := want[importJSON](t, s.do(s.put("areas", s.token(access.Planner), "a.geojson", gridsFile)), http.StatusCreated)
	other := s.token(access.Planner)
	asked := 0
	for _, rt := range s.api.routes() {
		if rest, ok := strings.CutPrefix(rt.path, "/api/v1/imports/{id}"); ok {
			asked++
			wantProblem(t, s.do(call{method: rt.method, path: "/api/v1/imports/" + i.ID + rest, header: bearer(other)}), http.StatusNotFound, "not-found")
		}
	}
	if asked < 7 {
		t.Errorf("only %d routes were asked", asked)
	}
	if list := s.get("/api/v1/imports", other).Body.String(); strings.Contains(list, i.ID) {
		t.Errorf("somebody else's imports are listed: %s", list)
	}
}

// TestImportSurvivesAPanic: a file that brings a check down ends that check and
// nothing else, and the log has the cause, of which the caller hears nothing.
func TestImportSurvivesAPanic(t *testing.T) {
	f := &fakeImporter{fault: "a slice of glass"}
	s, _ := importSite(t, f)
	token := s.token(access.Planner)
	i := want[importJSON](t, s.do(s.put("areas", token, "a.geojson", gridsFile)), http.StatusCreated)
	path := "/api/v1/imports/" + i.ID
	begin := call{method: "POST", path: path + "/check", body: `{"kind":"grid"}`, header: bearer(token)}
	for range importsRunning + 1 { // nor does it keep a place
		want[importJSON](t, s.do(begin), http.StatusAccepted)
		s.await(path, token, "failed")
	}
	if w := s.get(path, token); strings.Contains(w.Body.String(), f.fault) || !strings.Contains(w.Body.String(), `"status":500`) {
		t.Errorf("after a panic the import is %s", w.Body)
	}
	if !strings.Contains(s.log.String(), f.fault) {
		t.Errorf("the log does not say why: %s", s.log)
	}
	f.fault = ""
	want[importJSON](t, s.do(begin), http.StatusAccepted)
	s.await(path, token, "checked")
}

// TestImportReplacesACheck begins a check while one runs, and throws an import
// away while one runs: both end the one before.
func TestImportReplacesACheck(t *testing.T) {
	f := &fakeImporter{hold: make(chan struct{}), started: make(chan struct{}, 8)}
	s, _ := importSite(t, f)
	token := s.token(access.Planner)
	i := want[importJSON](t, s.do(s.put("areas", token, "a.geojson", gridsFile)), http.StatusCreated)
	path := "/api/v1/imports/" + i.ID
	begin := func() {
		want[importJSON](t, s.do(call{method: "POST", path: path + "/check", body: `{"kind":"grid"}`, header: bearer(token)}), http.StatusAccepted)
		<-f.started
	}
	begin()
	if now := want[importJSON](t, s.get(path, token), 200); now.State != "running" {
		t.Fatalf("the import is %s while it is checked", now.State)
	}
	begin()
	f.hold <- struct{}{} // the second alone takes it
	s.await(path, token, "checked")
	begin()
	if w := s.do(call{method: "DELETE", path: path, header: bearer(token)}); w.Code != http.StatusNoContent {
		t.Fatalf("DELETE = %d", w.Code)
	}
	s.api.desk.running.Wait() // nothing goes on
}

// TestImportStopsACheck ends a check that runs, twice, and then checks again; what
// was found stays where nothing is to be ended.
func TestImportStopsACheck(t *testing.T) {
	f := &fakeImporter{hold: make(chan struct{}), started: make(chan struct{}, 8)}
	s, _ := importSite(t, f)
	token := s.token(access.Planner)
	i := want[importJSON](t, s.do(s.put("areas", token, "a.geojson", gridsFile)), http.StatusCreated)
	path := "/api/v1/imports/" + i.ID
	stop := func() importJSON {
		t.Helper()
		if w := s.do(call{method: "DELETE", path: path + "/check", header: bearer(token)}); w.Code != http.StatusNoContent {
			t.Fatalf("DELETE = %d %s", w.Code, w.Body)
		}
		return want[importJSON](t, s.get(path, token), http.StatusOK)
	}
	if now := stop(); now.State != "ready" || now.Version != i.Version {
		t.Errorf("with nothing to stop the import is %+v", now)
	}
	check := call{method: "POST", path: path + "/check", body: `{"kind":"grid","repair":["make-valid"]}`, header: bearer(token)}
	began := want[importJSON](t, s.do(check), http.StatusAccepted)
	<-f.started
	if now := stop(); now.State != "ready" || now.Error != nil || now.Report != nil || now.Version <= began.Version {
		t.Errorf("stopped, the import is %+v", now)
	}
	if now := stop(); now.State != "ready" {
		t.Errorf("stopped twice, the import is %s", now.State)
	}
	want[importJSON](t, s.do(check), http.StatusAccepted)
	<-f.started
	f.hold <- struct{}{}
	s.await(path, token, "checked")
	if now := stop(); now.State != "checked" || now.Report == nil {
		t.Errorf("with nothing to stop, what was found is gone: %+v", now)
	}
	f.writing = make(chan struct{})
	want[importJSON](t, s.do(call{method: "POST", path: path + "/write", header: bearer(token)}), http.StatusAccepted)
	<-f.started
	wantProblem(t, s.do(call{method: "DELETE", path: path + "/check", header: bearer(token)}), http.StatusConflict, "import-busy")
	f.writing <- struct{}{}
	s.await(path, token, "written")
}

// TestImportLooksAgain reads the columns of a table whose text is not what it
// seems to be.
func TestImportLooksAgain(t *testing.T) {
	s, _ := importSite(t, &fakeImporter{})
	token := s.token(access.Planner)
	text, err := traditionalchinese.Big5.NewEncoder().String("code,名字,區域\n220112000000001,西邊網格,東\n")
	if err != nil {
		t.Fatal(err)
	}
	i := want[importJSON](t, s.do(s.put("areas", token, "网格.csv", text)), http.StatusCreated)
	if c := i.Layers[0].Columns[2]; c.Name == "區域" {
		t.Fatal("the encoding was found out: there is nothing to be looked at again")
	}
	type layers struct {
		Layers []struct {
			Kind, Encoding string
			Columns        []columnAnswer
		}
	}
	path := "/api/v1/imports/" + i.ID + "/layers"
	again := want[layers](t, s.get(path+"?encoding=big5", token), http.StatusOK).Layers[0]
	columns := []columnAnswer{{"code", []string{"220112000000001"}, "code"}, {"名字", []string{"西邊網格"}, ""}, {"區域", []string{"東"}, ""}}
	if !reflect.DeepEqual(again.Columns, columns) || again.Encoding != "Big5" || again.Kind != "grid" {
		t.Errorf("read as Big5 it is %+v, want %+v", again, columns)
	}
	if plain := want[layers](t, s.get(path, token), http.StatusOK).Layers[0]; plain.Columns[2].Name != i.Layers[0].Columns[2].Name {
		t.Errorf("with no encoding it is %+v, want what the upload found", plain)
	}
	wantProblem(t, s.get(path+"?encoding=EBCDIC", token), http.StatusUnprocessableEntity, "format-refused")
}
