package ingest

import (
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/gridpatrol/gridpatrol/importers"
)

// moment is a time as a file gives it.
type moment struct {
	at      time.Time // UTC, whole microseconds
	dayOnly bool      // no time of the day was given: at is its first instant
}

// parseMoment reads a time or a day as people and programs write it: RFC 3339,
// 2024-3-5 14:30, 2024/03/05, 2024.3.5, 20240305, 20240305143000, 2024年3月5日
// 下午2点30分, 2024年3月; a number of a spreadsheet (days since 1899-12-30), or
// seconds or milliseconds since 1970. Without a zone it is in the one given. ok
// is false for what is none of these, or no time, such as 30 February.
func parseMoment(v importers.Value, zone *time.Location) (m moment, ok bool) {
	text := strings.TrimSpace(v.Text)
	if text == "" {
		return m, false
	}
	if v.Type == importers.Number {
		if m, ok = serialMoment(text, zone); ok {
			return m, true
		}
	}
	for i := range len(text) {
		if text[i] >= 0x80 {
			text = Fold(text)
			break
		}
	}
	return scanMoment(text, zone)
}

// serialMoment reads the numbers that stand for times; other numbers are left to be read
// as digits.
func serialMoment(text string, zone *time.Location) (m moment, ok bool) {
	n, err := strconv.ParseFloat(text, 64)
	switch {
	case err != nil || math.IsNaN(n):
		return m, false
	case n >= 10_000 && n < 100_000: // 1927 to 2173 in days of a spreadsheet
		day := math.Floor(n)
		millis := math.Round((n - day) * 86_400_000)
		at := time.Date(1899, 12, 30+int(day), 0, 0, 0, int(millis)*int(time.Millisecond), zone)
		return moment{at.UTC(), millis == 0}, true
	case n >= 631_152_000 && n < 10_000_000_000: // seconds from 1990 on
		return moment{at: time.UnixMicro(int64(n * 1e6)).UTC()}, true
	case n >= 631_152_000_000 && n < 10_000_000_000_000:
		return moment{at: time.UnixMilli(int64(n)).UTC()}, true
	}
	return m, false
}

// timeScan reads a time from the left.
type timeScan struct{ rest string }

// number reads up to so many digits, at least one.
func (s *timeScan) number(most int) (n int, ok bool) {
	i := 0
	for i < len(s.rest) && i < most && s.rest[i] >= '0' && s.rest[i] <= '9' {
		n = 10*n + int(s.rest[i]-'0')
		i++
	}
	s.rest = s.rest[i:]
	return n, i > 0
}

// skip takes one of the texts away, and says whether it was there.
func (s *timeScan) skip(texts ...string) bool {
	for _, t := range texts {
		if strings.HasPrefix(s.rest, t) {
			s.rest = s.rest[len(t):]
			return true
		}
	}
	return false
}

func (s *timeScan) blanks() { s.rest = strings.TrimLeft(s.rest, " \t\u3000") }

// compact is how many digits a time without separators has, and the layout.
var compact = map[int]string{8: "20060102", 12: "200601021504", 14: "20060102150405"}

func scanMoment(text string, zone *time.Location) (m moment, ok bool) {
	digits := len(text) - len(strings.TrimLeft(text, "0123456789"))
	if layout := compact[digits]; layout != "" && digits == len(text) {
		at, err := time.ParseInLocation(layout, text, zone)
		return moment{at.UTC(), digits == 8}, err == nil
	}
	s := timeScan{text}
	year, ok := s.number(4)
	if !ok || digits != 4 || !s.skip("-", "/", ".", "年") {
		return m, false
	}
	s.blanks()
	month, ok := s.number(2)
	if !ok {
		return m, false
	}
	day, m2 := 1, s.skip("-", "/", ".", "月")
	s.blanks()
	if d, given := s.number(2); given && m2 {
		day = d
	} else if !m2 || s.rest != "" {
		return m, false
	}
	s.skip("日", "号")
	s.blanks()
	if at := strings.IndexAny(s.rest, "0123456789上下中凌早晚AaPp"); s.skip("T", "t") || at < 0 {
		s.blanks()
	} else if word := strings.Trim(s.rest[:at], " ()"); strings.HasPrefix(word, "星期") || strings.HasPrefix(word, "周") || word == "" {
		s.rest = s.rest[at:]
	}
	s.skip("(周一)", "(周二)")
	if s.rest == "" || strings.HasPrefix(strings.Trim(s.rest, "()"), "星期") || strings.HasPrefix(strings.Trim(s.rest, "()"), "周") {
		at := time.Date(year, time.Month(month), day, 0, 0, 0, 0, zone)
		return moment{at.UTC(), true}, realDay(year, month, day)
	}
	at, ok := s.clock(year, month, day, zone)
	return moment{at: at.UTC().Truncate(time.Microsecond)}, ok && realDay(year, month, day)
}

// realDay tells whether the calendar has the day.
func realDay(year, month, day int) bool {
	d := time.Date(year, time.Month(month), day, 0, 0, 0, 0, time.UTC)
	return month >= 1 && month <= 12 && d.Day() == day && year >= 1900 && year < 2200
}

// clock reads the time of the day, and the zone where there is one.
func (s *timeScan) clock(year, month, day int, zone *time.Location) (at time.Time, ok bool) {
	after := s.half()
	hour, ok := s.number(2)
	if !ok || !s.skip(":", "时", "点") {
		return at, false
	}
	s.blanks()
	minute, hasMinute := s.number(2)
	second, nanos := 0, 0
	if hasMinute {
		colon := s.skip(":")
		if s.skip("分") || colon {
			if second, ok = s.number(2); ok {
				nanos = s.fraction()
			} else if colon {
				return at, false
			}
			s.skip("秒")
		}
	} else if s.skip("半") {
		minute = 30
	}
	s.blanks()
	if h := s.half(); after == "" {
		after = h
	}
	switch {
	case after == "pm" && hour < 12:
		hour += 12
	case after == "am" && hour == 12:
		hour = 0
	}
	if zone, ok = s.zone(zone); !ok || s.rest != "" || hour > 24 || minute > 59 || second > 60 || hour == 24 && minute+second > 0 {
		return at, false
	}
	return time.Date(year, time.Month(month), day, hour, minute, second, nanos, zone), true
}

// half reads which half of the day is meant: "am", "pm", or "" for no word.
func (s *timeScan) half() string {
	defer s.blanks()
	switch {
	case s.skip("上午", "凌晨", "早上", "早晨", "AM", "am", "a.m."):
		return "am"
	case s.skip("下午", "晚上", "傍晚", "中午", "PM", "pm", "p.m."):
		return "pm"
	}
	return ""
}

// fraction reads parts of a second, in nanoseconds.
func (s *timeScan) fraction() (nanos int) {
	if !s.skip(".", ",") {
		return 0
	}
	for scale := 100_000_000; s.rest != "" && s.rest[0] >= '0' && s.rest[0] <= '9'; scale /= 10 {
		nanos += int(s.rest[0]-'0') * scale
		s.rest = s.rest[1:]
	}
	return nanos
}

// zone reads Z, +08:00 or +0800; the one given where there is none.
func (s *timeScan) zone(zone *time.Location) (*time.Location, bool) {
	if s.skip("Z", "z") {
		return time.UTC, true
	}
	sign := 1
	switch {
	case s.skip("+"):
	case s.skip("-"):
		sign = -1
	default:
		return zone, true
	}
	hours, ok := s.number(2)
	s.skip(":")
	minutes, _ := s.number(2)
	return time.FixedZone("", sign*(hours*3600+minutes*60)), ok && hours <= 14 && minutes < 60
}
