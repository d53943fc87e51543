package redraw

import (
	"encoding/json"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/paulmach/orb"
)

// position is a place as JSON has it: the shortest decimals that give it back.
func position(q geo.LatticePoint) orb.Point { return q.Point() }

// named is the members that most operations have.
type named struct {
	Op   string   `json:"op"`
	Kind geo.Kind `json:"kind"`
	Code string   `json:"code"`
}

// geometry is a GeoJSON geometry.
type geometry struct {
	Type        string `json:"type"`
	Coordinates any    `json:"coordinates"`
}

// MarshalJSON writes the operation as the contract has it; ParseOperation reads it.
func (op MoveNode) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Op   string    `json:"op"`
		From orb.Point `json:"from"`
		To   orb.Point `json:"to"`
	}{op.Op(), position(op.From), position(op.To)})
}

type atNode struct {
	Op string    `json:"op"`
	At orb.Point `json:"at"`
}

// MarshalJSON writes the operation as the contract has it; ParseOperation reads it.
func (op InsertNode) MarshalJSON() ([]byte, error) {
	return json.Marshal(atNode{op.Op(), position(op.At)})
}

// MarshalJSON writes the operation as the contract has it; ParseOperation reads it.
func (op RemoveNode) MarshalJSON() ([]byte, error) {
	return json.Marshal(atNode{op.Op(), position(op.At)})
}

// MarshalJSON writes the operation as the contract has it; ParseOperation reads it.
func (op Split) MarshalJSON() ([]byte, error) {
	line := make([]orb.Point, len(op.Line))
	for i, q := range op.Line {
		line[i] = position(q)
	}
	return json.Marshal(struct {
		named
		Line    geometry `json:"line"`
		NewCode string   `json:"new_code,omitempty"`
		NewName string   `json:"new_name,omitempty"`
	}{named{op.Op(), op.Area.Kind, op.Area.Code}, geometry{"LineString", line}, op.NewCode, op.NewName})
}

// MarshalJSON writes the operation as the contract has it; ParseOperation reads it.
func (op Merge) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		Op    string   `json:"op"`
		Kind  geo.Kind `json:"kind"`
		Codes []string `json:"codes"`
		Into  string   `json:"into"`
	}{op.Op(), op.Kind, op.Codes, op.Into})
}

// MarshalJSON writes the operation as the contract has it; ParseOperation reads it.
func (op Reassign) MarshalJSON() ([]byte, error) {
	var k geo.Kind
	codes := make([]string, len(op.Units))
	for i, u := range op.Units {
		k, codes[i] = u.Kind, u.Code
	}
	return json.Marshal(struct {
		Op        string   `json:"op"`
		UnitKind  geo.Kind `json:"unit_kind"`
		UnitCodes []string `json:"unit_codes"`
		ToKind    geo.Kind `json:"to_kind"`
		ToCode    string   `json:"to_code"`
	}{op.Op(), k, codes, op.To.Kind, op.To.Code})
}

// MarshalJSON writes the operation as the contract has it; ParseOperation reads it.
func (op Replace) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		named
		Geometry geometry `json:"geometry"`
	}{named{op.Op(), op.Area.Kind, op.Area.Code}, geometry{"MultiPolygon", op.Shape}})
}

// MarshalJSON writes the operation as the contract has it; ParseOperation reads it.
func (op Create) MarshalJSON() ([]byte, error) {
	a := &op.Area
	parent := ""
	if a.Parent != (geo.Ref{}) {
		parent = a.Parent.String()
	}
	return json.Marshal(struct {
		named
		Name       string   `json:"name"`
		NameEn     string   `json:"name_en,omitempty"`
		Parent     string   `json:"parent,omitempty"`
		UnitType   string   `json:"unit_type,omitempty"`
		Class      string   `json:"class,omitempty"`
		Households int      `json:"households,omitempty"`
		Population int      `json:"population,omitempty"`
		Geometry   geometry `json:"geometry"`
	}{named{op.Op(), a.Kind, a.Code}, a.Name, a.NameEn, parent, a.UnitType, a.Class, a.Households, a.Population, geometry{"MultiPolygon", a.Shape}})
}

// MarshalJSON writes the operation as the contract has it; ParseOperation reads it.
func (op Retire) MarshalJSON() ([]byte, error) {
	return json.Marshal(named{op.Op(), op.Area.Kind, op.Area.Code})
}

// MarshalJSON writes the operation as the contract has it; ParseOperation reads it.
func (op Rename) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		named
		Name   string `json:"name"`
		NameEn string `json:"name_en,omitempty"`
	}{named{op.Op(), op.Area.Kind, op.Area.Code}, op.Name, op.NameEn})
}

// MarshalJSON writes the operation as the contract has it; ParseOperation reads it.
func (op Recode) MarshalJSON() ([]byte, error) {
	return json.Marshal(struct {
		named
		NewCode string `json:"new_code"`
	}{named{op.Op(), op.Area.Kind, op.Area.Code}, op.NewCode})
}
