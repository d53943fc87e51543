package importers

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/gridpatrol/gridpatrol/geo"
)

// maxKMLLayers is how many folders are layers of their own; of a file with more
// there is only the whole.
const maxKMLLayers = 100

// kmlFile is a KML file (OGC 12-007r2): longitude and latitude in WGS 84 as the
// standard has it, in GCJ-02 where the ending is one of the Ovital map's. The
// file is gone over once to learn its folders and columns, and once for each
// reading.
//
// Where the placemarks are in one folder, the layer is all of them. Where several
// folders have some, each is a layer, called by the names of the folders it is in
// with slashes between them; the last layer, a hidden one, is all of them, with
// the folder as a column.
type kmlFile struct {
	path     string
	size     int64
	o        OpenOptions
	encoding TextEncoding // what to decode before the XML is read
	decode   bool
	columns  kmlColumns
	layers   []Layer
	folders  []string // of the layers
	whole    int      // the index of the layer that is all of it
}

// isKML reports whether a file is KML: by its first element, or by its name where
// that is not among the first bytes.
func isKML(f *probe) bool {
	switch root := f.root(); root {
	case "kml":
		return true
	case "", "Document", "Folder", "Placemark":
		return (f.ext == ".kml" || f.ext == ".ovkml") && (f.xml() || f.starts("\xff\xfe") || f.starts("\xfe\xff") || !f.dir && f.size == 0)
	}
	return false
}

// openKML opens a KML file.
func openKML(ctx context.Context, path string, o OpenOptions) (Source, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	k := &kmlFile{path: path, size: info.Size(), o: o}
	from := ""
	head := make([]byte, 2)
	if f, err := os.Open(path); err == nil {
		_, err = io.ReadFull(f, head)
		f.Close()
		if err != nil {
			head = nil
		}
	}
	switch {
	case o.Encoding != "":
		if k.encoding, err = NamedEncoding(o.Encoding); err != nil {
			return nil, err
		}
		k.decode, from = true, EncodingFromOption
	case bytes.Equal(head, []byte("\xff\xfe")), bytes.Equal(head, []byte("\xfe\xff")):
		if k.encoding, err = NamedEncoding("UTF-16"); err != nil {
			return nil, err
		}
		k.decode, from = true, EncodingFromBOM
	}
	err = k.survey(ctx)
	var p *Problem
	if errors.As(err, &p) && p.Problem == ProblemFileCorrupt && !k.decode && strings.Contains(p.Detail, "invalid UTF-8") {
		// Written in GB 18030, whatever the declaration says.
		k.encoding, k.decode, from = GB18030, true, EncodingFromGuess
		err = k.survey(ctx)
	}
	if err != nil && len(k.layers) == 0 {
		return nil, err // else who reads it hears of it, after what stands before
	}
	for i := range k.layers {
		l := &k.layers[i]
		if k.decode {
			l.Encoding, l.EncodingFrom = k.encoding.Name(), from
		}
		if from == EncodingFromGuess {
			l.Problems = append(l.Problems, *k.encoding.GuessedProblem())
		}
	}
	return k, nil
}

// walk goes through the file.
func (k *kmlFile) walk(ctx context.Context, hear func(done, of int64), each func(*kmlWalk, *kmlPlacemark) error) (*kmlWalk, error) {
	f, err := os.Open(k.path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	var in io.Reader = f
	if k.decode {
		in = k.encoding.Reader(f)
	}
	w := newKMLWalk(ctx, k.path, in, k.o.Limits, k.decode)
	if hear != nil {
		w.in.hear = func(done int64) { hear(min(done, k.size), k.size) }
	}
	return w, w.run(func(p *kmlPlacemark) error { return each(w, p) })
}

// survey learns folders, columns, counts and kinds.
func (k *kmlFile) survey(ctx context.Context) error {
	k.columns, k.layers, k.folders = kmlColumns{}, nil, nil
	type folder struct {
		layer Layer
		kinds shapeKinds
	}
	var whole folder
	var folders []*folder
	byName := map[string]*folder{}
	w, err := k.walk(ctx, nil, func(w *kmlWalk, p *kmlPlacemark) error {
		if err := k.columns.learn(w, p); err != nil {
			return err
		}
		f := byName[p.folder]
		if f == nil && len(folders) <= maxKMLLayers {
			f = &folder{layer: Layer{Name: p.folder}}
			byName[p.folder] = f
			folders = append(folders, f)
		}
		for _, f := range []*folder{f, &whole} {
			if f != nil {
				f.layer.Features++
				f.layer.HasZ = f.layer.HasZ || p.hadZ
				f.kinds.add(p.geometry)
			}
		}
		return nil
	})
	var cut *Problem
	if err != nil && !(errors.As(err, &cut) && cut.Problem == ProblemFileTruncated && whole.layer.Features > 0) {
		return err
	}
	k.columns.finish(w, len(folders) > 1)
	title := w.title
	if title == "" && len(folders) == 1 {
		title = folders[0].layer.Name
	}
	if title == "" {
		title = strings.TrimSuffix(filepath.Base(k.path), filepath.Ext(k.path))
	}
	if whole.layer.Features == 0 && w.links > 0 {
		whole.layer.Problems = []Problem{{
			Problem: ProblemEmptyGeometry,
			Detail:  "the file has no placemarks, only links to other files, which are not followed; give those files",
			Values:  map[string]any{"count": w.links},
		}}
	}
	if len(folders) > 1 && len(folders) <= maxKMLLayers {
		for _, f := range folders {
			k.folders = append(k.folders, f.layer.Name)
			if f.layer.Name == "" {
				f.layer.Name = title
			}
			f.layer.Geometry = f.kinds.kind
			k.layers = append(k.layers, f.layer)
		}
		whole.layer.Hidden = true
	}
	whole.layer.Name, whole.layer.Geometry = title, whole.kinds.kind
	for slices.ContainsFunc(k.layers, func(l Layer) bool { return l.Name == whole.layer.Name }) {
		whole.layer.Name += " (all)"
	}
	k.whole = len(k.layers)
	k.layers = append(k.layers, whole.layer)
	for i := range k.layers {
		l := &k.layers[i]
		l.Format, l.Columns, l.CRS = "KML", k.columns.names, CRSHint{CRS: geo.WGS84, Text: "KML", From: "format"}
		if ext := filepath.Ext(k.path); strings.EqualFold(ext, ".ovkml") {
			l.CRS = ovital(ext)
		}
	}
	return err
}

// ovital says that the Ovital map wrote the file, which shifts what it shows.
func ovital(ext string) CRSHint {
	return CRSHint{CRS: geo.GCJ02, Text: strings.ToLower(strings.TrimPrefix(ext, ".")), From: "extension"}
}

// Layers lists the folders that have placemarks, and the whole.
func (k *kmlFile) Layers() []Layer { return k.layers }

// Records reads the placemarks of a folder, or all.
func (k *kmlFile) Records(ctx context.Context, layer int, each func(*Record) error) error {
	var r Record
	_, err := k.walk(ctx, k.o.Progress, func(_ *kmlWalk, p *kmlPlacemark) error {
		if layer != k.whole && p.folder != k.folders[layer] {
			return nil
		}
		r = Record{Number: r.Number + 1, Line: p.line, Geometry: p.geometry, HadZ: p.hadZ, Problems: p.problems,
			Values: k.columns.values(p, r.Values[:0])}
		for i := range r.Problems {
			r.Problems[i].Feature, r.Problems[i].Line = r.Number, r.Line
		}
		return each(&r)
	})
	return err
}

// Close has nothing to close.
func (k *kmlFile) Close() error { return nil }
