package pgtest_test

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5"

	"github.com/gridpatrol/gridpatrol/internal/pgcluster/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func connect(t *testing.T, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(context.Background(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close(context.Background()) })
	return conn
}

func TestURLGivesEmptyDatabaseWithItsExtensions(t *testing.T) {
	ctx := context.Background()
	a, b := connect(t, pgtest.URL(t)), connect(t, pgtest.URL(t))
	for _, ext := range []string{"postgis", "btree_gist", "pg_trgm"} {
		if _, err := a.Exec(ctx, "CREATE EXTENSION "+ext); err != nil {
			t.Fatal(err)
		}
	}
	var m float64
	var trigrams int
	err := a.QueryRow(ctx, `SELECT ST_Distance('POINT(125 43)'::geography, 'POINT(125 44)'::geography),
		cardinality(show_trgm('双阳区'))`).Scan(&m, &trigrams)
	if err != nil || m < 111e3 || m > 112e3 {
		t.Fatalf("a degree of latitude = %v m, %v; want about 111 km", m, err)
	}
	if trigrams == 0 {
		t.Error("pg_trgm finds nothing in Chinese text: the cluster's character type is wrong")
	}
	var extensions int
	if err := b.QueryRow(ctx, "SELECT count(*) FROM pg_extension WHERE extname <> 'plpgsql'").Scan(&extensions); err != nil || extensions != 0 {
		t.Fatalf("the second database has %d extensions, %v; want its own, empty", extensions, err)
	}
}

func TestDatabaseIsDroppedWithItsTest(t *testing.T) {
	var url string
	t.Run("inner", func(t *testing.T) { url = pgtest.URL(t) })
	if conn, err := pgx.Connect(context.Background(), url); err == nil {
		conn.Close(context.Background())
		t.Fatal("the database of a test that has ended still exists")
	}
}

func TestTemplateIsBuiltOnceAndCopied(t *testing.T) {
	ctx := context.Background()
	built := 0
	copyOf := func() *pgx.Conn {
		return connect(t, pgtest.Template(t, "numbers", func(url string) error {
			built++
			conn, err := pgx.Connect(ctx, url)
			if err != nil {
				return err
			}
			defer conn.Close(ctx)
			_, err = conn.Exec(ctx, "CREATE TABLE n AS SELECT generate_series(1, 1000) AS i")
			return err
		}))
	}
	a, b := copyOf(), copyOf()
	if _, err := a.Exec(ctx, "DELETE FROM n"); err != nil {
		t.Fatal(err)
	}
	var n int
	if err := b.QueryRow(ctx, "SELECT count(*) FROM n").Scan(&n); err != nil || n != 1000 || built != 1 {
		t.Fatalf("second copy has %d rows (%v) after %d builds, want 1000 after 1", n, err, built)
	}
}
