package importers

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// setParts are the endings of files that belong to a shapefile of the same
// name and change what is read of it.
var setParts = []string{".shp", ".shx", ".dbf", ".prj", ".cpg"}

// sets are the endings of files that belong together under one name, by the
// ending of the one that people name.
var sets = map[string][]string{
	".shp": setParts,
	".tab": {".tab", ".dat", ".map", ".id", ".ind"}, // MapInfo, which GDAL reads
	".mif": {".mif", ".mid"},
	// What was written last stands in the log beside it.
	".gpkg": {".gpkg", ".gpkg-wal"},
}

// Sum gives the SHA-256 of a file, in hexadecimal, by which an import is known
// later. Of a folder, and of files that belong together, it is that of the lines
// "name, two blanks, sum in hexadecimal, line feed" of its files, by name, as
// sha256sum writes them with the columns turned round; the name is that in the
// folder.
func Sum(path string) (string, error) {
	paths, err := filesOf(path)
	if err != nil {
		return "", fmt.Errorf("sum %s: %w", filepath.Base(path), err)
	}
	if len(paths) == 1 {
		return sumFile(paths[0])
	}
	all := sha256.New()
	for _, p := range paths {
		sum, err := sumFile(p)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(all, "%s  %s\n", filepath.Base(p), sum)
	}
	return hex.EncodeToString(all.Sum(nil)), nil
}

// filesOf lists the files that path stands for, in order.
func filesOf(path string) ([]string, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	stem, parts := path, sets[strings.ToLower(filepath.Ext(path))]
	if info.IsDir() {
		parts = nil
	} else {
		if parts == nil {
			return []string{path}, nil
		}
		stem, path = strings.TrimSuffix(path, filepath.Ext(path)), filepath.Dir(path)
	}
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, err
	}
	var out []string
	for _, e := range entries {
		full := filepath.Join(path, e.Name())
		ext := filepath.Ext(full)
		if !e.Type().IsRegular() || parts != nil && (!slices.Contains(parts, strings.ToLower(ext)) || strings.TrimSuffix(full, ext) != stem) {
			continue
		}
		out = append(out, full)
	}
	slices.Sort(out)
	return out, nil
}

func sumFile(path string) (string, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", fmt.Errorf("sum %s: %w", filepath.Base(path), err)
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}
