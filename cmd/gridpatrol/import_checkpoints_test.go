package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
	"github.com/gridpatrol/gridpatrol/postgis"
)

// lookedAt puts two checkpoints into a database.
func lookedAt(t *testing.T, url string) {
	t.Helper()
	store, err := postgis.Open(t.Context(), postgis.Config{URL: url, District: "220112"})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	boundaries, _, err := inForce(t.Context(), store)
	if err != nil {
		t.Fatal(err)
	}
	var list []patrol.Checkpoint
	for i, a := range boundaries.Current().Index.Areas(geo.Village)[:2] {
		at, _ := geo.PointOnSurface(a.Shape)
		list = append(list, patrol.Checkpoint{Code: fmt.Sprintf("K%d", i), Name: a.Name + "小学", Kind: "school", Point: at, RadiusM: 40 + i, DueEveryH: 24,
			LookAt: []string{"校门口", "监控"}})
	}
	if _, err := store.ImportCheckpoints(t.Context(), list, time.Now(), system); err != nil {
		t.Fatal(err)
	}
}

// TestImportCheckpoints brings checkpoints in from tables of several formats and
// systems, refuses what is wrong with all of it named and nothing written, and
// reads back what export writes.
func TestImportCheckpoints(t *testing.T) {
	d := newImportDesk(t, districtDatabase(t))
	write := func(name, text string) string {
		path := filepath.Join(d.dir, name)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	have := func() (out []patrol.Checkpoint) {
		store, err := postgis.Open(t.Context(), postgis.Config{URL: d.url, District: "220112"})
		if err == nil {
			out, err = store.Checkpoints(t.Context())
			store.Close()
		}
		if err != nil {
			t.Fatal(err)
		}
		return out
	}
	const head = "部位编号,部位名称,类型,经度,纬度,半径,巡查内容\n"
	good := write("good.csv", head+"K1,第一小学,学校,125.66,43.52,60,校门口；围墙\nK2,卫生院,卫生院,125.67,43.53,,\nK3,加油站,petrol_station,125.65,43.51,,\n")
	out, _ := d.run(0, "import", "checkpoints", good, "--dry-run")
	if !strings.Contains(out, "3 new") || len(have()) != 0 {
		t.Errorf("a dry run says %q and leaves %d checkpoints", out, len(have()))
	}
	d.run(0, "import", "checkpoints", good)
	got := have()
	if len(got) != 3 || got[0].RadiusM != 60 || !slices.Equal(got[0].LookAt, []string{"校门口", "围墙"}) || got[1].Kind != "hospital" || got[1].DueEveryH != 48 || got[1].RadiusM != 50 {
		t.Fatalf("it made %+v", got)
	}
	before := d.rows()
	if out, _ = d.run(0, "import", "checkpoints", good); !strings.Contains(out, "nothing differs") || d.rows() != before {
		t.Errorf("again it says %q and leaves %s, want %s", out, d.rows(), before)
	}

	report := filepath.Join(d.dir, "report.json")
	bad := write("bad.csv", head+"K4,好的,学校,125.66,43.52,,\nK4,同一个,学校,125.66,43.52,,\nK5,反了,学校,43.52,125.66,,\nK6,远方,学校,120.1,30.2,,\n"+
		"K7,没有地方,学校,,,,\nK8,怪物,城堡,125.66,43.52,,\nK9,太大,学校,125.66,43.52,9000,\n,无号,学校,125.66,43.52,,\n")
	d.run(1, "import", "checkpoints", bad, "--report", report)
	var r struct {
		New      int
		Problems []struct {
			Problem  string
			Severity string
			Feature  int
		}
	}
	b, err := os.ReadFile(report)
	if err == nil {
		err = json.Unmarshal(b, &r)
	}
	if err != nil {
		t.Fatal(err)
	}
	var problems []string
	for _, p := range r.Problems {
		if p.Severity == "error" {
			problems = append(problems, fmt.Sprint(p.Feature, " ", p.Problem))
		}
	}
	want := []string{"2 DUP_CODE", "3 AXIS_SWAPPED", "4 OUTSIDE_DISTRICT", "5 NO_POSITION", "6 VALUE_DAMAGED", "7 VALUE_DAMAGED", "8 CODE_DAMAGED"}
	if !slices.Equal(problems, want) || len(have()) != 3 {
		t.Errorf("problems %q and %d checkpoints, want %q and 3", problems, len(have()), want)
	}

	// What export writes says nothing new, in every format that is read back; a
	// retired one comes back with its id.
	first := got[0]
	retire(t, d.url, first.ID)
	for _, format := range []string{"xlsx", "csv", "geojson", "gpkg"} {
		if format == "xlsx" { // without the retired one, which stays so
			before = fmt.Sprint(len(have()))
		}
		file := filepath.Join(d.dir, "out."+format)
		d.run(0, "export", "checkpoints", "-o", file)
		if out, _ := d.run(0, "import", "checkpoints", file); !strings.Contains(out, "nothing differs") || fmt.Sprint(len(have())) != before {
			t.Errorf("%s again says %q and leaves %d", format, out, len(have()))
		}
	}
	d.run(0, "import", "checkpoints", good)
	if got = have(); len(got) != 3 || got[0].ID != first.ID || got[0].Version != first.Version+2 {
		t.Errorf("the retired one came back as %+v", got[0])
	}
	if n := d.count("SELECT count(*) FROM gridpatrol.imports WHERE what = 'checkpoints'"); n != 2 {
		t.Errorf("%d records of imports, want 2", n)
	}
}

// retire takes a checkpoint out of use.
func retire(t *testing.T, url string, id uuid.UUID) {
	t.Helper()
	store, err := postgis.Open(t.Context(), postgis.Config{URL: url, District: "220112"})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	if err := store.RetireCheckpoint(t.Context(), id, 0, func(*patrol.Checkpoint) error { return nil }, time.Now(), system); err != nil {
		t.Fatal(err)
	}
	if _, err := store.Patrol(t.Context(), access.Scope{All: true}, geo.ID{}, id); err == nil {
		t.Error("a checkpoint is a patrol")
	}
}
