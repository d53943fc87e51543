package pgcluster

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

func TestMajorOf(t *testing.T) {
	for text, want := range map[string]int{
		"postgres (PostgreSQL) 15.18 (Debian 15.18-0+deb12u1)\n": 15,
		"postgres (PostgreSQL) 9.6.24":                           9,
		"postgres (PostgreSQL) 18beta1":                          18,
		"postgres: command not found":                            0,
		"":                                                       0,
	} {
		if got := majorOf(text); got != want {
			t.Errorf("majorOf(%q) = %d, want %d", text, got, want)
		}
	}
}

func TestChoose(t *testing.T) {
	with := func(major int) programs { return programs{fmt.Sprintf("/pg%d", major), major, true} }
	without := func(major int) programs { return programs{fmt.Sprintf("/pg%d", major), major, false} }
	for name, c := range map[string]struct {
		installed []programs
		data      int
		want      int      // major chosen, 0 for an error
		says      []string // in the error
	}{
		"newest":                     {[]programs{with(17), with(15)}, 0, 17, nil},
		"newest that has PostGIS":    {[]programs{without(18), with(15)}, 0, 15, nil},
		"the one that made the data": {[]programs{with(17), with(15)}, 15, 15, nil},
		"none":                       {nil, 0, 0, []string{"not installed", "packages postgresql and postgresql-NN-postgis-3"}},
		"no PostGIS":                 {[]programs{without(17)}, 0, 0, []string{"postgresql-17-postgis-3"}},
		"too old":                    {[]programs{with(13)}, 0, 0, []string{"PostgreSQL 13", "15 or newer"}},
		"another major":              {[]programs{with(17), with(16)}, 15, 0, []string{"/d was made by PostgreSQL 15", "17 (/pg17), 16 (/pg16)", "pg_dump", "nothing in it was changed"}},
		"major too old for us":       {[]programs{with(17), with(14)}, 14, 0, []string{"/d was made by PostgreSQL 14", "15 or newer", "pg_dump"}},
		"major without its PostGIS":  {[]programs{with(17), without(15)}, 15, 0, []string{"postgresql-15-postgis-3"}},
		"data and no programs":       {nil, 15, 0, []string{"installed: none", "postgresql-15-postgis-3"}},
	} {
		t.Run(name, func(t *testing.T) {
			p, err := choose(c.installed, c.data, "/d")
			if p.major != c.want || (err == nil) != (c.want > 0) {
				t.Fatalf("choose = %d, %v; want %d", p.major, err, c.want)
			}
			if err != nil {
				wantIn(t, err.Error(), c.says...)
			}
		})
	}
}

func TestMissingPrograms(t *testing.T) {
	t.Parallel()
	dir := clusterDir(t)
	wantIn(t, startError(t, Config{Dir: dir, binDirs: []string{t.TempDir()}}), "PostgreSQL is not installed", "install the packages")

	// The real programs, and a pg_config that points to where no PostGIS is.
	real := installed(context.Background(), usualBinDirs())[0]
	bin := t.TempDir()
	for _, name := range []string{"initdb", "postgres"} {
		if err := os.Symlink(real.path(name), filepath.Join(bin, name)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Mkdir(filepath.Join(bin, "extension"), 0o755); err != nil {
		t.Fatal(err)
	}
	script := "#!/bin/sh\necho " + bin + "\necho " + bin + "\n"
	if err := os.WriteFile(filepath.Join(bin, "pg_config"), []byte(script), 0o755); err != nil {
		t.Fatal(err)
	}
	// Nothing of it first, then its scripts without its library.
	for range 2 {
		wantIn(t, startError(t, Config{Dir: dir, binDirs: []string{bin}}), fmt.Sprintf("postgresql-%d-postgis-3", real.major))
		if err := os.WriteFile(filepath.Join(bin, "extension", "postgis.control"), nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := os.Stat(filepath.Join(dir, "data")); !os.IsNotExist(err) {
		t.Errorf("a data directory was made: %v", err)
	}
}

func TestDataOfAnotherMajorVersionIsLeftAlone(t *testing.T) {
	t.Parallel()
	dir := clusterDir(t)
	c := mustStart(t, Config{Dir: dir})
	mustStop(t, c)
	for _, version := range []string{"9.6", "14", strconv.Itoa(c.Major() + 1)} {
		t.Run(version, func(t *testing.T) {
			file := filepath.Join(dir, "data", "PG_VERSION")
			if err := os.WriteFile(file, []byte(version+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			before := inventory(t, c.dataDir)
			major, _, _ := strings.Cut(version, ".")
			wantIn(t, startError(t, Config{Dir: dir}), c.dataDir, "made by PostgreSQL "+major, "to upgrade", "pg_dump")
			if after := inventory(t, c.dataDir); after != before {
				t.Errorf("the data directory was changed:\n%s\nwas\n%s", after, before)
			}
		})
	}
}

func TestForeignDataDirectory(t *testing.T) {
	t.Parallel()
	dir := clusterDir(t)
	data := filepath.Join(dir, "data")
	if err := os.MkdirAll(data, 0o755); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(data, "notes.txt")
	if err := os.WriteFile(file, []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	wantIn(t, startError(t, Config{Dir: dir}), data, "not a PostgreSQL data directory")
	if b, err := os.ReadFile(file); string(b) != "mine" {
		t.Errorf("the file in it: %q, %v", b, err)
	}
	if err := os.WriteFile(filepath.Join(data, "PG_VERSION"), []byte("new\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	wantIn(t, startError(t, Config{Dir: dir}), "PG_VERSION", `"new"`)
}

// inventory lists a tree with times, sizes and modes.
func inventory(t *testing.T, dir string) string {
	t.Helper()
	var list strings.Builder
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err == nil {
			fmt.Fprintln(&list, path, info.Size(), info.Mode(), info.ModTime().UnixNano())
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list.String()
}
