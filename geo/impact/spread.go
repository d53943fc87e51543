package impact

import "math"

// Spread is how a number differs among areas.
type Spread struct {
	Min   float64 `json:"min"`
	Max   float64 `json:"max"`
	Mean  float64 `json:"mean"`
	SD    float64 `json:"sd"`    // standard deviation of all areas, not of a sample
	Ratio float64 `json:"ratio"` // of Max to Mean; 0 where the mean is 0
}

// SpreadOf gives the spread of some numbers; zero for none.
func SpreadOf(values []float64) Spread {
	if len(values) == 0 {
		return Spread{}
	}
	s := Spread{Min: math.Inf(1), Max: math.Inf(-1)}
	for _, v := range values {
		s.Min, s.Max = min(s.Min, v), max(s.Max, v)
		s.Mean += v / float64(len(values))
	}
	for _, v := range values {
		s.SD += (v - s.Mean) * (v - s.Mean) / float64(len(values))
	}
	s.SD = math.Sqrt(s.SD)
	if s.Mean != 0 {
		s.Ratio = s.Max / s.Mean
	}
	return s
}
