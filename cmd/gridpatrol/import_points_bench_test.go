package main

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/locate"
	"github.com/gridpatrol/gridpatrol/importers"
	"github.com/gridpatrol/gridpatrol/internal/measure"
)

// stagedPoints is how many points are staged.
const stagedPoints = 1_000_000

// BenchmarkStagePoints measures a million points of GeoJSON on the way to the
// database: opened, read, checked (on the lattice, inside the district, in a
// grid) and staged by COPY in a table without index. Beside that the same rows are
// read by encoding/json and not checked, are only copied, and come by ogr2ogr. The
// best of three times counts, but for ogr2ogr.
func BenchmarkStagePoints(b *testing.B) {
	d := newImportDesk(b, emptyDatabase(b))
	path := d.pointFile(stagedPoints)
	demo, err := district()
	if err != nil {
		b.Fatal(err)
	}
	index, err := locate.Build(demo.Areas, locate.Config{})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		var ours, plain, bare = time.Duration(math.MaxInt64), time.Duration(math.MaxInt64), time.Duration(math.MaxInt64)
		for range 3 {
			ours = min(ours, d.stage(func(w *stagedRows) error { return readStaged(b, path, index, w) }))
			plain = min(plain, d.stage(func(w *stagedRows) error { return decodeStaged(path, w) }))
			ready := stagedRows{}
			if err := readStaged(b, path, index, &ready); err != nil {
				b.Fatal(err)
			}
			bare = min(bare, d.stage(func(w *stagedRows) error {
				_, err := w.to.Write(ready.buf)
				w.n = ready.n
				return err
			}))
		}
		ogr := d.ogrStaged(path) // once: it takes long, and differs by far more
		rate := func(took time.Duration) float64 { return stagedPoints / took.Seconds() }
		row := func(against string, reference time.Duration, aim string) measure.Row {
			return measure.Row{Area: "import", What: "1 million points from GeoJSON read, checked and staged", Ours: rate(ours), Unit: "rows/s",
				Against: against, Reference: rate(reference), Aim: aim}
		}
		measure.Report(b, row("encoding/json and COPY, not checked", plain, "≥ 800,000 rows/s"), row("COPY of rows made before", bare, ""),
			row("ogr2ogr into a bare table", ogr, ""))
	}
	b.ReportMetric(0, "ns/op") // of no meaning here
}

// stagedRows are rows of the staging table as COPY takes them in binary.
type stagedRows struct {
	buf []byte
	n   int
	to  io.Writer // nil: they are kept
}

// add appends a row: two texts, a time as text, and the place on the lattice.
func (w *stagedRows) add(category, description, at string, p orb.Point) error {
	q, ok := geo.Snap(p)
	if !ok {
		return fmt.Errorf("%v is no place", p)
	}
	if w.n == 0 {
		w.buf = append(w.buf, "PGCOPY\n\xff\r\n\x00\x00\x00\x00\x00\x00\x00\x00\x00"...)
	}
	w.n++
	w.buf = binary.BigEndian.AppendUint16(w.buf, 5)
	for _, s := range [3]string{category, description, at} {
		w.buf = append(binary.BigEndian.AppendUint32(w.buf, uint32(len(s))), s...)
	}
	for _, v := range [2]int32{int32(q.Lon), int32(q.Lat)} {
		w.buf = binary.BigEndian.AppendUint32(binary.BigEndian.AppendUint32(w.buf, 4), uint32(v))
	}
	if w.to != nil && len(w.buf) > 256<<10 {
		_, err := w.to.Write(w.buf)
		w.buf = w.buf[:0]
		return err
	}
	return nil
}

// stage copies the rows that fill gives, and tells how long all of it takes.
func (d *importDesk) stage(fill func(*stagedRows) error) time.Duration {
	d.Helper()
	conn, err := pgx.Connect(d.Context(), d.url)
	if err != nil {
		d.Fatal(err)
	}
	defer conn.Close(d.Context())
	if _, err := conn.Exec(d.Context(), `DROP TABLE IF EXISTS staged; CREATE UNLOGGED TABLE staged (category text, description text, at text, lon_e7 int, lat_e7 int)`); err != nil {
		d.Fatal(err)
	}
	began := time.Now()
	in, out := io.Pipe()
	go func() {
		w := stagedRows{to: out}
		err := fill(&w)
		if err == nil {
			_, err = out.Write(w.buf)
		}
		if err == nil {
			_, err = out.Write([]byte{0xff, 0xff})
		}
		out.CloseWithError(err)
	}()
	tag, err := conn.PgConn().CopyFrom(d.Context(), in, `COPY staged FROM STDIN BINARY`)
	in.CloseWithError(errors.New("no more is taken"))
	if err != nil || tag.RowsAffected() != stagedPoints {
		d.Fatalf("%d rows are staged, %v, want %d", tag.RowsAffected(), err, stagedPoints)
	}
	return time.Since(began)
}

// readStaged reads and checks the file.
func readStaged(b *testing.B, path string, index *locate.Index, w *stagedRows) error {
	src, err := importers.Open(b.Context(), path, importers.OpenOptions{})
	if err != nil {
		return err
	}
	defer src.Close()
	return src.Records(b.Context(), 0, func(r *importers.Record) error {
		p, ok := r.Geometry.(orb.Point)
		if !ok || len(r.Problems) > 0 {
			return fmt.Errorf("feature %d is no point: %v", r.Number, r.Problems)
		}
		if m, ok := index.Locate(p); !ok || m.Area(geo.Grid) == nil {
			return fmt.Errorf("feature %d lies in no grid", r.Number)
		}
		return w.add(r.Values[0].Text, r.Values[1].Text, r.Values[2].Text, p)
	})
}

// decodeStaged reads the file with encoding/json, which is told what to expect.
func decodeStaged(path string, w *stagedRows) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	in := json.NewDecoder(bufio.NewReaderSize(f, 1<<20))
	for t := json.Token(nil); t != json.Delim('['); {
		if t, err = in.Token(); err != nil {
			return err
		}
	}
	for in.More() {
		var feature struct {
			Properties struct{ Category, Description, At string }
			Geometry   struct{ Coordinates orb.Point }
		}
		if err := in.Decode(&feature); err != nil {
			return err
		}
		if err := w.add(feature.Properties.Category, feature.Properties.Description, feature.Properties.At, feature.Geometry.Coordinates); err != nil {
			return err
		}
	}
	return nil
}

// pointFile writes the demo's reports as points, again and again.
func (d *importDesk) pointFile(n int) string {
	d.Helper()
	demo, err := district()
	if err != nil {
		d.Fatal(err)
	}
	path := filepath.Join(d.dir, "points.geojson")
	f, err := os.Create(path)
	if err != nil {
		d.Fatal(err)
	}
	w := bufio.NewWriterSize(f, 1<<20)
	fmt.Fprint(w, `{"type":"FeatureCollection","features":[`)
	for i := range n {
		r := &demo.Reports[i%len(demo.Reports)]
		if i > 0 {
			fmt.Fprint(w, ",")
		}
		fmt.Fprintf(w, "\n"+`{"type":"Feature","properties":{"category":%q,"description":%q,"at":%q},"geometry":{"type":"Point","coordinates":[%v,%v]}}`,
			r.Category, r.Description, r.CreatedAt.Format(time.RFC3339), r.Point[0], r.Point[1])
	}
	fmt.Fprint(w, "\n]}\n")
	if err := errors.Join(w.Flush(), f.Close()); err != nil {
		d.Fatal(err)
	}
	return path
}

// ogrStaged has ogr2ogr put the file into a table, and tells how long it takes.
func (d *importDesk) ogrStaged(path string) time.Duration {
	d.Helper()
	at, err := pgx.ParseConfig(d.url)
	if err != nil {
		d.Fatal(err)
	}
	to := fmt.Sprintf("PG:host='%s' port=%d dbname='%s' user='%s' password='%s'", at.Host, at.Port, at.Database, at.User, at.Password)
	began := time.Now()
	out, err := exec.Command("ogr2ogr", "-f", "PostgreSQL", to, path, "-nln", "public.ogr_staged", "-overwrite", "-lco", "SPATIAL_INDEX=NONE", "--config", "PG_USE_COPY", "YES").CombinedOutput()
	if err != nil {
		d.Fatalf("ogr2ogr: %v: %s", err, out)
	}
	took := time.Since(began)
	if got := d.count(`SELECT count(*) FROM public.ogr_staged`); got != stagedPoints {
		d.Fatalf("ogr2ogr brought %d points", got)
	}
	return took
}
