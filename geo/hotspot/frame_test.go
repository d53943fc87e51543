package hotspot

import (
	"errors"
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
)

func TestFrames(t *testing.T) {
	zone := time.FixedZone("UTC+8", 8*60*60)
	day := func(y, m, d int) time.Time { return time.Date(y, time.Month(m), d, 0, 0, 0, 0, zone) }
	now := day(2026, 11, 22).Add(23 * time.Hour) // a Sunday
	for _, c := range []struct {
		name        string
		step        Step
		from, to    time.Time
		first, last time.Time // the beginnings of the outer frames
		n           int
	}{
		{"the usual months", Month, time.Time{}, time.Time{}, day(2025, 12, 1), day(2026, 11, 1), 12},
		{"the usual weeks", Week, time.Time{}, time.Time{}, day(2026, 5, 25), day(2026, 11, 16), 26},
		{"months from within one", Month, day(2026, 1, 31), day(2026, 3, 1), day(2026, 1, 1), day(2026, 2, 1), 2},
		{"a moment into the next", Month, day(2026, 1, 31), day(2026, 3, 1).Add(1), day(2026, 1, 1), day(2026, 3, 1), 3},
		{"weeks over the new year", Week, day(2025, 12, 31), day(2026, 1, 6), day(2025, 12, 29), day(2026, 1, 5), 2},
		{"given in UTC", Month, day(2026, 1, 1).UTC(), day(2026, 2, 1).UTC(), day(2026, 1, 1), day(2026, 1, 1), 1},
		{"as many as there may be", Month, day(2016, 12, 1), time.Time{}, day(2016, 12, 1), day(2026, 11, 1), MaxFrames},
	} {
		t.Run(c.name, func(t *testing.T) {
			got, err := Frames(c.step, c.from, c.to, now)
			if err != nil || len(got) != c.n {
				t.Fatalf("Frames = %v, %v, want %d", got, err, c.n)
			}
			if !got[0].From.Equal(c.first) || !got[c.n-1].From.Equal(c.last) {
				t.Errorf("Frames begin %v and %v, want %v and %v", got[0].From, got[c.n-1].From, c.first, c.last)
			}
			for i := 1; i < len(got); i++ {
				if got[i].From != got[i-1].To {
					t.Errorf("frame %d begins %v, the one before ends %v", i, got[i].From, got[i-1].To)
				}
			}
		})
	}
	for name, c := range map[string]struct {
		step     Step
		from, to time.Time
	}{
		"no step":           {"day", time.Time{}, time.Time{}},
		"backwards":         {Month, day(2026, 2, 1), day(2026, 1, 1)},
		"nothing":           {Month, day(2026, 2, 1), day(2026, 2, 1)},
		"one too many":      {Month, day(2016, 11, 30), time.Time{}},
		"from the year one": {Week, time.Time{}.Add(time.Hour), time.Time{}},
	} {
		if got, err := Frames(c.step, c.from, c.to, now); !errors.Is(err, geo.ErrInvalid) {
			t.Errorf("%s: Frames = %d frames, %v, want geo.ErrInvalid", name, len(got), err)
		}
	}
}
