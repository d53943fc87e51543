package api

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gridpatrol/gridpatrol/geo"
)

// faults collects what is wrong with a request, so that all of it is said at
// once.
type faults struct {
	fields     []geo.FieldError
	unreadable bool // something could not be read at all: 400 rather than 422
}

// impossible notes a value that was read and cannot be.
func (f *faults) impossible(pointer, format string, args ...any) {
	f.fields = append(f.fields, geo.FieldError{Pointer: pointer, Detail: fmt.Sprintf(format, args...)})
}

// unread notes something that cannot be read.
func (f *faults) unread(pointer, format string, args ...any) {
	f.unreadable = true
	f.impossible(pointer, format, args...)
}

// bodyError gives the error for the faults of a body, nil without any.
func (f *faults) bodyError() error {
	switch {
	case len(f.fields) == 0:
		return nil
	case f.unreadable:
		return fail("invalid-body", f.sentence("some members of the body cannot be read"), f.fields...)
	}
	return fail("invalid-values", f.sentence("some values of the body are not possible"), f.fields...)
}

// sentence says what is wrong: the fault itself where there is just one.
func (f *faults) sentence(several string) string {
	if len(f.fields) == 1 && f.fields[0].Pointer != "" {
		return f.fields[0].Pointer + " " + f.fields[0].Detail
	}
	return several
}

// fields reads the members of an object one by one and notes what is wrong in
// faults. A member that is missing or null gives the zero value.
type fields struct {
	*faults
	at   string // JSON pointer of the object
	obj  *object
	read map[string]bool
}

func newFields(f *faults, at string, o *object) *fields {
	return &fields{faults: f, at: at, obj: o, read: map[string]bool{}}
}

// pointer gives the JSON pointer of a member.
func (f *fields) pointer(name string) string { return f.at + "/" + escapePointer(name) }

// member gives a member's value; ok is false where it is missing or null.
func (f *fields) member(name string) (v any, ok bool) {
	f.read[name] = true
	v = f.obj.members[name]
	return v, v != nil
}

// text reads a string of at most max characters.
func (f *fields) text(name string, max int) string {
	v, ok := f.member(name)
	if !ok {
		return ""
	}
	s, ok := v.(string)
	if !ok {
		f.unread(f.pointer(name), "must be a string")
		return ""
	}
	if n := utf8.RuneCountInString(s); n > max {
		f.impossible(f.pointer(name), "has %d characters; at most %d are possible", n, max)
		return ""
	}
	return s
}

// number reads a finite number; nil where it is missing.
func (f *fields) number(name string) *float64 {
	v, ok := f.member(name)
	if !ok {
		return nil
	}
	x, ok := number(v)
	if !ok {
		f.unread(f.pointer(name), "must be a number")
		return nil
	}
	return &x
}

// number gives the value of a JSON number; ok is false for anything else and
// for what no float64 can hold.
func number(v any) (x float64, ok bool) {
	n, ok := v.(json.Number)
	if !ok {
		return 0, false
	}
	x, err := n.Float64()
	return x, err == nil && !math.IsInf(x, 0)
}

// moment reads an RFC 3339 time; zero where it is missing.
func (f *fields) moment(name string) time.Time {
	v, ok := f.member(name)
	if !ok {
		return time.Time{}
	}
	s, _ := v.(string)
	t, err := time.Parse(time.RFC3339, s)
	if err != nil || t.IsZero() { // which would say that none is given
		f.unread(f.pointer(name), "must be a time such as 2026-09-01T08:00:00+08:00")
		return time.Time{}
	}
	return t.UTC()
}

// object reads an object; nil where it is missing.
func (f *fields) object(name string) *fields {
	v, ok := f.member(name)
	if !ok {
		return nil
	}
	o, ok := v.(*object)
	if !ok {
		f.unread(f.pointer(name), "must be an object")
		return nil
	}
	return newFields(f.faults, f.pointer(name), o)
}

// required notes members that are missing.
func (f *fields) required(names ...string) {
	for _, name := range names {
		if f.obj.members[name] == nil {
			f.impossible(f.pointer(name), "is missing")
		}
	}
}

// done notes every member that nobody read.
func (f *fields) done() {
	for _, name := range f.obj.names {
		if f.read[name] {
			continue
		}
		if lower := strings.ToLower(name); f.read[lower] {
			f.unread(f.pointer(name), "is not known; %s is, in small letters", lower)
			continue
		}
		f.unread(f.pointer(name), "is not known here")
	}
}
