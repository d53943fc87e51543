package postgis

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// Facts is what there is to know of the database and of what the district has
// in it; for whoever looks after it.
type Facts struct {
	Server     string // version of PostgreSQL
	PostGIS    string // its version, with that of GEOS and PROJ
	Schema     int64  // last migration applied
	Newest     int64  // last migration this program has
	SyncCommit string // synchronous_commit
	Standbys   string // synchronous_standby_names; empty where a commit is on one machine only
	SizeBytes  int64  // of the whole database

	// OwnsSchema says that the server's own user could change the schema and
	// rewrite what is append-only: what a MigrateURL of its own prevents.
	OwnsSchema bool

	Revision    int
	DutyVersion int64
	Areas       int64 // of the current revision
	Reports     int64
	Waiting     int64 // deliveries not done
	Dead        int64 // deliveries given up
}

// Facts reads them.
func (s *Store) Facts(ctx context.Context) (f Facts, err error) {
	const sql = `
		SELECT current_setting('server_version'), postgis_full_version(),
		       coalesce((SELECT max(version_id) FROM goose_db_version WHERE is_applied), 0),
		       current_setting('synchronous_commit'), current_setting('synchronous_standby_names'),
		       pg_database_size(current_database()),
		       pg_has_role(current_user, (SELECT nspowner FROM pg_namespace WHERE nspname = 'gridpatrol'), 'MEMBER'),
		       d.current_revision, d.duty_version,
		       (SELECT count(*) FROM area_versions v WHERE v.district_code = @district AND upper_inf(v.revs)),
		       (SELECT count(*) FROM reports r WHERE r.district_code = @district),
		       (SELECT count(*) FROM outbox o WHERE o.district_code = @district AND o.kind <> 'stream' AND o.finished_at IS NULL),
		       (SELECT count(*) FROM outbox o WHERE o.district_code = @district AND o.dead)
		FROM districts d WHERE d.district_code = @district`
	err = s.pool.QueryRow(ctx, sql, pgx.NamedArgs{"district": s.district}).Scan(&f.Server, &f.PostGIS, &f.Schema,
		&f.SyncCommit, &f.Standbys, &f.SizeBytes, &f.OwnsSchema, &f.Revision, &f.DutyVersion, &f.Areas, &f.Reports, &f.Waiting, &f.Dead)
	if err != nil {
		return f, wrap("read facts about the database", err)
	}
	f.Newest, err = newestMigration()
	return f, err
}
