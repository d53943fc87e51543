package hotspot

import (
	"fmt"
	"slices"
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
)

// Step is the length of the frames that a time slider goes through.
type Step string

// The steps there are. The public gets months only.
const (
	Month Step = "month" // of the calendar
	Week  Step = "week"  // Monday to Sunday
)

// Steps lists them.
func Steps() []Step { return []Step{Month, Week} }

// MaxFrames is the most frames of one answer.
const MaxFrames = 120

// usualFrames is how many frames there are where nobody says since when: a
// year of months, half a year of weeks.
var usualFrames = map[Step]int{Month: 12, Week: 26}

// Frame is a stretch of time, from From (included) to To (excluded).
type Frame struct{ From, To time.Time }

// Frames gives the whole steps that cover from (included) to to (excluded), in
// the time zone of now, oldest first; each begins where the one before ends. A
// zero to means the end of the day of now, a zero from a year of months or half
// a year of weeks. geo.ErrInvalid where from does not lie before to, where the
// step is none, or where there would be more than MaxFrames.
func Frames(step Step, from, to, now time.Time) ([]Frame, error) {
	if !slices.Contains(Steps(), step) {
		return nil, geo.Invalid("invalid-parameters", fmt.Sprintf("there is no step %.40q", string(step)),
			geo.FieldError{Pointer: "step", Detail: "is neither month nor week"})
	}
	if to.IsZero() {
		to = Tomorrow(now)
	}
	last := stepAt(step, to.Add(-1).In(now.Location()))
	if from.IsZero() {
		out := make([]Frame, usualFrames[step])
		for i := len(out) - 1; i >= 0; i-- {
			out[i] = last
			last = stepAt(step, last.From.Add(-1))
		}
		return out, nil
	}
	if !from.Before(to) {
		return nil, geo.Invalid("invalid-parameters", "from must lie before to",
			geo.FieldError{Pointer: "from", Detail: "does not lie before to"})
	}
	var out []Frame
	for f := stepAt(step, from.In(now.Location())); f.From.Before(to); f = stepAt(step, f.To) {
		if len(out) == MaxFrames {
			return nil, geo.Invalid("invalid-parameters", fmt.Sprintf("an answer has at most %d frames", MaxFrames),
				geo.FieldError{Pointer: "step", Detail: "makes too many frames of the time from from to to"})
		}
		out = append(out, f)
	}
	return out, nil
}

// stepAt gives the step that t lies in, in t's time zone.
func stepAt(step Step, t time.Time) Frame {
	year, month, day := t.Date()
	at := func(month time.Month, day int) time.Time {
		return time.Date(year, month, day, 0, 0, 0, 0, t.Location())
	}
	if step == Week {
		monday := day - (int(t.Weekday())+6)%7
		return Frame{at(month, monday), at(month, monday+7)}
	}
	return Frame{at(month, 1), at(month+1, 1)}
}
