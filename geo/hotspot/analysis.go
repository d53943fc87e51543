package hotspot

import (
	"cmp"
	"math"
	"slices"

	"github.com/gridpatrol/gridpatrol/geo/cell"
)

// AnalysisResolution is the H3 resolution of the statistics: cells of 0.74 km² on
// average, in Shuangyang some 0.53 km², 780 m from one to the next. It is the
// same at every zoom: what is significant does not change while somebody looks
// closer.
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
	Hours       float64 // on patrol in the cells; only of OfPatrolHours
	Mean, SD    float64 // of the variable over the cells; SD of the population
	Q           float64
	Threshold   float64 // the largest P that is significant; 0 where none is
	Significant int     // how many cells are

	stats []Stat // in ascending order of cells
}

// Stat is what the statistics say of a cell.
type Stat struct {
	Cell       cell.Cell // of AnalysisResolution
	N          int       // reports; 0 where suppressed
	Suppressed bool
	Households float64
	Hours      float64 // on patrol; only of OfPatrolHours
	// Share is the part of all households, hours or cells, by what is analysed, that
	// are in it and its neighbours, those that are compared.
	Share       float64
	Z           float64 // Getis-Ord Gi*: above 0 there are more here and round here than elsewhere
	P           float64 // two-sided, see Analyse
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
// ok is false where there are none: outside the district, for cells that are not
// compared, and where nothing can be told because all have the same number.
func (a *Analysis) At(c cell.Cell) (s Stat, ok bool) {
	if a == nil || !c.Valid() {
		return Stat{}, false
	}
	first, last := c, c
	if cell.Resolution(c) > AnalysisResolution {
		first = mustParent(c, AnalysisResolution)
		last = first
	} else if span, end, err := cell.Span(c, AnalysisResolution); err == nil {
		first, last = span, end
	}
	i, _ := slices.BinarySearchFunc(a.stats, first, func(s Stat, c cell.Cell) int { return cmp.Compare(s.Cell, c) })
	for ; i < len(a.stats) && a.stats[i].Cell <= last; i++ {
		if !math.IsNaN(a.stats[i].Z) && (!ok || a.stats[i].Z > s.Z) {
			s, ok = a.stats[i], true
		}
	}
	return s, ok
}

// Analyse compares the cells of the district by their reports. Cells without
// any count as 0; those at its rim that are not its own, and those next to it, are
// compared where they have reports. The counts may be of several resolutions and
// name a cell more than once; those that are not positive, those of cells
// coarser than AnalysisResolution and those farther off are left out. It is nil
// for a district without cells.
//
// P is that of Z by the normal distribution. Where that is at most Q, and reports
// are so few that scattering them at random would do as much more often than the
// normal distribution has it, P is the probability of that (Scattered).
//
// Of rates only cells with at least MinHouseholds are compared, and only they
// are anybody's neighbours. Of patrol hours see AnalyseShownHours.
func (d *District) Analyse(counts []Count, of Variable) *Analysis {
	if d.Len() == 0 {
		return nil
	}
	sums := make([]int, len(d.cells))
	last, at, found := cell.Cell(0), 0, false // counts mostly come in order
	for _, c := range counts {
		if c.N <= 0 {
			continue
		}
		p, err := cell.Parent(c.Cell, AnalysisResolution)
		if err != nil {
			continue // coarser
		}
		if p != last {
			last = p
			at, found = slices.BinarySearch(d.cells, p)
		}
		if found {
			sums[at] += c.N
		}
	}
	return d.analyse(of, nil, func(i int) (int, bool) { return sums[i], false })
}

// AnalyseShown is Analyse of numbers as they are shown, of cells of
// AnalysisResolution, each once: a suppressed one counts as SuppressedAs.
// Cells of another resolution are left out.
func (d *District) AnalyseShown(shown []Cell, of Variable) *Analysis {
	if d.Len() == 0 {
		return nil
	}
	return d.analyse(of, nil, d.numbers(shown))
}

// numbers finds what is shown of a cell by its index.
func (d *District) numbers(shown []Cell) func(i int) (n int, suppressed bool) {
	numbers := make([]Cell, len(d.cells))
	for _, c := range shown {
		if i, found := slices.BinarySearch(d.cells, c.Cell); found {
			numbers[i] = c
		}
	}
	return func(i int) (int, bool) { return numbers[i].N, numbers[i].Suppressed }
}

// analyse compares the cells by number, which says of each how many reports it
// has and whether that is suppressed. The hours are for OfPatrolHours alone.
func (d *District) analyse(of Variable, hours *Hours, number func(i int) (n int, suppressed bool)) *Analysis {
	a := &Analysis{Resolution: AnalysisResolution, Variable: of, Q: Q}
	index := make([]int32, len(d.cells)) // of a cell among those compared, or -1
	compared := make([]int32, 0, d.owned)
	values := make([]float64, 0, d.owned)
	a.stats = make([]Stat, 0, d.owned)
	for i, c := range d.cells {
		index[i] = -1
		s := Stat{Cell: c, Households: d.households[i], Hours: hours.In(c)}
		s.N, s.Suppressed = number(i)
		value := float64(s.N)
		if s.Suppressed {
			value = SuppressedAs
		}
		if value == 0 && !d.own[i] || of == OfRates && s.Households < MinHouseholds || of == OfPatrolHours && s.Hours < MinPatrolHours {
			continue
		}
		switch of {
		case OfRates:
			value = value / s.Households * 1000
		case OfPatrolHours:
			value /= s.Hours
		}
		if s.Suppressed {
			a.Suppressed++
		}
		a.Reports += s.N
		a.Households += s.Households
		a.Hours += s.Hours
		index[i] = int32(len(compared))
		compared = append(compared, int32(i))
		values, a.stats = append(values, value), append(a.stats, s)
	}
	a.Cells = len(compared)
	if a.Cells == 0 {
		return a
	}
	var room []int32
	near := func(i int) []int32 {
		room = room[:0]
		for _, n := range d.near[compared[i]] {
			if k := index[n]; k >= 0 {
				room = append(room, k)
			}
		}
		return room
	}
	var z []float64
	z, a.Mean, a.SD = Gi(values, near)
	a.judge(z, near)
	return a
}

// judge turns Gi* into probabilities, and says which are significant.
func (a *Analysis) judge(z []float64, near func(i int) []int32) {
	reports := float64(a.Reports) + SuppressedAs*float64(a.Suppressed)
	p := make([]float64, 0, len(z))
	for i := range z {
		s := &a.stats[i]
		s.Z, s.P, s.Share = z[i], TwoSided(z[i]), a.share(i, near(i))
		if s.P <= Q { // none above can become significant
			s.P = max(s.P, a.scattered(i, near(i), reports, s.Z > 0))
		}
		if !math.IsNaN(z[i]) {
			p = append(p, s.P)
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

// scattered is Scattered of cell i and its neighbours, where all reports fall
// anywhere alike: on any cell, or for rates on any household or in any hour on patrol. It is 1 where they
// lie on the other side than Gi* has it: a rate may be high for one household's sake.
func (a *Analysis) scattered(i int, near []int32, reports float64, hot bool) float64 {
	low, high := 0, 0
	add := func(s *Stat) {
		low, high = low+s.N, high+s.N
		if s.Suppressed {
			low, high = low+1, high+MinPublic-1
		}
	}
	add(&a.stats[i])
	for _, k := range near {
		add(&a.stats[k])
	}
	if hot {
		high = math.MaxInt
	} else {
		low = 0
	}
	return Scattered(low, high, reports*a.stats[i].Share)
}

// share is the part of all that is compared that cell i and its neighbours have.
func (a *Analysis) share(i int, near []int32) float64 {
	households, hours := a.stats[i].Households, a.stats[i].Hours
	for _, k := range near {
		households, hours = households+a.stats[k].Households, hours+a.stats[k].Hours
	}
	switch a.Variable {
	case OfRates:
		return households / a.Households
	case OfPatrolHours:
		return hours / a.Hours
	}
	return float64(len(near)+1) / float64(a.Cells)
}
