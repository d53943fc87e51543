package redraw_test

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/locate"
	"github.com/gridpatrol/gridpatrol/geo/redraw"
	"github.com/paulmach/orb"
)

// The town is a mesh of 12 by 12 cells with crooked sides. Townships are its
// halves, villages its quarters, groups blocks of 3 by 3 cells. Grids:
//
//	     0   4   8   12
//	12 +----+----+----+     columns part at 4 and 8 in the two lower rows,
//	   | 7   | 8   | 9|     at 5 and 9 in the upper one: T-junctions at y = 8.
//	 8 +---+-+-+---+--+     Four grids meet in (4,4) and (8,4).
//	   | 4 | 5 | 6    |     Grid 10 is cell (1,1), a hole in grid 1; cell (10,10)
//	 4 +---+---+------+     in grid 9 belongs to grid 2.
//	   | 1 | 2 | 3    |
//	 0 +---+---+------+     Compounds are cells (9,1), (10,1) and (6,5).
const side = 12

type town struct {
	nodes [side + 1][side + 1]geo.LatticePoint
}

func newTown(seed uint64) *town {
	rnd := rand.New(rand.NewPCG(seed, 1))
	t := &town{}
	for x := range t.nodes {
		for y := range t.nodes[x] {
			t.nodes[x][y] = geo.LatticePoint{
				Lon: 1_256_600_000 + int32(x)*10_000 + rnd.Int32N(5000) - 2500,
				Lat: 435_200_000 + int32(y)*10_000 + rnd.Int32N(5000) - 2500,
			}
		}
	}
	return t
}

// shape is the cells that a test of x and y takes.
func (t *town) shape(tb testing.TB, in func(x, y int) bool) orb.MultiPolygon {
	tb.Helper()
	var sides [][2]geo.LatticePoint
	for x := range side {
		for y := range side {
			if in(x, y) {
				a, b, c, d := t.nodes[x][y], t.nodes[x+1][y], t.nodes[x+1][y+1], t.nodes[x][y+1]
				sides = append(sides, [][2]geo.LatticePoint{{a, b}, {b, c}, {c, d}, {d, a}}...)
			}
		}
	}
	shape, err := redraw.Outline(sides)
	if err != nil || len(shape) == 0 {
		tb.Fatalf("the town has a bad shape: %v", err)
	}
	return shape
}

func gridOf(x, y int) int {
	switch {
	case x == 1 && y == 1:
		return 10
	case x == 10 && y == 10:
		return 2
	case y < 8:
		return 1 + min(x/4, 2) + 3*(y/4)
	case x < 5:
		return 7
	case x < 9:
		return 8
	}
	return 9
}

func (t *town) areas(tb testing.TB) []geo.Area {
	var out []geo.Area
	add := func(k geo.Kind, code string, parent geo.Ref, in func(x, y int) bool) *geo.Area {
		shape := t.shape(tb, in)
		out = append(out, geo.Area{
			ID: geo.ID{6: 0x70, 8: 0x80, 15: byte(len(out))}, Kind: k, Code: code, Name: code, Parent: parent,
			Shape: shape, AreaM2: geo.AreaM2(shape), FromRevision: 1,
		})
		return &out[len(out)-1]
	}
	ref := func(k geo.Kind, code string) geo.Ref { return geo.Ref{Kind: k, Code: code} }
	district := ref(geo.District, "220112")
	add(geo.District, district.Code, geo.Ref{}, func(int, int) bool { return true })
	for i := range 2 {
		add(geo.Township, fmt.Sprintf("220112%03d", 100+i), district, func(x, _ int) bool { return x/6 == i })
	}
	for i := range 4 {
		a := add(geo.Village, fmt.Sprintf("220112%03d%03d", 100+i%2, 200+i), ref(geo.Township, fmt.Sprintf("220112%03d", 100+i%2)),
			func(x, y int) bool { return x/6+2*(y/6) == i })
		a.UnitType = "village"
	}
	for i := range 16 {
		x0, y0 := i%4, i/4
		v := x0/2 + 2*(y0/2)
		village := fmt.Sprintf("220112%03d%03d", 100+v%2, 200+v)
		add(geo.VillageGroup, fmt.Sprintf("%s%03d", village, 1+i), ref(geo.Village, village), func(x, y int) bool { return x/3 == x0 && y/3 == y0 })
	}
	for i := 1; i <= 10; i++ {
		a := add(geo.Grid, gridCode(i), district, func(x, y int) bool { return gridOf(x, y) == i })
		a.Class = "rural"
	}
	for i, cell := range [][2]int{{9, 1}, {10, 1}, {6, 5}} {
		add(geo.Compound, fmt.Sprintf("220112101201C%03d", i+1), ref(geo.Grid, gridCode(gridOf(cell[0], cell[1]))), func(x, y int) bool { return x == cell[0] && y == cell[1] })
	}
	return peopled(tb, out)
}

// peopled gives the areas households and people that add up: groups 100 and 250,
// compounds some of those, and the larger areas and the grids what lies in them.
func peopled(tb testing.TB, areas []geo.Area) []geo.Area {
	tb.Helper()
	for i := range areas {
		switch a := &areas[i]; a.Kind {
		case geo.VillageGroup:
			a.Households, a.Population = 100, 250
		case geo.Compound:
			a.Households, a.Population = 30, 70
		}
	}
	found := housed(tb, areas, redraw.NewHomes(areas))
	for i := range areas {
		a := &areas[i]
		a.Households, a.Population = found[a.Ref()].households, found[a.Ref()].people
	}
	return areas
}

// dwellers is whole households and people.
type dwellers struct{ households, people int }

// housed gives the households and people that the lookup finds in each area.
func housed(tb testing.TB, areas []geo.Area, homes []redraw.Home) map[geo.Ref]dwellers {
	tb.Helper()
	index, err := locate.Build(areas, locate.Config{})
	if err != nil {
		tb.Fatal(err)
	}
	out := map[geo.Ref]dwellers{}
	for _, h := range homes {
		m := index.LocateLattice(h.At)
		for _, k := range geo.Kinds() {
			if a := m.Area(k); a != nil {
				d := out[a.Ref()]
				out[a.Ref()] = dwellers{d.households + int(h.Hundredths)/100, d.people + int(h.People)/100}
			}
		}
	}
	return out
}

// unhoused names an area whose households or people are not those that the lookup
// finds in it; empty if there is none.
func unhoused(tb testing.TB, s *redraw.State) string {
	tb.Helper()
	areas := s.Areas()
	found := housed(tb, areas, s.Homes())
	for i := range areas {
		a := &areas[i]
		if got := (dwellers{a.Households, a.Population}); got != found[a.Ref()] {
			return fmt.Sprintf("%s has %+v, its homes are %+v", a.Ref(), got, found[a.Ref()])
		}
	}
	return ""
}

func gridCode(i int) string { return fmt.Sprintf("220112100000%03d", i) }

func grid(i int) geo.Ref { return geo.Ref{Kind: geo.Grid, Code: gridCode(i)} }

func (t *town) state(tb testing.TB, cfg redraw.Config) *redraw.State {
	tb.Helper()
	s, err := redraw.New(t.areas(tb), cfg)
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

func ofKind(areas []geo.Area, k geo.Kind) (out []geo.Area) {
	for _, a := range areas {
		if a.Kind == k {
			out = append(out, a)
		}
	}
	return out
}

// faults gives what is wrong with all areas, by functions that know nothing of
// this package's topology: rings of each area, and the tiling of each kind.
func faults(areas []geo.Area) (out []string) {
	for _, a := range areas {
		if _, err := geo.NormalizeShape(a.Shape); err != nil {
			out = append(out, fmt.Sprintf("%s: %v", a.Ref(), err))
		}
		for _, polygon := range a.Shape {
			for k, r := range polygon {
				if (twiceArea(orb.MultiPolygon{{r}}) > 0) == (k > 0) {
					out = append(out, fmt.Sprintf("%s: a ring is inside out", a.Ref()))
				}
			}
		}
		if a.AreaM2 != geo.AreaM2(a.Shape) {
			out = append(out, fmt.Sprintf("%s: area %g", a.Ref(), a.AreaM2))
		}
	}
	shapes := func(k geo.Kind, unit string) (whole []orb.MultiPolygon) {
		for _, a := range ofKind(areas, k) {
			if unit == "" || a.UnitType == unit {
				whole = append(whole, a.Shape)
			}
		}
		return whole
	}
	district := shapes(geo.District, "")
	for _, a := range ofKind(areas, geo.Compound) {
		if leaves(a.Shape, district[0][0][0]) {
			out = append(out, fmt.Sprintf("%s leaves the district", a.Ref()))
		}
	}
	for k, whole := range map[geo.Kind][]orb.MultiPolygon{
		geo.Township: district, geo.Village: district, geo.Grid: district, geo.VillageGroup: shapes(geo.Village, "village"), geo.Compound: nil,
	} {
		for _, p := range geo.CheckTiling(ofKind(areas, k), whole) {
			out = append(out, fmt.Sprintf("%s: %s at %v of %v", k, p.Problem, p.At, p.Areas))
		}
	}
	return out
}

// leaves tells whether a shape has a corner outside a ring, or crosses it.
func leaves(shape orb.MultiPolygon, outer orb.Ring) bool {
	var corners []geo.LatticePoint
	for _, p := range outer[1:] {
		q, _ := geo.Snap(p)
		corners = append(corners, q)
	}
	for _, polygon := range shape {
		for _, r := range polygon {
			for i := range r[1:] {
				u, _ := geo.Snap(r[i])
				v, _ := geo.Snap(r[i+1])
				if in, on := geo.MiddleInRing(corners, u, u); !in && !on {
					return true
				}
				for k, c := range corners {
					d := corners[(k+1)%len(corners)]
					if how, _ := geo.Meet(u, v, c, d); how == geo.Crosses && geo.Turn(u, v, c) != 0 && geo.Turn(u, v, d) != 0 {
						return true
					}
				}
			}
		}
	}
	return false
}

func twiceArea(shape orb.MultiPolygon) (sum int64) {
	for _, polygon := range shape {
		for _, r := range polygon {
			var corners []geo.LatticePoint
			for _, p := range r[1:] {
				q, _ := geo.Snap(p)
				corners = append(corners, q)
			}
			sum += geo.TwiceArea(corners)
		}
	}
	return sum
}

func TestTown(t *testing.T) {
	for seed := range uint64(20) {
		if f := faults(newTown(seed).areas(t)); len(f) > 0 {
			t.Fatalf("seed %d: %v", seed, f)
		}
	}
}
