package patrol

import (
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
)

// shanghai is what Asia/Shanghai has been since 1992: no clock is put forward.
var shanghai = time.FixedZone("CST", 8*3600)

func at(t *testing.T, s string) time.Time {
	t.Helper()
	v, err := time.ParseInLocation("2006-01-02 15:04", s, shanghai)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func TestCalendarAdd(t *testing.T) {
	c := DefaultCalendar(shanghai)
	tests := []struct {
		name, start string
		hours       float64
		want        string
	}{
		{"inside a span", "2026-03-02 09:00", 1, "2026-03-02 10:00"},
		{"to the very end of a span", "2026-03-02 09:00", 2.5, "2026-03-02 11:30"},
		{"a minute past it", "2026-03-02 09:00", 2.5 + 1.0/60, "2026-03-02 13:01"},
		{"over the midday break", "2026-03-02 11:00", 1, "2026-03-02 13:30"},
		{"to the end of the day", "2026-03-02 13:00", 4.5, "2026-03-02 17:30"},
		{"over night", "2026-03-02 17:00", 1, "2026-03-03 09:00"},
		{"a whole working day", "2026-03-02 08:30", 7.5, "2026-03-02 17:30"},
		{"a whole working day from midday", "2026-03-02 13:00", 7.5, "2026-03-03 11:30"},
		{"start at the beginning of a span", "2026-03-02 13:00", 1, "2026-03-02 14:00"},
		{"start at the end of a span", "2026-03-02 11:30", 1, "2026-03-02 14:00"},
		{"start in the break", "2026-03-02 12:10", 1, "2026-03-02 14:00"},
		{"start before work", "2026-03-02 03:00", 1, "2026-03-02 09:30"},
		{"start after work", "2026-03-02 22:00", 1, "2026-03-03 09:30"},
		{"start at the end of the day", "2026-03-02 17:30", 1, "2026-03-03 09:30"},
		{"start at midnight", "2026-03-03 00:00", 1, "2026-03-03 09:30"},
		{"over a weekend", "2026-03-06 17:00", 1, "2026-03-09 09:00"},
		{"start on a Saturday", "2026-03-07 10:00", 1, "2026-03-09 09:30"},
		{"start on a make-up Saturday", "2026-02-28 10:00", 1, "2026-02-28 11:00"},
		{"over a make-up day into a holiday", "2026-02-14 17:00", 1, "2026-02-24 09:00"},
		{"start on a holiday", "2026-10-01 10:00", 1, "2026-10-08 09:30"},
		{"New Year with its Sunday", "2025-12-31 17:00", 1, "2026-01-04 09:00"},
		{"over the end of February", "2026-02-27 17:00", 1, "2026-02-28 09:00"},
		{"over a leap day", "2024-02-28 17:00", 8, "2024-02-29 17:30"},
		{"past a leap day", "2024-02-29 17:00", 1, "2024-03-01 09:00"},
		{"ten weeks", "2026-06-29 08:30", 375, "2026-09-04 17:30"},
		{"nothing", "2026-03-07 10:00", 0, "2026-03-07 10:00"},
		{"less than nothing", "2026-03-07 10:00", -3, "2026-03-07 10:00"},
		{"too many", "2026-03-07 10:00", math.Inf(1), c.Add(at(t, "2026-03-07 10:00"), MaxHours).In(shanghai).Format("2006-01-02 15:04")},
		{"not a number", "2026-03-07 10:00", math.NaN(), "2026-03-07 10:00"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			start, want := at(t, tt.start), at(t, tt.want)
			got := c.Add(start, tt.hours)
			if !got.Equal(want) {
				t.Errorf("Add(%s, %g) = %s, want %s", tt.start, tt.hours, got.In(shanghai).Format("2006-01-02 15:04:05.999"), tt.want)
			}
			if got.Location() != time.UTC {
				t.Errorf("Add gives zone %s, want UTC", got.Location())
			}
			if tt.hours > 0 && tt.hours <= MaxHours {
				if h := c.WorkingHoursBetween(start, got); math.Abs(h-tt.hours) > 1e-6 {
					t.Errorf("WorkingHoursBetween gives %g back, want %g", h, tt.hours)
				}
			}
		})
	}
}

// workingAt says by the wall clock alone whether a minute is worked.
func workingAt(c *Calendar, t time.Time) bool {
	t = t.In(c.Location)
	date := t.Format("2006-01-02")
	day := c.Workdays[t.Weekday()]
	for _, d := range c.Off {
		if d == date {
			day = false
		}
	}
	for _, d := range c.Makeup {
		if d == date {
			day = true
		}
	}
	since := time.Duration(t.Hour())*time.Hour + time.Duration(t.Minute())*time.Minute
	for _, s := range c.Hours {
		if day && since >= s.From && since < s.To {
			return true
		}
	}
	return false
}

// walk counts minutes one by one.
func walk(c *Calendar, start time.Time, minutes int) time.Time {
	t := start
	for minutes > 0 {
		if workingAt(c, t) {
			minutes--
		}
		t = t.Add(time.Minute)
	}
	return t
}

func TestCalendarAgainstWalk(t *testing.T) {
	newYork, err := time.LoadLocation("America/New_York")
	if err != nil {
		t.Fatal(err)
	}
	shop := Calendar{Location: newYork, Hours: []Span{{0, 6 * time.Hour}, {10 * time.Hour, 24 * time.Hour}}, Off: []string{"2026-07-04"}, Makeup: []string{"2026-03-14"}}
	shop.Workdays = [7]bool{time.Sunday: true, time.Monday: true, time.Thursday: true}
	calendars := map[string]Calendar{"default": DefaultCalendar(shanghai), "clocks put forward": shop}
	for name, c := range calendars {
		t.Run(name, func(t *testing.T) {
			const seed = 20260302
			t.Logf("seed %d", seed)
			r := rand.New(rand.NewPCG(seed, 1))
			begin := time.Date(2024, 1, 1, 0, 0, 0, 0, time.UTC)
			for range 150 {
				start := begin.Add(time.Duration(r.IntN(3*366*24*60)) * time.Minute)
				minutes := 1 + r.IntN(6*450)
				got, want := c.Add(start, float64(minutes)/60), walk(&c, start, minutes)
				if !got.Equal(want) {
					t.Fatalf("Add(%s, %d min) = %s, want %s", start.In(c.Location), minutes, got.In(c.Location), want.In(c.Location))
				}
				end := start.Add(time.Duration(r.IntN(20*24*60)) * time.Minute)
				worked := 0
				for m := start; m.Before(end); m = m.Add(time.Minute) {
					if workingAt(&c, m) {
						worked++
					}
				}
				if h := c.WorkingHoursBetween(start, end); math.Abs(h*60-float64(worked)) > 1e-6 {
					t.Fatalf("WorkingHoursBetween(%s, %s) = %g min, want %d", start.In(c.Location), end.In(c.Location), h*60, worked)
				}
			}
		})
	}
}

func TestWorkingHoursBetweenIsNeverNegative(t *testing.T) {
	c := DefaultCalendar(shanghai)
	if h := c.WorkingHoursBetween(day1, day0); h != 0 {
		t.Errorf("WorkingHoursBetween(later, earlier) = %g, want 0", h)
	}
	if h := c.WorkingHoursBetween(day0, day0); h != 0 {
		t.Errorf("WorkingHoursBetween(same) = %g, want 0", h)
	}
}

func TestCalendarWithoutHoursEnds(t *testing.T) {
	for name, c := range map[string]Calendar{
		"zero":        {},
		"no workdays": {Location: shanghai, Hours: []Span{{0, time.Hour}}, Makeup: []string{"2026-03-02"}},
		"no hours":    {Location: shanghai, Workdays: [7]bool{true, true}, Hours: []Span{{time.Hour, time.Hour}}},
	} {
		t.Run(name, func(t *testing.T) {
			if got, want := c.Add(day0, 3), day0.Add(3*time.Hour); !got.Equal(want) {
				t.Errorf("Add = %s, want %s: every hour counts", got, want)
			}
			if got := c.WorkingHoursBetween(day0, day1); got != 24 {
				t.Errorf("WorkingHoursBetween = %g, want 24", got)
			}
			if c.Validate() == nil {
				t.Error("Validate accepts it")
			}
		})
	}
}

func TestCalendarValidate(t *testing.T) {
	tests := []struct {
		name   string
		change func(c *Calendar)
		want   string
	}{
		{"default", func(*Calendar) {}, ""},
		{"spans that touch", func(c *Calendar) { c.Hours = []Span{{0, time.Hour}, {time.Hour, 24 * time.Hour}} }, ""},
		{"no zone", func(c *Calendar) { c.Location = nil }, "no time zone"},
		{"spans out of order", func(c *Calendar) { c.Hours[0], c.Hours[1] = c.Hours[1], c.Hours[0] }, "out of order"},
		{"spans overlap", func(c *Calendar) { c.Hours[0].To = 14 * time.Hour }, "out of order"},
		{"span past midnight", func(c *Calendar) { c.Hours[1].To = 25 * time.Hour }, "not within a day"},
		{"span before midnight", func(c *Calendar) { c.Hours[0].From = -time.Hour }, "not within a day"},
		{"no date", func(c *Calendar) { c.Off = append(c.Off, "2026-02-30") }, "is no date"},
		{"holiday and make-up", func(c *Calendar) { c.Makeup = append(c.Makeup, "2026-10-01") }, "both a holiday and a make-up"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c := DefaultCalendar(shanghai)
			tt.change(&c)
			err := c.Validate()
			if tt.want == "" && err != nil || tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)) {
				t.Errorf("Validate() = %v, want %q", err, tt.want)
			}
		})
	}
}

// Make-up days are Saturdays and Sundays, or they would make up for nothing;
// so an entry slipped by a day shows.
func TestDefaultCalendarDates(t *testing.T) {
	c := DefaultCalendar(shanghai)
	for _, s := range c.Makeup {
		if d, _ := time.Parse(dateLayout, s); d.Weekday() != time.Saturday && d.Weekday() != time.Sunday {
			t.Errorf("make-up day %s is a %s", s, d.Weekday())
		}
	}
	for year, want := range map[string]int{"2024": 251, "2025": 248, "2026": 248} {
		worked := 0
		for d := time.Date(atoi(year), 1, 1, 12, 0, 0, 0, shanghai); d.Format("2006") == year; d = d.AddDate(0, 0, 1) {
			if c.Working(d) {
				worked++
			}
		}
		if worked != want {
			t.Errorf("%s has %d working days, want %d", year, worked, want)
		}
	}
}

func atoi(s string) (n int) {
	for _, r := range s {
		n = 10*n + int(r-'0')
	}
	return n
}

func BenchmarkCalendarAdd(b *testing.B) {
	c := DefaultCalendar(shanghai)
	for b.Loop() {
		c.Add(day0, 75)
	}
}
