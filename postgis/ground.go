package postgis

import (
	"context"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/twpayne/go-geom"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// readGround gives the base map, in the order of ids.
func (s *Store) readGround(ctx context.Context, tx pgx.Tx) ([]geo.Feature, error) {
	const sql = `SELECT id, class, name, shape FROM ground_features WHERE district_code = @district ORDER BY id`
	rows, err := tx.Query(ctx, sql, pgx.NamedArgs{"district": s.district})
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, func(row pgx.CollectableRow) (f geo.Feature, err error) {
		var shape geom.T
		if err = row.Scan(&f.ID, &f.Class, &f.Name, &shape); err == nil {
			f.Geometry, err = orbGeometry(shape)
		}
		return f, err
	})
}

// ReplaceGround makes the features the whole base map. Every vertex must be on
// the lattice; a feature without an id gets one. Servers take it over with
// their next Refresh.
func (s *Store) ReplaceGround(ctx context.Context, features []geo.Feature) error {
	rows, err := s.groundRows(features)
	if err != nil {
		return err
	}
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if err := s.takeTurn(ctx, tx); err != nil {
			return err
		}
		entry := auditEntry{"ground.replace", "district", s.district, map[string]int{"features": len(features)}}
		if err := s.audit(ctx, tx, patrol.Actor{Kind: "system"}, entry); err != nil {
			return err
		}
		return s.writeGround(ctx, tx, rows)
	})
	if err == nil {
		s.committed()
	}
	return wrap("replace the base map", err)
}

// groundRows gives the rows of a base map.
func (s *Store) groundRows(features []geo.Feature) ([][]any, error) {
	rows := make([][]any, len(features))
	for i, f := range features {
		if !hasVertices(f.Geometry) {
			return nil, geo.Invalid("empty-geometry", fmt.Sprintf("feature %d (%s %q) has no geometry", i, f.Class, f.Name))
		}
		shape, err := geometryGeom(f.Geometry)
		if err != nil {
			return nil, fmt.Errorf("feature %d: %w", i, err)
		}
		if f.ID == uuid.Nil {
			if f.ID, err = uuid.NewV7(); err != nil {
				return nil, err
			}
		}
		rows[i] = []any{s.district, f.ID, f.Class, f.Name, shape}
	}
	return rows, nil
}

// writeGround puts the rows in the place of the base map, and tells the servers.
func (s *Store) writeGround(ctx context.Context, tx pgx.Tx, rows [][]any) error {
	args := pgx.NamedArgs{"district": s.district}
	if _, err := tx.Exec(ctx, `DELETE FROM ground_features WHERE district_code = @district`, args); err != nil {
		return err
	}
	columns := []string{"district_code", "id", "class", "name", "shape"}
	if _, err := tx.CopyFrom(ctx, pgx.Identifier{"ground_features"}, columns, pgx.CopyFromRows(rows)); err != nil {
		return err
	}
	const sql = `UPDATE districts SET ground_version = ground_version + 1 WHERE district_code = @district`
	if _, err := tx.Exec(ctx, sql, args); err != nil {
		return err
	}
	return hint(ctx, tx)
}
