package importers

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
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
		{isFolder, openFolder},
		{isShapefile, openShapefile},
		{isOSMPBF, openOSMPBF},
		{isGeoPackage, openGeoPackage},
		{isKML, openKML},
		{isRefused, openRefused},
		{isXLSX, openXLSX},
		{isKMZ, openKMZ},
		{isArchive, openArchive},
		{isGeoJSON, openGeoJSON},
		{isRefusedName, openRefusedName},
		{isCSV, openCSV},
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
	if o.ViaOGR && (!isArchive(f) || isXLSX(f) || isKMZ(f) || f.holds("content.xml")) {
		return openOGR(ctx, path, o)
	}
	if !f.dir && f.size == 0 {
		return nil, &Problem{Problem: ProblemFileTruncated, Detail: fmt.Sprintf("%s is empty; have it sent again", f.name), Values: map[string]any{"file": f.name}}
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
	zip  []string
	// zipRead says that zip was read.
	zipRead bool
}

// headBytes is enough for every signature, and for the first tag or line of a
// text that begins with comments.
const headBytes = 8 << 10

// newProbe looks at a file or folder.
func newProbe(path string) (*probe, error) {
	// Before it is opened: to open a pipe waits for who writes into it.
	if info, err := os.Stat(path); err != nil {
		return nil, err
	} else if !info.IsDir() && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("open %s: it is no regular file", path)
	}
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

// binary reports whether there is a byte among the first ones that no text has.
func (p *probe) binary() bool { return bytes.IndexByte(p.head, 0) >= 0 }

// xml reports whether the file looks like XML.
func (p *probe) xml() bool {
	text := p.text()
	return len(text) > 1 && text[0] == '<' && (text[1] == '?' || text[1] == '!' || text[1]|0x20 >= 'a' && text[1]|0x20 <= 'z')
}

// root gives the name of the first element of XML, without its prefix, "" where
// there is none among the first bytes.
func (p *probe) root() string {
	if !p.xml() {
		return ""
	}
	for text := p.text(); ; {
		start := bytes.IndexByte(text, '<')
		if start < 0 {
			return ""
		}
		text = text[start+1:]
		end := ">"
		switch {
		case bytes.HasPrefix(text, []byte("!--")):
			end = "-->"
		case bytes.HasPrefix(text, []byte("?")), bytes.HasPrefix(text, []byte("!")):
		default:
			name := text[:max(0, bytes.IndexAny(text, " \t\r\n/>"))]
			return string(name[bytes.IndexByte(name, ':')+1:])
		}
		skip := bytes.Index(text, []byte(end))
		if skip < 0 {
			return ""
		}
		text = text[skip:]
	}
}

// entries lists the names of the entries of a zip, none where it is no zip or
// they cannot be read.
func (p *probe) entries() []string {
	if p.zipRead || !p.starts("PK\x03\x04") {
		return p.zip
	}
	p.zipRead = true
	if z, err := openZip(p.path); err == nil {
		for _, e := range z.File {
			p.zip = append(p.zip, e.Name)
		}
		z.Close()
	}
	return p.zip
}

// holds reports whether the file is a zip with an entry of this name.
func (p *probe) holds(entry string) bool { return slices.Contains(p.entries(), entry) }
