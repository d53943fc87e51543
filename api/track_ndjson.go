package api

import (
	"bytes"
	"errors"
	"strconv"

	"github.com/gridpatrol/gridpatrol/geo"
)

// ndjson reads one fix a line. Pointers begin with the number of the line, from 1.
func (t *trackReader) ndjson(body []byte) {
	for n := 1; len(body) > 0 && !t.full(); n++ {
		line := body
		if i := bytes.IndexByte(body, '\n'); i >= 0 {
			line, body = body[:i], body[i+1:]
		} else {
			body = nil
		}
		if line = bytes.TrimSpace(line); len(line) == 0 {
			continue
		}
		at := ""
		f, ok := quickFix(line)
		if !ok || len(t.fields) > 0 {
			at = "/" + strconv.Itoa(n)
			if f, ok = t.line(at, line); !ok {
				continue
			}
		}
		before, many := len(t.fields), len(t.fixes)
		t.take(at, f, lineNames)
		if at == "" && len(t.fields) > before { // pointers are made for who needs them
			t.fields, t.fixes = t.fields[:before], t.fixes[:many]
			t.take("/"+strconv.Itoa(n), f, lineNames)
		}
	}
}

// line reads a line strictly, and says what is wrong with it.
func (t *trackReader) line(at string, line []byte) (out rawFix, ok bool) {
	o, err := parseObject(line)
	if err != nil {
		var f *fault
		detail := "is no JSON object"
		if errors.As(err, &f) {
			detail = "is no JSON object that can be read: " + f.Detail
			for _, field := range f.Fields {
				t.fields = append(t.fields, geo.FieldError{Pointer: at + field.Pointer, Detail: field.Detail})
			}
			if len(f.Fields) > 0 {
				return out, false
			}
		}
		t.impossible(at, "%s", detail)
		return out, false
	}
	before := len(t.fields)
	f := newFields(&t.faults, at, o)
	out = rawFix{t: f.text("t", 64), lon: f.number("lon"), lat: f.number("lat"), accuracy: f.number("accuracy_m"), speed: f.number("speed_mps")}
	if v, given := f.member("mock"); given {
		if out.mock, given = v.(bool); !given {
			t.impossible(at+"/mock", "must be true or false")
		}
	}
	f.done()
	return out, len(t.fields) == before
}

// quickFix reads a line as phones write it: the known members alone, each once,
// text without escapes, plain numbers. ok is false for every other line, good or
// bad.
func quickFix(b []byte) (f rawFix, ok bool) {
	i := 0
	space := func() {
		for i < len(b) && (b[i] == ' ' || b[i] == '\t') {
			i++
		}
	}
	eat := func(c byte) bool {
		space()
		if i < len(b) && b[i] == c {
			i++
			return true
		}
		return false
	}
	text := func() (s []byte, ok bool) {
		if !eat('"') {
			return nil, false
		}
		from := i
		for ; i < len(b); i++ {
			switch c := b[i]; {
			case c == '"':
				i++
				return b[from : i-1], true
			case c == '\\' || c < ' ' || c >= 0x7f:
				return nil, false
			}
		}
		return nil, false
	}
	value := func() *float64 {
		space()
		from := i
		for i < len(b) && b[i] != ',' && b[i] != '}' && b[i] != ' ' {
			i++
		}
		if !plainNumber(b[from:i]) {
			return nil
		}
		v, err := strconv.ParseFloat(string(b[from:i]), 64)
		if err != nil {
			return nil
		}
		return &v
	}
	if !eat('{') {
		return f, false
	}
	for {
		name, ok := text()
		if !ok || !eat(':') {
			return f, false
		}
		var number **float64
		switch string(name) {
		case "t":
			s, ok := text()
			if !ok || f.t != "" || len(s) == 0 || len(s) > 64 {
				return f, false
			}
			f.t = string(s)
		case "mock":
			space()
			if bytes.HasPrefix(b[i:], []byte("true")) && !f.mock {
				f.mock = true
				i += 4
			} else {
				return f, false // false says what nothing says; twice is wrong
			}
		case "lon":
			number = &f.lon
		case "lat":
			number = &f.lat
		case "accuracy_m":
			number = &f.accuracy
		case "speed_mps":
			number = &f.speed
		default:
			return f, false
		}
		if number != nil {
			if *number != nil {
				return f, false
			}
			if *number = value(); *number == nil {
				return f, false
			}
		}
		if eat('}') {
			space()
			return f, i == len(b)
		}
		if !eat(',') {
			return f, false
		}
	}
}

// plainNumber reports whether a text is a number of JSON (RFC 8259, section 6)
// without an exponent.
func plainNumber(b []byte) bool {
	if len(b) > 0 && b[0] == '-' {
		b = b[1:]
	}
	digits := func() int {
		n := 0
		for n < len(b) && '0' <= b[n] && b[n] <= '9' {
			n++
		}
		return n
	}
	n := digits()
	if n == 0 || n > 1 && b[0] == '0' || n > 20 {
		return false
	}
	if b = b[n:]; len(b) == 0 {
		return true
	}
	if b[0] != '.' {
		return false
	}
	b = b[1:]
	n = digits()
	return n > 0 && n <= 20 && n == len(b)
}
