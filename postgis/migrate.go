package postgis

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"

	"github.com/gridpatrol/gridpatrol/geo"
)

//go:embed migrations/*.sql
var migrationFiles embed.FS

// grantsSQL gives the role app.role what the server needs, and no more.
//
//go:embed grants.sql
var grantsSQL string

// migrateLock is one for all districts of a database: they share the schema.
const migrateLock = 0x6772696470617472 // "gridpatr"

// Migrate brings the schema of the database up to date. Several servers may do
// so at once: they take turns. The user of url owns what it makes.
func Migrate(ctx context.Context, url string) error {
	c, err := pgx.ParseConfig(url)
	if err != nil {
		return fmt.Errorf("database URL: %w: %w", geo.ErrInvalid, err)
	}
	sessionSettings(c)
	db := stdlib.OpenDB(*c)
	defer db.Close()
	conn, err := db.Conn(ctx)
	if err != nil {
		return wrap("migrate", err)
	}
	defer conn.Close()
	// Nothing to do needs no rights, so that a server whose user may not
	// change the schema starts once somebody else has brought it up to date.
	if done, err := upToDate(ctx, conn); done || err != nil {
		return err
	}
	if err := awaitMigrateLock(ctx, conn); err != nil {
		return wrap("migrate", err)
	}
	defer conn.ExecContext(context.WithoutCancel(ctx), `SELECT pg_advisory_unlock($1)`, int64(migrateLock))
	if err := makeSchema(ctx, conn); err != nil {
		return err
	}
	p, err := provider(db)
	if err != nil {
		return err
	}
	if _, err := p.Up(ctx); err != nil {
		return wrap("migrate", err)
	}
	return nil
}

// upToDate reports whether the schema is this program's. One that is newer is
// an error: an older program would write what the newer one does not expect.
func upToDate(ctx context.Context, conn *sql.Conn) (bool, error) {
	want, err := newestMigration()
	if err != nil {
		return false, err
	}
	var table sql.NullString
	if err := conn.QueryRowContext(ctx, `SELECT to_regclass('gridpatrol.goose_db_version')`).Scan(&table); err != nil || !table.Valid {
		return false, wrap("migrate", err)
	}
	var version int64
	const applied = `SELECT coalesce(max(version_id), 0) FROM gridpatrol.goose_db_version WHERE is_applied`
	if err := conn.QueryRowContext(ctx, applied).Scan(&version); err != nil {
		return false, wrap("migrate", err)
	}
	if version > want {
		return false, fmt.Errorf("the schema is at version %d, which a newer gridpatrol made; this one knows %d: run the newer one: %w", version, want, geo.ErrConflict)
	}
	return version == want, nil
}

// migrateFor migrates with one URL and grants the user of the other what it
// needs, where the two differ.
func migrateFor(ctx context.Context, migrateURL, appURL string) error {
	if migrateURL == "" {
		return Migrate(ctx, appURL)
	}
	if err := Migrate(ctx, migrateURL); err != nil {
		return err
	}
	app, err := pgx.ParseConfig(appURL)
	if err != nil {
		return fmt.Errorf("database URL: %w: %w", geo.ErrInvalid, err)
	}
	owner, err := pgx.ParseConfig(migrateURL)
	if err != nil {
		return fmt.Errorf("migrate URL: %w: %w", geo.ErrInvalid, err)
	}
	if app.User == owner.User {
		return nil
	}
	sessionSettings(owner)
	conn, err := pgx.ConnectConfig(ctx, owner)
	if err != nil {
		return wrap("grant", err)
	}
	defer conn.Close(context.WithoutCancel(ctx))
	return wrap("grant rights to "+app.User, pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, `SELECT set_config('app.role', $1, true)`, app.User); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, grantsSQL)
		return err
	}))
}

// awaitMigrateLock polls: a session that waited inside pg_advisory_lock would
// hold a snapshot, which index builds wait for.
func awaitMigrateLock(ctx context.Context, conn *sql.Conn) error {
	for {
		var got bool
		err := conn.QueryRowContext(ctx, `SELECT pg_try_advisory_lock($1)`, int64(migrateLock)).Scan(&got)
		if err != nil || got {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// makeSchema makes the schema, and says clearly when the extensions cannot be
// had, before anything else is made.
func makeSchema(ctx context.Context, conn *sql.Conn) error {
	if _, err := conn.ExecContext(ctx, `CREATE SCHEMA IF NOT EXISTS gridpatrol`); err != nil {
		return wrap("migrate: create the schema gridpatrol (the user must be allowed to create in this database)", err)
	}
	const missing = `
		SELECT name FROM unnest(ARRAY['postgis', 'btree_gist']) AS name
		WHERE name NOT IN (SELECT extname FROM pg_extension)
		  AND name NOT IN (SELECT name FROM pg_available_extensions) LIMIT 1`
	var name string
	switch err := conn.QueryRowContext(ctx, missing).Scan(&name); {
	case errors.Is(err, sql.ErrNoRows):
	case err != nil:
		return wrap("migrate", err)
	default:
		return fmt.Errorf("migrate: the database server has no extension %s: install the packages postgresql-NN-postgis-3 and postgresql-contrib there", name)
	}
	for _, create := range []string{
		`CREATE EXTENSION IF NOT EXISTS postgis WITH SCHEMA public`,
		`CREATE EXTENSION IF NOT EXISTS btree_gist WITH SCHEMA public`,
	} {
		if _, err := conn.ExecContext(ctx, create); err != nil {
			return wrap("migrate: "+create+" (have a superuser run it once in this database)", err)
		}
	}
	return nil
}

func provider(db *sql.DB) (*goose.Provider, error) {
	files, err := fs.Sub(migrationFiles, "migrations")
	if err != nil {
		return nil, err
	}
	return goose.NewProvider(goose.DialectPostgres, db, files, goose.WithDisableGlobalRegistry(true))
}

// newestMigration is the version of the last migration this program has.
func newestMigration() (int64, error) {
	names, err := fs.Glob(migrationFiles, "migrations/*.sql")
	if err != nil {
		return 0, err
	}
	var newest int64
	for _, name := range names {
		v, err := goose.NumericComponent(name)
		if err != nil {
			return 0, err
		}
		newest = max(newest, v)
	}
	return newest, nil
}
