package importers

import (
	"fmt"
	"io"
	"math"
	"strconv"
	"unicode/utf8"

	"github.com/xuri/excelize/v2"
)

// Sheet is one sheet of a workbook: a header, and rows of as many cells.
type Sheet struct {
	Name   string // at most 31 characters, none of :\/?*[]
	Header []string
	Rows   func(yield func([]any) bool)
	Widths []float64 // of columns, in characters; those beyond are as they come
}

// xlsxRows is how many rows a sheet may have, xlsxText how many characters a
// cell: Excel's own limits.
const xlsxRows, xlsxText = 1 << 20, 32_767

// WriteXLSX writes a workbook for spreadsheets (ISO/IEC 29500). The header of
// each sheet stays in sight. Cells are text, whole numbers, finite float64s,
// booleans and nil, which is an empty cell; anything else is an error. Text that
// a spreadsheet might take for a formula is quoted as SafeCell does: a workbook
// says what is text, but what it is copied into may not.
func WriteXLSX(w io.Writer, sheets ...Sheet) error {
	book := excelize.NewFile()
	defer func() { _ = book.Close() }() // only temporary files can fail to go
	bold, err := book.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	if err != nil {
		return fmt.Errorf("write XLSX: %w", err)
	}
	for i, s := range sheets {
		if i == 0 {
			err = book.SetSheetName(book.GetSheetName(0), s.Name)
		} else {
			_, err = book.NewSheet(s.Name)
		}
		if err == nil {
			err = s.write(book, bold)
		}
		if err != nil {
			return fmt.Errorf("write XLSX, sheet %s: %w", s.Name, err)
		}
	}
	if err := book.Write(w); err != nil {
		return fmt.Errorf("write XLSX: %w", err)
	}
	return nil
}

// write writes the sheet as a stream, so that long ones stay out of memory.
func (s *Sheet) write(book *excelize.File, bold int) error {
	out, err := book.NewStreamWriter(s.Name)
	if err != nil {
		return err
	}
	for i, width := range s.Widths {
		if err := out.SetColWidth(i+1, i+1, width); err != nil {
			return err
		}
	}
	if err := out.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	header := make([]any, len(s.Header))
	for i, h := range s.Header {
		header[i] = excelize.Cell{StyleID: bold, Value: SafeCell(h)}
	}
	if err := out.SetRow("A1", header); err != nil {
		return err
	}
	n := 1
	for row := range s.Rows {
		if n++; n > xlsxRows {
			return fmt.Errorf("more than %d rows", xlsxRows)
		}
		if len(row) != len(s.Header) {
			return fmt.Errorf("row %d has %d cells under a header of %d", n, len(row), len(s.Header))
		}
		cells := make([]any, len(row))
		for i, v := range row {
			if cells[i], err = xlsxCell(v); err != nil {
				return fmt.Errorf("row %d, %s: %w", n, s.Header[i], err)
			}
		}
		if err := out.SetRow("A"+strconv.Itoa(n), cells); err != nil {
			return err
		}
	}
	return out.Flush()
}

// xlsxCell gives a cell's value as the library takes it.
func xlsxCell(v any) (any, error) {
	switch v := v.(type) {
	case nil, bool, int, int64:
		return v, nil
	case float64:
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, fmt.Errorf("%v is no number for a cell", v)
		}
		return v, nil
	case string:
		if !utf8.ValidString(v) || utf8.RuneCountInString(v) >= xlsxText {
			return nil, fmt.Errorf("text that is not UTF-8, or longer than %d characters", xlsxText-1)
		}
		return SafeCell(v), nil
	}
	return nil, fmt.Errorf("a %T has no place in a cell", v)
}
