package photo

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
)

func openStore(t *testing.T, dir string) *Store {
	t.Helper()
	s, err := OpenStore(dir, time.Now())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func content(t *testing.T, s *Store, sum []byte) []byte {
	t.Helper()
	f, err := s.Open(sum)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	b, err := io.ReadAll(f)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// files lists the regular files below dir.
func files(t *testing.T, dir string) (list []string) {
	t.Helper()
	err := filepath.WalkDir(dir, func(p string, d os.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			rel, _ := filepath.Rel(dir, p)
			list = append(list, rel)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// put stages data and keeps it.
func put(s *Store, data []byte) ([]byte, error) {
	p, err := s.Stage(data)
	if err != nil {
		return nil, err
	}
	return p.Sum(), p.Keep()
}

func TestStore(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "photos")
	s := openStore(t, dir)
	data := []byte("a picture")
	want := sha256.Sum256(data)
	for range 2 { // the second finds it there
		sum, err := put(s, data)
		if err != nil || !bytes.Equal(sum, want[:]) {
			t.Fatalf("put = %x, %v, want %x", sum, err, want)
		}
	}
	if got := content(t, s, want[:]); !bytes.Equal(got, data) {
		t.Errorf("content = %q, want %q", got, data)
	}
	x := hex.EncodeToString(want[:])
	if list := files(t, dir); len(list) != 1 || list[0] != filepath.Join(x[:2], x[2:4], x+".jpg") {
		t.Errorf("files = %v, want only the picture", list)
	}
	if got := content(t, openStore(t, dir), want[:]); !bytes.Equal(got, data) {
		t.Errorf("content after opening again = %q, want %q", got, data)
	}
}

// What is only staged cannot be opened, and what is discarded leaves nothing;
// unless the same content is kept, by this one before or by another.
func TestStage(t *testing.T) {
	dir := t.TempDir()
	s := openStore(t, dir)
	data := []byte("a picture")
	stage := func() *Staged {
		t.Helper()
		p, err := s.Stage(data)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	p, twin := stage(), stage()
	if _, err := s.Open(p.Sum()); !errors.Is(err, geo.ErrNotFound) {
		t.Errorf("Open of what is staged = %v, want geo.ErrNotFound", err)
	}
	p.Discard()
	p.Discard()
	twin.Discard()
	if list := files(t, dir); len(list) != 0 {
		t.Errorf("files after Discard = %v, want none", list)
	}
	p, twin = stage(), stage()
	for range 2 {
		if err := p.Keep(); err != nil {
			t.Fatal(err)
		}
		p.Discard()
	}
	twin.Discard()
	stage().Discard()
	if got := content(t, s, p.Sum()); !bytes.Equal(got, data) {
		t.Errorf("content = %q, want what was kept", got)
	}
	if list := files(t, dir); len(list) != 1 {
		t.Errorf("files = %v, want the one that was kept", list)
	}
}

func TestStoreOpenRefuses(t *testing.T) {
	s := openStore(t, t.TempDir())
	for _, c := range []struct {
		name string
		sum  []byte
		want error
	}{
		{"nothing", nil, geo.ErrInvalid},
		{"a path", []byte("../../etc/passwd"), geo.ErrInvalid},
		{"33 bytes", make([]byte, 33), geo.ErrInvalid},
		{"unknown", make([]byte, 32), geo.ErrNotFound},
	} {
		if _, err := s.Open(c.sum); !errors.Is(err, c.want) {
			t.Errorf("Open of %s = %v, want %v", c.name, err, c.want)
		}
	}
}

// A directory that was exchanged for a link to elsewhere is not followed.
func TestStoreStaysInside(t *testing.T) {
	dir, outside := t.TempDir(), t.TempDir()
	s := openStore(t, dir)
	sum := sha256.Sum256([]byte("x"))
	if err := os.Symlink(outside, filepath.Join(dir, hex.EncodeToString(sum[:1]))); err != nil {
		t.Fatal(err)
	}
	if _, err := put(s, []byte("x")); err == nil {
		t.Error("put through a link out of the store = nil, want an error")
	}
	if list := append(files(t, outside), files(t, filepath.Join(dir, incoming))...); len(list) != 0 {
		t.Errorf("files left = %v, want none", list)
	}
}

func TestStoreConcurrently(t *testing.T) {
	dir := t.TempDir()
	a, b := openStore(t, dir), openStore(t, dir) // as two servers
	var wg sync.WaitGroup
	for i := range 32 {
		wg.Go(func() {
			s, data := a, bytes.Repeat([]byte{byte(i / 8)}, 100_000) // eight writers for each content
			if i%2 == 1 {
				s = b
			}
			sum, err := put(s, data)
			if err != nil {
				t.Errorf("put: %v", err)
				return
			}
			if got := content(t, a, sum); !bytes.Equal(got, data) {
				t.Errorf("content of %d bytes differs from what was put", len(got))
			}
		})
	}
	wg.Wait()
	if list := files(t, dir); len(list) != 4 {
		t.Errorf("%d files, want 4: %v", len(list), list)
	}
}

func TestStoreClearsLeftovers(t *testing.T) {
	dir := t.TempDir()
	openStore(t, dir)
	old, fresh := filepath.Join(dir, incoming, "old"), filepath.Join(dir, incoming, "fresh")
	for _, f := range []string{old, fresh} {
		if err := os.WriteFile(f, []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chtimes(old, time.Time{}, time.Now().Add(-2*time.Hour)); err != nil {
		t.Fatal(err)
	}
	openStore(t, dir)
	if list := files(t, dir); len(list) != 1 || list[0] != filepath.Join(incoming, "fresh") {
		t.Errorf("files = %v, want the fresh one only", list)
	}
}

func TestStoreUnwritable(t *testing.T) {
	file := filepath.Join(t.TempDir(), "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := OpenStore(file, time.Now()); err == nil {
		t.Error("OpenStore on a file = nil, want an error")
	}
}
