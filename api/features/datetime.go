package features

import (
	"strings"
	"time"
)

// interval is a stretch of time from (included) to (excluded); a zero end is
// open.
type interval struct{ from, to time.Time }

// instant reports whether it is the shortest there is.
func (iv interval) instant() bool { return iv.to.Sub(iv.from) <= time.Microsecond }

// parseDatetime reads what OGC API – Features 7.15.4 takes: an instant, or two
// ends with a slash between, either of which may be ".." or empty. Besides
// RFC 3339 times it reads bare dates, which stand for the whole day (UTC), and
// the forms without a zone and with an empty time that GDAL sends. The fault
// is for people, empty where there is none.
func parseDatetime(s string) (iv interval, fault string) {
	const wrong = "is neither an RFC 3339 time nor an interval of two of them"
	first, last, two := strings.Cut(s, "/")
	if !two {
		from, to, ok := parseInstant(first)
		if !ok {
			return interval{}, wrong
		}
		return interval{from, to}, ""
	}
	open := func(s string) bool { return s == "" || s == ".." }
	ok := true
	if !open(first) {
		iv.from, _, ok = parseInstant(first)
	}
	if ok && !open(last) {
		_, iv.to, ok = parseInstant(last)
	}
	switch {
	case !ok:
		return interval{}, wrong
	case !iv.from.IsZero() && !iv.to.IsZero() && !iv.from.Before(iv.to):
		return interval{}, "ends before it begins"
	}
	return iv, ""
}

// parseInstant gives the beginning of the instant, and the end after its
// smallest step: stored times are whole microseconds.
func parseInstant(s string) (from, to time.Time, ok bool) {
	// A plus sign in a query means a space; a time zone is written with one.
	s = strings.ReplaceAll(s, " ", "+")
	if t, err := time.Parse(time.DateOnly, strings.TrimSuffix(s, "T")); err == nil {
		return t, t.AddDate(0, 0, 1), true
	}
	for _, layout := range []string{time.RFC3339, "2006-01-02T15:04:05"} {
		if t, err := time.Parse(layout, s); err == nil {
			t = t.UTC()
			return t, t.Add(time.Microsecond), true
		}
	}
	return time.Time{}, time.Time{}, false
}

// parseTime reads what a property that is a time is compared with.
func parseTime(s string) (time.Time, bool) {
	t, err := time.Parse(time.RFC3339, strings.ReplaceAll(s, " ", "+"))
	return t, err == nil
}
