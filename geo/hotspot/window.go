package hotspot

import "time"

// windowDays are the lengths of the rolling windows the public may ask for.
//
// What the public may find out, with windows and without: every report stands
// on the public map as a point of its own, with its category, its state and
// the day it came, its place rounded to a square of 50 m, or of 500 m where
// private life is concerned. Public counts are of those points as they are
// shown (Row.Public), by days as they are shown, and statistics are made of
// public counts: so all of it could be worked out from the map, and tells
// nothing else. Counts below MinPublic are suppressed all the same, as are
// totals that would give such a count away, and windows are few and fixed,
// beginning and ending with the district's days: these, and calendar months,
// one at a time or in a row as frames. Who subtracts one window from another,
// as anybody can who asks again tomorrow, may so find a single report, and then
// knows no more than its point says.
var windowDays = [...]int{7, 30, 90, 365}

// PublicWindow gives the window that the public gets when it asks for reports
// since from until to. That is a calendar month in the time zone of now where
// from and to are its beginning and its end and it is not in the future. Else
// to says nothing, and it is the shortest of 7, 30, 90 and 365 days that begins
// no later than from, 365 where from is zero or longer ago; it ends with the day of now, in
// the time zone of now, which it includes. Both are UTC.
func PublicWindow(from, to, now time.Time) (start, end time.Time) {
	if month := stepAt(Month, from.In(now.Location())); month.From.Equal(from) && month.To.Equal(to) && !from.After(now) {
		return month.From.UTC(), month.To.UTC()
	}
	end = Tomorrow(now)
	for _, d := range windowDays {
		start = end.AddDate(0, 0, -d)
		if !from.IsZero() && !start.After(from) {
			break
		}
	}
	return start.UTC(), end.UTC()
}

// Tomorrow gives the moment the day of t ends, in t's time zone.
func Tomorrow(t time.Time) time.Time {
	year, month, day := t.Date()
	return time.Date(year, month, day+1, 0, 0, 0, 0, t.Location())
}
