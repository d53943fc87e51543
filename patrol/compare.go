package patrol

import (
	"fmt"
	"slices"

	"github.com/gridpatrol/gridpatrol/geo"
)

// Equal reports whether two decisions are the same in everything.
func (d Decision) Equal(o Decision) bool { return len(Compare(d, o)) == 0 }

// Compare lists what differs between two decisions, one line each, as
// "field: a, b"; nil where they are the same. Times compare as instants, and
// nil slices and maps as empty ones.
func Compare(a, b Decision) []string {
	var out []string
	differ := func(field string, x, y any) { out = append(out, fmt.Sprintf("%s: %v, %v", field, x, y)) }
	if a.Revision != b.Revision {
		differ("revision", a.Revision, b.Revision)
	}
	if a.DutyVersion != b.DutyVersion {
		differ("duty version", a.DutyVersion, b.DutyVersion)
	}
	if a.Rule != b.Rule {
		differ("rule", a.Rule, b.Rule)
	}
	if a.Point != b.Point {
		differ("point", a.Point, b.Point)
	}
	if a.EdgeDistanceM != b.EdgeDistanceM {
		differ("edge distance", a.EdgeDistanceM, b.EdgeDistanceM)
	}
	for _, k := range geo.Kinds() {
		if x, y := name(a.Areas[k]), name(b.Areas[k]); x != y {
			differ(string(k), x, y)
		}
	}
	if !slices.Equal(a.AreaIDs, b.AreaIDs) {
		differ("area ids", a.AreaIDs, b.AreaIDs)
	}
	if len(a.Assignments) != len(b.Assignments) {
		differ("number of assignments", len(a.Assignments), len(b.Assignments))
	}
	for i := range min(len(a.Assignments), len(b.Assignments)) {
		if x, y := a.Assignments[i], b.Assignments[i]; !x.Equal(y) {
			differ(fmt.Sprintf("assignment %d", i+1), x, y)
		}
	}
	if !a.DecidedAt.Equal(b.DecidedAt) {
		differ("decided at", a.DecidedAt, b.DecidedAt)
	}
	return out
}

// Equal reports whether two assignments are the same in everything.
func (a Assignment) Equal(o Assignment) bool {
	return a.Post == o.Post && a.AreaKind == o.AreaKind && a.AreaCode == o.AreaCode && a.AreaID == o.AreaID &&
		a.SeatID == o.SeatID && a.PersonID == o.PersonID && a.Via == o.Via && a.Lead == o.Lead &&
		slices.Equal(a.StandsFor, o.StandsFor)
}

func name(n *geo.Name) string {
	if n == nil {
		return "none"
	}
	return n.Code + " " + n.Name
}
