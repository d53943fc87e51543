package api

import (
	"fmt"
	"math"
	"strings"
	"testing"
)

// slowLocateQuery reads the parameters without the short way.
func slowLocateQuery(raw string) (locateQuery, error) {
	return readLocateQuery(raw + "&&") // an empty pair is none for the one, unusual for the other
}

// FuzzPlainLocateQuery: what the short way reads, the long way reads alike.
func FuzzPlainLocateQuery(f *testing.F) {
	for _, raw := range []string{
		"", "lon=125.62&lat=43.55", "lat=43.55&lon=125.62&accuracy_m=12.5", "lon=125.62&lat=43.55&accuracy_m=0", "lon=-0&lat=-0.0",
		"lon=125.62&lat=43.55&accuracy_m=", "lon=125.62&lat=43.55&accuracy_m=100000.1", "lon=180&lat=90", "lon=-180.00000000000000001&lat=-90",
		"lon=180.1&lat=0", "lon=125.62&lat=43.55&lat=43.55", "lon=125.62&lat=43.55&at=2026-01-01T00:00:00Z", "lon=1.2.3&lat=4", "lon=1-2&lat=4",
		"lon=.5&lat=5.", "lon=--1&lat=1", "lon=+1&lat=1", "lon=1e2&lat=1", "lon=%31&lat=1", "lon=1;lat=1", "lon==1&lat=1", "lon=1&&lat=1", "&lon=1&lat=1&",
		"LON=1&lat=1", "lon&lat", "lon=" + strings.Repeat("1", 70) + "&lat=1", "lon=0." + strings.Repeat("3", 62) + "&lat=1", "lon=1&lat=1&accuracy_m=-0",
		"lon=125.6234567500001&lat=43.12345674999",
	} {
		f.Add(raw)
	}
	f.Fuzz(func(t *testing.T, raw string) {
		got, ok := plainLocateQuery(raw)
		if !ok {
			return
		}
		if again, plain := plainLocateQuery(raw + "&&"); plain {
			t.Fatalf("%q with empty pairs is plain: %+v", raw, again)
		}
		want, err := slowLocateQuery(raw)
		if err != nil || got != want || math.Signbit(got.point[0]) != math.Signbit(want.point[0]) || math.Signbit(got.point[1]) != math.Signbit(want.point[1]) {
			t.Errorf("plainLocateQuery(%q) = %+v, want %+v, %v", raw, got, want, err)
		}
	})
}

// What most clients send takes the short way.
func TestPlainLocateQuery(t *testing.T) {
	for _, raw := range []string{"lon=125.62&lat=43.55", "lat=43.5512345&lon=-125.6212345&accuracy_m=20"} {
		if _, ok := plainLocateQuery(raw); !ok {
			t.Errorf("%q is not plain", raw)
		}
	}
	for i := range 10 {
		raw := fmt.Sprintf("lon=%d&lat=43.55&crs=wgs84", i)
		if _, ok := plainLocateQuery(raw); ok {
			t.Errorf("%q is plain", raw)
		}
	}
}
