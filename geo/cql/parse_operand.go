package cql

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// keywords are the words that name no property without quotes (§8.2 of the
// standard, with the time and geometry words of its grammar).
var keywords = strings.Fields(`A_CONTAINEDBY A_CONTAINS A_EQUALS A_OVERLAPS ACCENTI AND BBOX BETWEEN CASEI DATE DIV
	FALSE GEOMETRYCOLLECTION IN INTERVAL IS LIKE LINESTRING MULTILINESTRING MULTIPOINT MULTIPOLYGON NOT NULL OR POINT
	POLYGON S_CONTAINS S_CROSSES S_DISJOINT S_EQUALS S_INTERSECTS S_OVERLAPS S_TOUCHES S_WITHIN T_AFTER T_BEFORE
	T_CONTAINS T_DISJOINT T_DURING T_EQUALS T_FINISHEDBY T_FINISHES T_INTERSECTS T_MEETS T_METBY T_OVERLAPPEDBY
	T_OVERLAPS T_STARTEDBY T_STARTS TIMESTAMP TRUE`)

// operand reads one operand, and refuses arithmetic after it by name.
func (p *parser) operand() (Operand, error) {
	o, err := p.one()
	if err != nil {
		return nil, err
	}
	if p.kind == tokenSymbol && strings.Contains("+-*/%^", p.token.text) || p.word("DIV") {
		return nil, faultAt(p.token.at, "arithmetic (%s) is not supported", p.token)
	}
	return o, nil
}

func (p *parser) one() (Operand, error) {
	at := p.token.at
	switch p.kind {
	case tokenString:
		v := Text(p.token.text)
		return &Literal{v, at}, p.step()
	case tokenNumber:
		f, err := p.number()
		return &Literal{Num(f), at}, err
	case tokenQuoted:
		return p.ref()
	case tokenSymbol:
		if p.symbol("(") {
			return nil, faultAt(at, "arithmetic (values in parentheses) is not supported")
		}
		if !p.symbol("-") && !p.symbol("+") {
			break
		}
		f, err := p.number()
		return &Literal{Num(f), at}, err
	case tokenName:
		return p.named()
	}
	return nil, p.expected("a property or value")
}

// named reads what begins with a name.
func (p *parser) named() (Operand, error) {
	at := p.token.at
	switch word := p.upper; word {
	case "TRUE", "FALSE":
		return &Literal{Bool(word == "TRUE"), at}, p.step()
	case "DATE", "TIMESTAMP":
		return p.instant()
	case "INTERVAL":
		return p.interval()
	case "CASEI":
		return p.casei()
	case "BBOX", "POINT", "LINESTRING", "POLYGON", "MULTIPOINT", "MULTILINESTRING", "MULTIPOLYGON", "GEOMETRYCOLLECTION":
		g, err := p.geometry()
		return &Shape{Geometry: g, at: at}, err
	}
	return p.ref()
}

// ref reads a property. What has a parenthesis after it is a function.
func (p *parser) ref() (Operand, error) {
	t := p.token
	if err := p.step(); err != nil {
		return nil, err
	}
	switch {
	case t.kind == tokenName && p.symbol("("):
		p.token = t
		return nil, p.unsupported()
	case t.kind == tokenName && slices.Contains(keywords, t.upper):
		return nil, faultAt(t.at, "expected a property or value, found %s; a property of that name has double quotes", t)
	}
	return &Ref{t.text, t.at}, nil
}

// unsupported refuses the function that the token names.
func (p *parser) unsupported() error {
	switch {
	case p.upper == "ACCENTI":
		return faultAt(p.token.at, "ACCENTI is not supported; CASEI is")
	case strings.HasPrefix(p.upper, "S_"):
		return faultAt(p.token.at, "%s is not supported; the one spatial function is S_INTERSECTS", p.upper)
	case strings.HasPrefix(p.upper, "A_"):
		return faultAt(p.token.at, "%s is not supported: there are no arrays", p.upper)
	}
	return faultAt(p.token.at, "the function %s is not supported", p.token)
}

// number reads a number with or without a sign right before it.
func (p *parser) number() (float64, error) {
	sign, at := "", p.token.at
	if p.symbol("-") || p.symbol("+") {
		sign = p.token.text
		if r := p.peek(); !isDigit(r) && r != '.' {
			if sign == "-" && (startsName(r) || isSpace(r) || r == '(') {
				return 0, faultAt(at, "arithmetic (-) is not supported")
			}
			return 0, faultAt(at+1, "expected a number right after the sign")
		}
		if err := p.step(); err != nil {
			return 0, err
		}
	}
	if p.kind != tokenNumber {
		return 0, p.expected("a number")
	}
	f, err := strconv.ParseFloat(sign+p.token.text, 64)
	if err != nil {
		return 0, faultAt(at, "the number is too large")
	}
	return f + 0, p.step()
}

func (p *parser) casei() (Operand, error) {
	c := &CaseI{at: p.token.at}
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer func() { p.depth-- }()
	if err := p.step(); err != nil {
		return nil, err
	}
	if err := p.skip("("); err != nil {
		return nil, err
	}
	var err error
	if c.Operand, err = p.operand(); err != nil {
		return nil, err
	}
	return c, p.skip(")")
}

// instant reads DATE('…') or TIMESTAMP('…').
func (p *parser) instant() (Operand, error) {
	t := p.token
	if err := p.step(); err != nil {
		return nil, err
	}
	if !p.symbol("(") {
		p.token = t
		return nil, faultAt(t.at, "expected ( after %s; a property of that name has double quotes", t)
	}
	if err := p.step(); err != nil {
		return nil, err
	}
	if p.kind != tokenString {
		return nil, p.expected("a string with the time")
	}
	v, ok := parseInstant(p.token.text)
	switch {
	case !ok && t.upper == "DATE", ok && t.upper == "DATE" && v.Type != Date:
		return nil, faultAt(p.token.at, "expected a date such as '2026-07-01'")
	case !ok, t.upper == "TIMESTAMP" && v.Type != Timestamp:
		return nil, faultAt(p.token.at, "expected a time in UTC such as '2026-07-01T08:30:00Z'")
	}
	if err := p.step(); err != nil {
		return nil, err
	}
	return &Literal{v, t.at}, p.skip(")")
}

// parseInstant reads the rules fullDate and fullDate "T" utcTime.
func parseInstant(s string) (Value, bool) {
	if t, err := time.Parse(time.DateOnly, s); err == nil {
		return Day(t), true
	}
	t, err := time.Parse("2006-01-02T15:04:05Z", s) // takes a fraction too
	if err != nil || strings.Contains(s, ",") {
		return Value{}, false
	}
	return Instant(t), true
}

func (p *parser) interval() (Operand, error) {
	i := &Interval{at: p.token.at}
	if err := p.step(); err != nil {
		return nil, err
	}
	if err := p.skip("("); err != nil {
		return nil, err
	}
	var err error
	if i.From, err = p.end(); err != nil {
		return nil, err
	}
	if err := p.skip(","); err != nil {
		return nil, err
	}
	if i.To, err = p.end(); err != nil {
		return nil, err
	}
	return i, p.skip(")")
}

// end reads an end of an interval: a time as a string, '..', or a property.
func (p *parser) end() (Operand, error) {
	if p.kind != tokenString {
		if p.kind != tokenQuoted && p.kind != tokenName {
			return nil, p.expected("a date or time as a string, '..', or a property")
		}
		return p.ref()
	}
	if p.token.text == ".." {
		return nil, p.step()
	}
	v, ok := parseInstant(p.token.text)
	if !ok {
		return nil, faultAt(p.token.at, "expected a date such as '2026-07-01', a time in UTC such as '2026-07-01T08:30:00Z', or '..'")
	}
	l := &Literal{v, p.token.at}
	return l, p.step()
}
