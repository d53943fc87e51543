package features

import (
	"testing"
)

func FuzzParseBBox(f *testing.F) {
	for _, s := range []string{"125.6,43.5,125.7,43.6", "170,-10,-170,10", "1,2,3,4,5,6", "1e-300,0,1,1", "NaN,0,1,1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		bounds, fault := parseBBox(s, systems[0])
		if fault != "" {
			return
		}
		if len(bounds) < 1 || len(bounds) > 2 {
			t.Fatalf("parseBBox(%q) gives %d bounds", s, len(bounds))
		}
		for _, b := range bounds {
			if !(b.Min[0] >= -180 && b.Max[0] <= 180 && b.Min[1] >= -90 && b.Max[1] <= 90) || b.IsEmpty() {
				t.Errorf("parseBBox(%q) = %v", s, b)
			}
		}
	})
}
