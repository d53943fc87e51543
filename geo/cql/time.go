package cql

import (
	"math"
	"time"
)

// TimeFunc is the name of a function of two times, in capitals.
type TimeFunc string

// TimeEnd is an end of one of two times; both ends of an instant are itself.
type TimeEnd uint8

// The ends of the first and of the second operand.
const (
	Start1 TimeEnd = iota
	End1
	Start2
	End2
)

// TimeTerm compares two ends, as Value.Range says.
type TimeTerm struct {
	Left  TimeEnd
	Op    Op
	Right TimeEnd
}

// instants are the functions that take instants as well as intervals.
var instants = []TimeFunc{"T_AFTER", "T_BEFORE", "T_DISJOINT", "T_EQUALS", "T_INTERSECTS"}

// timeTerms are the functions by what all holds of the ends (CQL2 §7.6.3, OWL-Time
// §4.2). T_DISJOINT is what T_INTERSECTS is not.
var timeTerms = map[TimeFunc][]TimeTerm{
	"T_AFTER":        {{Start1, Greater, End2}},
	"T_BEFORE":       {{End1, Less, Start2}},
	"T_CONTAINS":     {{Start1, Less, Start2}, {End1, Greater, End2}},
	"T_DISJOINT":     {{Start1, LessEqual, End2}, {End1, GreaterEqual, Start2}},
	"T_DURING":       {{Start1, Greater, Start2}, {End1, Less, End2}},
	"T_EQUALS":       {{Start1, Equal, Start2}, {End1, Equal, End2}},
	"T_FINISHEDBY":   {{Start1, Less, Start2}, {End1, Equal, End2}},
	"T_FINISHES":     {{Start1, Greater, Start2}, {End1, Equal, End2}},
	"T_INTERSECTS":   {{Start1, LessEqual, End2}, {End1, GreaterEqual, Start2}},
	"T_MEETS":        {{End1, Equal, Start2}},
	"T_METBY":        {{Start1, Equal, End2}},
	"T_OVERLAPPEDBY": {{Start1, Greater, Start2}, {Start1, Less, End2}, {End1, Greater, End2}},
	"T_OVERLAPS":     {{Start1, Less, Start2}, {End1, Greater, Start2}, {End1, Less, End2}},
	"T_STARTEDBY":    {{Start1, Equal, Start2}, {End1, Greater, End2}},
	"T_STARTS":       {{Start1, Equal, Start2}, {End1, Less, End2}},
}

func (f TimeFunc) known() bool { return timeTerms[f] != nil }

// Terms gives what all must hold of the ends for the function to be true, or,
// where not is true, for it to be false.
func (f TimeFunc) Terms() (terms []TimeTerm, not bool) {
	return timeTerms[f], f == "T_DISJOINT"
}

// instant is a time as its first and last microsecond since 1970; open ends are
// before and after all. The zero ok is NULL.
type instant struct {
	first, last int64
	ok          bool
}

func instantOf(v Value) instant {
	if v.Type != Date && v.Type != Timestamp {
		return instant{}
	}
	first, last := v.Range()
	return instant{first.UnixMicro(), last.UnixMicro(), true}
}

// compare gives what op says of two times.
func (a instant) compare(op Op, b instant) Tri {
	if !a.ok || !b.ok {
		return Unknown
	}
	before, after := a.last < b.first, a.first > b.last
	switch op {
	case Less:
		return tri(before)
	case LessEqual:
		return tri(!after)
	case Greater:
		return tri(after)
	case GreaterEqual:
		return tri(!before)
	case NotEqual:
		return tri(before || after)
	}
	return tri(!before && !after)
}

var beforeAll, afterAll = instant{math.MinInt64, math.MinInt64, true}, instant{math.MaxInt64, math.MaxInt64, true}

// ends gives the start and end of an operand of a function of time.
func ends(o Operand, get func(string) Value) (start, end instant) {
	i, ok := o.(*Interval)
	if !ok {
		at := instantOf(value(o, get))
		return at, at
	}
	start, end = beforeAll, afterAll
	if i.From != nil {
		start = instantOf(value(i.From, get))
	}
	if i.To != nil {
		end = instantOf(value(i.To, get))
	}
	return start, end
}

func (t *Temporal) eval(get func(string) Value) Tri {
	var at [4]instant
	at[Start1], at[End1] = ends(t.Left, get)
	at[Start2], at[End2] = ends(t.Right, get)
	terms, not := t.Func.Terms()
	out := True
	for _, term := range terms {
		out = min(out, at[term.Left].compare(term.Op, at[term.Right]))
	}
	if not {
		return -out
	}
	return out
}

// printTime gives a date or timestamp as it stands in a filter, without quotes.
func printTime(v Value) string {
	if v.Type == Date {
		return v.Time.Format(time.DateOnly)
	}
	return v.Time.Format("2006-01-02T15:04:05.999999Z")
}
