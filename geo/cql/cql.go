// Package cql reads filters in CQL2 text (OGC 21-065r2), checks them against
// what can be asked for, prints them, and evaluates them in memory. It is pure:
// no I/O, SQL, HTTP, clock or log.
//
// A filter goes this way: Parse, EachGeometry where its coordinates are of
// another system than lon/lat, Check, then Eval for each feature (or an SQL
// writer of the same meaning).
//
// What is there are the requirement classes cql2-text, basic-cql2,
// advanced-comparison-operators, case-insensitive-comparison,
// basic-spatial-functions, basic-spatial-functions-plus, temporal-functions and
// property-property. Arithmetic, arrays, functions of one's own, ACCENTI and
// other spatial functions than S_INTERSECTS are refused by name.
package cql

import (
	"fmt"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
)

// The most that a filter may have. Vertices of geometries have no limit of their
// own: a text of MaxLength holds about 2,000.
const (
	MaxLength = 8192 // bytes of text
	MaxDepth  = 64   // parentheses, NOT and CASEI in one another
	MaxList   = 1000 // values in one IN
)

// Error is a filter that cannot be taken. It unwraps to geo.ErrInvalid.
type Error struct {
	At     int    // the character where it shows, the first is 1
	Detail string // what is wrong there, and what was expected
}

// Error gives place and fault.
func (e *Error) Error() string { return fmt.Sprintf("character %d: %s", e.At, e.Detail) }

// Unwrap gives geo.ErrInvalid.
func (e *Error) Unwrap() error { return geo.ErrInvalid }

func faultAt(at int, format string, args ...any) error {
	return &Error{at, fmt.Sprintf(format, args...)}
}

// Expr is a filter or a part of one that is true, false or unknown of a
// feature: one of And, Or, Not, Constant, Comparison, Like, Between, In, IsNull,
// IsUnknown, Intersects and Temporal, as pointers. String gives it as text that
// Parse reads as the same.
type Expr interface {
	fmt.Stringer
	expr()
}

// Operand is what an Expr is about: one of Ref, Literal, CaseI, Shape and
// Interval, as pointers.
type Operand interface {
	fmt.Stringer
	// Pos is the character of the text where it begins, the first is 1.
	Pos() int
}

// And is true when all of its terms are; it has two or more, none an And.
type And struct{ Terms []Expr }

// Or is true when one of its terms is; it has two or more, none an Or.
type Or struct{ Terms []Expr }

// Not is true when its term is false.
type Not struct{ Term Expr }

// Constant is TRUE or FALSE of every feature.
type Constant struct{ Value bool }

// Op is a comparison operator, as it is written in CQL2 and in SQL alike.
type Op string

// The operators.
const (
	Equal        Op = "="
	NotEqual     Op = "<>"
	Less         Op = "<"
	LessEqual    Op = "<="
	Greater      Op = ">"
	GreaterEqual Op = ">="
)

// Comparison compares two values of one type: strings by code point, false
// before true, times as Range says.
type Comparison struct {
	Op          Op
	Left, Right Operand
}

// Like is true when the whole value fits the pattern, in which % stands for any
// characters, _ for one, and \ takes the meaning from %, _ and \ after it; it
// stands before nothing else.
type Like struct {
	Value   Operand
	Pattern string
	CaseI   bool // the pattern is CASEI: fold it
}

// Between is true of numbers from Low to High, both included.
type Between struct{ Value, Low, High Operand }

// In is true when the value equals one of the list, which is not empty.
type In struct {
	Value Operand
	List  []Operand
}

// IsNull is true when the operand has no value, and never unknown.
type IsNull struct{ Operand Operand }

// IsUnknown is true when the term is neither true nor false.
type IsUnknown struct{ Term Expr }

// Intersects is S_INTERSECTS: true when two geometries have a point in common,
// edges and ends included, in the plane of lon and lat.
type Intersects struct{ Left, Right Operand }

// Temporal is one of the functions of two times or intervals.
type Temporal struct {
	Func        TimeFunc
	Left, Right Operand
}

func (*And) expr()        {}
func (*Or) expr()         {}
func (*Not) expr()        {}
func (*Constant) expr()   {}
func (*Comparison) expr() {}
func (*Like) expr()       {}
func (*Between) expr()    {}
func (*In) expr()         {}
func (*IsNull) expr()     {}
func (*IsUnknown) expr()  {}
func (*Intersects) expr() {}
func (*Temporal) expr()   {}

// Ref is the value of a property, by name.
type Ref struct {
	Name string
	at   int
}

// Literal is a value that stands in the filter: a string, number, boolean, date
// or timestamp.
type Literal struct {
	Value Value
	at    int
}

// CaseI is a string with the differences of case taken out: Fold of it.
type CaseI struct {
	Operand Operand
	at      int
}

// Shape is a geometry that stands in the filter, without its heights. BBOX is an
// orb.Bound, whose west may be east of its east: then it goes over the 180th
// meridian (only in lon/lat: what its first axis is depends on the system that
// the filter is in, so it is EachGeometry's caller who knows).
type Shape struct {
	Geometry orb.Geometry
	at       int
	prepared *prepared // by Check
}

// Interval is the time from one instant to another, both included; nil is open.
// The ends are Literal or Ref.
type Interval struct {
	From, To Operand
	at       int
}

// Pos is where the name begins.
func (r *Ref) Pos() int { return r.at }

// Pos is where the literal begins.
func (l *Literal) Pos() int { return l.at }

// Pos is where CASEI stands.
func (c *CaseI) Pos() int { return c.at }

// Pos is where the name of the type of geometry stands.
func (s *Shape) Pos() int { return s.at }

// Pos is where INTERVAL stands.
func (i *Interval) Pos() int { return i.at }
