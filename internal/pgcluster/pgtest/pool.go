package pgtest

import (
	"context"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
)

// Pool gives a pool of at most so many connections to a database of the test's
// own, as URL gives one. It is closed when the test ends.
func Pool(tb testing.TB, connections int32) *pgxpool.Pool {
	tb.Helper()
	c, err := pgxpool.ParseConfig(URL(tb))
	if err != nil {
		tb.Fatal(err)
	}
	c.MaxConns = connections
	pool, err := pgxpool.NewWithConfig(context.Background(), c)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(pool.Close)
	return pool
}
