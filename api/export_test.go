package api

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/importers"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// exported reads an export and gives its columns and rows as texts.
func exported(t *testing.T, w *httptest.ResponseRecorder, format importers.Format) (columns []string, rows [][]string) {
	t.Helper()
	if w.Code != http.StatusOK || w.Header().Get("Content-Type") != format.MediaType() {
		t.Fatalf("export = %d, %s: %.300s", w.Code, w.Header().Get("Content-Type"), w.Body)
	}
	if format == importers.CSVText {
		text, marked := strings.CutPrefix(w.Body.String(), "\ufeff")
		table, err := csv.NewReader(strings.NewReader(text)).ReadAll()
		if err != nil || !marked || len(table) == 0 {
			t.Fatalf("the CSV has %d rows, a mark: %v, %v", len(table), marked, err)
		}
		return table[0], table[1:]
	}
	path := filepath.Join(t.TempDir(), "export."+string(format))
	if err := os.WriteFile(path, w.Body.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := importers.Open(t.Context(), path, importers.OpenOptions{})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	err = s.Records(t.Context(), 0, func(r *importers.Record) error {
		var row []string
		for _, v := range r.Values {
			row = append(row, v.Text)
		}
		rows = append(rows, append(row, fmt.Sprint(r.Geometry)))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return s.Layers()[0].Columns, rows
}

// TestExportMatrix asks for every collection in every format as every role.
func TestExportMatrix(t *testing.T) {
	s := newSite(t)
	s.send("fire_safety", groupPoint)
	s.send("fire_safety", townPoint)
	roles := map[string]string{"": ""}
	for _, r := range []access.Role{access.Admin, access.Planner, access.Dispatcher, access.Officer, access.Consumer} {
		roles[string(r)] = s.token(r)
	}
	s.store.reads = nil
	posts := 0
	for role, token := range roles {
		for _, c := range ExportCollections() {
			for _, f := range importers.Formats() {
				w := s.get("/api/v1/export/"+c+"?format="+string(f), token)
				want := http.StatusOK
				named := c == "posts" || c == "roster"
				guarded := named || c == "committees" || c == "checkpoints"
				if guarded && role == "" {
					want = http.StatusUnauthorized
				} else if guarded && role == string(access.Consumer) {
					want = http.StatusForbidden
				} else if named {
					posts++
				}
				if w.Code != want {
					t.Errorf("%s as %q in %s = %d, want %d: %.200s", c, role, f, w.Code, want, w.Body)
				}
				if want != http.StatusOK {
					continue
				}
				if got := w.Header().Get("Content-Disposition"); got != "attachment; filename="+c+"."+string(f) {
					t.Errorf("%s: Content-Disposition %q", c, got)
				}
				if personal := guarded || role != ""; personal && strings.Contains(w.Header().Get("Cache-Control"), "public") {
					t.Errorf("%s as %q may be kept by others: %v", c, role, w.Header())
				}
			}
		}
	}
	if len(s.store.reads) != posts || !strings.Contains(s.store.reads[0], "export posts") {
		t.Errorf("%d of %d exports of posts are in the audit log: %v", len(s.store.reads), posts, s.store.reads)
	}
}

// TestExportCanary looks for what nobody may see in all that everybody, and every role
// without the right, is given.
func TestExportCanary(t *testing.T) {
	s := newSite(t)
	w := s.do(call{method: "POST", path: "/api/v1/reports", body: `{"category":"fire_safety","description":"canary-text","lon":125.62,"lat":43.55,"reporter":{"name":"canary-name","phone":"12077777777"}}`})
	if w.Code != http.StatusCreated {
		t.Fatalf("no report: %d %s", w.Code, w.Body)
	}
	tokens := map[string]string{"public": "", "consumer": s.token(access.Consumer), "officer": s.token(access.Officer, id(4)), "admin": s.token(access.Admin), "planner": s.token(access.Planner)}
	for role, token := range tokens {
		for _, c := range ExportCollections() {
			for _, f := range []importers.Format{importers.GeoJSON, importers.CSVText, importers.GeoPackage} {
				body := s.get("/api/v1/export/"+c+"?format="+string(f), token).Body.String()
				never := []string{"canary-name", "12077777777", "reporter"}
				blind := role == "public" || role == "consumer"
				if blind {
					never = append(never, "canary-text", "125.62,43.55", "125.62 43.55") // what was written, and where exactly
				}
				if blind || c != "posts" && c != "roster" {
					never = append(never, "不公开", secretPhone, publicPhone)
				} else if role == "officer" {
					never = append(never, "不公开东") // of another grid
				}
				for _, word := range never {
					if strings.Contains(body, word) {
						t.Errorf("%s as %s in %s holds %q", c, role, f, word)
					}
				}
				if c == "reports" && !blind && !strings.Contains(body, "canary-text") {
					t.Errorf("reports as %s in %s lack what they may see: does this test still look?", role, f)
				}
			}
		}
	}
	if log := s.log.String(); strings.Contains(log, "canary") || strings.Contains(log, secretPhone) {
		t.Errorf("the log tells: %s", log)
	}
}

// TestExportReports: who is limited to areas is given those of theirs, others the public
// form at the places that everybody is shown; and all of them, however many.
func TestExportReports(t *testing.T) {
	s := newSite(t)
	for i := range 7 {
		s.send("fire_safety", orb.Point{125.61 + 0.003*float64(i), 43.55}) // the west
	}
	s.send("fire_safety", townPoint)
	byID := map[string]patrol.Report{}
	for _, r := range s.store.reports {
		byID[r.ID.String()] = r
	}
	for name, tt := range map[string]struct {
		token string
		n     int
		full  bool
	}{
		"public": {"", 8, false}, "consumer": {s.token(access.Consumer), 8, false}, "consumer of the west": {s.token(access.Consumer, id(4)), 7, false},
		"dispatcher": {s.token(access.Dispatcher), 8, true}, "officer of the east": {s.token(access.Officer, id(5)), 1, true},
	} {
		for _, f := range []importers.Format{importers.GeoJSON, importers.GeoPackage, importers.CSVText} {
			columns, rows := exported(t, s.get("/api/v1/export/reports?format="+string(f), tt.token), f)
			if len(rows) != tt.n || slices.Contains(columns, "description") != tt.full {
				t.Errorf("%s in %s: %d rows of %v, want %d", name, f, len(rows), columns, tt.n)
			}
			if f != importers.CSVText {
				continue
			}
			for _, row := range rows {
				r := byID[row[slices.Index(columns, "id")]]
				place := r.Point
				if !tt.full {
					place = s.store.duties.Rulebook.Shown(r.Category, r.Point)
				}
				if got := row[slices.Index(columns, "lon")] + " " + row[slices.Index(columns, "lat")]; got != fmt.Sprint(place[0], place[1]) {
					t.Errorf("%s sees report %s at %s, want %v", name, r.ID, got, place)
				}
			}
		}
	}
	wantProblem(t, s.get("/api/v1/export/reports?format=csv&at=2026-05-01T00:00:00Z", ""), 400, "invalid-parameters")
	wantProblem(t, s.get("/api/v1/export/reports?format=csv&plan="+id(1).String(), s.token(access.Planner)), 400, "invalid-parameters")
}

// TestExportPages: pages of reports follow one another without a gap.
func TestExportPages(t *testing.T) {
	s := newSite(t)
	for i := range 5 {
		s.send("fire_safety", orb.Point{125.61 + 0.003*float64(i), 43.55})
	}
	e := Exports{Boundaries: fakeBoundaries{s.store}, Duties: fakeDuties{s.store}, Reports: s.store, ReadLog: s.store, Now: s.api.cfg.Now}
	for limit := 1; limit <= 6; limit++ {
		var ids []string
		for r, err := range e.eachReport(t.Context(), access.Scope{All: true}, patrol.Filter{Now: testNow, Limit: limit}) {
			if err != nil {
				t.Fatal(err)
			}
			ids = append(ids, r.ID.String())
		}
		if slices.Sort(ids); len(slices.Compact(ids)) != 5 {
			t.Errorf("pages of %d give %v, want the five", limit, ids)
		}
	}
}

// TestExportPosts: those of the caller's areas, with who holds them at the time.
func TestExportPosts(t *testing.T) {
	s := newSite(t)
	all, rows := exported(t, s.get("/api/v1/export/posts?format=csv", s.token(access.Admin)), importers.CSVText)
	if len(rows) != 5 || rows[0][slices.Index(all, "area_kind")] != "committee" {
		t.Errorf("an admin is given %v", rows)
	}
	columns, rows := exported(t, s.get("/api/v1/export/posts?format=csv", s.token(access.Officer, id(5))), importers.CSVText)
	if len(rows) != 1 || rows[0][slices.Index(columns, "area")] != gridEast || rows[0][slices.Index(columns, "name")] != "不公开东" {
		t.Errorf("the officer of the east is given %v", rows)
	}
	// Nobody held anything when the boundaries were published but who began before.
	s.store.duties.Roster = roster(t, func(d *patrol.RosterData) { d.Holdings[0].From = publishedAt.AddDate(0, 1, 0) })
	for at, want := range map[string]string{"2026-01-06T00:00:00Z": "", "2026-05-01T00:00:00Z": "公示人"} {
		_, rows := exported(t, s.get("/api/v1/export/posts?format=csv&at="+at, s.token(access.Officer, id(4))), importers.CSVText)
		i := slices.IndexFunc(rows, func(r []string) bool { return r[0] == "grid_chief" })
		if i < 0 || rows[i][slices.Index(columns, "name")] != want {
			t.Errorf("at %s: %v, want the chief %q", at, rows, want)
		}
	}
}

// roster is the town's, changed.
func roster(t *testing.T, change func(*patrol.RosterData)) *patrol.Roster {
	t.Helper()
	d := duties(t).Roster.Data()
	d.Holdings = slices.Clone(d.Holdings)
	change(&d)
	r, err := patrol.NewRoster(d)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// TestExportParameters: what cannot be taken is said, all at once; plans are known
// to planners alone.
func TestExportParameters(t *testing.T) {
	s := newSite(t)
	planner := s.token(access.Planner)
	if p := wantProblem(t, s.get("/api/v1/export/grids?format=shp&crs=4549&x=1", ""), 400, "invalid-parameters"); len(p.Errors) != 3 {
		t.Errorf("errors %+v, want three", p.Errors)
	}
	wantProblem(t, s.get("/api/v1/export/grids", ""), 400, "invalid-parameters")
	wantProblem(t, s.get("/api/v1/export/hotspots?format=csv", ""), 404, "not-found")
	wantProblem(t, s.get("/api/v1/export/grids?format=csv&at=2020-01-01T00:00:00Z", ""), 404, "not-found")
	wantProblem(t, s.get("/api/v1/export/grids?format=csv&at=2030-01-01T00:00:00Z", ""), 400, "time-in-future")
	for _, c := range []string{"grids", "roads", "reports"} {
		wantProblem(t, s.get("/api/v1/export/"+c+"?format=csv&plan="+id(1).String(), ""), 404, "not-found")
		wantProblem(t, s.get("/api/v1/export/"+c+"?format=csv&plan="+id(1).String(), s.token(access.Dispatcher)), 404, "not-found")
	}
	wantProblem(t, s.get("/api/v1/export/grids?format=csv&plan="+id(1).String(), planner), 404, "not-found")
	w := s.do(call{method: "HEAD", path: "/api/v1/export/grids?format=gpkg&crs=4551"})
	if w.Code != 200 || w.Header().Get("Content-Disposition") != "attachment; filename=grids-4551.gpkg" {
		t.Errorf("HEAD = %d, %v", w.Code, w.Header())
	}
	header, _ := csv.NewReader(bytes.NewReader(s.get("/api/v1/export/grids?format=csv&crs=4551", "").Body.Bytes())).Read()
	if !slices.Contains(header, "crs") {
		t.Errorf("a CSV in 4551 does not say so: %v", header)
	}
}

// TestExportBreaksOff: an export that fails midway is not taken for whole, one that fails
// before says why.
func TestExportBreaksOff(t *testing.T) {
	for after, cut := range map[int]bool{0: false, 3: true} {
		s := newSite(t, func(c *Config) { c.Reports = failingReports{c.Reports, &after} })
		server := httptest.NewServer(s.api.Handler())
		defer server.Close()
		for _, f := range importers.Formats() {
			left := after
			s.api.cfg.Reports = failingReports{s.store, &left}
			answer, err := http.Get(server.URL + "/api/v1/export/reports?" + url.Values{"format": {string(f)}}.Encode())
			if err != nil {
				if cut && f.Streams() {
					continue
				}
				t.Fatal(err)
			}
			var body bytes.Buffer
			_, err = body.ReadFrom(answer.Body)
			_ = answer.Body.Close()
			if begun := cut && f.Streams(); begun && err == nil || !begun && (err != nil || answer.StatusCode != http.StatusServiceUnavailable || !json.Valid(body.Bytes())) {
				t.Errorf("%s after %d pages = %d with %d bytes, %v", f, after, answer.StatusCode, body.Len(), err)
			}
		}
	}
}

// failingReports gives so many pages of invented reports, then fails.
type failingReports struct {
	theReports
	left *int
}

// theReports is Reports under another name than that of its method.
type theReports = Reports

func (f failingReports) Reports(_ context.Context, _ access.Scope, filter patrol.Filter) ([]patrol.Report, error) {
	if *f.left--; *f.left < 0 {
		return nil, fmt.Errorf("gone: %w", geo.ErrUnavailable)
	}
	page := make([]patrol.Report, filter.Limit)
	for i := range page {
		page[i] = patrol.Report{ID: id(i), Category: "fire_safety", Status: patrol.Dispatched, Point: groupPoint, CreatedAt: testNow, UpdatedAt: testNow}
	}
	return page, nil
}

// TestExportsAtOnce: past so many the next is told to wait, and who has an account does
// not wait for who has none.
func TestExportsAtOnce(t *testing.T) {
	s := newSite(t)
	if !s.api.exporting[0].TryAcquire(exportsAtOnce) {
		t.Fatal("an export is being written before any was asked for")
	}
	w := s.get("/api/v1/export/grids?format=csv", "")
	if wantProblem(t, w, http.StatusServiceUnavailable, "unavailable"); w.Header().Get("Retry-After") == "" {
		t.Error("nothing says when to come back")
	}
	if w := s.get("/api/v1/export/grids?format=csv", s.token(access.Consumer)); w.Code != http.StatusOK {
		t.Errorf("with an account: %d", w.Code)
	}
	s.api.exporting[0].Release(exportsAtOnce)
	if w := s.get("/api/v1/export/grids?format=csv", ""); w.Code != http.StatusOK {
		t.Errorf("afterwards: %d", w.Code)
	}
}
