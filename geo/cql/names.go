package cql

// Names reports whether a filter asks for the property.
func Names(e Expr, property string) bool {
	found := false
	var operands func(list ...Operand)
	operands = func(list ...Operand) {
		for _, o := range list {
			switch o := o.(type) {
			case *Ref:
				found = found || o.Name == property
			case *CaseI:
				operands(o.Operand)
			case *Interval:
				operands(o.From, o.To)
			}
		}
	}
	terms := func(list []Expr) {
		for _, t := range list {
			found = found || Names(t, property)
		}
	}
	switch e := e.(type) {
	case *And:
		terms(e.Terms)
	case *Or:
		terms(e.Terms)
	case *Not:
		return Names(e.Term, property)
	case *IsUnknown:
		return Names(e.Term, property)
	case *Comparison:
		operands(e.Left, e.Right)
	case *Like:
		operands(e.Value)
	case *Between:
		operands(e.Value, e.Low, e.High)
	case *In:
		operands(e.Value)
		operands(e.List...)
	case *IsNull:
		operands(e.Operand)
	case *Intersects:
		operands(e.Left, e.Right)
	case *Temporal:
		operands(e.Left, e.Right)
	}
	return found
}
