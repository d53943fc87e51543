package importers

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math/bits"
	"unicode/utf16"
	"unicode/utf8"
)

// jsonScan walks over JSON text (RFC 8259) that lies in memory, of which more
// may follow. It is strict about what JSON is, with one thing said apart: NaN and
// Infinity, which other programs write as numbers, are a jsonNoNumber.
//
// A method that comes to the end of the text before the end of what it reads
// gives errShort; the walk is then begun again with more text.
type jsonScan struct {
	b     []byte
	i     int // the next byte
	depth int // of arrays and objects that skip may go down to; 0 is none
}

// errShort says that the text ends within a value.
var errShort = errors.New("the text ends within a value")

// jsonError is a place where a text is not JSON.
type jsonError struct {
	at   int // in jsonScan.b
	what string
}

func (e *jsonError) Error() string { return e.what }

// errTooDeep says that values are nested too deeply to be followed.
var errTooDeep = errors.New("the values are nested too deeply")

func (s *jsonScan) wrong(what string) error {
	c, _ := utf8.DecodeRune(s.b[s.i:])
	return &jsonError{s.i, fmt.Sprintf("%q stands where %s is expected", c, what)}
}

// peek gives the first byte that is no white space, without going past it.
func (s *jsonScan) peek() (byte, error) {
	for s.i < len(s.b) {
		switch c := s.b[s.i]; c {
		case ' ', '\t', '\n', '\r':
			s.i++
		default:
			return c, nil
		}
	}
	return 0, errShort
}

// member goes to the value of the next member of an object, whose { it goes over
// first when asked for the first one. The name stands as it is between its
// quotes. done is true behind the }.
func (s *jsonScan) member(first bool) (name []byte, escaped, done bool, err error) {
	if first {
		s.i++ // {
	}
	c, err := s.peek()
	switch {
	case err != nil:
		return nil, false, false, err
	case c == '}':
		s.i++
		return nil, false, true, nil
	case first:
	case c != ',':
		return nil, false, false, s.wrong("a comma or }")
	default:
		s.i++
		if c, err = s.peek(); err != nil {
			return nil, false, false, err
		}
	}
	if c != '"' {
		return nil, false, false, s.wrong("a name in quotes")
	}
	if name, escaped, err = s.text(); err != nil {
		return nil, false, false, err
	}
	if c, err = s.peek(); err != nil {
		return nil, false, false, err
	}
	if c != ':' {
		return nil, false, false, s.wrong("a colon")
	}
	s.i++
	_, err = s.peek()
	return name, escaped, false, err
}

// element goes to the next item of an array, whose [ it goes over first when
// asked for the first one. done is true behind the ].
func (s *jsonScan) element(first bool) (done bool, err error) {
	if first {
		s.i++ // [
	}
	c, err := s.peek()
	switch {
	case err != nil:
		return false, err
	case c == ']':
		s.i++
		return true, nil
	case first:
		return false, nil
	case c != ',':
		return false, s.wrong("a comma or ]")
	}
	s.i++
	if c, err = s.peek(); err == nil && c == ']' {
		return false, s.wrong("a value")
	}
	return false, err
}

// text goes over a string and gives what stands between its quotes.
func (s *jsonScan) text() (raw []byte, escaped bool, err error) {
	b, start := s.b, s.i+1
	for i := start; ; {
		n, ok := plain(b[i:])
		if i += n; !ok {
			return nil, false, errShort
		}
		switch b[i] {
		case '"':
			s.i = i + 1
			return b[start:i], escaped, nil
		case '\\':
			escaped = true
			if i+1 >= len(b) {
				return nil, false, errShort
			}
			n, err := escape(b[i:])
			if err != nil {
				s.i = i
				if errors.Is(err, errShort) {
					return nil, false, err
				}
				return nil, false, s.wrong("an escape that JSON has")
			}
			i += n
		default:
			s.i = i
			return nil, false, s.wrong("text without bare control characters")
		}
	}
}

// plain tells how many bytes of a string come before a quote, a backslash or a
// control character; ok is false where there is none of them.
func plain(b []byte) (n int, ok bool) {
	const lows, highs = 0x0101010101010101, 0x8080808080808080
	for n+8 <= len(b) {
		v := binary.LittleEndian.Uint64(b[n:])
		quote, back := v^(lows*'"'), v^(lows*'\\')
		// The lowest byte that is marked is always one that is meant; a borrow can
		// only mark bytes above it (Mycroft).
		if m := ((quote-lows)&^quote | (back-lows)&^back | (v-lows*' ')&^v) & highs; m != 0 {
			return n + bits.TrailingZeros64(m)/8, true
		}
		n += 8
	}
	for ; n < len(b); n++ {
		if c := b[n]; c == '"' || c == '\\' || c < ' ' {
			return n, true
		}
	}
	return n, false
}

// escape tells how long the escape is that b begins with.
func escape(b []byte) (int, error) {
	switch b[1] {
	case '"', '\\', '/', 'b', 'f', 'n', 'r', 't':
		return 2, nil
	case 'u':
		for i := 2; i < 6; i++ {
			if i >= len(b) {
				return 0, errShort
			}
			if hexDigit(b[i]) < 0 {
				return 0, errors.New("no hexadecimal digit")
			}
		}
		return 6, nil
	}
	return 0, errors.New("no escape")
}

func hexDigit(c byte) int {
	switch {
	case c >= '0' && c <= '9':
		return int(c - '0')
	case c >= 'a' && c <= 'f':
		return int(c-'a') + 10
	case c >= 'A' && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}

// appendUnescaped appends what a string stands for; text has gone over it
// before. whole is false where half a surrogate pair stands, for which U+FFFD
// goes in.
func appendUnescaped(dst, raw []byte) (out []byte, whole bool) {
	whole = true
	for {
		i := bytes.IndexByte(raw, '\\')
		if i < 0 {
			return append(dst, raw...), whole
		}
		dst = append(dst, raw[:i]...)
		c := raw[i+1]
		raw = raw[i+2:]
		switch c {
		case 'b':
			dst = append(dst, '\b')
		case 'f':
			dst = append(dst, '\f')
		case 'n':
			dst = append(dst, '\n')
		case 'r':
			dst = append(dst, '\r')
		case 't':
			dst = append(dst, '\t')
		case 'u':
			r := hexRune(raw)
			raw = raw[4:]
			if utf16.IsSurrogate(r) {
				pair := utf8.RuneError
				if len(raw) >= 6 && raw[0] == '\\' && raw[1] == 'u' {
					pair = utf16.DecodeRune(r, hexRune(raw[2:]))
				}
				if r = pair; r == utf8.RuneError {
					whole = false
				} else {
					raw = raw[6:]
				}
			}
			dst = utf8.AppendRune(dst, r)
		default:
			dst = append(dst, c)
		}
	}
}

func hexRune(b []byte) rune {
	return rune(hexDigit(b[0])<<12 | hexDigit(b[1])<<8 | hexDigit(b[2])<<4 | hexDigit(b[3]))
}

// skip goes over a value of any type, and sees to it that it is JSON.
func (s *jsonScan) skip() error {
	c, err := s.peek()
	if err != nil {
		return err
	}
	switch c {
	case '{', '[':
	case '"':
		_, _, err := s.text()
		return err
	default:
		_, err := s.scalar()
		return err
	}
	if s.depth == 0 {
		return errTooDeep
	}
	s.depth--
	defer func() { s.depth++ }()
	for first := true; ; first = false {
		var done bool
		if c == '{' {
			_, _, done, err = s.member(first)
		} else {
			done, err = s.element(first)
		}
		if err != nil || done {
			return err
		}
		if err := s.skip(); err != nil {
			return err
		}
	}
}

// jsonType is what a scalar is.
type jsonType uint8

const (
	jsonNull jsonType = iota
	jsonTrue
	jsonFalse
	jsonNumber
	jsonNoNumber // NaN, Infinity, -Infinity
)

// jsonWords are the words that may stand for a value, and those that may not but
// do.
var jsonWords = []struct {
	text string
	is   jsonType
}{{"null", jsonNull}, {"true", jsonTrue}, {"false", jsonFalse}, {"NaN", jsonNoNumber}, {"Infinity", jsonNoNumber}, {"-Infinity", jsonNoNumber}}

// scalar goes over a number or a word.
func (s *jsonScan) scalar() (jsonType, error) {
	rest := s.b[s.i:]
	if c := rest[0]; c >= '0' && c <= '9' || c == '-' && (len(rest) < 2 || rest[1] != 'I') {
		_, err := s.number()
		return jsonNumber, err
	}
	for _, w := range jsonWords {
		if n := min(len(w.text), len(rest)); string(rest[:n]) == w.text[:n] {
			if n < len(w.text) {
				return 0, errShort
			}
			s.i += n
			return w.is, nil
		}
	}
	return 0, s.wrong("a value")
}

// number goes over a number and gives it as it stands.
func (s *jsonScan) number() ([]byte, error) {
	b, i := s.b, s.i
	if i < len(b) && b[i] == '-' {
		i++
	}
	whole := digits(b, i)
	if whole > i+1 && b[i] == '0' {
		whole = i + 1 // 012 is no number
	}
	ok := whole > i
	i = whole
	if ok && i < len(b) && b[i] == '.' {
		end := digits(b, i+1)
		ok = end > i+1
		i = end
	}
	if ok && i < len(b) && b[i]|0x20 == 'e' {
		i++
		if i < len(b) && (b[i] == '+' || b[i] == '-') {
			i++
		}
		end := digits(b, i)
		ok = end > i
		i = end
	}
	if i >= len(b) {
		return nil, errShort
	}
	start := s.i
	if s.i = i; !ok || b[i] >= '0' && b[i] <= '9' {
		return nil, s.wrong("a number")
	}
	return b[start:i], nil
}

// digits gives the place behind the digits at i.
func digits(b []byte, i int) int {
	for i < len(b) && b[i]-'0' < 10 {
		i++
	}
	return i
}
