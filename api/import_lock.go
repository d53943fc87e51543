package api

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
)

// lockName is the file in an import's folder that its server has locked. The kernel
// lets go of it when that process ends, however it ends.
const lockName = "lock"

// hold locks the folder of an import for as long as the process lives, or until
// the file is closed. Nobody sees the file without its lock.
func hold(dir string) (*os.File, error) {
	path := filepath.Join(dir, lockName)
	f, err := os.OpenFile(path+".new", os.O_CREATE|os.O_EXCL|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	if err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err == nil {
		err = os.Rename(path+".new", path)
	}
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	return f, nil
}

// abandoned tells whether the server that a folder belongs to is gone. It is false
// where nobody knows.
func abandoned(dir string) bool {
	f, err := os.Open(filepath.Join(dir, lockName))
	if err != nil {
		return false
	}
	defer f.Close()
	return syscall.Flock(int(f.Fd()), syscall.LOCK_SH|syscall.LOCK_NB) == nil
}
