package cql

import (
	"strconv"
	"strings"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/encoding/wkt"
)

// join writes terms with a word between. A term that binds less gets
// parentheses: of those, filters have no more than they were read with.
func join(terms []Expr, word string, loose func(Expr) bool) string {
	var b strings.Builder
	for i, t := range terms {
		if i > 0 {
			b.WriteString(word)
		}
		b.WriteString(inner(t, loose))
	}
	return b.String()
}

func inner(e Expr, loose func(Expr) bool) string {
	if loose(e) {
		return "(" + e.String() + ")"
	}
	return e.String()
}

func isOr(e Expr) bool { _, ok := e.(*Or); return ok }

func isJoined(e Expr) bool { _, ok := e.(*And); return ok || isOr(e) }

func isLogic(e Expr) bool { _, ok := e.(*Not); return ok || isJoined(e) }

// isNoFunction tells what needs parentheses before IS NULL.
func isNoFunction(e Expr) bool {
	switch e.(type) {
	case *Intersects, *Temporal:
		return false
	}
	return true
}

// String gives the filter as text.
func (e *And) String() string { return join(e.Terms, " AND ", isOr) }

// String gives the filter as text.
func (e *Or) String() string { return join(e.Terms, " OR ", func(Expr) bool { return false }) }

// String gives the filter as text.
func (e *Not) String() string { return "NOT " + inner(e.Term, isLogic) }

// String gives the filter as text.
func (e *Constant) String() string { return printBool(e.Value) }

// String gives the filter as text.
func (e *Comparison) String() string {
	return e.Left.String() + " " + string(e.Op) + " " + e.Right.String()
}

// String gives the filter as text.
func (e *Like) String() string {
	pattern := "'" + strings.ReplaceAll(e.Pattern, "'", "''") + "'"
	if e.CaseI {
		pattern = "CASEI(" + pattern + ")"
	}
	return e.Value.String() + " LIKE " + pattern
}

// String gives the filter as text.
func (e *Between) String() string {
	return e.Value.String() + " BETWEEN " + e.Low.String() + " AND " + e.High.String()
}

// String gives the filter as text.
func (e *In) String() string {
	list := make([]string, len(e.List))
	for i, o := range e.List {
		list[i] = o.String()
	}
	return e.Value.String() + " IN (" + strings.Join(list, ", ") + ")"
}

// String gives the filter as text.
func (e *IsNull) String() string { return e.Operand.String() + " IS NULL" }

// String gives the filter as text.
func (e *IsUnknown) String() string { return inner(e.Term, isNoFunction) + " IS NULL" }

// String gives the filter as text.
func (e *Intersects) String() string {
	return "S_INTERSECTS(" + e.Left.String() + ", " + e.Right.String() + ")"
}

// String gives the filter as text.
func (t *Temporal) String() string {
	return string(t.Func) + "(" + t.Left.String() + ", " + t.Right.String() + ")"
}

// String gives the name in quotes.
func (r *Ref) String() string { return `"` + r.Name + `"` }

// String gives the literal as text.
func (l *Literal) String() string {
	switch v := l.Value; v.Type {
	case String:
		return "'" + strings.NewReplacer(`'`, `''`, `\`, `\\`).Replace(v.Text) + "'"
	case Number:
		return strconv.FormatFloat(v.Number, 'g', -1, 64)
	case Boolean:
		return printBool(v.Bool)
	case Date:
		return "DATE('" + printTime(v) + "')"
	default:
		return "TIMESTAMP('" + printTime(v) + "')"
	}
}

func printBool(b bool) string {
	if b {
		return "TRUE"
	}
	return "FALSE"
}

// String gives the function as text.
func (c *CaseI) String() string { return "CASEI(" + c.Operand.String() + ")" }

// String gives the geometry as WKT, a bound as BBOX.
func (s *Shape) String() string {
	b, ok := s.Geometry.(orb.Bound)
	if !ok {
		return wkt.MarshalString(s.Geometry)
	}
	n := make([]string, 4)
	for i, c := range [...]float64{b.Min[0], b.Min[1], b.Max[0], b.Max[1]} {
		n[i] = strconv.FormatFloat(c, 'g', -1, 64)
	}
	return "BBOX(" + strings.Join(n, ", ") + ")"
}

// String gives the interval as text.
func (i *Interval) String() string {
	return "INTERVAL(" + printEnd(i.From) + ", " + printEnd(i.To) + ")"
}

func printEnd(o Operand) string {
	switch o := o.(type) {
	case nil:
		return "'..'"
	case *Literal:
		return "'" + printTime(o.Value) + "'"
	default:
		return o.String()
	}
}
