package main

import (
	"context"
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
	Areas importAreasCmd `cmd:"" help:"Boundaries of one kind into a draft plan: a shapefile, GeoPackage, GeoJSON, KML, CSV or XLSX."`
}

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
	return nil
}

// open opens the file.
func (f *importFlags) open(ctx context.Context) (importers.Source, error) {
	if _, err := os.Stat(f.File); err != nil {
		return nil, asWrongCall(err)
	}
	return importers.Open(ctx, f.File, importers.OpenOptions{Encoding: f.Encoding, ViaOGR: f.ViaOGR})
}

// options are those that the flags stand for; p hears how far it is.
func (f *importFlags) options(p *importProgress) ingest.Options {
	return ingest.Options{File: filepath.Base(f.File), Layer: f.Layer, CRS: f.CRS, Columns: f.Map, Progress: p.hear}
}

// conclude writes the report that was asked for, and says on out what was found.
// It is exitError(1) where the file has errors.
func (f *importFlags) conclude(out io.Writer, r *ingest.Report) error {
	for _, problem := range r.Problems {
		fmt.Fprintln(out, problem.Error())
	}
	if r.Errors() > 0 {
		return exitError(1)
	}
	return nil
}
