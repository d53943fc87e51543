package patrol

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"time"
)

const dateLayout = "2006-01-02"

// Validate says what is wrong with the calendar: it must have a time zone,
// working hours in order inside a day, a working day in the week, and dates
// that are dates and stand in one list only.
func (c *Calendar) Validate() error {
	var faults []error
	if c.Location == nil {
		faults = append(faults, errors.New("the calendar has no time zone"))
	}
	if len(c.Hours) == 0 {
		faults = append(faults, errors.New("a working day has no hours"))
	}
	var last time.Duration
	for _, s := range c.Hours {
		if s.From < last || s.To <= s.From || s.To > 24*time.Hour {
			faults = append(faults, fmt.Errorf("working hours %s to %s are empty, out of order or not within a day", s.From, s.To))
		}
		last = s.To
	}
	if c.Workdays == [7]bool{} {
		faults = append(faults, errors.New("no day of the week is worked"))
	}
	for _, list := range [][]string{c.Off, c.Makeup} {
		for _, d := range list {
			if _, err := time.Parse(dateLayout, d); err != nil {
				faults = append(faults, fmt.Errorf("%q is no date", d))
			}
		}
	}
	for _, d := range c.Makeup {
		if slices.Contains(c.Off, d) {
			faults = append(faults, fmt.Errorf("%s is both a holiday and a make-up day", d))
		}
	}
	return errors.Join(faults...)
}

// endless reports whether the calendar has no hour that comes again for ever,
// so that a walk along it might not end.
func (c *Calendar) endless() bool {
	if c.Workdays == [7]bool{} {
		return true
	}
	for _, s := range c.Hours {
		if s.To > s.From {
			return false
		}
	}
	return true
}

// Working reports whether the day that t lies in is worked.
func (c *Calendar) Working(t time.Time) bool {
	t = t.In(c.zone())
	var buf [len(dateLayout)]byte
	date := string(t.AppendFormat(buf[:0], dateLayout))
	switch {
	case slices.Contains(c.Makeup, date):
		return true
	case slices.Contains(c.Off, date):
		return false
	}
	return c.Workdays[t.Weekday()]
}

// Add gives the instant when that many working hours have passed since start.
// A start outside working hours counts from the next span; hours used up
// exactly at the end of a span are used up then, not when the next begins.
// With zero or fewer hours it is start; more than MaxHours count as that many. A calendar that Validate refuses for
// want of hours or working days counts every hour. UTC, to the microsecond.
func (c *Calendar) Add(start time.Time, hours float64) time.Time {
	left := duration(hours)
	start = start.UTC().Truncate(time.Microsecond)
	if left <= 0 {
		return start
	}
	if c.endless() {
		return start.Add(left)
	}
	for day := c.noon(start); ; day = c.nextDay(day) {
		for _, s := range c.spans(day) {
			from := later(s.from, start)
			if has := s.to.Sub(from); has >= left {
				return from.Add(left).UTC()
			} else if has > 0 {
				left -= has
			}
		}
	}
}

// WorkingHoursBetween gives the working hours from a to b: how long something
// due at a is overdue at b. It is 0 where b is not after a, and counts every
// hour where Add does.
func (c *Calendar) WorkingHoursBetween(a, b time.Time) float64 {
	if !b.After(a) {
		return 0
	}
	if c.endless() {
		return b.Sub(a).Hours()
	}
	var sum time.Duration
	for day, last := c.noon(a), c.noon(b); !day.After(last); day = c.nextDay(day) {
		for _, s := range c.spans(day) {
			if d := earlier(s.to, b).Sub(later(s.from, a)); d > 0 {
				sum += d
			}
		}
	}
	return sum.Hours()
}

// duration turns hours into a duration to the microsecond; more than MaxHours
// count as that many, and what is no number as none.
func duration(hours float64) time.Duration {
	if math.IsNaN(hours) || hours < 0 {
		return 0
	}
	return time.Duration(math.Round(min(hours, MaxHours)*3600e6)) * time.Microsecond
}

func (c *Calendar) zone() *time.Location {
	if c.Location == nil {
		return time.UTC
	}
	return c.Location
}

// noon stands for the local day that t lies in. Noon is a time that every day
// has once; where clocks are put forward at midnight, midnight is not.
func (c *Calendar) noon(t time.Time) time.Time {
	y, m, d := t.In(c.zone()).Date()
	return time.Date(y, m, d, 12, 0, 0, 0, c.zone())
}

// nextDay gives noon of the day after.
func (c *Calendar) nextDay(noon time.Time) time.Time {
	y, m, d := noon.Date()
	return time.Date(y, m, d+1, 12, 0, 0, 0, c.zone())
}

// stretch is a working span of one date.
type stretch struct{ from, to time.Time }

// spans gives the working spans of a local day, none on a day off. They are
// read off the wall clock.
func (c *Calendar) spans(day time.Time) []stretch {
	if !c.Working(day) {
		return nil
	}
	y, m, d := day.Date()
	at := func(since time.Duration) time.Time {
		return time.Date(y, m, d, 0, 0, int(since/time.Second), int(since%time.Second), c.zone())
	}
	out := make([]stretch, len(c.Hours))
	for i, s := range c.Hours {
		out[i] = stretch{at(s.From), at(s.To)}
	}
	return out
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func earlier(a, b time.Time) time.Time {
	if a.Before(b) {
		return a
	}
	return b
}
