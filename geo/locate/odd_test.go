package locate

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/paulmach/orb"
)

// ringThrough gives the closed ring through lattice points.
func ringThrough(corners ...geo.LatticePoint) orb.Ring {
	var r orb.Ring
	for _, q := range corners {
		r = append(r, q.Point())
	}
	return append(r, r[0])
}

// compare looks points up in every form an index takes, and the long way.
func compare(t *testing.T, areas []geo.Area, points []geo.LatticePoint, cells ...int) {
	t.Helper()
	for _, n := range cells {
		x, err := Build(areas, Config{MaxCells: n})
		if err != nil {
			t.Fatalf("Build: %v", err)
		}
		for _, q := range points {
			m := x.LocateLattice(q)
			if long := x.cells.exact(q); long != m {
				t.Fatalf("at %v with %d cells: LocateLattice %v and the exact way %v differ", q, n, m.Names(), long.Names())
			}
			for _, k := range geo.Kinds() {
				got := ""
				if a := m.Area(k); a != nil {
					got = a.Code
				}
				if want := slowLocate(areas, k, q); got != want {
					t.Fatalf("%s at %v with %d cells = %q, want %q; areas %v", k, q, n, got, want, shapesOf(areas))
				}
			}
		}
	}
}

func shapesOf(areas []geo.Area) string {
	s := ""
	for _, a := range areas {
		s += fmt.Sprintf("\n%s %v", a.Ref(), a.Shape)
	}
	return s
}

// window gives all lattice points of a square and two units round it.
func window(low, high int32) (out []geo.LatticePoint) {
	for lat := low - 2; lat <= high+2; lat++ {
		for lon := low - 2; lon <= high+2; lon++ {
			out = append(out, geo.LatticePoint{Lon: lon, Lat: lat})
		}
	}
	return out
}

// Compounds ten metres wide in a district of sixty kilometres, a dozen of them
// in one cell, some with a courtyard.
func TestLocateTenMetreCompounds(t *testing.T) {
	rnd := rand.New(rand.NewPCG(13, 14))
	const width, height = 1240, 900 // units of longitude and latitude
	areas := []geo.Area{square(geo.District, "d", 125.4, 43.2, 126.1, 43.8)}
	var corners [13][13]geo.LatticePoint
	for i := range corners {
		for k := range corners[i] {
			corners[i][k] = geo.LatticePoint{
				Lon: 1_256_600_000 + int32(i)*width + rnd.Int32N(width/2), Lat: 435_200_000 + int32(k)*height + rnd.Int32N(height/2)}
		}
	}
	var points []geo.LatticePoint
	for i := range 12 {
		for k := range 12 {
			a, b, c, d := corners[i][k], corners[i+1][k], corners[i+1][k+1], corners[i][k+1]
			shape := orb.MultiPolygon{{ringThrough(a, b, c, d)}}
			if middle := (geo.LatticePoint{Lon: a.Lon/2 + c.Lon/2, Lat: a.Lat/2 + c.Lat/2}); (i+k)%3 == 0 {
				hole := ringThrough(middle, geo.LatticePoint{Lon: middle.Lon, Lat: middle.Lat + 40}, geo.LatticePoint{Lon: middle.Lon + 50, Lat: middle.Lat})
				shape[0] = append(shape[0], hole)
				points = append(points, around(middle)...)
			}
			areas = append(areas, geo.Area{Kind: geo.Compound, Code: fmt.Sprintf("%03d", rnd.IntN(7)*144+i*12+k), Shape: shape})
			points = append(append(points, around(a)...), beside(a, b, rnd.Float64())...)
			points = append(append(points, beside(b, c, rnd.Float64())...), beside(a, c, rnd.Float64())...)
		}
	}
	compare(t, areas, points, 1, 100, 0)
}

// Any rings at all: they cross themselves and each other, lie on each other,
// have spikes, run along cell borders and through cell corners. Every lattice
// point round them is asked for.
func TestLocateAnyRings(t *testing.T) {
	for seed := range uint64(250) {
		rnd := rand.New(rand.NewPCG(seed, 77))
		step := int32(1) << rnd.IntN(4) // on multiples of 8 everything meets cell borders
		var areas []geo.Area
		for i := range 1 + rnd.IntN(6) {
			var shape orb.MultiPolygon
			for range 1 + rnd.IntN(3) {
				corners := make([]geo.LatticePoint, 3+rnd.IntN(6))
				for k := range corners {
					corners[k] = geo.LatticePoint{Lon: step * rnd.Int32N(24/step+1), Lat: step * rnd.Int32N(24/step+1)}
				}
				shape = append(shape, orb.Polygon{ringThrough(corners...)})
			}
			kind := geo.Kinds()[rnd.IntN(6)]
			areas = append(areas, geo.Area{Kind: kind, Code: fmt.Sprintf("%c", 'z'-i), Shape: shape})
			if rnd.IntN(4) == 0 { // the same once more
				areas = append(areas, geo.Area{Kind: kind, Code: fmt.Sprintf("%c2", 'a'+i), Shape: shape})
			}
		}
		compare(t, areas, window(0, 24), 1, 4, 30, 1000)
	}
}

// The same, far apart: edges as long as an index takes, far from zero.
func TestLocateAnyLargeRings(t *testing.T) {
	for seed := range uint64(120) {
		rnd := rand.New(rand.NewPCG(seed, 78))
		scale := int32(1) << (rnd.IntN(26)) // from a few units to a country
		origin := geo.LatticePoint{Lon: rnd.Int32N(1_000_000_000) - 700_000_000, Lat: rnd.Int32N(80_000_000) - 640_000_000}
		var areas []geo.Area
		var points []geo.LatticePoint
		for i := range 1 + rnd.IntN(5) {
			corners := make([]geo.LatticePoint, 3+rnd.IntN(6))
			for k := range corners {
				corners[k] = geo.LatticePoint{Lon: origin.Lon + scale*rnd.Int32N(25), Lat: origin.Lat + scale*rnd.Int32N(25)}
				if rnd.IntN(2) == 0 {
					corners[k].Lon += rnd.Int32N(scale)
					corners[k].Lat += rnd.Int32N(scale)
				}
			}
			areas = append(areas, geo.Area{Kind: geo.Kinds()[rnd.IntN(2)], Code: fmt.Sprint(i), Shape: orb.MultiPolygon{{ringThrough(corners...)}}})
			for k, a := range corners {
				points = append(points, around(a)...)
				b := corners[(k+1)%len(corners)]
				for range 8 {
					points = append(points, beside(a, b, rnd.Float64())...)
				}
			}
		}
		for range 100 {
			points = append(points, geo.LatticePoint{Lon: origin.Lon + rnd.Int32N(26*scale), Lat: origin.Lat + rnd.Int32N(26*scale)})
		}
		compare(t, areas, points, 1, 60, 0)
	}
}

// around gives the point and its eight neighbours.
func around(q geo.LatticePoint) (out []geo.LatticePoint) {
	for dy := int32(-1); dy <= 1; dy++ {
		for dx := int32(-1); dx <= 1; dx++ {
			out = append(out, geo.LatticePoint{Lon: q.Lon + dx, Lat: q.Lat + dy})
		}
	}
	return out
}

// nested gives a square ring inside another, and so on, each a hole of the
// one before.
func nested(depth int32) orb.MultiPolygon {
	square := func(low, high int32, hole bool) orb.Ring {
		c := []geo.LatticePoint{{Lon: low, Lat: low}, {Lon: high, Lat: low}, {Lon: high, Lat: high}, {Lon: low, Lat: high}}
		if hole {
			slices.Reverse(c)
		}
		return ringThrough(c...)
	}
	var shape orb.MultiPolygon
	for d := int32(0); d < depth; d++ {
		low, high := 4*d, 8*depth-4*d
		shape = append(shape, orb.Polygon{square(low, high, false), square(low+2, high-2, true)})
	}
	return shape
}

func TestLocateOddShapes(t *testing.T) {
	at := func(c ...int32) orb.Ring {
		var q []geo.LatticePoint
		for i := 0; i < len(c); i += 2 {
			q = append(q, geo.LatticePoint{Lon: c[i], Lat: c[i+1]})
		}
		return ringThrough(q...)
	}
	grid := func(code string, rings ...orb.Ring) geo.Area {
		a := geo.Area{Kind: geo.Grid, Code: code}
		for _, r := range rings {
			a.Shape = append(a.Shape, orb.Polygon{r})
		}
		return a
	}
	many := func(n int, make func(i int) geo.Area) (out []geo.Area) {
		for i := range n {
			out = append(out, make(i))
		}
		return out
	}
	tests := map[string][]geo.Area{
		"holes in holes":            {{Kind: geo.Grid, Code: "a", Shape: nested(5)}},
		"area in a hole of an area": {{Kind: geo.Grid, Code: "a", Shape: nested(5)}, {Kind: geo.Grid, Code: "b", Shape: nested(5)[1:]}},
		"one unit high":             {grid("a", at(0, 0, 40, 0, 40, 1, 0, 1)), grid("b", at(0, 1, 40, 1, 40, 2))},
		"needle":                    {grid("a", at(0, 0, 40, 1, 40, 2)), grid("b", at(0, 0, 40, 2, 40, 3))},
		"three units":               {grid("a", at(20, 20, 21, 20, 20, 21))},
		"all one point":             {grid("a", at(20, 20, 20, 20, 20, 20)), grid("b", at(20, 20, 30, 20, 20, 30))},
		"flat":                      {grid("a", at(0, 8, 32, 8, 16, 8)), grid("b", at(8, 0, 8, 32, 8, 16))},
		"spike":                     {grid("a", at(0, 0, 16, 0, 16, 16, 30, 30, 16, 16, 0, 16))},
		"edges partly in common":    {grid("b", at(0, 0, 16, 0, 16, 32, 0, 32)), grid("a", at(16, 8, 32, 8, 32, 16, 16, 16)), grid("c", at(16, 16, 32, 16, 32, 30, 16, 30))},
		"twelve at one point": many(12, func(i int) geo.Area {
			spokes := []int32{16, 0, 24, 2, 30, 8, 32, 16, 30, 24, 24, 30, 16, 32, 8, 30, 2, 24, 0, 16, 2, 8, 8, 2, 16, 0}
			return grid(string(rune('l'-i)), at(16, 16, spokes[2*i], spokes[2*i+1], spokes[2*i+2], spokes[2*i+3]))
		}),
		"forty on each other": many(40, func(i int) geo.Area {
			n := int32(i)
			return grid(fmt.Sprintf("%02d", 40-i), at(n/2, 0, 40-n/2, 0, 40-n/2, 40-n, n/2, 40-n))
		}),
		"a hundred the same": many(100, func(i int) geo.Area { return grid(fmt.Sprint(i), at(3, 3, 37, 3, 3, 37)) }),
		"forty stripes":      many(40, func(i int) geo.Area { n := int32(i); return grid(fmt.Sprint(i), at(0, n, 40, n, 40, n+1, 0, n+1)) }),
	}
	for name, areas := range tests {
		t.Run(name, func(t *testing.T) { compare(t, areas, window(0, 42), 1, 2, 9, 100, 0) })
	}
}

// The corners of the world, as far as an index reaches.
func TestLocateEndsOfTheWorld(t *testing.T) {
	const deg = geo.Scale
	for name, b := range map[string]box{
		"north east": {80 * deg, 0, 180 * deg, 90 * deg}, "south west": {-180 * deg, -90 * deg, -80 * deg, 0},
		"north west": {-180 * deg, 80 * deg, -90 * deg, 90 * deg}, "south east": {179 * deg, -90 * deg, 180 * deg, -10 * deg},
	} {
		t.Run(name, func(t *testing.T) {
			middle := geo.LatticePoint{Lon: b.minLon/2 + b.maxLon/2 + 1, Lat: b.minLat/2 + b.maxLat/2 + 3}
			c := []geo.LatticePoint{{Lon: b.minLon, Lat: b.minLat}, {Lon: b.maxLon, Lat: b.minLat}, {Lon: b.maxLon, Lat: b.maxLat}, {Lon: b.minLon, Lat: b.maxLat}}
			var areas []geo.Area
			var points []geo.LatticePoint
			rnd := rand.New(rand.NewPCG(1, 1))
			for i := range c {
				areas = append(areas, geo.Area{Kind: geo.Township, Code: fmt.Sprint(i), Shape: orb.MultiPolygon{{ringThrough(c[i], c[(i+1)%4], middle)}}})
				points = append(points, around(c[i])...)
				for range 200 {
					points = append(points, beside(c[i], middle, rnd.Float64())...)
				}
			}
			compare(t, areas, points, 1, 1000, 0)
		})
	}
}

// Vertices on the corners of cells, edges along their borders.
func TestLocateOnCellBorders(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	const step = 1 << 12
	var areas []geo.Area
	var points []geo.LatticePoint
	for i := range int32(12) {
		for k := range int32(12) {
			w, s := i*step, k*step
			corners := []geo.LatticePoint{{Lon: w, Lat: s}, {Lon: w + step, Lat: s}, {Lon: w + step, Lat: s + step}, {Lon: w, Lat: s + step}}
			if rnd.IntN(3) == 0 { // cut the corner
				corners = corners[:3]
			}
			areas = append(areas, geo.Area{Kind: geo.Grid, Code: fmt.Sprintf("%02d%02d", rnd.IntN(90)+10, i*12+k), Shape: orb.MultiPolygon{{ringThrough(corners...)}}})
			points = append(points, around(corners[0])...)
			points = append(points, geo.LatticePoint{Lon: w + rnd.Int32N(step), Lat: s}, geo.LatticePoint{Lon: w, Lat: s + rnd.Int32N(step)},
				geo.LatticePoint{Lon: w + step - 1, Lat: s + rnd.Int32N(step)}, geo.LatticePoint{Lon: w + step/2, Lat: s + step/2})
		}
	}
	compare(t, areas, points, 1, 144, 169, 12*12*16, 0)
}

func TestBuildRefusesDeepOverlaps(t *testing.T) {
	var areas []geo.Area
	for i := range 6000 {
		areas = append(areas, square(geo.Grid, fmt.Sprint(i), 125, 43, 126, 44))
	}
	_, err := Build(areas, Config{})
	if p, ok := err.(*geo.Problem); !ok || p.Code != "overlaps-too-deep" {
		t.Errorf("Build of 6000 areas on each other = %v, want overlaps-too-deep", err)
	}
	compare(t, areas[:300], []geo.LatticePoint{{Lon: 1_255_000_000, Lat: 435_000_000}, {Lon: 1_250_000_000, Lat: 430_000_000}, {Lon: 0, Lat: 0}}, 0)
}

// An index chooses between forms by numbers; all of them were compared above
// only if they were there.
func TestFormsOfCells(t *testing.T) {
	long := mustBuild(t, []geo.Area{square(geo.District, "d", 125, 43, 126, 44)})
	if long.cells.narrow != nil {
		t.Error("cells larger than small cuts reach are narrow")
	}
	x := mustBuild(t, district(rand.New(rand.NewPCG(1, 2))))
	if x.cells.narrow == nil || len(x.cells.small) == 0 {
		t.Error("the cells of a district are not narrow")
	}
	mixedForms := append(town(rand.New(rand.NewPCG(1, 2)), geo.Grid, 20, 20, 40), square(geo.District, "d", 125.45, 43.3, 125.95, 43.7))
	if x = mustBuild(t, mixedForms); x.cells.narrow == nil || len(x.cells.cuts) == 0 {
		t.Error("no cell of a town with long edges keeps wide cuts")
	}
	if many := mustBuild(t, town(rand.New(rand.NewPCG(1, 2)), geo.Grid, 190, 190, 1)); many.cells.narrow != nil {
		t.Error("cells of 36,100 areas are narrow")
	}
	rnd := rand.New(rand.NewPCG(5, 5))
	var points []geo.LatticePoint
	for _, p := range randomPoints(rnd, 300) {
		q, _ := geo.Snap(p)
		points = append(points, q)
	}
	compare(t, mixedForms, points, 0)
}
