package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"golang.org/x/sync/errgroup"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/internal/pgcluster"
	"github.com/gridpatrol/gridpatrol/postgis"
)

const writers = 16

// TestKillsLoseNothing kills the database, the server and both, again and
// again, while clients send reports with keys and repeat what was not answered.
// Whatever was answered with 201 must be in the database exactly once.
func TestKillsLoseNothing(t *testing.T) {
	dir := prepareDataDir(t)
	s := startProgram(t, dir)
	book := newLedger()
	ctx, stop := context.WithCancel(context.Background())
	defer stop()
	var writing sync.WaitGroup
	for range writers {
		writing.Go(func() { sendUntil(ctx, s.url, true, book) })
	}
	for round, kill := range []func(){
		func() { killPostgres(t, dir) },
		func() { s.kill(t); s.start(t) },
		func() { killPostgres(t, dir); s.kill(t); s.start(t) },
		func() { s.kill(t); killPostgres(t, dir); s.start(t) },
		func() { killPostgres(t, dir) },
	} {
		time.Sleep(700 * time.Millisecond)
		kill()
		before := book.answered() // what was under way may still be answered
		s.awaitReady(t)
		eventually(t, fmt.Sprintf("reports are answered after kill %d", round+1), func() bool { return book.answered() > before+writers })
	}
	stop()
	writing.Wait()
	lost, doubled, strangers := book.compare(t, dir)
	t.Logf("%d answered with 201, %d requests repeated, 5 kills", book.answered(), book.repeats)
	if len(lost)+len(doubled)+len(strangers) > 0 {
		t.Errorf("after the kills: lost %v, doubled %v, under another id %v; want none", lost, doubled, strangers)
	}
	s.stop(t)
	var said, messages bytes.Buffer
	if code := run(context.Background(), []string{"audit", "verify", "--data-dir", dir}, &said, &messages); code != 0 || strings.Contains(said.String(), " wait for") || strings.Contains(said.String(), " 0 heads") {
		t.Errorf("after the kills audit verify = %d: %s%s, want every line sealed once and every head found", code, &said, &messages)
	} else {
		t.Logf("%s", &said)
	}
}

// TestWithoutKeysKillsDouble is the control of the test above: clients that
// repeat without a key must leave doubles, or it could not have seen any.
func TestWithoutKeysKillsDouble(t *testing.T) {
	dir := prepareDataDir(t)
	s := startProgram(t, dir)
	book := newLedger()
	deadline := time.Now().Add(60 * time.Second)
	for {
		ctx, stop := context.WithCancel(context.Background())
		var writing sync.WaitGroup
		for range writers {
			writing.Go(func() { sendUntil(ctx, s.url, false, book) })
		}
		time.Sleep(300 * time.Millisecond)
		s.kill(t)
		s.start(t)
		s.awaitReady(t)
		time.Sleep(300 * time.Millisecond)
		stop()
		writing.Wait()
		if _, doubled, _ := book.compare(t, dir); len(doubled) > 0 {
			t.Logf("%d reports doubled without keys, as they must", len(doubled))
			break
		}
		if time.Now().After(deadline) {
			t.Fatal("no report was doubled although clients repeated without keys: the check above proves nothing")
		}
	}
	s.stop(t)
}

// TestAsynchronousCommitLoses is the other control: with synchronous_commit
// off a killed database must lose reports that were acknowledged.
func TestAsynchronousCommitLoses(t *testing.T) {
	ctx := context.Background()
	dir := prepareDataDir(t)
	cluster, err := pgcluster.Start(ctx, pgcluster.Config{
		Dir:      clusterDir(dir),
		Settings: map[string]string{"synchronous_commit": "off", "wal_writer_delay": "10s"},
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { cluster.Stop(ctx) }()
	deadline := time.Now().Add(60 * time.Second)
	for {
		acknowledged := acceptUntilKilled(t, cluster, dir)
		if err := cluster.Restart(ctx); err != nil {
			t.Fatal(err)
		}
		lost := 0
		for _, id := range acknowledged {
			if count(t, cluster.URL(databaseName), "SELECT count(*) FROM gridpatrol.reports WHERE id = $1", id) == 0 {
				lost++
			}
		}
		if lost > 0 {
			t.Logf("%d of %d acknowledged reports lost without synchronous commit, as they must be", lost, len(acknowledged))
			return
		}
		if time.Now().After(deadline) {
			t.Fatal("nothing was lost without synchronous commit: the kills above prove nothing")
		}
	}
}

// acceptUntilKilled stores reports from 16 goroutines, kills the database, and
// gives the ids whose storing was acknowledged.
func acceptUntilKilled(t *testing.T, cluster *pgcluster.Cluster, dir string) []geo.ID {
	ctx := context.Background()
	store, err := postgis.Open(ctx, postgis.Config{URL: cluster.URL(databaseName), District: "220112", MaxConns: writers})
	if err != nil {
		t.Fatal(err)
	}
	defer store.Close()
	in := newIntakes(t, store)
	var mu sync.Mutex
	var acknowledged []geo.ID
	var group errgroup.Group
	for range writers {
		group.Go(func() error {
			for {
				report := in.next()
				if _, _, err := store.Accept(ctx, report); err != nil {
					return nil // the database is gone
				}
				mu.Lock()
				acknowledged = append(acknowledged, report.Report.ID)
				mu.Unlock()
			}
		})
	}
	time.Sleep(400 * time.Millisecond)
	killPostgres(t, dir)
	group.Wait()
	<-cluster.Done()
	return acknowledged
}

// ledger is what the clients know: which key was answered with which report.
type ledger struct {
	mu      sync.Mutex
	ids     map[string]string
	repeats int
}

func newLedger() *ledger { return &ledger{ids: make(map[string]string)} }

func (l *ledger) answered() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.ids)
}

// compare reads the database and gives the keys whose report is missing, is
// there more than once, or has another id than the client was told.
func (l *ledger) compare(t *testing.T, dir string) (lost, doubled, strangers []string) {
	t.Helper()
	ctx := context.Background()
	var conn *pgx.Conn
	eventually(t, "the database takes connections", func() bool {
		url, ok := pgcluster.Running(clusterDir(dir), databaseName)
		if !ok {
			return false
		}
		var err error
		conn, err = pgx.Connect(ctx, url)
		return err == nil
	})
	defer conn.Close(ctx)
	rows, err := conn.Query(ctx, "SELECT description, id::text FROM gridpatrol.reports")
	if err != nil {
		t.Fatal(err)
	}
	stored := make(map[string][]string)
	var key, id string
	if _, err := pgx.ForEachRow(rows, []any{&key, &id}, func() error {
		stored[key] = append(stored[key], id)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for key, id := range l.ids {
		if len(stored[key]) == 0 {
			lost = append(lost, key)
		} else if stored[key][0] != id {
			strangers = append(strangers, key)
		}
	}
	for key, ids := range stored {
		if len(ids) > 1 {
			doubled = append(doubled, key)
		}
	}
	return lost, doubled, strangers
}

// sendUntil is one client: it sends report after report, each until it is
// answered with 201, and enters the answers into the ledger.
func sendUntil(ctx context.Context, url string, withKey bool, book *ledger) {
	client := &http.Client{Timeout: 4 * time.Second}
	for ctx.Err() == nil {
		key := uuid.NewString()
		body := fmt.Appendf(nil, `{"category":"infrastructure","description":%q,"lon":125.66,"lat":43.52}`, key)
		for try := 0; ; try++ {
			if id, err := send(client, url, body, key, withKey); err == nil {
				book.mu.Lock()
				book.ids[key] = id
				book.repeats += try
				book.mu.Unlock()
				break
			}
			if ctx.Err() != nil {
				return // unanswered: nobody was promised anything
			}
			time.Sleep(30 * time.Millisecond)
		}
	}
}

func send(client *http.Client, url string, body []byte, key string, withKey bool) (id string, err error) {
	r, err := http.NewRequest(http.MethodPost, url+"/api/v1/reports", bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	r.Header.Set("Content-Type", "application/json")
	if withKey {
		r.Header.Set("Idempotency-Key", key)
	}
	resp, err := client.Do(r)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(resp.Body)
	if err != nil {
		return "", err
	}
	if resp.StatusCode != http.StatusCreated {
		return "", fmt.Errorf("%s: %s", resp.Status, answer)
	}
	var report struct{ ID string }
	return report.ID, json.Unmarshal(answer, &report)
}

// programUnderTest is this program as a process of its own.
type programUnderTest struct {
	dir, listen, url string
	cmd              *exec.Cmd
	log              *os.File
}

func startProgram(t *testing.T, dir string) *programUnderTest {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &programUnderTest{dir: dir, listen: l.Addr().String(), url: "http://" + l.Addr().String()}
	l.Close()
	if s.log, err = os.Create(filepath.Join(t.TempDir(), "log")); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		s.cmd.Process.Kill()
		s.cmd.Wait()
		if t.Failed() {
			text, _ := os.ReadFile(s.log.Name())
			t.Logf("the server said:\n%s", text[max(0, len(text)-8000):])
		}
		s.log.Close()
	})
	s.start(t)
	s.awaitReady(t)
	return s
}

func (s *programUnderTest) start(t *testing.T) {
	t.Helper()
	s.cmd = exec.Command(os.Args[0], "serve", "--data-dir", s.dir, "--listen", s.listen, "--report-rate", "0", "--log-level", "warn")
	s.cmd.Env = append(os.Environ(), asProgram+"=1")
	s.cmd.Stdout, s.cmd.Stderr = s.log, s.log
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
}

func (s *programUnderTest) kill(t *testing.T) {
	t.Helper()
	if err := s.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	s.cmd.Wait()
}

func (s *programUnderTest) stop(t *testing.T) {
	t.Helper()
	if err := s.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := s.cmd.Wait(); err != nil {
		t.Errorf("stopped by a signal the server ends with %v, want a clean exit", err)
	}
}

func (s *programUnderTest) awaitReady(t *testing.T) {
	t.Helper()
	eventually(t, "the server is ready", func() bool {
		resp, err := http.Get(s.url + "/readyz")
		if err != nil {
			return false
		}
		resp.Body.Close()
		return resp.StatusCode == http.StatusOK
	})
}

// killPostgres kills the postmaster of a private cluster; its children end
// when they see that it has.
func killPostgres(t *testing.T, dir string) {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(clusterDir(dir), "data", "postmaster.pid"))
	if errors.Is(err, os.ErrNotExist) {
		return // it has just stopped by itself
	}
	if err != nil {
		t.Fatal(err)
	}
	line, _, _ := strings.Cut(string(text), "\n")
	pid, err := strconv.Atoi(line)
	if err != nil || pid <= 1 {
		t.Fatalf("postmaster.pid begins with %q", line)
	}
	if err := syscall.Kill(pid, syscall.SIGKILL); err != nil && !errors.Is(err, syscall.ESRCH) {
		t.Fatal(err)
	}
}

// prepareDataDir makes a data directory with the demo's boundaries and duties.
func prepareDataDir(t *testing.T) string {
	t.Helper()
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "gp")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	c := Common{DataDir: dir, District: "220112"}
	log := slog.New(slog.DiscardHandler)
	db, err := c.openDatabase(ctx, log, own)
	if err != nil {
		t.Fatal(err)
	}
	store, err := c.openStore(ctx, db.url, dir, log, 4)
	if err != nil {
		t.Fatal(errors.Join(err, db.close(ctx)))
	}
	err = publishDistrict(ctx, store)
	store.Close()
	if err := errors.Join(err, db.close(ctx)); err != nil {
		t.Fatal(err)
	}
	return dir
}

func count(t *testing.T, url, sql string, args ...any) (n int) {
	t.Helper()
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(ctx)
	if err := conn.QueryRow(ctx, sql, args...).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}

func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !ok(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not within 30 s: %s", what)
		}
	}
}
