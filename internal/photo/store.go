package photo

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
)

// Store keeps files by the SHA-256 of their content, under one directory that
// no name leads out of. Several processes may share the directory. Safe for
// concurrent use.
type Store struct{ root *os.Root }

// incoming is where files are written before they get their name.
const incoming = "incoming"

// OpenStore opens the store in dir and makes it where it is missing. What a
// crash left half written more than an hour before now is removed.
func OpenStore(dir string, now time.Time) (*Store, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("photo store: %w", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("photo store: %w", err)
	}
	s := &Store{root}
	if err := s.prepare(now); err != nil {
		root.Close()
		return nil, fmt.Errorf("photo store: %w", err)
	}
	return s, nil
}

func (s *Store) prepare(now time.Time) error {
	if err := s.root.MkdirAll(incoming, 0o700); err != nil {
		return err
	}
	left, err := fs.ReadDir(s.root.FS(), incoming)
	if err != nil {
		return err
	}
	for _, e := range left {
		if i, err := e.Info(); err == nil && now.Sub(i.ModTime()) > time.Hour {
			if err := s.root.Remove(path.Join(incoming, e.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
	}
	return nil
}

// Close lets go of the directory.
func (s *Store) Close() error { return s.root.Close() }

// Put keeps data and gives its SHA-256. When it returns without an error the
// data survives a crash of the machine.
func (s *Store) Put(data []byte) (sum []byte, err error) {
	h := sha256.Sum256(data)
	dir, name := place(h[:])
	if err := s.put(dir, name, data); err != nil {
		return nil, fmt.Errorf("store photo: %w", err)
	}
	return h[:], nil
}

func (s *Store) put(dir, name string, data []byte) error {
	if _, err := s.root.Stat(path.Join(dir, name)); err == nil {
		// It has its name, so it is whole; its writer may not have got to
		// making the name last yet.
		return s.syncDirs(dir)
	}
	if err := s.root.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	temp := path.Join(incoming, rand.Text())
	if err := s.write(temp, data); err != nil {
		_ = s.root.Remove(temp)
		return err
	}
	// Somebody else may have put the same content there: it is the same.
	if err := s.root.Rename(temp, path.Join(dir, name)); err != nil {
		_ = s.root.Remove(temp)
		return err
	}
	return s.syncDirs(dir)
}

func (s *Store) write(name string, data []byte) error {
	f, err := s.root.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.Write(data)
	return errors.Join(err, f.Sync(), f.Close())
}

// syncDirs makes the entries on the way down to dir last.
func (s *Store) syncDirs(dir string) error {
	for ; ; dir = path.Dir(dir) {
		d, err := s.root.Open(dir)
		if err != nil {
			return err
		}
		if err := errors.Join(d.Sync(), d.Close()); err != nil {
			return err
		}
		if dir == "." {
			return nil
		}
	}
}

// Open opens the file with the SHA-256 sum for reading; the caller closes it.
// Where there is none the error is geo.ErrNotFound, and where sum is not 32
// bytes geo.ErrInvalid.
func (s *Store) Open(sum []byte) (*os.File, error) {
	if len(sum) != sha256.Size {
		return nil, fmt.Errorf("photo name of %d bytes: %w", len(sum), geo.ErrInvalid)
	}
	dir, name := place(sum)
	f, err := s.root.Open(path.Join(dir, name))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("photo %s: %w", name, geo.ErrNotFound)
	}
	if err != nil {
		return nil, fmt.Errorf("open photo: %w", err)
	}
	return f, nil
}

// place is where content with the sum lies: ab/cd/abcd….jpg.
func place(sum []byte) (dir, name string) {
	x := hex.EncodeToString(sum)
	return path.Join(x[:2], x[2:4]), x + ".jpg"
}
