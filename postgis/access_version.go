package postgis

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// AccessVersion says how often it was changed who may do what: accounts, tokens,
// their areas, identities, and sessions that were ended before their time. What
// is remembered of a principal holds while the version stays.
func (s *Store) AccessVersion(ctx context.Context) (version int64, err error) {
	const sql = `SELECT access_version FROM districts WHERE district_code = @district`
	err = s.pool.QueryRow(ctx, sql, pgx.NamedArgs{"district": s.district}).Scan(&version)
	return version, wrap("read the version of access", err)
}

// changeAccess makes a change of who may do what: it takes the turn of the
// change, so that two never see each other half done, makes it, and has every
// server hear of it.
func (s *Store) changeAccess(ctx context.Context, doing string, change func(pgx.Tx) error) error {
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		const sql = `UPDATE districts SET access_version = access_version + 1 WHERE district_code = @district`
		if _, err := tx.Exec(ctx, sql, pgx.NamedArgs{"district": s.district}); err != nil {
			return err
		}
		if err := change(tx); err != nil {
			return err
		}
		return hint(ctx, tx)
	})
	s.accessChanged() // also after an error: it may be the answer to the commit that was lost
	if err != nil {
		return wrap(doing, err)
	}
	s.committed()
	return nil
}
