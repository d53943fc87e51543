package importers

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// geoJSONSource reads GeoJSON (RFC 7946): a collection, a feature or a geometry,
// or many of them, one a line or in a sequence (RFC 8142). The file is gone over
// once to learn its columns, and once for each reading of its features.
//
// The ids of features are the column id, first of all, where no property has
// that name. Lists and objects among the properties are values of the type JSON.
type geoJSONSource struct {
	path     string
	o        OpenOptions
	encoding TextEncoding
	layer    Layer
	ids      bool // the first column is that of ids
	size     int64
	changed  time.Time
}

// isGeoJSON tells a file that begins as JSON does.
func isGeoJSON(f *probe) bool {
	if f.dir {
		return false
	}
	head := f.head
	if e, _ := textEncodingOf(head); e.codec != nil {
		b, _ := io.ReadAll(e.Reader(bytes.NewReader(head)))
		head = b
	}
	head = bytes.TrimLeft(bytes.TrimPrefix(head, []byte("\ufeff")), " \t\r\n\x1e")
	return len(head) > 0 && (head[0] == '{' || head[0] == '[') ||
		len(head) == 0 && (f.ext == ".geojson" || f.ext == ".json" || f.ext == ".geojsonl" || f.ext == ".ndjson" || f.ext == ".geojsons")
}

// textEncodingOf tells UTF-16 by its byte order mark or by the zeros of its first
// two characters; all else is UTF-8 as far as this goes.
func textEncodingOf(head []byte) (e TextEncoding, from string) {
	switch {
	case bytes.HasPrefix(head, []byte{0xff, 0xfe}), bytes.HasPrefix(head, []byte{0xfe, 0xff}):
		return encodingNames["utf16"], EncodingFromBOM
	case len(head) >= 4 && head[0] != 0 && head[1] == 0 && head[2] != 0 && head[3] == 0:
		return encodingNames["utf16le"], EncodingFromGuess
	case len(head) >= 4 && head[0] == 0 && head[1] != 0 && head[2] == 0 && head[3] != 0:
		return encodingNames["utf16be"], EncodingFromGuess
	}
	return UTF8, ""
}

// openGeoJSON opens a file of GeoJSON.
func openGeoJSON(ctx context.Context, path string, o OpenOptions) (Source, error) {
	s := &geoJSONSource{path: path, o: o}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	s.size, s.changed = info.Size(), info.ModTime()
	head := make([]byte, 4)
	n, _ := io.ReadFull(f, head)
	s.encoding, s.layer.EncodingFrom = textEncodingOf(head[:n])
	if o.Encoding != "" {
		if s.encoding, err = NamedEncoding(o.Encoding); err != nil {
			return nil, err
		}
		s.layer.EncodingFrom = EncodingFromOption
	}
	found, whole, err := s.survey(ctx, f)
	if err != nil {
		return nil, err
	}
	if o.Encoding == "" && s.encoding.codec == nil && found.text.other() {
		s.encoding, s.layer.EncodingFrom = GB18030, EncodingFromGuess
		if found, whole, err = s.survey(ctx, f); err != nil {
			return nil, err
		}
		s.layer.Problems = append(s.layer.Problems, *s.encoding.GuessedProblem())
	}
	s.describe(found, whole)
	return s, nil
}

// survey goes over the file once.
func (s *geoJSONSource) survey(ctx context.Context, f *os.File) (*geoJSONSurvey, bool, error) {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return nil, false, err
	}
	return surveyGeoJSON(ctx, s.decoded(f), s.o.Limits)
}

// decoded gives the text of the file as UTF-8 without a byte order mark.
func (s *geoJSONSource) decoded(r io.Reader) io.Reader {
	if s.encoding.codec != nil {
		return s.encoding.Reader(r)
	}
	mark := make([]byte, 3)
	n, err := io.ReadFull(r, mark)
	if err == nil && string(mark) == "\ufeff" {
		return r
	}
	return io.MultiReader(bytes.NewReader(mark[:n]), r)
}

// describe makes the layer of what was found.
func (s *geoJSONSource) describe(v *geoJSONSurvey, whole bool) {
	l := &s.layer
	l.Name, l.Format = v.name, "GeoJSON"
	if l.Name == "" {
		l.Name = strings.TrimSuffix(filepath.Base(s.path), filepath.Ext(s.path))
	}
	if s.encoding.codec != nil || l.EncodingFrom != "" {
		l.Encoding = s.encoding.Name()
	}
	l.Columns = v.columns.names
	if _, taken := v.columns.index["id"]; v.ids && !taken {
		s.ids = true
		l.Columns = append([]string{"id"}, l.Columns...)
	}
	l.Geometry, l.HasZ, l.Features = v.geometryType(), v.hasZ, -1
	if whole {
		l.Features = v.count
	}
	var said []Problem
	l.CRS, said = v.crsHint()
	l.Problems = append(l.Problems, said...)
	if v.full {
		l.Problems = append(l.Problems, tooManyColumns(s.o.Limits.Columns))
	}
}

// Layers gives the only layer.
func (s *geoJSONSource) Layers() []Layer { return []Layer{s.layer} }

// Close has nothing to give back: the file is only open while it is read.
func (s *geoJSONSource) Close() error { return nil }

// Records reads the features.
func (s *geoJSONSource) Records(ctx context.Context, layer int, each func(*Record) error) error {
	if layer != 0 {
		return fmt.Errorf("read %s: there is no layer %d", filepath.Base(s.path), layer)
	}
	f, err := os.Open(s.path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	if info.Size() != s.size || !info.ModTime().Equal(s.changed) {
		return &Problem{Problem: ProblemFileCorrupt, Detail: "the file was changed while it was read; try again"}
	}
	var r io.Reader = f
	if s.o.Progress != nil {
		r = &progressReader{r: f, of: s.size, tell: s.o.Progress}
	}
	return walkGeoJSON(newTextWindow(ctx, s.decoded(r), s.o.Limits.Depth), newGeoJSONRecords(s, each))
}

// progressReader tells how far a file has been read.
type progressReader struct {
	r        io.Reader
	done, of int64
	tell     func(done, of int64)
}

func (p *progressReader) Read(b []byte) (int, error) {
	n, err := p.r.Read(b)
	p.done += int64(n)
	p.tell(p.done, p.of)
	return n, err
}
