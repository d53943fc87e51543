package postgis

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/locate"
)

const revisionColumns = `number, published_at, note, areas, hash`

func scanRevision(row pgx.CollectableRow) (r geo.Revision, err error) {
	err = row.Scan(&r.Number, &r.PublishedAt, &r.Note, &r.Areas, &r.Hash)
	r.PublishedAt = r.PublishedAt.UTC()
	return r, err
}

// Revisions lists every published revision, the oldest first.
func (s *Store) Revisions(ctx context.Context) ([]geo.Revision, error) {
	const sql = `SELECT ` + revisionColumns + ` FROM revisions WHERE district_code = @district ORDER BY number`
	rows, err := s.pool.Query(ctx, sql, pgx.NamedArgs{"district": s.district})
	if err != nil {
		return nil, wrap("list revisions", err)
	}
	list, err := pgx.CollectRows(rows, scanRevision)
	return list, wrap("list revisions", err)
}

// boundaryVersions reads what a snapshot of now would be made of.
func (s *Store) boundaryVersions(ctx context.Context) (revision int, ground int64, err error) {
	const sql = `SELECT current_revision, ground_version FROM districts WHERE district_code = @district`
	err = s.pool.QueryRow(ctx, sql, pgx.NamedArgs{"district": s.district}).Scan(&revision, &ground)
	return revision, ground, wrap("read the current revision", err)
}

// revisionAt is the revision in force at t.
func (s *Store) revisionAt(ctx context.Context, t time.Time) (n int, err error) {
	const sql = `
		SELECT number FROM revisions WHERE district_code = @district AND published_at <= @at
		ORDER BY number DESC LIMIT 1`
	err = s.pool.QueryRow(ctx, sql, pgx.NamedArgs{"district": s.district, "at": t}).Scan(&n)
	return n, wrap("the revision at "+t.UTC().Format(time.RFC3339), err)
}

// firstPublished is when the first revision was published, zero where there is
// none.
func (s *Store) firstPublished(ctx context.Context) (t time.Time, err error) {
	const sql = `SELECT published_at FROM revisions WHERE district_code = @district ORDER BY number LIMIT 1`
	err = s.pool.QueryRow(ctx, sql, pgx.NamedArgs{"district": s.district}).Scan(&t)
	if errors.Is(err, pgx.ErrNoRows) {
		return time.Time{}, nil
	}
	return t.UTC(), wrap("the first revision", err)
}

// loadSnapshot reads revision n whole and checks it; 0 is the empty one. The
// shapes of versions that are in force at have too, another snapshot, are taken
// from there and not read again; so is the base map, if keepGround says so.
func (s *Store) loadSnapshot(ctx context.Context, n int, have *locate.Snapshot, keepGround bool) (*locate.Snapshot, error) {
	snapshot, areas, err := s.readSnapshot(ctx, n, have, keepGround)
	if err != nil {
		return nil, wrap(fmt.Sprintf("read revision %d", n), err)
	}
	if n > 0 {
		err := checkSnapshot(snapshot.Revision, areas)
		if err != nil && have.Revision.Number > 0 {
			// The database was put back, and have is of another history.
			return s.loadSnapshot(ctx, n, &locate.Snapshot{}, false)
		}
		if err != nil {
			return nil, err
		}
	}
	snapshot.Index, err = locate.Build(areas, locate.Config{})
	if err != nil {
		return nil, fmt.Errorf("index revision %d: %w", n, err)
	}
	return snapshot, nil
}

// readSnapshot reads what loadSnapshot checks and indexes.
func (s *Store) readSnapshot(ctx context.Context, n int, have *locate.Snapshot, keepGround bool) (*locate.Snapshot, []geo.Area, error) {
	snapshot := &locate.Snapshot{}
	var areas []geo.Area
	options := pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}
	err := pgx.BeginTxFunc(ctx, s.pool, options, func(tx pgx.Tx) (err error) {
		if _, err := tx.Exec(ctx, `SELECT set_config('statement_timeout', '30s', true)`); err != nil {
			return err
		}
		if keepGround {
			snapshot.Ground = have.Ground
		} else if snapshot.Ground, err = s.readGround(ctx, tx); err != nil {
			return err
		}
		if n == 0 {
			return nil
		}
		const sql = `SELECT ` + revisionColumns + ` FROM revisions WHERE district_code = @district AND number = @number`
		rows, err := tx.Query(ctx, sql, pgx.NamedArgs{"district": s.district, "number": n})
		if err != nil {
			return err
		}
		if snapshot.Revision, err = pgx.CollectExactlyOneRow(rows, scanRevision); err != nil {
			return err
		}
		areas, err = s.readAreas(ctx, tx, snapshot.Revision, have)
		return err
	})
	return snapshot, areas, err
}
