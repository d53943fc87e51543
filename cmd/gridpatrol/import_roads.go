package main

import (
	"context"
	"fmt"
	"io"

	"github.com/gridpatrol/gridpatrol/api"
	"github.com/gridpatrol/gridpatrol/geo/locate"
	"github.com/gridpatrol/gridpatrol/importers"
	"github.com/gridpatrol/gridpatrol/importers/ingest"
	"github.com/gridpatrol/gridpatrol/postgis"
)

type importRoadsCmd struct {
	importFlags
	Partial bool `help:"Keep the base map that is there, and add what the file has beyond it."`
}

// Run imports the base map.
func (c *importRoadsCmd) Run(ctx context.Context, common *Common, out io.Writer, said messages) error {
	return common.withStore(ctx, func(store *postgis.Store) error {
		boundaries := postgis.NewBoundaries(store)
		if err := boundaries.Refresh(ctx); err != nil {
			return err
		}
		p := newImportProgress(said)
		defer p.done()
		return c.bring(ctx, groundImporter{common.District, store, boundaries.Current}, out, p)
	})
}

// bring reads the file, compares it, and where it has no errors and differs writes it.
func (c *importRoadsCmd) bring(ctx context.Context, importer groundImporter, out io.Writer, p *importProgress) error {
	o := api.ImportOptions{Options: c.options(p), Who: operator()}
	o.Partial = c.Partial
	// Extracts of whole provinces are gone through before there is a first feature,
	// so bytes are counted.
	c.heard = func(done, of int64) { p.hear(ingest.StageRead, done, of) }
	o.Progress = nil
	var checked api.CheckedImport
	report, err := c.understand(ctx, func(src importers.Source) (r *ingest.Report, err error) {
		checked, err = importer.Check(ctx, src, o)
		return checked.Report, err
	})
	p.done()
	if err != nil {
		return err
	}
	if err := c.conclude(out, report); err != nil {
		return err
	}
	switch {
	case c.DryRun:
		_, err = fmt.Fprintln(out, "nothing was written, as --dry-run says")
		return err
	case report.New+report.Gone == 0:
		_, err = fmt.Fprintln(out, "nothing differs from the base map that is there")
		return err
	}
	_, err = checked.Write(ctx, api.ImportWrite{Who: o.Who, Progress: p.hear})
	p.done()
	if err == nil {
		_, err = fmt.Fprintln(out, "the base map has it")
	}
	return err
}

// groundImporter brings roads, rivers and houses into the base map.
type groundImporter struct {
	district string
	store    *postgis.Store
	inForce  func() *locate.Snapshot
}

// Check compares the lines of a file with the base map.
func (g groundImporter) Check(ctx context.Context, src importers.Source, o api.ImportOptions) (api.CheckedImport, error) {
	have, err := g.store.Ground(ctx)
	if err != nil {
		return api.CheckedImport{}, err
	}
	basis := ingest.GroundBasis{District: g.district, Features: have}
	for _, a := range g.inForce().Index.All() {
		basis.Areas = append(basis.Areas, *a)
	}
	set, err := ingest.Ground(ctx, src, basis, o.Options)
	if err != nil {
		return api.CheckedImport{}, err
	}
	set.Report.Importer = readBy(set.Report.Importer)
	out := api.CheckedImport{Report: &set.Report}
	out.Write = func(ctx context.Context, w api.ImportWrite) (api.ImportDone, error) {
		if set.Report.New+set.Report.Gone == 0 {
			return api.ImportDone{}, nil
		}
		if w.Progress != nil {
			w.Progress(ingest.StageWrite, 0, int64(len(set.Features)))
		}
		record := recordOf(ingest.WhatRoads, &set.Report, o.Options)
		return api.ImportDone{}, g.store.ImportGround(ctx, set.Features, have, record, w.Who)
	}
	return out, nil
}
