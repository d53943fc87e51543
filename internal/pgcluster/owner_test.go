package pgcluster

import (
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

func root() bool { return os.Geteuid() == 0 }

// uidOf is the user that a process runs as.
func uidOf(t *testing.T, pid int) int {
	t.Helper()
	info, err := os.Stat("/proc/" + strconv.Itoa(pid))
	if err != nil {
		t.Fatal(err)
	}
	return int(info.Sys().(*syscall.Stat_t).Uid)
}

func TestPostgresNeverRunsAsRoot(t *testing.T) {
	dir := filepath.Join(clusterDir(t), "below")
	umask := syscall.Umask(0o077) // of a careful administrator
	c := mustStart(t, Config{Dir: dir})
	syscall.Umask(umask)
	uid := uidOf(t, c.PID())
	if uid == 0 {
		t.Error("postgres runs as root")
	}
	if !root() && uid != os.Getuid() {
		t.Errorf("postgres runs as user %d, want this one, %d", uid, os.Getuid())
	}
	for _, private := range []string{"data", "run"} {
		info, err := os.Stat(filepath.Join(dir, private))
		if err != nil {
			t.Fatal(err)
		}
		if st := info.Sys().(*syscall.Stat_t); int(st.Uid) != uid || info.Mode().Perm() != 0o700 {
			t.Errorf("%s belongs to %d with mode %v, want %d and 0700", private, st.Uid, info.Mode().Perm(), uid)
		}
	}
}

// TestStartedByRoot holds what root alone can get into. Both branches run in a
// suite started by root, which TestAsOrdinaryUser starts again as nobody.
func TestStartedByRoot(t *testing.T) {
	if !root() {
		wantIn(t, startError(t, Config{Dir: "/root/gridpatrol-test"}), "/root/gridpatrol-test", "cannot be")
		return
	}
	t.Run("as a named user", func(t *testing.T) {
		dir := clusterDir(t)
		c := mustStart(t, Config{Dir: dir, User: "nobody"})
		nobody, err := user.Lookup("nobody")
		if err != nil {
			t.Fatal(err)
		}
		if got := strconv.Itoa(uidOf(t, c.PID())); got != nobody.Uid {
			t.Errorf("postgres runs as user %s, want %s", got, nobody.Uid)
		}
		mustStop(t, c)
		// The user of existing data stays the same, whatever is asked.
		c = mustStart(t, Config{Dir: dir})
		if got := strconv.Itoa(uidOf(t, c.PID())); got != nobody.Uid {
			t.Errorf("reopened, postgres runs as user %s, want %s", got, nobody.Uid)
		}
		mustStop(t, c)
		// A restore by root leaves root's files.
		if err := exec.Command("chown", "-R", "0:0", c.dataDir).Run(); err != nil {
			t.Fatal(err)
		}
		c = mustStart(t, Config{Dir: dir})
		if uidOf(t, c.PID()) == 0 {
			t.Error("postgres runs as root")
		}
	})
	t.Run("no such user", func(t *testing.T) {
		wantIn(t, startError(t, Config{Dir: clusterDir(t), User: "nobody-of-this-name"}), "nobody-of-this-name", "useradd")
	})
	t.Run("root itself", func(t *testing.T) {
		wantIn(t, startError(t, Config{Dir: clusterDir(t), User: "root"}), "unprivileged")
	})
	t.Run("below a folder that is root's alone", func(t *testing.T) {
		closed := filepath.Join(filepath.Dir(clusterDir(t)), "closed")
		if err := os.Mkdir(closed, 0o700); err != nil {
			t.Fatal(err)
		}
		wantIn(t, startError(t, Config{Dir: filepath.Join(closed, "state/pg")}), "cannot enter "+closed+":", "/var/lib/gridpatrol", "chmod o+x "+closed)
		if err := os.Chmod(closed, 0o711); err != nil {
			t.Fatal(err)
		}
		mustStart(t, Config{Dir: filepath.Join(closed, "state/pg")})
	})
	t.Run("TMPDIR is root's alone", func(t *testing.T) {
		long := filepath.Join(clusterDir(t), strings.Repeat("long", 25))
		closed := t.TempDir()
		if err := os.Chmod(closed, 0o700); err != nil {
			t.Fatal(err)
		}
		t.Setenv("TMPDIR", closed)
		c := mustStart(t, Config{Dir: long})
		if !strings.HasPrefix(c.socketDir, "/tmp/") {
			t.Errorf("socket directory %s, want one in /tmp", c.socketDir)
		}
	})
	t.Run("disk full", func(t *testing.T) {
		dir := filepath.Join(mount(t, "size=12m"), "pg")
		wantIn(t, startError(t, Config{Dir: dir}), "is full: free some space")
		if _, err := os.Stat(filepath.Join(dir, "data")); !os.IsNotExist(err) {
			t.Errorf("a half-made data directory stays: %v", err)
		}
	})
	t.Run("read-only", func(t *testing.T) {
		wantIn(t, startError(t, Config{Dir: filepath.Join(mount(t, "ro"), "pg")}), "cannot be written")
	})
}

// mount gives a small file system of its own.
func mount(t *testing.T, options string) string {
	t.Helper()
	dir := clusterDir(t)
	if err := os.Mkdir(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", options, "none", dir).CombinedOutput(); err != nil {
		t.Fatalf("mount: %v: %s", err, out)
	}
	t.Cleanup(func() { exec.Command("umount", dir).Run() })
	return dir
}

// TestAsOrdinaryUser runs this package's tests once more as nobody when they
// were started by root: started by anybody else, they run so anyway.
func TestAsOrdinaryUser(t *testing.T) {
	if !root() {
		if err := syscall.Setuid(0); err == nil {
			t.Fatal("not root, but may become root")
		}
		return
	}
	t.Parallel()
	nobody, err := user.Lookup("nobody")
	if err != nil {
		t.Fatal(err)
	}
	o, err := ownerFrom(nobody)
	if err != nil {
		t.Fatal(err)
	}
	home := filepath.Dir(clusterDir(t))
	if err := os.Chmod(home, 0o777); err != nil {
		t.Fatal(err)
	}
	self := copySelf(t, filepath.Join(home, "pgcluster.test"))
	tmp := filepath.Join(home, "t")
	if err := o.makeDir(tmp); err != nil {
		t.Fatal(err)
	}
	// A cluster of another user, which nobody must not touch.
	foreign := clusterDir(t)
	mustStop(t, mustStart(t, Config{Dir: foreign}))
	limit := time.Duration(0) // none
	if end, ok := t.Deadline(); ok {
		limit = time.Until(end) - 5*time.Second // it says itself what hung
	}
	cmd := exec.Command(self, "-test.v", fmt.Sprint("-test.timeout=", limit), "-test.run=^(TestDataOutlives|TestPostgres|TestStartedByRoot|TestForeignOwner|TestKilledPostgres|TestOrphan|TestStalePidFile|TestTwoServers|TestAsOrdinaryUser)")
	cmd.Dir = home
	cmd.Env = append(os.Environ(), "TMPDIR="+tmp, "HOME="+home, foreignDir+"="+foreign)
	cmd.SysProcAttr = o.attributes(syscall.SIGKILL)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	if n := strings.Count(string(out), "\n--- PASS"); n < 9 {
		t.Errorf("only %d tests ran:\n%s", n, out)
	}
}

// foreignDir names, in the environment, a cluster that belongs to another user.
const foreignDir = "PGCLUSTER_TEST_FOREIGN_DIR"

func TestForeignOwner(t *testing.T) {
	dir := os.Getenv(foreignDir)
	if dir == "" {
		dir = clusterDir(t) // for root no cluster is foreign
		mustStop(t, mustStart(t, Config{Dir: dir}))
		mustStart(t, Config{Dir: dir})
		return
	}
	wantIn(t, startError(t, Config{Dir: dir}), dir, "choose another directory")
	// Where the folder itself lets anybody in, its data still is another's.
	if _, err := findOwner("", filepath.Join(dir, "data")); err == nil {
		t.Error("findOwner accepts another user's data")
	} else {
		wantIn(t, err.Error(), "belongs to user", "this is user")
	}
}

func copySelf(t *testing.T, to string) string {
	t.Helper()
	from, err := os.Open("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	defer from.Close()
	f, err := os.OpenFile(to, os.O_CREATE|os.O_WRONLY, 0o755)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(f, from); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return to
}
