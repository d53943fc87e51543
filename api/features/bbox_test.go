package features

import (
	"slices"
	"testing"

	"github.com/paulmach/orb"
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

// A plus in a query that nobody escaped comes as a space.
func TestExponentsOfABox(t *testing.T) {
	bounds, fault := parseBBox("1.2e 2, 4E 1,1.3e+2,4.5E1", systems[0])
	want := []orb.Bound{{Min: orb.Point{120, 40}, Max: orb.Point{130, 45}}}
	if fault != "" || !slices.Equal(bounds, want) {
		t.Errorf("parseBBox = %v, %q, want %v", bounds, fault, want)
	}
	for _, s := range []string{"1 2,40,130,45", "1e  2,40,130,45", "e 2,40,130,45"} {
		if bounds, fault := parseBBox(s, systems[0]); fault == "" {
			t.Errorf("parseBBox(%q) = %v", s, bounds)
		}
	}
}
