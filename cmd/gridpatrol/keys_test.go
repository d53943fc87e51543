package main

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// TestContactKeyLetsADatabaseMoveIn makes the key where there is no data
// directory yet, as a command with --database-url does: the key is the owner's
// alone, while the directory can be entered by the user of a private database
// that comes later. Asked again, the key is the same.
func TestContactKeyLetsADatabaseMoveIn(t *testing.T) {
	data := filepath.Join(t.TempDir(), "var", "gridpatrol")
	key, err := contactKey(data)
	if err != nil || len(key) != keySize {
		t.Fatalf("contactKey = %d bytes, %v, want %d", len(key), err, keySize)
	}
	for path, want := range map[string]os.FileMode{data: 0o755, filepath.Join(data, "keys"): 0o700} {
		info, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if got := info.Mode().Perm(); got != want {
			t.Errorf("%s has mode %o, want %o", path, got, want)
		}
	}
	if again, err := contactKey(data); err != nil || !bytes.Equal(again, key) {
		t.Errorf("contactKey again = %x, %v, want %x", again, err, key)
	}
}
