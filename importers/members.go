package importers

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// The endings by which the files of a folder or archive are told apart: what to
// open comes from the first group that has any.
var memberGroups = [][]string{
	{".shp", ".gpkg", ".geojson", ".geojsonl", ".geojsons", ".ndjson", ".json", ".kml", ".kmz", ".ovkml", ".pbf", ".csv", ".tsv", ".xlsx"},
	{".txt", ".wkt", ".xml", ".sqlite", ".db"},
	{".dbf", ".shx", ".prj", ".cpg"}, // parts of a shapefile without the part that matters
}

// chooseMembers gives the names of those files that are to be opened, in order.
// Names have slashes; one that ends with a slash is a folder.
func chooseMembers(names []string) ([]string, error) {
	names = slices.DeleteFunc(slices.Clone(names), clutter)
	slices.Sort(names)
	for _, group := range memberGroups {
		var out []string
		for _, n := range names {
			if slices.Contains(group, strings.ToLower(path.Ext(n))) {
				out = append(out, n)
			}
		}
		if len(out) > 0 {
			return out, nil
		}
	}
	for _, n := range names {
		for dir := n; dir != "." && dir != "/"; dir = path.Dir(dir) { // of a .gdb, the folder says it
			if p := refusedByName(path.Base(dir)); p != nil {
				return nil, p
			}
		}
	}
	if len(names) == 1 && !strings.HasSuffix(names[0], "/") {
		return names, nil // what it holds may tell
	}
	return nil, &Problem{
		Problem: ProblemFormatRefused,
		Detail:  "there is no file of a format known here in it; export a shapefile, GeoPackage, GeoJSON, KML, CSV or XLSX",
		Values:  map[string]any{"count": len(names)},
	}
}

// clutter reports whether a file is one that systems leave behind.
func clutter(name string) bool {
	base := path.Base(name)
	return strings.HasPrefix(name, "__MACOSX/") || strings.HasPrefix(base, ".") ||
		strings.EqualFold(base, "Thumbs.db") || strings.EqualFold(base, "desktop.ini") || strings.HasPrefix(base, "~$")
}

// withParts adds the files that are read together with the members.
func withParts(members, names []string) []string {
	out := slices.Clone(members)
	for _, n := range names {
		for _, m := range members {
			ext := path.Ext(m)
			part := false
			switch strings.ToLower(ext) {
			case ".shp", ".dbf", ".shx", ".prj", ".cpg":
				stem, _ := strings.CutSuffix(n, path.Ext(n))
				part = strings.EqualFold(stem, strings.TrimSuffix(m, ext)) && slices.Contains(setParts, strings.ToLower(path.Ext(n)))
			case ".gpkg":
				part = n == m+"-wal" || n == m+"-shm"
			}
			if part && !slices.Contains(out, n) {
				out = append(out, n)
			}
		}
	}
	return out
}

// isFolder reports whether it is a folder.
func isFolder(f *probe) bool { return f.dir }

// openFolder opens the files that stand in a folder, not those in folders of it.
func openFolder(ctx context.Context, dir string, o OpenOptions) (Source, error) {
	if p := refusedByName(filepath.Base(dir)); p != nil {
		return nil, p
	}
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var names []string
	for _, e := range entries {
		switch {
		case e.Type().IsRegular():
			names = append(names, e.Name())
		case e.IsDir() && refusedByName(e.Name()) != nil:
			names = append(names, e.Name()+"/")
		}
	}
	members, err := chooseMembers(names)
	if err != nil {
		return nil, err
	}
	if len(members) > o.Limits.ZipEntries {
		return nil, &Problem{
			Problem: ProblemLimit,
			Detail:  fmt.Sprintf("the folder has %d files that might be meant; at most %d are read: name one of them", len(members), o.Limits.ZipEntries),
			Values:  map[string]any{"count": len(members), "limit": o.Limits.ZipEntries},
		}
	}
	return openMembers(ctx, dir, members, o)
}

// openMembers opens files under dir and gives their layers one after another. A
// file that cannot be read hides none of the others: it is a layer whose records
// cannot be read. Where none can be, that is the error.
func openMembers(ctx context.Context, dir string, members []string, o OpenOptions) (Source, error) {
	var j joined
	var first error
	opened := false
	for _, m := range members {
		src, err := open(ctx, filepath.Join(dir, filepath.FromSlash(m)), o)
		var p *Problem
		switch {
		case err == nil:
			opened = true
		case !errors.As(err, &p):
			return nil, errors.Join(err, j.Close())
		default:
			if first == nil {
				first = err
			}
			src = &unreadable{Layer{Name: path.Base(m), Problems: []Problem{*p}}, p}
		}
		j.add(m, src)
	}
	if !opened {
		return nil, errors.Join(first, j.Close())
	}
	if len(j.sources) == 1 {
		return j.sources[0], nil
	}
	return &j, nil
}

// joined is the layers of several sources.
type joined struct {
	sources []Source
	layers  []Layer
	from    []layerOf
}

// layerOf says which layer of which source a layer is.
type layerOf struct {
	source Source
	layer  int
}

// add takes the layers of a source; those whose name is taken get the file's.
func (j *joined) add(member string, src Source) {
	j.sources = append(j.sources, src)
	for i, l := range src.Layers() {
		if slices.ContainsFunc(j.layers, func(x Layer) bool { return x.Name == l.Name }) {
			l.Name = member + ":" + l.Name
		}
		j.layers = append(j.layers, l)
		j.from = append(j.from, layerOf{src, i})
	}
}

// Layers lists the layers of all.
func (j *joined) Layers() []Layer { return j.layers }

// Records reads a layer of one.
func (j *joined) Records(ctx context.Context, layer int, each func(*Record) error) error {
	return j.from[layer].source.Records(ctx, j.from[layer].layer, each)
}

// Close closes all.
func (j *joined) Close() error {
	var errs []error
	for _, s := range j.sources {
		errs = append(errs, s.Close())
	}
	return errors.Join(errs...)
}

// unreadable stands for a file that cannot be read beside others that can.
type unreadable struct {
	layer Layer
	err   *Problem
}

// Layers gives a layer that has nothing but the problem.
func (u *unreadable) Layers() []Layer { return []Layer{u.layer} }

// Records gives the problem.
func (u *unreadable) Records(context.Context, int, func(*Record) error) error { return u.err }

// Close has nothing to close.
func (u *unreadable) Close() error { return nil }
