package pgcluster

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// oldestMajor is the oldest PostgreSQL the schema is written for.
const oldestMajor = 15

// programs is one installation of PostgreSQL.
type programs struct {
	binDir  string
	major   int
	postgis bool // its PostGIS extension is installed too
}

func (p programs) path(name string) string { return filepath.Join(p.binDir, name) }

// usualBinDirs are the folder of the postgres found on PATH, and where Debian,
// Ubuntu and the PostgreSQL project's RPMs put theirs.
func usualBinDirs() []string {
	var dirs []string
	if p, err := exec.LookPath("postgres"); err == nil {
		if real, err := filepath.EvalSymlinks(p); err == nil {
			p = real
		}
		if abs, err := filepath.Abs(p); err == nil {
			dirs = append(dirs, filepath.Dir(abs))
		}
	}
	for _, pattern := range []string{"/usr/lib/postgresql/*/bin", "/usr/pgsql-*/bin"} {
		found, _ := filepath.Glob(pattern)
		dirs = append(dirs, found...)
	}
	return dirs
}

// installed lists the usable installations in dirs, newest first; of one major
// version only the first in dirs, unless a later one alone has PostGIS.
func installed(ctx context.Context, dirs []string) []programs {
	var all []programs
	for _, dir := range dirs {
		p := programs{binDir: dir}
		if _, err := os.Stat(p.path("initdb")); err != nil {
			continue
		}
		out, err := exec.CommandContext(ctx, p.path("postgres"), "--version").Output()
		if err != nil {
			continue
		}
		if p.major = majorOf(string(out)); p.major == 0 {
			continue
		}
		p.postgis = hasPostGIS(ctx, p)
		all = append(all, p)
	}
	slices.SortStableFunc(all, func(a, b programs) int {
		if a.major != b.major {
			return b.major - a.major
		}
		switch {
		case a.postgis == b.postgis:
			return 0
		case a.postgis:
			return -1
		}
		return 1
	})
	return slices.CompactFunc(all, func(a, b programs) bool { return a.major == b.major })
}

var versionNumber = regexp.MustCompile(`\(PostgreSQL\) (\d+)`)

// majorOf reads `postgres (PostgreSQL) 17.5 (Debian 17.5-1)`; 0 when it cannot.
func majorOf(version string) int {
	m := versionNumber.FindStringSubmatch(version)
	if m == nil {
		return 0
	}
	n, _ := strconv.Atoi(m[1])
	return n
}

// hasPostGIS looks for the extension's scripts and for its library: Debian
// packs them apart.
func hasPostGIS(ctx context.Context, p programs) bool {
	share, lib := fmt.Sprintf("/usr/share/postgresql/%d", p.major), filepath.Join(filepath.Dir(p.binDir), "lib")
	if out, err := exec.CommandContext(ctx, p.path("pg_config"), "--sharedir", "--pkglibdir").Output(); err == nil {
		if dirs := strings.Split(strings.TrimSpace(string(out)), "\n"); len(dirs) == 2 {
			share, lib = dirs[0], dirs[1]
		}
	}
	for _, file := range []string{filepath.Join(share, "extension", "postgis.control"), filepath.Join(lib, "postgis-3.so")} {
		if _, err := os.Stat(file); err != nil {
			return false
		}
	}
	return true
}

// choose picks the installation for a data directory made by major version
// wanted, or the newest that has PostGIS for a new one (wanted 0).
func choose(all []programs, wanted int, dataDir string) (programs, error) {
	usable := slices.DeleteFunc(slices.Clone(all), func(p programs) bool { return p.major < oldestMajor })
	if wanted == 0 {
		for _, p := range usable {
			if p.postgis {
				return p, nil
			}
		}
		switch {
		case len(usable) > 0:
			return programs{}, fmt.Errorf("PostgreSQL %d is installed (%s) but its PostGIS is not: install the package postgresql-%[1]d-postgis-3, or give a database URL",
				usable[0].major, usable[0].binDir)
		case len(all) > 0:
			return programs{}, fmt.Errorf("PostgreSQL %d is installed (%s) but %d or newer is needed: install newer postgresql and postgis packages, or give a database URL",
				all[0].major, all[0].binDir, oldestMajor)
		}
		return programs{}, fmt.Errorf("PostgreSQL is not installed: install the packages postgresql and postgresql-NN-postgis-3 (scripts/setup.sh does), or give a database URL")
	}
	const upgrade = "to upgrade, dump it with that version (pg_dump -Fc), move the directory away, start, and pg_restore the dump; nothing in it was changed"
	if wanted < oldestMajor {
		return programs{}, fmt.Errorf("%s was made by PostgreSQL %d, and %d or newer is needed: %s", dataDir, wanted, oldestMajor, upgrade)
	}
	var have []string
	for _, p := range all {
		if p.major == wanted && !p.postgis {
			return programs{}, fmt.Errorf("%s was made by PostgreSQL %d, which is installed, but its PostGIS is not: install the package postgresql-%[2]d-postgis-3", dataDir, wanted)
		}
		if p.major == wanted {
			return p, nil
		}
		have = append(have, fmt.Sprintf("%d (%s)", p.major, p.binDir))
	}
	if len(have) == 0 {
		have = []string{"none"}
	}
	return programs{}, fmt.Errorf("%s was made by PostgreSQL %d, installed: %s: install postgresql-%[2]d and postgresql-%[2]d-postgis-3 to go on with it; %[4]s",
		dataDir, wanted, strings.Join(have, ", "), upgrade)
}

// dataMajor reads the major version that made dataDir, 0 when there is no
// cluster there yet.
func dataMajor(dataDir string) (int, error) {
	b, err := os.ReadFile(filepath.Join(dataDir, "PG_VERSION"))
	switch {
	case err == nil:
		text := strings.TrimSpace(string(b))
		// "9.6" and older count as 9: all of them are too old alike.
		n, err := strconv.Atoi(strings.SplitN(text, ".", 2)[0])
		if err != nil || n <= 0 {
			return 0, fmt.Errorf("%s/PG_VERSION holds %q, not a version of PostgreSQL: restore the directory from a backup or move it away", dataDir, text)
		}
		return n, nil
	case !os.IsNotExist(err):
		return 0, err
	}
	entries, err := os.ReadDir(dataDir)
	if err != nil && !os.IsNotExist(err) {
		return 0, err
	}
	if len(entries) > 0 {
		return 0, fmt.Errorf("%s is not empty and not a PostgreSQL data directory: move it away or choose another directory", dataDir)
	}
	return 0, nil
}
