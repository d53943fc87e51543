package track

import "time"

// Rules say which fixes are used, and how.
type Rules struct {
	// AccuracyM is the worst accuracy that is used. A fix whose accuracy is
	// unknown is used.
	AccuracyM float64
	// SpeedMPS is the fastest, in metres a second, that two kept fixes that
	// follow each other may lie apart.
	SpeedMPS float64
	// Gap ends a piece: nothing is known of who was silent for longer. At
	// least a second.
	Gap time.Duration
	// StandM and StandFor: who stays within StandM of a place for StandFor stands
	// there, and what the fixes wander meanwhile is no walk.
	StandM   float64
	StandFor time.Duration
	// Away joins stays in an area, or at a checkpoint, that lie no further apart to one visit.
	Away time.Duration
	// AreaDwell and CheckpointDwell are the least that is a visit.
	AreaDwell, CheckpointDwell time.Duration
}

// DefaultRules are the rules in use: 50 m, 40 m/s (144 km/h, so that who rides in
// a car is believed), 120 s, 15 m for 60 s, 120 s away, 20 s in an area and 5 s
// at a checkpoint.
func DefaultRules() Rules {
	return Rules{
		AccuracyM: 50, SpeedMPS: 40, Gap: 120 * time.Second,
		StandM: 15, StandFor: 60 * time.Second,
		Away: 120 * time.Second, AreaDwell: 20 * time.Second, CheckpointDwell: 5 * time.Second,
	}
}

// Usable tells whether a fix is used at all: it is not made up, and as exact as
// the rules want.
func (r Rules) Usable(f Fix) bool {
	return !f.Mock && !(f.AccuracyM > r.AccuracyM) && f.AccuracyM == f.AccuracyM
}
