package hotspot

import (
	"errors"
	"math"
	"slices"
	"testing"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/cell"
)

func TestHoursAddUp(t *testing.T) {
	a, b := at(t, 125.66, 43.52, BaseResolution), at(t, 125.7, 43.6, BaseResolution)
	h, err := NewHours([]CellHours{{b, 2}, {a, 0.5}, {a, 1}, {a, 0}, {b, -3}, {b, math.NaN()}, {a, math.Inf(1)}})
	if err != nil {
		t.Fatal(err)
	}
	for res := MinResolution; res <= BaseResolution; res++ {
		sum := 0.0
		cells := []cell.Cell{mustParent(a, res), mustParent(b, res)}
		for _, c := range slices.Compact(cells) {
			sum += h.In(c)
		}
		if sum != 3.5 {
			t.Errorf("hours of resolution %d add up to %v, want 3.5", res, sum)
		}
	}
	if h.In(a) != 1.5 || h.In(b) != 2 || h.Total() != 3.5 {
		t.Errorf("In = %v, %v, Total = %v, want 1.5, 2, 3.5", h.In(a), h.In(b), h.Total())
	}
	if got := h.In(at(t, 125.66, 43.52, 11)) + h.In(mustParent(a, 3)) + h.In(0) + h.In(at(t, 125.5, 43.4, BaseResolution)); got != 0 {
		t.Errorf("In of other cells = %v, want 0", got)
	}
	var none *Hours
	if none.In(a) != 0 || none.Total() != 0 {
		t.Error("nil Hours have some")
	}
	for _, c := range []cell.Cell{0, mustParent(a, 9)} {
		if _, err := NewHours([]CellHours{{c, 1}}); !errors.Is(err, geo.ErrInvalid) {
			t.Errorf("NewHours(%s) = %v, want geo.ErrInvalid", c, err)
		}
	}
}

func TestPerPatrolHour(t *testing.T) {
	for _, c := range []struct {
		n    int
		h    float64
		want float64
		ok   bool
	}{{3, 1.5, 2, true}, {0, 1, 0, true}, {1, 0.999, 0, false}, {5, 0, 0, false}} {
		if got, ok := PerPatrolHour(c.n, c.h); got != c.want || ok != c.ok {
			t.Errorf("PerPatrolHour(%d, %v) = %v, %v, want %v, %v", c.n, c.h, got, ok, c.want, c.ok)
		}
	}
}

// A square with households everywhere alike and two reports in each cell, but 20 in
// the seven cells round its middle: hot by household. By the hour it depends on
// where the hours were spent.
func TestWatched(t *testing.T) {
	d, err := NewDistrict([]geo.Area{area(geo.District, "d", 20000, "", "", box(125.6, 43.5, 125.72, 43.59))})
	if err != nil {
		t.Fatal(err)
	}
	middle := at(t, 125.66, 43.545, AnalysisResolution)
	disk := append(must(cell.Ring(middle, 1)), middle)
	var shown []Cell
	reports := 0
	for i, c := range d.cells {
		if d.households[i] < MinHouseholds {
			continue
		}
		n := 2
		if slices.Contains(disk, c) {
			n = 20
		}
		shown, reports = append(shown, Cell{Cell: c, N: n}), reports+n
	}
	if len(shown) < 80 {
		t.Fatalf("the square has %d cells, want at least 80", len(shown))
	}
	spend := func(hours func(c cell.Cell) float64) *Hours {
		var of []CellHours
		for _, c := range shown {
			of = append(of, CellHours{must(cell.Children(c.Cell, BaseResolution))[3], hours(c.Cell)})
		}
		return must(NewHours(of))
	}
	in := func(inside, outside float64) *Hours {
		return spend(func(c cell.Cell) float64 {
			if slices.Contains(disk, c) {
				return inside
			}
			return outside
		})
	}
	homes := d.AnalyseShown(shown, OfRates)
	if s, ok := homes.At(middle); !ok || !s.Significant || s.Z <= 0 {
		t.Fatalf("by household the middle is %+v, %v, want it hot", s, ok)
	}
	for name, c := range map[string]struct {
		hours        *Hours
		hot, watched bool
	}{
		"looked at as much as anywhere":  {in(10, 10), true, false},
		"looked at ten times as much":    {in(100, 10), false, true}, // 0.2 an hour everywhere
		"looked at even more":            {in(130, 10), false, true},
		"looked at more, found more yet": {in(12, 10), true, false},
		"hardly looked at":               {in(0.9, 10), false, false}, // not compared
		"nowhere looked at":              {nil, false, false},
	} {
		byHour := d.AnalyseShownHours(shown, c.hours)
		s, _ := byHour.At(middle)
		if hot := s.Significant && s.Z > 0; hot != c.hot {
			t.Errorf("%s: by the hour the middle is %+v, hot: want %v", name, s, c.hot)
		}
		if got := Watched(homes, byHour, middle); got != c.watched {
			t.Errorf("%s: Watched = %v, want %v", name, got, c.watched)
		}
		if got := Watched(homes, byHour, must(cell.Children(middle, BaseResolution))[5]); got != c.watched {
			t.Errorf("%s: Watched of a cell in it = %v, want %v", name, got, c.watched)
		}
		if far := at(t, 125.61, 43.51, AnalysisResolution); Watched(homes, byHour, far) {
			t.Errorf("%s: Watched of a cell that is not hot", name)
		}
	}
	if Watched(nil, nil, middle) || Watched(homes, nil, middle) {
		t.Error("Watched without an analysis")
	}

	// The numbers themselves, added up by hand: rates, their mean, Gi*, and the
	// probability of the reports of the seven cells where all came by the hour.
	hours := in(12, 10)
	a := d.AnalyseShownHours(shown, hours)
	n, total := float64(len(shown)), 7*12+float64(len(shown)-7)*10
	hotRate, coldRate := 20./12, 2./10
	mean := (7*hotRate + (n-7)*coldRate) / n
	sd := math.Sqrt((7*hotRate*hotRate+(n-7)*coldRate*coldRate)/n - mean*mean)
	z := 7 * (hotRate - mean) / (sd * math.Sqrt((n*7-49)/(n-1)))
	s, ok := a.At(middle)
	if !ok || math.Abs(s.Z-z) > 1e-9 || s.Hours != 12 || math.Abs(s.Share-7*12/total) > 1e-12 {
		t.Errorf("At(middle) = %+v, %v, want z %v, share %v", s, ok, z, 7*12/total)
	}
	if want := max(TwoSided(z), Scattered(7*20, math.MaxInt, float64(reports)*7*12/total)); math.Abs(s.P-want) > 1e-12 {
		t.Errorf("P = %v, want %v", s.P, want)
	}
	if a.Variable != OfPatrolHours || a.Cells != len(shown) || a.Reports != reports || a.Hours != total || math.Abs(a.Mean-mean) > 1e-12 || math.Abs(a.SD-sd) > 1e-12 {
		t.Errorf("Analysis = %+v, want %d cells, %d reports, %v hours, mean %v, sd %v", a, len(shown), reports, total, mean, sd)
	}
	var nothing *District
	if nothing.AnalyseShownHours(shown, hours) != nil {
		t.Error("a nil District is analysed")
	}
}
