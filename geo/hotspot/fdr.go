package hotspot

import "slices"

// Threshold gives the largest of the probabilities that is significant when the
// share of false discoveries among those called significant is held at q: the
// k-th smallest of m for the largest k where it is at most q·k/m. ok is false
// where none is. The slice stays as it is.
//
// (Y. Benjamini, Y. Hochberg: Controlling the false discovery rate, Journal of
// the Royal Statistical Society B 57, 1995. It holds for neighbours that go up
// and down together too: Benjamini, Yekutieli, Annals of Statistics 29, 2001.)
func Threshold(p []float64, q float64) (threshold float64, ok bool) {
	sorted := slices.Sorted(slices.Values(p))
	for k := len(sorted); k > 0; k-- {
		if sorted[k-1] <= q*float64(k)/float64(len(sorted)) {
			return sorted[k-1], true
		}
	}
	return 0, false
}
