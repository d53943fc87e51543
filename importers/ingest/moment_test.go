package ingest

import (
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/importers"
)

func shanghai(t testing.TB) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func TestParseMoment(t *testing.T) {
	zone := shanghai(t)
	full := time.Date(2024, 3, 5, 14, 30, 15, 0, zone)
	toMinute, day := full.Truncate(time.Minute), time.Date(2024, 3, 5, 0, 0, 0, 0, zone)
	text := func(s string) importers.Value { return importers.Value{Text: s, Type: importers.Text} }
	number := func(s string) importers.Value { return importers.Value{Text: s, Type: importers.Number} }
	tests := []struct {
		in      importers.Value
		want    time.Time
		dayOnly bool
	}{
		{text("2024-03-05T06:30:15Z"), full, false},
		{text("2024-03-05T14:30:15+08:00"), full, false},
		{text("2024-03-05T14:30:15.000"), full, false},
		{text("2024-03-05T14:30:15.123456789"), full.Add(123456 * time.Microsecond), false},
		{text("2024-03-05 14:30:15"), full, false},
		{text("2024/3/5 14:30"), toMinute, false},
		{text("2024.3.5 14:30"), toMinute, false},
		{text("2024年3月5日 14时30分15秒"), full, false},
		{text("2024年3月5日14时30分"), toMinute, false},
		{text("2024年03月05日 下午2点30分"), toMinute, false},
		{text("2024年3月5日下午2点半"), toMinute, false},
		{text("2024-03-05 2:30 PM"), toMinute, false},
		{text("2024-3-5 上午12:05"), day.Add(5 * time.Minute), false},
		{text("２０２４年３月５日　１４：３０"), toMinute, false},
		{text("2024年3月5日 星期二 14:30"), toMinute, false},
		{text("2024年3月5日（星期二）"), day, true},
		{text("20240305143015"), full, false},
		{text("202403051430"), toMinute, false},
		{number("20240305"), day, true},
		{text("2024-03-05"), day, true},
		{text("2024年3月5日"), day, true},
		{text(" 2024年3月5号 "), day, true},
		{text("2024年3月"), time.Date(2024, 3, 1, 0, 0, 0, 0, zone), true},
		{number("45356"), day, true},
		{number("45356.6043402778"), full, false},
		{number("1709620215"), full, false},
		{number("1709620215000"), full, false},
		{text("2024-02-29"), time.Date(2024, 2, 29, 0, 0, 0, 0, zone), true},
		{text("2024-03-05 24:00"), day.AddDate(0, 0, 1), false},
	}
	for _, tt := range tests {
		got, ok := parseMoment(tt.in, zone)
		if !ok || !got.at.Equal(tt.want) || got.dayOnly != tt.dayOnly {
			t.Errorf("parseMoment(%q) = %v %v %v, want %v %v", tt.in.Text, got.at.In(zone), got.dayOnly, ok, tt.want, tt.dayOnly)
		}
	}
	for _, bad := range []string{"", "昨天", "2024-02-30", "2023年2月29日", "24-3-5", "2024-13-01", "2024-3-5 25:00", "2024-3-5 12:61",
		"2024-3-5 12:30:", "2024-3-5 abc", "2024-3", "3/5/2024", "2024-03-05T14:30:15+99:00", "12:30", "2024-03-05 14:30 后", "20240230"} {
		if got, ok := parseMoment(text(bad), zone); ok && bad != "2024-3" {
			t.Errorf("parseMoment(%q) = %v, want none", bad, got.at.In(zone))
		}
	}
}

func FuzzParseMoment(f *testing.F) {
	for _, s := range []string{"2024-03-05T06:30:15Z", "2024年3月5日 下午2点30分", "20240305143015", "2024.3.5", "2024年3月5日（星期二）", "45356.5"} {
		f.Add(s)
	}
	zone := shanghai(f)
	f.Fuzz(func(t *testing.T, s string) {
		for _, kind := range []importers.ValueType{importers.Text, importers.Number} {
			m, ok := parseMoment(importers.Value{Text: s, Type: kind}, zone)
			if !ok {
				continue
			}
			again, ok := parseMoment(importers.Value{Text: m.at.Format(time.RFC3339Nano), Type: importers.Text}, zone)
			if !ok || !again.at.Equal(m.at) {
				t.Errorf("%q is %v, which reads back as %v, %v", s, m.at, again.at, ok)
			}
		}
	})
}
