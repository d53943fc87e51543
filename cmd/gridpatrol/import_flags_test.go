package main

import (
	"os"
	"path/filepath"
	"testing"
)

// TestImportFlags: what cannot mean anything is refused before a file is opened.
func TestImportFlags(t *testing.T) {
	file := filepath.Join(t.TempDir(), "grids.geojson")
	if err := os.WriteFile(file, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		flags importFlags
		fine  bool
	}{
		"a file":              {importFlags{File: file, CRS: "EPSG:4551", Encoding: "gbk", Report: "a.json"}, true},
		"a folder":            {importFlags{File: filepath.Dir(file)}, true},
		"no file":             {importFlags{File: file + "x"}, false},
		"a device":            {importFlags{File: os.DevNull}, false},
		"no system":           {importFlags{File: file, CRS: "EPSG:99999"}, false},
		"no encoding":         {importFlags{File: file, Encoding: "klingon"}, false},
		"a report of no form": {importFlags{File: file, Report: "a.txt"}, false},
	} {
		if err := c.flags.Validate(); (err == nil) != c.fine {
			t.Errorf("%s: %v", name, err)
		}
	}
}
