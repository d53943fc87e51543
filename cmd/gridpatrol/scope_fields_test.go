package main

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"encoding/json"
	"flag"
	"fmt"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/paulmach/orb/encoding/mvt"

	"github.com/gridpatrol/gridpatrol/patrol"
)

var updateFields = flag.Bool("update", false, "write the golden files anew")

// TestFieldsByRole lists the fields of every answer that depends on who asks,
// and who is given them, and compares with testdata/fields. A field that is new
// fails until somebody has looked at who sees it: run with -update, and read what
// git diff says.
func TestFieldsByRole(t *testing.T) {
	w := newScopeWorld(t)
	var roles []*caller
	for _, c := range w.callers() {
		if c.state == "" && (c.all || c.in == "here" && c.role == "officer") || c.state == "nobody" {
			roles = append(roles, c)
		}
	}
	centre := w.here.grid.Shape.Bound().Center()
	at := fmt.Sprintf("lon=%v&lat=%v", centre[0], centre[1])
	follow := []string{"X-Follow-Secret", w.here.secret}
	for name, a := range map[string]struct {
		path   string
		header []string
		fields func(answer) ([]string, error)
	}{
		"report":             {path: "/api/v1/reports/" + w.here.report},
		"report_followed":    {path: "/api/v1/reports/" + w.here.report, header: follow},
		"reports":            {path: "/api/v1/reports"},
		"contact":            {path: "/api/v1/reports/" + w.here.report + "/contact"},
		"locate":             {path: "/api/v1/locate?" + at},
		"area":               {path: "/api/v1/areas/grid/" + w.here.grid.Code},
		"areas":              {path: "/api/v1/areas/grid"},
		"posts":              {path: "/api/v1/posts"},
		"post":               {path: "/api/v1/posts/" + w.here.police.String()},
		"people":             {path: "/api/v1/people"},
		"person":             {path: "/api/v1/people/" + w.here.chief.String()},
		"vacancies":          {path: "/api/v1/vacancies"},
		"handovers":          {path: "/api/v1/handovers"},
		"pack":               {path: "/api/v1/pack"},
		"patrol":             {path: "/api/v1/patrols/" + w.patrolOf(w.serving, w.here, false)},
		"patrol_active":      {path: "/api/v1/patrols/" + w.patrolOf(w.serving, w.here, false, patrol.DeedStart, patrol.DeedPause)},
		"patrols":            {path: "/api/v1/patrols"},
		"track":              {path: "/api/v1/patrols/" + w.walkedPatrol(w.serving, w.here) + "/track?raw=true"},
		"patrols_live":       {path: "/api/v1/patrols/live"},
		"nearest":            {path: "/api/v1/reports/" + w.here.report + "/nearest"},
		"track_readings":     {path: "/api/v1/track-readings"},
		"checkpoint":         {path: "/api/v1/checkpoints/" + w.checkpointOf(w.serving, w.here, false)},
		"checkpoints":        {path: "/api/v1/checkpoints"},
		"checkpoint_kinds":   {path: "/api/v1/checkpoint-kinds"},
		"sheet":              {path: "/api/v1/areas/grid/" + w.here.grid.Code + "/sheet"},
		"accounts":           {path: "/api/v1/accounts"},
		"tokens":             {path: "/api/v1/tokens"},
		"plan_basis":         {path: "/api/v1/plans/" + w.here.plan + "/basis"},
		"plan_impact":        {path: "/api/v1/plans/" + w.here.plan + "/impact"},
		"session":            {path: "/api/v1/session"},
		"tile_reports":       {path: tileAt("reports", centre, 14), fields: tileFields},
		"tile_grids":         {path: tileAt("grids", centre, 14), fields: tileFields},
		"ogc_reports":        {path: "/ogc/collections/reports/items"},
		"ogc_report":         {path: "/ogc/collections/reports/items/" + w.here.report},
		"ogc_grids":          {path: "/ogc/collections/grids/items"},
		"export_reports":     {path: "/api/v1/export/reports?format=csv", fields: csvFields},
		"export_grids":       {path: "/api/v1/export/grids?format=csv", fields: csvFields},
		"export_posts":       {path: "/api/v1/export/posts?format=csv", fields: csvFields},
		"export_roster":      {path: "/api/v1/export/roster?format=csv", fields: csvFields},
		"export_committees":  {path: "/api/v1/export/committees?format=csv", fields: csvFields},
		"event_report":       {path: "/api/v1/events"},
		"event_report_known": {path: "/api/v1/events?report=" + w.here.report, header: follow},
	} {
		t.Run(name, func(t *testing.T) {
			w.t = t
			given := map[string][]string{} // who is given a field
			for _, c := range roles {
				var got answer
				if header := append(slices.Clone(c.header), a.header...); strings.HasPrefix(name, "event_") {
					got = w.firstReport(t, a.path, header)
				} else {
					got = request(w.serving, "GET", a.path, "", header...)
				}
				who := strings.ReplaceAll(c.name, " here", "")
				if got.status != http.StatusOK {
					line := fmt.Sprintf("(%d)", got.status)
					given[line] = append(given[line], who)
					continue
				}
				read := a.fields
				if read == nil {
					read = jsonFields
				}
				fields, err := read(got)
				if err != nil {
					t.Fatalf("%s: %v: %.300s", c.name, err, got.body)
				}
				for _, field := range fields {
					given[field] = append(given[field], who)
				}
			}
			var text strings.Builder
			for _, field := range slices.Sorted(maps.Keys(given)) {
				fmt.Fprintf(&text, "%s: %s\n", field, strings.Join(given[field], " "))
			}
			golden(t, filepath.Join("testdata", "fields", name+".txt"), text.String())
		})
	}
}

// golden compares a text with a file.
func golden(t *testing.T, path, got string) {
	t.Helper()
	if *updateFields {
		if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	had, has := strings.Split(string(text), "\n"), strings.Split(got, "\n")
	for _, line := range has {
		if !slices.Contains(had, line) {
			t.Errorf("%s: who sees this was never looked at: %s", path, line)
		}
	}
	for _, line := range had {
		if !slices.Contains(has, line) {
			t.Errorf("%s: this is so no more: %s", path, line)
		}
	}
}

// coded are names of members that are codes or ids.
var coded = regexp.MustCompile(`[0-9]{6}`)

// jsonFields lists the paths of a document's members.
func jsonFields(got answer) ([]string, error) {
	var document any
	if err := json.Unmarshal(got.body, &document); err != nil {
		return nil, err
	}
	found := map[string]bool{}
	var walk func(path string, v any)
	walk = func(path string, v any) {
		switch v := v.(type) {
		case map[string]any:
			for name, of := range v {
				if coded.MatchString(name) {
					name = "*"
				}
				at := strings.TrimPrefix(path+"."+name, ".")
				found[at] = true
				walk(at, of)
			}
		case []any:
			for _, of := range v {
				walk(path+"[]", of)
			}
		}
	}
	walk("", document)
	return slices.Sorted(maps.Keys(found)), nil
}

// csvFields lists the columns of a table.
func csvFields(got answer) ([]string, error) {
	columns, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(got.body, []byte("\ufeff")))).Read()
	slices.Sort(columns)
	return columns, err
}

// tileFields lists the attributes of a tile's features.
func tileFields(got answer) ([]string, error) {
	layers, err := mvt.Unmarshal(got.body)
	found := map[string]bool{}
	for _, layer := range layers {
		for _, f := range layer.Features {
			for name := range f.Properties {
				found[layer.Name+"."+name] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(found)), err
}

// firstReport gives what an event stream says of a new report.
func (w *scopeWorld) firstReport(t *testing.T, path string, header []string) answer {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, w.serving.url+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Last-Event-ID", "0")
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if resp.StatusCode != http.StatusOK {
		return answer{status: resp.StatusCode}
	}
	lines, kind := bufio.NewScanner(resp.Body), ""
	for lines.Scan() {
		if e, ok := strings.CutPrefix(lines.Text(), "event: "); ok {
			kind = e
		}
		if data, ok := strings.CutPrefix(lines.Text(), "data: "); ok && kind == "report.created" {
			return answer{status: http.StatusOK, body: []byte(data)}
		}
	}
	t.Fatal("the stream ends without a report")
	return answer{}
}
