package features

import (
	"testing"
	"time"
)

func TestParseDatetime(t *testing.T) {
	day := func(d int) time.Time { return time.Date(2026, 9, d, 0, 0, 0, 0, time.UTC) }
	noon := day(1).Add(12 * time.Hour)
	never := time.Time{}
	for _, c := range []struct {
		in       string
		from, to time.Time
	}{
		{"2026-09-01T12:00:00Z", noon, noon.Add(time.Microsecond)},
		{"2026-09-01T20:00:00+08:00", noon, noon.Add(time.Microsecond)},
		{"2026-09-01T20:00:00 08:00", noon, noon.Add(time.Microsecond)}, // a plus sign that was not escaped
		{"2026-09-01T12:00:00", noon, noon.Add(time.Microsecond)},
		{"2026-09-01", day(1), day(2)},
		{"2026-09-01/2026-09-03", day(1), day(4)},
		{"2026-09-01/..", day(1), never},
		{"2026-09-01T/..", day(1), never},
		{"2026-09-01/", day(1), never},
		{"../2026-09-03T", never, day(4)},
		{"/2026-09-01T12:00:00Z", never, noon.Add(time.Microsecond)},
		{"../..", never, never},
		{"2026-09-01T12:00:00Z/2026-09-01T12:00:00Z", noon, noon.Add(time.Microsecond)},
	} {
		got, fault := parseDatetime(c.in)
		if fault != "" || !got.from.Equal(c.from) || !got.to.Equal(c.to) {
			t.Errorf("parseDatetime(%q) = %v to %v, %q; want %v to %v", c.in, got.from, got.to, fault, c.from, c.to)
		}
	}
	for _, bad := range []string{"", "now", "2026", "2026-13-01", "2026-09-03/2026-09-01", "a/b", "../x", "2026-09-01/2026-09-02/2026-09-03", "T"} {
		if _, fault := parseDatetime(bad); fault == "" {
			t.Errorf("parseDatetime(%q) finds no fault", bad)
		}
	}
}

func FuzzParseDatetime(f *testing.F) {
	for _, s := range []string{"2026-09-01T/..", "2026-09-01/2026-09-03", "2026-09-01T20:00:00+08:00"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		iv, fault := parseDatetime(s)
		if fault == "" && !iv.from.IsZero() && !iv.to.IsZero() && !iv.from.Before(iv.to) {
			t.Errorf("parseDatetime(%q) = %v, which is empty", s, iv)
		}
	})
}
