package locate

import (
	"cmp"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/paulmach/orb"
)

// slowEdgeDistance searches the nearest place of every edge with geodesics.
func slowEdgeDistance(areas []geo.Area, p orb.Point) float64 {
	best := math.Inf(1)
	for i := range areas {
		for _, polygon := range areas[i].Shape {
			for _, ring := range polygon {
				for k := range ring[1:] {
					a, b := ring[k], ring[k+1]
					at := func(t float64) float64 {
						return geo.DistanceM(p, orb.Point{a[0] + t*(b[0]-a[0]), a[1] + t*(b[1]-a[1])})
					}
					lo, hi := 0.0, 1.0
					for range 60 { // the distance along an edge has one minimum
						if s, t := lo+(hi-lo)/3, hi-(hi-lo)/3; at(s) < at(t) {
							hi = t
						} else {
							lo = s
						}
					}
					best = min(best, at((lo+hi)/2))
				}
			}
		}
	}
	return best
}

func TestEdgeDistanceAgainstGeodesics(t *testing.T) {
	rnd := rand.New(rand.NewPCG(11, 12))
	areas := town(rnd, geo.Grid, 3, 3, 6)
	areas = append(areas, town(rnd, geo.District, 1, 1, 2)...)
	x := mustBuild(t, areas)
	for _, kind := range []geo.Kind{geo.Grid, geo.District} {
		var own []geo.Area
		for _, a := range areas {
			if a.Kind == kind {
				own = append(own, a)
			}
		}
		worst := 0.0
		for range 300 { // up to some 40 km outside
			p, _ := geo.Round(orb.Point{125.1 + 1.3*rnd.Float64(), 43.0 + 1.2*rnd.Float64()})
			got, want := x.EdgeDistanceM(kind, p), slowEdgeDistance(own, p)
			if d := math.Abs(got-want) / want; want > 1 && d > worst {
				worst = d
			}
			if math.Abs(got-want) > 1e-4*want+0.01 {
				t.Errorf("EdgeDistanceM(%s, %v) = %.3f, want %.3f", kind, p, got, want)
			}
		}
		t.Logf("%s: at most %.2g off", kind, worst)
	}
}

func TestEdgeDistanceOnAndBesideAnEdge(t *testing.T) {
	x := mustBuild(t, []geo.Area{square(geo.Grid, "g", 125, 43, 126, 44)})
	north := 111113.0 // metres in a degree of latitude at 43.5, within 10
	tests := []struct {
		name string
		p    orb.Point
		want float64
	}{
		{"vertex", orb.Point{125, 43}, 0},
		{"on the edge", orb.Point{125.5, 43}, 0},
		{"inside", orb.Point{125.5, 43.01}, north * 0.01},
		{"outside", orb.Point{125.5, 42.99}, north * 0.01},
		{"a thousandth of a degree east", orb.Point{126.001, 43.5}, 80.87}, // 111320·cos 43.5° and the ellipsoid
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := x.EdgeDistanceM(geo.Grid, tt.p)
			if math.Abs(got-tt.want) > 2e-4*tt.want {
				t.Errorf("EdgeDistanceM(%v) = %.4f, want %.4f", tt.p, got, tt.want)
			}
		})
	}
	for _, p := range []orb.Point{{math.NaN(), 43}, {200, 43}, {125, math.Inf(1)}} {
		if got := x.EdgeDistanceM(geo.Grid, p); !math.IsInf(got, 1) {
			t.Errorf("EdgeDistanceM(%v) = %v, want +Inf", p, got)
		}
	}
	if got := x.EdgeDistanceM("parish", orb.Point{125, 43}); !math.IsInf(got, 1) {
		t.Errorf("EdgeDistanceM(parish) = %v, want +Inf", got)
	}
	if got := x.EdgeDistanceM(geo.Grid, orb.Point{-60, -43}); !(got > 1e7 && got < 3e7) {
		t.Errorf("EdgeDistanceM(other end of the world) = %v", got)
	}
}

func TestCandidates(t *testing.T) {
	// Two squares that share the meridian 125.5, one far away.
	x := mustBuild(t, []geo.Area{
		square(geo.Grid, "a", 125, 43, 125.5, 44), square(geo.Grid, "b", 125.5, 43, 126, 44), square(geo.Grid, "c", 127, 43, 128, 44),
	})
	metre := 1 / 80870.0 // of longitude at 43.5
	tests := []struct {
		east     float64 // metres east of the shared edge
		accuracy float64
		want     string
	}{
		{0, 0, "a 0 0.500, b 0 0.500"},
		{0, 30, "a 0 0.500, b 0 0.500"},
		{-1000, 50, "a 0 1.000"},
		{10, 0, "b 0 1.000"},
		{10, math.NaN(), "b 0 1.000"},
		{10, -5, "b 0 1.000"},
		{100, 100, "b 0 0.934"}, // Φ(1.5096); a lies just out of reach
		{50, 100, "b 0 0.775, a 50 0.225"},
		{-50, 100, "a 0 0.775, b 50 0.225"},
		{40418 + 40435, 20, ""}, // between b and c
	}
	for _, tt := range tests {
		p := orb.Point{125.5 + tt.east*metre, 43.5}
		got, sum := "", 0.0
		for i, c := range x.Candidates(geo.Grid, p, tt.accuracy) {
			if i > 0 {
				got += ", "
			}
			got += fmt.Sprintf("%s %.0f %.3f", c.Area.Code, c.DistanceM, c.Probability)
			sum += c.Probability
		}
		if got != tt.want || sum > 1+1e-12 {
			t.Errorf("Candidates(%v m east, accuracy %v) = %q, want %q", tt.east, tt.accuracy, got, tt.want)
		}
	}
	if got := x.Candidates(geo.Grid, orb.Point{math.NaN(), 0}, 10); len(got) != 0 {
		t.Errorf("Candidates(NaN) = %v, want none", got)
	}
	if got := x.Candidates(geo.Grid, orb.Point{125.5, 43.5}, math.Inf(1)); len(got) != 3 {
		t.Errorf("Candidates with an endless radius are %d, want all 3", len(got))
	}
}

func TestCandidatesSumToAtMostOne(t *testing.T) {
	x := mustBuild(t, town(rand.New(rand.NewPCG(1, 2)), geo.Grid, 100, 100, 4))
	for i, p := range randomPoints(rand.New(rand.NewPCG(7, 8)), 2000) {
		sum, last := 0.0, 1.0
		for _, c := range x.Candidates(geo.Grid, p, float64(i)) {
			if c.Probability > last || c.DistanceM < 0 || c.DistanceM > float64(i) {
				t.Fatalf("Candidates(%v, %d): %+v is out of order or reach", p, i, c)
			}
			sum, last = sum+c.Probability, c.Probability
		}
		if sum > 1+1e-9 {
			t.Fatalf("Candidates(%v, %d) sum to %v", p, i, sum)
		}
	}
}

// slowCandidates looks at every area and every edge.
func slowCandidates(x *Index, areas []geo.Area, kind geo.Kind, q geo.LatticePoint, accuracyM float64) map[string]float64 {
	plane := newPlane(q)
	out := map[string]float64{}
	for i := range areas {
		a := &areas[i]
		if a.Kind != kind {
			continue
		}
		index, _ := slices.BinarySearchFunc(x.areas, a.Ref(), func(b *geo.Area, r geo.Ref) int {
			return cmp.Or(cmp.Compare(b.Kind.Index(), r.Kind.Index()), cmp.Compare(b.Code, r.Code))
		})
		square := math.Inf(1)
		for k := range x.cells.edges {
			if e := &x.cells.edges[k]; contains(x.cells.sets.of(e.touch), uint32(index)) {
				square = min(square, plane.toEdge(e))
			}
		}
		switch distance := math.Sqrt(square); {
		case slowCovers(a.Shape, q):
			out[a.Code] = -distance
		case distance < accuracyM:
			out[a.Code] = distance
		}
	}
	return out
}

// Far outside, near, and on the edges, the search by cells finds what looking
// at everything finds, to the last bit: a stored decision is computed again and
// compared.
func TestNearestAgainstAllEdges(t *testing.T) {
	rnd := rand.New(rand.NewPCG(21, 22))
	var areas []geo.Area
	areas = append(areas, town(rnd, geo.Grid, 6, 5, 12)...)
	areas = append(areas, town(rnd, geo.District, 1, 1, 3)...)
	areas = append(areas, town(rnd, geo.Compound, 2, 2, 40)[:3]...)
	areas = append(areas, square(geo.Compound, "over", 125.5, 43.3, 125.9, 43.7)) // lies on others
	x := mustBuild(t, areas)
	var points []geo.LatticePoint
	for range 250 {
		points = append(points, geo.LatticePoint{Lon: 1_251_000_000 + rnd.Int32N(13_000_000), Lat: 430_000_000 + rnd.Int32N(12_000_000)})
	}
	for range 250 {
		ring := areas[rnd.IntN(len(areas))].Shape[0][0]
		q, _ := geo.Snap(ring[rnd.IntN(len(ring))])
		points = append(points, q, geo.LatticePoint{Lon: q.Lon + rnd.Int32N(2000) - 1000, Lat: q.Lat + rnd.Int32N(2000) - 1000})
	}
	points = append(points, geo.LatticePoint{}, geo.LatticePoint{Lon: -1_800_000_000, Lat: -900_000_000}, geo.LatticePoint{Lon: 1_800_000_000, Lat: 900_000_000})
	for i, q := range points {
		plane := newPlane(q)
		for _, kind := range []geo.Kind{geo.Grid, geo.District, geo.Compound} {
			want := math.Inf(1)
			from, to := x.span(kind)
			for k := range x.cells.edges {
				e := &x.cells.edges[k]
				list := x.cells.sets.of(e.touch)
				if j := firstAtLeast(list, from); j < len(list) && int(list[j]) < to {
					want = min(want, plane.toEdge(e))
				}
			}
			if got := x.EdgeDistanceM(kind, q.Point()); got != math.Sqrt(want) {
				t.Fatalf("EdgeDistanceM(%s, %v) = %v, want %v", kind, q, got, math.Sqrt(want))
			}
			accuracyM := []float64{0, 1, 50, 3000, 60_000, math.Inf(1)}[i%6]
			all := slowCandidates(x, areas, kind, q, accuracyM)
			got := x.Candidates(kind, q.Point(), accuracyM)
			if len(got) != len(all) {
				t.Fatalf("Candidates(%s, %v, %v) are %d, want %v", kind, q, accuracyM, len(got), all)
			}
			sum := 0.0
			probability := func(s float64) float64 {
				if accuracyM == 0 {
					return 1
				}
				return math.Erfc(s/accuracyM*sigmaPerR68/math.Sqrt2) / 2
			}
			for _, s := range all {
				sum += probability(s)
			}
			for _, c := range got {
				s, ok := all[c.Area.Code]
				if p := probability(s) / max(sum, 1); !ok || c.DistanceM != max(s, 0) || !(math.Abs(c.Probability-p) < 1e-12) {
					t.Fatalf("Candidates(%s, %v, %v) has %s at %v with %v, want %v with %v", kind, q, accuracyM, c.Area.Code, c.DistanceM, c.Probability, s, p)
				}
			}
		}
	}
}
