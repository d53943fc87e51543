package hotspot

import "time"

// windowDays are the lengths of the windows the public may ask for. Windows of
// any length and place would let a reader subtract one from another and find
// the single report.
var windowDays = [...]int{7, 30, 90, 365}

// PublicWindow gives the window that the public gets when it asks for reports
// since from: the shortest of 7, 30, 90 and 365 days that begins no later, 365
// where from is zero or longer ago. It ends with the day of now, in the time zone
// of now, which it includes. Both are UTC.
func PublicWindow(from, now time.Time) (start, end time.Time) {
	year, month, today := now.Date()
	end = time.Date(year, month, today+1, 0, 0, 0, 0, now.Location())
	for _, d := range windowDays {
		start = end.AddDate(0, 0, -d)
		if !from.IsZero() && !start.After(from) {
			break
		}
	}
	return start.UTC(), end.UTC()
}
