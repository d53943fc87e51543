package patrol

import "time"

// Punctuality is how a checkpoint was visited during a time.
type Punctuality string

// The kinds of it: not due where it was neither due nor visited; on time where it
// was never overdue; late where it was, but was visited; never where it was due, and
// was not.
const (
	NotDue       Punctuality = ""
	OnTime       Punctuality = "on_time"
	Late         Punctuality = "late"
	NeverVisited Punctuality = "never"
)

// Punctual tells how the checkpoint was visited from from (included) to until
// (excluded). before is the last visit before that, zero where there was none: it is then due
// within its window from from, or from when it was made. The visits are those of the time, ascending.
func (c *Checkpoint) Punctual(before time.Time, visits []time.Time, from, until time.Time) Punctuality {
	if !c.CreatedAt.Before(until) {
		return NotDue
	}
	known := !before.IsZero()
	if !known {
		if before = from; c.CreatedAt.After(from) {
			before = c.CreatedAt
		}
	}
	late := false
	last := before
	for _, v := range visits {
		// One that was overdue before the time is late in it as well.
		late = late || v.Sub(last) > c.window()
		if v.After(last) {
			last = v
		}
	}
	overdue := until.Sub(last) > c.window()
	switch {
	case len(visits) == 0 && (overdue || !known):
		return NeverVisited
	case len(visits) == 0:
		return NotDue
	case late || overdue:
		return Late
	}
	return OnTime
}
