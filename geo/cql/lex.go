package cql

import (
	"strings"
	"unicode/utf8"
)

type tokenKind uint8

const (
	tokenEnd tokenKind = iota
	tokenName
	tokenQuoted // a name in double quotes
	tokenString
	tokenNumber
	tokenSymbol
)

// token is one word or sign of a filter.
type token struct {
	kind    tokenKind
	text    string // a name or number as written, a string without quotes and escapes, a sign
	upper   string // of a name: in capitals, as keywords are compared
	pattern string // of a string: as LIKE takes it
	at      int
}

// String names the token in error texts.
func (t token) String() string {
	switch t.kind {
	case tokenEnd:
		return "the end"
	case tokenString:
		return "a string"
	case tokenQuoted:
		return `"` + t.text + `"`
	}
	return t.text
}

// lexer cuts a filter into tokens. The text is valid UTF-8 without characters
// that the standard's grammar does not have.
type lexer struct {
	text string
	off  int // bytes
	at   int // characters before off
}

func (l *lexer) peek() rune {
	if l.off == len(l.text) {
		return -1
	}
	r, _ := utf8.DecodeRuneInString(l.text[l.off:])
	return r
}

func (l *lexer) take() rune {
	r, n := utf8.DecodeRuneInString(l.text[l.off:])
	l.off += n
	l.at++
	return r
}

func (l *lexer) while(ok func(rune) bool) string {
	from := l.off
	for l.off < len(l.text) && ok(l.peek()) {
		l.take()
	}
	return l.text[from:l.off]
}

func (l *lexer) next() (token, error) {
	l.while(isSpace)
	t := token{at: l.at + 1}
	if l.off == len(l.text) {
		return t, nil
	}
	switch r := l.peek(); {
	case startsName(r):
		t.kind, t.text = tokenName, l.while(continuesName)
		t.upper = capitals(t.text)
		return t, nil
	case r == '"':
		return l.quoted(t)
	case r == '\'':
		return l.string(t)
	case isDigit(r), r == '.':
		return l.number(t)
	case strings.ContainsRune("(),=<>+-*/%^", r):
		t.kind, t.text = tokenSymbol, string(l.take())
		if next := l.peek(); t.text == "<" && (next == '>' || next == '=') || t.text == ">" && next == '=' {
			t.text += string(l.take())
		}
		return t, nil
	default:
		return t, faultAt(t.at, "%q has no meaning here", r)
	}
}

func (l *lexer) quoted(t token) (token, error) {
	l.take()
	t.kind = tokenQuoted
	if startsName(l.peek()) {
		t.text = l.while(continuesName)
	}
	if t.text == "" || l.peek() != '"' {
		return t, faultAt(l.at+1, `expected a name and a closing "; names are of letters, digits, _, : and .`)
	}
	l.take()
	return t, nil
}

func (l *lexer) number(t token) (token, error) {
	t.kind = tokenNumber
	from := l.off
	digits := l.while(isDigit)
	if l.peek() == '.' {
		l.take()
		digits += l.while(isDigit)
	}
	if digits == "" {
		return t, faultAt(t.at, "expected a number")
	}
	if r := l.peek(); r == 'e' || r == 'E' {
		l.take()
		if r := l.peek(); r == '+' || r == '-' {
			l.take()
		}
		if l.while(isDigit) == "" {
			return t, faultAt(l.at+1, "expected the digits of an exponent")
		}
	}
	t.text = l.text[from:l.off]
	return t, nil
}

// controls are the letters after a backslash that mean control characters, and
// these characters (requirement /req/cql2-text/escaping).
const controls = "a\ab\bt\tn\nv\vf\fr\r"

// string reads a string. A backslash before one of the letters of controls, a
// quote or a backslash is an escape; before other characters it stands for
// itself, but in a pattern, where it is LIKE's.
func (l *lexer) string(t token) (token, error) {
	t.kind = tokenString
	var text, pattern strings.Builder
	l.take()
	for {
		if l.off == len(l.text) {
			return t, faultAt(t.at, "the string has no closing quote")
		}
		r := l.take()
		switch {
		case r == '\'' && l.peek() == '\'':
			l.take()
		case r == '\'':
			t.text, t.pattern = text.String(), pattern.String()
			return t, nil
		case r == '\\' && l.off < len(l.text):
			e := l.take()
			switch i := strings.IndexRune(controls, e); {
			case e == '\'':
				r = e
			case i >= 0 && i%2 == 0:
				r = rune(controls[i+1])
			default:
				// Of \\, \% and \_ a pattern keeps both.
				if strings.ContainsRune(`\%_`, e) {
					pattern.WriteRune('\\')
				}
				pattern.WriteRune(e)
				if e != '\\' {
					text.WriteRune('\\')
				}
				text.WriteRune(e)
				continue
			}
		}
		text.WriteRune(r)
		pattern.WriteRune(r)
	}
}

// capitals turns a to z into A to Z and nothing else: there are other letters
// whose capitals are I and K.
func capitals(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'a' && r <= 'z' {
			return r - 'a' + 'A'
		}
		return r
	}, s)
}

func isDigit(r rune) bool { return r >= '0' && r <= '9' }

// isSpace is the rule whitespace of the standard's grammar.
func isSpace(r rune) bool {
	return r >= 0x09 && r <= 0x0D || r == ' ' || r == 0x85 || r == 0xA0 || r == 0x1680 || r >= 0x2000 && r <= 0x200A ||
		r == 0x2028 || r == 0x2029 || r == 0x202F || r == 0x205F || r == 0x3000
}

// nameStarts are the characters of the rule identifierStart, from and to.
var nameStarts = [...][2]rune{
	{':', ':'}, {'A', 'Z'}, {'_', '_'}, {'a', 'z'}, {0xC0, 0xD6}, {0xD8, 0xF6}, {0xF8, 0x2FF}, {0x370, 0x37D},
	{0x37F, 0x1FFE}, {0x200C, 0x200D}, {0x2070, 0x218F}, {0x2C00, 0x2FEF}, {0x3001, 0xD7FF}, {0xF900, 0xFDCF},
	{0xFDF0, 0xFFFD}, {0x10000, 0xEFFFF},
}

func startsName(r rune) bool {
	for _, c := range nameStarts {
		if r >= c[0] && r <= c[1] {
			return !isSpace(r)
		}
	}
	return false
}

func continuesName(r rune) bool {
	return startsName(r) || isDigit(r) || r == '.' || r >= 0x300 && r <= 0x36F || r == 0x203F || r == 0x2040
}
