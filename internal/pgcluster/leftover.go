package pgcluster

import (
	"context"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// pidFile is what postgres writes into its data directory while it runs.
type pidFile struct {
	pid    int
	status string // "starting", "ready", "stopping"; empty until written
}

// readPidFile reads postmaster.pid: line 1 is the process, line 8 its state
// (src/include/utils/pidfile.h). ok is false when there is none, or no number
// in it.
func readPidFile(dataDir string) (f pidFile, ok bool) {
	b, err := os.ReadFile(filepath.Join(dataDir, "postmaster.pid"))
	if err != nil {
		return pidFile{}, false
	}
	lines := strings.Split(string(b), "\n")
	f.pid, err = strconv.Atoi(strings.TrimSpace(lines[0]))
	if len(lines) > 7 {
		f.status = strings.TrimSpace(lines[7])
	}
	return f, err == nil
}

// serves tells whether process pid is a postgres working in dataDir: every
// process of a cluster has its data directory as working directory.
func serves(pid int, dataDir string) bool {
	if pid <= 1 || pid == os.Getpid() {
		return false
	}
	proc := "/proc/" + strconv.Itoa(pid)
	exe, err := os.Readlink(proc + "/exe")
	if err != nil || filepath.Base(strings.TrimSuffix(exe, " (deleted)")) != "postgres" {
		return false
	}
	cwd, err := os.Stat(proc + "/cwd/.")
	if err != nil {
		return false
	}
	data, err := os.Stat(dataDir)
	return err == nil && os.SameFile(cwd, data)
}

// leftovers lists the processes that still work in dataDir.
func leftovers(dataDir string) []int {
	var pids []int
	entries, _ := os.ReadDir("/proc")
	for _, e := range entries {
		if pid, err := strconv.Atoi(e.Name()); err == nil && serves(pid, dataDir) {
			pids = append(pids, pid)
		}
	}
	return pids
}

// stopLeftovers ends what an earlier server, killed before it could stop its
// postgres, left running in dataDir, and takes away a pid file that names
// nothing of ours. The caller holds the cluster's lock, so no living server
// owns those processes.
func stopLeftovers(ctx context.Context, dataDir string, log *slog.Logger) error {
	f, ok := readPidFile(dataDir)
	if ok && serves(f.pid, dataDir) {
		log.Warn("stopping the database that a killed server left running", "pid", f.pid)
	}
	// SIGINT to the postmaster is a fast and clean shutdown, to any other
	// process of the cluster it only cancels a statement; SIGQUIT ends each.
	for _, step := range []struct {
		signal syscall.Signal
		wait   time.Duration
	}{{syscall.SIGINT, 20 * time.Second}, {syscall.SIGQUIT, 5 * time.Second}, {syscall.SIGKILL, 5 * time.Second}} {
		gone, err := signalLeftovers(ctx, dataDir, f.pid, step.signal, step.wait)
		if err != nil {
			return err
		}
		if gone {
			return removeStalePidFile(dataDir, log)
		}
	}
	return fmt.Errorf("processes %v of an earlier server still use %s and could not be stopped: end them by hand", leftovers(dataDir), dataDir)
}

// signalLeftovers sends one signal and waits until nothing works in dataDir any
// more. Without a postmaster among them its children end by themselves; they
// get a shorter time for it.
func signalLeftovers(ctx context.Context, dataDir string, postmaster int, s syscall.Signal, wait time.Duration) (gone bool, err error) {
	pids := leftovers(dataDir)
	if len(pids) == 0 {
		return true, nil
	}
	if !serves(postmaster, dataDir) {
		wait = min(wait, 5*time.Second)
	}
	for _, pid := range pids {
		if s == syscall.SIGINT && pid != postmaster {
			continue
		}
		p, err := os.FindProcess(pid) // a pidfd: it cannot come to mean another process
		if err != nil {
			continue
		}
		if serves(pid, dataDir) {
			_ = p.Signal(s)
		}
		_ = p.Release()
	}
	deadline := time.Now().Add(wait)
	for time.Now().Before(deadline) {
		if len(leftovers(dataDir)) == 0 {
			return true, nil
		}
		select {
		case <-ctx.Done():
			return false, fmt.Errorf("stopping an earlier server's database was interrupted: %w", ctx.Err())
		case <-time.After(10 * time.Millisecond):
		}
	}
	return false, nil
}

// removeStalePidFile removes a postmaster.pid that nobody stands behind.
// postgres does that itself where the process is gone, but refuses to start
// where its number now belongs to something unrelated.
func removeStalePidFile(dataDir string, log *slog.Logger) error {
	path := filepath.Join(dataDir, "postmaster.pid")
	if _, err := os.Lstat(path); os.IsNotExist(err) {
		return nil
	}
	f, _ := readPidFile(dataDir)
	log.Info("removing a stale postmaster.pid; the database recovers from its log", "pid", f.pid)
	if err := os.Remove(path); err != nil && !os.IsNotExist(err) {
		return err
	}
	return nil
}
