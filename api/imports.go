package api

import (
	"context"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/redraw"
	"github.com/gridpatrol/gridpatrol/importers"
	"github.com/gridpatrol/gridpatrol/importers/ingest"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// ImportOptions say how a file is to be understood.
type ImportOptions struct {
	ingest.Options
	Plan geo.ID // of areas: the draft they are added to; zero for a new one
	Who  patrol.Actor
}

// Importer brings in one sort of thing. It is the same code that the command
// of the same name runs.
type Importer interface {
	// Check understands and checks a layer and writes nothing. What is wrong
	// with the file is in the report; an error is what kept it from being
	// checked, a *importers.Problem where the file cannot be read at all.
	Check(ctx context.Context, src importers.Source, o ImportOptions) (CheckedImport, error)
}

// CheckedImport is a file that was checked, ready to be taken over.
type CheckedImport struct {
	Report *ingest.Report
	// Areas are the features of a file of areas, and Gone the areas that it
	// lacks, as they are in force.
	Areas []ingest.AreaFeature
	Gone  []geo.Area
	// Write takes the file over, whole or not at all. It is not called where
	// the report has errors.
	Write func(ctx context.Context, w ImportWrite) (ImportDone, error)
}

// ImportWrite says how a checked file is taken over.
type ImportWrite struct {
	Source importers.Source // the file that was checked, opened anew
	Title  string           // of a new plan; empty: after the file
	Who    patrol.Actor
	// Permit, where it is not nil, looks at what would change before it is kept,
	// and refuses it with an error.
	Permit func(redraw.Result) error
	// Progress hears how far it is; nil means nobody.
	Progress func(stage string, done, of int64)
}

// ImportDone is what taking a file over led to.
type ImportDone struct {
	Plan geo.ID // that holds the areas; zero for what has no plan, and where nothing differs
}
