package main

import (
	"bytes"
	"context"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/importers"
	"github.com/gridpatrol/gridpatrol/importers/ingest"
	"github.com/gridpatrol/gridpatrol/internal/measure"
	"github.com/gridpatrol/gridpatrol/postgis"
)

// BenchmarkImportGroups measures the import of all village groups from a shapefile in
// EPSG:4551, whole commands from nothing: checked and compared, written into a draft, and
// published until another server answers from them. Beside it shp2pgsql, which checks nothing,
// puts the same file into a bare table of the same database.
func BenchmarkImportGroups(b *testing.B) {
	files := newImportDesk(b, "")
	shape := files.shapefile("groups", ofKind(b, geo.VillageGroup))
	var checked, drafted, live, reference, oneCore []time.Duration
	for b.Loop() {
		for range 5 { // before there are servers, which draw
			oneCore = append(oneCore, checkOnOneCore(b, shape))
		}
		for range 5 {
			d := &importDesk{b, grouplessDatabase(b), b.TempDir()}
			s := serveTest(b, d.url)
			time.Sleep(2 * time.Second) // what a server draws at its start
			timed := func(args ...string) time.Duration {
				began := time.Now()
				d.run(0, append([]string{"import", "areas", shape, "--kind", "village_group"}, args...)...)
				return time.Since(began)
			}
			checked = append(checked, timed("--dry-run"))
			drafted = append(drafted, timed())
			reference = append(reference, d.shp2pgsql(shape))
			began := time.Now()
			timed("--publish", "--note", "x")
			awaitRevision(b, s, 2)
			live = append(live, time.Since(began))
		}
	}
	b.ReportMetric(0, "ns/op") // of no meaning here
	median := func(took []time.Duration) float64 {
		slices.Sort(took)
		return took[len(took)/2].Seconds() * 1e3
	}
	const against = "shp2pgsql | psql into a bare table with a spatial index, no checks"
	row := func(what, aim string, took []time.Duration) measure.Row {
		return measure.Row{Area: "import", What: "all 1,286 village groups from a shapefile, the whole command: " + what, Ours: median(took), Unit: "ms",
			Against: against, Reference: median(reference), Aim: aim}
	}
	published := row("published, and another server answers from them", "≤ 1.5 s", live)
	published.Against, published.Reference = "", 0
	alone := measure.Row{Area: "import", What: "all 1,286 village groups from a shapefile read, checked and compared with those in force, on one core", Ours: median(oneCore), Unit: "ms", Aim: "≤ 400 ms"}
	measure.Report(b, row("read, checked, compared", "≥ 1x", checked), row("into a draft plan", "≥ 1x", drafted), published, alone)
}

// checkOnOneCore does with the file what a command does between its start and
// the database, and tells how long it takes.
func checkOnOneCore(b *testing.B, path string) time.Duration {
	b.Helper()
	demo, err := district()
	if err != nil {
		b.Fatal(err)
	}
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(1))
	began := time.Now()
	src, err := importers.Open(b.Context(), path, importers.OpenOptions{})
	if err != nil {
		b.Fatal(err)
	}
	defer src.Close()
	set, err := ingest.Areas(b.Context(), src, ingest.AreaBasis{District: "220112", Areas: demo.Areas}, ingest.Options{Kind: geo.VillageGroup})
	if err != nil {
		b.Fatal(err)
	}
	took := time.Since(began)
	if r := set.Report; r.Errors() > 0 || r.New+r.Gone > 0 || r.Changed+r.Unchanged != 1286 {
		b.Fatalf("%d new, %d gone, %d changed, %d unchanged: %v", r.New, r.Gone, r.Changed, r.Unchanged, r.Problems[:min(len(r.Problems), 3)])
	}
	return took
}

// grouplessDatabase has the demo's boundaries but for the village groups.
func grouplessDatabase(t testing.TB) string {
	t.Helper()
	return filledDatabase(t, "groupless", func(ctx context.Context, store *postgis.Store) error {
		d, err := district()
		if err != nil {
			return err
		}
		areas := slices.DeleteFunc(slices.Clone(d.Areas), func(a geo.Area) bool { return a.Kind == geo.VillageGroup })
		_, err = store.Publish(ctx, postgis.Publication{Areas: areas, Note: "without groups", Actor: system})
		return err
	})
}

// shapefile writes areas as an office sends them: projected, in GBK.
func (d *importDesk) shapefile(name string, areas []geo.Area) string {
	d.Helper()
	path := filepath.Join(d.dir, name+".shp")
	out, err := exec.Command("ogr2ogr", "-f", "ESRI Shapefile", "-t_srs", "EPSG:4551", "-lco", "ENCODING=GBK", path, d.file(name+".geojson", areas)).CombinedOutput()
	if err != nil {
		d.Fatalf("ogr2ogr: %v: %s", err, out)
	}
	return path
}

// shp2pgsql puts a shapefile into a table, and tells how long that takes.
func (d *importDesk) shp2pgsql(path string) time.Duration {
	d.Helper()
	began := time.Now()
	read := exec.Command("shp2pgsql", "-D", "-I", "-s", "4551:4326", "-W", "GBK", path, "public.groups")
	write := exec.Command("psql", "-q", "-v", "ON_ERROR_STOP=1", "-d", d.url)
	var said bytes.Buffer
	pipe, err := read.StdoutPipe()
	write.Stdin, write.Stdout, write.Stderr = pipe, &said, &said
	for _, step := range []func() error{func() error { return err }, read.Start, write.Run, read.Wait} {
		if err := step(); err != nil {
			d.Fatalf("shp2pgsql | psql: %v: %s", err, &said)
		}
	}
	took := time.Since(began)
	if n := d.count("SELECT count(*) FROM public.groups"); n != 1286 {
		d.Fatalf("shp2pgsql brought %d groups", n)
	}
	return took
}
