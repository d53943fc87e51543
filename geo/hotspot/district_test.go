package hotspot

import (
	"cmp"
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"

	"github.com/gridpatrol/gridpatrol/fixtures"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/cell"
)

// town is the demo district: 130,000 households in compounds, groups and special
// units, 16,000 reports.
var town = sync.OnceValues(func() (*fixtures.District, error) {
	return fixtures.Generate(fixtures.Config{Until: time.Date(2026, 9, 30, 0, 0, 0, 0, time.UTC)})
})

func demo(tb testing.TB) (*fixtures.District, *District) {
	tb.Helper()
	f, err := town()
	if err != nil {
		tb.Fatal(err)
	}
	d, err := NewDistrict(f.Areas)
	if err != nil {
		tb.Fatal(err)
	}
	return f, d
}

func TestHouseholdsAddUpToTheDistricts(t *testing.T) {
	f, d := demo(t)
	want := 0.0
	for i := range f.Areas {
		if f.Areas[i].Kind == geo.District {
			want += float64(f.Areas[i].Households)
		}
	}
	for n := range d.levels {
		sum := 0.0
		for i, c := range d.levels[n].cells {
			if cell.Resolution(c) != BaseResolution-n || i > 0 && d.levels[n].cells[i-1] >= c {
				t.Fatalf("level %d has %s after %s", n, c, d.levels[n].cells[max(i-1, 0)])
			}
			h, ok := d.Households(c)
			if !ok || h < 0 || h != d.levels[n].households[i] {
				t.Fatalf("Households(%s) = %v, %v", c, h, ok)
			}
			sum += h
			if n > 0 && i%7 == 0 {
				below, children := 0.0, must(cell.Children(c, BaseResolution-n+1))
				for _, child := range children {
					part, _ := d.Households(child)
					below += part
				}
				if math.Abs(below-h) > 1e-9*max(h, 1) {
					t.Fatalf("Households(%s) = %v, in its children %v", c, h, below)
				}
			}
		}
		if math.Abs(sum-want) > 1e-6 {
			t.Errorf("cells of resolution %d have %.6f households, want the district's %.0f", BaseResolution-n, sum, want)
		}
	}
	for _, c := range []cell.Cell{0, 12345, must(cell.At(orb.Point{125.66, 43.52}, 11)), must(cell.At(orb.Point{125.66, 43.52}, 3)), must(cell.At(orb.Point{0, 0}, 8))} {
		if h, ok := d.Households(c); ok || h != 0 {
			t.Errorf("Households(%s) = %v, %v, want none", c, h, ok)
		}
	}
}

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

// Cells that lie in the district belong to it, those that do not do not; the rim
// goes by half a cell.
func TestOwnCellsAreTheDistricts(t *testing.T) {
	f, d := demo(t)
	shape := f.Areas[slices.IndexFunc(f.Areas, func(a geo.Area) bool { return a.Kind == geo.District })].Shape
	own := 0.0
	for i, c := range d.cells {
		if d.own[i] {
			own += geo.AreaM2(orb.MultiPolygon{cell.Boundary(c)})
		}
		if i%5 != 0 {
			continue
		}
		center := must(cell.Center(c))
		in := planar.MultiPolygonContains(shape, center)
		corners := 0
		for _, p := range cell.Boundary(c)[0][1:] {
			if planar.MultiPolygonContains(shape, p) {
				corners++
			}
		}
		if in && corners == 6 && !d.own[i] || !in && corners == 0 && d.own[i] && d.households[i] < 1 {
			t.Errorf("%s with %d corners in the district is its own: %v", c, corners, d.own[i])
		}
		for _, k := range d.near[i] {
			if !slices.Contains(must(cell.Ring(c, 1)), d.cells[k]) {
				t.Errorf("%s is no neighbour of %s", d.cells[k], c)
			}
		}
		if d.own[i] && len(d.near[i]) != 6 {
			t.Errorf("%s has %d neighbours, want 6", c, len(d.near[i]))
		}
	}
	if have := geo.AreaM2(shape); math.Abs(own/have-1) > 0.05 {
		t.Errorf("the own cells have %.0f m², the district %.0f", own, have)
	}
	t.Logf("%d own cells of %d, %d of resolution %d", d.Len(), len(d.cells), len(d.levels[0].cells), BaseResolution)
}

func TestNewDistrictOfNothing(t *testing.T) {
	for name, areas := range map[string][]geo.Area{"no areas": nil, "no shape": {{Kind: geo.District, Code: "d", Households: 10}}} {
		d, err := NewDistrict(areas)
		if err != nil || d.Len() != 0 || d.Analyse([]Count{{at(t, 125.66, 43.52, 8), 3}}, OfCounts) != nil {
			t.Errorf("%s: NewDistrict = %d cells, %v, want none", name, d.Len(), err)
		}
	}
	var none *District
	if _, ok := none.Households(at(t, 125.66, 43.52, 8)); ok || none.Len() != 0 || none.Analyse(nil, OfCounts) != nil || none.AnalyseShown(nil, OfRates) != nil {
		t.Error("a nil District has something")
	}
	sea := area(geo.District, "d", 5, "", "", box(122.2, 39, 122.4, 39.2))
	if _, err := NewDistrict([]geo.Area{sea}); !errors.Is(err, geo.ErrInvalid) {
		t.Errorf("NewDistrict round a pentagon: %v, want geo.ErrInvalid", err)
	}
}

// Every statistic from its definition: all cells against all, by a full matrix
// of weights.
func TestAnalyseAgainstTheFormula(t *testing.T) {
	f, d := demo(t)
	counts := make(map[cell.Cell]int)
	var fine []Count
	for _, r := range f.Reports {
		fine = append(fine, Count{must(cell.At(r.Point, BaseResolution)), 1})
		counts[must(cell.At(r.Point, BaseResolution))]++
	}
	rolled := must(rolledUp(fine, AnalysisResolution))
	byCell := make(map[cell.Cell]int)
	for _, c := range rolled {
		byCell[c.Cell] = c.N
	}
	for _, of := range Variables() {
		var cells []cell.Cell
		var x, weight []float64
		reports, households := 0, 0.0
		for i, c := range d.cells {
			h, _ := d.Households(c)
			if (!d.own[i] && byCell[c] == 0) || of == OfRates && h < MinHouseholds {
				continue
			}
			value := float64(byCell[c])
			if of == OfRates {
				value = value * 1000 / h
			}
			cells, x = append(cells, c), append(x, value)
			reports += byCell[c]
			households += h
		}
		n := float64(len(cells))
		sum, squares := 0.0, 0.0
		for _, v := range x {
			sum += v
			squares += v * v
		}
		mean, s := sum/n, math.Sqrt(squares/n-sum/n*sum/n)
		var all []Stat
		cautious := 0
		for _, c := range cells {
			disk := must(cell.Disk(c, 1))
			lag, w, w2 := 0.0, 0.0, 0.0
			for k, other := range cells {
				wij := 0.0
				if slices.Contains(disk, other) {
					wij = 1
				}
				lag += wij * x[k]
				w += wij
				w2 += wij * wij
			}
			z := (lag - mean*w) / (s * math.Sqrt((n*w2-w*w)/(n-1)))
			p := 2 * (1 - 0.5*(1+math.Erf(math.Abs(z)/math.Sqrt2)))
			if p <= 0.05 {
				if few := scatteredTwice(disk, cells, byCell, d, of, reports, households, z > 0); few > p {
					p = few
					cautious++
				}
			}
			all = append(all, Stat{Cell: c, Z: z, P: p})
			weight = append(weight, w)
		}
		byP := slices.Clone(all)
		slices.SortFunc(byP, func(a, b Stat) int { return cmp.Compare(a.P, b.P) })
		significant := 0
		for k := range byP {
			if byP[k].P <= 0.05*float64(k+1)/n {
				significant = k + 1
			}
		}
		a := d.Analyse(fine, of)
		if a.Cells != len(cells) || a.Reports != reports || math.Abs(a.Households-households) > 1e-6 || a.Suppressed != 0 {
			t.Fatalf("%s: Analyse = %+v, want %d cells, %d reports, %f households", of, a, len(cells), reports, households)
		}
		if math.Abs(a.Mean-mean) > 1e-9 || math.Abs(a.SD-s) > 1e-7 || a.Significant != significant || significant == 0 || significant == len(cells) {
			t.Errorf("%s: mean %v, deviation %v, %d significant, want %v, %v, %d", of, a.Mean, a.SD, a.Significant, mean, s, significant)
		}
		hot := 0
		for i, want := range all {
			got, ok := a.At(want.Cell)
			if !ok || got.Cell != want.Cell || math.Abs(got.Z-want.Z) > 1e-8 || math.Abs(got.P-want.P) > 1e-8 || got.N != byCell[want.Cell] {
				t.Fatalf("%s: At(%s) = %+v, %v, want %+v (weight %v)", of, want.Cell, got, ok, want, weight[i])
			}
			if got.Significant != (got.P <= byP[significant-1].P+1e-12) {
				t.Errorf("%s: At(%s) = %+v, threshold %v", of, want.Cell, got, a.Threshold)
			}
			if got.Significant && got.Z > 0 {
				hot++
			}
		}
		t.Logf("%s: %d cells, mean %.3f, sd %.3f, p ≤ %.5f: %d significant, %d of them hot; %d not by the normal distribution",
			of, a.Cells, a.Mean, a.SD, a.Threshold, a.Significant, hot, cautious)
		if sums := d.AnalyseShown(Suppress(rolled, 1), of); !slices.Equal(sums.stats, a.stats) {
			t.Errorf("%s: AnalyseShown of all numbers differs from Analyse", of)
		}
	}
}

// scatteredTwice is twice the probability that as many of the reports fall into
// the disk, on cells or households alike, term by term.
func scatteredTwice(disk, cells []cell.Cell, byCell map[cell.Cell]int, d *District, of Variable, reports int, households float64, hot bool) float64 {
	n, in, people := 0, 0, 0.0
	for _, c := range disk {
		if slices.Contains(cells, c) {
			h, _ := d.Households(c)
			n, in, people = n+byCell[c], in+1, people+h
		}
	}
	expected := float64(reports) * float64(in) / float64(len(cells))
	if of == OfRates {
		expected = float64(reports) * people / households
	}
	if hot != (float64(n) > expected) {
		return 1
	}
	sum := 0.0
	for k := range 20000 {
		if hot && k >= n || !hot && k <= n {
			logs, _ := math.Lgamma(float64(k + 1))
			sum += math.Exp(float64(k)*math.Log(expected) - expected - logs)
		}
	}
	return min(1, 2*sum)
}

func TestAtOfCoarserAndFinerCells(t *testing.T) {
	f, d := demo(t)
	var counts []Count
	for _, r := range f.Reports {
		counts = append(counts, Count{must(cell.At(r.Point, BaseResolution)), 1})
	}
	a := d.Analyse(counts, OfCounts)
	rnd := rand.New(rand.NewPCG(21, 22))
	for range 200 {
		s := a.stats[rnd.IntN(len(a.stats))]
		children := must(cell.Children(s.Cell, BaseResolution))
		if got, ok := a.At(children[rnd.IntN(len(children))]); !ok || got != s {
			t.Fatalf("At of a cell in %s = %+v, %v, want %+v", s.Cell, got, ok, s)
		}
		large := must(cell.Parent(s.Cell, MinResolution+rnd.IntN(AnalysisResolution-MinResolution)))
		want := math.Inf(-1)
		for _, c := range must(cell.Children(large, AnalysisResolution)) {
			if s, ok := a.At(c); ok {
				want = max(want, s.Z)
			}
		}
		if got, ok := a.At(large); !ok || got.Z != want {
			t.Fatalf("At(%s) = %+v, %v, want the hottest in it, %v", large, got, ok, want)
		}
	}
	for name, c := range map[string]cell.Cell{"none": 0, "elsewhere": at(t, 0, 0, 8), "elsewhere, fine": at(t, 0, 0, 10), "elsewhere, coarse": at(t, 0, 0, 4)} {
		if s, ok := a.At(c); ok {
			t.Errorf("%s: At(%s) = %+v, want none", name, c, s)
		}
	}
	var nothing *Analysis
	if _, ok := nothing.At(d.cells[0]); ok {
		t.Error("a nil Analysis has statistics")
	}
	if got := d.Analyse(nil, OfCounts); got.Cells != d.Len() || got.SD != 0 || got.Significant != 0 {
		t.Errorf("Analyse of no reports = %+v", got)
	} else if s, ok := got.At(d.cells[len(d.cells)/2]); ok {
		t.Errorf("At where all cells have 0 = %+v, want none", s)
	}
}

// What is compared: own cells always, those at the rim where they have reports,
// those farther off never; a suppressed number is taken as the middle of what it
// may be.
func TestAnalyseTakesTheCellsThatCount(t *testing.T) {
	_, d := demo(t)
	rim := d.cells[slices.Index(d.own, false)]
	own := d.cells[slices.Index(d.own, true)]
	far := at(t, 100, 30, 8)
	if a := d.Analyse([]Count{{own, 3}, {rim, 4}, {far, 50}, {own, -2}, {at(t, 125.66, 43.52, 7), 9}, {12345, 1}}, OfCounts); a.Cells != d.Len()+1 || a.Reports != 7 {
		t.Errorf("Analyse compares %d cells with %d reports, want %d with 7", a.Cells, a.Reports, d.Len()+1)
	}
	a := d.AnalyseShown([]Cell{{own, 0, true}, {rim, 12, false}, {far, 50, false}}, OfCounts)
	s, ok := a.At(own)
	if !ok || !s.Suppressed || s.N != 0 || a.Suppressed != 1 || a.Reports != 12 {
		t.Errorf("AnalyseShown = %+v, %+v, want a suppressed cell and 12 reports", a, s)
	}
	if want := 14.5 / float64(d.Len()+1); math.Abs(a.Mean-want) > 1e-12 {
		t.Errorf("AnalyseShown has a mean of %v, want %v", a.Mean, want)
	}
}

func TestRate(t *testing.T) {
	for _, c := range []struct {
		n    int
		h    float64
		want float64
		ok   bool
	}{{3, 1500, 2, true}, {0, 20, 0, true}, {1, 20, 50, true}, {1, 19.999, 0, false}, {5, 0, 0, false}} {
		if got, ok := Rate(c.n, c.h); got != c.want || ok != c.ok {
			t.Errorf("Rate(%d, %v) = %v, %v, want %v, %v", c.n, c.h, got, ok, c.want, c.ok)
		}
	}
}
