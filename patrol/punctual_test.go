package patrol

import (
	"testing"
	"time"
)

func TestPunctual(t *testing.T) {
	day := func(n float64) time.Time {
		return time.Date(2026, 9, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(n * 24 * float64(time.Hour)))
	}
	days := func(n ...float64) (out []time.Time) {
		for _, d := range n {
			out = append(out, day(d))
		}
		return out
	}
	for name, c := range map[string]struct {
		before time.Time
		visits []time.Time
		made   float64
		want   Punctuality
	}{
		"not due yet":                    {day(-0.5), nil, -90, NotDue}, // due after day 7 only at 9.5
		"never, and none before":         {time.Time{}, nil, -90, NeverVisited},
		"overdue since long ago":         {day(-30), nil, -90, NeverVisited},
		"fell due, and nobody came":      {day(-5), nil, -90, NeverVisited},
		"in time":                        {day(-2), days(3), -90, OnTime},
		"just in time":                   {day(-9), days(1), -90, OnTime},
		"a moment too late":              {day(-9), days(1.01), -90, Late},
		"overdue before, visited now":    {day(-30), days(2), -90, Late},
		"the first visit of all":         {time.Time{}, days(3), -90, OnTime},
		"visited often":                  {day(-1), days(1, 2, 3, 4, 5, 6), -90, OnTime},
		"made in between, visited":       {time.Time{}, days(6), 5, OnTime},
		"made in between, not visited":   {time.Time{}, nil, 5, NeverVisited},
		"made after":                     {time.Time{}, nil, 8, NotDue},
		"not there yet when it was seen": {time.Time{}, days(2, 2), 1, OnTime},
	} {
		point := Checkpoint{DueEveryH: 240, CreatedAt: day(c.made)}
		if got := point.Punctual(c.before, c.visits, day(0), day(7)); got != c.want {
			t.Errorf("%s: Punctual = %q, want %q", name, got, c.want)
		}
	}
	// Visited, but overdue again at the end.
	point := Checkpoint{DueEveryH: 48, CreatedAt: day(-90)}
	if got := point.Punctual(day(-1), days(0.5), day(0), day(7)); got != Late {
		t.Errorf("overdue at the end: Punctual = %q, want late", got)
	}
	if got := point.Punctual(day(-1), days(0.5, 2.5, 4.5, 6.5), day(0), day(7)); got != OnTime {
		t.Errorf("every two days: Punctual = %q, want on time", got)
	}
}
