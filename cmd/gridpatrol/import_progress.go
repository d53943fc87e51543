package main

import (
	"io"
)

// importProgress tells how far an import is, with the rate and what is left: a
// bar on a terminal, lines now and then elsewhere. Not safe for concurrent use.
type importProgress struct {
	out io.Writer
}

// newImportProgress tells it on out, standard error as a rule.
func newImportProgress(out io.Writer) *importProgress { return &importProgress{out: out} }

// hear is told that done of of things of a stage are done, as ingest.Options.Progress is; of
// is -1 where nobody knows.
func (p *importProgress) hear(stage string, done, of int64) {}

// done takes the bar away.
func (p *importProgress) done() {}
