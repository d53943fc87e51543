package importers

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
)

// csvOf reads rows of text as it lies in memory.
func csvOf(text string, comma byte) (rows [][]string, faults int, err error) {
	s := csvScan{textWindow: newTextWindow(context.Background(), strings.NewReader(text), 0), comma: comma}
	var cells []Value
	for {
		done, err := s.row()
		if err != nil || done {
			return rows, faults, err
		}
		faults += len(s.csvFault())
		cells = s.csvCells(cells)
		var row []string
		for _, v := range cells {
			row = append(row, v.Text)
		}
		rows = append(rows, row)
	}
}

// FuzzCSV: no text makes the reader panic, and the rows of what it takes read
// back as they were once written.
func FuzzCSV(f *testing.F) {
	for _, s := range []string{"a,b\r\n1,\"x\"\"\ny\"\n", "a;b\r1;'=2", "\"open\n1,2\n", "a\tb\n=\"\"\"0012\"\"\"\t", "\"a\"b,c\n,,\n", "sep=;\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		rows, faults, err := csvOf(text, ',')
		if err != nil {
			if csvProblem(err, 1) == err {
				t.Fatal(err)
			}
			return
		}
		if faults > 0 {
			return
		}
		for _, row := range rows {
			if slices.ContainsFunc(row, func(s string) bool { return strings.Contains(s, "\r") }) {
				return // is not written
			}
			var b bytes.Buffer
			w, err := NewCSV(&b, row...)
			if err != nil || w.Close() != nil {
				t.Fatal(err)
			}
			back, faults, err := csvOf(strings.TrimPrefix(b.String(), "\ufeff"), ',')
			if err != nil || faults > 0 || len(back) != 1 || !slices.Equal(back[0], row) {
				t.Errorf("%q is written as %q and reads back as %q, %v", row, b.String(), back, err)
			}
		}
	})
}

// FuzzSheet: no rows make the search for a header panic, or lose a row that
// holds something.
func FuzzSheet(f *testing.F) {
	for _, s := range []string{"a,b\n1,2\n", "t,,\na,b,c\n,姓名,电话\n1,2,3\n", "单位：x,日期：y\n编码,wkt\n1,POINT (1 2)\n2,SRID=4551;POINT (3 4)\n", "\n,,\nx\n", "crs,geom\nEPSG:4551,0101000000000000000000F03F0000000000000040\n"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		rows := func(_ context.Context, each func(*sheetRow) error) error {
			for i, line := range strings.Split(text, "\n") {
				r := sheetRow{line: i + 1}
				for _, cell := range strings.Split(line, ",") {
					v := Value{Text: cell}
					if cell != "" {
						v.Type = Text
					}
					r.cells = append(r.cells, v)
				}
				if err := each(&r); err != nil {
					return err
				}
			}
			return nil
		}
		s, err := newSheet(context.Background(), Layer{Format: formatCSV}, rows, []cellSpan{{1, 0, 2, 0}, {1, 1, 1, 2}}, DefaultLimits())
		if err != nil {
			t.Fatal(err)
		}
		n, held := 0, 0
		_ = rows(context.Background(), func(r *sheetRow) error {
			if r.line > s.header.last && !r.empty() {
				held++
			}
			return nil
		})
		err = s.records(context.Background(), func(r *Record) error {
			if n++; len(r.Values) != len(s.layer.Columns) {
				t.Errorf("a row has %d values, the layer %d columns", len(r.Values), len(s.layer.Columns))
			}
			return nil
		})
		var p *Problem
		if err != nil && !errors.As(err, &p) || n != held || s.layer.Features != n {
			t.Errorf("%q: %d rows, %v, want %d", text, n, err, held)
		}
	})
}
