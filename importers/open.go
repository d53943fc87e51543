package importers

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// opener reads one format.
type opener struct {
	// is reports whether a file is of the format: by what it holds where that can
	// tell, by its name only where nothing else does.
	is   func(f *probe) bool
	open func(ctx context.Context, path string, o OpenOptions) (Source, error)
}

// openers lists the formats in the order in which they are asked: those known by
// a signature before those known by their text, plain text last.
func openers() []opener {
	return []opener{
		{isShapefile, openShapefile},
		{isGeoPackage, openGeoPackage},
		{isGeoJSON, openGeoJSON},
	}
}

// Open opens a file, or the folder of a shapefile or of several files, whatever
// it is called: what it holds decides. An archive is unpacked into a folder of
// its own under OpenOptions.TempDir, which Close removes. A file that cannot be
// read is a *Problem, of FORMAT_REFUSED with what to export instead where the
// format is none of ours; a path that cannot be opened is the system's error.
func Open(ctx context.Context, path string, o OpenOptions) (Source, error) {
	o.Limits = o.Limits.orDefault()
	return open(ctx, path, o)
}

// open is Open with limits filled in; what unpacks calls it for what it unpacked.
func open(ctx context.Context, path string, o OpenOptions) (Source, error) {
	f, err := newProbe(path)
	if err != nil {
		return nil, err
	}
	for _, opener := range openers() {
		if opener.is(f) {
			return opener.open(ctx, path, o)
		}
	}
	return nil, &Problem{
		Problem: ProblemFormatRefused,
		Detail: fmt.Sprintf("%s is in no format known here; export it as a shapefile, GeoPackage, GeoJSON, KML, CSV or XLSX",
			filepath.Base(path)),
		Values: map[string]any{"file": filepath.Base(path)},
	}
}

// orDefault gives the limits with DefaultLimits in place of zeros.
func (l Limits) orDefault() Limits {
	d := DefaultLimits()
	fill(&l.Vertices, d.Vertices)
	fill(&l.Rings, d.Rings)
	fill(&l.Columns, d.Columns)
	fill(&l.TextBytes, d.TextBytes)
	fill(&l.ZipEntries, d.ZipEntries)
	fill(&l.ZipBytes, d.ZipBytes)
	fill(&l.ZipRatio, d.ZipRatio)
	fill(&l.Depth, d.Depth)
	return l
}

func fill[T int | int64](v *T, d T) {
	if *v == 0 {
		*v = d
	}
}

// probe is what is known of a file before it is read.
type probe struct {
	path string
	name string // the last part of the path
	ext  string // of the name, in small letters, with its dot
	dir  bool
	size int64
	head []byte // the first bytes, at most headBytes
}

// headBytes is enough for every signature, and for the first tag or line of a
// text that begins with comments.
const headBytes = 8 << 10

// newProbe looks at a file or folder.
func newProbe(path string) (*probe, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	p := &probe{path: path, name: filepath.Base(path), dir: info.IsDir(), size: info.Size()}
	p.ext = strings.ToLower(filepath.Ext(p.name))
	switch {
	case p.dir:
		return p, nil
	case !info.Mode().IsRegular():
		return nil, fmt.Errorf("open %s: it is no regular file", path)
	}
	p.head, err = io.ReadAll(io.LimitReader(f, headBytes))
	return p, err
}

// starts reports whether the file begins with a signature.
func (p *probe) starts(signature string) bool {
	return bytes.HasPrefix(p.head, []byte(signature))
}

// text gives the first bytes without a byte order mark and white space before
// them; of UTF-16 nothing.
func (p *probe) text() []byte {
	return bytes.TrimLeft(bytes.TrimPrefix(p.head, []byte("\ufeff")), " \t\r\n")
}
