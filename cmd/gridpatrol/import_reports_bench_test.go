package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/importers"
	"github.com/gridpatrol/gridpatrol/importers/ingest"
	"github.com/gridpatrol/gridpatrol/internal/measure"
	"github.com/gridpatrol/gridpatrol/postgis"
)

// How many reports are read, and how many are written.
const (
	readReports    = 1_000_000
	writtenReports = 200_000
)

// BenchmarkImportReports measures past reports from GeoJSON: read, checked, routed and
// looked for in the database, without a write; and written with their decisions, posts, history
// and every index, in one transaction. Beside that, in the same database, their bare points go
// into a bare table by COPY, and by ogr2ogr.
func BenchmarkImportReports(b *testing.B) {
	d := newImportDesk(b, districtDatabase(b))
	million, some := d.reportFile("million", readReports), d.reportFile("some", writtenReports)
	for b.Loop() {
		i, done := d.reportImporter()
		var peak uint64
		checked := i.bench(b, million, func(src importers.Source) error {
			stop := watchHeap(&peak)
			defer stop()
			r, err := i.read(b.Context(), src, ingest.Options{}, nil)
			if err == nil && (r.Errors() > 0 || r.New != readReports) {
				b.Fatalf("%d new: %v", r.New, r.Problems[:min(len(r.Problems), 3)])
			}
			return err
		})
		written := i.bench(b, some, func(src importers.Source) error {
			r, n, err := i.write(b.Context(), src, ingest.Options{}, system, func(r *ingest.Report) postgis.ImportRecord {
				r.File, r.SHA256 = "reports.geojson", fmt.Sprintf("%064d", 1)
				return recordOf(ingest.WhatReports, r, ingest.Options{})
			})
			if err == nil && n != writtenReports {
				b.Fatalf("%d written: %v", n, r.Problems[:min(len(r.Problems), 3)])
			}
			return err
		})
		bare, ogr := d.barePoints(writtenReports), d.ogrPoints(some, writtenReports)
		done()
		const area = "import"
		measure.Report(b,
			measure.Row{Area: area, What: "1 million past reports from GeoJSON: read, checked, routed, looked for", Ours: readReports / checked.Seconds(), Unit: "reports/s"},
			measure.Row{Area: area, What: "… the most memory in use beside boundaries and posts", Ours: float64(peak) / 1e6, Unit: "MB"},
			measure.Row{Area: area, What: "200,000 past reports complete: read, routed, written with decisions, posts, history, all indexes", Ours: writtenReports / written.Seconds(), Unit: "reports/s",
				Against: "COPY of the bare points into a bare table", Reference: writtenReports / bare.Seconds(), Aim: "≥ 40,000 reports/s"},
			measure.Row{Area: area, What: "200,000 past reports complete", Ours: writtenReports / written.Seconds(), Unit: "reports/s",
				Against: "ogr2ogr of the file into a bare table", Reference: writtenReports / ogr.Seconds()})
	}
	b.ReportMetric(0, "ns/op") // of no meaning here
}

// reportImporter gives what imports reports into the database.
func (d *importDesk) reportImporter() (reportImporter, func()) {
	d.Helper()
	store, err := postgis.Open(d.Context(), postgis.Config{URL: d.url, District: "220112", ContactKey: bytes.Repeat([]byte{7}, keySize)})
	if err != nil {
		d.Fatal(err)
	}
	boundaries, duties, err := inForce(d.Context(), store)
	if err != nil {
		d.Fatal(err)
	}
	return reportImporter{store, boundaries, duties}, store.Close
}

// bench times something that is done with a file.
func (reportImporter) bench(b *testing.B, path string, do func(importers.Source) error) time.Duration {
	b.Helper()
	began := time.Now()
	src, err := importers.Open(b.Context(), path, importers.OpenOptions{})
	if err == nil {
		err = do(src)
	}
	if err == nil {
		err = src.Close()
	}
	if err != nil {
		b.Fatal(err)
	}
	return time.Since(began)
}

// watchHeap notes by how much the heap grows at most, until stop is called.
func watchHeap(peak *uint64) (stop func()) {
	debug.FreeOSMemory()
	var before, now runtime.MemStats
	runtime.ReadMemStats(&before)
	var ended atomic.Bool
	done := make(chan struct{})
	go func() {
		defer close(done)
		for !ended.Load() {
			runtime.ReadMemStats(&now)
			*peak = max(*peak, now.HeapInuse-min(now.HeapInuse, before.HeapInuse))
			time.Sleep(50 * time.Millisecond)
		}
	}()
	return func() {
		ended.Store(true)
		<-done
	}
}

// reportFile writes so many reports: those of the demo, again and again a second later.
func (d *importDesk) reportFile(name string, n int) string {
	d.Helper()
	demo, err := district()
	if err != nil {
		d.Fatal(err)
	}
	path := filepath.Join(d.dir, name+".geojson")
	f, err := os.Create(path)
	if err != nil {
		d.Fatal(err)
	}
	w := bufio.NewWriterSize(f, 1<<20)
	fmt.Fprint(w, `{"type":"FeatureCollection","features":[`)
	rounds := n/len(demo.Reports) + 1
	for i := range n {
		h := &demo.Reports[i/rounds]
		if i > 0 {
			fmt.Fprint(w, ",")
		}
		at := h.CreatedAt.Add(time.Duration(i%rounds) * time.Second)
		fmt.Fprintf(w, "\n"+`{"type":"Feature","properties":{"类型":%q,"描述":%q,"上报时间":%q,"状态":"已结案"},"geometry":{"type":"Point","coordinates":[%v,%v]}}`,
			h.Category, h.Description, at.Format("2006-01-02 15:04:05"), h.Point[0], h.Point[1])
	}
	fmt.Fprint(w, "\n]}\n")
	if err := w.Flush(); err != nil {
		d.Fatal(err)
	}
	if err := f.Close(); err != nil {
		d.Fatal(err)
	}
	return path
}

// barePoints copies points into a table that has nothing else, and tells how long it takes.
func (d *importDesk) barePoints(n int) time.Duration {
	d.Helper()
	demo, err := district()
	if err != nil {
		d.Fatal(err)
	}
	conn, err := pgx.Connect(d.Context(), d.url)
	if err != nil {
		d.Fatal(err)
	}
	defer conn.Close(context.WithoutCancel(d.Context()))
	if _, err := conn.Exec(d.Context(), `CREATE UNLOGGED TABLE bare_points (lon float8, lat float8, at timestamptz)`); err != nil {
		d.Fatal(err)
	}
	began := time.Now()
	i := 0
	_, err = conn.CopyFrom(d.Context(), pgx.Identifier{"bare_points"}, []string{"lon", "lat", "at"}, pgx.CopyFromFunc(func() ([]any, error) {
		if i++; i > n {
			return nil, nil
		}
		h := &demo.Reports[i%len(demo.Reports)]
		return []any{h.Point[0], h.Point[1], h.CreatedAt}, nil
	}))
	if err != nil {
		d.Fatal(err)
	}
	took := time.Since(began)
	if _, err := conn.Exec(d.Context(), `DROP TABLE bare_points`); err != nil {
		d.Fatal(err)
	}
	return took
}

// ogrPoints has ogr2ogr put the file into a table, and tells how long it takes.
func (d *importDesk) ogrPoints(path string, n int) time.Duration {
	d.Helper()
	at, err := pgx.ParseConfig(d.url)
	if err != nil {
		d.Fatal(err)
	}
	to := fmt.Sprintf("PG:host='%s' port=%d dbname='%s' user='%s' password='%s'", at.Host, at.Port, at.Database, at.User, at.Password)
	began := time.Now()
	out, err := exec.Command("ogr2ogr", "-f", "PostgreSQL", to, path, "-nln", "public.ogr_points", "-lco", "SPATIAL_INDEX=NONE", "--config", "PG_USE_COPY", "YES").CombinedOutput()
	if err != nil {
		d.Fatalf("ogr2ogr: %v: %s", err, out)
	}
	took := time.Since(began)
	if got := d.count(`SELECT count(*) FROM public.ogr_points`); got != n {
		d.Fatalf("ogr2ogr brought %d points", got)
	}
	return took
}
