package importers

import (
	"archive/zip"
	"context"
	"os"
	"path/filepath"
	"testing"
)

// TestBounded: a bound reaches extracts in an archive and beside other files.
func TestBounded(t *testing.T) {
	extract := osmSmall(t, "nodes first")
	dir := t.TempDir()
	if err := os.WriteFile(filepath.Join(dir, "a.osm.pbf"), extract, 0o644); err != nil {
		t.Fatal(err)
	}
	f, err := os.Create(filepath.Join(dir, "a.zip"))
	if err != nil {
		t.Fatal(err)
	}
	z := zip.NewWriter(f)
	for _, name := range []string{"a.osm.pbf", "b.osm.pbf"} {
		w, err := z.Create(name)
		if err == nil {
			_, err = w.Write(extract)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	for name, layers := range map[string]int{"a.osm.pbf": 1, "a.zip": 2} {
		s, err := Open(context.Background(), filepath.Join(dir, name), OpenOptions{})
		if err != nil {
			t.Fatal(err)
		}
		if got := len(s.Layers()); got != layers {
			t.Errorf("%s: %d layers, want %d", name, got, layers)
		}
		within(s, osmBoundOf)
		for i := range s.Layers() {
			n := 0
			if err := s.Records(context.Background(), i, func(*Record) error { n++; return nil }); err != nil || n != 5 {
				t.Errorf("%s, layer %d: %d ways, %v, want 5 within the bound", name, i+1, n, err)
			}
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	}
}
