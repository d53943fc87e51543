package hotspot

import (
	"math"
	"testing"
)

// The example of esda's G_Local (https://pysal.org/esda/generated/esda.G_Local.html):
// six places, neighbours within 15, weights of 1, the place itself included.
func TestGiPublishedExample(t *testing.T) {
	places := [][2]float64{{10, 10}, {20, 10}, {40, 10}, {15, 20}, {30, 20}, {30, 30}}
	values := []float64{2, 3, 3.2, 5, 8, 7}
	want := []float64{-1.39727626, -0.28917762, 0.65064964, -0.28917762, 1.23452088, 2.02424331}
	got, mean, sd := Gi(values, func(i int) []int32 {
		var near []int32
		for k, p := range places {
			if k != i && math.Hypot(p[0]-places[i][0], p[1]-places[i][1]) <= 15 {
				near = append(near, int32(k))
			}
		}
		return near
	})
	for i := range want {
		if math.Abs(got[i]-want[i]) > 1e-8 {
			t.Errorf("Gi of place %d = %.8f, want %.8f", i, got[i], want[i])
		}
	}
	if math.Abs(mean-4.7) > 1e-12 || math.Abs(sd-math.Sqrt(28.7/6)) > 1e-12 {
		t.Errorf("mean and deviation = %v, %v, want 4.7 and √(28.7/6)", mean, sd)
	}
}

func TestGiIsNotDefined(t *testing.T) {
	all := func(n int) func(int) []int32 {
		return func(i int) []int32 {
			var near []int32
			for k := range n {
				if k != i {
					near = append(near, int32(k))
				}
			}
			return near
		}
	}
	none := func(int) []int32 { return nil }
	for name, c := range map[string]struct {
		values []float64
		near   func(int) []int32
	}{
		"all the same": {[]float64{3, 3, 3, 3}, none}, "everybody near": {[]float64{1, 2, 3}, all(3)}, "one": {[]float64{5}, none},
	} {
		z, _, _ := Gi(c.values, c.near)
		for i := range z {
			if !math.IsNaN(z[i]) {
				t.Errorf("%s: Gi of place %d = %v, want NaN", name, i, z[i])
			}
		}
	}
	if z, _, _ := Gi(nil, none); len(z) != 0 {
		t.Errorf("Gi of nothing = %v", z)
	}
}

// Quantiles of the normal distribution, from any table of it.
func TestTwoSided(t *testing.T) {
	for z, want := range map[float64]float64{0: 1, 1.959963984540054: 0.05, -1.959963984540054: 0.05, 2.5758293035489004: 0.01, 3.2905267314919255: 0.001} {
		if got := TwoSided(z); math.Abs(got-want) > 1e-12 {
			t.Errorf("TwoSided(%v) = %v, want %v", z, got, want)
		}
	}
	if !math.IsNaN(TwoSided(math.NaN())) {
		t.Error("TwoSided(NaN) is a number")
	}
}
