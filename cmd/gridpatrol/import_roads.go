package main

import (
	"context"
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
		o := c.options(p)
		o.Partial = c.Partial
		// Extracts of whole provinces are gone through before there is a first feature,
		// so bytes are counted.
		c.heard = func(done, of int64) { p.hear(ingest.StageRead, done, of) }
		o.Progress = nil
		return c.takeOver(ctx, groundImporter{common.District, store, boundaries.Current}, o, out, p, takeOverWords{
			same: "nothing differs from the base map that is there", done: "the base map has it"})
	})
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
