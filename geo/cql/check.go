package cql

import (
	"slices"
	"strings"

	"github.com/paulmach/orb"
)

// Check tells whether the filter asks for properties that there are, and
// compares like with like; an *Error where not. Numbers compare with numbers,
// dates with timestamps too. Geometries must be lon/lat by now, and their rings
// must not cross; Check readies them for Eval, so it has to be called before
// any goroutine evaluates.
func Check(e Expr, properties []Property) error {
	c := checker{make(map[string]Type, len(properties)), properties}
	for _, p := range properties {
		c.types[p.Name] = p.Type
	}
	return c.expr(e)
}

type checker struct {
	types      map[string]Type
	properties []Property
}

func (c *checker) expr(e Expr) error {
	switch e := e.(type) {
	case *And:
		return c.exprs(e.Terms)
	case *Or:
		return c.exprs(e.Terms)
	case *Not:
		return c.expr(e.Term)
	case *IsUnknown:
		return c.expr(e.Term)
	case *Comparison:
		return c.same(e.Left, e.Right)
	case *Like:
		return c.only(e.Value, String, "LIKE takes strings")
	case *Between:
		for _, o := range []Operand{e.Value, e.Low, e.High} {
			if err := c.only(o, Number, "BETWEEN takes numbers"); err != nil {
				return err
			}
		}
	case *In:
		for _, o := range e.List {
			if err := c.same(e.Value, o); err != nil {
				return err
			}
		}
	case *IsNull:
		_, err := c.operand(e.Operand)
		return err
	case *Intersects:
		for _, o := range []Operand{e.Left, e.Right} {
			if err := c.only(o, Geometry, "S_INTERSECTS takes geometries"); err != nil {
				return err
			}
		}
	case *Temporal:
		return c.temporal(e)
	}
	return nil
}

func (c *checker) exprs(terms []Expr) error {
	for _, e := range terms {
		if err := c.expr(e); err != nil {
			return err
		}
	}
	return nil
}

// kind gives the type that stands for those that compare with one another.
func kind(t Type) Type {
	switch t {
	case Integer:
		return Number
	case Date:
		return Timestamp
	}
	return t
}

func (c *checker) same(left, right Operand) error {
	a, err := c.operand(left)
	if err != nil {
		return err
	}
	b, err := c.operand(right)
	if err != nil {
		return err
	}
	switch {
	case kind(a) != kind(b):
		return faultAt(right.Pos(), "%s cannot be compared with %s", a, b)
	case a == Geometry || a == interval:
		return faultAt(left.Pos(), "%s cannot be compared; S_ and T_ functions take it", a)
	}
	return nil
}

func (c *checker) only(o Operand, want Type, rule string) error {
	t, err := c.operand(o)
	if err == nil && kind(t) != want {
		err = faultAt(o.Pos(), "%s, this is %s", rule, t)
	}
	return err
}

func (c *checker) temporal(e *Temporal) error {
	for _, o := range []Operand{e.Left, e.Right} {
		t, err := c.operand(o)
		switch {
		case err != nil:
			return err
		case kind(t) != Timestamp && t != interval:
			return faultAt(o.Pos(), "%s takes times and intervals, this is %s", e.Func, t)
		case t != interval && !slices.Contains(instants, e.Func):
			return faultAt(o.Pos(), "%s takes intervals, this is %s", e.Func, t)
		}
	}
	return nil
}

func (c *checker) operand(o Operand) (Type, error) {
	switch o := o.(type) {
	case *Literal:
		return o.Value.Type, nil
	case *Ref:
		t, ok := c.types[o.Name]
		if !ok {
			return 0, faultAt(o.at, "there is no property %q to filter by; there are %s", o.Name, c.names())
		}
		return t, nil
	case *CaseI:
		return String, c.only(o.Operand, String, "CASEI takes a string")
	case *Interval:
		return interval, c.interval(o)
	case *Shape:
		if err := checkShape(o); err != nil {
			return 0, err
		}
		o.prepared = prepare(o.Geometry)
	}
	return Geometry, nil
}

func (c *checker) interval(i *Interval) error {
	var at [2]instant
	for k, o := range []Operand{i.From, i.To} {
		if o == nil {
			continue
		}
		if err := c.only(o, Timestamp, "INTERVAL takes dates and times"); err != nil {
			return err
		}
		if l, ok := o.(*Literal); ok {
			at[k] = instantOf(l.Value)
		}
	}
	if at[0].compare(Greater, at[1]) == True {
		return faultAt(i.at, "the interval ends before it begins")
	}
	return nil
}

func (c *checker) names() string {
	if len(c.properties) == 0 {
		return "none"
	}
	names := make([]string, len(c.properties))
	for i, p := range c.properties {
		names[i] = p.Name
	}
	return strings.Join(names, ", ")
}

// EachGeometry calls f with each geometry that stands in the filter, which it may
// change or put another in the place of, and stops at the first error. It is
// for filters in another coordinate system than lon/lat, and for Check to come
// after. A BBOX is an orb.Bound, see Shape.
func EachGeometry(e Expr, f func(*orb.Geometry) error) error {
	operands := func(list ...Operand) error {
		for _, o := range list {
			if s, ok := o.(*Shape); ok {
				if err := f(&s.Geometry); err != nil {
					return err
				}
			}
		}
		return nil
	}
	switch e := e.(type) {
	case *And:
		return eachOf(e.Terms, f)
	case *Or:
		return eachOf(e.Terms, f)
	case *Not:
		return EachGeometry(e.Term, f)
	case *IsUnknown:
		return EachGeometry(e.Term, f)
	case *Intersects:
		return operands(e.Left, e.Right)
	case *IsNull:
		return operands(e.Operand)
	}
	return nil // only these have geometries that Check passes
}

func eachOf(terms []Expr, f func(*orb.Geometry) error) error {
	for _, t := range terms {
		if err := EachGeometry(t, f); err != nil {
			return err
		}
	}
	return nil
}
