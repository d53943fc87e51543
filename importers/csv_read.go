package importers

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// csvSource reads a table of separated values. All values are texts; empty cells
// are Null. Columns with WKT, with WKB in hexadecimal or with geometries of
// GeoJSON become the geometry.
type csvSource struct {
	textInput
	o     OpenOptions
	comma byte
	skip  int // lines before the table
	table *sheet
}

// isCSV tells a text whose first lines have separators, or that is called a
// table.
func isCSV(f *probe) bool {
	if f.dir || len(bytes.TrimSpace(f.head)) == 0 {
		return !f.dir && (f.ext == ".csv" || f.ext == ".tsv")
	}
	head := f.head
	if e, _ := textEncodingOf(head); e.codec != nil {
		head, _ = io.ReadAll(e.Reader(bytes.NewReader(head)))
	}
	if bytes.IndexFunc(head, func(r rune) bool { return r < ' ' && r != '\t' && r != '\n' && r != '\r' || r == 0x7f }) >= 0 {
		return false
	}
	if f.ext == ".csv" || f.ext == ".tsv" || f.ext == ".txt" {
		return true
	}
	line, _, _ := bytes.Cut(bytes.TrimSpace(head), []byte{'\n'})
	return f.ext == "" && bytes.ContainsAny(line, ",;\t")
}

// openCSV opens a table of separated values.
func openCSV(ctx context.Context, path string, o OpenOptions) (Source, error) {
	s := &csvSource{textInput: textInput{path: path}, o: o}
	f, err := s.open()
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if s.size == 0 {
		return nil, &Problem{Problem: ProblemFileTruncated, Detail: "the file is empty"}
	}
	from, guessed, err := s.findEncoding(f)
	if err != nil {
		return nil, err
	}
	layer := Layer{
		Name: strings.TrimSuffix(filepath.Base(path), filepath.Ext(path)), Format: formatCSV,
		Encoding: s.encoding.Name(), EncodingFrom: from,
	}
	if guessed {
		layer.Problems = append(layer.Problems, *s.encoding.GuessedProblem())
	}
	if err := s.findComma(f); err != nil {
		return nil, err
	}
	s.table, err = newSheet(ctx, layer, s.rows(nil), nil, o.Limits)
	return s, err
}

// findEncoding finds the encoding: as it is named, by its mark, else by all of
// the text. guessed is true where a wrong guess would be seen in names alone.
func (s *csvSource) findEncoding(f *os.File) (from string, guessed bool, err error) {
	if s.o.Encoding != "" {
		s.encoding, err = NamedEncoding(s.o.Encoding)
		return EncodingFromOption, false, err
	}
	head := make([]byte, 4)
	n, _ := io.ReadFull(f, head)
	if s.encoding, from = textEncodingOf(head[:n]); s.encoding.codec != nil {
		return from, false, nil
	}
	var tally utf8Tally
	marked := bytes.HasPrefix(head[:n], []byte("\ufeff"))
	tally.add(head[:n])
	piece := make([]byte, windowBytes)
	plain := ascii(head[:n])
	for {
		n, err := f.Read(piece)
		tally.add(piece[:n])
		plain = plain && ascii(piece[:n])
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return "", false, err
		}
	}
	switch {
	case marked:
		return EncodingFromBOM, false, nil
	case tally.other():
		s.encoding = GB18030
		return EncodingFromGuess, true, nil
	case plain:
		return "", false, nil
	}
	return EncodingFromGuess, false, nil // other encodings are not UTF-8 by chance
}

// findComma finds what separates the cells: what Excel's line sep=; names, else
// that which gives the first rows most cells, in most rows alike.
func (s *csvSource) findComma(f *os.File) error {
	if _, err := f.Seek(0, io.SeekStart); err != nil {
		return err
	}
	head, err := io.ReadAll(io.LimitReader(s.text(f, nil), windowBytes))
	if err != nil {
		return err
	}
	s.comma = ','
	if rest, ok := cutFold(string(head[:min(len(head), 7)]), "sep="); ok && len(rest) >= 2 && (rest[1] == '\r' || rest[1] == '\n') {
		s.comma, s.skip = rest[0], 1
		return nil
	}
	best := 0
	for _, comma := range []byte{',', '\t', ';', '|'} {
		scan := csvScan{textWindow: newTextWindow(context.Background(), bytes.NewReader(head), 0), comma: comma}
		counts := map[int]int{}
		for range 50 {
			done, err := scan.row()
			if err != nil || done || scan.i == len(scan.b) && len(head) == windowBytes {
				break // the last row may be cut off
			}
			counts[len(scan.ends)]++
		}
		score := 0
		for cells, rows := range counts {
			if cells > 1 {
				score = max(score, rows*1000+min(cells, 999))
			}
		}
		if score > best {
			best, s.comma = score, comma
		}
	}
	return nil
}

// rows gives the rows of the file.
func (s *csvSource) rows(progress func(done, of int64)) sheetSource {
	return func(ctx context.Context, each func(*sheetRow) error) error {
		f, err := s.again()
		if err != nil {
			return err
		}
		defer f.Close()
		scan := csvScan{textWindow: newTextWindow(ctx, s.text(f, progress), 0), comma: s.comma}
		row := sheetRow{}
		for skip := s.skip; ; skip-- {
			line := max(scan.line(scan.i), row.line+1) // rows may end with CR alone
			done, err := scan.row()
			if err != nil {
				return csvProblem(err, line)
			}
			if done {
				return nil
			}
			if row.line = line; skip > 0 {
				continue
			}
			row.cells, row.problems = scan.csvCells(row.cells), scan.csvFault()
			if err := each(&row); err != nil {
				return err
			}
		}
	}
}

// csvProblem gives the problem of the file that ended its reading.
func csvProblem(err error, line int) error {
	switch err {
	case errTextEnds:
		return &Problem{Problem: ProblemFileTruncated, Line: line, Detail: "the file ends within a text in quotes; have it sent or written again"}
	case errTextTooLong:
		return &Problem{Problem: ProblemLimit, Line: line, Detail: fmt.Sprintf("the row is longer than %d MiB", windowMaxBytes>>20), Values: map[string]any{"limit": windowMaxBytes}}
	}
	return err
}

// Layers gives the only layer.
func (s *csvSource) Layers() []Layer { return []Layer{s.table.layer} }

// Close has nothing to give back: the file is only open while it is read.
func (s *csvSource) Close() error { return nil }

// Records reads the rows below the header.
func (s *csvSource) Records(ctx context.Context, layer int, each func(*Record) error) error {
	if layer != 0 {
		return fmt.Errorf("read %s: there is no layer %d", filepath.Base(s.path), layer)
	}
	t := *s.table
	t.rows = s.rows(s.o.Progress)
	return t.records(ctx, each)
}
