package hotspot

import (
	"math"
	"math/big"
	"testing"
)

// From tables of the Poisson distribution, to the digits they have.
func TestScatteredKnownValues(t *testing.T) {
	for _, c := range []struct {
		low, high int
		expected  float64
		want      float64
	}{
		{4, 4, 1, 2 * 0.018988}, {2, 2, 5, 2 * 0.124652}, {0, 0, 3, 2 * 0.049787}, {3, 3, 0.3, 2 * 0.003599},
		{15, 15, 10, 2 * 0.083458}, {1, 1, 0, 0}, {5, 5, 5, 1}, {6, 6, 5.9, 1}, // 2 × 0.54 is more than certain
		{3, 9, 5, 1}, {6, 20, 5, 2 * 0.384039}, {0, 4, 5, 2 * 0.440493},
	} {
		if got := Scattered(c.low, c.high, c.expected); math.Abs(got-c.want) > 2e-6 {
			t.Errorf("Scattered(%d, %d, %v) = %.6f, want %.6f", c.low, c.high, c.expected, got, c.want)
		}
	}
}

// By adding up all terms in 300 bits.
func TestScatteredFarOut(t *testing.T) {
	for _, c := range []struct {
		n    int
		mean float64
	}{{60, 5}, {900, 500}, {200, 500}, {3000, 2400}, {40, 39.5}, {1, 700}, {7, 0.001}} {
		mean := new(big.Float).SetPrec(300).SetFloat64(c.mean)
		term, below, from, all := big.NewFloat(1).SetPrec(300), new(big.Float).SetPrec(300), new(big.Float).SetPrec(300), new(big.Float).SetPrec(300)
		for k := range 8000 {
			all.Add(all, term)
			if k <= c.n {
				below.Add(below, term)
			}
			if k >= c.n {
				from.Add(from, term)
			}
			term.Mul(term, mean).Quo(term, new(big.Float).SetPrec(300).SetInt64(int64(k+1)))
		}
		tail := from
		if float64(c.n) < c.mean {
			tail = below
		}
		want, _ := tail.Quo(tail, all).Float64()
		want = min(1, 2*want)
		if got := Scattered(c.n, c.n, c.mean); math.Abs(got-want) > 1e-10*want {
			t.Errorf("Scattered(%d, %v) = %v, want %v", c.n, c.mean, got, want)
		}
	}
}
