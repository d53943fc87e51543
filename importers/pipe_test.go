//go:build unix

package importers

import (
	"path/filepath"
	"syscall"
	"testing"
)

// TestOpenPipe: nobody waits for who may never write into a pipe.
func TestOpenPipe(t *testing.T) {
	path := filepath.Join(t.TempDir(), "grid.geojson")
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	if src, err := Open(t.Context(), path, OpenOptions{}); err == nil {
		src.Close()
		t.Error("a pipe was opened")
	}
}
