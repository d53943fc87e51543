package ingest

import (
	"context"

	"github.com/gridpatrol/gridpatrol/importers"
)

// Areas reads, checks and repairs the areas of one layer and compares them with
// those of the basis. What is wrong with the file is in the report; an error is
// what kept it from being read, a *importers.Problem where the file cannot be read at all.
func Areas(ctx context.Context, src importers.Source, b AreaBasis, o Options) (*AreaSet, error) {
	return nil, &importers.Problem{Problem: importers.ProblemFormatRefused, Detail: "areas are not read yet"}
}
