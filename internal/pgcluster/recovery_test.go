package pgcluster

import (
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
)

func TestKilledPostgresIsRestarted(t *testing.T) {
	t.Parallel()
	c := mustStart(t, Config{Dir: clusterDir(t)})
	sql(t, c, "CREATE TABLE n (i int)", "INSERT INTO n VALUES (1)")
	if err := c.Restart(context.Background()); err == nil {
		t.Error("Restart of a running postgres succeeded")
	}
	url, old := c.URL("postgres"), c.PID()
	syscall.Kill(old, syscall.SIGKILL)
	select {
	case <-c.Done():
	case <-time.After(5 * time.Second):
		t.Fatal("Done is not closed 5 s after the kill")
	}
	wantIn(t, fmt.Sprint(c.Err()), strconv.Itoa(old), "killed")
	begun := time.Now()
	if err := c.Restart(context.Background()); err != nil {
		t.Fatal(err)
	}
	t.Logf("recovered in %v", time.Since(begun))
	if c.URL("postgres") != url || c.PID() == old || c.Err() != nil {
		t.Errorf("after Restart: URL %s, process %d, Err %v", c.URL("postgres"), c.PID(), c.Err())
	}
	if got := value(t, c, "SELECT count(*)::text FROM n"); got != "1" {
		t.Errorf("%s rows after the crash, want 1", got)
	}
}

func TestSuperviseKeepsPostgresUp(t *testing.T) {
	t.Parallel()
	c := mustStart(t, Config{Dir: clusterDir(t)})
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error)
	go func() { ended <- c.Supervise(ctx) }()
	for range 3 {
		old := c.PID()
		syscall.Kill(old, syscall.SIGKILL)
		eventually(t, "a new postgres", func() bool { return c.PID() != old })
		if got := value(t, c, "SELECT 'up'"); got != "up" {
			t.Fatal(got)
		}
	}
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("Supervise = %v, want nil when its context ends", err)
	}
}

// PostgreSQL restarts itself when one of its own processes is killed.
func TestKilledBackendIsRecoveredByPostgres(t *testing.T) {
	t.Parallel()
	c := mustStart(t, Config{Dir: clusterDir(t)})
	sql(t, c, "CREATE TABLE n AS SELECT 1 AS i")
	pid := c.PID()
	backend, err := strconv.Atoi(value(t, c, "SELECT pid::text FROM pg_stat_activity WHERE backend_type = 'checkpointer'"))
	if err != nil {
		t.Fatal(err)
	}
	syscall.Kill(backend, syscall.SIGKILL)
	eventually(t, "connections again", func() bool {
		out, err := exec.Command(c.programs.path("psql"), "-Atc", "SELECT i FROM n", c.URL("postgres")).Output()
		return err == nil && strings.TrimSpace(string(out)) == "1" && !alive(backend)
	})
	if c.PID() != pid {
		t.Errorf("postgres is process %d, want the same %d", c.PID(), pid)
	}
}

func TestPostgresEndsWithItsKilledServer(t *testing.T) {
	t.Parallel()
	// A path too long for a socket, so that its short directory is orphaned too.
	dir := filepath.Join(clusterDir(t), strings.Repeat("long", 25))
	helper, postgres := startHelper(t, dir)
	noted, err := os.ReadFile(filepath.Join(dir, "lock"))
	if err != nil {
		t.Fatal(err)
	}
	shortDir := strings.Split(string(noted), "\n")[1]
	if err := helper.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	helper.Wait()
	eventually(t, "the orphaned postgres has ended", func() bool { return !serves(postgres, filepath.Join(dir, "data")) })
	c := mustStart(t, Config{Dir: dir})
	if _, err := os.Stat(shortDir); !os.IsNotExist(err) || shortDir == "" {
		t.Errorf("the killed server's socket directory %q is still there (%v)", shortDir, err)
	}
	if got := value(t, c, "SELECT 'ok'"); got != "ok" {
		t.Error(got)
	}
}

// Where the kernel did not end the orphan, the next start does.
func TestOrphanIsStoppedAtNextStart(t *testing.T) {
	t.Parallel()
	for name, killed := range map[string]bool{"running": false, "killed, its children not yet gone": true} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			dir := clusterDir(t)
			c := mustStart(t, Config{Dir: dir})
			sql(t, c, "CREATE TABLE n AS SELECT 1 AS i")
			mustStop(t, c)
			orphan := exec.Command(c.programs.path("postgres"), arguments(c.dataDir, c.socketDir, quick)...)
			orphan.Dir, orphan.Env = c.dataDir, environment()
			orphan.SysProcAttr = c.owner.attributes(0)
			if err := orphan.Start(); err != nil {
				t.Fatal(err)
			}
			reaped := make(chan struct{})
			go func() { orphan.Wait(); close(reaped) }()
			eventually(t, "the orphan is ready", func() bool { f, _ := readPidFile(c.dataDir); return f.status == "ready" })
			if killed {
				syscall.Kill(orphan.Process.Pid, syscall.SIGKILL)
				<-reaped
			}
			c = mustStart(t, Config{Dir: dir})
			<-reaped
			if c.PID() == orphan.Process.Pid {
				t.Error("the orphan was taken over, not stopped")
			}
			if got := value(t, c, "SELECT i::text FROM n"); got != "1" {
				t.Error(got)
			}
		})
	}
}

func TestStalePidFile(t *testing.T) {
	t.Parallel()
	dir := clusterDir(t)
	c := mustStart(t, Config{Dir: dir})
	sql(t, c, "CREATE TABLE n AS SELECT 1 AS i")
	// The unrelated process runs as the database's user: only then would
	// postgres itself refuse to start.
	unrelated := exec.Command("sleep", "600")
	unrelated.SysProcAttr = c.owner.attributes(syscall.SIGKILL)
	if err := unrelated.Start(); err != nil {
		t.Fatal(err)
	}
	defer func() { unrelated.Process.Kill(); unrelated.Wait() }()
	mustStop(t, c)
	dead := exec.Command("true")
	if err := dead.Run(); err != nil {
		t.Fatal(err)
	}
	for name, pid := range map[string]string{
		"dead process":      strconv.Itoa(dead.Process.Pid),
		"unrelated process": strconv.Itoa(unrelated.Process.Pid),
		"this process":      strconv.Itoa(os.Getpid()),
		"process 1":         "1",
		"process 0":         "0",
		"a process group":   strconv.Itoa(-unrelated.Process.Pid),
		"every process":     "-1",
		"not a number":      "many",
		"nothing":           "",
	} {
		t.Run(name, func(t *testing.T) {
			c := mustStart(t, Config{Dir: dir})
			syscall.Kill(c.PID(), syscall.SIGKILL)
			<-c.Done()
			file := filepath.Join(c.dataDir, "postmaster.pid")
			b, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			_, rest, _ := strings.Cut(string(b), "\n")
			text := pid + "\n" + rest
			if pid == "" {
				text = ""
			}
			for _, file := range []string{file, filepath.Join(c.socketDir, socketName+".lock")} {
				if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
					t.Fatal(err)
				}
			}
			mustStop(t, c)
			c = mustStart(t, Config{Dir: dir})
			if got := value(t, c, "SELECT i::text FROM n"); got != "1" {
				t.Errorf("i = %s, want 1", got)
			}
			if !alive(unrelated.Process.Pid) {
				t.Fatal("an unrelated process was signalled")
			}
		})
	}
}

func TestServesRefusesWhatIsNotOurs(t *testing.T) {
	t.Parallel()
	a := mustStart(t, Config{Dir: clusterDir(t)})
	b := mustStart(t, Config{Dir: clusterDir(t)})
	for _, pid := range []int{-1, 0, 1, os.Getpid(), os.Getppid(), b.PID()} {
		if serves(pid, a.dataDir) {
			t.Errorf("serves(%d) = true, want false", pid)
		}
	}
	if !serves(a.PID(), a.dataDir) {
		t.Error("serves(own postgres) = false, want true")
	}
}
