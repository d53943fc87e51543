// Package pgtest gives each test a PostGIS database of its own, on one private
// cluster a test process, or on the server that GRIDPATROL_TEST_DATABASE_URL
// names (as a user who may create databases). It never skips.
//
// A package whose tests use it has
//
//	func TestMain(m *testing.M) { pgtest.Main(m) }
package pgtest

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/internal/pgcluster"
)

// server is where the databases of this test process live.
type server struct {
	dir      string // of the private cluster, empty with a server from the environment
	cluster  *pgcluster.Cluster
	adminURL string

	mu        sync.Mutex
	templates []string // dropped at the end; a private cluster goes as a whole
}

// startTime is for one start; commandTime for one administrative statement.
const (
	startTime   = 2 * time.Minute
	commandTime = 2 * time.Minute
)

var shared = sync.OnceValues(start)

// used tells Main whether shared was ever called: calling it would start a
// cluster only to stop it.
var used sync.Once
var inUse bool

func instance() (*server, error) {
	used.Do(func() { inUse = true })
	return shared()
}

// Main runs the tests of a package, stops the cluster and exits.
func Main(m *testing.M) {
	code := m.Run()
	used.Do(func() {})
	if inUse {
		if s, err := shared(); err == nil {
			s.stop()
		}
	}
	os.Exit(code)
}

func start() (*server, error) {
	if u := os.Getenv("GRIDPATROL_TEST_DATABASE_URL"); u != "" {
		return &server{adminURL: u}, nil
	}
	dir, err := makeDir()
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), startTime)
	defer cancel()
	c, err := pgcluster.Start(ctx, pgcluster.Config{Dir: dir, Settings: map[string]string{
		"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off",
		"max_connections": "100", "shared_buffers": "128MB", "max_wal_size": "2GB",
		"autovacuum_naptime": "10min",
	}})
	if err != nil {
		os.RemoveAll(dir)
		return nil, err
	}
	return &server{dir: dir, cluster: c, adminURL: c.URL("postgres")}, nil
}

func (s *server) stop() {
	if s.cluster == nil {
		for _, name := range s.templates {
			if err := s.exec("DROP DATABASE IF EXISTS " + quoted(name) + " WITH (FORCE)"); err != nil {
				fmt.Fprintln(os.Stderr, "pgtest:", err)
			}
		}
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	if err := s.cluster.Stop(ctx); err != nil {
		fmt.Fprintln(os.Stderr, "pgtest:", err)
	}
	os.RemoveAll(s.dir)
}

// URL gives a fresh, empty database, dropped when the test ends. The extensions
// postgis, btree_gist and pg_trgm can be created in it.
func URL(t testing.TB) string {
	t.Helper()
	s := mustInstance(t)
	return s.database(t, "")
}

func mustInstance(t testing.TB) *server {
	t.Helper()
	s, err := instance()
	if err != nil {
		t.Fatalf("pgtest: no database for the tests (set GRIDPATROL_TEST_DATABASE_URL to use a server of your own): %v", err)
	}
	return s
}

// database makes a database as a copy of template, or an empty one.
func (s *server) database(t testing.TB, template string) string {
	t.Helper()
	name := newName("test")
	if err := s.create(name, template); err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	t.Cleanup(func() {
		if err := s.exec("DROP DATABASE IF EXISTS " + quoted(name) + " WITH (FORCE)"); err != nil {
			t.Errorf("pgtest: %v", err)
		}
	})
	return s.url(name)
}

// copyBySegments is the size in bytes from which a copy of whole files is
// quicker than one through the write-ahead log.
const copyBySegments = 32 << 20

func (s *server) create(name, template string) error {
	if template == "" {
		return s.exec("CREATE DATABASE " + quoted(name) + " TEMPLATE template0 ENCODING 'UTF8'")
	}
	strategy := "wal_log"
	if size, err := s.size(template); err != nil {
		return err
	} else if size > copyBySegments {
		strategy = "file_copy"
	}
	return s.exec("CREATE DATABASE " + quoted(name) + " TEMPLATE " + quoted(template) + " STRATEGY " + strategy)
}

func (s *server) keep(template string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.templates = append(s.templates, template)
}

func newName(kind string) string {
	return fmt.Sprintf("gridpatrol_%s_%d_%s", kind, os.Getpid(), strings.ToLower(rand.Text()[:10]))
}

func quoted(name string) string { return pgx.Identifier{name}.Sanitize() }

// url is the admin URL with another database.
func (s *server) url(name string) string {
	u, err := url.Parse(s.adminURL)
	if err != nil || u.Scheme == "" {
		return s.adminURL + " dbname=" + name // a keyword/value string: the last one counts
	}
	u.Path = "/" + name
	return u.String()
}

func (s *server) size(database string) (bytes int64, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), commandTime)
	defer cancel()
	conn, err := pgx.Connect(ctx, s.adminURL)
	if err != nil {
		return 0, err
	}
	defer conn.Close(ctx)
	err = conn.QueryRow(ctx, "SELECT pg_database_size($1)", database).Scan(&bytes)
	return bytes, err
}

// exec runs one statement on a connection of its own, outside a transaction.
func (s *server) exec(sql string) error {
	ctx, cancel := context.WithTimeout(context.Background(), commandTime)
	defer cancel()
	conn, err := pgx.Connect(ctx, s.adminURL)
	if err != nil {
		return err
	}
	defer conn.Close(ctx)
	if _, err := conn.Exec(ctx, sql); err != nil {
		return fmt.Errorf("%s: %w", sql, err)
	}
	return nil
}
