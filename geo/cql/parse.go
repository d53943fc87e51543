package cql

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// Parse reads a filter in CQL2 text. A filter that cannot be taken is an *Error.
func Parse(text string) (Expr, error) {
	if len(text) > MaxLength {
		return nil, faultAt(MaxLength+1, "a filter has at most %d bytes", MaxLength)
	}
	at := 0
	for i, r := range text {
		at++
		if _, n := utf8.DecodeRuneInString(text[i:]); r == utf8.RuneError && n == 1 {
			return nil, faultAt(at, "the text is not UTF-8")
		}
		if r < ' ' && (r < 7 || r > 13) {
			return nil, faultAt(at, "control character %U", r)
		}
	}
	p := &parser{lexer: lexer{text: text}}
	if err := p.step(); err != nil {
		return nil, err
	}
	e, err := p.or()
	if err != nil {
		return nil, err
	}
	if p.kind != tokenEnd {
		return nil, p.expected("AND, OR or the end")
	}
	return e, nil
}

// parser reads by recursive descent; the token is the next one.
type parser struct {
	lexer
	token
	depth int
}

func (p *parser) step() (err error) {
	p.token, err = p.next()
	return err
}

func (p *parser) expected(what string) error {
	return faultAt(p.token.at, "expected %s, found %s", what, p.token)
}

// word tells whether the token is that keyword, symbol whether it is that sign.
func (p *parser) word(upper string) bool  { return p.kind == tokenName && p.upper == upper }
func (p *parser) symbol(sign string) bool { return p.kind == tokenSymbol && p.token.text == sign }

// skip goes over a sign that must be there.
func (p *parser) skip(sign string) error {
	if !p.symbol(sign) {
		return p.expected(sign)
	}
	return p.step()
}

func (p *parser) enter() error {
	if p.depth++; p.depth > MaxDepth {
		return faultAt(p.token.at, "parentheses, NOT and CASEI go at most %d deep", MaxDepth)
	}
	return nil
}

func (p *parser) or() (Expr, error) {
	return p.chain("OR", p.and, func(e Expr) ([]Expr, bool) {
		o, ok := e.(*Or)
		if !ok {
			return nil, false
		}
		return o.Terms, true
	}, func(terms []Expr) Expr { return &Or{terms} })
}

func (p *parser) and() (Expr, error) {
	return p.chain("AND", p.not, func(e Expr) ([]Expr, bool) {
		a, ok := e.(*And)
		if !ok {
			return nil, false
		}
		return a.Terms, true
	}, func(terms []Expr) Expr { return &And{terms} })
}

// chain reads terms with a word between. A term that is a chain of the same
// kind, in parentheses, gives its own terms: the meaning is the same.
func (p *parser) chain(word string, term func() (Expr, error), same func(Expr) ([]Expr, bool), join func([]Expr) Expr) (Expr, error) {
	var terms []Expr
	for {
		e, err := term()
		if err != nil {
			return nil, err
		}
		if inner, ok := same(e); ok {
			terms = append(terms, inner...)
		} else {
			terms = append(terms, e)
		}
		if !p.word(word) {
			break
		}
		if err := p.step(); err != nil {
			return nil, err
		}
	}
	if len(terms) == 1 {
		return terms[0], nil
	}
	return join(terms), nil
}

func (p *parser) not() (Expr, error) {
	if !p.word("NOT") {
		return p.primary()
	}
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer func() { p.depth-- }()
	if err := p.step(); err != nil {
		return nil, err
	}
	e, err := p.primary()
	if err != nil {
		return nil, err
	}
	return &Not{e}, nil
}

func (p *parser) primary() (e Expr, err error) {
	switch {
	case p.symbol("("):
		e, err = p.group()
	case p.kind == tokenName && (strings.HasPrefix(p.upper, "S_") || strings.HasPrefix(p.upper, "T_") || strings.HasPrefix(p.upper, "A_")):
		var ok bool
		if e, ok, err = p.function(); !ok && err == nil {
			return p.predicate() // a property with such a name
		}
	default:
		return p.predicate()
	}
	if err != nil || !p.word("IS") {
		return e, err
	}
	not, err := p.isNull()
	if err != nil {
		return nil, err
	}
	return negated(&IsUnknown{e}, not), nil
}

func (p *parser) group() (Expr, error) {
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer func() { p.depth-- }()
	if err := p.step(); err != nil {
		return nil, err
	}
	e, err := p.or()
	if err != nil {
		return nil, err
	}
	return e, p.skip(")")
}

// isNull reads IS [NOT] NULL.
func (p *parser) isNull() (not bool, err error) {
	if err := p.step(); err != nil {
		return false, err
	}
	if not = p.word("NOT"); not {
		if err := p.step(); err != nil {
			return false, err
		}
	}
	if !p.word("NULL") {
		return false, p.expected("NULL")
	}
	return not, p.step()
}

func negated(e Expr, not bool) Expr {
	if not {
		return &Not{e}
	}
	return e
}

var operators = []Op{Equal, NotEqual, Less, LessEqual, Greater, GreaterEqual}

// predicate reads what begins with an operand.
func (p *parser) predicate() (Expr, error) {
	left, err := p.operand()
	if err != nil {
		return nil, err
	}
	if op := Op(p.token.text); p.kind == tokenSymbol && slices.Contains(operators, op) {
		if err := p.step(); err != nil {
			return nil, err
		}
		right, err := p.operand()
		return &Comparison{op, left, right}, err
	}
	if p.word("IS") {
		not, err := p.isNull()
		return negated(&IsNull{left}, not), err
	}
	not := p.word("NOT")
	if not {
		if err := p.step(); err != nil {
			return nil, err
		}
	}
	var e Expr
	switch {
	case p.word("LIKE"):
		e, err = p.like(left)
	case p.word("BETWEEN"):
		e, err = p.between(left)
	case p.word("IN"):
		e, err = p.in(left)
	default:
		if l, ok := left.(*Literal); ok && l.Value.Type == Boolean && !not {
			return &Constant{l.Value.Bool}, nil
		}
		if not {
			return nil, p.expected("LIKE, BETWEEN or IN")
		}
		return nil, p.expected("a comparison: =, <>, <, <=, >, >=, LIKE, BETWEEN, IN or IS NULL")
	}
	return negated(e, not), err
}

func (p *parser) like(value Operand) (Expr, error) {
	e := &Like{Value: value}
	if err := p.step(); err != nil {
		return nil, err
	}
	closing := 0
	for p.word("CASEI") {
		e.CaseI = true
		if err := p.step(); err != nil {
			return nil, err
		}
		if err := p.skip("("); err != nil {
			return nil, err
		}
		closing++
	}
	switch {
	case p.word("ACCENTI"):
		return nil, p.unsupported()
	case p.kind != tokenString:
		return nil, p.expected("a pattern: a string, or CASEI of one")
	}
	e.Pattern = p.pattern
	if err := p.step(); err != nil {
		return nil, err
	}
	for range closing {
		if err := p.skip(")"); err != nil {
			return nil, err
		}
	}
	return e, nil
}

func (p *parser) between(value Operand) (Expr, error) {
	if err := p.step(); err != nil {
		return nil, err
	}
	low, err := p.operand()
	if err != nil {
		return nil, err
	}
	if !p.word("AND") {
		return nil, p.expected("AND and the upper end")
	}
	if err := p.step(); err != nil {
		return nil, err
	}
	high, err := p.operand()
	return &Between{value, low, high}, err
}

func (p *parser) in(value Operand) (Expr, error) {
	if err := p.step(); err != nil {
		return nil, err
	}
	if err := p.skip("("); err != nil {
		return nil, err
	}
	e := &In{Value: value}
	for {
		if len(e.List) == MaxList {
			return nil, faultAt(p.token.at, "a list has at most %d values", MaxList)
		}
		o, err := p.operand()
		if err != nil {
			return nil, err
		}
		e.List = append(e.List, o)
		if !p.symbol(",") {
			return e, p.skip(")")
		}
		if err := p.step(); err != nil {
			return nil, err
		}
	}
}

// function reads S_INTERSECTS and the functions of time. It is not ok where the
// name is that of a property: nothing was read then.
func (p *parser) function() (e Expr, ok bool, err error) {
	name := p.upper
	temporal := TimeFunc(name)
	if name != "S_INTERSECTS" && !temporal.known() {
		return nil, false, nil
	}
	if err := p.step(); err != nil {
		return nil, false, err
	}
	if err := p.skip("("); err != nil {
		return nil, false, err
	}
	left, err := p.operand()
	if err != nil {
		return nil, false, err
	}
	if err := p.skip(","); err != nil {
		return nil, false, err
	}
	right, err := p.operand()
	if err != nil {
		return nil, false, err
	}
	if err := p.skip(")"); err != nil {
		return nil, false, err
	}
	if name == "S_INTERSECTS" {
		return &Intersects{left, right}, true, nil
	}
	return &Temporal{temporal, left, right}, true, nil
}
