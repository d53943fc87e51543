package pgtest

import (
	"os"
	"path/filepath"
	"syscall"
	"time"
)

const dirPrefix = "gridpatrol-pgtest-"

// makeDir makes the folder for a test cluster, and sweeps away those of test
// runs that were killed.
func makeDir() (string, error) {
	tmp := os.TempDir()
	old, _ := filepath.Glob(filepath.Join(tmp, dirPrefix+"*"))
	for _, dir := range old {
		if abandoned(dir) {
			os.RemoveAll(dir)
		}
	}
	dir, err := os.MkdirTemp(tmp, dirPrefix)
	if err != nil {
		return "", err
	}
	// The user that runs postgres for root passes through it.
	return dir, os.Chmod(dir, 0o711)
}

// abandoned tells whether no process holds the cluster in dir. A folder that
// was just made may not have been locked yet.
func abandoned(dir string) bool {
	info, err := os.Stat(dir)
	if err != nil || time.Since(info.ModTime()) < 5*time.Minute {
		return false
	}
	f, err := os.Open(filepath.Join(dir, "lock"))
	if err != nil {
		return os.IsNotExist(err)
	}
	defer f.Close()
	return syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil
}
