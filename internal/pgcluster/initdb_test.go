package pgcluster

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

func TestInterruptedCreationLeavesNothing(t *testing.T) {
	t.Parallel()
	dir := clusterDir(t)
	// What a machine that lost power during initdb leaves.
	if err := os.MkdirAll(filepath.Join(dir, unfinished, "base"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, unfinished, "PG_VERSION"), []byte("15\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		// The real initdb is at work once it has made its own folders.
		for {
			if _, err := os.Stat(filepath.Join(dir, unfinished, "pg_wal")); err == nil || t.Context().Err() != nil {
				cancel()
				return
			}
			time.Sleep(time.Millisecond)
		}
	}()
	c, err := Start(ctx, Config{Dir: dir, Settings: quick})
	if err == nil {
		c.Stop(context.Background())
		t.Fatal("Start succeeded although it was interrupted")
	}
	if !errors.Is(err, context.Canceled) || strings.Contains(err.Error(), "\n") {
		t.Errorf("Start = %q, want one line about the interruption", err)
	}
	for _, name := range []string{"data", unfinished} {
		if _, err := os.Stat(filepath.Join(dir, name)); !os.IsNotExist(err) {
			t.Errorf("%s is there after the interruption: %v", name, err)
		}
	}
	c = mustStart(t, Config{Dir: dir})
	if got := value(t, c, "SELECT 'ok'"); got != "ok" {
		t.Error(got)
	}
}

func TestInterruptedStart(t *testing.T) {
	t.Parallel()
	dir := clusterDir(t)
	mustStop(t, mustStart(t, Config{Dir: dir}))
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		for t.Context().Err() == nil {
			if len(leftovers(filepath.Join(dir, "data"))) > 0 {
				break
			}
			time.Sleep(time.Millisecond)
		}
		cancel()
	}()
	c, err := Start(ctx, Config{Dir: dir, Settings: quick})
	if err == nil { // it was ready before it could be interrupted
		c.Stop(context.Background())
	} else if !errors.Is(err, context.Canceled) {
		t.Errorf("Start = %v, want context.Canceled", err)
	}
	if left := leftovers(filepath.Join(dir, "data")); len(left) > 0 {
		t.Errorf("processes %v live on", left)
	}
	mustStart(t, Config{Dir: dir})
}

func TestStartFailureSaysPostgresOwnWords(t *testing.T) {
	t.Parallel()
	dir := clusterDir(t)
	wantIn(t, startError(t, Config{Dir: dir, Settings: map[string]string{"fsync": "off", "shared_buffers": "lots"}}), "shared_buffers", "lots")
	mustStart(t, Config{Dir: dir}) // and holds no lock
}

func TestRemedy(t *testing.T) {
	for message, want := range map[string]string{
		`could not extend file "base/5/16397": No space left on device`:   "is full: free some space",
		`could not open file "pg_wal/0001": Permission denied`:            "cannot be written",
		`could not open file "pg_wal/0001": Read-only file system`:        "cannot be written",
		`could not load library "$libdir/x": undefined symbol: something`: "failed in /d",
	} {
		err := remedy("postgres", message, "/d")
		wantIn(t, err.Error(), want, "/d", message)
	}
	wantIn(t, notWritable("/d", syscall.ENOSPC).Error(), "full")
	wantIn(t, notWritable("/d", syscall.EROFS).Error(), "cannot be written")
	wantIn(t, notWritable("/d", syscall.EACCES).Error(), "cannot be written")
	if other := errors.New("other"); notWritable("/d", other) != other {
		t.Error("notWritable changed an error that is not about writing")
	}
}

func TestLastLine(t *testing.T) {
	out := "The files belonging to this database system will be owned by user \"nobody\".\n" +
		"initdb: error: could not create directory \"/d/base\": No space left on device\ninitdb: removing data directory \"/d\"\n"
	if got := lastLine([]byte(out), errors.New("exit status 1")); !strings.HasPrefix(got, "initdb: error: could not create") {
		t.Errorf("lastLine = %q", got)
	}
	if got := lastLine(nil, errors.New("exit status 1")); got != "exit status 1" {
		t.Errorf("lastLine of nothing = %q", got)
	}
}

func TestDirectoryThatCannotBeWritten(t *testing.T) {
	t.Parallel()
	parent := filepath.Dir(clusterDir(t))
	file := filepath.Join(parent, "file")
	if err := os.WriteFile(file, nil, 0o644); err != nil {
		t.Fatal(err)
	}
	startError(t, Config{Dir: filepath.Join(file, "pg")}) // below a file
	wantIn(t, startError(t, Config{Dir: "/proc/gridpatrol"}), "/proc/gridpatrol")
}
