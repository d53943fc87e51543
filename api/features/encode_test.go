package features

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"strconv"
	"testing"
)

func TestAppendFixed(t *testing.T) {
	for _, c := range []struct {
		f        float64
		decimals int
		want     string
	}{
		{125.6, 7, "125.6"}, {0, 7, "0"}, {-1e-9, 7, "0"}, {-0.00000014, 7, "-0.0000001"}, {43.00000005, 7, "43.0000001"},
		{99.9996, 3, "100"}, {4818158.2004, 3, "4818158.2"}, {-180, 7, "-180"}, {20037508.3428, 3, "20037508.343"},
	} {
		if got := string(appendFixed(nil, c.f, c.decimals)); got != c.want {
			t.Errorf("appendFixed(%v, %d) = %s, want %s", c.f, c.decimals, got, c.want)
		}
	}
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 10_000 {
		f := (rnd.Float64() - 0.5) * 360
		got, err := strconv.ParseFloat(string(appendFixed(nil, f, 7)), 64)
		if err != nil || math.Abs(got-f) > 0.5000001e-7 {
			t.Fatalf("appendFixed(%v, 7) reads as %v: %v", f, got, err)
		}
	}
}

// FuzzValueAsJSON compares what is appended with what encoding/json reads.
func FuzzValueAsJSON(f *testing.F) {
	f.Add("网格", 1.5)
	f.Add("a\"\\\n\x00", 1e-9)
	f.Add("\xff", -1e300)
	f.Fuzz(func(t *testing.T, s string, n float64) {
		var gotText, wantText string
		data, err := json.Marshal(s)
		if err != nil || json.Unmarshal(data, &wantText) != nil {
			t.Fatal(err)
		}
		if err := json.Unmarshal(text(s).appendJSON(nil), &gotText); err != nil || gotText != wantText {
			t.Errorf("%q is written as %s: %v", s, text(s).appendJSON(nil), err)
		}
		if math.IsNaN(n) || math.IsInf(n, 0) {
			return
		}
		var got float64
		if err := json.Unmarshal(number(n).appendJSON(nil), &got); err != nil || got != n {
			t.Errorf("%v is written as %s: %v", n, number(n).appendJSON(nil), err)
		}
	})
}
