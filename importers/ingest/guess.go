package ingest

import (
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/importers"
)

// Guessed is what the columns and some rows of a layer suggest.
type Guessed struct {
	Kind    geo.Kind          // empty where nothing tells
	Columns map[string]string // field → column
}

// Guess suggests what areas a layer holds, and which column holds what. Samples
// are some of its rows.
func Guess(layer importers.Layer, samples [][]importers.Value) Guessed {
	c, _ := FindColumns(areaFields, layer.Columns, nil) // nothing is asked for, so nothing is missing
	return Guessed{Kind: guessKind(layer, c, samples), Columns: c.Names()}
}
