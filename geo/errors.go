// Package geo holds the nouns of the map: areas and their kinds, published
// revisions, points on the coordinate lattice, coordinate systems, and the
// kinds of error. It is pure: no I/O, SQL, HTTP, clock or log.
package geo

import (
	"errors"
	"fmt"
	"strings"

	"github.com/paulmach/orb"
)

// The kinds of error that callers tell apart with errors.Is. Whatever wraps
// none of them is a fault of ours.
var (
	ErrNotFound     = errors.New("not found")
	ErrInvalid      = errors.New("invalid")
	ErrConflict     = errors.New("conflict")
	ErrForbidden    = errors.New("forbidden")
	ErrUnauthorized = errors.New("not signed in")
	ErrUnavailable  = errors.New("unavailable for the moment")
)

// Text gives the error for people: without the name of its kind at the end,
// which says to programs what the sentence before says already.
func Text(err error) string {
	s := err.Error()
	for _, kind := range []error{ErrNotFound, ErrInvalid, ErrConflict, ErrForbidden, ErrUnauthorized, ErrUnavailable} {
		if rest, ok := strings.CutSuffix(s, ": "+kind.Error()); ok && rest != "" && errors.Is(err, kind) {
			return rest
		}
	}
	return s
}

// FieldError is one field at fault in a request or record.
type FieldError struct {
	Pointer string // JSON pointer into the body, or the name of a query parameter
	Detail  string // what is wrong, for people
}

// Error gives the field and what is wrong with it.
func (e FieldError) Error() string { return e.Pointer + ": " + e.Detail }

// Problem is an error for the person who sent the request: a stable code that
// a screen can translate, a sentence, and the fields at fault. It unwraps to
// its Kind, one of the Err… values.
type Problem struct {
	Kind   error        // ErrInvalid, ErrConflict, …
	Code   string       // stable, in kebab case, such as "outside-district"
	Detail string       // one sentence; holds no personal data
	Fields []FieldError // may be empty
	Allow  []string     // what would be allowed instead, such as the events a state takes
	Areas  []Ref        // the areas concerned, where it is about some
}

// Error gives the sentence, then the fields.
func (p *Problem) Error() string {
	s := p.Detail
	if s == "" {
		s = p.Code
	}
	for _, f := range p.Fields {
		s += "; " + f.Error()
	}
	return s
}

// Unwrap gives the kind.
func (p *Problem) Unwrap() error { return p.Kind }

// Invalid makes a Problem of kind ErrInvalid.
func Invalid(code, detail string, fields ...FieldError) *Problem {
	return &Problem{Kind: ErrInvalid, Code: code, Detail: detail, Fields: fields}
}

// GeometryError names the rule a geometry breaks and where it breaks it. It
// unwraps to ErrInvalid.
type GeometryError struct {
	Rule string    // such as "ring is not closed"
	At   orb.Point // lon/lat in degrees near the fault, WGS 84
}

// Error gives rule and place.
func (e *GeometryError) Error() string {
	return fmt.Sprintf("%s near %.7f %.7f", e.Rule, e.At[0], e.At[1])
}

// Unwrap gives ErrInvalid.
func (e *GeometryError) Unwrap() error { return ErrInvalid }
