// Package postgis keeps everything in PostgreSQL with PostGIS, and is the only
// place with SQL. Each noun has a file: boundaries, publishing, duties,
// accepting reports, accounts, the outbox.
//
// Methods of Store are safe for concurrent use. Their errors are the kinds of
// package geo: ErrNotFound, ErrConflict, ErrInvalid, and ErrUnavailable where
// the database cannot be reached, is too slow, or asks to try again; others are
// faults of the program or of the database.
package postgis

import (
	"context"
	"crypto/cipher"
	"crypto/sha256"
	"errors"
	"fmt"
	"log/slog"
	"sync/atomic"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/locate"
	"github.com/gridpatrol/gridpatrol/patrol"
)

// Config says which database to use, and how.
type Config struct {
	// URL is the database, as a URL or as keyword=value pairs.
	URL string
	// MigrateURL is used to bring the schema up to date, and nothing else; its
	// user owns the tables and grants the user of URL what the server needs.
	// Empty means URL, whose user then could also change the schema.
	MigrateURL string
	// SkipMigrate leaves the schema as it is. Ready then says when it is old.
	SkipMigrate bool
	// District is the code of the district, six digits.
	District string
	// DistrictName is what the district is called; empty means its code.
	DistrictName string
	// MaxConns is the most connections in the pool; 0 means 16.
	MaxConns int32
	// ContactKey is the key that reporters' names and phones are encrypted
	// with, 32 bytes, kept outside the database. Without one no contact can be
	// stored or read.
	ContactKey []byte
	// Logger gets warnings; nil means none.
	Logger *slog.Logger
	// Now is the clock that the age of snapshots is measured with; nil means
	// time.Now.
	Now func() time.Time
}

// Store is one district in one database.
type Store struct {
	pool       *pgxpool.Pool
	url        string
	district   string
	acceptKey  int64 // advisory lock: shared while accepting, exclusive while flipping
	writeKey   int64 // advisory lock: one publish or change of duties at a time
	contacts   cipher.AEAD
	contactID  string // names the contact key, and gives nothing of it away
	subjectKey []byte // what erased people are hashed with; nil without a contact key
	followKey  []byte
	log        *slog.Logger
	now        func() time.Time
	onCommit   atomic.Pointer[func()]
	onAccess   atomic.Pointer[AccessWatch]
	rules      atomic.Pointer[rules] // the last ones read
	grids      atomic.Pointer[gridCodes]

	// What was read whole last of what is in force, so that a publish need not.
	boundaries atomic.Pointer[locate.Snapshot]
	duties     atomic.Pointer[patrol.Duties]
}

// The limits that a session of the pool works under. Publishing and importing
// set their own within their transaction.
const (
	statementTimeout = 5 * time.Second
	lockTimeout      = 2 * time.Second
	connectTimeout   = 5 * time.Second
	defaultMaxConns  = 16
)

// searchPath finds our tables first, then the extensions, wherever an operator
// has put them.
const searchPath = "gridpatrol, public, postgis, extensions"

// Open brings the schema up to date (unless told otherwise), connects, and
// makes the district's own rows and keys where they are missing.
func Open(ctx context.Context, c Config) (*Store, error) {
	if c.Logger == nil {
		c.Logger = slog.New(slog.DiscardHandler)
	}
	if c.Now == nil {
		c.Now = time.Now
	}
	if c.DistrictName == "" {
		c.DistrictName = c.District
	}
	s := &Store{url: c.URL, district: c.District, log: c.Logger, now: c.Now}
	s.acceptKey, s.writeKey = lockKey("accept", c.District), lockKey("write", c.District)
	var err error
	if s.contacts, s.contactID, err = contactCipher(c.ContactKey); err != nil {
		return nil, err
	}
	if s.contacts != nil {
		sum := sha256.Sum256(append([]byte("gridpatrol subject key\x00"), c.ContactKey...))
		s.subjectKey = sum[:]
	}
	if !c.SkipMigrate {
		if err := migrateFor(ctx, c.MigrateURL, c.URL); err != nil {
			return nil, err
		}
	}
	if s.pool, err = openPool(ctx, c); err != nil {
		return nil, err
	}
	if err := s.prepare(ctx, c.DistrictName); err != nil {
		s.pool.Close()
		return nil, err
	}
	return s, nil
}

func openPool(ctx context.Context, c Config) (*pgxpool.Pool, error) {
	pc, err := pgxpool.ParseConfig(c.URL)
	if err != nil {
		return nil, fmt.Errorf("database URL: %w: %w", geo.ErrInvalid, err)
	}
	pc.MaxConns = c.MaxConns
	if pc.MaxConns <= 0 {
		pc.MaxConns = defaultMaxConns
	}
	sessionSettings(pc.ConnConfig)
	pc.ConnConfig.RuntimeParams["statement_timeout"] = fmt.Sprint(statementTimeout.Milliseconds())
	pc.ConnConfig.RuntimeParams["lock_timeout"] = fmt.Sprint(lockTimeout.Milliseconds())
	pc.ConnConfig.RuntimeParams["idle_in_transaction_session_timeout"] = "60000"
	pc.AfterConnect = registerTypes
	pool, err := pgxpool.NewWithConfig(ctx, pc)
	if err != nil {
		return nil, wrap("open the database", err)
	}
	if err := pool.Ping(ctx); err != nil {
		pool.Close()
		return nil, wrap("open the database", err)
	}
	return pool, nil
}

// sessionSettings are those that every connection of ours has.
func sessionSettings(c *pgx.ConnConfig) {
	c.ConnectTimeout = connectTimeout
	if c.RuntimeParams == nil {
		c.RuntimeParams = map[string]string{}
	}
	c.RuntimeParams["search_path"] = searchPath
	c.RuntimeParams["timezone"] = "UTC"
	c.RuntimeParams["application_name"] = "gridpatrol"
}

// prepare makes the district's rows and keys where there are none.
func (s *Store) prepare(ctx context.Context, name string) error {
	const sql = `
		INSERT INTO districts (district_code, name) VALUES (@district, @name)
		ON CONFLICT (district_code) DO NOTHING`
	args := pgx.NamedArgs{"district": s.district, "name": name}
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, sql, args); err != nil {
			return err
		}
		_, err := tx.Exec(ctx, `
			INSERT INTO event_cursor (district_code) VALUES (@district)
			ON CONFLICT (district_code) DO NOTHING`, args)
		return err
	})
	if err != nil {
		return wrap("prepare district "+s.district, err)
	}
	if s.followKey, err = s.secret(ctx, "follow"); err != nil {
		return err
	}
	if err := s.ensureDuties(ctx); err != nil {
		return err
	}
	return s.ensureCheckpointKinds(ctx)
}

// Close lets go of every connection. It waits for those in use.
func (s *Store) Close() { s.pool.Close() }

// District is the code of the district the store was opened for.
func (s *Store) District() string { return s.district }

// OnCommit has f called after each commit that others may want to hear of: a
// report, a change of one, a publish, a change of duties. f must return at
// once; it is called from many goroutines. A later call replaces f.
func (s *Store) OnCommit(f func()) { s.onCommit.Store(&f) }

func (s *Store) committed() {
	if f := s.onCommit.Load(); f != nil {
		(*f)()
	}
}

// leaveStandby drops every connection after a write was refused as read-only:
// the server has become a standby, and the next connections find the primary.
func (s *Store) leaveStandby(err error) {
	if state(err) == "25006" {
		s.pool.Reset()
	}
}

// Empty reports whether the district has no boundaries yet.
func (s *Store) Empty(ctx context.Context) (bool, error) {
	n, _, err := s.versions(ctx)
	return n == 0, err
}

// versions reads which boundaries and duties are in force.
func (s *Store) versions(ctx context.Context) (revision int, duties int64, err error) {
	const sql = `SELECT current_revision, duty_version FROM districts WHERE district_code = @district`
	err = s.pool.QueryRow(ctx, sql, pgx.NamedArgs{"district": s.district}).Scan(&revision, &duties)
	return revision, duties, wrap("read what is in force", err)
}

// Ready says whether the store may serve: the database answers, its schema is
// this program's, and it keeps what it has acknowledged. The error says what
// is missing; it is geo.ErrUnavailable.
func (s *Store) Ready(ctx context.Context) error {
	const sql = `
		SELECT current_setting('synchronous_commit'), current_setting('fsync'),
		       pg_is_in_recovery(),
		       coalesce((SELECT max(version_id) FROM goose_db_version WHERE is_applied), 0)`
	var syncCommit, fsync string
	var standby bool
	var schema int64
	if err := s.pool.QueryRow(ctx, sql).Scan(&syncCommit, &fsync, &standby, &schema); err != nil {
		return fmt.Errorf("the database does not answer: %w", errors.Join(geo.ErrUnavailable, err))
	}
	want, err := newestMigration()
	switch {
	case err != nil:
		return err
	case syncCommit == "off":
		return fmt.Errorf("synchronous_commit is off, so acknowledged reports could be lost: turn it on: %w", geo.ErrUnavailable)
	case standby:
		return fmt.Errorf("the database is a standby and takes no reports: %w", geo.ErrUnavailable)
	case schema < want:
		return fmt.Errorf("the schema is at %d and this program needs %d: run gridpatrol migrate: %w", schema, want, geo.ErrUnavailable)
	}
	if fsync == "off" {
		s.log.Warn("fsync is off: a crash of the machine loses data")
	}
	return nil
}
