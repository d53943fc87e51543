package pgcluster

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// longestSocketPath is what fits into sockaddr_un on Linux (108 bytes with the
// final NUL).
const longestSocketPath = 107

const shortPrefix = "gridpatrol-pg-"

// socketName is the file PostgreSQL makes in its socket directory.
const socketName = ".s.PGSQL." + port

// fitsSocket tells whether dir can hold the socket and stand in a connection
// string, where a comma separates hosts.
func fitsSocket(dir string) bool {
	return len(filepath.Join(dir, socketName)) <= longestSocketPath && !strings.Contains(dir, ",")
}

// makeSocketDir gives the directory for the socket, which only o can enter:
// "run" in dir, or a new one below a temporary directory when that path does
// not fit.
func makeSocketDir(dir string, o owner) (string, error) {
	if run := filepath.Join(dir, "run"); fitsSocket(run) {
		return run, o.makeDir(run)
	}
	var reasons []string
	for _, tmp := range []string{os.TempDir(), "/tmp"} {
		short, err := os.MkdirTemp(tmp, shortPrefix)
		if err != nil {
			reasons = append(reasons, err.Error())
			continue
		}
		err = o.makeDir(short)
		if err == nil {
			err = o.reach(short)
		}
		if err == nil && !fitsSocket(short) {
			err = fmt.Errorf("%s is too long, or has a comma", short)
		}
		if err == nil {
			return short, nil
		}
		os.Remove(short)
		reasons = append(reasons, err.Error())
	}
	return "", fmt.Errorf("no directory for the database's socket (at most %d bytes long, no comma): %s: set TMPDIR to a short path", longestSocketPath, strings.Join(reasons, "; "))
}

// removeSocketDir takes away a short directory that makeSocketDir made; any
// other path is left alone.
func removeSocketDir(dir string) {
	if !strings.HasPrefix(filepath.Base(dir), shortPrefix) {
		return
	}
	removeSocket(dir)
	os.Remove(dir) // fails, rightly, when it holds anything else
}

// removeSocket takes away the socket and its lock file.
func removeSocket(dir string) {
	os.Remove(filepath.Join(dir, socketName))
	os.Remove(filepath.Join(dir, socketName+".lock"))
}
