package redraw

import (
	"errors"
	"fmt"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/paulmach/orb"
)

// The problems that an operation causes or is refused for, as the contract names them.
const (
	ProblemLocked           = "LOCKED"
	ProblemDupCode          = "DUP_CODE"
	ProblemGap              = geo.ProblemGap
	ProblemOverlap          = geo.ProblemOverlap
	ProblemNotContiguous    = "NOT_CONTIGUOUS"
	ProblemOutsideDistrict  = "OUTSIDE_DISTRICT"
	ProblemSelfIntersection = "SELF_INTERSECTION"
	ProblemUnknownParent    = "CODE_UNKNOWN_PARENT"
	ProblemUnitSplit        = "UNIT_SPLIT"
)

// Problem is something wrong with a plan, and where. As an error it is why an
// operation was refused: it unwraps to geo.ErrConflict for LOCKED and DUP_CODE,
// and to geo.ErrInvalid otherwise.
type Problem struct {
	Code   string    // as the contract names it, such as "LOCKED"
	Detail string    // one sentence for people
	At     orb.Point // a place to zoom to, lon/lat in degrees, WGS 84
	Areas  []geo.Ref // the areas concerned: for LOCKED whose line it is

	Warning bool    // it does not keep a plan from being published
	Before  bool    // the base has it too
	AreaM2  float64 // of a gap or an overlap, or of what reaches beyond; 0 otherwise

	// What Detail says besides, for those who say it in another language.
	Value  float64  // the parts, the households or the compactness of the first area
	Norm   float64  // what Value is measured against: the mean, the least allowed
	Class  string   // of the grids that have Norm households on average
	Posts  []string // that nobody holds
	Prefix string   // that the code has to begin with
}

// Error gives the sentence and the place.
func (p *Problem) Error() string {
	return fmt.Sprintf("%s: %s, near %.7f %.7f", p.Code, p.Detail, p.At[0], p.At[1])
}

// Unwrap gives the kind of error.
func (p *Problem) Unwrap() error {
	if p.Code == ProblemLocked || p.Code == ProblemDupCode {
		return geo.ErrConflict
	}
	return geo.ErrInvalid
}

// shapeProblem says with the contract's code what is wrong with an area's shape.
func shapeProblem(ref geo.Ref, err error) *Problem {
	p := &Problem{Code: ProblemSelfIntersection, Detail: err.Error(), Areas: []geo.Ref{ref}}
	var fault *geo.GeometryError
	if errors.As(err, &fault) {
		p.Code, p.At = ruleCodes[fault.Rule], fault.At
		p.Detail = fmt.Sprintf("%s: %s", ref, fault.Rule)
	}
	return p
}

// ruleCodes are the contract's codes for the rules of a shape.
var ruleCodes = map[string]string{
	geo.RuleEmpty:         "EMPTY_GEOMETRY",
	geo.RuleNotFinite:     "VALUE_DAMAGED",
	geo.RuleOutOfRange:    "VALUE_DAMAGED",
	geo.RuleTooWide:       "LIMIT",
	geo.RuleNotClosed:     "RING_NOT_CLOSED",
	geo.RuleTooShort:      "RING_TOO_SHORT",
	geo.RuleSpike:         "SPIKE",
	geo.RuleSelfCrossing:  ProblemSelfIntersection,
	geo.RuleHoleOutside:   "HOLE_OUTSIDE",
	geo.RuleHolesNested:   "HOLE_NESTING",
	geo.RuleOverlap:       ProblemOverlap,
	geo.RuleInteriorParts: ProblemSelfIntersection,
}
