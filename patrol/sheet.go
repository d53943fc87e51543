package patrol

import (
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

// SheetItem is a place to go to in the morning.
type SheetItem struct {
	Type      SheetType
	Ref       geo.Ref     // of an area
	Stop      *Checkpoint // of a checkpoint; nil for an area
	Name      string
	At        orb.Point // lon/lat in degrees, WGS 84, within it
	LastVisit time.Time // zero where nobody was there
	Hazards   float64   // weight of those reported in it, see HazardWeight
	DaysSince int       // whole days since the last visit; -1 where nobody was there
	Score     float64   // the higher, the earlier
}
