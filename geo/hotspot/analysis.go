package hotspot

import (
	"cmp"
	"math"
	"slices"

	"github.com/gridpatrol/gridpatrol/geo/cell"
)

// AnalysisResolution is the H3 resolution of the statistics: cells some 0.7 km²
// large, a kilometre across. It is the same at every zoom: what is significant
// does not change while somebody looks closer.
const AnalysisResolution = 8

// MinHouseholds is the fewest households that a rate is given for. A single
// report in a cell with fewer would count for over 50 per 1,000 households:
// such a rate tells of the cell's emptiness, not of its reports. (The standard
// error of a rate of n reports is 1/√n of it, however few the households.)
const MinHouseholds = 20

// Q is the share of false discoveries that significance allows.
const Q = 0.05

// SuppressedAs is what the statistics take for a count that is suppressed: the
// middle of the numbers it may be.
const SuppressedAs = float64(1+MinPublic-1) / 2

// Variable is what is analysed.
type Variable string

// The variables there are.
const (
	OfCounts Variable = "count" // the number of reports
	OfRates  Variable = "rate"  // reports per 1,000 households
)

// Variables lists them.
func Variables() []Variable { return []Variable{OfCounts, OfRates} }

// Analysis is the statistics of the cells of a district. It does not change.
// A nil Analysis has none.
type Analysis struct {
	Resolution  int
	Variable    Variable
	Cells       int     // how many were compared
	Reports     int     // in those whose number is known
	Suppressed  int     // how many cells' numbers are not known, and taken as SuppressedAs
	Households  float64 // in the cells
	Mean, SD    float64 // of the variable over the cells; SD of the population
	Q           float64
	Threshold   float64 // the largest P that is significant; 0 where none is
	Significant int     // how many cells are

	cells []cell.Cell // ascending
	stats []Stat      // one a cell
}

// Stat is what the statistics say of a cell.
type Stat struct {
	Cell        cell.Cell // of AnalysisResolution
	N           int       // reports; 0 where suppressed
	Suppressed  bool
	Households  float64
	Z           float64 // Getis-Ord Gi*: above 0 there are more here and round here than elsewhere
	P           float64 // two-sided
	Significant bool
}

// Rate gives reports per 1,000 households. ok is false where there are fewer
// than MinHouseholds.
func Rate(n int, households float64) (perThousand float64, ok bool) {
	if households < MinHouseholds {
		return 0, false
	}
	return float64(n) / households * 1000, true
}

// At gives the statistics of the analysis cell that c is or lies in. For a
// coarser c it is the one among the analysis cells in it with the largest Z.
// ok is false where there are none: outside the district, and where nothing
// can be told because all cells have the same number.
func (a *Analysis) At(c cell.Cell) (s Stat, ok bool) {
	if a == nil || !c.Valid() {
		return Stat{}, false
	}
	if cell.Resolution(c) >= AnalysisResolution {
		p, err := cell.Parent(c, AnalysisResolution)
		if err != nil {
			return Stat{}, false
		}
		i, found := slices.BinarySearch(a.cells, p)
		if !found || math.IsNaN(a.stats[i].Z) {
			return Stat{}, false
		}
		return a.stats[i], true
	}
	for i := range a.stats {
		p, err := cell.Parent(a.cells[i], cell.Resolution(c))
		if err == nil && p == c && !math.IsNaN(a.stats[i].Z) && (!ok || a.stats[i].Z > s.Z) {
			s, ok = a.stats[i], true
		}
	}
	return s, ok
}

// Analyse compares the cells of the district by their reports. Cells without
// any count as 0; those outside the district's own that have reports are added.
// The counts may be of several resolutions and name a cell more than once;
// those that are not positive, and those of cells coarser than
// AnalysisResolution, are left out. It is nil for a district without cells.
//
// Of rates only cells with at least MinHouseholds are compared, and only they
// are anybody's neighbours.
func (d *District) Analyse(counts []Count, of Variable) *Analysis {
	fine := make([]Count, 0, len(counts))
	for _, c := range counts {
		if c.Cell.Valid() && cell.Resolution(c.Cell) >= AnalysisResolution {
			fine = append(fine, c)
		}
	}
	rolled, err := RollUp(fine, AnalysisResolution)
	if err != nil {
		return nil // not reached: every cell is a fine one
	}
	return d.AnalyseShown(Suppress(rolled, 1), of)
}

// AnalyseShown is Analyse of numbers as they are shown, of cells of
// AnalysisResolution, each once: a suppressed one counts as SuppressedAs.
// Others are left out.
func (d *District) AnalyseShown(shown []Cell, of Variable) *Analysis {
	if d.Len() == 0 {
		return nil
	}
	stats := make(map[cell.Cell]Stat, d.Len())
	for _, c := range d.analysis {
		h, _ := d.Households(c)
		stats[c] = Stat{Cell: c, Households: h}
	}
	for _, c := range shown {
		if c.Cell.Valid() && cell.Resolution(c.Cell) == AnalysisResolution {
			h, _ := d.Households(c.Cell)
			stats[c.Cell] = Stat{Cell: c.Cell, N: c.N, Suppressed: c.Suppressed, Households: h}
		}
	}
	a := &Analysis{Resolution: AnalysisResolution, Variable: of, Q: Q}
	for c, s := range stats {
		if of == OfRates && s.Households < MinHouseholds {
			continue
		}
		a.cells, a.stats = append(a.cells, c), append(a.stats, s)
	}
	slices.Sort(a.cells)
	slices.SortFunc(a.stats, func(s, t Stat) int { return cmp.Compare(s.Cell, t.Cell) })
	a.compare()
	return a
}

func (a *Analysis) compare() {
	a.Cells = len(a.cells)
	values := make([]float64, a.Cells)
	for i, s := range a.stats {
		n := float64(s.N)
		if s.Suppressed {
			n = SuppressedAs
			a.Suppressed++
		}
		a.Reports += s.N
		a.Households += s.Households
		values[i] = n
		if a.Variable == OfRates {
			values[i] = n / s.Households * 1000
		}
	}
	if a.Cells == 0 {
		return
	}
	z, mean, sd := Gi(values, a.neighbours)
	a.Mean, a.SD = mean, sd
	p := make([]float64, 0, len(z))
	for i := range z {
		a.stats[i].Z, a.stats[i].P = z[i], TwoSided(z[i])
		if !math.IsNaN(z[i]) {
			p = append(p, a.stats[i].P)
		}
	}
	threshold, ok := Threshold(p, Q)
	if !ok {
		return
	}
	a.Threshold = threshold
	for i := range a.stats {
		if a.stats[i].P <= threshold {
			a.stats[i].Significant = true
			a.Significant++
		}
	}
}

func (a *Analysis) neighbours(i int) []int32 {
	ring, err := cell.Ring(a.cells[i], 1)
	if err != nil {
		return nil
	}
	var out []int32
	for _, c := range ring {
		if k, found := slices.BinarySearch(a.cells, c); found {
			out = append(out, int32(k))
		}
	}
	return out
}
