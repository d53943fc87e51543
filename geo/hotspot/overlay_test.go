package hotspot

import (
	"errors"
	"math"
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/cell"
)

func lattice(t *testing.T) *cell.Lattice {
	t.Helper()
	l, err := cell.NewLattice(orb.Bound{Min: orb.Point{125.60, 43.48}, Max: orb.Point{125.70, 43.56}}, BaseResolution)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

// star gives a ring round a place, up to size degrees from it, counter-clockwise.
func star(rnd *rand.Rand, at orb.Point, size float64, n int) orb.Ring {
	var ring orb.Ring
	for k := range n {
		sin, cos := math.Sincos(2 * math.Pi * (float64(k) + 0.8*rnd.Float64()) / float64(n))
		r := size * (0.15 + 0.85*rnd.Float64())
		ring = append(ring, orb.Point{at[0] + r*cos, at[1] + 0.73*r*sin})
	}
	return append(ring, ring[0])
}

func reversed(r orb.Ring) orb.Ring {
	out := r.Clone()
	out.Reverse()
	return out
}

// clipped gives the area of a ring within the cell round (ci, cj), in cells:
// I. E. Sutherland, G. W. Hodgman, Reentrant polygon clipping, 1974.
func clipped(l *cell.Lattice, ring orb.Ring, ci, cj int) float64 {
	var points [][2]float64
	for _, p := range ring[:len(ring)-1] {
		i, j := l.Place(p)
		points = append(points, [2]float64{i - float64(ci), j - float64(cj)})
	}
	for side := range sides {
		beyond := func(p [2]float64) float64 {
			f := towards(p[0], p[1])[side%3]
			if side >= 3 {
				f = -f
			}
			return f - 1
		}
		var kept [][2]float64
		for k, p := range points {
			q := points[(k+1)%len(points)]
			a, b := beyond(p), beyond(q)
			if a <= 0 {
				kept = append(kept, p)
			}
			if (a < 0) != (b < 0) && a != 0 && b != 0 {
				t := a / (a - b)
				kept = append(kept, [2]float64{p[0] + t*(q[0]-p[0]), p[1] + t*(q[1]-p[1])})
			}
		}
		points = kept
	}
	sum := 0.0
	for k, p := range points {
		q := points[(k+1)%len(points)]
		sum += (p[0]*q[1] - p[1]*q[0]) / 2
	}
	return sum
}

func TestOverlayIsTheClippedArea(t *testing.T) {
	l := lattice(t)
	o := newOverlay(l)
	width, height := l.Size()
	rnd := rand.New(rand.NewPCG(11, 12))
	at := func(i, j float64) orb.Point { return placed(t, l, i, j) }
	shapes := map[string]orb.MultiPolygon{}
	// Corners on corners and sides of cells, sides along them, whole cells.
	ci, cj := float64(width/2), float64(height/2)
	var hexagon, around, between orb.Ring
	for k := range corners {
		hexagon = append(hexagon, at(ci+corners[k][0], cj+corners[k][1]))
		around = append(around, at(ci+2*float64(sides[k][0]), cj+2*float64(sides[k][1])))
		between = append(between, at(ci+float64(sides[k][0])/2, cj+float64(sides[k][1])/2))
	}
	shapes["a cell itself"] = orb.MultiPolygon{{append(hexagon, hexagon[0])}}
	shapes["from middle to middle"] = orb.MultiPolygon{{append(around, around[0])}}
	shapes["from side to side"] = orb.MultiPolygon{{append(between, between[0])}}
	shapes["within a cell"] = orb.MultiPolygon{{star(rnd, at(ci, cj), 1e-4, 9)}}
	for n := range 60 {
		size := []float64{0.0004, 0.002, 0.01, 0.025}[n%4]
		center := orb.Point{125.63 + 0.04*rnd.Float64(), 43.505 + 0.03*rnd.Float64()}
		outer := star(rnd, center, size, 3+rnd.IntN(60))
		shape := orb.MultiPolygon{{outer}}
		if n%3 == 0 {
			shape[0] = append(shape[0], reversed(star(rnd, center, size*0.12, 7)))
		}
		shapes[string(rune('a'+n%26))+string(rune('0'+n/26))] = shape
	}
	for name, shape := range shapes {
		got := make(map[int32]float64)
		if err := o.measure(shape, func(at int32, share float64) { got[at] += share }); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		lowI, lowJ, highI, highJ := float64(width), float64(height), 0.0, 0.0
		for _, p := range shape[0][0] {
			i, j := l.Place(p)
			lowI, lowJ, highI, highJ = min(lowI, i), min(lowJ, j), max(highI, i), max(highJ, j)
		}
		for at, have := range got {
			if i, j := float64(int(at)%width), float64(int(at)/width); math.Abs(have) > 1e-9 && (i < lowI-1 || j < lowJ-1 || i > highI+1 || j > highJ+1) {
				t.Fatalf("%s covers %g of cell (%g, %g), which is not near", name, have, i, j)
			}
		}
		for i := max(int(lowI)-1, 1); i < min(int(highI)+3, width-1); i++ {
			for j := max(int(lowJ)-1, 1); j < min(int(highJ)+3, height-1); j++ {
				want := 0.0
				for _, ring := range shape[0] {
					want += clipped(l, ring, i, j)
				}
				if have := got[int32(j*width+i)]; math.Abs(have-want) > 1e-9 {
					t.Fatalf("%s covers %.12f of cell (%d, %d), want %.12f", name, have, i, j, want)
				}
			}
		}
	}
}

// placed gives the point at a place: from a guess, corrected.
func placed(t *testing.T, l *cell.Lattice, i, j float64) orb.Point {
	t.Helper()
	p := orb.Point{125.65, 43.52}
	for range 30 {
		const d = 1e-4
		x, y := l.Place(p)
		ex, ey := l.Place(orb.Point{p[0] + d, p[1]})
		nx, ny := l.Place(orb.Point{p[0], p[1] + d})
		a, b, c, e := (ex-x)/d, (nx-x)/d, (ey-y)/d, (ny-y)/d
		det := a*e - b*c
		p = orb.Point{p[0] + ((i-x)*e-(j-y)*b)/det, p[1] + ((j-y)*a-(i-x)*c)/det}
	}
	if x, y := l.Place(p); math.Hypot(x-i, y-j) > 1e-8 {
		t.Fatalf("no point at (%g, %g)", i, j)
	}
	return p
}

func TestOverlayRefusesWhatReachesBeyond(t *testing.T) {
	o := newOverlay(lattice(t))
	for name, ring := range map[string]orb.Ring{
		"far":        {{125.65, 43.52}, {126.65, 43.52}, {125.65, 43.53}, {125.65, 43.52}},
		"elsewhere":  {{-125.65, -43.52}, {-125.64, -43.52}, {-125.64, -43.51}, {-125.65, -43.52}},
		"NaN":        {{125.65, 43.52}, {math.NaN(), 43.52}, {125.65, 43.53}, {125.65, 43.52}},
		"not closed": {{125.65, 43.52}, {125.66, 43.52}, {125.65, 43.53}},
	} {
		if err := o.measure(orb.MultiPolygon{{ring}}, func(int32, float64) {}); !errors.Is(err, geo.ErrInvalid) {
			t.Errorf("%s: measure = %v, want geo.ErrInvalid", name, err)
		}
	}
	if err := o.measure(orb.MultiPolygon{{{}}, {}}, func(int32, float64) { t.Error("nothing covers something") }); err != nil {
		t.Errorf("measure of nothing = %v", err)
	}
}
