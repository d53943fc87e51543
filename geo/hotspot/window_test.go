package hotspot

import (
	"testing"
	"time"
)

func TestPublicWindow(t *testing.T) {
	now := time.Date(2026, 9, 30, 15, 4, 5, 0, time.UTC)
	end := time.Date(2026, 10, 1, 0, 0, 0, 0, time.UTC)
	ago := func(days int) time.Time { return end.AddDate(0, 0, -days) }
	for _, c := range []struct {
		name string
		from time.Time
		days int
	}{
		{"no beginning", time.Time{}, 365},
		{"today", now, 7},
		{"in the future", now.AddDate(1, 0, 0), 7},
		{"just seven days", ago(7), 7},
		{"a second more", ago(7).Add(-time.Second), 30},
		{"sixty days", ago(60), 90},
		{"a hundred days", ago(100), 365},
		{"years", ago(2000), 365},
	} {
		t.Run(c.name, func(t *testing.T) {
			from, to := PublicWindow(c.from, time.Time{}, now)
			if !from.Equal(ago(c.days)) || !to.Equal(end) {
				t.Errorf("PublicWindow(%v) = %v, %v, want %d days to %v", c.from, from, to, c.days, end)
			}
		})
	}
}

// TestPublicWindowEndsWithTheLocalDay takes a moment that is already tomorrow
// in the district.
func TestPublicWindowEndsWithTheLocalDay(t *testing.T) {
	zone := time.FixedZone("UTC+8", 8*60*60)
	now := time.Date(2026, 10, 1, 1, 0, 0, 0, zone) // 30 September in UTC
	from, to := PublicWindow(now, time.Time{}, now)
	if want := time.Date(2026, 10, 2, 0, 0, 0, 0, zone); !to.Equal(want) || !from.Equal(want.AddDate(0, 0, -7)) || to.Location() != time.UTC {
		t.Errorf("PublicWindow at %v = %v, %v, want seven days to %v in UTC", now, from, to, want)
	}
}

// TestPublicWindowTakesMonths asks for whole months of the district, and for
// what is nearly one.
func TestPublicWindowTakesMonths(t *testing.T) {
	zone := time.FixedZone("UTC+8", 8*60*60)
	now := time.Date(2026, 9, 30, 15, 0, 0, 0, zone)
	month := func(y, m int) time.Time { return time.Date(y, time.Month(m), 1, 0, 0, 0, 0, zone) }
	for _, c := range []struct {
		name     string
		from, to time.Time
		taken    bool
	}{
		{"a month long ago", month(2024, 2), month(2024, 3), true},
		{"this month", month(2026, 9), month(2026, 10), true},
		{"in UTC", month(2025, 12).UTC(), month(2026, 1).UTC(), true},
		{"next month", month(2026, 10), month(2026, 11), false},
		{"two months", month(2026, 1), month(2026, 3), false},
		{"a second less", month(2026, 1), month(2026, 2).Add(-time.Second), false},
		{"a month of UTC", time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 2, 1, 0, 0, 0, 0, time.UTC), false},
	} {
		t.Run(c.name, func(t *testing.T) {
			from, to := PublicWindow(c.from, c.to, now)
			if got := from.Equal(c.from) && to.Equal(c.to); got != c.taken {
				t.Errorf("PublicWindow(%v, %v) = %v, %v; the month itself: want %t", c.from, c.to, from, to, c.taken)
			}
			if !c.taken && !to.Equal(month(2026, 10)) {
				t.Errorf("PublicWindow(%v, %v) ends %v, want the end of the day", c.from, c.to, to)
			}
		})
	}
}
