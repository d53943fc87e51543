package redraw

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/paulmach/orb"
)

// Limits of one operation.
const (
	maxVertices = 50_000
	maxRings    = 500
	maxCodes    = 2000
	maxText     = 200 // bytes of a name
)

// ParseOperation reads one operation as the contract writes it. Positions are
// rounded to the lattice. A body that is no object is geo.ErrInvalid, a
// *geo.Problem; so is one with members that are missing, of the wrong form, unknown
// or twice, all of which are named by pointer.
func ParseOperation(body []byte) (Operation, error) {
	o, err := readObject(body, "")
	if err != nil {
		return nil, err
	}
	var op Operation
	switch name := o.text("op", true); name {
	case "move_node":
		op = MoveNode{o.position("from"), o.position("to")}
	case "insert_node":
		op = InsertNode{o.position("at")}
	case "remove_node":
		op = RemoveNode{o.position("at")}
	case "split":
		op = Split{o.ref("kind", "code"), o.line("line"), o.code("new_code", false), o.text("new_name", false)}
	case "merge":
		op = Merge{o.kind("kind", true), o.codes("codes"), o.code("into", true)}
	case "reassign":
		k := o.kind("unit_kind", true)
		var units []geo.Ref
		for _, code := range o.codes("unit_codes") {
			units = append(units, geo.Ref{Kind: k, Code: code})
		}
		op = Reassign{units, o.ref("to_kind", "to_code")}
	case "replace":
		op = Replace{o.ref("kind", "code"), o.shape("geometry")}
	case "create":
		op = Create{o.area()}
	case "retire":
		op = Retire{o.ref("kind", "code")}
	case "rename":
		op = Rename{o.ref("kind", "code"), o.text("name", true), o.text("name_en", false)}
	case "recode":
		op = Recode{o.ref("kind", "code"), o.code("new_code", true)}
	default:
		if len(o.faults) == 0 {
			o.fault("op", fmt.Sprintf("%q is no operation", name))
		}
		return nil, o.err(false)
	}
	return op, o.err(true)
}

// object is the members of a JSON object, taken out as they are read.
type object struct {
	members map[string]json.RawMessage
	prefix  string
	faults  []geo.FieldError
}

// readObject reads an object whose members come once each; prefix is the
// pointer to it.
func readObject(body []byte, prefix string) (*object, error) {
	o := &object{members: map[string]json.RawMessage{}, prefix: prefix}
	d := json.NewDecoder(bytes.NewReader(body))
	broken := func() (*object, error) {
		return nil, geo.Invalid("invalid-body", "the operation is not a JSON object", geo.FieldError{Pointer: prefix, Detail: "must be an object"})
	}
	if t, err := d.Token(); err != nil || t != json.Delim('{') {
		return broken()
	}
	for d.More() {
		t, err := d.Token()
		name, ok := t.(string)
		var value json.RawMessage
		if err != nil || !ok || d.Decode(&value) != nil {
			return broken()
		}
		if _, twice := o.members[name]; twice {
			o.fault(name, "is there twice")
		}
		o.members[name] = value
	}
	if _, err := d.Token(); err != nil {
		return broken()
	}
	if _, err := d.Token(); err != io.EOF {
		return broken()
	}
	return o, nil
}

func (o *object) fault(name, detail string) {
	o.faults = append(o.faults, geo.FieldError{Pointer: o.prefix + "/" + pointerEscape.Replace(name), Detail: detail})
}

// err gives the faults; with whole it is a fault too if a member was not read.
func (o *object) err(whole bool) error {
	if whole {
		var rest []string
		for name := range o.members {
			rest = append(rest, name)
		}
		slices.Sort(rest)
		for _, name := range rest {
			o.fault(name, "is not known here")
		}
	}
	if len(o.faults) == 0 {
		return nil
	}
	return geo.Invalid("invalid-body", "the operation is not as it must be", o.faults...)
}

// take decodes a member into value, strictly, and tells whether it was there
// and fine.
func (o *object) take(name string, needed bool, value any, want string) bool {
	raw, ok := o.members[name]
	delete(o.members, name)
	switch {
	case !ok && needed:
		o.fault(name, "is missing")
		return false
	case !ok:
		return false
	}
	if string(raw) == "null" || json.Unmarshal(raw, value) != nil {
		o.fault(name, "must be "+want)
		return false
	}
	return true
}

func (o *object) text(name string, needed bool) (s string) {
	if o.take(name, needed, &s, "text") && (len(s) > maxText || needed && strings.TrimSpace(s) == "" || strings.ContainsFunc(s, unicode.IsControl)) {
		o.fault(name, fmt.Sprintf("must have 1 to %d bytes, not all blank, and no control characters", maxText))
	}
	return strings.TrimSpace(s)
}

func (o *object) kind(name string, needed bool) geo.Kind {
	s := ""
	if !o.take(name, needed, &s, "a kind") {
		return ""
	}
	k, err := geo.ParseKind(s)
	if err != nil {
		o.fault(name, "must be a kind of area")
	}
	return k
}

func (o *object) code(name string, needed bool) string {
	s := ""
	if o.take(name, needed, &s, "a code") && !isCode(s) {
		o.fault(name, "must be a code")
	}
	return s
}

func isCode(s string) bool {
	ref, err := geo.ParseRef(s)
	return err == nil && ref.Kind == ""
}

func (o *object) ref(kind, code string) geo.Ref {
	return geo.Ref{Kind: o.kind(kind, true), Code: o.code(code, true)}
}

func (o *object) codes(name string) (codes []string) {
	if o.take(name, true, &codes, "a list of codes") {
		if len(codes) == 0 || len(codes) > maxCodes || slices.ContainsFunc(codes, func(s string) bool { return !isCode(s) }) {
			o.fault(name, fmt.Sprintf("must be 1 to %d codes", maxCodes))
		}
	}
	return codes
}

func (o *object) count(name string) (n int) {
	if o.take(name, false, &n, "a whole number") && (n < 0 || n > 10_000_000) {
		o.fault(name, "must be 0 to 10000000")
	}
	return n
}

// area reads the members of a new area.
func (o *object) area() (a geo.Area) {
	ref := o.ref("kind", "code")
	a.Kind, a.Code = ref.Kind, ref.Code
	a.Name, a.NameEn = o.text("name", true), o.text("name_en", false)
	if s := o.text("parent", false); s != "" {
		parent, err := geo.ParseRef(s)
		switch {
		case err != nil || parent.Kind == "":
			o.fault("parent", "must be kind:code")
		case a.Kind != "" && !slices.Contains(a.Kind.Parents(), parent.Kind):
			o.fault("parent", fmt.Sprintf("must be of a kind that a %s may belong to", a.Kind))
		}
		a.Parent = parent
	}
	a.UnitType, a.Class = o.text("unit_type", false), o.text("class", false)
	if a.UnitType != "" && (a.Kind != geo.Village || !slices.Contains([]string{"village", "community", "special"}, a.UnitType)) {
		o.fault("unit_type", "must be village, community or special, of a village")
	}
	if a.Class != "" && (a.Kind != geo.Grid || a.Class != "urban" && a.Class != "rural") {
		o.fault("class", "must be urban or rural, of a grid")
	}
	a.Households, a.Population = o.count("households"), o.count("population")
	a.Shape = o.shape("geometry")
	return a
}

func (o *object) position(name string) (q geo.LatticePoint) {
	var c numbers
	if o.take(name, true, &c, "a position [lon, lat]") {
		q = o.snap(name, c)
	}
	return q
}

// numbers is the numbers of a position. Unlike a slice of them it does not read
// null as 0, which is a place off the coast of Africa.
type numbers []float64

// UnmarshalJSON reads a list of numbers.
func (n *numbers) UnmarshalJSON(text []byte) error {
	if bytes.IndexByte(text, 'n') >= 0 {
		return errors.New("null is no number")
	}
	return json.Unmarshal(text, (*[]float64)(n))
}

func (o *object) snap(name string, c numbers) geo.LatticePoint {
	if len(c) == 2 {
		if q, ok := geo.Snap(orb.Point{c[0], c[1]}); ok {
			return q
		}
	}
	o.fault(name, "must hold positions [lon, lat] in degrees")
	return geo.LatticePoint{}
}
