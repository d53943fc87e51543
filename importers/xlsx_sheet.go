package importers

import (
	"cmp"
	"context"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// xlsxSheet is one sheet of a workbook.
type xlsxSheet struct {
	book          *xlsxBook
	part          string
	spans         []cellSpan // by their first rows
	hiddenRows    int
	hiddenColumns int
}

// xlsxSpans is how many merged cells a sheet may have.
const xlsxSpans = 200_000

// look finds what stands behind the rows of a sheet, and what is hidden.
func (s *xlsxSheet) look(ctx context.Context) error {
	err := s.book.part(ctx, s.part, nil, func(x *xmlScan) error {
		if x.closing {
			return nil
		}
		switch x.name {
		case "row":
			if xmlTrue(x.attr("hidden")) {
				s.hiddenRows++
			}
		case "col":
			from, _ := strconv.Atoi(x.attr("min"))
			to, _ := strconv.Atoi(x.attr("max"))
			if xmlTrue(x.attr("hidden")) && from > 0 && to >= from && to <= s.book.limits.Columns {
				s.hiddenColumns += to - from + 1
			}
		case "mergeCell":
			first, last, _ := strings.Cut(x.attr("ref"), ":")
			c0, r0 := xlsxPlace(first)
			c1, r1 := xlsxPlace(last)
			if r0 < 1 || r1 < r0 || c0 < 0 || c1 < c0 {
				return nil
			}
			s.spans = append(s.spans, cellSpan{r0, c0, r1, min(c1, s.book.limits.Columns-1)})
			if len(s.spans) > xlsxSpans {
				return &Problem{Problem: ProblemLimit, Detail: fmt.Sprintf("the sheet has more than %d merged cells", xlsxSpans), Values: map[string]any{"limit": xlsxSpans}}
			}
		}
		return nil
	})
	slices.SortStableFunc(s.spans, func(a, b cellSpan) int { return cmp.Compare(a.row0, b.row0) })
	return err
}

// xlsxPlace gives the column, from 0, and the row, from 1, of a place such as
// AB12; -1 and 0 where it is none.
func xlsxPlace(ref string) (column, row int) {
	i := 0
	for i < len(ref) && i < 4 && ref[i]|0x20 >= 'a' && ref[i]|0x20 <= 'z' {
		column = 26*column + int(ref[i]|0x20-'a') + 1
		i++
	}
	row, err := strconv.Atoi(ref[i:])
	if i == 0 || err != nil {
		return -1, 0
	}
	return column - 1, row
}

// rows gives the rows of the sheet, in which merged cells have their value
// everywhere.
func (s *xlsxSheet) rows(progress func(done, of int64)) sheetSource {
	return func(ctx context.Context, each func(*sheetRow) error) error {
		r := xlsxRow{sheet: s, row: sheetRow{}}
		return s.book.part(ctx, s.part, progress, func(x *xmlScan) error {
			switch {
			case x.name == "row" && !x.closing:
				if r.begin(x); r.row.line > xlsxRows {
					return &Problem{Problem: ProblemLimit, Line: r.row.line, Detail: fmt.Sprintf("the sheet has more than %d rows", xlsxRows), Values: map[string]any{"limit": xlsxRows}}
				}
			case x.name == "row":
				r.end()
				return each(&r.row)
			case x.name == "c" && !x.closing:
				r.cell(x)
			case x.name == "c":
				r.value()
			case x.name == "v":
				r.plain = !x.closing && !x.single
			case x.name == "" && r.plain:
				r.raw = x.appendText(r.raw)
			case r.kind == "inlineStr":
				r.runs.see(x)
			}
			return nil
		})
	}
}

// xlsxRow makes a row of what stands in the sheet.
type xlsxRow struct {
	sheet  *xlsxSheet
	row    sheetRow
	column int // of the cell
	kind   string
	style  int
	plain  bool // within <v>
	raw    []byte
	runs   xlsxRuns
	// Merged cells that the row may be in, and what stands in them.
	next   int
	merged []mergedCell
	taken  []int // of each column, the last row in which merged cells have it
}

type mergedCell struct {
	cellSpan
	value Value
}

func (r *xlsxRow) begin(x *xmlScan) {
	line, err := strconv.Atoi(x.attr("r"))
	if err != nil || line <= r.row.line {
		line = r.row.line + 1
	}
	r.row = sheetRow{line: line, cells: r.row.cells[:0]}
	r.column = -1
}

func (r *xlsxRow) cell(x *xmlScan) {
	column, _ := xlsxPlace(x.attr("r"))
	if column <= r.column {
		column = r.column + 1
	}
	r.column, r.kind, r.raw, r.plain = column, x.attr("t"), r.raw[:0], false
	r.style, _ = strconv.Atoi(x.attr("s"))
	r.runs.begin()
}

// value puts the cell into the row.
func (r *xlsxRow) value() {
	v := Value{Text: string(r.raw), Type: Text}
	switch r.kind {
	case "s":
		i, err := strconv.Atoi(strings.TrimSpace(v.Text))
		if err != nil || i < 0 || i >= len(r.sheet.book.texts) {
			v = Value{}
			if len(r.raw) > 0 {
				r.fault("says a text that the workbook lacks")
			}
		} else {
			v.Text = r.sheet.book.texts[i]
		}
	case "inlineStr":
		v.Text = r.runs.text()
	case "str":
	case "b":
		v = Value{strconv.FormatBool(xmlTrue(v.Text)), Bool}
	case "e":
		r.fault("is a mistake of the spreadsheet: " + clipText(v.Text, 20))
		v = Value{}
	case "d":
		v.Type = Date
	default:
		v = r.number(strings.TrimSpace(v.Text))
	}
	if v.Type == Text {
		v.Text = unsafeCell(v.Text)
	}
	if strings.TrimSpace(v.Text) == "" {
		v = Value{}
	}
	r.put(r.column, v)
}

// put sets a cell of the row. Columns beyond the limit are left out.
func (r *xlsxRow) put(column int, v Value) {
	if column >= r.sheet.book.limits.Columns || v.Type == Null && column >= len(r.row.cells) {
		return
	}
	for len(r.row.cells) <= column {
		r.row.cells = append(r.row.cells, Value{})
	}
	r.row.cells[column] = v
}

func (r *xlsxRow) fault(what string) {
	if len(r.row.problems) >= recordProblems {
		return
	}
	r.row.problems = append(r.row.problems, Problem{
		Problem: ProblemValueDamaged,
		Detail:  fmt.Sprintf("the cell %s %s", xlsxName(r.column, r.row.line), what),
		Values:  map[string]any{"cell": xlsxName(r.column, r.row.line)},
	})
}

// xlsxName gives the name of a place: AB12.
func xlsxName(column, row int) string {
	letters := ""
	for n := column + 1; n > 0; n = (n - 1) / 26 {
		letters = string(rune('A'+(n-1)%26)) + letters
	}
	return letters + strconv.Itoa(row)
}

// number gives the digits of a number as they stand, with two exceptions. A cell
// that shows a date is a date. And what some programs write as 2.20112001001001E14
// is written out where its digits say all of it: one that says less, such as
// 2.20112E+14, was a longer number once, and stays to be seen.
func (r *xlsxRow) number(text string) Value {
	if text == "" {
		return Value{}
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsInf(f, 0) || math.IsNaN(f) {
		r.fault("is no number: " + clipText(text, 20))
		return Value{}
	}
	if r.style >= 0 && r.style < len(r.sheet.book.dates) && r.sheet.book.dates[r.style] {
		if v, ok := xlsxDate(f, r.sheet.book.from1904); ok {
			return v
		}
	}
	if mantissa, exponent, ok := strings.Cut(strings.ToLower(text), "e"); ok && math.Abs(f) < 1e15 && f == math.Trunc(f) {
		digits := strings.Trim(strings.Replace(strings.TrimLeft(mantissa, "-+"), ".", "", 1), "0")
		if n, err := strconv.Atoi(strings.TrimPrefix(exponent, "+")); err == nil && n+1-len(digits) <= 5 {
			text = strconv.FormatFloat(f, 'f', -1, 64)
		}
	}
	return Value{text, Number}
}

// xlsxDate gives the date that a count of days shows: a date alone, or date and
// time as RFC 3339 has them but without a zone, which the sheet does not know; of
// less than a day the time as text.
func xlsxDate(days float64, from1904 bool) (Value, bool) {
	switch {
	case days < 0 || days >= 2958466: // the year 10000
		return Value{}, false
	case from1904:
		days += 1462
	case days >= 1 && days < 60:
		days++ // 1900 is taken for a leap year
	}
	seconds := int64(math.Round(days * 86400))
	at := time.Date(1899, 12, 30, 0, 0, 0, 0, time.UTC).Add(time.Duration(seconds%86400)*time.Second).AddDate(0, 0, int(seconds/86400))
	switch {
	case seconds < 86400:
		return Value{at.Format(time.TimeOnly), Text}, true
	case seconds%86400 == 0:
		return Value{at.Format(time.DateOnly), Date}, true
	}
	return Value{at.Format("2006-01-02T15:04:05"), Date}, true
}

// takes tells whether a span has its columns for itself, as it must; spans that
// lie over others could make much of little.
func (r *xlsxRow) takes(s cellSpan) bool {
	if r.taken == nil {
		r.taken = make([]int, r.sheet.book.limits.Columns)
	}
	for column := s.col0; column <= s.col1; column++ {
		if r.taken[column] >= r.row.line {
			return false
		}
	}
	for column := s.col0; column <= s.col1; column++ {
		r.taken[column] = s.row1
	}
	return true
}

// end spreads merged cells over the row.
func (r *xlsxRow) end() {
	line := r.row.line
	for ; r.next < len(r.sheet.spans) && r.sheet.spans[r.next].row0 <= line; r.next++ {
		s := r.sheet.spans[r.next]
		m := mergedCell{cellSpan: s}
		if s.row0 == line && s.col0 < len(r.row.cells) {
			m.value = r.row.cells[s.col0]
		}
		if m.value.Type != Null && s.row1 >= line && r.takes(s) {
			r.merged = append(r.merged, m)
		}
	}
	r.merged = slices.DeleteFunc(r.merged, func(m mergedCell) bool { return m.row1 < line })
	alone := filled(r.row.cells)
	for _, m := range r.merged {
		for column := m.col0; column <= m.col1; column++ {
			r.put(column, m.value)
		}
		if alone == 1 && m.row0 == line && m.col1-m.col0 >= 2 {
			r.row.note = m.col1 - m.col0 + 1
		}
	}
}
