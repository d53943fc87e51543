package importers

import (
	"bytes"
	"fmt"
	"strings"
)

// csvScan reads rows of separated values (RFC 4180, and what spreadsheets make
// of it): cells in quotes or without, rows that end with CRLF, LF or CR.
type csvScan struct {
	*textWindow
	comma byte
	room  []byte
	ends  []int // of the cells in room
	// fault is what is wrong with the row's quotes.
	fault string
}

// csvCellsMax is how many cells of a row are kept: more than a table may have columns.
const csvCellsMax = 4096

// csvTooManyCells is the fault of a row with more: a text made once, as such a row may have
// millions.
var csvTooManyCells = fmt.Sprintf("it has more than %d cells", csvCellsMax)

// row reads the next row. It is done when there is none.
func (s *csvScan) row() (done bool, err error) {
	err = s.try(func() error {
		done, err = s.once(true)
		return err
	})
	if err == errTextTooLong && s.i < len(s.b) && bytes.IndexByte(s.b[s.i:], '"') >= 0 {
		// A quote that is opened by mistake takes all that follows: without it the
		// row ends where its line does.
		err = s.try(func() error { done, err = s.once(false); return err })
	}
	return done, err
}

// once reads a row, as far as it is in sight.
func (s *csvScan) once(quotes bool) (done bool, err error) {
	s.room, s.ends, s.fault = s.room[:0], s.ends[:0], ""
	start := s.i
	if s.i >= len(s.b) {
		if s.ended {
			return true, nil
		}
		return false, errShort
	}
	for {
		if quotes && s.i < len(s.b) && s.b[s.i] == '"' {
			whole, err := s.quoted()
			if err != nil {
				return false, err
			}
			if !whole {
				s.i = start
				return s.once(false)
			}
		} else {
			s.bare()
		}
		if n := len(s.ends); n < csvCellsMax {
			s.ends = append(s.ends, len(s.room))
		} else {
			s.room = s.room[:s.ends[n-1]]
			s.fault = csvTooManyCells
		}
		if s.i >= len(s.b) {
			if !s.ended {
				return false, errShort
			}
			break
		}
		c := s.b[s.i]
		s.i++
		if c == s.comma {
			continue
		}
		if c == '\r' {
			if s.i >= len(s.b) && !s.ended {
				return false, errShort
			}
			if s.i < len(s.b) && s.b[s.i] == '\n' {
				s.i++
			}
		}
		break
	}
	if !quotes {
		s.fault = "a quote is opened and not closed"
	}
	return false, nil
}

// bare reads a cell without quotes.
func (s *csvScan) bare() {
	i := s.i
	for i < len(s.b) && s.b[i] != s.comma && s.b[i] != '\n' && s.b[i] != '\r' {
		i++
	}
	s.room = append(s.room, s.b[s.i:i]...)
	s.i = i
}

// quoted reads a cell in quotes; whole is false for one that the file never
// closes though lines follow.
func (s *csvScan) quoted() (whole bool, err error) {
	i := s.i + 1
	for {
		n := bytes.IndexByte(s.b[i:], '"')
		if n < 0 {
			switch {
			case !s.ended:
				return false, errShort
			case bytes.IndexByte(bytes.TrimRight(s.b[s.i:], "\r\n"), '\n') < 0:
				return false, errTextEnds
			}
			return false, nil
		}
		s.room = append(s.room, s.b[i:i+n]...)
		i += n + 1
		if i >= len(s.b) && !s.ended {
			return false, errShort
		}
		if i < len(s.b) && s.b[i] == '"' {
			s.room = append(s.room, '"')
			i++
			continue
		}
		break
	}
	s.i = i
	if i < len(s.b) && s.b[i] != s.comma && s.b[i] != '\n' && s.b[i] != '\r' {
		s.fault = "text stands behind a closing quote"
		s.bare()
	}
	return true, nil
}

// csvCells makes values of a row's cells.
func (s *csvScan) csvCells(values []Value) []Value {
	all := string(s.room)
	values, start := values[:0], 0
	for _, end := range s.ends {
		v := Value{Text: csvText(all[start:end])}
		if v.Text != "" {
			v.Type = Text
		}
		values = append(values, v)
		start = end
	}
	return values
}

// csvText takes off what spreadsheets and SafeCell put around a text so that it
// stays one: ="0012", '=1+1. Line ends within it are line feeds, whatever they are
// in the file.
func csvText(s string) string {
	if strings.IndexByte(s, '\r') >= 0 {
		s = strings.ReplaceAll(s, "\r\n", "\n")
	}
	switch {
	case len(s) >= 3 && s[0] == '=' && s[1] == '"' && s[len(s)-1] == '"':
		return strings.ReplaceAll(s[2:len(s)-1], `""`, `"`)
	case s != "" && s[0] == '\'':
		return unsafeCell(s)
	}
	return s
}

// csvFault is the problem of a row's quotes.
func (s *csvScan) csvFault() []Problem {
	if s.fault == "" {
		return nil
	}
	return []Problem{{Problem: ProblemValueDamaged, Detail: fmt.Sprintf("the row is damaged: %s", s.fault)}}
}
