package main

import (
	"context"
	"io"
	"time"

	"github.com/gridpatrol/gridpatrol/api"
	"github.com/gridpatrol/gridpatrol/importers"
	"github.com/gridpatrol/gridpatrol/importers/ingest"
	"github.com/gridpatrol/gridpatrol/postgis"
)

type importRosterCmd struct {
	importFlags
	Partial bool `help:"The file holds some of the areas: the posts of those it does not name stay."`
}

// Run imports posts and people, or committees and branches.
func (c *importRosterCmd) Run(ctx context.Context, common *Common, out io.Writer, said messages) error {
	return common.withStore(ctx, func(store *postgis.Store) error {
		boundaries, duties, err := inForce(ctx, store)
		if err != nil {
			return err
		}
		p := newImportProgress(said)
		defer p.done()
		o := c.options(p)
		o.Partial = c.Partial
		return c.takeOver(ctx, rosterImporter{store, boundaries, duties}, o, out, p, takeOverWords{
			same: "nothing differs from the posts in force", done: "the posts are in force"})
	})
}

// rosterImporter brings in posts and people.
type rosterImporter struct {
	store      *postgis.Store
	boundaries *postgis.Boundaries
	duties     *postgis.Duties
}

// Check compares a layer with the posts and people in force.
func (i rosterImporter) Check(ctx context.Context, src importers.Source, o api.ImportOptions) (api.CheckedImport, error) {
	have := i.duties.Current()
	set, err := ingest.Roster(ctx, src, ingest.RosterBasis{Areas: i.boundaries.Current().Index.All(), Roster: have.Roster,
		Now: time.Now(), Zone: have.Rulebook.Calendar.Location}, o.Options)
	if err != nil {
		return api.CheckedImport{}, err
	}
	set.Report.Importer = readBy(set.Report.Importer)
	out := api.CheckedImport{Report: &set.Report}
	out.Write = func(ctx context.Context, w api.ImportWrite) (api.ImportDone, error) {
		if !set.Differs {
			return api.ImportDone{}, nil
		}
		if w.Progress != nil {
			w.Progress(ingest.StageWrite, 0, int64(len(set.Data.Seats)))
		}
		_, err := i.store.ImportRoster(ctx, set.Data, have.Version, recordOf(ingest.WhatRoster, &set.Report, o.Options), w.Who)
		return api.ImportDone{}, err
	}
	return out, nil
}
