package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/importers"
	"github.com/gridpatrol/gridpatrol/postgis"
)

// importDesk is an operator with a database and files.
type importDesk struct {
	testing.TB
	url, dir string
}

func newImportDesk(t testing.TB, url string) *importDesk { return &importDesk{t, url, t.TempDir()} }

// emptyDatabase has the schema and no areas.
func emptyDatabase(t testing.TB) string {
	t.Helper()
	return filledDatabase(t, "empty", func(context.Context, *postgis.Store) error { return nil })
}

// run runs a command, which must end with the status, and gives what it says.
func (d *importDesk) run(want int, args ...string) (stdout, stderr string) {
	d.Helper()
	var out, says bytes.Buffer
	if got := run(context.Background(), append(args, "--database-url", d.url, "--data-dir", d.dir), &out, &says); got != want {
		d.Fatalf("gridpatrol %s = %d, want %d\n%s%s", strings.Join(args, " "), got, want, &out, &says)
	}
	return out.String(), says.String()
}

// file writes areas as an office has them: code, name, parent and the like, without ids.
func (d *importDesk) file(name string, areas []geo.Area) string {
	d.Helper()
	path := filepath.Join(d.dir, name)
	f, err := os.Create(path)
	if err != nil {
		d.Fatal(err)
	}
	defer f.Close()
	err = importers.WriteGeoJSON(f, importers.Collection{Name: "areas", Features: func(yield func(importers.Feature) bool) {
		for i := range areas {
			a := &areas[i]
			feature := importers.Feature{Geometry: a.Shape, Properties: []importers.Property{{Name: "编码", Value: a.Code}, {Name: "名称", Value: a.Name}}}
			for _, p := range []importers.Property{{Name: "unit_type", Value: a.UnitType}, {Name: "class", Value: a.Class}, {Name: "parent", Value: a.Parent.Code}} {
				if p.Value != "" {
					feature.Properties = append(feature.Properties, p)
				}
			}
			feature.Properties = append(feature.Properties, importers.Property{Name: "户数", Value: a.Households}, importers.Property{Name: "人口", Value: a.Population})
			if !yield(feature) {
				return
			}
		}
	}})
	if err != nil {
		d.Fatal(err)
	}
	return path
}

// count runs a query for one number.
func (d *importDesk) count(sql string) (n int) {
	d.Helper()
	conn, err := pgx.Connect(context.Background(), d.url)
	if err != nil {
		d.Fatal(err)
	}
	defer conn.Close(context.Background())
	if err := conn.QueryRow(context.Background(), sql).Scan(&n); err != nil {
		d.Fatalf("%s: %v", sql, err)
	}
	return n
}

// rows counts everything that an import could leave behind.
func (d *importDesk) rows() string {
	d.Helper()
	var out []string
	for _, table := range []string{"plans", "plan_steps", "imports", "import_areas", "area_versions", "revisions", "outbox", "audit"} {
		out = append(out, fmt.Sprint(table, " ", d.count("SELECT count(*) FROM gridpatrol."+table)))
	}
	return strings.Join(out, ", ")
}

// ofKind gives the demo's areas of a kind.
func ofKind(t testing.TB, k geo.Kind) []geo.Area {
	t.Helper()
	d, err := district()
	if err != nil {
		t.Fatal(err)
	}
	return slices.DeleteFunc(slices.Clone(d.Areas), func(a geo.Area) bool { return a.Kind != k })
}

// planIn gives the id of the plan that a command speaks of.
func planIn(t testing.TB, said string) string {
	t.Helper()
	_, rest, ok := strings.Cut(said, "plan ")
	if !ok || len(rest) < 36 {
		t.Fatalf("no plan is named in %s", said)
	}
	return rest[:36]
}
