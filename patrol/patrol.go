package patrol

import (
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
)

// PatrolState is where a patrol stands in its life.
type PatrolState string

// The states of a patrol. The first four are stored; the other two a scheduled
// one is shown in as time passes, see Patrol.StateAt.
const (
	PatrolScheduled    PatrolState = "scheduled"
	PatrolActive       PatrolState = "active"
	PatrolDone         PatrolState = "done"
	PatrolCancelled    PatrolState = "cancelled"
	PatrolReady        PatrolState = "ready"
	PatrolStartOverdue PatrolState = "start_overdue"
)

// PatrolStates lists every state a patrol is shown in. The caller owns the slice.
func PatrolStates() []PatrolState {
	return []PatrolState{PatrolScheduled, PatrolReady, PatrolStartOverdue, PatrolActive, PatrolDone, PatrolCancelled}
}

// The limits of patrols.
const (
	TeamMax        = 5                // people in a team
	PatrolMax      = 24 * time.Hour   // from its planned start to its planned end
	ReadyBefore    = 30 * time.Minute // the planned start
	OverdueAfter   = 15 * time.Minute // the planned start
	ClockAhead     = 10 * time.Minute // a phone's clock may be
	CheckpointsMax = 200              // on one patrol
)

// Pause is a stretch of a patrol from From (included) to To (excluded); the zero To
// says that it has not ended.
type Pause struct{ From, To time.Time }

// PatrolStop is a checkpoint of a patrol, and the first visit to it on the
// patrol.
type PatrolStop struct {
	Checkpoint
	VisitedAt time.Time     // zero where nobody was there yet
	Dwell     time.Duration // that its visits on this patrol lasted, together
}

// Patrol is a walk of a team through an area.
type Patrol struct {
	ID       geo.ID
	AreaID   geo.ID
	Area     geo.Ref  // as it is, or was last, called
	AreaName string   // the same
	AreaIDs  []geo.ID // the area and those that it belonged to when the patrol was made
	Team     []geo.ID // people, at most TeamMax; empty: nobody yet
	// PlannedStart is before PlannedEnd, by at most PatrolMax.
	PlannedStart, PlannedEnd time.Time
	Stored                   PatrolState // PatrolScheduled, PatrolActive, PatrolDone or PatrolCancelled
	// StartedAt and EndedAt are by the phone's clock, StartedSeenAt and
	// EndedSeenAt by the server's; zero before.
	StartedAt, StartedSeenAt time.Time
	EndedAt, EndedSeenAt     time.Time
	Pauses                   []Pause // in order, disjoint; the last may not have ended
	Stops                    []PatrolStop
	Reports                  []geo.ID // made on it, the first one first
	Note                     string   // of the plan
	EndNote                  string   // of its end, or why it was cancelled
	DistanceM                float64  // walked by the whole team, from its tracks
	LastFixAt                time.Time
	AbsentSince              time.Time // nobody has been in the area since; zero while somebody is
	CreatedAt, UpdatedAt     time.Time
	Version                  int // counts changes from 1; what its tracks tell is none
}

// Paused reports whether the patrol is under way and paused.
func (p *Patrol) Paused() bool {
	return p.Stored == PatrolActive && len(p.Pauses) > 0 && p.Pauses[len(p.Pauses)-1].To.IsZero()
}

// StateAt gives the state that the patrol is shown in at t: a scheduled one is
// PatrolReady from ReadyBefore its planned start, and PatrolStartOverdue from
// OverdueAfter it.
func (p *Patrol) StateAt(t time.Time) PatrolState {
	switch {
	case p.Stored != PatrolScheduled || t.Before(p.PlannedStart.Add(-ReadyBefore)):
		return p.Stored
	case t.Before(p.PlannedStart.Add(OverdueAfter)):
		return PatrolReady
	}
	return PatrolStartOverdue
}

// Running reports whether a fix taken at t belongs to the patrol: between its
// start and its end, both included, and in none of its pauses.
func (p *Patrol) Running(t time.Time) bool {
	if p.StartedAt.IsZero() || t.Before(p.StartedAt) || !p.EndedAt.IsZero() && t.After(p.EndedAt) {
		return false
	}
	for _, s := range p.Pauses {
		if !t.Before(s.From) && (s.To.IsZero() || t.Before(s.To)) {
			return false
		}
	}
	return true
}

// HasMember reports whether a person is in the team; nobody, the zero id, is not.
func (p *Patrol) HasMember(person geo.ID) bool {
	if person == (geo.ID{}) {
		return false
	}
	for _, m := range p.Team {
		if m == person {
			return true
		}
	}
	return false
}

// PatrolFilter narrows a list of patrols. Zero fields do not filter. A list is
// in the order of planned starts.
type PatrolFilter struct {
	AreaID   geo.ID        // of this area, or of one that belonged to it
	States   []PatrolState // as shown at Now
	Member   geo.ID        // with this person in the team
	From, To time.Time     // planned, or walked, at some time from From (included) to To (excluded)
	Now      time.Time     // what the states mean
	Limit    int           // 1 to 1 000

	AfterStart time.Time // keyset cursor: the last row's PlannedStart
	AfterID    geo.ID    // and its ID; the zero ID begins with the first
}
