package pgcluster

import (
	"bytes"
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

func TestDataOutlivesTheCluster(t *testing.T) {
	dir := clusterDir(t)
	begun := time.Now()
	c := mustStart(t, Config{Dir: dir, Settings: map[string]string{}})
	t.Logf("created and started in %v", time.Since(begun))
	for name, want := range map[string]string{
		"fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "listen_addresses": "",
		"server_encoding": "UTF8", "timezone": "UTC",
	} {
		if got := value(t, c, "SELECT current_setting('"+name+"')"); got != want {
			t.Errorf("%s = %q, want %q", name, got, want)
		}
	}
	if got := value(t, c, "SELECT datcollate || ' ' || datctype FROM pg_database WHERE datname = 'template1'"); got != "C.UTF-8 C.UTF-8" {
		t.Errorf("collation and character type = %s, want C.UTF-8 for both", got)
	}
	url, err := c.EnsureDatabase(context.Background(), "town")
	if err != nil {
		t.Fatal(err)
	}
	if again, err := c.EnsureDatabase(context.Background(), "town"); err != nil || again != url {
		t.Fatalf("EnsureDatabase again = %q, %v", again, err)
	}
	conn, err := pgx.Connect(context.Background(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if _, err := conn.Exec(context.Background(), "CREATE EXTENSION postgis; CREATE TABLE kept AS SELECT 1 AS n"); err != nil {
		t.Fatal(err)
	}
	sql(t, c, "CREATE TABLE kept AS SELECT 'here' AS word")
	pid := c.PID()
	mustStop(t, c) // although conn is open
	if alive(pid) {
		t.Error("postgres lives on after Stop")
	}
	select {
	case <-c.Done():
		t.Error("Done is closed after Stop: it is for an unexpected end only")
	default:
	}
	if err := c.Stop(context.Background()); err != nil {
		t.Errorf("second Stop: %v", err)
	}

	begun = time.Now()
	c = mustStart(t, Config{Dir: dir, Settings: map[string]string{}})
	took := time.Since(begun)
	t.Logf("reopened in %v", took)
	if took > time.Second {
		t.Errorf("reopening took %v, want less than a second", took)
	}
	if got := value(t, c, "SELECT word FROM kept"); got != "here" {
		t.Errorf("kept = %q, want here", got)
	}
}

func TestSettingsOverrideDefaults(t *testing.T) {
	t.Parallel()
	c := mustStart(t, Config{Dir: clusterDir(t), Settings: map[string]string{"fsync": "off", "max_connections": "7", "max_wal_senders": "0", "application_name": "it's, \"quoted\""}})
	if got := value(t, c, "SHOW max_connections"); got != "7" {
		t.Errorf("max_connections = %s, want 7", got)
	}
	if got := value(t, c, "SELECT reset_val FROM pg_settings WHERE name = 'application_name'"); got != "it's, \"quoted\"" {
		t.Errorf("application_name = %s", got)
	}
}

func TestAwkwardPaths(t *testing.T) {
	t.Parallel()
	for name, part := range map[string]string{
		"spaces, quotes and Chinese": `双阳 "a" 'b' %41 +#?&`,
		"comma":                      `a,b`,
		"longer than a socket's":     strings.Repeat("long", 25),
	} {
		t.Run(name, func(t *testing.T) {
			dir := filepath.Join(clusterDir(t), part)
			c := mustStart(t, Config{Dir: dir})
			if got := value(t, c, "SELECT 'ok'"); got != "ok" {
				t.Errorf("SELECT = %q", got)
			}
			socketDir := c.socketDir
			info, err := os.Stat(socketDir)
			if err != nil || info.Mode().Perm() != 0o700 {
				t.Errorf("socket directory %v, %v: want mode 0700", info.Mode(), err)
			}
			mustStop(t, c)
			if _, err := os.Stat(socketDir); fitsSocket(filepath.Join(dir, "run")) == os.IsNotExist(err) {
				t.Errorf("socket directory %s after Stop: %v", socketDir, err)
			}
		})
	}
}

func TestRelativeDir(t *testing.T) {
	dir := clusterDir(t)
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir)
	c := mustStart(t, Config{Dir: "state/pg"})
	if got := value(t, c, "SHOW data_directory"); got != filepath.Join(dir, "state/pg/data") {
		t.Errorf("data_directory = %s", got)
	}
}

func TestStopWithoutTimeIsImmediateAndRecovers(t *testing.T) {
	t.Parallel()
	dir := clusterDir(t)
	c := mustStart(t, Config{Dir: dir})
	sql(t, c, "CREATE TABLE kept AS SELECT 'here' AS word")
	if err := c.Stop(expired()); err == nil || strings.Contains(err.Error(), "\n") {
		t.Errorf("Stop with an ended context = %v, want an error of one line", err)
	}
	if left := leftovers(filepath.Join(dir, "data")); len(left) > 0 {
		t.Errorf("processes %v live on after Stop", left)
	}
	c = mustStart(t, Config{Dir: dir})
	if got := value(t, c, "SELECT word FROM kept"); got != "here" {
		t.Errorf("kept = %q, want here", got)
	}
}

// What people wrote must not reach the log with the errors it causes.
func TestLogHoldsNoValues(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	c := mustStart(t, Config{Dir: clusterDir(t), Logger: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))})
	sql(t, c, "CREATE TABLE contact (phone text UNIQUE, born date)", "INSERT INTO contact VALUES ('13900001111')")
	conn, err := pgx.Connect(context.Background(), c.URL("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	for _, failing := range []string{
		"INSERT INTO contact VALUES ('13900001111')",
		"INSERT INTO contact VALUES ('1', 'x13900001111')",
		"SELECT 13900001111 FROM nowhere",
		"DO $$BEGIN RAISE WARNING '13900001111'; END$$",
	} {
		if _, err := conn.Exec(context.Background(), failing); err == nil && !strings.HasPrefix(failing, "DO") {
			t.Errorf("%s succeeded", failing)
		}
	}
	conn.Close(context.Background())
	mustStop(t, c)
	if !strings.Contains(log.String(), "ready to accept connections") {
		t.Errorf("the log misses PostgreSQL's own messages: %s", log.String())
	}
	if strings.Contains(log.String(), "1390000") {
		t.Errorf("a phone number reached the log: %s", log.String())
	}
}

func TestTwoServersOnOneDirectory(t *testing.T) {
	t.Parallel()
	dir := clusterDir(t)
	helper, postgres := startHelper(t, dir)
	wantIn(t, startError(t, Config{Dir: dir}), dir, "in use", strconv.Itoa(helper.Process.Pid))
	if !alive(postgres) {
		t.Fatal("the second server stopped the database of the first")
	}
}
