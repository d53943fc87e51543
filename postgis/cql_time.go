package postgis

import (
	"time"

	"github.com/gridpatrol/gridpatrol/geo/cql"
)

// cqlMoment is an SQL expression, or where that is empty a time that becomes an
// argument when it is written: the database wants none that is not used.
type cqlMoment struct {
	sql string
	at  time.Time
}

// cqlInstant is a time as its first and last microsecond (cql.Value.Range). Those
// of a timestamp are the same.
type cqlInstant struct{ first, last cqlMoment }

func cqlExpression(first, last string) cqlInstant {
	return cqlInstant{cqlMoment{sql: first}, cqlMoment{sql: last}}
}

func (w *cqlWriter) instant(o cql.Operand) cqlInstant {
	switch o := o.(type) {
	case *cql.Ref:
		c := w.column(o)
		if c.typ == cql.Date {
			return cqlExpression(
				"(("+c.sql+")::timestamp AT TIME ZONE 'UTC')",
				"((("+c.sql+")::timestamp + interval '1 day' - interval '1 microsecond') AT TIME ZONE 'UTC')",
			)
		}
		return cqlExpression("("+c.sql+")", "("+c.sql+")")
	case *cql.Literal:
		first, last := o.Value.Range()
		return cqlInstant{cqlMoment{at: first}, cqlMoment{at: last}}
	}
	w.fail("%T is no time", o)
	return cqlInstant{}
}

// moment gives the SQL of a moment.
func (w *cqlWriter) moment(m cqlMoment) string {
	if m.sql == "" {
		return w.arg(m.at, "timestamptz")
	}
	return m.sql
}

// compareTimes writes what cql.Value.Range says of two times.
func (w *cqlWriter) compareTimes(a cqlInstant, op cql.Op, b cqlInstant) {
	switch op {
	case cql.Less:
		w.write(w.moment(a.last), " < ", w.moment(b.first))
	case cql.LessEqual:
		w.write(w.moment(a.first), " <= ", w.moment(b.last))
	case cql.Greater:
		w.write(w.moment(a.first), " > ", w.moment(b.last))
	case cql.GreaterEqual:
		w.write(w.moment(a.last), " >= ", w.moment(b.first))
	case cql.Equal:
		w.both(a, cql.LessEqual, " AND ", cql.GreaterEqual, b)
	default:
		w.both(a, cql.Greater, " OR ", cql.Less, b)
	}
}

func (w *cqlWriter) both(a cqlInstant, first cql.Op, word string, second cql.Op, b cqlInstant) {
	w.write("(")
	w.compareTimes(a, first, b)
	w.write(word)
	w.compareTimes(a, second, b)
	w.write(")")
}

// ends gives the start and end of an operand of a function of time.
func (w *cqlWriter) ends(o cql.Operand) (start, end cqlInstant) {
	i, ok := o.(*cql.Interval)
	if !ok {
		at := w.instant(o)
		return at, at
	}
	start = cqlExpression("'-infinity'::timestamptz", "'-infinity'::timestamptz")
	end = cqlExpression("'infinity'::timestamptz", "'infinity'::timestamptz")
	if i.From != nil {
		start = w.instant(i.From)
	}
	if i.To != nil {
		end = w.instant(i.To)
	}
	return start, end
}

func (w *cqlWriter) temporal(e *cql.Temporal) {
	var at [4]cqlInstant
	at[cql.Start1], at[cql.End1] = w.ends(e.Left)
	at[cql.Start2], at[cql.End2] = w.ends(e.Right)
	terms, not := e.Func.Terms()
	if not {
		w.write("NOT ")
	}
	w.write("(")
	for i, t := range terms {
		if i > 0 {
			w.write(" AND ")
		}
		w.compareTimes(at[t.Left], t.Op, at[t.Right])
	}
	w.write(")")
}
