package hotspot

import (
	"math/rand/v2"
	"slices"
	"testing"
)

// The fifteen comparisons of Benjamini and Hochberg, 1995, section 3.3: four are
// significant at 0.05, where Bonferroni's correction leaves three.
func TestThresholdPublishedExample(t *testing.T) {
	p := []float64{0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.000}
	rand.New(rand.NewPCG(1, 2)).Shuffle(len(p), func(i, j int) { p[i], p[j] = p[j], p[i] })
	before := slices.Clone(p)
	if got, ok := Threshold(p, 0.05); !ok || got != 0.0095 {
		t.Errorf("Threshold = %v, %v, want 0.0095", got, ok)
	}
	if !slices.Equal(p, before) {
		t.Error("Threshold changes the order of its argument")
	}
}

func TestThreshold(t *testing.T) {
	for name, c := range map[string]struct {
		p    []float64
		want float64
		ok   bool
	}{
		"none":                    {nil, 0, false},
		"none small":              {[]float64{0.06, 0.5, 1}, 0, false},
		"on the line":             {[]float64{0.05}, 0.05, true},
		"a later one pulls all":   {[]float64{0.04, 0.045, 0.049, 0.0499}, 0.0499, true}, // none of the first three alone
		"ties":                    {[]float64{0.02, 0.02, 0.02, 1, 1}, 0.02, true},
		"the first only":          {[]float64{0.01, 0.04, 0.9, 1}, 0.01, true},
		"smaller than any double": {[]float64{0, 0, 1}, 0, true},
	} {
		if got, ok := Threshold(c.p, 0.05); got != c.want || ok != c.ok {
			t.Errorf("%s: Threshold = %v, %v, want %v, %v", name, got, ok, c.want, c.ok)
		}
	}
}
