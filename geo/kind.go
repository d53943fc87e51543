package geo

import (
	"fmt"
	"strings"
)

// Kind is one level or family of areas. Its text is the one in URLs, files and
// the database.
type Kind string

// The kinds, from the largest to the smallest. District, township and village
// are statutory; grids cover the district beside them, compounds lie inside
// urban grids, village groups tile the villages of the country.
const (
	District     Kind = "district"
	Township     Kind = "township"
	Village      Kind = "village" // all village-level units: villages, communities, special units
	VillageGroup Kind = "village_group"
	Grid         Kind = "grid"
	Compound     Kind = "compound"
)

const numKinds = 6

// Kinds lists every kind from the largest to the smallest. The caller owns the
// slice.
func Kinds() []Kind {
	return []Kind{District, Township, Village, VillageGroup, Grid, Compound}
}

// Index is the kind's place in Kinds, -1 for a kind that is none.
func (k Kind) Index() int {
	switch k {
	case District:
		return 0
	case Township:
		return 1
	case Village:
		return 2
	case VillageGroup:
		return 3
	case Grid:
		return 4
	case Compound:
		return 5
	}
	return -1
}

// Plural is the kind's name as a collection and as a tile layer, such as
// "village_groups".
func (k Kind) Plural() string { return string(k) + "s" }

// Statutory reports whether boundaries of the kind are set by law and locked
// by default.
func (k Kind) Statutory() bool { return k == District || k == Township || k == Village }

// Parents is the kinds that an area of the kind may belong to, the largest
// first; none for a district.
func (k Kind) Parents() []Kind {
	switch k {
	case Township:
		return []Kind{District}
	case Village:
		return []Kind{Township}
	case VillageGroup:
		return []Kind{Village}
	case Grid:
		return []Kind{District, Township, Village}
	case Compound:
		return []Kind{Village, Grid}
	}
	return nil
}

// ParseKind reads a kind in the singular. An unknown one is ErrInvalid.
func ParseKind(s string) (Kind, error) {
	for _, k := range Kinds() {
		if s == string(k) {
			return k, nil
		}
	}
	return "", fmt.Errorf("%q is no kind of area: %w", s, ErrInvalid)
}

// ParsePlural reads a kind in the plural, as collections and layers name it.
// ok is false for any other text.
func ParsePlural(s string) (k Kind, ok bool) {
	for _, k := range Kinds() {
		if s == k.Plural() {
			return k, true
		}
	}
	return "", false
}

// Ref names an area by kind and code. An empty kind means that the caller gave
// a bare code, which names an area where only one kind has it.
type Ref struct {
	Kind Kind
	Code string
}

// String is "kind:code", or the bare code where the kind is empty.
func (r Ref) String() string {
	if r.Kind == "" {
		return r.Code
	}
	return string(r.Kind) + ":" + r.Code
}

// ParseRef reads "kind:code" or a bare code. Empty text and unknown kinds are
// ErrInvalid.
func ParseRef(s string) (Ref, error) {
	kind, code, found := strings.Cut(s, ":")
	if !found {
		kind, code = "", s
	}
	if code == "" || len(code) > 64 || strings.ContainsAny(code, " \t\r\n\x00") {
		return Ref{}, fmt.Errorf("%q is no area code: %w", s, ErrInvalid)
	}
	if !found {
		return Ref{Code: code}, nil
	}
	k, err := ParseKind(kind)
	if err != nil {
		return Ref{}, err
	}
	return Ref{Kind: k, Code: code}, nil
}
