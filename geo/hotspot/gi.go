package hotspot

import "math"

// Gi gives Getis-Ord Gi* of every value: how far the sum of the values in its
// neighbourhood lies from what the mean lets expect, in standard deviations. A
// neighbourhood is the value itself and those that near names by index, each
// once, with weight 1; near(i) does not name i.
//
// With mean x̄, population standard deviation s and w values in the
// neighbourhood of i, out of n:
//
//	z = (Σ x − w x̄) / (s √((n w − w²) / (n−1)))
//
// (J. K. Ord, A. Getis: Local spatial autocorrelation statistics,
// Geographical Analysis 27, 1995, eq. 14, for binary weights.) NaN where it is
// not defined: where all values are the same, or the neighbourhood is all of
// them.
func Gi(values []float64, near func(i int) []int32) (z []float64, mean, sd float64) {
	n := float64(len(values))
	for _, x := range values {
		mean += x
	}
	mean /= n
	for _, x := range values {
		sd += (x - mean) * (x - mean)
	}
	sd = math.Sqrt(sd / n)
	z = make([]float64, len(values))
	for i, sum := range values {
		others := near(i)
		for _, k := range others {
			sum += values[k]
		}
		w := float64(len(others) + 1)
		z[i] = math.NaN()
		if d := sd * math.Sqrt((n*w-w*w)/(n-1)); d > 0 {
			z[i] = (sum - w*mean) / d
		}
	}
	return z, mean, sd
}

// TwoSided gives the probability of a standard normal number at least as far
// from 0 as z, on either side.
func TwoSided(z float64) float64 { return math.Erfc(math.Abs(z) / math.Sqrt2) }
