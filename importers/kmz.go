package importers

import (
	"context"
	"errors"
	"fmt"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// isKMZ reports whether a file is a packed KML: by its name, or by the document
// that it holds.
func isKMZ(f *probe) bool {
	return f.starts("PK\x03\x04") && (f.ext == ".kmz" || f.ext == ".ovkmz" || f.holds("doc.kml"))
}

// openKMZ opens the documents in a packed KML: doc.kml first (OGC 12-007r2, annex
// C), then the others, which it has links to. Those without placemarks are left
// out, where any has some. Links are not followed otherwise.
func openKMZ(ctx context.Context, name string, o OpenOptions) (Source, error) {
	a, err := readArchive(name, o.Limits)
	if err != nil {
		return nil, err
	}
	defer a.file.Close()
	var documents []string
	for _, e := range a.entries {
		ext := strings.ToLower(path.Ext(e.name))
		switch {
		case ext != ".kml" && ext != ".ovkml" || clutter(e.name):
		case strings.EqualFold(e.name, "doc.kml"):
			documents = append([]string{e.name}, documents...)
		default:
			documents = append(documents, e.name)
		}
	}
	if len(documents) == 0 {
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
		err = a.unpack(ctx, dir, documents, o)
	}
	if err != nil {
		return nil, errors.Join(err, s.Close())
	}
	var opened []*kmlFile
	some := false
	for _, d := range documents {
		src, err := openKML(ctx, filepath.Join(dir, filepath.FromSlash(d)), o)
		if err != nil {
			return nil, errors.Join(err, s.Close())
		}
		k := src.(*kmlFile)
		k.packedAs(filepath.Base(name), d == documents[0])
		opened = append(opened, k)
		some = some || k.layers[k.whole].Features > 0
	}
	opened = slices.DeleteFunc(opened, func(k *kmlFile) bool { return some && k.layers[k.whole].Features == 0 })
	if len(opened) == 1 {
		return &unpacked{opened[0], s}, nil
	}
	var j joined
	for _, k := range opened {
		j.add(filepath.Base(k.path), k)
	}
	return &unpacked{&j, s}, nil
}

// packedAs names the layers of the first document by the packed file where it has
// no name of its own, and takes the system from the packed file's ending.
func (k *kmlFile) packedAs(name string, first bool) {
	ext := path.Ext(name)
	inner := strings.TrimSuffix(filepath.Base(k.path), filepath.Ext(k.path))
	for i := range k.layers {
		l := &k.layers[i]
		l.Format = "KMZ"
		if first && l.Name == inner {
			l.Name = strings.TrimSuffix(name, ext)
		}
		if strings.EqualFold(ext, ".ovkmz") {
			l.CRS = ovital(ext)
		}
	}
}
