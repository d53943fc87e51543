package pgcluster

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// helperDir names, in the environment of a copy of this test program, the
// directory on which that copy only starts a cluster, to be killed.
const helperDir = "PGCLUSTER_TEST_HELPER_DIR"

func TestMain(m *testing.M) {
	if dir := os.Getenv(helperDir); dir != "" {
		c, err := Start(context.Background(), Config{Dir: dir, Settings: quick})
		if err != nil {
			fmt.Println("error:", err)
			os.Exit(1)
		}
		fmt.Println(c.PID())
		select {}
	}
	os.Exit(m.Run())
}

// quick leaves out the waiting for the disk where a test kills processes, not
// the machine.
var quick = map[string]string{"fsync": "off"}

// startHelper starts a cluster in dir from another process of ours.
func startHelper(t *testing.T, dir string) (helper *exec.Cmd, postgres int) {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	helper = exec.Command(self)
	helper.Env = append(os.Environ(), helperDir+"="+dir)
	helper.Stderr = os.Stderr
	out, err := helper.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := helper.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { helper.Process.Kill(); helper.Wait() })
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("the helper said %q: %v", line, err)
	}
	if postgres, err = strconv.Atoi(strings.TrimSpace(line)); err != nil {
		t.Fatalf("the helper said %q", line)
	}
	return helper, postgres
}

// clusterDir is a folder that an unprivileged postgres can enter.
func clusterDir(t *testing.T) string {
	t.Helper()
	// Not t.TempDir: with a long test name it is too long for a socket, which is
	// a case of its own.
	dir, err := os.MkdirTemp("", "pgc-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	if err := os.Chmod(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(dir, "pg")
}

// mustStart starts a cluster that is stopped with the test.
func mustStart(t *testing.T, cfg Config) *Cluster {
	t.Helper()
	if cfg.Settings == nil {
		cfg.Settings = quick
	}
	c, err := Start(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Stop(context.Background()) })
	return c
}

func mustStop(t *testing.T, c *Cluster) {
	t.Helper()
	if err := c.Stop(context.Background()); err != nil {
		t.Fatal(err)
	}
}

// startError is the error of a start that must fail; one line, always.
func startError(t *testing.T, cfg Config) string {
	t.Helper()
	c, err := Start(t.Context(), cfg)
	if err == nil {
		c.Stop(t.Context())
		t.Fatal("Start succeeded, want an error")
	}
	if strings.Contains(err.Error(), "\n") {
		t.Errorf("the error has several lines: %q", err)
	}
	t.Logf("%v", err)
	return err.Error()
}

func wantIn(t *testing.T, text string, parts ...string) {
	t.Helper()
	for _, p := range parts {
		if !strings.Contains(text, p) {
			t.Errorf("%q does not say %q", text, p)
		}
	}
}

// sql runs statements on the database postgres of c.
func sql(t *testing.T, c *Cluster, statements ...string) {
	t.Helper()
	conn, err := pgx.Connect(context.Background(), c.URL("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	for _, s := range statements {
		if _, err := conn.Exec(context.Background(), s); err != nil {
			t.Fatalf("%s: %v", s, err)
		}
	}
}

// value reads one text from the database postgres of c.
func value(t *testing.T, c *Cluster, query string) (s string) {
	t.Helper()
	conn, err := pgx.Connect(context.Background(), c.URL("postgres"))
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close(context.Background())
	if err := conn.QueryRow(context.Background(), query).Scan(&s); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return s
}

func alive(pid int) bool { return syscall.Kill(pid, 0) == nil }

// eventually waits up to ten seconds for ok.
func eventually(t *testing.T, what string, ok func() bool) {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); time.Sleep(5 * time.Millisecond) {
		if ok() {
			return
		}
	}
	t.Fatalf("after 10 s still not: %s", what)
}
