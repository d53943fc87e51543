package importers

import (
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

const (
	scratchPrefix = "gridpatrol-import-"
	scratchLock   = ".lock"
	// scratchGrace is how long a folder may be without its lock: it was just made.
	scratchGrace = 5 * time.Minute
)

// scratch is a folder for what has to be unpacked. Only its owner can read it.
// It is locked while its process lives, so that another one can tell what was
// left behind by one that was killed: files of offices hold names and phones.
type scratch struct {
	dir  string
	lock *os.File
}

// newScratch makes a folder in dir, os.TempDir if that is empty, and removes
// those of processes that were killed.
func newScratch(dir string) (*scratch, error) {
	if dir == "" {
		dir = os.TempDir()
	}
	sweepScratch(dir)
	made, err := os.MkdirTemp(dir, scratchPrefix)
	if err != nil {
		return nil, fmt.Errorf("make a folder to unpack into: %w", err)
	}
	lock, err := os.OpenFile(filepath.Join(made, scratchLock), os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err == nil {
		if err = syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err == nil {
			return &scratch{made, lock}, nil
		}
		lock.Close()
	}
	os.RemoveAll(made)
	return nil, fmt.Errorf("make a folder to unpack into: %w", err)
}

// files makes and gives a folder in the folder, without the lock in it.
func (s *scratch) files() (string, error) {
	dir := filepath.Join(s.dir, "files")
	if err := os.Mkdir(dir, 0o700); err != nil && !os.IsExist(err) {
		return "", err
	}
	return dir, nil
}

// Close removes the folder and all in it.
func (s *scratch) Close() error {
	err := os.RemoveAll(s.dir)
	s.lock.Close()
	return err
}

// sweepScratch removes the folders in dir that no living process holds. What
// cannot be removed stays: it is in nobody's way.
func sweepScratch(dir string) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	for _, e := range entries {
		if old := filepath.Join(dir, e.Name()); len(e.Name()) > len(scratchPrefix) &&
			e.Name()[:len(scratchPrefix)] == scratchPrefix && abandoned(old) {
			os.RemoveAll(old)
		}
	}
}

// abandoned reports whether a folder is ours and no process holds it.
func abandoned(dir string) bool {
	info, err := os.Lstat(dir)
	if err != nil || !info.IsDir() {
		return false
	}
	if st, ok := info.Sys().(*syscall.Stat_t); !ok || int(st.Uid) != os.Geteuid() {
		return false // the folder of another user, who might have put a trap there
	}
	lock, err := os.OpenFile(filepath.Join(dir, scratchLock), os.O_RDONLY|syscall.O_NOFOLLOW|syscall.O_NONBLOCK, 0)
	if err != nil {
		return os.IsNotExist(err) && time.Since(info.ModTime()) > scratchGrace
	}
	defer lock.Close()
	return syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil
}
