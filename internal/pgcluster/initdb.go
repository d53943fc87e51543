package pgcluster

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
)

// unfinished is the name that a data directory bears while initdb fills it.
const unfinished = "data.unfinished"

// create makes the data directory: aside, and renamed when it is whole, so that
// an interrupted start leaves nothing that looks like a cluster.
func create(ctx context.Context, p programs, o owner, dir string, settings map[string]string) error {
	aside := filepath.Join(dir, unfinished)
	if err := os.RemoveAll(aside); err != nil {
		return err
	}
	if err := o.makeDir(aside); err != nil {
		return err
	}
	args := []string{"-D", aside, "-U", Superuser, "--encoding=UTF8",
		// C.UTF-8 sorts by code point and, unlike C, knows the letters of all
		// scripts, without which pg_trgm would find nothing in Chinese text.
		"--locale=C.UTF-8", "--lc-messages=C", "--auth-local=trust", "--auth-host=scram-sha-256"}
	if settings["fsync"] == "off" {
		args = append(args, "--no-sync")
	}
	if out, err := run(ctx, o, dir, p.path("initdb"), args...); err != nil {
		if err := os.RemoveAll(aside); err != nil {
			return fmt.Errorf("remove the unfinished %s: %w", aside, err)
		}
		if ctx.Err() != nil {
			return fmt.Errorf("creating the database was interrupted: %w", ctx.Err())
		}
		return remedy("initdb", lastLine(out, err), dir)
	}
	data := filepath.Join(dir, "data")
	if err := os.Rename(aside, data); err != nil {
		return err
	}
	return syncDir(dir)
}

// run runs a program as o in dir to its end, and gives what it printed. The
// program and all it started are killed when ctx ends or this process dies.
func run(ctx context.Context, o owner, dir, program string, args ...string) ([]byte, error) {
	// The kernel sends the death signal when the starting thread ends.
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	cmd := exec.CommandContext(ctx, program, args...)
	cmd.Dir, cmd.Env = dir, environment()
	cmd.SysProcAttr = o.attributes(syscall.SIGKILL)
	cmd.Cancel = func() error { return syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL) }
	return cmd.CombinedOutput()
}

// environment leaves out the PG… variables, which mean somebody else's server.
func environment() []string {
	env := []string{"LC_ALL=C.UTF-8", "TZ=UTC", "PATH=/usr/local/bin:/usr/bin:/bin"}
	for _, name := range []string{"TMPDIR", "PROJ_DATA", "PROJ_LIB", "LD_LIBRARY_PATH"} {
		if v, ok := os.LookupEnv(name); ok {
			env = append(env, name+"="+v)
		}
	}
	return env
}

// lastLine is the most telling line of a failed program's output.
func lastLine(out []byte, err error) string {
	last := ""
	for line := range strings.Lines(string(bytes.TrimSpace(out))) {
		line = strings.TrimSpace(line)
		if strings.Contains(line, "error:") || strings.Contains(line, "FATAL:") || strings.Contains(line, "PANIC:") {
			return line
		}
		if line != "" && !strings.Contains(line, "removing ") {
			last = line
		}
	}
	if last == "" {
		return err.Error()
	}
	return last
}

// remedy turns a program's message into one line that says what to do.
func remedy(program, message, dir string) error {
	switch {
	case strings.Contains(message, "No space left on device"):
		return fmt.Errorf("the disk that holds %s is full: free some space and start again (%s: %s)", dir, program, message)
	case strings.Contains(message, "Permission denied"), strings.Contains(message, "Read-only file system"):
		return fmt.Errorf("%s cannot be written: give it to the user that runs the database, or choose another directory (%s: %s)", dir, program, message)
	}
	return fmt.Errorf("%s failed in %s: %s", program, dir, message)
}

// notWritable says what to do when dir itself cannot be made or written.
func notWritable(dir string, err error) error {
	switch {
	case errors.Is(err, syscall.ENOSPC):
		return fmt.Errorf("the disk that holds %s is full: free some space and start again", dir)
	case errors.Is(err, fs.ErrPermission), errors.Is(err, syscall.EROFS):
		return fmt.Errorf("%s cannot be written: choose another directory or give it to this user (%w)", dir, err)
	}
	return err
}

func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	defer d.Close()
	return d.Sync()
}
