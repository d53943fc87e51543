package postgis

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/access"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// ShownReports gives the reports in scope that the query asks for, in its order,
// one after another as they come from the database. The report that each gets is
// its own until it returns; an error of each ends the reading and is returned. A
// connection is held meanwhile, so each must not wait for anybody.
func (s *Store) ShownReports(ctx context.Context, scope access.Scope, q patrol.ShownQuery, each func(*patrol.Shown) error) error {
	if scope.Empty() {
		return nil
	}
	if q.Limit < 1 || q.Limit > maxPage {
		return geo.Invalid("limit-out-of-range", fmt.Sprintf("a page has 1 to %d reports", maxPage))
	}
	grids, err := s.gridCodes(ctx)
	if err != nil {
		return wrap("list reports as they are shown", err)
	}
	w := newShownSQL(s.district, &q, q.Order(), grids)
	w.where(scope)
	w.after()
	sql := selectShown + w.sql.String() + w.order() + ` LIMIT ` + w.arg(q.Limit, "int")
	if w.err != nil {
		return fmt.Errorf("list reports as they are shown: %w", w.err)
	}
	rows, err := s.pool.Query(ctx, sql, append([]any{pgx.QueryExecModeDescribeExec, binaryResults}, w.args...)...)
	if err != nil {
		return wrap("list reports as they are shown", err)
	}
	defer rows.Close()
	r := newShownReader(&q, grids)
	for rows.Next() {
		if err := r.read(rows); err != nil {
			return fmt.Errorf("list reports as they are shown: %w", err)
		}
		if err := each(&r.shown); err != nil {
			return err
		}
	}
	return wrap("list reports as they are shown", rows.Err())
}

// CountShown gives how many reports in scope the query asks for on all pages.
func (s *Store) CountShown(ctx context.Context, scope access.Scope, q patrol.ShownQuery) (n int, err error) {
	if scope.Empty() {
		return 0, nil
	}
	grids, err := s.gridCodes(ctx)
	if err != nil {
		return 0, wrap("count reports as they are shown", err)
	}
	w := newShownSQL(s.district, &q, nil, grids)
	w.where(scope)
	if w.err != nil {
		return 0, fmt.Errorf("count reports as they are shown: %w", w.err)
	}
	err = s.pool.QueryRow(ctx, `SELECT count(*) FROM reports r`+w.sql.String(), append([]any{pgx.QueryExecModeDescribeExec}, w.args...)...).Scan(&n)
	return n, wrap("count reports as they are shown", err)
}

// gridCodes are the codes of every grid there is or was, the last of each. They
// are not changed.
type gridCodes struct {
	revision int // in force when they were read
	codes    map[geo.ID]string
	ids      map[string]geo.ID
	byID     map[string]string // codes for the database, which has ids as texts
}

// gridCodes gives the codes as of the revision in force.
func (s *Store) gridCodes(ctx context.Context) (*gridCodes, error) {
	revision, _, err := s.versions(ctx)
	if err != nil {
		return nil, err
	}
	if known := s.grids.Load(); known != nil && known.revision == revision {
		return known, nil
	}
	const sql = `
		SELECT DISTINCT ON (area_id) area_id, code FROM area_versions
		WHERE district_code = @district AND kind = 'grid' AND from_revision <= @revision
		ORDER BY area_id, from_revision DESC`
	rows, err := s.pool.Query(ctx, sql, pgx.NamedArgs{"district": s.district, "revision": revision})
	if err != nil {
		return nil, err
	}
	fresh := &gridCodes{revision, map[geo.ID]string{}, map[string]geo.ID{}, map[string]string{}}
	var id geo.ID
	var code string
	_, err = pgx.ForEachRow(rows, []any{&id, &code}, func() error {
		fresh.codes[id], fresh.ids[code], fresh.byID[id.String()] = code, id, code
		return nil
	})
	if err != nil {
		return nil, err
	}
	s.grids.Store(fresh)
	return fresh, nil
}
