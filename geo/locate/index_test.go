package locate

import (
	"math"
	"math/rand/v2"
	"sync"
	"testing"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/paulmach/orb"
)

var pictures = map[string]picture{
	"square": draw(`
		.....
		.aaa.
		.aaa.
		.....`),
	"two that share an edge, the lower code has it": draw(`
		bbbaaa
		bbbaaa`),
	"four at one corner": draw(`
		ddbb
		ddbb
		aacc
		aacc`),
	"hole, whose edge counts in": draw(`
		aaaaa
		a...a
		a...a
		aaaaa`),
	"hole filled by another": draw(`
		bbbbb
		baaab
		baaab
		bbbbb`),
	"island in a hole, and an island in its hole": draw(`
		aaaaaaaaaaa
		a.........a
		a.bbbbbbb.a
		a.b.....b.a
		a.b.aaa.b.a
		a.b.....b.a
		a.bbbbbbb.a
		a.........a
		aaaaaaaaaaa`),
	"rings that touch in a corner": draw(`
		aa...
		aa...
		..aaa
		..a.a
		..aaa`),
	"holes that touch in a corner": draw(`
		aaaaaa
		aa..aa
		aaa.aa
		a..aaa
		aaaaaa`),
	"teeth": draw(`
		a.a.a.b
		a.a.a.b
		aaaaabb
		b.b.b.b
		bbbbbbb`),
	"spiral": draw(`
		aaaaaaaaa
		a.......a
		a.aaaaa.a
		a.a...a.a
		a.a.aaa.a
		a.a.....a
		a.aaaaaaa
		a........
		aaaaaaaaa`),
	"three parts": draw(`
		a..b..a
		...b...
		bbbbbbb
		...b...
		a..b..c`),
}

// Every point of the drawings is known without any geometry: it lies in the
// squares that hold it.
func TestLocateDrawings(t *testing.T) {
	for name, p := range pictures {
		t.Run(name, func(t *testing.T) {
			areas := p.areas(geo.Grid)
			for i := range areas {
				clean, err := geo.NormalizeShape(areas[i].Shape)
				if err != nil {
					t.Fatalf("the drawing of %s is no good shape: %v", areas[i].Code, err)
				}
				areas[i].Shape = clean
			}
			for _, cells := range []int{0, 1, 7} {
				x, err := Build(areas, Config{MaxCells: cells})
				if err != nil {
					t.Fatal(err)
				}
				for lat := int32(-7); lat < int32(len(p)*pictureStep+7); lat++ {
					for lon := int32(-7); lon < int32(p.width()*pictureStep+7); lon++ {
						q := geo.LatticePoint{Lon: lon, Lat: lat}
						want := ""
						for _, c := range p.owners(q) {
							if want == "" || string(c) < want {
								want = string(c)
							}
						}
						if got := codeAt(x, geo.Grid, q); got != want {
							t.Fatalf("LocateLattice(%v) with %d cells = %q, want %q", q, cells, got, want)
						}
					}
				}
			}
		})
	}
}

func codeAt(x *Index, kind geo.Kind, q geo.LatticePoint) string {
	m := x.LocateLattice(q)
	if a := m.Area(kind); a != nil {
		return a.Code
	}
	return ""
}

func TestLocateStrangePoints(t *testing.T) {
	x := mustBuild(t, district(rand.New(rand.NewPCG(1, 2))))
	nan, inf := math.NaN(), math.Inf(1)
	tests := []struct {
		name string
		p    orb.Point
		ok   bool
	}{
		{"NaN", orb.Point{nan, nan}, false},
		{"lon NaN", orb.Point{nan, 43.5}, false},
		{"lat NaN", orb.Point{125.6, nan}, false},
		{"+Inf", orb.Point{inf, 43.5}, false},
		{"-Inf", orb.Point{125.6, -inf}, false},
		{"swapped", orb.Point{43.52, 125.66}, false},
		{"just past 180", orb.Point{180.0000001, 0}, false},
		{"just past the pole", orb.Point{0, -90.0000001}, false},
		{"180", orb.Point{180, 43.5}, true},
		{"-180", orb.Point{-180, 43.5}, true},
		{"north pole", orb.Point{0, 90}, true},
		{"south pole", orb.Point{125.6, -90}, true},
		{"corners of the world", orb.Point{-180, -90}, true},
		{"null island", orb.Point{0, 0}, true},
		{"west of all", orb.Point{125, 43.5}, true},
		{"north of all", orb.Point{125.6, 44.5}, true},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			m, ok := x.Locate(tt.p)
			if ok != tt.ok || !m.Empty() {
				t.Errorf("Locate(%v) = %v, %v, want nothing, %v", tt.p, m.Names(), ok, tt.ok)
			}
		})
	}
	if m, ok := x.Locate(orb.Point{125.66, 43.52}); !ok || m.Empty() {
		t.Errorf("Locate(125.66, 43.52) = %v, %v, want areas", m.Names(), ok)
	}
}

func TestEmptyIndex(t *testing.T) {
	x := mustBuild(t, nil)
	if m, ok := x.Locate(orb.Point{125.66, 43.52}); !ok || !m.Empty() {
		t.Errorf("Locate on an empty index = %v, %v, want nothing, true", m.Names(), ok)
	}
	if d := x.EdgeDistanceM(geo.Grid, orb.Point{125.66, 43.52}); !math.IsInf(d, 1) {
		t.Errorf("EdgeDistanceM on an empty index = %v, want +Inf", d)
	}
	if c := x.Candidates(geo.Grid, orb.Point{125.66, 43.52}, 100); len(c) != 0 {
		t.Errorf("Candidates on an empty index = %v, want none", c)
	}
	if x.Bound() != (orb.Bound{}) || x.Len() != 0 || len(x.Areas(geo.Grid)) != 0 {
		t.Errorf("an empty index has bound %v and %d areas", x.Bound(), x.Len())
	}
}

// Lattice points beside the edges are where a wrong sign would show.
func TestLocateAgainstLinearScan(t *testing.T) {
	for _, seed := range []uint64{1, 2, 3} {
		rnd := rand.New(rand.NewPCG(seed, 0))
		var areas []geo.Area
		areas = append(areas, town(rnd, geo.Grid, 5, 4, 30)...)
		areas = append(areas, town(rnd, geo.Village, 3, 6, 7)...)
		x := mustBuild(t, areas)
		check := func(q geo.LatticePoint) {
			t.Helper()
			for _, k := range []geo.Kind{geo.Grid, geo.Village} {
				if got, want := codeAt(x, k, q), slowLocate(areas, k, q); got != want {
					t.Fatalf("seed %d: %s at %v = %q, want %q", seed, k, q, got, want)
				}
			}
		}
		for _, p := range randomPoints(rnd, 3000) {
			q, _ := geo.Snap(p)
			check(q)
		}
		for range 1500 {
			ring := areas[rnd.IntN(len(areas))].Shape[0][0]
			i := rnd.IntN(len(ring) - 1)
			a, _ := geo.Snap(ring[i])
			b, _ := geo.Snap(ring[i+1])
			check(a)
			for _, q := range beside(a, b, rnd.Float64()) {
				check(q)
			}
		}
	}
}

// beside gives the lattice points next to the point at t of the edge from a to b.
func beside(a, b geo.LatticePoint, t float64) []geo.LatticePoint {
	lon := float64(a.Lon) + t*(float64(b.Lon)-float64(a.Lon))
	lat := float64(a.Lat) + t*(float64(b.Lat)-float64(a.Lat))
	var out []geo.LatticePoint
	for _, dy := range []float64{0, 1} {
		for _, dx := range []float64{0, 1} {
			out = append(out, geo.LatticePoint{Lon: int32(math.Floor(lon) + dx), Lat: int32(math.Floor(lat) + dy)})
		}
	}
	return out
}

// Slivers one unit wide and edges as long as an index takes.
func TestLocateSliversAndLongEdges(t *testing.T) {
	const far = MaxExtent - 1
	ring := func(c ...int32) orb.Ring {
		var r orb.Ring
		for i := 0; i < len(c); i += 2 {
			r = append(r, geo.LatticePoint{Lon: c[i], Lat: c[i+1]}.Point())
		}
		return append(r, r[0])
	}
	const w, s = -500_000_000, -500_000_000
	areas := []geo.Area{
		{Kind: geo.Grid, Code: "1", Shape: orb.MultiPolygon{{ring(w, s, w+far, s+far-1, w+far, s+far)}}},
		{Kind: geo.Grid, Code: "2", Shape: orb.MultiPolygon{{ring(w, s, w+far, s+far, w+1, s+2)}}},
		{Kind: geo.Grid, Code: "3", Shape: orb.MultiPolygon{{ring(w+far, s, w+far, s+1, w+2, s+1)}}},
	}
	x := mustBuild(t, areas)
	rnd := rand.New(rand.NewPCG(9, 9))
	hits := map[string]int{}
	for range 20000 {
		shape := areas[rnd.IntN(len(areas))].Shape[0][0]
		i := rnd.IntN(len(shape) - 1)
		a, _ := geo.Snap(shape[i])
		b, _ := geo.Snap(shape[i+1])
		for _, q := range beside(a, b, rnd.Float64()) {
			got, want := codeAt(x, geo.Grid, q), slowLocate(areas, geo.Grid, q)
			if got != want {
				t.Fatalf("at %v = %q, want %q", q, got, want)
			}
			hits[got]++
		}
	}
	for _, code := range []string{"1", "2", "3", ""} {
		if hits[code] == 0 {
			t.Errorf("no point in %q: the test tests nothing", code)
		}
	}
}

// Areas of one kind that lie on each other, as an unchecked import has them.
func TestLocateOverlappingAreas(t *testing.T) {
	rnd := rand.New(rand.NewPCG(4, 2))
	var areas []geo.Area
	for i := range 60 {
		w, s := 125.44+0.5*rnd.Float64(), 43.26+0.5*rnd.Float64()
		var ring orb.Ring
		for k := range 7 {
			sin, cos := math.Sincos(2 * math.Pi * float64(k) / 7)
			r := 0.2 * rnd.Float64()
			p, _ := geo.Round(orb.Point{w + r*cos, s + r*sin})
			ring = append(ring, p)
		}
		areas = append(areas, geo.Area{Kind: geo.Grid, Code: string(rune('A' + i)), Shape: orb.MultiPolygon{{append(ring, ring[0])}}})
	}
	for _, cells := range []int{0, 50} {
		x, err := Build(areas, Config{MaxCells: cells})
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range randomPoints(rnd, 10000) {
			q, _ := geo.Snap(p)
			if got, want := codeAt(x, geo.Grid, q), slowLocate(areas, geo.Grid, q); got != want {
				t.Fatalf("at %v with %d cells = %q, want the lowest code %q", q, cells, got, want)
			}
		}
	}
}

// An index is read by many at once, for the race detector to see.
func TestLocateFromManySides(t *testing.T) {
	areas := district(rand.New(rand.NewPCG(1, 2)))
	x := mustBuild(t, areas)
	points := randomPoints(rand.New(rand.NewPCG(5, 6)), 2000)
	want := make([]geo.Match, len(points))
	for i, p := range points {
		want[i], _ = x.Locate(p)
	}
	var wait sync.WaitGroup
	for range 4 {
		wait.Go(func() {
			for i, p := range points {
				if m, _ := x.Locate(p); m != want[i] {
					t.Errorf("Locate(%v) = %v, want %v", p, m.Names(), want[i].Names())
				}
				x.EdgeDistanceM(geo.Grid, p)
				x.Candidates(geo.VillageGroup, p, 50)
			}
		})
	}
	wait.Wait()
}

// FuzzLocate makes areas of any rings: the bytes are corners, in lattice units,
// and 127 ends a ring.
func FuzzLocate(f *testing.F) {
	f.Add([]byte{0, 0, 9, 0, 9, 9, 0, 9}, uint8(0), int8(4), int8(4))
	f.Add([]byte{0, 0, 9, 9, 9, 0, 0, 9, 4, 4}, uint8(3), int8(4), int8(4))
	f.Add([]byte{0, 0, 8, 0, 8, 8, 0, 8, 127, 127, 8, 0, 16, 0, 16, 8, 8, 8, 127, 127, 4, 4, 4, 4, 4, 4}, uint8(200), int8(8), int8(4))
	f.Fuzz(func(t *testing.T, corners []byte, cells uint8, lon, lat int8) {
		var areas []geo.Area
		var ring orb.Ring
		end := func() {
			if len(ring) > 0 {
				kind := geo.Kinds()[len(areas)%2]
				areas = append(areas, geo.Area{Kind: kind, Code: string(rune('z' - len(areas))), Shape: orb.MultiPolygon{{append(ring, ring[0])}}})
				ring = nil
			}
		}
		for i := 0; i+1 < len(corners) && len(areas) < 20; i += 2 {
			if corners[i] == 127 {
				end()
				continue
			}
			ring = append(ring, geo.LatticePoint{Lon: int32(int8(corners[i])), Lat: int32(int8(corners[i+1]))}.Point())
		}
		end()
		x, err := Build(areas, Config{MaxCells: int(cells)})
		if err != nil {
			return
		}
		points := []geo.LatticePoint{{Lon: int32(lon), Lat: int32(lat)}}
		for _, a := range areas {
			q, _ := geo.Snap(a.Shape[0][0][0])
			points = append(points, around(q)...)
		}
		for _, q := range points {
			for _, k := range geo.Kinds() {
				if got, want := codeAt(x, k, q), slowLocate(areas, k, q); got != want {
					t.Fatalf("%s at %v = %q, want %q", k, q, got, want)
				}
			}
		}
	})
}
