package pgcluster

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// Running gives the connection string for a database of the cluster in dir
// when another process, such as the server, runs it at the moment. ok is false
// when nobody does; it can then be opened with Start.
func Running(dir, database string) (url string, ok bool) {
	path, err := filepath.Abs(filepath.Join(dir, "lock"))
	if err != nil {
		return "", false
	}
	f, err := os.Open(path)
	if err != nil {
		return "", false
	}
	defer f.Close()
	if syscall.Flock(int(f.Fd()), syscall.LOCK_SH|syscall.LOCK_NB) == nil {
		return "", false // free: closing the file lets go of it again
	}
	text, err := os.ReadFile(path)
	if err != nil {
		return "", false
	}
	_, socketDir, _ := strings.Cut(strings.TrimRight(string(text), "\n"), "\n")
	if socketDir == "" {
		return "", false // the other one is still starting
	}
	return socketURL(socketDir, database), true
}
