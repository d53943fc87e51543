package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"time"

	"github.com/gridpatrol/gridpatrol/api"
	"github.com/gridpatrol/gridpatrol/importers"
	"github.com/gridpatrol/gridpatrol/importers/ingest"
	"github.com/gridpatrol/gridpatrol/patrol"
	"github.com/gridpatrol/gridpatrol/postgis"
)

type importReportsCmd struct {
	importFlags
}

// Run imports past reports.
func (c *importReportsCmd) Run(ctx context.Context, common *Common, out io.Writer, said messages) error {
	return common.withStore(ctx, func(store *postgis.Store) error {
		boundaries, duties, err := inForce(ctx, store)
		if err != nil {
			return err
		}
		p := newImportProgress(said)
		defer p.done()
		return c.bring(ctx, reportImporter{store, boundaries, duties}, out, p)
	})
}

// bring reads the file once: its reports are checked and written as they come, and
// all are taken back where one has an error.
func (c *importReportsCmd) bring(ctx context.Context, importer reportImporter, out io.Writer, p *importProgress) error {
	o := c.options(p)
	sum := ""
	if !c.DryRun {
		var err error
		if sum, err = importers.Sum(c.File); err != nil {
			return err
		}
	}
	written := 0
	report, err := c.understand(ctx, func(src importers.Source) (r *ingest.Report, err error) {
		if c.DryRun {
			return importer.read(ctx, src, o, nil)
		}
		of := func(r *ingest.Report) postgis.ImportRecord {
			r.File, r.SHA256 = filepath.Base(c.File), sum
			return recordOf(ingest.WhatReports, r, o)
		}
		r, written, err = importer.write(ctx, src, o, operator(), of)
		return r, err
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
	case written == 0:
		_, err = fmt.Fprintln(out, "all reports are there already")
	default:
		_, err = fmt.Fprintf(out, "%d reports were written\n", written)
	}
	return err
}

// reportImporter brings in past reports.
type reportImporter struct {
	store      *postgis.Store
	boundaries *postgis.Boundaries
	duties     *postgis.Duties
}

// errFileFaulty ends the writing of reports whose file has errors, which its
// report tells.
var errFileFaulty = errors.New("the file has errors")

// read understands, checks and routes reports; each gets those that are not there yet, nil means nobody.
func (i reportImporter) read(ctx context.Context, src importers.Source, o ingest.Options, each func([]patrol.PastReport) error) (*ingest.Report, error) {
	revisions, err := i.store.Revisions(ctx)
	if err != nil {
		return nil, err
	}
	r, err := ingest.Reports(ctx, src, ingest.ReportBasis{Duties: i.duties.Current(), Revisions: revisions,
		Boundaries: i.boundaries.Revision, Known: i.store.KnownReports, Now: time.Now()}, o, each)
	if err == nil {
		r.Importer = readBy(r.Importer)
	}
	return r, err
}

// write reads reports and writes them as they come, in one transaction that is taken back
// where the report has errors. of gives the record of the import.
func (i reportImporter) write(ctx context.Context, src importers.Source, o ingest.Options, who patrol.Actor, of func(*ingest.Report) postgis.ImportRecord) (r *ingest.Report, n int, err error) {
	n, err = i.store.ImportPast(ctx, who, func(w *postgis.ReportImport) (err error) {
		if r, err = i.read(ctx, src, o, w.Write); err == nil && r.Errors() > 0 {
			err = errFileFaulty
		}
		return err
	}, func() postgis.ImportRecord { return of(r) })
	if errors.Is(err, errFileFaulty) {
		return r, 0, nil
	}
	return r, n, err
}

// Check reads the reports of a layer and writes nothing.
func (i reportImporter) Check(ctx context.Context, src importers.Source, o api.ImportOptions) (api.CheckedImport, error) {
	r, err := i.read(ctx, src, o.Options, nil)
	if err != nil {
		return api.CheckedImport{}, err
	}
	out := api.CheckedImport{Report: r}
	out.Write = func(ctx context.Context, w api.ImportWrite) (api.ImportDone, error) {
		o := o.Options
		o.Progress = nil
		if w.Progress != nil {
			o.Progress = func(_ string, done, of int64) { w.Progress(ingest.StageWrite, done, of) }
		}
		again, _, err := i.write(ctx, w.Source, o, w.Who, func(again *ingest.Report) postgis.ImportRecord {
			again.File, again.SHA256 = r.File, r.SHA256
			return recordOf(ingest.WhatReports, again, o)
		})
		if err != nil {
			return api.ImportDone{}, err
		}
		for _, p := range again.Problems {
			if !p.Warning { // posts or boundaries were changed since the check
				return api.ImportDone{}, p
			}
		}
		return api.ImportDone{}, nil
	}
	return out, nil
}
