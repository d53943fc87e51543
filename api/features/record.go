package features

import (
	"cmp"
	"encoding/json"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/paulmach/orb"
)

// feature is one feature as its source has it; encode.go makes GeoJSON of it.
type feature struct {
	id       string
	geometry orb.Geometry // lon/lat in degrees
	record   record
}

// record has the properties of a feature.
type record interface {
	// value gives a property of the collection's fields by its name; null where
	// it is unknown.
	value(name string) value
}

// value is one property: null, a text, a number, a truth or a time. The zero value is
// null.
type value struct {
	kind   valueKind
	text   string
	number float64
}

type valueKind uint8

const (
	null valueKind = iota
	textValue
	numberValue
	truthValue // number is 0 or 1
	timeValue  // number is microseconds since 1970, which it holds to the year 2255
)

func text(s string) value    { return value{kind: textValue, text: s} }
func number(f float64) value { return value{kind: numberValue, number: f} }

func truth(b bool) value {
	if b {
		return value{kind: truthValue, number: 1}
	}
	return value{kind: truthValue}
}

// instant gives a time, null where it is zero.
func instant(t time.Time) value {
	if t.IsZero() {
		return value{}
	}
	return value{kind: timeValue, number: float64(t.UnixMicro())}
}

// time gives the time that the value is.
func (v value) time() time.Time { return time.UnixMicro(int64(v.number)).UTC() }

// known gives a text, null where it is empty.
func known(s string) value {
	if s == "" {
		return value{}
	}
	return text(s)
}

// counted gives a number, null where it is 0.
func counted(n int) value {
	if n == 0 {
		return value{}
	}
	return number(float64(n))
}

// compare orders values of one field: texts bytewise, false before true, null
// after everything.
func (v value) compare(w value) int {
	if v.kind == null || w.kind == null {
		return cmp.Compare(btoi(v.kind == null), btoi(w.kind == null))
	}
	return cmp.Or(cmp.Compare(v.kind, w.kind), strings.Compare(v.text, w.text), cmp.Compare(v.number, w.number))
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// appendJSON appends the value as JSON.
func (v value) appendJSON(b []byte) []byte {
	switch v.kind {
	case textValue:
		return appendText(b, v.text)
	case numberValue:
		return appendNumber(b, v.number)
	case truthValue:
		return strconv.AppendBool(b, v.number == 1)
	case timeValue:
		return append(v.time().AppendFormat(append(b, '"'), time.RFC3339), '"')
	}
	return append(b, "null"...)
}

// appendNumber appends a finite number in the shortest form that reads back as
// the same.
func appendNumber(b []byte, f float64) []byte {
	if a := math.Abs(f); a != 0 && (a < 1e-6 || a >= 1e21) {
		return strconv.AppendFloat(b, f, 'e', -1, 64)
	}
	return strconv.AppendFloat(b, f, 'f', -1, 64)
}

// appendText appends a text as a JSON string.
func appendText(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c == '"' || c == '\\' {
			return appendQuoted(b, s)
		}
	}
	if !utf8.ValidString(s) {
		return appendQuoted(b, s)
	}
	return append(append(append(b, '"'), s...), '"')
}

func appendQuoted(b []byte, s string) []byte {
	data, err := json.Marshal(s)
	if err != nil {
		panic(err) // a string is always encoded
	}
	return append(b, data...)
}
