package importers

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
)

// xlsxSource reads a workbook (ISO/IEC 29500): each sheet is a layer, hidden ones
// too. Merged cells have their value everywhere; a header may take several rows,
// with titles above. Numbers keep their digits. Hidden rows and columns are read
// like the others, with a warning.
type xlsxSource struct {
	path   string
	o      OpenOptions
	zip    *zipFile
	sheets []*xlsxSheet
	tables []*sheet
	faults []error // of each sheet, why it cannot be read
}

// isXLSX tells a zip that holds a workbook.
func isXLSX(f *probe) bool {
	if f.dir || !f.starts("PK\x03\x04") {
		return false
	}
	entries := f.entries()
	if len(entries) == 0 {
		return f.ext == ".xlsx" || f.ext == ".xlsm" // opening says what is wrong
	}
	types, book := false, false
	for _, name := range entries {
		name = strings.ToLower(name)
		types = types || name == "[content_types].xml"
		book = book || strings.HasPrefix(name, "xl/workbook.")
	}
	return types && book
}

// openXLSX opens a workbook.
func openXLSX(ctx context.Context, path string, o OpenOptions) (Source, error) {
	z, err := openZip(path)
	if err != nil {
		if errors.Is(err, zip.ErrFormat) {
			return nil, &Problem{Problem: ProblemFileTruncated, Detail: "the workbook ends too early: the list of its parts, which stands at the end, is missing"}
		}
		return nil, xlsxProblem(filepath.Base(path), err)
	}
	s := &xlsxSource{path: path, o: o, zip: z}
	if err := s.read(ctx); err != nil {
		z.Close()
		return nil, err
	}
	return s, nil
}

func (s *xlsxSource) read(ctx context.Context) error {
	book, err := readXLSXBook(ctx, s.zip.Reader, s.o.Limits)
	if err != nil {
		return err
	}
	if book.files["xl/workbook.bin"] != nil && len(book.sheets) == 0 {
		return &Problem{Problem: ProblemFormatRefused, Detail: "the file is a binary workbook (.xlsb); save it as .xlsx", Values: map[string]any{"format": "XLSB"}}
	}
	for _, e := range book.sheets {
		at := &xlsxSheet{book: book, part: e.part}
		layer := Layer{Name: e.name, Format: formatXLSX, Hidden: e.hidden, Features: -1}
		err := at.look(ctx)
		var table *sheet
		if err == nil {
			if at.hiddenRows+at.hiddenColumns > 0 {
				layer.Problems = append(layer.Problems, Problem{
					Problem: ProblemRowCount, Warning: true,
					Detail: fmt.Sprintf("%d rows and %d columns of the sheet are hidden; they are read like the others", at.hiddenRows, at.hiddenColumns),
					Values: map[string]any{"rows": at.hiddenRows, "columns": at.hiddenColumns},
				})
			}
			table, err = newSheet(ctx, layer, at.rows(nil), at.spans, s.o.Limits)
		}
		var fault *Problem
		if errors.As(err, &fault) {
			// One bad sheet does not hide the others.
			layer.Problems = append(layer.Problems, *fault)
			table = &sheet{layer: layer}
		} else if err != nil {
			return err
		}
		s.sheets, s.tables, s.faults = append(s.sheets, at), append(s.tables, table), append(s.faults, err)
	}
	if len(s.tables) == 0 {
		return &Problem{Problem: ProblemFileCorrupt, Detail: "the workbook has no sheet"}
	}
	return nil
}

// Layers lists the sheets.
func (s *xlsxSource) Layers() []Layer {
	out := make([]Layer, len(s.tables))
	for i, t := range s.tables {
		out[i] = t.layer
	}
	return out
}

// Close closes the file.
func (s *xlsxSource) Close() error { return s.zip.Close() }

// Records reads the rows of a sheet below its header.
func (s *xlsxSource) Records(ctx context.Context, layer int, each func(*Record) error) error {
	if layer < 0 || layer >= len(s.tables) {
		return fmt.Errorf("read %s: there is no sheet %d", filepath.Base(s.path), layer)
	}
	if s.faults[layer] != nil {
		return s.faults[layer]
	}
	t := *s.tables[layer]
	t.rows = s.sheets[layer].rows(s.o.Progress)
	return t.records(ctx, each)
}
