package importers

import (
	"encoding/json"
	"fmt"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
)

// What may be wrong with a file, as import reports name it.
const (
	ProblemCRSUnknown       = "CRS_UNKNOWN"
	ProblemCRSOutOfZone     = "CRS_OUT_OF_ZONE"
	ProblemCRSLegacy        = "CRS_LEGACY"
	ProblemDatumRefused     = "DATUM_REFUSED"
	ProblemOutsideDistrict  = "OUTSIDE_DISTRICT"
	ProblemAxisSwapped      = "AXIS_SWAPPED"
	ProblemLooksGCJ02       = "LOOKS_GCJ02"
	ProblemRingNotClosed    = "RING_NOT_CLOSED"
	ProblemRingTooShort     = "RING_TOO_SHORT"
	ProblemRingWinding      = "RING_WINDING"
	ProblemSelfIntersection = "SELF_INTERSECTION"
	ProblemSpike            = "SPIKE"
	ProblemHoleOutside      = "HOLE_OUTSIDE"
	ProblemHoleNesting      = "HOLE_NESTING"
	ProblemEmptyGeometry    = "EMPTY_GEOMETRY"
	ProblemWrongType        = "WRONG_TYPE"
	ProblemZDropped         = "Z_DROPPED"
	ProblemDupCode          = "DUP_CODE"
	ProblemCodeDamaged      = "CODE_DAMAGED"
	ProblemUnknownParent    = "CODE_UNKNOWN_PARENT"
	ProblemValueDamaged     = "VALUE_DAMAGED"
	ProblemValueNormalised  = "VALUE_NORMALISED"
	ProblemNoPosition       = "NO_POSITION"
	ProblemOverlap          = geo.ProblemOverlap
	ProblemGap              = geo.ProblemGap
	ProblemCardinality      = "CARDINALITY"
	ProblemFileTruncated    = "FILE_TRUNCATED"
	ProblemFileCorrupt      = "FILE_CORRUPT"
	ProblemFileMissingPart  = "FILE_MISSING_PART"
	ProblemRowCount         = "ROW_COUNT_MISMATCH"
	ProblemEncodingGuessed  = "ENCODING_GUESSED"
	ProblemFormatRefused    = "FORMAT_REFUSED"
	ProblemZipUnsafe        = "ZIP_UNSAFE"
	ProblemLimit            = "LIMIT"
	ProblemNoColumn         = "NO_COLUMN"      // a field that is needed, or named, has none
	ProblemNoRepair         = "NO_REPAIR"      // one that is asked for is none
	ProblemNoLayer          = "NO_LAYER"       // none, or none that is meant alone
	ProblemOutsideParent    = "OUTSIDE_PARENT" // land beyond the area that one belongs to
)

// Problem is something wrong with a file, and where. As an error it is why a
// file cannot be read; it unwraps to geo.ErrInvalid. Its JSON is that of the
// contract.
type Problem struct {
	Feature int    // counts from 1 in the order of the file; 0: the file as a whole
	Line    int    // of a text file or a sheet, from 1, where it is another number; 0 otherwise
	Code    string // of the area, where it is known
	Problem string // one of the Problem… texts
	Warning bool   // it does not keep the file from being taken
	Detail  string // one sentence for people: what is wrong and what to do
	// At is where: in the file's own coordinates as readers give it, lon/lat in
	// degrees, WGS 84, in reports. nil where there is no place.
	At     *orb.Point
	AreaM2 float64   // of a gap, an overlap, what lies outside; 0 otherwise
	WidthM float64   // of a gap or overlap: twice its area over its perimeter; 0 otherwise
	Areas  []geo.Ref // the areas concerned, where it is about several
	Repair string    // the name of a repair that would mend it, or that did
	// Values are what Detail says besides the above, by name, for who says it in
	// another language: texts and numbers.
	Values map[string]any
}

// Error gives the name of the problem and the sentence.
func (p *Problem) Error() string {
	where := ""
	if p.Feature > 0 {
		where = fmt.Sprintf(" in feature %d", p.Feature)
	}
	return p.Problem + where + ": " + p.Detail
}

// Unwrap gives geo.ErrInvalid.
func (p *Problem) Unwrap() error { return geo.ErrInvalid }

// MarshalJSON writes the problem as import reports have it.
func (p *Problem) MarshalJSON() ([]byte, error) {
	out := struct {
		Feature  int            `json:"feature"`
		Line     int            `json:"line,omitempty"`
		Code     string         `json:"code"`
		Problem  string         `json:"problem"`
		Severity string         `json:"severity"`
		Detail   string         `json:"detail"`
		Lon      *float64       `json:"lon"`
		Lat      *float64       `json:"lat"`
		AreaM2   float64        `json:"area_m2,omitempty"`
		WidthM   float64        `json:"width_m,omitempty"`
		Areas    []string       `json:"areas,omitempty"`
		Repair   string         `json:"repair,omitempty"`
		Values   map[string]any `json:"values,omitempty"`
	}{p.Feature, p.Line, p.Code, p.Problem, "error", p.Detail, nil, nil, p.AreaM2, p.WidthM, nil, p.Repair, p.Values}
	if p.Warning {
		out.Severity = "warning"
	}
	if p.At != nil {
		out.Lon, out.Lat = &p.At[0], &p.At[1]
	}
	for _, r := range p.Areas {
		out.Areas = append(out.Areas, r.String())
	}
	return json.Marshal(out)
}
