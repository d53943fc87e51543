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

type importCheckpointsCmd struct{ importFlags }

// Run imports checkpoints.
func (c *importCheckpointsCmd) Run(ctx context.Context, common *Common, out io.Writer, said messages) error {
	return common.withStore(ctx, func(store *postgis.Store) error {
		boundaries := postgis.NewBoundaries(store)
		if err := boundaries.Refresh(ctx); err != nil {
			return err
		}
		p := newImportProgress(said)
		defer p.done()
		return c.takeOver(ctx, checkpointImporter{store, boundaries.Current}, c.options(p), out, p, takeOverWords{
			same: "nothing differs from the checkpoints that are there", done: "patrols can look at them"})
	})
}

// checkpointImporter brings in places that patrols look at.
type checkpointImporter struct {
	store   *postgis.Store
	inForce func() *locate.Snapshot
}

// Check compares a layer with the checkpoints there are.
func (i checkpointImporter) Check(ctx context.Context, src importers.Source, o api.ImportOptions) (api.CheckedImport, error) {
	have, err := i.store.AllCheckpoints(ctx)
	if err != nil {
		return api.CheckedImport{}, err
	}
	kinds, err := i.store.CheckpointKinds(ctx)
	if err != nil {
		return api.CheckedImport{}, err
	}
	set, err := ingest.Checkpoints(ctx, src, ingest.CheckpointBasis{Index: i.inForce().Index, Kinds: kinds, Known: have}, o.Options)
	if err != nil {
		return api.CheckedImport{}, err
	}
	set.Report.Importer = readBy(set.Report.Importer)
	out := api.CheckedImport{Report: &set.Report}
	out.Write = func(ctx context.Context, w api.ImportWrite) (api.ImportDone, error) {
		if w.Progress != nil {
			w.Progress(ingest.StageWrite, 0, int64(len(set.Checkpoints)))
		}
		record := recordOf(ingest.WhatCheckpoints, &set.Report, o.Options)
		return api.ImportDone{}, i.store.ImportCheckpointFile(ctx, set.Checkpoints, record, w.Who)
	}
	return out, nil
}
