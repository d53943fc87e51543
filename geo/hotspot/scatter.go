package hotspot

import "math"

// Scattered gives the probability that reports that are scattered at random
// leave a place as far from what is expected there: two-sided, exact for any
// number, from the Poisson distribution. The number there is known to lie from
// low to high, and the nearest to what is expected counts.
//
// The normal distribution, which Gi* is read by, is far too small at its ends for
// sums of few reports: where 0.3 are expected, three come by chance in one of
// 280 places, not in one of two million.
func Scattered(low, high int, expected float64) float64 {
	switch {
	case float64(low) > expected:
		return min(1, 2*poissonFrom(low, expected))
	case float64(high) < expected:
		return min(1, 2*poissonUpTo(high, expected))
	}
	return 1
}

// poissonFrom is the probability of n or more, n above the mean.
func poissonFrom(n int, mean float64) float64 {
	sum, term := 0.0, 1.0
	for k := n; term > sum*1e-17; k++ {
		sum += term
		term *= mean / float64(k+1)
	}
	return sum * poisson(n, mean)
}

// poissonUpTo is the probability of n or fewer, n below the mean.
func poissonUpTo(n int, mean float64) float64 {
	sum, term := 0.0, 1.0
	for k := n; k >= 0 && term > sum*1e-17; k-- {
		sum += term
		term *= float64(k) / mean
	}
	return sum * poisson(n, mean)
}

// poisson is the probability of just n.
func poisson(n int, mean float64) float64 {
	if mean == 0 {
		return 0 // of none at all, above which n lies
	}
	logs, _ := math.Lgamma(float64(n) + 1)
	return math.Exp(float64(n)*math.Log(mean) - mean - logs)
}
