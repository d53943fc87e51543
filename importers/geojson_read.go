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

// geoJSONSource reads GeoJSON (RFC 7946): a collection, a feature or a geometry,
// or many of them, one a line or in a sequence (RFC 8142). The file is gone over
// once to learn its columns, and once for each reading of its features.
//
// The ids of features are the column id, first of all, where no property has
// that name. Lists and objects among the properties are values of the type JSON.
type geoJSONSource struct {
	textInput
	o     OpenOptions
	layer Layer
	ids   bool // the first column is that of ids
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

// openGeoJSON opens a file of GeoJSON.
func openGeoJSON(ctx context.Context, path string, o OpenOptions) (Source, error) {
	s := &geoJSONSource{textInput: textInput{path: path}, o: o}
	f, err := s.open()
	if err != nil {
		return nil, err
	}
	defer f.Close()
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
	return surveyGeoJSON(ctx, s.text(f, nil), s.o.Limits)
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
	f, err := s.again()
	if err != nil {
		return err
	}
	defer f.Close()
	return walkGeoJSON(newTextWindow(ctx, s.text(f, s.o.Progress), s.o.Limits.Depth), newGeoJSONRecords(s, each))
}
