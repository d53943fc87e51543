package ingest

import (
	"sync"
	"time"

	"github.com/gridpatrol/gridpatrol/patrol"
)

// limiter gives the limits of reports as Rulebook.Limits does, with the days off of
// some months alone at hand: a calendar has those of many years, and to look through
// them for each day took as long as all else that is done with a report. Safe for concurrent use.
type limiter struct {
	book   *patrol.Rulebook
	months sync.Map // months since year 0 → *patrol.Rulebook
}

// limiterMonths is how many months a small calendar has.
const limiterMonths = 4

func (l *limiter) limits(c patrol.Category, t time.Time) (due, hardDue time.Time) {
	zone := l.book.Calendar.Location
	if c.AroundClock || zone == nil {
		return l.book.Limits(c, t)
	}
	y, m, _ := t.In(zone).Date()
	book, ok := l.months.Load(y*12 + int(m))
	if !ok {
		book, _ = l.months.LoadOrStore(y*12+int(m), l.from(y, m))
	}
	due, hardDue = book.(*patrol.Rulebook).Limits(c, t)
	if hardDue.Before(time.Date(y, m+limiterMonths, 1, 0, 0, 0, 0, zone)) {
		return due, hardDue
	}
	return l.book.Limits(c, t) // it goes on beyond what the small one knows
}

// from gives the rules with the days off from a month on.
func (l *limiter) from(y int, m time.Month) *patrol.Rulebook {
	first := time.Date(y, m, 1, 12, 0, 0, 0, time.UTC)
	from, to := first.Format(time.DateOnly), first.AddDate(0, limiterMonths, 0).Format(time.DateOnly)
	within := func(days []string) (out []string) {
		for _, d := range days {
			if d >= from && d < to {
				out = append(out, d)
			}
		}
		return out
	}
	small := *l.book
	small.Calendar.Off, small.Calendar.Makeup = within(l.book.Calendar.Off), within(l.book.Calendar.Makeup)
	return &small
}
