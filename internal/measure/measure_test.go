package measure_test

import (
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/internal/measure"
)

func TestRatioAndAim(t *testing.T) {
	for name, c := range map[string]struct {
		row          measure.Row
		ratio        float64 // 0: none
		meets, known bool
	}{
		"faster in time":     {measure.Row{Ours: 30, Unit: "ns", Against: "S2", Reference: 1200, Aim: "≥ 35x"}, 40, true, true},
		"slower in time":     {measure.Row{Ours: 40, Unit: "ns", Against: "S2", Reference: 1200, Aim: "≥ 35x"}, 30, false, true},
		"more in a second":   {measure.Row{Ours: 60, Unit: "/s", Against: "bare", Reference: 100, Aim: "≥ 0.60 of it"}, 0.6, true, true},
		"less in a second":   {measure.Row{Ours: 59, Unit: "/s", Against: "bare", Reference: 100, Aim: "≥ 0.60 of it"}, 0.59, false, true},
		"size":               {measure.Row{Ours: 57, Unit: "kB", Against: "ST_AsMVT", Reference: 100, Aim: "≤ 0.86 of it"}, 0.57, true, true},
		"of ours":            {measure.Row{Ours: 41, Unit: "ns", Aim: "≤ 40 ns"}, 0, false, true},
		"in another unit":    {measure.Row{Ours: 62, Unit: "ms", Aim: "≤ 0.5 s"}, 0, true, true},
		"with thousands":     {measure.Row{Ours: 11000, Unit: "/s", Aim: "≥ 10,000/s"}, 0, true, true},
		"with millions":      {measure.Row{Ours: 4.9e6, Unit: "points/s", Aim: "≥ 5 M points/s"}, 0, false, true},
		"megabytes":          {measure.Row{Ours: 13, Unit: "MB", Aim: "≤ 25 MB"}, 0, true, true},
		"a bare number":      {measure.Row{Ours: 0, Unit: "", Aim: "≤ 0"}, 0, true, true},
		"without an aim":     {measure.Row{Ours: 1, Unit: "s"}, 0, false, false},
		"aim in words":       {measure.Row{Ours: 1, Unit: "s", Aim: "as fast as can be"}, 0, false, false},
		"aim of another":     {measure.Row{Ours: 1, Unit: "s", Aim: "≤ 25 MB"}, 0, false, false},
		"ratio of nothing":   {measure.Row{Ours: 1, Unit: "s", Aim: "≥ 35x"}, 0, false, false},
		"reference not done": {measure.Row{Ours: 1, Unit: "s", Against: "S2", Aim: "≥ 35x"}, 0, false, false},
	} {
		t.Run(name, func(t *testing.T) {
			ratio, ok := c.row.Ratio()
			if ok != (c.ratio != 0) || math.Abs(ratio-c.ratio) > 1e-12 {
				t.Errorf("Ratio = %v, %v, want %v", ratio, ok, c.ratio)
			}
			if meets, known := c.row.Meets(); meets != c.meets || known != c.known {
				t.Errorf("Meets = %v, %v, want %v, %v", meets, known, c.meets, c.known)
			}
		})
	}
}

// Rows of one area come together, repeated ones count once with their last
// figure, and so do notes.
func TestTable(t *testing.T) {
	name := filepath.Join(t.TempDir(), "rows")
	t.Setenv(measure.FileVariable, name)
	measure.Note(t, "PostGIS", "3.2")
	measure.Report(t,
		measure.Row{Area: "lookup", What: "uniform", Ours: 31.24, Unit: "ns", Against: "S2", Reference: 1406, Aim: "≥ 35x"},
		measure.Row{Area: "tiles", What: "gzipped | cached", Ours: 49514, Unit: "/s"})
	measure.Report(t,
		measure.Row{Area: "lookup", What: "uniform", Ours: 29.7, Unit: "ns", Against: "S2", Reference: 1406, Aim: "≥ 35x"},
		measure.Row{Area: "lookup", What: "memory", Ours: 26.2, Unit: "MB", Aim: "≤ 25 MB"},
		measure.Row{Area: "lookup", What: "allocations"},
		measure.Row{Area: "lookup", What: "uniform", Unit: "ns", Against: "PostGIS", Reference: 18600})
	measure.Note(t, "PostGIS", "3.3")
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	table, err := measure.Read(f)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := table.Markdown(&b, "not measured", "tiles"); err != nil {
		t.Fatal(err)
	}
	want := `PostGIS: 3.3

| area | measured | ours | reference | its figure | ratio | aim | |
|---|---|---:|---|---:|---:|---|---|
| tiles | gzipped \| cached | 49,514/s |  |  |  |  |  |
| lookup | uniform | 29.7 ns | S2 | 1,406 ns | 47.3x | ≥ 35x | reached |
|  | memory | 26.2 MB |  |  |  | ≤ 25 MB | missed |
|  | allocations | 0 |  |  |  |  |  |
|  | uniform |  | PostGIS | 18,600 ns |  |  |  |
`
	if b.String() != want {
		t.Errorf("Markdown = \n%swant\n%s", b.String(), want)
	}
}

// failing is a test that counts its errors.
type failing struct {
	testing.TB
	errors int
}

func (f *failing) Errorf(string, ...any) { f.errors++ }

// Of two rows that are one and the same the table would show the last.
func TestReportRefusesDoubles(t *testing.T) {
	t.Setenv(measure.FileVariable, "")
	a, b := measure.Row{Area: "tiles", What: "plain"}, measure.Row{Area: "tiles", What: "plain", Against: "orb"}
	for _, c := range []struct {
		rows []measure.Row
		want int
	}{{[]measure.Row{a, b}, 0}, {[]measure.Row{a, b, a}, 1}} {
		f := &failing{TB: t}
		if measure.Report(f, c.rows...); f.errors != c.want {
			t.Errorf("Report of %v: %d errors, want %d", c.rows, f.errors, c.want)
		}
	}
}

func TestReadSaysWhichLine(t *testing.T) {
	for text, want := range map[string]string{
		"{\"Note\":\"Go\",\"Text\":\"1\"}\nno JSON\n": "line 2",
		"{}\n": "line 1 of the rows is neither",
	} {
		if _, err := measure.Read(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("Read(%q) = %v, want it to say %q", text, err, want)
		}
	}
}

// What stands over the table of a run.
func TestMachine(t *testing.T) {
	var b strings.Builder
	if err := measure.WriteNotes(&b, measure.Machine(time.Date(2026, 1, 2, 3, 4, 0, 0, time.UTC))); err != nil {
		t.Fatal(err)
	}
	table, err := measure.Read(strings.NewReader(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	if len(table.Notes) < 5 || table.Notes[0] != [2]string{"Date", "2026-01-02 03:04 UTC"} {
		t.Errorf("notes = %q, want the date first and more of the machine", table.Notes)
	}
	for _, n := range table.Notes {
		if n[1] == "" {
			t.Errorf("%s is empty", n[0])
		}
	}
}
