package postgis

import (
	"bytes"
	"context"
	"slices"

	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// Ground gives the base map in the order of ids.
func (s *Store) Ground(ctx context.Context) (features []geo.Feature, err error) {
	err = pgx.BeginTxFunc(ctx, s.pool, pgx.TxOptions{AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT set_config('statement_timeout', '30s', true)`); err != nil {
			return err
		}
		features, err = s.readGround(ctx, tx)
		return err
	})
	return features, wrap("read the base map", err)
}

// ImportGround is ReplaceGround for features from a file, with the record of the
// import and the audit, in one transaction. based is the base map that the file
// was compared with, in any order: geo.ErrConflict, "ground-changed", where it is another by now.
func (s *Store) ImportGround(ctx context.Context, features, based []geo.Feature, record ImportRecord, actor patrol.Actor) error {
	rows, err := s.groundRows(features)
	if err != nil {
		return err
	}
	record.What = "roads"
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if err := s.takeTurn(ctx, tx); err != nil {
			return err
		}
		if err := s.sameGround(ctx, tx, based); err != nil {
			return err
		}
		if err := s.recordImport(ctx, tx, &record, actor, s.now()); err != nil {
			return err
		}
		entry := auditEntry{"ground.import", "import", record.ID.String(), map[string]any{
			"features": len(features), "file": record.File, "sha256": record.SHA256}}
		if err := s.audit(ctx, tx, actor, entry); err != nil {
			return err
		}
		return s.writeGround(ctx, tx, rows)
	})
	if err == nil {
		s.committed()
	}
	return wrap("import a base map", err)
}

// sameGround refuses where the base map has other features than those. A feature
// never changes: what changes is another feature, with another id.
func (s *Store) sameGround(ctx context.Context, tx pgx.Tx, based []geo.Feature) error {
	const sql = `SELECT id FROM ground_features WHERE district_code = @district ORDER BY id`
	rows, err := tx.Query(ctx, sql, pgx.NamedArgs{"district": s.district})
	if err != nil {
		return err
	}
	have, err := pgx.CollectRows(rows, pgx.RowTo[geo.ID])
	if err != nil {
		return err
	}
	want := make([]geo.ID, len(based))
	for i := range based {
		want[i] = based[i].ID
	}
	slices.SortFunc(want, func(a, b geo.ID) int { return bytes.Compare(a[:], b[:]) })
	if !slices.Equal(have, want) {
		return &geo.Problem{Kind: geo.ErrConflict, Code: "ground-changed",
			Detail: "the base map was changed since the file was compared with it; import it again"}
	}
	return nil
}
