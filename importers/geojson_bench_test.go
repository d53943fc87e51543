package importers_test

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/importers"
	"github.com/gridpatrol/gridpatrol/internal/measure"
)

// manyPoints is how many features the file of the benchmark has.
const manyPoints = 1_000_000

// writePoints writes reports as a feature a line, and gives the file.
func writePoints(tb testing.TB, n int) string {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "points.geojson")
	f, err := os.Create(path)
	if err != nil {
		tb.Fatal(err)
	}
	w := bufio.NewWriterSize(f, 1<<20)
	fmt.Fprint(w, `{"type":"FeatureCollection","features":[`)
	at := time.Date(2023, 1, 1, 0, 0, 0, 0, time.UTC)
	for i := range n {
		if i > 0 {
			w.WriteByte(',')
		}
		fmt.Fprintf(w, "\n"+`{"type":"Feature","properties":{"id":"R%07d","category":"rubbish","created_at":"%s","description":"路边垃圾未清运","status":"closed"},"geometry":{"type":"Point","coordinates":[%s,%s]}}`,
			i, at.Add(time.Duration(i)*time.Minute).Format(time.RFC3339),
			strconv.FormatFloat(math.Round((125.44+0.58*math.Mod(float64(i)*0.618034, 1))*1e7)/1e7, 'f', -1, 64),
			strconv.FormatFloat(math.Round((43.26+0.54*math.Mod(float64(i)*0.754878, 1))*1e7)/1e7, 'f', -1, 64))
	}
	fmt.Fprint(w, "\n]}\n")
	if err := errors.Join(w.Flush(), f.Close()); err != nil {
		tb.Fatal(err)
	}
	return path
}

// readPoints opens and reads the file, and counts its features.
func readPoints(tb testing.TB, path string) (n int) {
	s, err := importers.Open(context.Background(), path, importers.OpenOptions{})
	if err != nil {
		tb.Fatal(err)
	}
	defer s.Close()
	err = s.Records(context.Background(), 0, func(r *importers.Record) error {
		if r.Geometry == nil || len(r.Problems) > 0 {
			return fmt.Errorf("feature %d is %+v", r.Number, r)
		}
		n++
		return nil
	})
	if err != nil {
		tb.Fatal(err)
	}
	return n
}

// decodePoints does the same with encoding/json, which is told what to expect.
func decodePoints(tb testing.TB, path string) (n int) {
	f, err := os.Open(path)
	if err != nil {
		tb.Fatal(err)
	}
	defer f.Close()
	d := json.NewDecoder(bufio.NewReaderSize(f, 1<<20))
	for range 6 { // { "type" "FeatureCollection" "features" [
		t, err := d.Token()
		if err != nil {
			tb.Fatal(err)
		}
		if t == json.Delim('[') {
			break
		}
	}
	for d.More() {
		var feature struct {
			Properties map[string]any
			Geometry   struct {
				Type        string
				Coordinates []float64
			}
		}
		if err := d.Decode(&feature); err != nil {
			tb.Fatal(err)
		}
		n++
	}
	return n
}

// BenchmarkReadGeoJSON opens a file of a million points, which goes over it once
// for its columns, and reads it. The best times of ours and of encoding/json count.
func BenchmarkReadGeoJSON(b *testing.B) {
	path := writePoints(b, manyPoints)
	ours, theirs := time.Duration(math.MaxInt64), time.Duration(math.MaxInt64)
	b.ReportAllocs()
	for b.Loop() {
		began := time.Now()
		if n := readPoints(b, path); n != manyPoints {
			b.Fatalf("%d features are read, want %d", n, manyPoints)
		}
		ours = min(ours, time.Since(began))
	}
	rate := func(d time.Duration) float64 { return manyPoints / d.Seconds() }
	b.ReportMetric(rate(ours), "features/s")
	for range 2 {
		began := time.Now()
		if n := decodePoints(b, path); n != manyPoints {
			b.Fatalf("encoding/json reads %d features, want %d", n, manyPoints)
		}
		theirs = min(theirs, time.Since(began))
	}
	began := time.Now()
	c := exec.Command("ogr2ogr", "-f", "CSV", "/vsistdout/", path)
	c.Stdout = io.Discard
	if err := c.Run(); err != nil {
		b.Fatalf("ogr2ogr: %v", err)
	}
	gdal := time.Since(began)
	const area, what = "import, 1 million points", "GeoJSON opened and read, columns found"
	measure.Report(b,
		measure.Row{Area: area, What: what, Ours: rate(ours), Unit: "rows/s", Against: "encoding/json", Reference: rate(theirs), Aim: "≥ 5x"},
		measure.Row{Area: area, What: what, Ours: rate(ours), Unit: "rows/s", Against: "ogr2ogr to CSV", Reference: rate(gdal), Aim: "≥ 10x"})
}
