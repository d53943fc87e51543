// Package track makes of the positions that phones send during a patrol what is
// asked of them: cleaned lines, visits with their dwell, distance, time in cells,
// and the land that was seen.
//
// Everything here is a function of the set of fixes: their order and how often
// one comes are nothing to it, and what is computed again from the stretch that
// Affected names equals what is computed again from all. Positions are points of
// the lattice (lon, lat in units of 1e-7°, WGS 84), times are instants, and the
// time of a fix alone counts, never when it arrived.
package track

import (
	"cmp"
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
)

// Unknown stands in AccuracyM and SpeedMPS for what the phone did not say.
const Unknown = -1

// Fix is one position as a phone gave it.
type Fix struct {
	T         time.Time // when the phone was there, by its own clock
	At        geo.LatticePoint
	AccuracyM float64 // the radius that holds the true place in two of three cases, as the W3C's Geolocation has it; negative where unknown
	SpeedMPS  float64 // metres a second; negative where unknown
	Mock      bool    // whether the phone said that another program made it up
}

// Compare orders fixes by time. Of one instant the one to be believed is first:
// not made up, then more exact (unknown last), then by place and speed. 0 means
// that both are one fix.
func Compare(a, b Fix) int {
	return cmp.Or(
		a.T.Compare(b.T),
		compareBelief(a, b),
		geo.CompareLattice(a.At, b.At),
		cmp.Compare(max(a.SpeedMPS, Unknown), max(b.SpeedMPS, Unknown)),
	)
}

func compareBelief(a, b Fix) int {
	switch {
	case a.Mock != b.Mock && b.Mock:
		return -1
	case a.Mock != b.Mock:
		return 1
	case (a.AccuracyM < 0) != (b.AccuracyM < 0):
		return -cmp.Compare(max(a.AccuracyM, Unknown), max(b.AccuracyM, Unknown))
	}
	return cmp.Compare(max(a.AccuracyM, Unknown), max(b.AccuracyM, Unknown))
}
