package importers

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// text gives the bytes of a column without the padding after them: what another
// program left behind a zero byte is padding too.
func (r *dbfRows) text(f *dbfField) []byte {
	b := r.row[f.at : f.at+f.size]
	if i := bytes.IndexByte(b, 0); i >= 0 {
		b = b[:i]
	}
	return bytes.TrimRight(b, " ")
}

// values fills one value for each column, and tells of text that is damaged;
// number is that of the record.
func (r *dbfRows) values(out []Value, number int) (problems []Problem) {
	for i := range r.t.fields {
		f := &r.t.fields[i]
		out[i] = Value{}
		switch f.kind {
		case 'C':
			text, cut, ok := r.t.encoding.DecodeField(r.text(f))
			if text != "" {
				out[i] = Value{text, Text}
			}
			if cut || !ok {
				problems = append(problems, r.damaged(f, text, number, ok))
			}
		case 'N', 'F':
			out[i] = dbfNumber(string(bytes.TrimSpace(r.text(f))))
		case 'L':
			out[i] = dbfBool(r.row[f.at : f.at+f.size])
		case 'D':
			out[i] = dbfDate(string(bytes.TrimSpace(r.text(f))))
		default:
			out[i] = dbfBinary(f.kind, r.row[f.at:f.at+f.size])
		}
	}
	return problems
}

// damaged says what is wrong with a text: cut off by the end of its column, a
// warning, or not of its encoding.
func (r *dbfRows) damaged(f *dbfField, text string, number int, ok bool) Problem {
	p := Problem{
		Feature: number, Problem: ProblemValueDamaged,
		Values: map[string]any{"column": f.name, "value": clipText(text, 40), "encoding": r.t.encoding.Name()},
	}
	if ok {
		p.Warning = true
		p.Detail = fmt.Sprintf("column %s: %q is cut off within a character, since the column holds %d bytes only", f.name, clipText(text, 40), f.size)
		p.Values["bytes"] = f.size
		return p
	}
	p.Detail = fmt.Sprintf("column %s: %q is no text in %s; name the encoding that it is in", f.name, clipText(text, 40), r.t.encoding.Name())
	return p
}

// unread gives warnings for columns whose values stand in another file (memos),
// or in a form that is not read here.
func (t *dbfTable) unread() (problems []Problem) {
	for _, f := range t.fields {
		switch f.kind {
		case 'C', 'N', 'F', 'L', 'D', 'I', 'B', 'Y', '0':
			if f.kind != 'B' || f.size == 8 {
				continue
			}
		}
		problems = append(problems, Problem{
			Problem: ProblemFileMissingPart, Warning: true,
			Detail: fmt.Sprintf("column %s is a memo or of a type (%q) that is not read; it counts as empty", f.name, f.kind),
			Values: map[string]any{"part": "memo", "column": f.name},
		})
	}
	return problems
}

// dbfNumber keeps the digits as they stand. Asterisks stand for no value, or for
// one that its column was too narrow for.
func dbfNumber(s string) Value {
	switch {
	case s == "" || s[0] == '*':
		return Value{}
	case numeric(s):
		return Value{s, Number}
	}
	return Value{strings.ToValidUTF8(s, "\ufffd"), Text}
}

// numeric reports whether s is a number in decimal digits, with or without sign,
// decimals and exponent.
func numeric(s string) bool {
	if strings.Trim(s, "0123456789+-.eE") != "" {
		return false // what else ParseFloat takes: Inf, NaN, 0x1p4
	}
	_, err := strconv.ParseFloat(s, 64)
	return err == nil
}

func dbfBool(b []byte) Value {
	if len(b) > 0 {
		switch b[0] {
		case 'T', 't', 'Y', 'y':
			return Value{"true", Bool}
		case 'F', 'f', 'N', 'n':
			return Value{"false", Bool}
		}
	}
	return Value{}
}

func dbfDate(s string) Value {
	if strings.Trim(s, "0 *") == "" {
		return Value{}
	}
	if day, err := time.Parse("20060102", s); err == nil {
		return Value{day.Format(time.DateOnly), Date}
	}
	return Value{strings.ToValidUTF8(s, "\ufffd"), Text}
}

// dbfBinary gives the numbers that FoxPro keeps in binary; anything
// else counts as empty.
func dbfBinary(kind byte, b []byte) Value {
	switch {
	case kind == 'I' && len(b) == 4:
		return Value{strconv.Itoa(int(int32(binary.LittleEndian.Uint32(b)))), Number}
	case kind == 'Y' && len(b) == 8: // money, in 1/10,000
		v := int64(binary.LittleEndian.Uint64(b))
		return Value{strconv.FormatFloat(float64(v)/1e4, 'f', -1, 64), Number}
	case kind == 'B' && len(b) == 8:
		v := math.Float64frombits(binary.LittleEndian.Uint64(b))
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			return Value{strconv.FormatFloat(v, 'f', -1, 64), Number}
		}
	}
	return Value{}
}
