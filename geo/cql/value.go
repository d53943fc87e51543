package cql

import (
	"time"

	"github.com/paulmach/orb"
)

// Type is the type of a property or value.
type Type uint8

// The types. Null is that of a value that is not there; no property has it.
const (
	Null Type = iota
	String
	Number
	Integer // a number to filters
	Boolean
	Date      // a day in UTC
	Timestamp // an instant, to the microsecond
	Geometry  // in lon/lat degrees
	interval  // of Interval only
)

// String gives the type with its article, as error texts need it.
func (t Type) String() string {
	return [...]string{"no value", "a string", "a number", "a number", "a boolean", "a date", "a timestamp", "a geometry", "an interval"}[t]
}

// Property is what a filter may ask for.
type Property struct {
	Name string
	Type Type
}

// Value is the value of a property or literal. The zero Value is NULL; the
// field that Type names is set in others.
type Value struct {
	Type   Type
	Text   string       // String
	Number float64      // Number; never NaN
	Bool   bool         // Boolean
	Time   time.Time    // Date: 00:00 UTC of it. Timestamp
	Shape  orb.Geometry // Geometry: lon/lat; any type of orb, rings closed
}

// Text is a string as a Value.
func Text(s string) Value { return Value{Type: String, Text: s} }

// Num is a number as a Value.
func Num(f float64) Value { return Value{Type: Number, Number: f} }

// Bool is a boolean as a Value.
func Bool(b bool) Value { return Value{Type: Boolean, Bool: b} }

// Instant is a time as a Value; what it has below a microsecond is cut off, as
// databases do.
func Instant(t time.Time) Value {
	return Value{Type: Timestamp, Time: t.UTC().Truncate(time.Microsecond)}
}

// Day is the day of t in UTC as a Value.
func Day(t time.Time) Value {
	y, m, d := t.UTC().Date()
	return Value{Type: Date, Time: time.Date(y, m, d, 0, 0, 0, 0, time.UTC)}
}

// Geom is a geometry as a Value, NULL for nil.
func Geom(g orb.Geometry) Value {
	if g == nil {
		return Value{}
	}
	return Value{Type: Geometry, Shape: g}
}

// Range gives the first and last microsecond of a date, and a timestamp twice.
// Of two times the first is before the second when its last microsecond is
// before the other's first; they are equal when neither is before the other: a
// timestamp equals the date it lies in.
func (v Value) Range() (first, last time.Time) {
	if v.Type == Date {
		return v.Time, v.Time.AddDate(0, 0, 1).Add(-time.Microsecond)
	}
	return v.Time, v.Time
}

// Tri is a truth value of the logic that SQL has: AND is the lower of two, OR
// the higher, NOT the negative.
type Tri int8

// The truth values. A feature is in the answer when its filter is True.
const (
	False   Tri = -1
	Unknown Tri = 0
	True    Tri = 1
)

func tri(b bool) Tri {
	if b {
		return True
	}
	return False
}
