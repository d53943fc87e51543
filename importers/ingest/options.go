package ingest

import (
	"github.com/gridpatrol/gridpatrol/geo"
)

// Options say how to understand a file.
type Options struct {
	File  string   // its name, for the report
	Kind  geo.Kind // of the areas; empty: what the columns and codes suggest
	Layer string   // by name; empty: the only one that fits
	CRS   string   // as geo.ParseCRS takes it, beats what the file says; empty: what the file says
	// Columns names the column of a field, and beats what its name suggests; empty:
	// the field has none.
	Columns  map[string]string
	Encoding string   // of text, beats what the file says; whoever opens the file heeds it
	Repairs  []string // by name, see Areas
	// Partial: the file holds some of the areas or posts; what it does not name stays.
	Partial bool
	// MaxProblems is how many problems a report lists; 0 means 10,000.
	MaxProblems int
	// Progress hears how far it is; nil means nobody.
	Progress func(stage string, done, of int64)
}

// The stages that Options.Progress names.
const (
	StageRead    = "read"    // features, of those the layer says it has; of is -1 where it does not say
	StageCheck   = "check"   // shapes
	StageCompare = "compare" // with what is in force
	StageWrite   = "write"   // into the database
	StagePublish = "publish"
)

// AreaBasis is what areas are compared with: those in force, or those of a plan.
type AreaBasis struct {
	District string     // its code
	Areas    []geo.Area // of all kinds; not changed
}

// AreaSet is what a file would make of the areas of a kind.
type AreaSet struct {
	Report Report
	Kind   geo.Kind
	New    []geo.Area // normalised, without ids
	// Changed are whole new versions, with the ids of the areas they are of.
	Changed []geo.Area
	Gone    []string // codes
	// Features says what became of each feature of the file that has a shape.
	Features []AreaFeature
}

// AreaFeature is a feature of the file as it was understood.
type AreaFeature struct {
	Feature int
	Area    geo.Area // as far as it could be read; the shape may be faulty
	Change  string   // "new", "changed", "unchanged", "" where it has errors
	MovedM2 float64  // land gained and lost, of a changed one
}
