package patrol

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
)

// PatrolDeed is something done to a patrol.
type PatrolDeed string

// What can be done to a patrol.
const (
	DeedStart  PatrolDeed = "start"
	DeedPause  PatrolDeed = "pause"
	DeedResume PatrolDeed = "resume"
	DeedEnd    PatrolDeed = "end"
	DeedCancel PatrolDeed = "cancel"
	DeedEdit   PatrolDeed = "edit" // what was planned
)

// Walker is somebody before a patrol: what they may do to it.
type Walker struct {
	Person    geo.ID // zero where nobody stands behind the account
	Walks     bool   // may walk the patrols of the own team
	AnyPatrol bool   // may do so for others too, as a desk does by radio
	Joins     bool   // may walk patrols of the area that have no team yet, and is it then
	Plans     bool   // may change and cancel patrols
}

// PatrolAction is something a person wants to do to a patrol.
type PatrolAction struct {
	PatrolID geo.ID
	Deed     PatrolDeed
	At       time.Time // by the phone's clock; zero: Seen
	Seen     time.Time // by the server's clock
	// Point is where a start was made, lon/lat in degrees, WGS 84; nil where not
	// given. It is not kept: where somebody was is in tracks alone, and goes with them.
	Point *orb.Point
	Note  string     // at most NoteMax characters; cancelling needs one
	Plan  PatrolPlan // of an edit
	Walker
	Actor       Actor
	IfVersion   int    // the version the person saw; 0 where it does not matter
	KeyHash     []byte // as of Action
	RequestHash []byte
}

// PatrolPlan changes what was planned; what is nil stays as it is.
type PatrolPlan struct {
	Team         *[]geo.ID
	PlannedStart *time.Time
	PlannedEnd   *time.Time
	Stops        *[]geo.ID // checkpoints, in order
	Note         *string
}

// NewPatrol is everything that planning a patrol writes.
type NewPatrol struct {
	Patrol      Patrol // ID, AreaID, AreaIDs, times, Team, Stops by their ids, Note and CreatedAt are set
	Actor       Actor
	KeyHash     []byte // as of Action
	RequestHash []byte
}

// PatrolDeeds lists what the walker may do to the patrol now: what its state
// takes, and what is theirs to do. The caller owns the slice.
func (p *Patrol) PatrolDeeds(w Walker) []PatrolDeed {
	out := []PatrolDeed{}
	for _, d := range p.takes() {
		if w.obstacle(p, d) == "" {
			out = append(out, d)
		}
	}
	return out
}

// takes lists what the patrol's state takes, from somebody who may do everything.
func (p *Patrol) takes() []PatrolDeed {
	switch {
	case p.Stored == PatrolScheduled:
		return []PatrolDeed{DeedStart, DeedCancel, DeedEdit}
	case p.Paused():
		return []PatrolDeed{DeedResume, DeedEnd}
	case p.Stored == PatrolActive:
		return []PatrolDeed{DeedPause, DeedEnd}
	}
	return nil
}

// obstacle is what keeps the walker from a deed, as a sentence; empty where
// nothing does.
func (w *Walker) obstacle(p *Patrol, d PatrolDeed) string {
	switch d {
	case DeedCancel, DeedEdit:
		if !w.Plans {
			return "patrols are changed and cancelled by those who plan them"
		}
	default:
		if !w.AnyPatrol && !(w.Walks && p.HasMember(w.Person)) && !(w.Walks && w.Joins && len(p.Team) == 0) {
			return "a patrol is walked by its team"
		}
	}
	return ""
}

// Do gives what an action makes of a patrol, which itself is not changed. same
// says that it was done before: a start of a patrol that was started, by one of
// the team whose phone tells late, and another end. Then nothing is to be
// written.
//
// A patrol may be started before its time and after it: the team is there, and
// may be without signal. The times of start, pauses and end are the phone's and
// follow one another; the server's are kept beside them.
//
// Errors are *geo.Problem: ErrForbidden with "not-in-team" or "not-planning",
// ErrConflict with "version-conflict", or "state-conflict" with what the state
// takes in Allow; ErrInvalid with "clock-ahead", "note-missing",
// "note-too-long", "point-invalid" or "invalid-values".
func (p *Patrol) Do(a PatrolAction) (after Patrol, same bool, err error) {
	if why := a.obstacle(p, a.Deed); why != "" {
		code := "not-in-team"
		if a.Deed == DeedCancel || a.Deed == DeedEdit {
			code = "not-planning"
		}
		return *p, false, &geo.Problem{Kind: geo.ErrForbidden, Code: code, Detail: why}
	}
	a.Seen = a.Seen.UTC().Truncate(time.Microsecond)
	if a.At = a.At.UTC().Truncate(time.Microsecond); a.At.IsZero() {
		a.At = a.Seen
	}
	if a.doneBefore(p) {
		return *p, true, nil
	}
	if a.IfVersion != 0 && a.IfVersion != p.Version {
		return *p, false, &geo.Problem{Kind: geo.ErrConflict, Code: "version-conflict",
			Detail: fmt.Sprintf("the patrol is at version %d, not %d", p.Version, a.IfVersion)}
	}
	if takes := p.takes(); !slices.Contains(takes, a.Deed) {
		return *p, false, p.conflict(a, takes)
	}
	a.Note = strings.TrimSpace(a.Note)
	if err := a.check(p); err != nil {
		return *p, false, err
	}
	after = p.with(a)
	after.Version++
	if after.UpdatedAt = a.Seen; after.UpdatedAt.Before(p.UpdatedAt) { // a clock that lags
		after.UpdatedAt = p.UpdatedAt
	}
	if a.Deed == DeedEdit {
		err = after.Check()
	}
	return after, false, err
}

// doneBefore reports whether the action says again what is known.
func (a *PatrolAction) doneBefore(p *Patrol) bool {
	switch a.Deed {
	case DeedStart: // after the end only one that was made before it
		return p.Stored == PatrolActive || p.Stored == PatrolDone && !a.At.After(p.EndedAt)
	case DeedEnd:
		return p.Stored == PatrolDone
	}
	return false
}

func (p *Patrol) conflict(a PatrolAction, takes []PatrolDeed) error {
	state, list := string(p.StateAt(a.Seen)), []string{}
	if p.Paused() {
		state = "paused"
	}
	for _, d := range takes {
		list = append(list, string(d))
	}
	what := "nothing more"
	if len(list) > 0 {
		what = strings.Join(list, ", ")
	}
	return &geo.Problem{Kind: geo.ErrConflict, Code: "state-conflict", Allow: list,
		Detail: fmt.Sprintf("a patrol that is %s does not take %s; it takes %s", state, a.Deed, what)}
}

// check checks what was sent along.
func (a *PatrolAction) check(p *Patrol) error {
	if n := utf8.RuneCountInString(a.Note); n > NoteMax {
		return geo.Invalid("note-too-long", fmt.Sprintf("a note has at most %d characters", NoteMax),
			geo.FieldError{Pointer: "/note", Detail: fmt.Sprintf("has %d characters", n)})
	}
	if a.Deed == DeedCancel && a.Note == "" {
		return geo.Invalid("note-missing", "cancelling needs a note that says why", geo.FieldError{Pointer: "/note", Detail: "is missing"})
	}
	if a.Point != nil {
		if _, ok := geo.Round(*a.Point); !ok {
			return geo.Invalid("point-invalid", "the position is no lon/lat in degrees", geo.FieldError{Pointer: "/lon", Detail: "lon must be within ±180 and lat within ±90"})
		}
	}
	return a.checkTime(p)
}

// checkTime checks the time of a deed that the phone has told.
func (a *PatrolAction) checkTime(p *Patrol) error {
	bad := func(code, detail string) error {
		return geo.Invalid(code, "the time of "+string(a.Deed)+" "+detail, geo.FieldError{Pointer: "/at", Detail: detail})
	}
	if a.Deed == DeedCancel || a.Deed == DeedEdit {
		return nil
	}
	if a.At.After(a.Seen.Add(ClockAhead)) {
		return bad("clock-ahead", fmt.Sprintf("lies more than %.0f minutes in the future", ClockAhead.Minutes()))
	}
	if a.Deed == DeedStart {
		if a.At.Before(p.PlannedStart.Add(-PatrolMax)) {
			return bad("invalid-values", "lies more than a day before the planned start")
		}
		return nil
	}
	if a.At.Before(p.StartedAt) {
		return bad("invalid-values", "lies before the start")
	}
	if n := len(p.Pauses); n > 0 {
		last := p.Pauses[n-1]
		if a.At.Before(last.From) || a.At.Before(last.To) {
			return bad("invalid-values", "lies before the last pause ended")
		}
	}
	return nil
}

// with is the patrol after an action that nothing speaks against.
func (p *Patrol) with(a PatrolAction) Patrol {
	next := *p
	next.Pauses = slices.Clone(p.Pauses)
	switch a.Deed {
	case DeedStart:
		next.Stored, next.StartedAt, next.StartedSeenAt = PatrolActive, a.At, a.Seen
		if len(p.Team) == 0 && a.Walks && a.Joins && a.Person != (geo.ID{}) {
			next.Team = []geo.ID{a.Person}
		}
	case DeedPause:
		next.Pauses = append(next.Pauses, Pause{From: a.At})
	case DeedResume:
		next.Pauses[len(next.Pauses)-1].To = a.At
	case DeedEnd:
		if p.Paused() {
			next.Pauses[len(next.Pauses)-1].To = a.At
		}
		next.Stored, next.EndedAt, next.EndedSeenAt, next.EndNote, next.AbsentSince = PatrolDone, a.At, a.Seen, a.Note, time.Time{}
	case DeedCancel:
		next.Stored, next.EndNote = PatrolCancelled, a.Note
	case DeedEdit:
		next.replan(a.Plan)
	}
	return next
}

func (p *Patrol) replan(plan PatrolPlan) {
	if plan.Team != nil {
		p.Team = slices.Clone(*plan.Team)
	}
	if plan.PlannedStart != nil {
		p.PlannedStart = plan.PlannedStart.UTC().Truncate(time.Microsecond)
	}
	if plan.PlannedEnd != nil {
		p.PlannedEnd = plan.PlannedEnd.UTC().Truncate(time.Microsecond)
	}
	if plan.Note != nil {
		p.Note = strings.TrimSpace(*plan.Note)
	}
	if plan.Stops != nil {
		p.Stops = nil
		for _, id := range *plan.Stops {
			p.Stops = append(p.Stops, PatrolStop{Checkpoint: Checkpoint{ID: id}})
		}
	}
}

// Check says all that is wrong with what is planned: times, team, checkpoints,
// note. The error is a *geo.Problem of kind ErrInvalid with pointers into the
// body of a request.
func (p *Patrol) Check() error {
	var bad []geo.FieldError
	no := func(pointer, detail string) { bad = append(bad, geo.FieldError{Pointer: pointer, Detail: detail}) }
	switch length := p.PlannedEnd.Sub(p.PlannedStart); {
	case length <= 0:
		no("/planned_end", "must be after planned_start")
	case length > PatrolMax:
		no("/planned_end", fmt.Sprintf("must be at most %.0f hours after planned_start", PatrolMax.Hours()))
	}
	if len(p.Team) > TeamMax {
		no("/team", fmt.Sprintf("has %d people; at most %d are possible", len(p.Team), TeamMax))
	}
	for i, person := range p.Team {
		if slices.Contains(p.Team[:i], person) {
			no(fmt.Sprintf("/team/%d", i), "is in the team already")
		}
	}
	if len(p.Stops) > CheckpointsMax {
		no("/checkpoints", fmt.Sprintf("are %d; at most %d are possible", len(p.Stops), CheckpointsMax))
	}
	seen := make(map[geo.ID]bool, len(p.Stops))
	for i, stop := range p.Stops {
		if seen[stop.ID] {
			no(fmt.Sprintf("/checkpoints/%d", i), "is on the list already")
		}
		seen[stop.ID] = true
	}
	if n := utf8.RuneCountInString(p.Note); n > NoteMax {
		no("/note", fmt.Sprintf("has %d characters; at most %d are possible", n, NoteMax))
	}
	switch len(bad) {
	case 0:
		return nil
	case 1:
		return geo.Invalid("invalid-values", bad[0].Pointer+" "+bad[0].Detail, bad...)
	}
	return geo.Invalid("invalid-values", "some values of the patrol are not possible", bad...)
}
