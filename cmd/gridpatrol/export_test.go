package main

import (
	"bytes"
	"context"
	"encoding/csv"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/api"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/importers"
	"github.com/gridpatrol/gridpatrol/postgis"
)

// TestExportCommand writes every collection in every format, has GDAL open and count
// it, and compares with what the database has.
func TestExportCommand(t *testing.T) {
	url := groundedTownship(t)
	lookedAt(t, url)
	counts := countsOf(t, url)
	dir := t.TempDir()
	for i, c := range api.ExportCollections() {
		formats := importers.Formats()
		if k, ok := geo.ParsePlural(c); ok && k != geo.Grid {
			formats = formats[i%len(formats):][:1] // kinds of areas differ in nothing but their areas
		}
		for _, f := range formats {
			path := filepath.Join(dir, c+"."+string(f))
			runExport(t, url, 0, c, "-o", path) // the name says the format
			info, err := exec.Command("ogrinfo", "--config", "OGR_XLSX_HEADERS", "FORCE", "-ro", "-so", "-al", path).Output()
			if err != nil {
				t.Fatalf("ogrinfo %s: %v", path, err)
			}
			m := regexp.MustCompile(`Feature Count: (\d+)`).FindStringSubmatch(string(info))
			if len(m) != 2 || m[1] != strconv.Itoa(counts[c]) || counts[c] == 0 {
				t.Errorf("%s in %s has %v features, the database %d", c, f, m, counts[c])
			}
			if info, err := os.Stat(path); err != nil || (info.Mode().Perm()&0o077 == 0) != (c == "posts" || c == "roster" || c == "reports") {
				t.Errorf("%s: mode %v, %v: names, phones and what people wrote are for the owner alone", path, info.Mode(), err)
			}
		}
	}
	if left, err := filepath.Glob(filepath.Join(dir, "*.part")); err != nil || len(left) > 0 {
		t.Errorf("%v, %v stay behind", left, err)
	}
	audited := countRows(t, url, `SELECT count(*) FROM gridpatrol.audit WHERE action = 'personal.read' AND subject = 'export posts'`)
	if audited != len(importers.Formats()) {
		t.Errorf("%d of %d exports of posts are in the audit log", audited, len(importers.Formats()))
	}

	first, _ := runExport(t, url, 0, "grids", "--format", "geojson")
	file, err := os.ReadFile(filepath.Join(dir, "grids.geojson"))
	if err != nil || first != string(file) || !json.Valid(file) {
		t.Errorf("standard output and the file differ, or are no JSON: %v", err)
	}
	text, _ := runExport(t, url, 0, "village_groups", "--format", "csv", "--crs", "4551")
	rows, err := csv.NewReader(strings.NewReader(strings.TrimPrefix(text, "\ufeff"))).ReadAll()
	if err != nil || len(rows) != counts["village_groups"]+1 || rows[1][slices.Index(rows[0], "crs")] != "EPSG:4551" {
		t.Errorf("%d rows in 4551, %v, want %d", len(rows), err, counts["village_groups"]+1)
	}
}

// TestExportRefuses: what cannot be written says so, and leaves what was there.
func TestExportRefuses(t *testing.T) {
	url := townshipDatabase(t)
	dir := t.TempDir()
	kept := filepath.Join(dir, "kept.csv")
	if err := os.WriteFile(kept, []byte("kept"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, tt := range map[string]struct {
		code int
		says string
		args []string
	}{
		"no collection":   {2, "no collection", []string{"grid", "-o", kept}},
		"no format":       {2, "--format is needed", []string{"grids"}},
		"unknown format":  {2, "is no format; there are", []string{"grids", "--format", "shp", "-o", kept}},
		"unknown ending":  {2, "txt", []string{"grids", "-o", filepath.Join(dir, "x.txt")}},
		"unknown system":  {2, "4549", []string{"grids", "--crs", "4549", "-o", kept}},
		"a directory":     {2, "is a directory", []string{"grids", "--format", "csv", "-o", dir}},
		"no such folder":  {1, "no such file", []string{"grids", "-o", filepath.Join(dir, "none", "x.csv")}},
		"before it began": {1, "no boundaries were published", []string{"grids", "--at", "2001-01-01T00:00:00Z", "-o", kept}},
		"no such plan":    {1, "plan", []string{"grids", "--plan", "x", "-o", kept}},
		"a time and plan": {2, "--plan", []string{"grids", "--plan", "x", "--at", "2001-01-01T00:00:00Z", "-o", kept}},
		"reports of then": {1, "now", []string{"reports", "--at", "2026-01-01T00:00:00Z", "-o", kept}},
	} {
		if _, said := runExport(t, url, tt.code, tt.args...); !strings.Contains(said, tt.says) {
			t.Errorf("%s: says %q, want %q in it", name, said, tt.says)
		}
	}
	if b, err := os.ReadFile(kept); err != nil || string(b) != "kept" {
		t.Errorf("the file that was there is now %q, %v", b, err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 1 {
		t.Errorf("%v, %v stay behind", left, err)
	}
}

// TestWriteWhole: a file is there whole or not at all.
func TestWriteWhole(t *testing.T) {
	dir := t.TempDir()
	path, link := filepath.Join(dir, "x.csv"), filepath.Join(dir, "link.csv")
	broken := errors.New("broken off")
	fails := func(w io.Writer) error { _, _ = io.WriteString(w, "half"); return broken }
	if err := writeWhole(path, false, fails); !errors.Is(err, broken) {
		t.Errorf("writeWhole = %v, want what write gave", err)
	}
	if left, err := os.ReadDir(dir); err != nil || len(left) != 0 {
		t.Errorf("%v, %v stay behind", left, err)
	}
	if err := errors.Join(os.WriteFile(path, []byte("old"), 0o600), os.Symlink(path, link)); err != nil {
		t.Fatal(err)
	}
	if err := writeWhole(link, false, fails); !errors.Is(err, broken) {
		t.Errorf("writeWhole = %v", err)
	}
	if b, err := os.ReadFile(path); string(b) != "old" {
		t.Errorf("after a failure the file has %q, %v", b, err)
	}
	if err := writeWhole(link, false, func(w io.Writer) error { _, err := io.WriteString(w, "new"); return err }); err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile(path)
	if info, errLink := os.Lstat(link); err != nil || errLink != nil || string(b) != "new" || info.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the file has %q, the link is %v: %v, %v", b, info, err, errLink)
	}
	if err := writeWhole(os.DevNull, false, func(w io.Writer) error { _, err := io.WriteString(w, "x"); return err }); err != nil {
		t.Errorf("to what is no file: %v", err)
	}
	if info, err := os.Stat(os.DevNull); err != nil || info.Mode().IsRegular() {
		t.Fatalf("%s was replaced: %v", os.DevNull, err)
	}
}

// runExport runs the command and gives what it wrote to standard output and error.
func runExport(t *testing.T, url string, want int, args ...string) (out, said string) {
	t.Helper()
	var stdout, stderr bytes.Buffer
	args = append(append([]string{"export"}, args...), "--database-url", url, "--data-dir", t.TempDir())
	if got := run(context.Background(), args, &stdout, &stderr); got != want {
		t.Fatalf("gridpatrol %s = %d, want %d\n%s", strings.Join(args, " "), got, want, &stderr)
	}
	return stdout.String(), stderr.String()
}

// countsOf counts what the database has of every collection.
func countsOf(t *testing.T, url string) map[string]int {
	t.Helper()
	store, err := postgis.Open(t.Context(), postgis.Config{URL: url, District: "220112"})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	boundaries, duties, err := inForce(t.Context(), store)
	if err != nil {
		t.Fatal(err)
	}
	out := map[string]int{
		"roads":   len(boundaries.Current().Ground),
		"reports": countRows(t, url, `SELECT count(*) FROM gridpatrol.reports`),

		"checkpoints": countRows(t, url, `SELECT count(*) FROM gridpatrol.checkpoints`),
	}
	for _, a := range boundaries.Current().Index.All() {
		out[a.Kind.Plural()]++
	}
	now := duties.Current().Roster.Data()
	for _, seat := range now.Seats {
		held := 0
		for _, h := range now.Holdings {
			if h.Seat == seat.ID && h.At(boundaries.Current().Revision.PublishedAt) {
				held++
			}
		}
		out["posts"] += max(held, 1)
		out["roster"] += max(len(duties.Current().Roster.HoldingsOfSeat(seat.ID)), 1)
	}
	out["roster"] += len(now.Leaves)
	out["committees"] = len(now.Committees) + len(now.Branches)
	return out
}

// countRows gives the number that a query gives.
func countRows(t *testing.T, url, query string) (n int) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.Background()) }() // the test is over
	if err := conn.QueryRow(t.Context(), query).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
