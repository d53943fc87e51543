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
			from, to := PublicWindow(c.from, now)
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
	from, to := PublicWindow(now, now)
	if want := time.Date(2026, 10, 2, 0, 0, 0, 0, zone); !to.Equal(want) || !from.Equal(want.AddDate(0, 0, -7)) || to.Location() != time.UTC {
		t.Errorf("PublicWindow at %v = %v, %v, want seven days to %v in UTC", now, from, to, want)
	}
}
