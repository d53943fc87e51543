package postgis

import (
	"context"
	"errors"
	"net/url"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/internal/pgcluster/pgtest"
)

func TestMigrateTwice(t *testing.T) {
	t.Parallel()
	url := pgtest.URL(t)
	for range 2 {
		if err := Migrate(t.Context(), url); err != nil {
			t.Fatal(err)
		}
	}
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	want, err := newestMigration()
	if err != nil {
		t.Fatal(err)
	}
	var got int64
	if err := conn.QueryRow(t.Context(), `SELECT max(version_id) FROM gridpatrol.goose_db_version`).Scan(&got); err != nil || got != want {
		t.Errorf("the schema is at %d, %v; want %d", got, err, want)
	}
}

// migrateEnv has this test binary migrate a database and stop: a second process.
const migrateEnv = "GRIDPATROL_TEST_MIGRATE"

func TestMigrateFromProcessesAtOnce(t *testing.T) {
	if url := os.Getenv(migrateEnv); url != "" {
		s, err := Open(t.Context(), testConfig(url))
		if err != nil {
			t.Fatal(err)
		}
		s.Close()
		return
	}
	t.Parallel()
	database := pgtest.URL(t)
	const processes = 3
	done := make(chan error, processes)
	for range processes {
		cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^TestMigrateFromProcessesAtOnce$")
		cmd.Env = append(os.Environ(), migrateEnv+"="+database)
		go func() {
			out, err := cmd.CombinedOutput()
			if err != nil {
				t.Logf("%s", out)
			}
			done <- err
		}()
	}
	for range processes {
		if err := <-done; err != nil {
			t.Errorf("a process failed to open the database: %v", err)
		}
	}
	s, err := Open(t.Context(), testConfig(database))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if _, version, err := s.versions(t.Context()); err != nil || version != 1 {
		t.Errorf("the default rules were entered %d times, %v; want once", version, err)
	}
}

func TestOpenErrors(t *testing.T) {
	t.Parallel()
	if _, err := Open(t.Context(), Config{URL: "postgres://nobody@127.0.0.1:1/none", District: testDistrict}); !errors.Is(err, geo.ErrUnavailable) {
		t.Errorf("no server there: %v, want geo.ErrUnavailable", err)
	}
	if _, err := Open(t.Context(), Config{URL: "postgres://%zz", District: testDistrict}); !errors.Is(err, geo.ErrInvalid) {
		t.Errorf("a broken URL: %v, want geo.ErrInvalid", err)
	}
	if _, err := Open(t.Context(), Config{URL: emptyURL(t), District: testDistrict, ContactKey: []byte("short")}); !errors.Is(err, geo.ErrInvalid) {
		t.Errorf("a short contact key: %v, want geo.ErrInvalid", err)
	}
}

func TestReady(t *testing.T) {
	t.Parallel()
	database := emptyURL(t)
	admin, err := pgx.Connect(t.Context(), database)
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close(context.Background())
	ready := func(setting string) error {
		name := pgx.Identifier{admin.Config().Database}.Sanitize()
		if _, err := admin.Exec(t.Context(), `ALTER DATABASE `+name+` SET synchronous_commit = `+setting); err != nil {
			t.Fatal(err)
		}
		return openWorld(t, database).Ready(t.Context())
	}
	if err := ready("on"); err != nil {
		t.Errorf("Ready = %v, want nil", err)
	}
	if err := ready("off"); !errors.Is(err, geo.ErrUnavailable) || !strings.Contains(err.Error(), "synchronous_commit") {
		t.Errorf("Ready with synchronous_commit off = %v", err)
	}
	if err := ready("on"); err != nil {
		t.Errorf("Ready = %v, want nil", err)
	}
	if _, err := admin.Exec(t.Context(), `DELETE FROM gridpatrol.goose_db_version WHERE version_id > 5`); err != nil {
		t.Fatal(err)
	}
	if err := ready("on"); !errors.Is(err, geo.ErrUnavailable) || !strings.Contains(err.Error(), "schema") {
		t.Errorf("Ready with an old schema = %v", err)
	}
	w := openWorld(t, townURL(t))
	if _, err := w.pool.Exec(t.Context(), `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database()`); err == nil {
		t.Error("the session that ended itself lives on")
	}
	if err := w.Ready(t.Context()); err != nil && !errors.Is(err, geo.ErrUnavailable) {
		t.Errorf("Ready after the connections were cut = %v", err)
	}
}

func TestNewerSchema(t *testing.T) {
	t.Parallel()
	database := emptyURL(t)
	openWorld(t, database)
	admin, err := pgx.Connect(t.Context(), database)
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close(context.Background())
	if _, err := admin.Exec(t.Context(), `INSERT INTO gridpatrol.goose_db_version (version_id, is_applied) VALUES (9999, true)`); err != nil {
		t.Fatal(err)
	}
	if err := Migrate(t.Context(), database); !errors.Is(err, geo.ErrConflict) || !strings.Contains(err.Error(), "newer") {
		t.Errorf("Migrate of a schema from the future = %v, want a conflict that says it is newer", err)
	}
}

func TestTwoRoles(t *testing.T) {
	t.Parallel()
	owner := pgtest.URL(t)
	admin, err := pgx.Connect(t.Context(), owner)
	if err != nil {
		t.Fatal(err)
	}
	defer admin.Close(context.Background())
	role := "app_" + strings.ToLower(admin.Config().Database)
	if _, err := admin.Exec(t.Context(), `CREATE ROLE `+pgx.Identifier{role}.Sanitize()+` LOGIN`); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		conn, err := pgx.Connect(context.Background(), owner)
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close(context.Background())
		name := pgx.Identifier{role}.Sanitize()
		if _, err := conn.Exec(context.Background(), `DROP OWNED BY `+name+`; DROP ROLE `+name); err != nil {
			t.Error(err)
		}
	})
	app, err := url.Parse(owner)
	if err != nil {
		t.Fatal(err)
	}
	app.User = url.User(role)
	q := app.Query()
	if q.Has("user") {
		q.Set("user", role)
		app.RawQuery = q.Encode()
	}
	c := testConfig(app.String())
	c.MigrateURL = owner
	s, err := Open(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	w := &world{Store: s, b: NewBoundaries(s)}
	if w.d, err = NewDuties(s); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Publish(t.Context(), Publication{Areas: town(2)}); err != nil {
		t.Fatal(err)
	}
	w.refresh(t)
	w.accept(t, w.intake(t, place(1, 1), "k"))
	// Months of fixes come and go, though its role changes no table by itself.
	tracks := NewTracks(w.Store, w.b, TracksConfig{Coarsen: 30 * day, Erase: 180 * day})
	if _, _, err := tracks.Forget(t.Context(), time.Now()); err != nil || tracks.MakeMonths(t.Context(), time.Now()) != nil || tracks.CatchUp(t.Context()) != nil {
		t.Errorf("tracks with the app's role: %v, %v", err, tracks.MakeMonths(t.Context(), time.Now()))
	}
	if n := w.count(t, `SELECT count(*) FROM pg_inherits WHERE inhparent = 'track_fixes'::regclass`); n != 4 {
		t.Errorf("%d partitions of fixes, want three months and the rest", n)
	}
	alone := testConfig(app.String()) // another start, without the owner's URL
	second, err := Open(t.Context(), alone)
	if err != nil {
		t.Errorf("Open with the app's role on a schema that is up to date: %v", err)
	} else {
		second.Close()
	}
	if d, err := w.Diagnose(t.Context()); err != nil || d.MayChangeSchema || d.MayRewriteHistory {
		t.Errorf("the server's role may change the schema %v, history %v, %v; want neither", d.MayChangeSchema, d.MayRewriteHistory, err)
	}
	for _, sql := range []string{
		`UPDATE audit SET action = 'x' WHERE district_code = '220112'`,
		`UPDATE audit_seals SET founding = true WHERE district_code = '220112'`,
		`DELETE FROM audit_seals WHERE district_code = '220112'`,
		`DELETE FROM revisions WHERE district_code = '220112'`,
		`DELETE FROM decisions WHERE district_code = '220112'`,
		`CREATE TABLE gridpatrol.more (id int)`,
		`DROP TABLE track_fixes_other`,
		`DROP TABLE audit`,
	} {
		if err := w.exec(t, sql); state(err) != "42501" {
			t.Errorf("%s as the server's role: %v, want a refusal", sql, err)
		}
	}
}
