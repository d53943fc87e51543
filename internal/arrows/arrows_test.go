package arrows

import (
	"strings"
	"testing"
)

func TestTree(t *testing.T) {
	broken, seen, err := Check("../..")
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range broken {
		t.Error(b)
	}
	if seen < 20 {
		t.Errorf("only %d Go files were read: the check looks at the wrong folder", seen)
	}
}

// A checker that has never caught anything proves nothing.
func TestCheckCatches(t *testing.T) {
	const ours = Module + "/"
	for name, c := range map[string]struct {
		file    string
		imports string // import specs, one a line
		body    string
		says    string // "" when nothing is wrong
	}{
		"api sees postgis":              {"api/x.go", `"` + ours + `postgis"`, "", "imports postgis"},
		"api/features sees api":         {"api/features/x.go", `"` + ours + `api"`, "", "imports api"},
		"tiles sees patrol":             {"tiles/x.go", `"` + ours + `patrol"`, "", "imports patrol"},
		"geo sees its own child":        {"geo/x.go", `"` + ours + `geo/locate"`, "", "imports geo/locate"},
		"patrol sees geo/cell":          {"patrol/x.go", `"` + ours + `geo/cell"`, "", "imports geo/cell"},
		"serving code sees fixtures":    {"postgis/x.go", `"` + ours + `fixtures"`, "", "imports fixtures"},
		"serving code sees pgtest":      {"api/x.go", `"` + ours + `internal/pgcluster/pgtest"`, "", "imports internal/pgcluster/pgtest"},
		"pgcluster sees ours":           {"internal/pgcluster/x.go", `"` + ours + `geo"`, "", "imports geo"},
		"package without a line":        {"util/x.go", `"fmt"`, "", `"util" is not in the table`},
		"folder below one with a line":  {"postgis/deep/x.go", "", "", `"postgis/deep" is not in the table`},
		"pure reads files":              {"geo/locate/x.go", `"os"`, "", "imports os"},
		"pure logs":                     {"patrol/x.go", `"log/slog"`, "", "imports log/slog"},
		"pure speaks HTTP":              {"access/x.go", `"net/http"`, "", "imports net/http"},
		"pure speaks SQL":               {"patrol/track/x.go", `"database/sql"`, "", "database/sql"},
		"pure uses pgx":                 {"geo/x.go", `"github.com/jackc/pgx/v5"`, "", "github.com/jackc/pgx/v5"},
		"pure reads the clock":          {"patrol/x.go", `"time"`, "var t = time.Now()", "uses time.Now"},
		"pure holds the clock":          {"patrol/x.go", `clock "time"`, "var now = clock.Now", "uses time.Now"},
		"h3 outside geo/cell":           {"tiles/x.go", `"github.com/uber/h3-go/v4"`, "", "geo/cell alone"},
		"go-geom outside its places":    {"api/x.go", `"github.com/twpayne/go-geom/encoding/wkb"`, "", "postgis, importers alone"},
		"SQL outside postgis":           {"notify/x.go", `"github.com/jackc/pgx/v5/pgxpool"`, "", "imports github.com/jackc/pgx/v5/pgxpool"},
		"arrow in the table":            {"api/x.go", `"` + ours + `geo/locate"`, "", ""},
		"h3 in its place":               {"geo/cell/x.go", `"github.com/uber/h3-go/v4"`, "", ""},
		"the command sees test code":    {"cmd/gridpatrol/x.go", `"` + ours + `internal/pgcluster/pgtest"`, "", "imports internal/pgcluster/pgtest"},
		"the command sees all":          {"cmd/gridpatrol/x.go", `"` + ours + `postgis"`, "", ""},
		"a test sees what it needs":     {"api/x_test.go", `"` + ours + `fixtures"`, "", ""},
		"pure with times, not the time": {"patrol/x.go", `"time"`, "const day = 24 * time.Hour", ""},
		"pure reads an URL":             {"access/x.go", `"net/url"`, "", ""},
		"others read the clock":         {"notify/x.go", `"time"`, "var t = time.Now()", ""},
	} {
		t.Run(name, func(t *testing.T) {
			source := "package x\nimport (\n" + c.imports + "\n)\n" + c.body + "\n"
			f, err := read(c.file, c.file, source)
			if err != nil {
				t.Fatal(err)
			}
			got := strings.Join(f.check(), "; ")
			if c.says == "" && got != "" {
				t.Errorf("check = %q, want nothing", got)
			}
			if !strings.Contains(got, c.says) || c.says != "" && !strings.HasPrefix(got, c.file+": ") {
				t.Errorf("check = %q, want it to say %q of %s", got, c.says, c.file)
			}
		})
	}
}

// Each package with a line of its own exists in the table once: the first line
// that fits counts, so a second would be dead.
func TestTableHasNoDeadLine(t *testing.T) {
	for i, a := range table {
		for _, earlier := range table[:i] {
			if matches([]string{earlier.from}, strings.TrimSuffix(a.from, "/...")) {
				t.Errorf("%s stands behind %s, which fits it too", a.from, earlier.from)
			}
		}
	}
}
