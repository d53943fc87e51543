package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/importers"
	"github.com/gridpatrol/gridpatrol/importers/ingest"
)

type importCmd struct {
	Areas       importAreasCmd       `cmd:"" help:"Boundaries of one kind into a draft plan: a shapefile, GeoPackage, GeoJSON, KML, CSV or XLSX."`
	Roster      importRosterCmd      `cmd:"" help:"Posts and the people who hold them, or committees and Party branches: a workbook, CSV or any other table."`
	Reports     importReportsCmd     `cmd:"" help:"Reports of earlier days from another system: CSV, XLSX, GeoJSON or any other table with positions."`
	Roads       importRoadsCmd       `cmd:"" help:"Roads, rivers and houses of the base map: an extract of OpenStreetMap (PBF), a shapefile, GeoPackage, GeoJSON or KML."`
	Checkpoints importCheckpointsCmd `cmd:"" help:"Places that patrols look at: CSV, XLSX, GeoJSON, GeoPackage or any other table or layer of points."`
}

// messages is where a command says how far it is, and what is not its answer.
type messages interface{ io.Writer }

// importFlags are the argument and the flags of every import.
type importFlags struct {
	File     string            `arg:"" type:"path" help:"The file, a folder of the files of a shapefile, or a zip."`
	DryRun   bool              `help:"Read, check and compare; write nothing."`
	Report   string            `type:"path" placeholder:"FILE" help:"Write what was found to FILE: .json, or .geojson for the places."`
	Map      map[string]string `mapsep:"none" placeholder:"FIELD=COLUMN" help:"The column that a field is in; may be given again."`
	CRS      string            `name:"crs" placeholder:"CRS" help:"Coordinate system of the file, whatever it says itself: EPSG:n, gcj02 or bd09."`
	Encoding string            `placeholder:"NAME" help:"Encoding of its text, whatever it says itself, such as GB18030."`
	Layer    string            `placeholder:"NAME" help:"Layer or sheet, where the file has several."`
	ViaOGR   bool              `name:"via-ogr" help:"Have ogr2ogr of GDAL, which must be installed, read the file."`

	heard func(done, of int64) // hears how much of the file is read; nil means nobody
}

// Validate refuses flags that cannot mean anything, before a file is opened.
func (f *importFlags) Validate() error {
	if f.CRS != "" {
		if _, err := geo.ParseCRS(f.CRS); err != nil {
			return fmt.Errorf("--crs: %s", geo.Text(err))
		}
	}
	if ext := strings.ToLower(filepath.Ext(f.Report)); f.Report != "" && ext != ".json" && ext != ".geojson" {
		return fmt.Errorf("--report %s: must end in .json or .geojson", f.Report)
	}
	if f.Encoding != "" {
		var p *importers.Problem
		if _, err := importers.NamedEncoding(f.Encoding); errors.As(err, &p) {
			return fmt.Errorf("--encoding: %s", p.Detail)
		}
	}
	info, err := os.Stat(f.File)
	if err != nil {
		return err
	}
	if !info.IsDir() && !info.Mode().IsRegular() {
		return fmt.Errorf("%s is no file", f.File)
	}
	return nil
}

// open opens the file.
func (f *importFlags) open(ctx context.Context) (importers.Source, error) {
	return importers.Open(ctx, f.File, importers.OpenOptions{Encoding: f.Encoding, ViaOGR: f.ViaOGR, Progress: f.heard})
}

// options are those that the flags stand for; p hears how far it is.
func (f *importFlags) options(p *importProgress) ingest.Options {
	return ingest.Options{File: filepath.Base(f.File), Layer: f.Layer, CRS: f.CRS, Encoding: f.Encoding, Columns: f.Map, Progress: p.hear}
}

// understand opens the file and has do make of it what it is. A file that cannot be
// read at all has a report, too; an error is anything else.
func (f *importFlags) understand(ctx context.Context, do func(importers.Source) (*ingest.Report, error)) (*ingest.Report, error) {
	src, err := f.open(ctx)
	var report *ingest.Report
	if err == nil {
		report, err = do(src)
		err = errors.Join(err, src.Close())
	}
	var problem *importers.Problem
	switch {
	case !errors.As(err, &problem):
	case problem.Problem == importers.ProblemNoRepair:
		return nil, asWrongCall(err)
	default:
		report, err = &ingest.Report{Importer: readBy(""), Problems: []*importers.Problem{problem}}, nil
	}
	if err != nil {
		return nil, err
	}
	report.File = filepath.Base(f.File)
	report.SHA256, err = importers.Sum(f.File)
	return report, err
}

// listedProblems is how many problems are said one by one; a report has them all.
const listedProblems = 30

// conclude writes the report that was asked for, and says on out what was found.
// It is exitError(1) where the file has errors.
func (f *importFlags) conclude(out io.Writer, r *ingest.Report) error {
	if err := f.write(r); err != nil {
		return err
	}
	say := func(format string, args ...any) { fmt.Fprintf(out, format+"\n", args...) }
	read := fmt.Sprintf("%s: %d features read, %d without errors", r.File, r.FeaturesRead, r.FeaturesOK)
	for _, part := range []struct{ what, from string }{{r.CRS, r.CRSFrom}, {r.Encoding, r.EncodingFrom}} {
		if part.what != "" && part.from != "" {
			read += fmt.Sprintf("; %s (%s)", part.what, part.from)
		}
	}
	say("%s", read)
	for _, p := range r.Problems[:min(len(r.Problems), listedProblems)] {
		say("%s", problemLine(p))
	}
	if more := len(r.Problems) + r.Truncated - listedProblems; more > 0 {
		say("and %d more problems, which --report FILE lists", more)
	}
	if r.GapsLeftOut > 0 {
		say("%d gaps, %.0f m² together, are where features with faults, or missing ones, belong, and not listed", r.GapsLeftOut, r.GapsLeftOutM2)
	}
	for _, done := range r.Repairs[:min(len(r.Repairs), listedProblems)] {
		if done.Feature == 0 { // an area in force
			say("%-8s %-20s %s: %s", "repaired", done.Repair, done.Code, done.Detail)
			continue
		}
		say("%-8s %-20s feature %d %s: %s", "repaired", done.Repair, done.Feature, done.Code, done.Detail)
	}
	say("%d new, %d changed, %d unchanged, %d gone", r.New, r.Changed, r.Unchanged, r.Gone)
	if n := r.Errors(); n > 0 {
		say("%d errors, %d warnings: nothing was written", n, len(r.Problems)-n)
		return exitError(1)
	}
	return nil
}

// problemLine is a problem on one line: how bad, what, where, in words.
func problemLine(p *importers.Problem) string {
	severity, where := "error", ""
	if p.Warning {
		severity = "warning"
	}
	if p.Feature > 0 {
		where += fmt.Sprintf(" feature %d", p.Feature)
	}
	if p.Code != "" {
		where += " " + p.Code
	}
	if p.At != nil {
		where += fmt.Sprintf(" at %.7f %.7f", p.At[0], p.At[1])
	}
	return fmt.Sprintf("%-8s %-20s%s: %s", severity, p.Problem, where, p.Detail)
}

// write writes the report into the file that was asked for, if one was.
func (f *importFlags) write(r *ingest.Report) (err error) {
	if f.Report == "" {
		return nil
	}
	file, err := os.Create(f.Report)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	if strings.EqualFold(filepath.Ext(f.Report), ".geojson") {
		return r.WriteGeoJSON(file)
	}
	return r.WriteJSON(file)
}
