package locate

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/google/uuid"
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

func square(kind geo.Kind, code string, west, south, east, north float64) geo.Area {
	return geo.Area{Kind: kind, Code: code, Shape: orb.MultiPolygon{{{
		{west, south}, {east, south}, {east, north}, {west, north}, {west, south},
	}}}}
}

func TestBuildRefuses(t *testing.T) {
	id := uuid.MustParse("0190a0a0-0000-7000-8000-000000000001")
	good := square(geo.Grid, "g1", 125, 43, 126, 44)
	with := func(change func(a *geo.Area)) []geo.Area {
		a := square(geo.Grid, "g2", 125, 43, 126, 44)
		change(&a)
		return []geo.Area{good, a}
	}
	tests := []struct {
		name  string
		areas []geo.Area
		code  string // of the Problem; "" for a GeometryError
	}{
		{"wider than the limit", []geo.Area{square(geo.District, "d", 0, 0, MaxExtent/geo.Scale, 1)}, "extent-too-large"},
		{"higher than the limit", []geo.Area{square(geo.District, "d", 0, -54, 1, 54)}, "extent-too-large"},
		{"apart by more than the limit", []geo.Area{good, square(geo.Grid, "g2", -80, 40, -79, 41)}, "extent-too-large"},
		{"the world", []geo.Area{square(geo.District, "d", -180, -90, 180, 90)}, "extent-too-large"},
		{"kind unknown", with(func(a *geo.Area) { a.Kind = "parish" }), "unknown-kind"},
		{"code missing", with(func(a *geo.Area) { a.Code = "" }), "no-code"},
		{"code twice", with(func(a *geo.Area) { a.Code = "g1" }), "duplicate-code"},
		{"id twice", append(with(func(a *geo.Area) { a.ID = id }), geo.Area{ID: id, Kind: geo.Village, Code: "v", Shape: good.Shape}), "duplicate-id"},
		{"no shape", with(func(a *geo.Area) { a.Shape = nil }), ""},
		{"polygon without rings", with(func(a *geo.Area) { a.Shape = orb.MultiPolygon{{}} }), ""},
		{"empty ring", with(func(a *geo.Area) { a.Shape = orb.MultiPolygon{{{}}} }), ""},
		{"open ring", with(func(a *geo.Area) { a.Shape = orb.MultiPolygon{{{{1, 1}, {2, 1}, {2, 2}, {1, 2}}}} }), ""},
		{"two corners", with(func(a *geo.Area) { a.Shape = orb.MultiPolygon{{{{1, 1}, {2, 1}, {1, 1}}}} }), ""},
		{"off the lattice", with(func(a *geo.Area) { a.Shape = orb.MultiPolygon{{{{1, 1}, {2, 1}, {2.00000003, 2}, {1, 1}}}} }), ""},
		{"not a number", with(func(a *geo.Area) { a.Shape = orb.MultiPolygon{{{{1, 1}, {math.NaN(), 1}, {2, 2}, {1, 1}}}} }), ""},
		{"out of range", with(func(a *geo.Area) { a.Shape = orb.MultiPolygon{{{{1, 1}, {181, 1}, {2, 2}, {1, 1}}}} }), ""},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			_, err := Build(tt.areas, Config{})
			if !errors.Is(err, geo.ErrInvalid) {
				t.Fatalf("Build = %v, want ErrInvalid", err)
			}
			var p *geo.Problem
			var g *geo.GeometryError
			if tt.code == "" && !errors.As(err, &g) {
				t.Errorf("Build = %v, want a GeometryError", err)
			}
			if tt.code != "" && (!errors.As(err, &p) || p.Code != tt.code) {
				t.Errorf("Build = %v, want a problem %s", err, tt.code)
			}
		})
	}
	t.Run("as wide as can be", func(t *testing.T) {
		east := geo.LatticePoint{Lon: MaxExtent - 1}.Point()[0]
		x := mustBuild(t, []geo.Area{square(geo.District, "d", 0, -50, east, 50)})
		for _, p := range []orb.Point{{0, -50}, {east, 50}, {50, 0}, {east, 0}} {
			if m, ok := x.Locate(p); !ok || m.Area(geo.District) == nil {
				t.Errorf("Locate(%v) is empty, want the district", p)
			}
		}
		if m, _ := x.Locate(orb.Point{east + 1e-7, 0}); !m.Empty() {
			t.Errorf("Locate one unit east of it is not empty")
		}
	})
}

func TestLookups(t *testing.T) {
	id := uuid.MustParse("0190a0a0-0000-7000-8000-000000000007")
	areas := []geo.Area{
		square(geo.Grid, "b", 1, 0, 2, 1), square(geo.Grid, "a", 0, 0, 1, 1), square(geo.Grid, "B", 5, 5, 6, 6),
		square(geo.Village, "a", 0, 0, 2, 1), square(geo.Village, "v", 7, 0, 8, 1),
	}
	areas[4].ID = id
	x := mustBuild(t, areas)
	areas[0].Code = "changed afterwards"
	codes := func(as []*geo.Area) string {
		s := ""
		for _, a := range as {
			s += a.Code
		}
		return s
	}
	if got := codes(x.Areas(geo.Grid)); got != "Bab" {
		t.Errorf("Areas(grid) = %q, want Bab: bytewise order", got)
	}
	if got := codes(x.All()); got != "avBab" {
		t.Errorf("All() = %q, want avBab", got)
	}
	if a, ok := x.Area(geo.Village, "v"); !ok || a.Code != "v" {
		t.Errorf("Area(village, v) = %v, %v", a, ok)
	}
	if _, ok := x.Area(geo.Village, "b"); ok {
		t.Error("Area(village, b) is there, want none")
	}
	if a, ok := x.ByID(id); !ok || a.Code != "v" {
		t.Errorf("ByID = %v, %v, want v", a, ok)
	}
	if _, ok := x.ByID(uuid.UUID{}); ok {
		t.Error("ByID(zero) is there, want none")
	}
	if got := codes(x.Within(geo.Grid, orb.Bound{Min: orb.Point{1, 1}, Max: orb.Point{3, 3}})); got != "ab" {
		t.Errorf("Within = %q, want ab: a touch counts", got)
	}
	if got := x.Within("parish", orb.Bound{Max: orb.Point{9, 9}}); len(got) != 0 {
		t.Errorf("Within(parish) = %v, want none", got)
	}
	if got, want := x.Bound(), (orb.Bound{Max: orb.Point{8, 6}}); got != want {
		t.Errorf("Bound() = %v, want %v", got, want)
	}
	for ref, want := range map[string]error{
		"grid:a": nil, "village:a": nil, "b": nil, "v": nil, "a": geo.ErrInvalid, "zz": geo.ErrNotFound, "grid:v": geo.ErrNotFound,
	} {
		r, err := geo.ParseRef(ref)
		if err != nil {
			t.Fatal(err)
		}
		a, err := x.Find(r)
		if !errors.Is(err, want) || (want == nil && (a == nil || a.Code != r.Code)) {
			t.Errorf("Find(%s) = %v, %v, want error %v", ref, a, err, want)
		}
	}
}

func FuzzLocate(f *testing.F) {
	f.Add([]byte{0, 0, 9, 0, 9, 9, 0, 9}, int8(4), int8(4))
	f.Add([]byte{0, 0, 9, 9, 9, 0, 0, 9, 4, 4}, int8(4), int8(4))
	f.Fuzz(func(t *testing.T, corners []byte, lon, lat int8) {
		var ring orb.Ring
		for i := 0; i+1 < len(corners); i += 2 {
			ring = append(ring, geo.LatticePoint{Lon: int32(int8(corners[i])), Lat: int32(int8(corners[i+1]))}.Point())
		}
		if len(ring) == 0 {
			return
		}
		areas := []geo.Area{{Kind: geo.Grid, Code: "g", Shape: orb.MultiPolygon{{append(ring, ring[0])}}}}
		x, err := Build(areas, Config{MaxCells: len(corners)})
		if err != nil {
			return
		}
		q := geo.LatticePoint{Lon: int32(lon), Lat: int32(lat)}
		if got, want := codeAt(x, geo.Grid, q), slowLocate(areas, geo.Grid, q); got != want {
			t.Fatalf("at %v = %q, want %q", q, got, want)
		}
	})
}
