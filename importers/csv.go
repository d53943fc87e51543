package importers

import (
	"encoding/csv"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// CSV writes a table for spreadsheets: UTF-8 with the mark that makes them
// read it as such, CRLF as RFC 4180 has it, and no cell that a spreadsheet
// would take for a formula.
type CSV struct {
	w       *csv.Writer
	columns int
	row     []string
}

// NewCSV begins a table with its header. Call Close at its end.
func NewCSV(w io.Writer, header ...string) (*CSV, error) {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return nil, fmt.Errorf("write CSV: %w", err)
	}
	t := &CSV{w: csv.NewWriter(w), columns: len(header)}
	t.w.UseCRLF = true
	return t, t.Row(header...)
}

// Row writes one row, which must have as many cells as the header.
func (t *CSV) Row(cells ...string) error {
	if len(cells) != t.columns {
		return fmt.Errorf("write CSV: a row of %d cells under a header of %d", len(cells), t.columns)
	}
	t.row = t.row[:0]
	for _, c := range cells {
		t.row = append(t.row, SafeCell(c))
	}
	if err := t.w.Write(t.row); err != nil {
		return fmt.Errorf("write CSV: %w", err)
	}
	return nil
}

// Close writes what is left. It does not close the writer below.
func (t *CSV) Close() error {
	t.w.Flush()
	if err := t.w.Error(); err != nil {
		return fmt.Errorf("write CSV: %w", err)
	}
	return nil
}

// SafeCell gives a cell that no spreadsheet takes for a formula: one that
// begins with = + - @, a tab or a line end gets an apostrophe before it
// (OWASP, CSV Injection), and so does one that has apostrophes there already, so
// that taking one off gives every text back.
func SafeCell(s string) string {
	if isFormula(strings.TrimLeft(s, "'")) {
		return "'" + s
	}
	return s
}

// unsafeCell takes off what SafeCell puts before a text.
func unsafeCell(s string) string {
	if strings.HasPrefix(s, "'") && isFormula(strings.TrimLeft(s, "'")) {
		return s[1:]
	}
	return s
}

func isFormula(s string) bool {
	r, _ := utf8.DecodeRuneInString(s)
	return s != "" && strings.ContainsRune("=+-@\t\r\n＝＋－＠", r)
}
