package main

import (
	"context"
	"fmt"
	"io"

	"github.com/gridpatrol/gridpatrol/api"
	"github.com/gridpatrol/gridpatrol/importers"
	"github.com/gridpatrol/gridpatrol/importers/ingest"
)

// takeOverWords are what a command says at its end: that nothing differs, and that it is done.
type takeOverWords struct{ same, done string }

// takeOver brings in a file of what has no draft: it reads the file, compares it, and writes
// it where it has no errors and differs.
func (f *importFlags) takeOver(ctx context.Context, importer api.Importer, o ingest.Options, out io.Writer, p *importProgress, words takeOverWords) error {
	who := operator()
	var checked api.CheckedImport
	report, err := f.understand(ctx, func(src importers.Source) (r *ingest.Report, err error) {
		checked, err = importer.Check(ctx, src, api.ImportOptions{Options: o, Who: who})
		return checked.Report, err
	})
	p.done()
	if err != nil {
		return err
	}
	if err := f.conclude(out, report); err != nil {
		return err
	}
	switch {
	case f.DryRun:
		_, err = fmt.Fprintln(out, "nothing was written, as --dry-run says")
		return err
	case report.New+report.Changed+report.Gone == 0:
		_, err = fmt.Fprintln(out, words.same)
		return err
	}
	_, err = checked.Write(ctx, api.ImportWrite{Who: who, Progress: p.hear})
	p.done()
	if err == nil {
		_, err = fmt.Fprintln(out, words.done)
	}
	return err
}
