package postgis

import (
	"encoding/json"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"github.com/paulmach/orb/encoding/wkb"

	"github.com/gridpatrol/gridpatrol/geo/cql"
)

// cqlColumn is what a property of a filter is in a query: an SQL expression of
// ours, and its type as the filter was checked with. Strings are text, numbers
// any type that casts to float8, timestamps timestamptz, geometries are of srid.
type cqlColumn struct {
	sql string
	typ cql.Type
}

// cqlSQL gives a filter that cql.Check has passed as a boolean SQL expression in
// parentheses, which says of every row what cql.Eval says. It appends the values
// to args and names them $n by their place there; nothing of the filter's text
// gets into the SQL. columns holds every property that the filter was checked
// with; one that is missing is an error of ours.
func cqlSQL(e cql.Expr, columns map[string]cqlColumn, args *[]any) (string, error) {
	w := &cqlWriter{columns: columns, args: args}
	w.expr(e)
	return w.sql.String(), w.err
}

// cqlWriter writes the expression; err is the first fault.
type cqlWriter struct {
	sql      strings.Builder
	columns  map[string]cqlColumn
	args     *[]any
	foldings string // the argument with what characters fold into
	err      error
}

// arg adds a value and gives its name, cast to a type of ours.
func (w *cqlWriter) arg(v any, typ string) string {
	*w.args = append(*w.args, v)
	return "$" + strconv.Itoa(len(*w.args)) + "::" + typ
}

func (w *cqlWriter) write(parts ...string) {
	for _, s := range parts {
		w.sql.WriteString(s)
	}
}

func (w *cqlWriter) expr(e cql.Expr) {
	w.write("(")
	defer w.write(")")
	switch e := e.(type) {
	case *cql.And:
		w.join(e.Terms, " AND ")
	case *cql.Or:
		w.join(e.Terms, " OR ")
	case *cql.Not:
		w.write("NOT ")
		w.expr(e.Term)
	case *cql.Constant:
		w.constant(e.Value)
	case *cql.Comparison:
		w.compare(e.Left, e.Op, e.Right)
	case *cql.Like:
		w.write(w.text(e.Value), " LIKE ", w.arg(e.Folded(), "text"))
	case *cql.Between:
		w.write(w.number(e.Value), " BETWEEN ", w.number(e.Low), " AND ", w.number(e.High))
	case *cql.In:
		w.in(e)
	case *cql.IsNull:
		w.isNull(e.Operand)
	case *cql.IsUnknown:
		w.expr(e.Term)
		w.write(" IS NULL")
	case *cql.Intersects:
		w.intersects(e)
	case *cql.Temporal:
		w.temporal(e)
	default:
		w.fail("no SQL for %T", e)
	}
}

func (w *cqlWriter) join(terms []cql.Expr, word string) {
	for i, t := range terms {
		if i > 0 {
			w.write(word)
		}
		w.expr(t)
	}
}

func (w *cqlWriter) fail(format string, args ...any) {
	if w.err == nil {
		w.err = fmt.Errorf(format, args...)
	}
}

func (w *cqlWriter) constant(b bool) {
	w.write(strings.ToUpper(strconv.FormatBool(b)))
}

// column gives the expression of a property.
func (w *cqlWriter) column(r *cql.Ref) cqlColumn {
	c, ok := w.columns[r.Name]
	if !ok {
		w.fail("no column for the property %s", r.Name)
	}
	return c
}

// typ gives the type of an operand that is compared.
func (w *cqlWriter) typ(o cql.Operand) cql.Type {
	switch o := o.(type) {
	case *cql.Ref:
		return w.column(o).typ
	case *cql.Literal:
		return o.Value.Type
	}
	return cql.String // CASEI
}

func (w *cqlWriter) compare(left cql.Operand, op cql.Op, right cql.Operand) {
	switch w.typ(left) {
	case cql.Date, cql.Timestamp:
		w.compareTimes(w.instant(left), op, w.instant(right))
	case cql.String:
		collate := ` COLLATE "C"` // the order of code points
		if op == cql.Equal || op == cql.NotEqual {
			collate = "" // the same by every collation there is here, so that each index fits
		}
		w.write(w.text(left), collate, " ", string(op), " ", w.text(right), collate)
	case cql.Boolean:
		w.write(w.boolean(left), " ", string(op), " ", w.boolean(right))
	default:
		w.write(w.number(left), " ", string(op), " ", w.number(right))
	}
}

func (w *cqlWriter) in(e *cql.In) {
	for i, o := range e.List {
		if i > 0 {
			w.write(" OR ")
		}
		w.write("(")
		w.compare(e.Value, cql.Equal, o)
		w.write(")")
	}
}

func (w *cqlWriter) number(o cql.Operand) string {
	switch o := o.(type) {
	case *cql.Ref:
		return "(" + w.column(o).sql + ")::float8"
	case *cql.Literal:
		return w.arg(o.Value.Number, "float8")
	}
	w.fail("%T is no number", o)
	return ""
}

func (w *cqlWriter) boolean(o cql.Operand) string {
	switch o := o.(type) {
	case *cql.Ref:
		return "(" + w.column(o).sql + ")"
	case *cql.Literal:
		return w.arg(o.Value.Bool, "boolean")
	}
	w.fail("%T is no boolean", o)
	return ""
}

func (w *cqlWriter) text(o cql.Operand) string {
	switch o := o.(type) {
	case *cql.Ref:
		return "(" + w.column(o).sql + ")"
	case *cql.Literal:
		return w.arg(o.Value.Text, "text")
	case *cql.CaseI:
		return w.folded(o.Operand)
	}
	w.fail("%T is no string", o)
	return ""
}

// foldingsJSON is cql.Foldings for the database.
var foldingsJSON = sync.OnceValues(func() (string, error) {
	byText := make(map[string]string)
	for r, s := range cql.Foldings() {
		byText[string(r)] = s
	}
	data, err := json.Marshal(byText)
	return string(data), err
})

// folded gives what cql.Fold makes of a string: PostgreSQL has no case folding
// of Unicode's before 18. To fold twice changes nothing.
func (w *cqlWriter) folded(o cql.Operand) string {
	switch o := o.(type) {
	case *cql.CaseI:
		return w.folded(o.Operand)
	case *cql.Literal:
		return w.arg(cql.Fold(o.Value.Text), "text")
	}
	text := w.text(o)
	if w.foldings == "" {
		foldings, err := foldingsJSON()
		if err != nil {
			w.fail("foldings: %w", err)
		}
		w.foldings = w.arg(foldings, "jsonb")
	}
	// Most strings are ASCII. The names are such that no column of ours has them.
	return `CASE WHEN octet_length(` + text + `) = char_length(` + text + `) THEN lower(` + text + ` COLLATE "C")
		ELSE (SELECT string_agg(coalesce(` + w.foldings + ` ->> cql_char, cql_char), '' ORDER BY cql_place)
		      FROM unnest(string_to_array(` + text + `, NULL)) WITH ORDINALITY AS cql_chars (cql_char, cql_place)) END`
}

func (w *cqlWriter) isNull(o cql.Operand) {
	switch o := o.(type) {
	case *cql.Ref:
		w.write("(", w.column(o).sql, ") IS NULL")
	case *cql.CaseI:
		w.isNull(o.Operand)
	case *cql.Interval:
		w.constant(false)
		for _, end := range []cql.Operand{o.From, o.To} {
			if end != nil {
				w.write(" OR ")
				w.isNull(end)
			}
		}
	default:
		w.constant(false)
	}
}

func (w *cqlWriter) intersects(e *cql.Intersects) {
	left, ok := e.Left.(*cql.Ref)
	if right, both := e.Right.(*cql.Ref); both && ok {
		w.write("ST_Intersects(", w.column(left).sql, ", ", w.column(right).sql, ")")
		return
	} else if both {
		w.meets(right, e.Left)
		return
	} else if ok {
		w.meets(left, e.Right)
		return
	}
	w.constant(cql.Eval(e, nil) == cql.True) // of two literals
}

// meets asks for each part of the geometry: PostGIS takes neither collections
// of many types nor polygons that overlap everywhere.
func (w *cqlWriter) meets(r *cql.Ref, o cql.Operand) {
	shape, ok := o.(*cql.Shape)
	if !ok {
		w.fail("%T is no geometry", o)
		return
	}
	column := w.column(r).sql
	for i, part := range shape.Parts() {
		data, err := wkb.Marshal(part)
		if err != nil {
			w.fail("geometry: %w", err)
		}
		if i > 0 {
			w.write(" OR ")
		}
		w.write("ST_Intersects(", column, ", ST_GeomFromWKB(", w.arg(data, "bytea"), ", 4326))")
	}
}
