package importers

import (
	"slices"
	"strings"
)

// cellSpan is a rectangle of merged cells: rows from 1, columns from 0, ends
// included.
type cellSpan struct{ row0, col0, row1, col1 int }

// sheetHeader is where the header of a table stands, and what it calls the
// columns.
type sheetHeader struct {
	first, last int // lines
	names       []string
}

// headerRows is how many rows a header may take.
const headerRows = 3

// findHeader finds the header among the first rows of a table: the first row
// that is about as full as any, below titles and lines such as "单位：…  日期：…".
// Where cells of it are merged, or left empty as if they were, the rows below
// name the parts: "姓名" under "网格长" is the column "网格长/姓名".
func findHeader(head []sheetRow, spans []cellSpan) sheetHeader {
	widest, width := 0, 0
	for i := range head {
		widest = max(widest, filled(head[i].cells))
		width = max(width, beyond(head[i].cells, 0))
	}
	top := slices.IndexFunc(head, func(r sheetRow) bool {
		n := filled(r.cells)
		return n > 0 && (widest == 1 || n >= 2 && 2*n >= widest && !isTitle(&r, spans))
	})
	if top < 0 {
		if top = slices.IndexFunc(head, func(r sheetRow) bool { return !r.empty() }); top < 0 {
			return sheetHeader{}
		}
	}
	bottom := top
	for grown := true; grown && bottom-top+1 < headerRows; {
		grown = false
		for _, s := range spans {
			if s.row0 < head[top].line || s.row0 > head[bottom].line {
				continue
			}
			below := s.row1 > head[bottom].line // it goes on in the next row
			parted := s.row1 == head[bottom].line && s.col1 > s.col0 && s.col1-s.col0+1 < width
			if next := bottom + 1; next < len(head) && (below && head[next].line <= s.row1 || parted && namesParts(&head[bottom], &head[next])) {
				bottom, grown = next, true
				break
			}
		}
	}
	filledIn := slices.Clone(head[top].cells)
	if bottom == top && top+1 < len(head) && partsBelow(&head[top], &head[top+1]) {
		bottom++
		for i := 1; i < len(head[bottom].cells); i++ {
			if i >= len(filledIn) {
				filledIn = append(filledIn, Value{})
			}
			if filledIn[i].Type == Null && head[bottom].cells[i].Type != Null {
				filledIn[i] = filledIn[i-1]
			}
		}
	}
	h := sheetHeader{first: head[top].line, last: head[bottom].line}
	for i := top; i <= bottom; i++ {
		h.names = append(h.names, make([]string, max(0, beyond(head[i].cells, 0)-len(h.names)))...)
	}
	for column := range h.names {
		var parts []string
		for i := top; i <= bottom; i++ {
			cells := head[i].cells
			if i == top {
				cells = filledIn
			}
			if column >= len(cells) {
				continue
			}
			if part := headerText(cells[column].Text); part != "" && (len(parts) == 0 || parts[len(parts)-1] != part) {
				parts = append(parts, part)
			}
		}
		h.names[column] = strings.Join(parts, "/")
	}
	return h
}

// headerText gives a name as one line, without the blanks that spread it
// ("姓 名") or break it.
func headerText(s string) string {
	s = strings.TrimFunc(s, func(r rune) bool { return r == '\ufeff' || r <= ' ' || r == '\u3000' || r == '\u00a0' })
	words := strings.FieldsFunc(s, func(r rune) bool { return r <= ' ' || r == '\u3000' || r == '\u00a0' })
	latin := strings.IndexFunc(s, func(r rune) bool { return r < 0x2e80 && r > ' ' && r != '\u00a0' }) >= 0
	if latin {
		return strings.Join(words, " ")
	}
	return strings.Join(words, "")
}

// filled counts the cells that hold something.
func filled(cells []Value) (n int) {
	for _, v := range cells {
		if v.Type != Null {
			n++
		}
	}
	return n
}

// isTitle tells a row of one text, merged or not, and one that only says what
// the table is of: "单位：奢岭街道", "日期：…".
func isTitle(r *sheetRow, spans []cellSpan) bool {
	anchors, said := 0, 0
	for i, v := range r.cells {
		if v.Type == Null || slices.ContainsFunc(spans, func(s cellSpan) bool {
			return s.row0 <= r.line && r.line <= s.row1 && s.col0 < i && i <= s.col1
		}) {
			continue
		}
		anchors++
		if strings.ContainsAny(v.Text, "：:") {
			said++
		}
	}
	return anchors < 2 || said == anchors
}

// namesParts tells whether the row below names parts of merged cells: texts of
// names, and another one somewhere.
func namesParts(top, below *sheetRow) bool {
	other := false
	for i, v := range below.cells {
		if v.Type == Null {
			continue
		}
		if v.Type != Text || !isName(v.Text) {
			return false
		}
		other = other || i >= len(top.cells) || top.cells[i].Text != v.Text
	}
	return other
}

// isName tells a text that may be a column's name rather than a value.
func isName(s string) bool {
	digits := 0
	for _, r := range s {
		if r >= '0' && r <= '9' {
			digits++
		}
	}
	return digits < 4 && len(s) <= 90
}

// partNames are what names of parts are mostly; below a header whose merged
// cells are lost, as in CSV, they tell a second row of it from data.
var partNames = []string{"姓名", "电话", "手机", "手机号", "手机号码", "联系电话", "联系方式", "电话号码", "职务", "性别", "name", "phone", "mobile", "tel"}

// partsBelow tells whether the row below goes on with a header in which merged
// cells are lost: filled just where the top has gaps, with names of parts.
func partsBelow(top, below *sheetRow) bool {
	gaps, parts := false, 0
	for i, v := range below.cells {
		above := i < len(top.cells) && top.cells[i].Type != Null
		if v.Type == Null {
			continue
		}
		if v.Type != Text || !isName(v.Text) || i == 0 {
			return false
		}
		gaps = gaps || !above
		if slices.Contains(partNames, strings.ToLower(headerText(v.Text))) {
			parts++
		}
	}
	return gaps && parts > 0 && below.cells[0].Type == Null
}
