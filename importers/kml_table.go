package importers

import (
	"html"
	"strings"
)

// tableOf reads the values out of the table in a description, which is where
// ArcGIS puts all it knows of a feature when it writes KML: rows of two cells, a
// name and a value. Rows of other numbers of cells are passed over; no more than
// limit rows are read. What is no such table gives nothing.
func tableOf(description string, limit int) (data []kmlDatum) {
	lower := asciiLower(description)
	for {
		at := strings.Index(lower, "<tr")
		if at < 0 || len(data) >= limit {
			return data
		}
		description, lower = description[at+3:], lower[at+3:]
		end := len(lower)
		for _, mark := range []string{"<tr", "</tr", "</table"} { // the next row first, so that each byte is looked at a few times at most
			if i := strings.Index(lower[:end], mark); i >= 0 {
				end = i
			}
		}
		if cells := cellsOf(description[:end], lower[:end]); len(cells) == 2 && cells[0] != "" {
			if cells[1] == "<Null>" {
				continue
			}
			data = append(data, kmlDatum{cells[0], cells[1]})
		}
		description, lower = description[end:], lower[end:]
	}
}

// cellsOf gives the texts of the cells of a row, at most three; lower is the row
// in small letters.
func cellsOf(row, lower string) (cells []string) {
	for len(cells) < 3 {
		at := strings.Index(lower, "<td")
		if at < 0 {
			break
		}
		row, lower = row[at:], lower[at:]
		start := strings.IndexByte(lower, '>')
		if start < 0 {
			break
		}
		row, lower = row[start+1:], lower[start+1:]
		end := strings.Index(lower, "</td")
		if next := strings.Index(lower, "<td"); next >= 0 && (end < 0 || next < end) {
			end = next // a cell that is not closed
		}
		if end < 0 {
			end = len(lower)
		}
		cells = append(cells, plainText(row[:end]))
		row, lower = row[end:], lower[end:]
	}
	return cells
}

// plainText gives what HTML shows, without its tags.
func plainText(s string) string {
	var b strings.Builder
	for {
		open := strings.IndexByte(s, '<')
		if open < 0 {
			break
		}
		b.WriteString(s[:open])
		end := strings.IndexByte(s[open:], '>')
		if end < 0 {
			s = ""
			break
		}
		s = s[open+end+1:]
	}
	b.WriteString(s)
	return strings.TrimSpace(html.UnescapeString(b.String()))
}

// asciiLower makes capitals of ASCII small and keeps every byte where it is.
func asciiLower(s string) string {
	b := []byte(s)
	for i, c := range b {
		if c >= 'A' && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}
