package cql

import (
	"cmp"
	"strings"
)

// Eval gives what a filter that Check has passed says of the feature whose
// properties get gives: values of the types that Check was told, or NULL. It is
// safe for concurrent use.
func Eval(e Expr, get func(name string) Value) Tri {
	switch e := e.(type) {
	case *And:
		out := True
		for _, t := range e.Terms {
			if out = min(out, Eval(t, get)); out == False {
				break
			}
		}
		return out
	case *Or:
		out := False
		for _, t := range e.Terms {
			if out = max(out, Eval(t, get)); out == True {
				break
			}
		}
		return out
	case *Not:
		return -Eval(e.Term, get)
	case *Constant:
		return tri(e.Value)
	case *Comparison:
		return compare(e.Op, value(e.Left, get), value(e.Right, get))
	case *Like:
		return e.eval(get)
	case *Between:
		v := value(e.Value, get)
		return min(compare(GreaterEqual, v, value(e.Low, get)), compare(LessEqual, v, value(e.High, get)))
	case *In:
		v := value(e.Value, get)
		out := False
		for _, o := range e.List {
			if out = max(out, compare(Equal, v, value(o, get))); out == True {
				break
			}
		}
		return out
	case *IsNull:
		return tri(isNull(e.Operand, get))
	case *IsUnknown:
		return tri(Eval(e.Term, get) == Unknown)
	case *Intersects:
		return e.eval(get)
	case *Temporal:
		return e.eval(get)
	}
	panic("cql: no such expression") // there are no others
}

// value gives what an operand is of a feature. An interval is no value.
func value(o Operand, get func(string) Value) Value {
	switch o := o.(type) {
	case *Ref:
		return get(o.Name)
	case *Literal:
		return o.Value
	case *CaseI:
		v := value(o.Operand, get)
		v.Text = Fold(v.Text)
		return v
	case *Shape:
		return Geom(o.Geometry)
	}
	return Value{}
}

func isNull(o Operand, get func(string) Value) bool {
	i, ok := o.(*Interval)
	if !ok {
		return value(o, get).Type == Null
	}
	return i.From != nil && isNull(i.From, get) || i.To != nil && isNull(i.To, get)
}

// compare compares two values of types that Check lets be compared.
func compare(op Op, a, b Value) Tri {
	if a.Type == Null || b.Type == Null {
		return Unknown
	}
	var order int
	switch a.Type {
	case Date, Timestamp:
		return instantOf(a).compare(op, instantOf(b))
	case String:
		order = strings.Compare(a.Text, b.Text)
	case Boolean:
		order = int(tri(a.Bool)) - int(tri(b.Bool))
	default:
		order = cmp.Compare(a.Number, b.Number)
	}
	switch op {
	case Equal:
		return tri(order == 0)
	case NotEqual:
		return tri(order != 0)
	case Less:
		return tri(order < 0)
	case LessEqual:
		return tri(order <= 0)
	case Greater:
		return tri(order > 0)
	}
	return tri(order >= 0)
}

func (e *Like) eval(get func(string) Value) Tri {
	v := value(e.Value, get)
	if v.Type == Null {
		return Unknown
	}
	return tri(likes(v.Text, e.Folded()))
}

// Folded gives the pattern as it is matched: folded where it is CASEI.
func (e *Like) Folded() string {
	if e.CaseI {
		return Fold(e.Pattern)
	}
	return e.Pattern
}

func (e *Intersects) eval(get func(string) Value) Tri {
	left, right := value(e.Left, get), value(e.Right, get)
	if left.Type == Null || right.Type == Null {
		return Unknown
	}
	if s, ok := e.Right.(*Shape); ok && s.prepared != nil {
		return tri(s.prepared.meets(left.Shape))
	}
	if s, ok := e.Left.(*Shape); ok && s.prepared != nil {
		return tri(s.prepared.meets(right.Shape))
	}
	return tri(prepare(right.Shape).meets(left.Shape))
}
