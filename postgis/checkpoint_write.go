package postgis

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// ensureCheckpointKinds writes the kinds that a district begins with where it
// has none.
func (s *Store) ensureCheckpointKinds(ctx context.Context) error {
	args := pgx.NamedArgs{"district": s.district}
	var some bool
	err := s.pool.QueryRow(ctx, `SELECT EXISTS (SELECT FROM checkpoint_kinds WHERE district_code = @district)`, args).Scan(&some)
	switch {
	case state(err) == "42P01": // the schema is older and was to be left so: Ready says it
		return nil
	case err != nil || some:
		return wrap("read kinds of checkpoints", err)
	}
	const sql = `
		INSERT INTO checkpoint_kinds (district_code, code, name, name_en, icon, due_every_h, look_at, sort)
		VALUES (@district, @code, @name, @name_en, @icon, @due, @look, @sort)
		ON CONFLICT (district_code, code) DO NOTHING`
	var b pgx.Batch
	for i, k := range patrol.DefaultCheckpointKinds() {
		b.Queue(sql, pgx.NamedArgs{"district": s.district, "code": k.Code, "name": k.Name, "name_en": k.NameEn, "icon": k.Icon,
			"due": k.DueEveryH, "look": k.LookAt, "sort": i})
	}
	return wrap("write kinds of checkpoints", s.pool.SendBatch(ctx, &b).Close())
}

const insertCheckpointSQL = `
	INSERT INTO checkpoints (district_code, id, code, name, kind, lon_e7, lat_e7, point, radius_m, due_every_h, look_at,
	                         created_at, updated_at, version)
	VALUES (@district, @id, @code, @name, @kind, @lon_e7, @lat_e7, ST_SetSRID(ST_MakePoint(@lon, @lat), 4326),
	        @radius, @due, @look, @at, @at, 1)`

const updateCheckpointSQL = `
	UPDATE checkpoints SET code = @code, name = @name, kind = @kind, lon_e7 = @lon_e7, lat_e7 = @lat_e7,
	       point = ST_SetSRID(ST_MakePoint(@lon, @lat), 4326), radius_m = @radius, due_every_h = @due, look_at = @look,
	       updated_at = greatest(updated_at, @at), retired_at = @retired, version = version + 1
	WHERE district_code = @district AND id = @id`

func (s *Store) checkpointArgs(c patrol.Checkpoint, at time.Time) pgx.NamedArgs {
	q, _ := geo.Snap(c.Point) // it was checked
	p := q.Point()
	look := c.LookAt
	if look == nil {
		look = []string{}
	}
	return pgx.NamedArgs{"district": s.district, "id": c.ID, "code": c.Code, "name": c.Name, "kind": c.Kind,
		"lon_e7": q.Lon, "lat_e7": q.Lat, "lon": p[0], "lat": p[1], "radius": c.RadiusM, "due": c.DueEveryH,
		"look": look, "at": at, "retired": orNull(c.RetiredAt)}
}

// AddCheckpoint makes a checkpoint, once for its key. A code that another has,
// or had, is a geo.ErrConflict with code "code-taken"; an unknown kind is
// geo.ErrInvalid.
func (s *Store) AddCheckpoint(ctx context.Context, in patrol.NewCheckpoint) (c patrol.Checkpoint, replayed bool, err error) {
	at := in.Checkpoint.CreatedAt.UTC().Truncate(time.Microsecond)
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		id, before, err := s.useKey(ctx, tx, keyUse{in.KeyHash, in.RequestHash, in.Checkpoint.ID, at})
		if replayed = before; err != nil {
			return err
		}
		if !before {
			if _, err := tx.Exec(ctx, insertCheckpointSQL, s.checkpointArgs(in.Checkpoint, at)); err != nil {
				return err
			}
			if err := s.auditCheckpoint(ctx, tx, in.Actor, "checkpoint.add", in.Checkpoint.ID, 1); err != nil {
				return err
			}
		}
		c, err = s.checkpoint(ctx, tx, id)
		return err
	})
	return c, replayed, wrap("add a checkpoint", checkpointError(err, in.Checkpoint))
}

// ChangeCheckpoint changes a checkpoint in use as change says. ifVersion is the
// version that was seen, 0 where it does not matter; another is a
// geo.ErrConflict with code "version-conflict".
func (s *Store) ChangeCheckpoint(ctx context.Context, id geo.ID, ifVersion int, change func(*patrol.Checkpoint) error, at time.Time, actor patrol.Actor) (c patrol.Checkpoint, err error) {
	return s.alterCheckpoint(ctx, id, ifVersion, "checkpoint.change", change, at, actor)
}

// RetireCheckpoint takes a checkpoint out of use; patrols keep it. See
// ChangeCheckpoint.
func (s *Store) RetireCheckpoint(ctx context.Context, id geo.ID, ifVersion int, permit func(*patrol.Checkpoint) error, at time.Time, actor patrol.Actor) error {
	_, err := s.alterCheckpoint(ctx, id, ifVersion, "checkpoint.retire", func(c *patrol.Checkpoint) error {
		if err := permit(c); err != nil {
			return err
		}
		c.RetiredAt = at
		return nil
	}, at, actor)
	return err
}

func (s *Store) alterCheckpoint(ctx context.Context, id geo.ID, ifVersion int, action string, change func(*patrol.Checkpoint) error, at time.Time, actor patrol.Actor) (c patrol.Checkpoint, err error) {
	at = at.UTC().Truncate(time.Microsecond)
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		const lock = `SELECT FROM checkpoints WHERE district_code = @district AND id = @id FOR UPDATE`
		if _, err := tx.Exec(ctx, lock, pgx.NamedArgs{"district": s.district, "id": id}); err != nil {
			return err
		}
		if c, err = s.checkpoint(ctx, tx, id); err != nil {
			return err
		}
		if !c.RetiredAt.IsZero() {
			return geo.ErrNotFound
		}
		if err := change(&c); err != nil { // who may, before whether it is the version they saw
			return err
		}
		if ifVersion != 0 && ifVersion != c.Version {
			return &geo.Problem{Kind: geo.ErrConflict, Code: "version-conflict",
				Detail: fmt.Sprintf("the checkpoint is at version %d, not %d", c.Version, ifVersion)}
		}
		if _, err := tx.Exec(ctx, updateCheckpointSQL, s.checkpointArgs(c, at)); err != nil {
			return err
		}
		if err := s.auditCheckpoint(ctx, tx, actor, action, id, c.Version+1); err != nil {
			return err
		}
		c, err = s.checkpoint(ctx, tx, id)
		return err
	})
	return c, wrap("checkpoint "+id.String(), checkpointError(err, c))
}

func (s *Store) auditCheckpoint(ctx context.Context, tx pgx.Tx, actor patrol.Actor, action string, id geo.ID, version int) error {
	return s.audit(ctx, tx, actor, auditEntry{action, "checkpoint", id.String(), map[string]any{"version": version}})
}

// checkpointError says for people what the database refuses of a checkpoint.
func checkpointError(err error, c patrol.Checkpoint) error {
	switch {
	case violated(err, "one_checkpoint_a_code"):
		return &geo.Problem{Kind: geo.ErrConflict, Code: "code-taken", Detail: fmt.Sprintf("another checkpoint has the code %.64q, or had it", c.Code),
			Fields: []geo.FieldError{{Pointer: "/code", Detail: "belongs to another checkpoint"}}}
	case violated(err, "checkpoints_district_code_kind_fkey"):
		return geo.Invalid("checkpoint-kind-unknown", "there is no such kind of checkpoint", geo.FieldError{Pointer: "/kind", Detail: "is not known"})
	}
	return err
}

// ImportCheckpoints makes checkpoints of those in the list, as of a time, all or
// nothing: what has a code that is known changes that one, and brings it back into
// use. Those of the district that are not in the list stay, and unchanged ones
// are left alone.
func (s *Store) ImportCheckpoints(ctx context.Context, list []patrol.Checkpoint, at time.Time, actor patrol.Actor) (sum patrol.CheckpointImport, err error) {
	at = at.UTC().Truncate(time.Microsecond)
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if sum, err = s.mergeCheckpoints(ctx, tx, list, at); err != nil || sum.New+sum.Changed == 0 {
			return err
		}
		return s.audit(ctx, tx, actor, auditEntry{"checkpoint.import", "checkpoint", "import",
			map[string]any{"new": sum.New, "changed": sum.Changed, "unchanged": sum.Unchanged}})
	})
	return sum, wrap("import checkpoints", err)
}

// ImportCheckpointFile is ImportCheckpoints for those of a file, with the record
// of the import in the same transaction.
func (s *Store) ImportCheckpointFile(ctx context.Context, list []patrol.Checkpoint, record ImportRecord, actor patrol.Actor) error {
	at := s.now().UTC().Truncate(time.Microsecond)
	record.What = "checkpoints"
	return wrap("import checkpoints", pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		sum, err := s.mergeCheckpoints(ctx, tx, list, at)
		if err != nil {
			return err
		}
		record.New, record.Changed, record.Unchanged = sum.New, sum.Changed, sum.Unchanged
		if err := s.recordImport(ctx, tx, &record, actor, at); err != nil {
			return err
		}
		return s.audit(ctx, tx, actor, auditEntry{"checkpoint.import", "import", record.ID.String(), map[string]any{
			"new": sum.New, "changed": sum.Changed, "unchanged": sum.Unchanged, "file": record.File, "sha256": record.SHA256}})
	}))
}

// mergeCheckpoints writes the checkpoints of an import.
func (s *Store) mergeCheckpoints(ctx context.Context, tx pgx.Tx, list []patrol.Checkpoint, at time.Time) (sum patrol.CheckpointImport, err error) {
	if _, err := tx.Exec(ctx, `SET LOCAL statement_timeout = '60s'`); err != nil {
		return sum, err
	}
	have, err := s.knownCheckpoints(ctx, tx)
	if err != nil {
		return sum, err
	}
	plan, err := patrol.PlanCheckpointImport(have, list)
	if err != nil {
		return sum, err
	}
	var b pgx.Batch
	for _, c := range plan.Add {
		b.Queue(insertCheckpointSQL, s.checkpointArgs(c, at))
	}
	for _, c := range plan.Alter {
		b.Queue(updateCheckpointSQL, s.checkpointArgs(c, at))
	}
	return plan.CheckpointImport, checkpointError(tx.SendBatch(ctx, &b).Close(), patrol.Checkpoint{})
}

// AllCheckpoints gives all checkpoints there ever were, retired ones too.
func (s *Store) AllCheckpoints(ctx context.Context) ([]patrol.Checkpoint, error) {
	rows, err := s.pool.Query(ctx, selectCheckpoint, pgx.NamedArgs{"district": s.district})
	if err != nil {
		return nil, wrap("read all checkpoints", err)
	}
	list, err := pgx.CollectRows(rows, scanCheckpoint)
	return list, wrap("read all checkpoints", err)
}

// knownCheckpoints gives all checkpoints there ever were, and keeps them from
// others until the transaction ends.
func (s *Store) knownCheckpoints(ctx context.Context, tx pgx.Tx) ([]patrol.Checkpoint, error) {
	const lock = `SELECT FROM checkpoints WHERE district_code = @district ORDER BY id FOR UPDATE`
	args := pgx.NamedArgs{"district": s.district}
	if _, err := tx.Exec(ctx, lock, args); err != nil {
		return nil, err
	}
	rows, err := tx.Query(ctx, selectCheckpoint, args)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, scanCheckpoint)
}
