package geo

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/paulmach/orb"
)

// units makes a ring of lattice points given as lon, lat, lon, lat … and closes
// it.
func units(c ...int32) orb.Ring {
	var r orb.Ring
	for i := 0; i < len(c); i += 2 {
		r = append(r, LatticePoint{c[i], c[i+1]}.Point())
	}
	return append(r, r[0])
}

func TestNormalizeShapeRules(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	big := units(0, 0, 100, 0, 100, 100, 0, 100)
	hole := units(20, 20, 20, 40, 40, 40, 40, 20)
	tests := []struct {
		name  string
		shape orb.MultiPolygon
		rule  string // "" for a good one
		at    LatticePoint
	}{
		{"square", orb.MultiPolygon{{big}}, "", LatticePoint{}},
		{"with a hole", orb.MultiPolygon{{big, hole}}, "", LatticePoint{}},
		{"hole touches the outer ring once", orb.MultiPolygon{{big, units(0, 50, 40, 60, 40, 40)}}, "", LatticePoint{}},
		{"hole touches in a vertex of both", orb.MultiPolygon{{big, units(0, 0, 20, 40, 40, 20)}}, "", LatticePoint{}},
		{"holes touch once", orb.MultiPolygon{{big, hole, units(40, 40, 60, 40, 60, 60)}}, "", LatticePoint{}},
		{"island in a hole", orb.MultiPolygon{{big, hole}, {units(25, 25, 35, 25, 35, 35)}}, "", LatticePoint{}},
		{"island touches its hole", orb.MultiPolygon{{big, hole}, {units(20, 20, 35, 25, 35, 35)}}, "", LatticePoint{}},
		{"two that touch in a corner", orb.MultiPolygon{{big}, {units(100, 100, 120, 100, 120, 120)}}, "", LatticePoint{}},
		{"two that touch twice", orb.MultiPolygon{{units(0, 0, 10, 0, 10, 10, 0, 10, 5, 5)}, {units(-9, 5, 0, 0, 5, 5, 0, 10)}}, RuleSelfCrossing, LatticePoint{0, 0}},
		{"two that touch in two corners", orb.MultiPolygon{{units(0, 0, 100, 0, 100, 100, 0, 100, 50, 50)}, {units(-90, 50, 0, 0, 20, 50, 0, 100)}}, "", LatticePoint{}},

		{"nothing", nil, RuleEmpty, LatticePoint{}},
		{"no ring", orb.MultiPolygon{{}}, RuleEmpty, LatticePoint{}},
		{"empty ring", orb.MultiPolygon{{{}}}, RuleEmpty, LatticePoint{}},
		{"empty second polygon", orb.MultiPolygon{{big}, {}}, RuleEmpty, LatticePoint{}},
		{"one point", orb.MultiPolygon{{{{1, 1}}}}, RuleTooShort, LatticePoint{1e7, 1e7}},
		{"there and back", orb.MultiPolygon{{units(0, 0, 9, 9)}}, RuleTooShort, LatticePoint{}},
		{"all the same after rounding", orb.MultiPolygon{{{{1, 1}, {1.00000001, 1}, {1, 1.00000001}, {1, 1}}}}, RuleTooShort, LatticePoint{1e7, 1e7}},
		{"open", orb.MultiPolygon{{big[:4]}}, RuleNotClosed, LatticePoint{0, 100}},
		{"NaN", orb.MultiPolygon{{{{0, 0}, {1, nan}, {1, 1}, {0, 0}}}}, RuleNotFinite, LatticePoint{}},
		{"infinite", orb.MultiPolygon{{{{0, 0}, {-inf, 0}, {1, 1}, {0, 0}}}}, RuleNotFinite, LatticePoint{}},
		{"out of range", orb.MultiPolygon{{{{0, 0}, {1, 90.1}, {1, 1}, {0, 0}}}}, RuleOutOfRange, LatticePoint{}},
		{"half the world and more", orb.MultiPolygon{{{{-91, 0}, {91, 0}, {0, 1}, {-91, 0}}}}, RuleTooWide, LatticePoint{-91e7, 0}},
		{"bow tie", orb.MultiPolygon{{units(0, 0, 10, 10, 10, 0, 0, 10)}}, RuleSelfCrossing, LatticePoint{0, 0}},
		{"touches itself in a vertex", orb.MultiPolygon{{units(0, 0, 10, 10, 0, 20, 20, 20, 10, 10, 20, 0)}}, RuleSelfCrossing, LatticePoint{10, 10}},
		{"vertex on its own edge", orb.MultiPolygon{{units(0, 0, 20, 0, 20, 20, 10, 0, 0, 20)}}, RuleSelfCrossing, LatticePoint{10, 0}},
		{"walks twice along a line", orb.MultiPolygon{{units(0, 0, 30, 0, 30, 10, 20, 0, 10, 0, 0, 10)}}, RuleSelfCrossing, LatticePoint{}},
		{"spike outwards", orb.MultiPolygon{{units(0, 0, 10, 0, 20, 0, 10, 0, 10, 10)}}, RuleSpike, LatticePoint{20, 0}},
		{"spike inwards", orb.MultiPolygon{{units(0, 0, 10, 0, 10, 10, 5, 5, 8, 8)}}, RuleSpike, LatticePoint{5, 5}},
		{"spike at the first vertex", orb.MultiPolygon{{units(20, 0, 10, 0, 10, 10, 0, 0)}}, RuleSpike, LatticePoint{20, 0}},
		{"flat", orb.MultiPolygon{{units(0, 0, 10, 0, 20, 0)}}, RuleSpike, LatticePoint{0, 0}},
		{"hole outside", orb.MultiPolygon{{big, units(200, 0, 210, 0, 210, 10)}}, RuleHoleOutside, LatticePoint{200, 0}},
		{"hole outside, within the box", orb.MultiPolygon{{units(0, 0, 100, 0, 0, 100), units(80, 80, 90, 80, 90, 90)}}, RuleHoleOutside, LatticePoint{80, 80}},
		{"hole round the outer ring", orb.MultiPolygon{{hole, big}}, RuleHoleOutside, LatticePoint{0, 0}},
		{"hole crosses the outer ring", orb.MultiPolygon{{big, units(50, 50, 150, 50, 50, 60)}}, RuleSelfCrossing, LatticePoint{}},
		{"hole crosses in vertices", orb.MultiPolygon{{units(0, 0, 100, 0, 50, 50, 100, 100, 0, 100), units(20, 45, 50, 50, 80, 55, 20, 55)}}, RuleSelfCrossing, LatticePoint{}},
		{"hole bridges a notch", orb.MultiPolygon{{units(0, 0, 100, 0, 100, 100, 50, 50, 0, 100), units(0, 100, 100, 100, 50, 60)}}, RuleHoleOutside, LatticePoint{}},
		{"hole shares an edge", orb.MultiPolygon{{big, units(0, 20, 0, 40, 30, 30)}}, RuleSelfCrossing, LatticePoint{}},
		{"hole touches twice", orb.MultiPolygon{{big, units(0, 50, 50, 100, 50, 50)}}, RuleInteriorParts, LatticePoint{}},
		{"holes in a chain from side to side", orb.MultiPolygon{{big, units(0, 50, 50, 60, 50, 40), units(50, 60, 60, 60, 100, 50)}}, RuleInteriorParts, LatticePoint{}},
		{"hole in a hole", orb.MultiPolygon{{big, hole, units(25, 25, 35, 25, 35, 35)}}, RuleHolesNested, LatticePoint{25, 25}},
		{"the same hole twice", orb.MultiPolygon{{big, hole, hole}}, RuleSelfCrossing, LatticePoint{}},
		{"polygon in a polygon", orb.MultiPolygon{{big}, {hole}}, RuleOverlap, LatticePoint{}},
		{"polygons cross", orb.MultiPolygon{{big}, {units(50, 50, 150, 50, 150, 150)}}, RuleSelfCrossing, LatticePoint{}},
		{"polygons share an edge", orb.MultiPolygon{{big}, {units(100, 0, 200, 0, 200, 100, 100, 100)}}, RuleSelfCrossing, LatticePoint{}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := NormalizeShape(tt.shape)
			if tt.rule == "" {
				if err != nil {
					t.Fatalf("NormalizeShape = %v, want no fault", err)
				}
				checkNormal(t, got)
				return
			}
			var g *GeometryError
			if !errors.As(err, &g) || g.Rule != tt.rule || !errors.Is(err, ErrInvalid) {
				t.Fatalf("NormalizeShape = %v, %v, want %q", got, err, tt.rule)
			}
			if q, _ := Snap(g.At); tt.at != (LatticePoint{}) && q != tt.at {
				t.Errorf("the fault is at %v, want %v", q, tt.at)
			}
		})
	}
}

func checkNormal(t *testing.T, shape orb.MultiPolygon) {
	t.Helper()
	for _, polygon := range shape {
		for i, ring := range polygon {
			want := orb.CCW
			if i > 0 {
				want = orb.CW
			}
			if !ring.Closed() || ring.Orientation() != want {
				t.Errorf("ring %d is not closed or turns the wrong way: %v", i, ring)
			}
			for k, p := range ring {
				if !OnLattice(p) || (k > 0 && ring[k-1] == p) {
					t.Errorf("vertex %v is off the lattice or there twice", p)
				}
			}
		}
	}
	again, err := NormalizeShape(shape)
	if err != nil || !again.Equal(shape) {
		t.Errorf("normalizing again gives %v, %v", again, err)
	}
}

func TestNormalizeShapeMakesNew(t *testing.T) {
	in := orb.MultiPolygon{{{{0, 0}, {0, 1}, {0, 1}, {1.00000004, 1}, {1, 0}, {0, 0}}}}
	before := in.Clone()
	got, err := NormalizeShape(in)
	want := orb.MultiPolygon{{{{0, 0}, {1, 0}, {1, 1}, {0, 1}, {0, 0}}}}
	if err != nil || !got.Equal(want) {
		t.Errorf("NormalizeShape = %v, %v, want %v", got, err, want)
	}
	if !in.Equal(before) {
		t.Errorf("the argument became %v", in)
	}
}

// star makes a rough ring of n vertices round a place.
func star(rnd *rand.Rand, n int, lon, lat, radius float64) orb.Ring {
	ring := make(orb.Ring, 0, n+1)
	for i := range n {
		angle := 2 * math.Pi * float64(i) / float64(n)
		r := radius * (1 + 0.3*math.Sin(9*angle) + 0.05*rnd.Float64())
		sin, cos := math.Sincos(angle)
		ring = append(ring, orb.Point{lon + r*cos, lat + r*sin})
	}
	return append(ring, ring[0])
}

// The sweep over cells must find a crossing wherever it is, as a look at all
// pairs does.
func TestNormalizeShapeAgainstAllPairs(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	good, bad := 0, 0
	for range 3000 {
		n := 4 + rnd.IntN(9)
		ring := star(rnd, n, 0, 0, 4e-6) // some tens of units: touches are frequent
		for range rnd.IntN(3) {
			i := rnd.IntN(n)
			ring[i] = orb.Point{(rnd.Float64() - 0.5) * 1e-5, (rnd.Float64() - 0.5) * 1e-5}
		}
		ring[n] = ring[0]
		_, err := NormalizeShape(orb.MultiPolygon{{ring}})
		var r latticeRing
		if r.read(ring) != nil {
			continue // a fault of one corner, found before
		}
		want := false
		for i := range r.corners {
			for j := range i {
				a, b := r.corners[i], r.corners[(i+1)%len(r.corners)]
				c, d := r.corners[j], r.corners[(j+1)%len(r.corners)]
				if b != c && d != a && slowMeet(a, b, c, d) {
					want = true
				}
			}
		}
		if (err != nil) != want {
			t.Fatalf("NormalizeShape(%v) = %v, want a fault: %v", r.corners, err, want)
		}
		if want {
			bad++
		} else {
			good++
		}
	}
	if good < 100 || bad < 100 {
		t.Errorf("%d good and %d bad rings: the test tests nothing", good, bad)
	}
}

func slowMeet(a, b, c, d LatticePoint) bool {
	s1, s2, s3, s4 := sign(orient(a, b, c)), sign(orient(a, b, d)), sign(orient(c, d, a)), sign(orient(c, d, b))
	if s1 != s2 && s3 != s4 {
		return true
	}
	return s1 == 0 && onSegment(a, b, c) || s2 == 0 && onSegment(a, b, d) ||
		s3 == 0 && onSegment(c, d, a) || s4 == 0 && onSegment(c, d, b)
}

func TestNormalizeShapeIsQuick(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	comb := orb.Ring{{0, 1}, {0, 0}} // 25,000 teeth, each as high as the whole
	for i := range int32(25000) {
		comb = append(comb, LatticePoint{4*i + 2, 5e6}.Point(), LatticePoint{4*i + 4, 0}.Point())
	}
	comb = append(comb, orb.Point{0.01, 1}, comb[0])
	shapes := map[string]orb.MultiPolygon{
		"rough ring of 50,000": {{star(rnd, 50000, 125.66, 43.52, 0.2)}},
		"comb of 50,000":       {{comb}},
	}
	for name, shape := range shapes {
		from := time.Now()
		if _, err := NormalizeShape(shape); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		// A quadratic method takes over 10 s; this one 0.1 s.
		if d := time.Since(from); d > 3*time.Second {
			t.Errorf("%s took %v", name, d)
		}
	}
}

func BenchmarkNormalizeShape(b *testing.B) {
	for _, n := range []int{100, 10000} {
		shape := orb.MultiPolygon{{star(rand.New(rand.NewPCG(1, 2)), n, 125.66, 43.52, 0.2)}}
		b.Run(map[int]string{100: "100 vertices", 10000: "10000 vertices"}[n], func(b *testing.B) {
			b.ReportAllocs()
			for range b.N {
				if _, err := NormalizeShape(shape); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func FuzzNormalizeShape(f *testing.F) {
	f.Add([]byte{0, 0, 9, 0, 9, 9, 0, 9})
	f.Add([]byte{0, 0, 90, 0, 90, 90, 0, 90, 255, 10, 10, 10, 20, 20, 20})
	f.Fuzz(func(t *testing.T, in []byte) {
		var polygon orb.Polygon
		for part := range slices.Values(splitAt(in, 255)) {
			var c []int32
			for _, b := range part[:len(part)/2*2] {
				c = append(c, int32(b))
			}
			if len(c) > 0 {
				polygon = append(polygon, units(c...))
			}
		}
		got, err := NormalizeShape(orb.MultiPolygon{polygon})
		if err != nil {
			if !errors.Is(err, ErrInvalid) {
				t.Fatalf("%v is not ErrInvalid", err)
			}
			return
		}
		checkNormal(t, got)
		if a := AreaM2(got); a <= 0 {
			t.Fatalf("a good shape has %v m²: %v", a, got)
		}
		p, ok := PointOnSurface(got)
		if q, _ := Snap(p); !ok || !slowShapeCovers(got, q) {
			t.Fatalf("PointOnSurface(%v) = %v, %v, which lies outside", got, p, ok)
		}
	})
}

func splitAt(in []byte, at byte) (out [][]byte) {
	for {
		i := slices.Index(in, at)
		if i < 0 {
			return append(out, in)
		}
		out, in = append(out, in[:i]), in[i+1:]
	}
}

// slowShapeCovers is even-odd over all edges, with edges counted in.
func slowShapeCovers(shape orb.MultiPolygon, q LatticePoint) bool {
	in := false
	for _, polygon := range shape {
		for _, ring := range polygon {
			for i := range ring[1:] {
				a, _ := Snap(ring[i])
				b, _ := Snap(ring[i+1])
				side := orient(a, b, q)
				if side == 0 && onSegment(a, b, q) {
					return true
				}
				if (a.Lat > q.Lat) != (b.Lat > q.Lat) && (side > 0) == (b.Lat > a.Lat) {
					in = !in
				}
			}
		}
	}
	return in
}
