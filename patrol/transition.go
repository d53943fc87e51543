package patrol

import (
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gridpatrol/gridpatrol/geo"
)

// step is what an event does to a report.
type step struct {
	event EventType
	from  []Status // the states that take it
	to    Status   // empty where it stays as it is
	by    standing
	note  bool // a note is needed; for a comment a photo does as well, see checkAction
}

// standing is who may take a step.
type standing int

const (
	anybody   standing = iota // who may act on reports at all
	answers                   // who answers for the report, and dispatchers
	directing                 // dispatchers
)

// steps is the life of a report as far as it is built: one row an event.
func steps() []step {
	return []step{
		{event: EventVerify, from: []Status{Reported}, to: Verified, by: answers},
		{event: EventDispatch, from: []Status{Reported, Verified, Returned}, to: Dispatched, by: directing},
		{event: EventAccept, from: []Status{Dispatched}, to: Accepted, by: answers},
		{event: EventReturn, from: []Status{Dispatched, Accepted}, to: Returned, by: answers, note: true},
		{event: EventHandle, from: []Status{Accepted}, to: Handled, by: answers},
		{event: EventClose, from: []Status{Handled}, to: Closed, by: answers},
		{event: EventReject, from: []Status{Reported, Verified, Dispatched, Accepted, Returned}, to: Rejected, by: answers, note: true},
		{event: EventComment, from: Statuses(), by: anybody},
	}
}

// Supported lists the events Transition takes. The caller owns the slice.
func Supported() []EventType {
	var out []EventType
	for _, s := range steps() {
		out = append(out, s.event)
	}
	return out
}

// Allowed lists the events a report in that state takes, for somebody who may
// do everything. The caller owns the slice.
func Allowed(s Status) []EventType {
	var out []EventType
	for _, st := range steps() {
		if slices.Contains(st.from, s) {
			out = append(out, st.event)
		}
	}
	return out
}

// Permitted lists the events that the action's person may send now: those that
// the report's state takes and Transition would not forbid them. Of the action
// it looks at Actor, Person, Seats and AnyReport, of the report at Status,
// HandledBy and the decision. The caller owns the slice.
func Permitted(r *Report, a Action) []EventType {
	var out []EventType
	for _, st := range steps() {
		if slices.Contains(st.from, r.Status) && a.obstacle(r, st) == "" {
			out = append(out, st.event)
		}
	}
	return out
}

// Transition gives what an action makes of a report; neither is changed. Every
// event, a comment too, counts the version up by one.
//
// The clock: it starts when a report is dispatched, stands still (no limits)
// when it is returned, and starts afresh when it is dispatched again. Handling,
// closing and rejecting leave the limits as they were, for the record.
//
// The checker is not the handler: whoever handled a report does not close it,
// except a dispatcher, who enters what others did.
//
// Errors are *geo.Problem: ErrInvalid with code "event-unsupported",
// "note-missing", "note-too-long", "point-invalid", "clock-ahead" or "category-unknown";
// ErrConflict with "version-conflict", or "state-conflict" with what the state
// takes in Allow; ErrForbidden with "not-responsible" or "own-work".
func Transition(r *Report, a Action, book *Rulebook) (Change, error) {
	all := steps()
	i := slices.IndexFunc(all, func(s step) bool { return s.event == a.Type })
	if i < 0 {
		return Change{}, &geo.Problem{Kind: geo.ErrInvalid, Code: "event-unsupported", Allow: texts(Supported()),
			Detail: fmt.Sprintf("%.40q is no event that can be sent; there are %s", string(a.Type), strings.Join(texts(Supported()), ", "))}
	}
	st := all[i]
	if a.IfVersion != 0 && a.IfVersion != r.Version {
		return Change{}, &geo.Problem{Kind: geo.ErrConflict, Code: "version-conflict",
			Detail: fmt.Sprintf("the report is at version %d, not %d", r.Version, a.IfVersion)}
	}
	if !slices.Contains(st.from, r.Status) {
		return Change{}, &geo.Problem{Kind: geo.ErrConflict, Code: "state-conflict", Allow: texts(Allowed(r.Status)),
			Detail: fmt.Sprintf("a report that is %s does not take %s; it takes %s", r.Status, a.Type, strings.Join(texts(Allowed(r.Status)), ", "))}
	}
	if err := permit(r, a, st); err != nil {
		return Change{}, err
	}
	a.Note = strings.TrimSpace(a.Note)
	if err := checkAction(&a, st); err != nil {
		return Change{}, err
	}
	return apply(r, a, st, book)
}

// permit checks that the person may take the step.
func permit(r *Report, a Action, st step) error {
	code := a.obstacle(r, st)
	switch code {
	case "":
		return nil
	case "own-work":
		return &geo.Problem{Kind: geo.ErrForbidden, Code: code,
			Detail: "whoever handled a report does not close it; somebody else checks the work"}
	}
	return &geo.Problem{Kind: geo.ErrForbidden, Code: code,
		Detail: fmt.Sprintf("%s is for %s", a.Type, map[standing]string{
			answers:   "those who answer for the report, and dispatchers",
			directing: "dispatchers",
		}[st.by])}
}

// obstacle is the code of what keeps the person from taking the step; empty
// where nothing does.
func (a *Action) obstacle(r *Report, st step) string {
	switch {
	case a.AnyReport || st.by == anybody:
		return ""
	case st.by == directing || !a.answersFor(r):
		return "not-responsible"
	case st.event == EventClose && r.HandledBy != "" && r.HandledBy == a.Actor.ID:
		return "own-work"
	}
	return ""
}

// answersFor reports whether the person answers for the report: named when it
// was routed, or in one of its seats now. A credential that belongs to no
// person in the roster, such as the token of an area's own system, answers for
// every report of its scope, which the store has checked.
func (a *Action) answersFor(r *Report) bool {
	none := geo.ID{}
	if a.Person == none {
		return true
	}
	return slices.ContainsFunc(r.Decision.Assignments, func(as Assignment) bool {
		return as.PersonID != none && as.PersonID == a.Person ||
			as.SeatID != none && slices.Contains(a.Seats, as.SeatID)
	})
}

// checkAction checks what was sent along, and puts the point on the lattice.
func checkAction(a *Action, st step) error {
	if a.Type == EventComment && a.Note == "" && len(a.Photos) == 0 {
		return geo.Invalid("note-missing", "comment needs a note or a photo", geo.FieldError{Pointer: "/note", Detail: "is missing"})
	}
	if st.note && a.Note == "" {
		return geo.Invalid("note-missing", fmt.Sprintf("%s needs a note that says why", a.Type), geo.FieldError{Pointer: "/note", Detail: "is missing"})
	}
	if n := utf8.RuneCountInString(a.Note); n > NoteMax {
		return geo.Invalid("note-too-long", fmt.Sprintf("a note has at most %d characters", NoteMax),
			geo.FieldError{Pointer: "/note", Detail: fmt.Sprintf("has %d characters", n)})
	}
	if a.OccurredAt.After(a.At.Add(ClockAhead)) {
		return geo.Invalid("clock-ahead", fmt.Sprintf("at lies more than %.0f minutes in the future; set the phone's clock", ClockAhead.Minutes()),
			geo.FieldError{Pointer: "/at", Detail: "lies in the future"})
	}
	if a.Point != nil {
		p, ok := geo.Round(*a.Point)
		if !ok {
			return geo.Invalid("point-invalid", "the position is no lon/lat in degrees", geo.FieldError{Pointer: "/lon", Detail: "lon must be within ±180 and lat within ±90"})
		}
		a.Point = &p
	}
	return nil
}

// apply makes the change.
func apply(r *Report, a Action, st step, book *Rulebook) (Change, error) {
	at := a.At.UTC().Truncate(time.Microsecond)
	next := *r
	next.UpdatedAt = at
	next.Version++
	if st.to != "" {
		next.Status = st.to
	}
	switch a.Type {
	case EventDispatch:
		c, ok := book.Category(r.Category)
		if !ok {
			return Change{}, geo.Invalid("category-unknown", fmt.Sprintf("there is no category %q any more, so no time limit", r.Category))
		}
		next.DueAt, next.HardDueAt = book.Limits(c, at)
	case EventReturn:
		next.DueAt, next.HardDueAt = time.Time{}, time.Time{}
	case EventHandle:
		next.HandledBy = a.Actor.ID
	}
	photos := numbered(r.Photos, a, next.Version)
	next.Photos = slices.Concat(r.Photos, photos)
	return Change{
		Report: next,
		Photos: photos,
		Shown:  book.Shown(r.Category, r.Point),
		Entry: HistoryEntry{
			Seq:        next.Version,
			Type:       a.Type,
			At:         at,
			OccurredAt: a.OccurredAt.UTC().Truncate(time.Microsecond),
			Actor:      a.Actor,
			From:       r.Status,
			To:         next.Status,
			Note:       a.Note,
			Point:      a.Point,
		},
	}, nil
}

// numbered gives the photos of an action, as those that come after the ones
// there are.
func numbered(have []Photo, a Action, event int) []Photo {
	last := 0
	for _, p := range have {
		last = max(last, p.Number)
	}
	out := slices.Clone(a.Photos)
	for i := range out {
		out[i].Number, out[i].Event, out[i].EventType = last+1+i, event, a.Type
	}
	return out
}

func texts(events []EventType) []string {
	out := make([]string, len(events))
	for i, e := range events {
		out[i] = string(e)
	}
	return out
}
