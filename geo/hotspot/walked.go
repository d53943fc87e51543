package hotspot

import (
	"time"

	"github.com/gridpatrol/gridpatrol/geo/cell"
)

// Walked is what patrols did in a cell during some time.
type Walked struct {
	Cell    cell.Cell
	Seconds float64   // officers were in it, added up over officers
	Visits  int       // how many patrols came, each once
	Last    time.Time // when an officer was there last, UTC
}

// HoursOf gives the patrol hours of the cells, which are of BaseResolution.
func HoursOf(walked []Walked) (*Hours, error) {
	of := make([]CellHours, len(walked))
	for i, w := range walked {
		of[i] = CellHours{w.Cell, w.Seconds / 3600}
	}
	return NewHours(of)
}
