package redraw

import (
	"fmt"
	"strings"

	"github.com/gridpatrol/gridpatrol/geo"
)

// codes finds codes of a wrong form, and those of another area. A code that an area
// keeps while it comes to belong elsewhere is a warning: it is what the area is known by.
func (v *survey) codes() (out []finding) {
	for _, plots := range v.kinds {
		for _, p := range plots {
			ref := p.area.Ref()
			if detail := codeFault(&p.area); detail != "" {
				problem := Problem{Code: ProblemCodeRule, Warning: v.kept(p), Detail: fmt.Sprintf("%s: %s", ref, detail), At: middleOf(p), Areas: []geo.Ref{ref}, Prefix: codePrefix(&p.area)}
				out = append(out, finding{Problem: problem, key: key(ProblemCodeRule, p) + " " + ref.Code})
			}
			if owner, taken := v.taken[ref]; taken && owner != p.area.ID {
				problem := Problem{Code: ProblemDupCode, Detail: fmt.Sprintf("%s was another area", ref), At: middleOf(p), Areas: []geo.Ref{ref}}
				out = append(out, finding{Problem: problem, key: key(ProblemDupCode, p) + " " + ref.Code})
			}
		}
	}
	return out
}

// kept tells whether an area has the code that it has in the base.
func (v *survey) kept(p *plot) bool {
	if v.base == nil {
		return false
	}
	was, ok := v.base.byID[p.area.ID]
	return ok && was.area.Code == p.area.Code
}

// codeDigits are how many digits the codes of a kind have: 6 of GB/T 2260, 3 of
// GB/T 10114, 3 for the unit and 3 for what lies in it. Compounds have a C before the last
// three.
var codeDigits = map[geo.Kind]int{
	geo.District: 6, geo.Township: 9, geo.Village: 12, geo.VillageGroup: 15, geo.Grid: 15, geo.Compound: 15,
}

// codeFault says what is wrong with the form of a code; empty where nothing is.
func codeFault(a *geo.Area) string {
	code, n := a.Code, codeDigits[a.Kind]
	if a.Kind == geo.Compound {
		if len(code) != n+1 || code[n-3] != 'C' || !digits(code[:n-3]) || !digits(code[n-2:]) {
			return "a code of a compound is that of its unit, C and three digits"
		}
		code = code[:n-3] + code[n-2:]
	} else if len(code) != n || !digits(code) {
		return fmt.Sprintf("a code of this kind has %d digits", n)
	}
	if prefix := codePrefix(a); !strings.HasPrefix(code, prefix) {
		return fmt.Sprintf("the code must begin with %s, as it belongs to %s", prefix, a.Parent)
	}
	return ""
}

// codePrefix is what a code begins with for the area that it belongs to.
func codePrefix(a *geo.Area) string {
	switch {
	case a.Parent.Code == "":
		return ""
	case a.Kind == geo.Grid && a.Parent.Kind == geo.Township:
		return a.Parent.Code + "000" // of several units
	case a.Kind == geo.Compound && a.Parent.Kind == geo.Grid:
		unit := a.Parent.Code[:min(12, len(a.Parent.Code))]
		if strings.HasSuffix(unit, "000") {
			return strings.TrimSuffix(unit, "000")
		}
		return unit
	}
	return a.Parent.Code
}
