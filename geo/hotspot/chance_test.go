package hotspot

import (
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/gridpatrol/gridpatrol/geo/cell"
)

// Reports that are dealt out at random, to cells or to households, have no hot
// spots: what is called significant is so by mistake, and at 5 % that happens on
// few maps, however few reports there are. By the normal distribution alone
// it happens on every one of the first.
func TestChanceIsSeldomSignificant(t *testing.T) {
	_, d := demo(t)
	rnd := rand.New(rand.NewPCG(1, 2))
	var own []cell.Cell
	var below []float64 // households in the cells up to each
	sum := 0.0
	for i, c := range d.cells {
		if d.own[i] {
			if d.households[i] >= MinHouseholds {
				sum += d.households[i]
			}
			own, below = append(own, c), append(below, sum)
		}
	}
	const maps = 60
	for _, of := range Variables() {
		for _, mean := range []float64{0.05, 0.2, 0.5, 1, 2, 5} {
			lit, normal := 0, 0
			for range maps {
				counts := make([]Count, int(mean*float64(len(own))))
				for k := range counts {
					at := rnd.IntN(len(own))
					if of == OfRates {
						at, _ = slices.BinarySearch(below, rnd.Float64()*sum)
					}
					counts[k] = Count{own[at], 1}
				}
				a := d.Analyse(counts, of)
				if a.Significant > 0 {
					lit++
				}
				var p []float64
				for _, s := range a.stats {
					p = append(p, TwoSided(s.Z))
				}
				if _, ok := Threshold(p, Q); ok {
					normal++
				}
			}
			t.Logf("%s, %.2f reports a cell: %d of %d maps have a significant cell, %d by the normal distribution alone", of, mean, lit, maps, normal)
			if lit > maps/10 {
				t.Errorf("%s, %.2f reports a cell: %d of %d maps have a significant cell, want some 5 %%", of, mean, lit, maps)
			}
		}
	}
}

// The same for the public, whose maps leave most numbers out.
func TestChanceIsSeldomSignificantWhereSuppressed(t *testing.T) {
	_, d := demo(t)
	rnd := rand.New(rand.NewPCG(3, 4))
	const maps = 60
	for _, mean := range []float64{0.2, 1, 3, 5} {
		lit, suppressed := 0, 0
		for range maps {
			var counts []Count
			for range int(mean * float64(len(d.cells))) {
				counts = append(counts, Count{d.cells[rnd.IntN(len(d.cells))], 1})
			}
			a := d.AnalyseShown(Suppress(must(rolledUp(counts, AnalysisResolution)), MinPublic), OfCounts)
			suppressed += a.Suppressed
			if a.Significant > 0 {
				lit++
			}
		}
		t.Logf("%.1f reports a cell, %d cells suppressed: %d of %d maps have a significant cell", mean, suppressed/maps, lit, maps)
		if lit > maps/10 {
			t.Errorf("%.1f reports a cell: %d of %d maps have a significant cell, want some 5 %%", mean, lit, maps)
		}
	}
}
