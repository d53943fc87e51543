package importers

import (
	"context"
	"fmt"
	"path"
	"path/filepath"
	"strings"
)

// isKMZ reports whether a file is a packed KML: by its name, or by the document
// that it holds.
func isKMZ(f *probe) bool {
	return f.starts("PK\x03\x04") && (f.ext == ".kmz" || f.ext == ".ovkmz" || f.holds("doc.kml"))
}

// openKMZ opens the document in a packed KML: doc.kml, else the first .kml, at its
// root if there is one there (OGC 12-007r2, annex C). Others are reached by
// links, which are not followed.
func openKMZ(ctx context.Context, name string, o OpenOptions) (Source, error) {
	a, err := readArchive(name, o.Limits)
	if err != nil {
		return nil, err
	}
	defer a.file.Close()
	main := ""
	for _, e := range a.entries {
		ext := strings.ToLower(path.Ext(e.name))
		if ext != ".kml" && ext != ".ovkml" || clutter(e.name) {
			continue
		}
		if main == "" || strings.Contains(main, "/") && !strings.Contains(e.name, "/") || strings.EqualFold(e.name, "doc.kml") {
			main = e.name
		}
	}
	if main == "" {
		return nil, &Problem{
			Problem: ProblemFormatRefused,
			Detail:  fmt.Sprintf("the packed KML %q has no .kml in it", clipText(filepath.Base(name), 120)),
			Values:  map[string]any{"file": clipText(filepath.Base(name), 120)},
		}
	}
	s, err := newScratch(o.TempDir)
	if err != nil {
		return nil, err
	}
	dir, err := s.files()
	if err == nil {
		err = a.unpack(ctx, dir, []string{main}, o)
	}
	if err != nil {
		s.Close()
		return nil, err
	}
	src, err := openKML(ctx, filepath.Join(dir, filepath.FromSlash(main)), o)
	if err != nil {
		s.Close()
		return nil, err
	}
	k := src.(*kmlFile)
	k.packedAs(filepath.Base(name))
	return &unpacked{k, s}, nil
}

// packedAs names the layers by the packed file where the document has no name of
// its own, and takes its system from the packed file's ending.
func (k *kmlFile) packedAs(name string) {
	ext := path.Ext(name)
	inner := strings.TrimSuffix(filepath.Base(k.path), filepath.Ext(k.path))
	for i := range k.layers {
		l := &k.layers[i]
		l.Format = "KMZ"
		if l.Name == inner {
			l.Name = strings.TrimSuffix(name, ext)
		}
		if strings.EqualFold(ext, ".ovkmz") {
			l.CRS = ovital(ext)
		}
	}
}
