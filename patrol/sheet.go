package patrol

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
)

// SheetType is what a place on a morning sheet is.
type SheetType string

// What can be on a morning sheet.
const (
	SheetUnit       SheetType = "unit"
	SheetGroup      SheetType = "group"
	SheetCompound   SheetType = "compound"
	SheetCheckpoint SheetType = "checkpoint"
)

// NeverDays is how many days ago a place counts as visited where nobody ever was.
const NeverDays = 90

// hazardHalfLife is after how long a hazard weighs half.
const hazardHalfLife = 30 * 24 * time.Hour

// SheetItem is a place to go to in the morning. What is above the line is given
// to Sheet, which finds the rest.
type SheetItem struct {
	Type      SheetType
	Area      geo.Ref     // of an area
	Stop      *Checkpoint // of a checkpoint; nil for an area
	Name      string
	At        orb.Point // lon/lat in degrees, WGS 84, within it
	LastVisit time.Time // zero where nobody was there
	Hazards   float64   // sum of HazardWeight over those reported in it

	DaysSince int     // whole days since the last visit; -1 where nobody was there
	Score     float64 // the higher, the earlier
}

// HazardWeight is how much a hazard reported so long ago weighs on a morning
// sheet: 1 at once, half after 30 days.
func HazardWeight(age time.Duration) float64 {
	return math.Exp2(-max(age, 0).Hours() / hazardHalfLife.Hours())
}

// Sheet puts the places in the order in which they are to be visited on a
// morning at t: the highest score first, then by kind, code and name. The score
// is the whole days since the last visit, NeverDays where there was none, times
// the weight of the hazards plus 1, so that a quiet place still comes round. That
// of a checkpoint whose time has passed is multiplied by how many of its windows
// have gone by since its last visit. places is not changed.
func Sheet(t time.Time, places []SheetItem) []SheetItem {
	out := slices.Clone(places)
	for i := range out {
		out[i].rate(t)
	}
	slices.SortStableFunc(out, func(a, b SheetItem) int {
		return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.Type, b.Type), strings.Compare(a.key(), b.key()), strings.Compare(a.Name, b.Name))
	})
	return out
}

func (s *SheetItem) rate(t time.Time) {
	days := NeverDays
	if s.DaysSince = -1; !s.LastVisit.IsZero() {
		days = int(max(t.Sub(s.LastVisit), 0) / (24 * time.Hour))
		s.DaysSince = days
	}
	s.Score = float64(days) * (s.Hazards + 1)
	if s.Stop != nil && s.Stop.StateAt(t) == CheckpointOverdue {
		// Less than a day over an hourly window has to count as well.
		passed := t.Sub(s.Stop.LastVisit).Hours()
		s.Score = max(passed/24, float64(days)) * (s.Hazards + 1) * passed / float64(s.Stop.DueEveryH)
	}
}

func (s *SheetItem) key() string {
	if s.Stop != nil {
		return s.Stop.Code
	}
	return s.Area.String()
}
