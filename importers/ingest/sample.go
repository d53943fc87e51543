package ingest

import (
	"context"
	"errors"

	"github.com/gridpatrol/gridpatrol/importers"
)

// errEnough ends a reading that has what it needs.
var errEnough = errors.New("enough was read")

// Sample gives the values of the first records of a layer, at most so many. They
// come with the error where the file breaks off before that. The caller owns them.
func Sample(ctx context.Context, src importers.Source, layer, most int) (rows [][]importers.Value, err error) {
	err = src.Records(ctx, layer, func(r *importers.Record) error {
		rows = append(rows, append([]importers.Value(nil), r.Values...))
		if len(rows) >= most {
			return errEnough
		}
		return nil
	})
	if errors.Is(err, errEnough) {
		err = nil
	}
	return rows, err
}
