package postgis

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// checkpointColumns are those of checkpoints c with checkpointLastVisit, as
// checkpointRow reads them.
const checkpointColumns = `c.id, c.code, c.name, c.kind, c.lon_e7, c.lat_e7, c.radius_m, c.due_every_h, c.look_at,
	last.last_visit, c.created_at, c.updated_at, c.retired_at, c.version`

// checkpointLastVisit finds when a checkpoint c was visited last: days of visits
// outlast the tracks that they came from.
const checkpointLastVisit = `
	LEFT JOIN LATERAL (SELECT d.last_visit FROM checkpoint_days d
	                   WHERE d.district_code = c.district_code AND d.checkpoint_id = c.id
	                   ORDER BY d.day DESC LIMIT 1) last ON true`

const selectCheckpoint = `
	SELECT ` + checkpointColumns + ` FROM checkpoints c` + checkpointLastVisit + `
	WHERE c.district_code = @district`

// checkpointRow is a row of checkpointColumns.
type checkpointRow struct {
	patrol.Checkpoint
	at            geo.LatticePoint
	last, retired *time.Time
}

func (r *checkpointRow) targets() []any {
	c := &r.Checkpoint
	return []any{&c.ID, &c.Code, &c.Name, &c.Kind, &r.at.Lon, &r.at.Lat, &c.RadiusM, &c.DueEveryH, &c.LookAt,
		&r.last, &c.CreatedAt, &c.UpdatedAt, &r.retired, &c.Version}
}

func (r *checkpointRow) checkpoint() patrol.Checkpoint {
	c := r.Checkpoint
	c.Point, c.LastVisit, c.RetiredAt = r.at.Point(), utc(r.last), utc(r.retired)
	c.CreatedAt, c.UpdatedAt = c.CreatedAt.UTC(), c.UpdatedAt.UTC()
	return c
}

func scanCheckpoint(row pgx.CollectableRow) (patrol.Checkpoint, error) {
	var r checkpointRow
	err := row.Scan(r.targets()...)
	return r.checkpoint(), err
}

// Checkpoints gives all checkpoints in use, by code. Who may see which is the
// caller's to decide, by where they lie.
func (s *Store) Checkpoints(ctx context.Context) ([]patrol.Checkpoint, error) {
	rows, err := s.pool.Query(ctx, selectCheckpoint+` AND c.retired_at IS NULL ORDER BY c.code`, pgx.NamedArgs{"district": s.district})
	if err != nil {
		return nil, wrap("read checkpoints", err)
	}
	list, err := pgx.CollectRows(rows, scanCheckpoint)
	return list, wrap("read checkpoints", err)
}

// Checkpoint gives a checkpoint, a retired one too; geo.ErrNotFound where there
// is none.
func (s *Store) Checkpoint(ctx context.Context, id geo.ID) (patrol.Checkpoint, error) {
	c, err := s.checkpoint(ctx, s.pool, id)
	return c, wrap("checkpoint "+id.String(), err)
}

func (s *Store) checkpoint(ctx context.Context, q querier, id geo.ID) (c patrol.Checkpoint, err error) {
	rows, err := q.Query(ctx, selectCheckpoint+` AND c.id = @id`, pgx.NamedArgs{"district": s.district, "id": id})
	if err != nil {
		return c, err
	}
	return pgx.CollectExactlyOneRow(rows, scanCheckpoint)
}

// CheckpointKinds gives the kinds of checkpoints, in their order.
func (s *Store) CheckpointKinds(ctx context.Context) ([]patrol.CheckpointKind, error) {
	const sql = `
		SELECT code, name, name_en, icon, due_every_h, look_at FROM checkpoint_kinds
		WHERE district_code = @district ORDER BY sort, code`
	rows, err := s.pool.Query(ctx, sql, pgx.NamedArgs{"district": s.district})
	if err != nil {
		return nil, wrap("read kinds of checkpoints", err)
	}
	list, err := pgx.CollectRows(rows, pgx.RowToStructByPos[patrol.CheckpointKind])
	return list, wrap("read kinds of checkpoints", err)
}
