package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// TestImportRoads brings the demo's base map into an empty database, once; then a
// part of it as a shapefile of another office, in its own system.
func TestImportRoads(t *testing.T) {
	d := newImportDesk(t, emptyDatabase(t))
	demo, err := district()
	if err != nil {
		t.Fatal(err)
	}
	if err := demo.WriteFiles(d.dir); err != nil {
		t.Fatal(err)
	}
	file, n := filepath.Join(d.dir, "ground.geojson"), len(demo.Ground)
	ground := func() int { return d.count("SELECT count(*) FROM gridpatrol.ground_features") }

	out, _ := d.run(0, "import", "roads", file, "--dry-run")
	if !strings.Contains(out, fmt.Sprintf("%d new", n)) || ground() != 0 {
		t.Errorf("a dry run says %q and leaves %d features", out, ground())
	}
	d.run(0, "import", "roads", file)
	before := d.rows()
	if out, _ = d.run(0, "import", "roads", file); !strings.Contains(out, "nothing differs") || d.rows() != before || ground() != n {
		t.Errorf("again it says %q and leaves %d features, %s, want %d, %s", out, ground(), d.rows(), n, before)
	}
	if got := d.count("SELECT count(*) FROM gridpatrol.imports WHERE what = 'roads' AND added = " + fmt.Sprint(n)); got != 1 {
		t.Errorf("%d records of the import, want one", got)
	}

	roads := filepath.Join(d.dir, "道路.shp")
	ogr(t, "-t_srs", "EPSG:4551", "-lco", "ENCODING=GB18030", "-sql", `SELECT class AS "道路等级", name AS "路名" FROM ground WHERE class = 'road'`, roads, file)
	out, _ = d.run(0, "import", "roads", roads, "--partial", "--map", "class=道路等级")
	if !strings.Contains(out, "EPSG:4551") || !strings.Contains(out, "0 gone") || ground() < n {
		t.Errorf("a shapefile says %q and leaves %d features", out, ground())
	}
	before, held := d.rows(), ground()

	report := filepath.Join(d.dir, "report.json")
	d.run(1, "import", "roads", roads, "--crs", "EPSG:4549", "--report", report)
	var r struct {
		Problems []struct {
			Problem  string
			Severity string
			Values   map[string]any
		}
	}
	b, err := os.ReadFile(report)
	if err == nil {
		err = json.Unmarshal(b, &r)
	}
	if err != nil || len(r.Problems) != 1 || r.Problems[0].Problem != "CRS_OUT_OF_ZONE" || r.Problems[0].Values["reading"] != "EPSG:4551" {
		t.Errorf("under a wrong label: %v, %s", err, b)
	}
	if d.rows() != before || ground() != held {
		t.Errorf("a refused file left %s, want %s", d.rows(), before)
	}
}

// ogr runs ogr2ogr.
func ogr(t *testing.T, args ...string) {
	t.Helper()
	if b, err := exec.CommandContext(context.Background(), "ogr2ogr", args...).CombinedOutput(); err != nil {
		t.Fatalf("ogr2ogr %q: %v\n%s", args, err, b)
	}
}
