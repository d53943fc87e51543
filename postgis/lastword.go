package postgis

import (
	"context"
	_ "embed"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/geo"
)

// lastWordSQL finds gaps and overlaps that a revision brings, by PostGIS.
//
//go:embed lastword.sql
var lastWordSQL string

// noiseM2 is how much land an intersection may be off by: a hundred squares of
// the lattice are ten times as much.
const noiseM2 = 0.001

// lastWord has PostGIS look at what a revision changed, after the program did
// and before the revision is in force. Shapes that are not valid the database
// refuses by itself.
func (s *Store) lastWord(ctx context.Context, tx pgx.Tx, revision int) error {
	if revision == 1 {
		return nil // nothing was before that could have been better
	}
	rows, err := tx.Query(ctx, lastWordSQL, s.district, revision, noiseM2)
	if err != nil {
		return err
	}
	p := geo.Invalid("areas-do-not-fit", "PostGIS finds gaps or overlaps that were not there before")
	var problem, kind, code, other string
	var m2, lon, lat float64
	_, err = pgx.ForEachRow(rows, []any{&problem, &kind, &code, &other, &m2, &lon, &lat}, func() error {
		detail := fmt.Sprintf("%s of %.3f m² near %.7f %.7f (%s", problem, m2, lon, lat, code)
		if other != "" {
			detail += " and " + other
		}
		p.Fields = append(p.Fields, geo.FieldError{Pointer: kind, Detail: detail + ")"})
		return nil
	})
	if err == nil && len(p.Fields) > 0 {
		return p
	}
	return err
}
