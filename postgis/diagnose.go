package postgis

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"
)

// Diagnosis is what doctor looks at in the database.
type Diagnosis struct {
	PostgreSQL, PostGIS string
	SynchronousCommit   string
	Fsync               string
	Schema, WantSchema  int64
	MayChangeSchema     bool          // the role could alter our tables
	MayRewriteHistory   bool          // the role could change revisions and audit rows
	PassesWalls         bool          // the role reads contacts without opening them: a superuser, or one that bypasses policies
	Skew                time.Duration // the database's clock ahead of ours
	Bytes               int64         // of the database on disk

	Revision       int
	Areas          int
	InvalidShapes  int
	DutyVersion    int64
	Reports        int64
	OpenReports    int64
	DeadDeliveries int64
	Seals          int64    // of the audit log
	Unsealed       int64    // lines of it that wait for a seal
	ForeignKeys    []string // ids of contact keys that rows need and this server does not have
}

// Diagnose reads all of it. It may take a while: it checks every shape.
func (s *Store) Diagnose(ctx context.Context) (d Diagnosis, err error) {
	const sql = `
		SELECT current_setting('server_version'), postgis_lib_version(),
		       current_setting('synchronous_commit'), current_setting('fsync'),
		       coalesce((SELECT max(version_id) FROM goose_db_version WHERE is_applied), 0),
		       pg_catalog.pg_has_role(current_user, (SELECT relowner FROM pg_class WHERE oid = 'reports'::regclass), 'USAGE'),
		       has_table_privilege('revisions', 'UPDATE') OR has_table_privilege('audit', 'DELETE') OR has_table_privilege('audit_seals', 'DELETE'),
		       (SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user),
		       clock_timestamp(), pg_database_size(current_database()),
		       d.current_revision, d.duty_version,
		       (SELECT count(*) FROM area_versions v WHERE v.district_code = @district AND upper_inf(v.revs)),
		       (SELECT count(*) FROM area_versions v WHERE v.district_code = @district AND upper_inf(v.revs) AND NOT ST_IsValid(v.shape)),
		       (SELECT count(*) FROM reports r WHERE r.district_code = @district),
		       (SELECT count(*) FROM reports r WHERE r.district_code = @district AND r.status NOT IN ('closed', 'rejected', 'duplicate')),
		       (SELECT count(*) FROM outbox o WHERE o.district_code = @district AND o.dead),
		       (SELECT coalesce(max(seal), 0) FROM audit_seals a WHERE a.district_code = @district),
		       (SELECT count(*) FROM audit_unsealed u WHERE u.district_code = @district)
		FROM districts d WHERE d.district_code = @district`
	if d.WantSchema, err = newestMigration(); err != nil {
		return d, err
	}
	err = pgx.BeginTxFunc(ctx, s.pool, pgx.TxOptions{AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SET LOCAL statement_timeout = '60s'`); err != nil {
			return err
		}
		var clock time.Time
		begun := s.now()
		err := tx.QueryRow(ctx, sql, pgx.NamedArgs{"district": s.district}).Scan(
			&d.PostgreSQL, &d.PostGIS, &d.SynchronousCommit, &d.Fsync, &d.Schema,
			&d.MayChangeSchema, &d.MayRewriteHistory, &d.PassesWalls, &clock, &d.Bytes, &d.Revision, &d.DutyVersion,
			&d.Areas, &d.InvalidShapes, &d.Reports, &d.OpenReports, &d.DeadDeliveries, &d.Seals, &d.Unsealed)
		d.Skew = clock.Sub(begun)
		return err
	})
	if err != nil {
		return d, wrap("look at the database", err)
	}
	d.ForeignKeys, err = s.ForeignContactKeys(ctx)
	return d, err
}

// ForeignContactKeys names the keys, other than this store's, that contacts
// were encrypted with: they cannot be read here.
func (s *Store) ForeignContactKeys(ctx context.Context) (keys []string, err error) {
	const sql = `
		SELECT DISTINCT key_id FROM reporter_contacts
		WHERE district_code = @district AND key_id <> @key ORDER BY 1`
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if err := s.openContacts(ctx, tx); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, sql, pgx.NamedArgs{"district": s.district, "key": s.contactID})
		if err != nil {
			return err
		}
		keys, err = pgx.CollectRows(rows, pgx.RowTo[string])
		return err
	})
	return keys, wrap("look for contact keys", err)
}
