package main

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// keySize is the length of the contact key: AES-256.
const keySize = 32

// contactKey reads the key that reporters' contacts are encrypted with, or
// makes it at the first start. It lies in the data directory, not in the
// database, so that a copy of the database shows no names and phones. Servers
// that share a database need the same file.
func contactKey(dataDir string) ([]byte, error) {
	dir := filepath.Join(dataDir, "keys")
	path := filepath.Join(dir, "contacts.key")
	key, err := os.ReadFile(path)
	switch {
	case err == nil && len(key) == keySize:
		return key, nil
	case err == nil:
		return nil, fmt.Errorf("%s holds %d bytes, not the %d of a key: put back the file from a backup", path, len(key), keySize)
	case !errors.Is(err, fs.ErrNotExist):
		return nil, fmt.Errorf("contact key: %w", err)
	}
	// The data directory itself is for other users to enter: a private database,
	// whose user is another, may move in later.
	if err := errors.Join(os.MkdirAll(dataDir, 0o755), os.MkdirAll(dir, 0o700)); err != nil {
		return nil, fmt.Errorf("contact key: %w", err)
	}
	key = make([]byte, keySize)
	if _, err := rand.Read(key); err != nil {
		return nil, fmt.Errorf("contact key: %w", err)
	}
	// Written aside and linked into place: two servers that start at once on
	// one directory end up with the same key, and never with half of one.
	tmp, err := os.CreateTemp(dir, "contacts-*.new")
	if err != nil {
		return nil, fmt.Errorf("contact key: %w", err)
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.Write(key)
	if err = errors.Join(err, tmp.Sync(), tmp.Close()); err != nil {
		return nil, fmt.Errorf("contact key: %w", err)
	}
	if err := os.Link(tmp.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, fmt.Errorf("contact key: %w", err)
	}
	return os.ReadFile(path)
}
