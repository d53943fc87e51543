package pgcluster

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// lock is held by the process that owns a cluster. The kernel lets go of it
// when that process ends, however it ends; postgres never inherits it.
type lock struct {
	file *os.File
}

// takeLock takes the lock in dir, or says who has it. previous is what the
// last holder noted with note.
func takeLock(dir string) (l *lock, previous string, err error) {
	path := filepath.Join(dir, "lock")
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, "", err
	}
	text := make([]byte, 4096)
	n, _ := f.ReadAt(text, 0)
	pid, previous, _ := strings.Cut(strings.TrimRight(string(text[:n]), "\n"), "\n")
	// A command that asks whether a server runs (see Running) holds the lock for
	// an instant: only who still has it a little later is a server.
	for range 10 {
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if !errors.Is(err, syscall.EWOULDBLOCK) {
			break
		}
		time.Sleep(20 * time.Millisecond)
	}
	switch {
	case errors.Is(err, syscall.EWOULDBLOCK):
		f.Close()
		if pid == "" {
			pid = "unknown"
		}
		return nil, "", fmt.Errorf("%s is in use by another server (process %s): stop that one, or choose another directory", dir, pid)
	case err != nil:
		f.Close()
		return nil, "", fmt.Errorf("lock %s: %w", path, err)
	}
	return &lock{f}, previous, nil
}

// note writes this process's id and a line for the next holder.
func (l *lock) note(line string) error {
	text := strconv.Itoa(os.Getpid()) + "\n" + line + "\n"
	if err := l.file.Truncate(0); err != nil {
		return err
	}
	_, err := l.file.WriteAt([]byte(text), 0)
	return err
}

func (l *lock) release() { l.file.Close() }
