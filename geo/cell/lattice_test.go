package cell

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/paulmach/orb"
)

// Places all over the country, some of them where H3's icosahedron bends: every
// cell of the library has its place, its neighbours and its size.
func TestLatticeIsTheGridOfTheLibrary(t *testing.T) {
	for _, at := range []struct {
		name     string
		lon, lat float64
	}{
		{"Shuangyang", 125.66, 43.52}, {"Beijing", 116.4, 39.9}, {"Guangzhou", 113.3, 23.1}, {"Urumqi", 87.6, 43.8},
		{"Lhasa", 91.1, 29.7}, {"Dalian, by a pentagon", 121.6, 38.95}, {"over an edge between faces", 120.18, 42.28}, {"over another", 127.24, 37.02}, {"Qingdao", 120.4, 36.1}, {"Mohe", 122.5, 53.4},
		{"Sansha", 112.3, 16.8}, {"Chengdu", 104.1, 30.7}, {"Wuhan", 114.3, 30.6}, {"Harbin", 126.6, 45.8},
		{"Kashgar", 76, 39.5}, {"Kunming", 102.8, 25}, {"Hohhot", 111.7, 40.8}, {"Xi'an", 108.9, 34.3},
	} {
		t.Run(at.name, func(t *testing.T) {
			bound := orb.Bound{Min: orb.Point{at.lon - 0.2, at.lat - 0.15}, Max: orb.Point{at.lon + 0.2, at.lat + 0.15}}
			l, err := NewLattice(bound, 9)
			if err != nil {
				t.Fatal(err)
			}
			places := make(map[Cell][2]int)
			width, height := l.Size()
			for i := range width {
				for j := range height {
					if c, ok := l.Cell(i, j); ok {
						places[c] = [2]int{i, j}
					}
				}
			}
			cover, err := Cover(bound, 9)
			if err != nil {
				t.Fatal(err)
			}
			farthest, size := 0.0, 0.0
			for _, c := range cover {
				p, ok := places[c]
				if !ok {
					t.Fatalf("%s has no place", c)
				}
				center, err := Center(c)
				if err != nil {
					t.Fatal(err)
				}
				i, j := l.Place(center)
				farthest = max(farthest, math.Hypot(i-float64(p[0]), j-float64(p[1])))
				area := geo.AreaM2(orb.MultiPolygon{Boundary(c)})
				size = max(size, math.Abs(l.AreaM2(p[0], p[1])/area-1))
				ring, err := Ring(c, 1)
				if err != nil {
					t.Fatal(err)
				}
				for _, step := range [][2]int{{1, 0}, {1, 1}, {0, 1}, {-1, 0}, {-1, -1}, {0, -1}} {
					if n, ok := l.Cell(p[0]+step[0], p[1]+step[1]); ok && !slices.Contains(ring, n) {
						t.Fatalf("%s, %v from %s, is not its neighbour", n, step, c)
					}
				}
			}
			t.Logf("%d cells of %d places, at most %.5f of a cell and %.4f of the size off", len(cover), width*height, farthest, size)
			if farthest > 1e-6 {
				t.Errorf("a cell lies %.4f cells from its place", farthest)
			}
			if size > 0.006 {
				t.Errorf("a cell is %.4f larger or smaller than said", size)
			}
			a, _ := l.Cell(width/2, height/2)
			b, _ := l.Cell(width/2+1, height/2)
			c, _ := l.Cell(width/2, height/2+1)
			if turn := orientation(t, a, b, c); turn <= 0 {
				t.Error("the axes go clockwise")
			}
		})
	}
}

func orientation(t *testing.T, cells ...Cell) float64 {
	t.Helper()
	var p []orb.Point
	for _, c := range cells {
		center, err := Center(c)
		if err != nil {
			t.Fatal(err)
		}
		p = append(p, center)
	}
	return (p[1][0]-p[0][0])*(p[2][1]-p[0][1]) - (p[1][1]-p[0][1])*(p[2][0]-p[0][0])
}

// The hexagon round a place is the cell: points fall into the same one.
func TestPlaceFindsTheCell(t *testing.T) {
	rnd := rand.New(rand.NewPCG(7, 8))
	bound := orb.Bound{Min: orb.Point{125.5, 43.4}, Max: orb.Point{125.9, 43.7}}
	l, err := NewLattice(bound, 10)
	if err != nil {
		t.Fatal(err)
	}
	for range 5000 {
		p := orb.Point{125.5 + 0.4*rnd.Float64(), 43.4 + 0.3*rnd.Float64()}
		x, y := l.Place(p)
		var best [2]int
		near, next := math.Inf(1), math.Inf(1)
		for i := int(x) - 1; i <= int(x)+2; i++ {
			for j := int(y) - 1; j <= int(y)+2; j++ {
				di, dj := x-float64(i), y-float64(j)
				if d := di*di - di*dj + dj*dj; d < near {
					near, next, best = d, near, [2]int{i, j}
				} else {
					next = min(next, d)
				}
			}
		}
		if next-near < 1e-4 {
			continue // centimetres from the side between the two
		}
		want, err := At(p, 10)
		if err != nil {
			t.Fatal(err)
		}
		if got, ok := l.Cell(best[0], best[1]); !ok || got != want {
			t.Fatalf("%v lies in %s by its place, want %s", p, got, want)
		}
	}
}

func TestNewLatticeRefuses(t *testing.T) {
	box := func(w, s, e, n float64) orb.Bound { return orb.Bound{Min: orb.Point{w, s}, Max: orb.Point{e, n}} }
	for name, c := range map[string]struct {
		b   orb.Bound
		res int
	}{
		"pentagon at sea": {box(122.1, 38.9, 122.5, 39.3), 9}, "empty": {box(2, 2, 1, 1), 9}, "pole": {box(0, 88, 1, 90), 6},
		"resolution 1": {box(1, 1, 2, 2), 1}, "resolution 16": {box(1, 1, 2, 2), 16}, "too many": {box(100, 30, 104, 34), 10},
	} {
		if l, err := NewLattice(c.b, c.res); !errors.Is(err, geo.ErrInvalid) {
			t.Errorf("%s: NewLattice = %v, %v, want geo.ErrInvalid", name, l != nil, err)
		}
	}
}
