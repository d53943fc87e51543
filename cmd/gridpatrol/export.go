package main

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"golang.org/x/term"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/api"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/importers"
	"github.com/gridpatrol/gridpatrol/postgis"
)

type exportCmd struct {
	Collection string    `arg:"" help:"What to write: ${collections}."`
	Format     string    `placeholder:"FORMAT" help:"geojson, gpkg, csv or xlsx; by the name of the file where it is not given."`
	CRS        string    `name:"crs" default:"4326" placeholder:"EPSG" help:"Coordinate system: 4326, 4490 or 4551."`
	At         time.Time `placeholder:"TIME" format:"2006-01-02T15:04:05Z07:00" xor:"which" help:"As it was at that time, such as 2026-05-03T08:00:00Z; of a time to come where a plan is to be published by then."`
	Plan       string    `placeholder:"ID" xor:"which" help:"The boundaries as that plan would have them."`
	Out        string    `short:"o" placeholder:"FILE" help:"File to write, replaced if it is there; standard output where none is given."`

	format importers.Format
	crs    geo.CRS
}

// Validate reads what the flags say, before anything is opened.
func (c *exportCmd) Validate() (err error) {
	if all := api.ExportCollections(); !slices.Contains(all, c.Collection) {
		return fmt.Errorf("%q is no collection; there are %s", c.Collection, strings.Join(all, ", "))
	}
	name := c.Format
	if name == "" {
		name = strings.TrimPrefix(filepath.Ext(c.Out), ".")
	}
	switch strings.ToLower(name) {
	case "json":
		name = string(importers.GeoJSON)
	case "":
		return errors.New("--format is needed where no file is named: geojson, gpkg, csv or xlsx")
	}
	if c.format, err = importers.ParseFormat(name); err != nil {
		return fmt.Errorf("--format: %s", geo.Text(err))
	}
	if c.crs, err = importers.ParseTableCRS(c.CRS); err != nil {
		return fmt.Errorf("--crs: %s", geo.Text(err))
	}
	if info, err := os.Stat(c.Out); c.Out != "" && err == nil && info.IsDir() {
		return fmt.Errorf("-o %s is a directory; name a file in it, such as %s", c.Out, filepath.Join(c.Out, c.Collection+"."+string(c.format)))
	}
	return nil
}

// Run writes the collection as whoever has the database may see it: all of it.
func (c *exportCmd) Run(ctx context.Context, common *Common, out io.Writer) error {
	if f, ok := out.(*os.File); c.Out == "" && c.format.Binary() && ok && term.IsTerminal(int(f.Fd())) {
		return asWrongCall(fmt.Errorf("%s is no text for a terminal; name a file with -o", c.format))
	}
	return common.withStore(ctx, func(store *postgis.Store) error {
		boundaries, duties, err := inForce(ctx, store)
		if err != nil {
			return err
		}
		from := api.Exports{
			Boundaries: timeline{boundaries, postgis.NewPlans(store, boundaries, duties, postgis.PlansConfig{})},
			Duties:     duties, Reports: store, ReadLog: store, Patrols: store, Now: time.Now,
		}
		who := api.Exporter{Principal: access.Principal{Kind: "user", Role: access.Admin, Scope: access.Scope{All: true}}, Actor: operator()}
		table, err := from.Table(ctx, who, api.ExportQuery{Collection: c.Collection, At: c.At, Plan: c.Plan})
		if err != nil {
			return err
		}
		if c.Out == "" {
			return table.Write(ctx, out, c.format, c.crs, "")
		}
		return writeWhole(c.Out, c.Collection == "posts" || c.Collection == "roster" || c.Collection == "reports", func(w io.Writer) error {
			return table.Write(ctx, w, c.format, c.crs, filepath.Dir(c.Out))
		})
	})
}

// writeWhole writes a file that is there whole or not at all: beside its place first,
// on disk, and then in it. What is no regular file, such as a pipe, is written as it
// is. A private file is for its owner alone.
func writeWhole(path string, private bool, write func(io.Writer) error) (err error) {
	if target, err := filepath.EvalSymlinks(path); err == nil {
		path = target // the file that a link names is written, the link stays
	}
	if info, err := os.Stat(path); err == nil && !info.Mode().IsRegular() {
		f, err := os.OpenFile(path, os.O_WRONLY, 0)
		if err != nil {
			return err
		}
		return errors.Join(write(f), f.Close())
	}
	mode := os.FileMode(0o666)
	if private {
		mode = 0o600
	}
	beside := path + "." + rand.Text() + ".part"
	f, err := os.OpenFile(beside, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(beside) // the first error counts
		}
	}()
	if err := errors.Join(write(f), f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(beside, path)
}
