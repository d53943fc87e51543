package chaos

import (
	"context"
	"encoding/binary"
	"errors"
	"net"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/gridpatrol/gridpatrol/internal/pgcluster/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// rig is a database with a table, a proxy before it, and a way round it.
type rig struct {
	*Proxy
	url    string // through the proxy
	direct *pgx.Conn
}

func newRig(t *testing.T) *rig {
	t.Helper()
	url := pgtest.URL(t)
	direct, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { direct.Close(context.Background()) })
	if _, err := direct.Exec(t.Context(), `CREATE TABLE t (id int)`); err != nil {
		t.Fatal(err)
	}
	p, err := New(url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Close(); err != nil {
			t.Errorf("Close = %v", err)
		}
	})
	through, err := p.URL(url)
	if err != nil {
		t.Fatal(err)
	}
	return &rig{p, through, direct}
}

func (r *rig) connect(t *testing.T) *pgx.Conn {
	t.Helper()
	c, err := pgx.Connect(t.Context(), r.url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close(context.Background()) })
	return c
}

// rows counts what is in the table, round the proxy.
func (r *rig) rows(t *testing.T) (n int) {
	t.Helper()
	if err := r.direct.QueryRow(t.Context(), `SELECT count(*) FROM t`).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

const insert = `INSERT INTO t VALUES ($1)`

// The ways in which a client may commit. Each has written a row when it is done.
var ways = map[string]func(ctx context.Context, c *pgx.Conn) error{
	"transaction": func(ctx context.Context, c *pgx.Conn) error {
		return pgx.BeginFunc(ctx, c, func(tx pgx.Tx) error {
			_, err := tx.Exec(ctx, insert, 1)
			return err
		})
	},
	"one statement": func(ctx context.Context, c *pgx.Conn) error {
		_, err := c.Exec(ctx, insert, 1)
		return err
	},
	"one simple statement": func(ctx context.Context, c *pgx.Conn) error {
		_, err := c.Exec(ctx, insert, pgx.QueryExecModeSimpleProtocol, 1)
		return err
	},
	"batch": func(ctx context.Context, c *pgx.Conn) error {
		b := &pgx.Batch{}
		b.Queue(`SELECT 1`)
		b.Queue(insert, 1)
		return c.SendBatch(ctx, b).Close()
	},
	"batch with begin and commit": func(ctx context.Context, c *pgx.Conn) error {
		b := &pgx.Batch{}
		b.Queue(`BEGIN`)
		b.Queue(insert, 1)
		b.Queue(`COMMIT`)
		return c.SendBatch(ctx, b).Close()
	},
	"batch in a transaction": func(ctx context.Context, c *pgx.Conn) error {
		return pgx.BeginFunc(ctx, c, func(tx pgx.Tx) error {
			b := &pgx.Batch{}
			b.Queue(insert, 1)
			return tx.SendBatch(ctx, b).Close()
		})
	},
}

func TestCutAfterCommit(t *testing.T) {
	for name, commit := range ways {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := newRig(t)
			c := r.connect(t)
			for range 2 { // the second with statements that are prepared already
				if err := commit(t.Context(), c); err != nil {
					t.Fatal(err)
				}
			}
			if n, cut := r.Commits(); n != 2 || cut != 0 {
				t.Errorf("Commits = %d, %d, want 2, 0", n, cut)
			}
			r.CutAfterCommit(1)
			if err := commit(t.Context(), c); err == nil {
				t.Error("client heard of its commit")
			}
			if n := r.rows(t); n != 3 {
				t.Errorf("%d rows, want 3: the commit was done", n)
			}
			if n, cut := r.Commits(); n != 3 || cut != 1 {
				t.Errorf("Commits = %d, %d, want 3, 1", n, cut)
			}
			if err := commit(t.Context(), r.connect(t)); err != nil {
				t.Errorf("commit after the one to be cut = %v", err)
			}
		})
	}
}

// What commits nothing is not cut.
func TestCutAfterCommitSparesTheRest(t *testing.T) {
	r := newRig(t)
	c := r.connect(t)
	r.CutAfterCommit(1)
	if _, err := c.Exec(t.Context(), `SELECT 1`); err != nil {
		t.Error(err)
	}
	if _, err := c.Exec(t.Context(), `SELECT count(*) FROM t WHERE id = $1`, 1); err != nil {
		t.Error(err)
	}
	tx, err := c.Begin(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := tx.Exec(t.Context(), insert, 1); err != nil {
		t.Error(err)
	}
	if err := tx.Rollback(t.Context()); err != nil {
		t.Error(err)
	}
	if n, cut := r.Commits(); n != 0 || cut != 0 {
		t.Errorf("Commits = %d, %d, want none", n, cut)
	}
}

func TestBlackHole(t *testing.T) {
	r := newRig(t)
	c := r.connect(t)
	r.BlackHole(true)
	done := make(chan error, 2)
	var wg sync.WaitGroup
	wg.Go(func() { _, err := c.Exec(t.Context(), insert, 1); done <- err })
	wg.Go(func() {
		c, err := pgx.Connect(t.Context(), r.url)
		if err == nil {
			err = c.Close(t.Context())
		}
		done <- err
	})
	select {
	case err := <-done:
		t.Errorf("something came through the black hole: %v", err)
	case <-time.After(200 * time.Millisecond):
	}
	if n := r.rows(t); n != 0 {
		t.Errorf("%d rows, want none", n)
	}
	r.BlackHole(false)
	for range 2 {
		if err := <-done; err != nil {
			t.Errorf("after the black hole: %v", err)
		}
	}
	wg.Wait()
	if n := r.rows(t); n != 1 {
		t.Errorf("%d rows, want 1", n)
	}
}

// Cutting and closing work in the dark too.
func TestCutInBlackHole(t *testing.T) {
	r := newRig(t)
	c := r.connect(t)
	r.BlackHole(true)
	done := make(chan error)
	go func() { _, err := c.Exec(context.Background(), insert, 1); done <- err }()
	time.Sleep(50 * time.Millisecond)
	r.CutAll()
	if err := <-done; err == nil {
		t.Error("statement on a cut connection = nil, want an error")
	}
}

func TestCutAll(t *testing.T) {
	r := newRig(t)
	pool, err := pgxpool.New(t.Context(), r.url)
	if err != nil {
		t.Fatal(err)
	}
	defer pool.Close()
	var conns []*pgxpool.Conn
	for range 4 {
		c, err := pool.Acquire(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		conns = append(conns, c)
	}
	if n := r.Connections(); n != 4 {
		t.Errorf("Connections = %d, want 4", n)
	}
	r.CutAll()
	for _, c := range conns {
		if _, err := c.Exec(t.Context(), `SELECT 1`); err == nil {
			t.Error("statement on a cut connection = nil, want an error")
		}
		c.Release()
	}
	if _, err := pool.Exec(t.Context(), insert, 1); err != nil {
		t.Errorf("statement on a new connection = %v", err)
	}
}

// A client's cancel request goes through.
func TestCancel(t *testing.T) {
	r := newRig(t)
	c := r.connect(t)
	done := make(chan error)
	start := time.Now()
	go func() { _, err := c.Exec(context.Background(), `SELECT pg_sleep(20)`); done <- err }()
	time.Sleep(100 * time.Millisecond)
	if err := c.PgConn().CancelRequest(t.Context()); err != nil {
		t.Error(err)
	}
	if err := <-done; err == nil || time.Since(start) > 10*time.Second {
		t.Errorf("cancelled statement = %v after %v", err, time.Since(start))
	}
}

func TestURL(t *testing.T) {
	p, err := New("host=/run/somewhere port=5444 user=u dbname=d")
	if err != nil {
		t.Fatal(err)
	}
	defer p.Close()
	if p.network != "unix" || p.address != "/run/somewhere/.s.PGSQL.5444" {
		t.Errorf("target = %s %s", p.network, p.address)
	}
	for in, want := range map[string]string{
		"postgres://u:p@db.example:5433/d?sslmode=require&application_name=x": "postgres://u:p@" + p.Addr() + "/d?application_name=x&sslmode=disable",
		"postgres://u@/d?host=/run/somewhere&port=5444":                       "postgres://u@" + p.Addr() + "/d?sslmode=disable",
		"host=/run/somewhere dbname=d":                                        "host=/run/somewhere dbname=d host=127.0.0.1 port=" + p.Addr()[len("127.0.0.1:"):] + " sslmode=disable",
	} {
		if got, err := p.URL(in); err != nil || got != want {
			t.Errorf("URL(%s) = %s, %v, want %s", in, got, err, want)
		}
	}
	if _, err := New("postgres://u@h:notaport/"); err == nil {
		t.Error("New of nonsense = nil, want an error")
	}
}

// Who does not speak PostgreSQL is cut, and harms nobody.
func TestNoPostgreSQLClient(t *testing.T) {
	r := newRig(t)
	for _, first := range [][]byte{[]byte("GET / HTTP/1.1\r\n\r\n"), binary.BigEndian.AppendUint32(nil, 3), {}} {
		c, err := net.Dial("tcp", r.Addr())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := c.Write(append(first, 0, 0, 0, 0)); err != nil {
			t.Fatal(err)
		}
		_ = c.SetReadDeadline(time.Now().Add(200 * time.Millisecond))
		if n, err := c.Read(make([]byte, 1)); n != 0 || errors.Is(err, nil) {
			t.Errorf("read = %d, %v, want an end", n, err)
		}
		c.Close()
	}
	if err := r.connect(t).Ping(t.Context()); err != nil {
		t.Error(err)
	}
}
