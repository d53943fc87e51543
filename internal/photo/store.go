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

// Staged is a file of the store that has no name yet.
type Staged struct {
	store     *Store
	sum       []byte
	dir, name string
	temp      string // empty where the content has its name
}

// Stage puts data on disk, safe from a crash of the machine, but not yet under
// its name: Keep gives it that, Discard takes it away again. The caller owes
// one of them. What neither happened to goes when a store is opened an hour
// later.
func (s *Store) Stage(data []byte) (*Staged, error) {
	p, err := s.stage(data)
	if err != nil {
		return nil, fmt.Errorf("store photo: %w", err)
	}
	return p, nil
}

func (s *Store) stage(data []byte) (*Staged, error) {
	h := sha256.Sum256(data)
	p := &Staged{store: s, sum: h[:]}
	p.dir, p.name = place(h[:])
	if _, err := s.root.Stat(path.Join(p.dir, p.name)); err == nil {
		// It has its name, so it is whole; its writer may not have got to
		// making the name last yet.
		return p, s.syncDirs(p.dir)
	}
	if err := s.root.MkdirAll(p.dir, 0o700); err != nil {
		return nil, err
	}
	p.temp = path.Join(incoming, rand.Text())
	if err := errors.Join(s.write(p.temp, data), s.syncDirs(p.dir)); err != nil {
		p.Discard()
		return nil, err
	}
	return p, nil
}

// Sum is the SHA-256 of the content, by which it is opened once it is kept.
// The caller must not change it.
func (p *Staged) Sum() []byte { return p.sum }

// Keep gives the file its name. When it returns without an error the name
// survives a crash of the machine. Keeping it again changes nothing.
func (p *Staged) Keep() error {
	if p.temp == "" {
		return nil
	}
	// Somebody else may have put the same content there: it is the same.
	if err := p.store.root.Rename(p.temp, path.Join(p.dir, p.name)); err != nil {
		return fmt.Errorf("store photo: %w", err)
	}
	p.temp = ""
	if err := p.store.syncDir(p.dir); err != nil {
		return fmt.Errorf("store photo: %w", err)
	}
	return nil
}

// Discard takes the file away, unless it was kept.
func (p *Staged) Discard() {
	if p.temp != "" {
		// What stays goes when the store is opened again.
		_ = p.store.root.Remove(p.temp)
		p.temp = ""
	}
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
		if err := s.syncDir(dir); err != nil || dir == "." {
			return err
		}
	}
}

// syncDir makes the entries of dir last.
func (s *Store) syncDir(dir string) error {
	d, err := s.root.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
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
