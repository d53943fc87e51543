package cell

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/planar"
	h3 "github.com/uber/h3-go/v4"
)

// The first is the example of H3's own documentation
// (https://h3geo.org/docs/quickstart), Statue of Liberty the one of its
// core library.
func TestAtKnownValues(t *testing.T) {
	tests := []struct {
		name string
		p    orb.Point
		res  int
		want string
	}{
		{"quickstart", orb.Point{-122.41795063018799, 37.775938728915946}, 9, "8928308280fffff"},
		{"statue of liberty", orb.Point{-74.0445, 40.6892}, 10, "8a2a1072b59ffff"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := At(tt.p, tt.res)
			if err != nil || got.String() != tt.want {
				t.Errorf("At(%v, %d) = %v, %v, want %s", tt.p, tt.res, got, err, tt.want)
			}
		})
	}
}

// Swapped axes give a valid cell, elsewhere on the globe: only a comparison
// with the library called in its own order notices.
func TestAxisOrder(t *testing.T) {
	p := orb.Point{125.66, 43.52}
	want, err := h3.LatLngToCell(h3.LatLng{Lat: 43.52, Lng: 125.66}, 9)
	if err != nil {
		t.Fatal(err)
	}
	c, err := At(p, 9)
	if err != nil || c != Cell(want) {
		t.Fatalf("At(%v, 9) = %v, %v, want %v", p, c, err, want)
	}
	center, err := Center(c)
	if d := geo.DistanceM(p, center); err != nil || d > 250 {
		t.Errorf("the middle of the cell at %v is %v, %v: %.0f m away", p, center, err, d)
	}
	if b := Boundary(c); !planar.PolygonContains(b, p) {
		t.Errorf("the outline %v does not hold %v", b, p)
	}
	small := orb.Point{43.52, 25.66} // valid either way round
	a, _ := At(small, 9)
	b, _ := At(orb.Point{small[1], small[0]}, 9)
	if a == b || !a.Valid() || !b.Valid() {
		t.Errorf("swapped axes: %v and %v, want two valid cells", a, b)
	}
}

func TestAtRefuses(t *testing.T) {
	tests := []struct {
		p   orb.Point
		res int
	}{
		{orb.Point{math.NaN(), 0}, 9}, {orb.Point{0, math.Inf(1)}, 9}, {orb.Point{43.52, 125.66}, 9},
		{orb.Point{181, 0}, 9}, {orb.Point{125, 43}, -1}, {orb.Point{125, 43}, 16},
	}
	for _, tt := range tests {
		if c, err := At(tt.p, tt.res); !errors.Is(err, geo.ErrInvalid) {
			t.Errorf("At(%v, %d) = %v, %v, want ErrInvalid", tt.p, tt.res, c, err)
		}
	}
	for _, p := range []orb.Point{{180, 0}, {-180, 0}, {0, 90}, {0, -90}} {
		if c, err := At(p, 9); err != nil || !c.Valid() {
			t.Errorf("At(%v, 9) = %v, %v, want a cell", p, c, err)
		}
	}
}

func TestBoundaryIsClosedAndCounterClockwise(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		p := orb.Point{73 + 62*rnd.Float64(), 18 + 35*rnd.Float64()}
		c, err := At(p, 5+rnd.IntN(8))
		if err != nil {
			t.Fatal(err)
		}
		b := Boundary(c)
		if len(b) != 1 || !b[0].Closed() || b[0].Orientation() != orb.CCW || len(b[0]) < 6 {
			t.Fatalf("Boundary(%v) = %v", c, b)
		}
	}
	defer func() {
		if recover() == nil {
			t.Error("Boundary(0) gives an outline, want a panic")
		}
	}()
	Boundary(0)
}

func TestFamily(t *testing.T) {
	c, err := At(orb.Point{125.66, 43.52}, 9)
	if err != nil {
		t.Fatal(err)
	}
	if Resolution(c) != 9 {
		t.Errorf("Resolution = %d, want 9", Resolution(c))
	}
	parent, err := Parent(c, 7)
	if err != nil || Resolution(parent) != 7 {
		t.Fatalf("Parent = %v, %v", parent, err)
	}
	children, err := Children(parent, 9)
	if err != nil || len(children) != 49 || !slices.Contains(children, c) {
		t.Errorf("Children = %d cells, %v, want 49 with %v", len(children), err, c)
	}
	ring, err := Ring(c, 2)
	if err != nil || len(ring) != 12 {
		t.Errorf("Ring(2) = %d cells, %v, want 12", len(ring), err)
	}
	disk, err := Disk(c, 2)
	if err != nil || len(disk) != 19 || !slices.Contains(disk, c) {
		t.Errorf("Disk(2) = %d cells, %v, want 19 with the middle", len(disk), err)
	}
	for _, r := range ring {
		if !slices.Contains(disk, r) {
			t.Errorf("%v of the ring is not in the disk", r)
		}
	}
	back, err := Parse(c.String())
	if err != nil || back != c {
		t.Errorf("Parse(%s) = %v, %v", c, back, err)
	}
}

func TestFamilyRefuses(t *testing.T) {
	c, err := At(orb.Point{125.66, 43.52}, 9)
	if err != nil {
		t.Fatal(err)
	}
	calls := map[string]func() error{
		"finer parent":     func() error { _, err := Parent(c, 10); return err },
		"negative parent":  func() error { _, err := Parent(c, -1); return err },
		"parent of none":   func() error { _, err := Parent(0, 3); return err },
		"coarser children": func() error { _, err := Children(c, 8); return err },
		"too many":         func() error { p, _ := Parent(c, 2); _, err := Children(p, 10); return err },
		"children at 16":   func() error { _, err := Children(c, 16); return err },
		"children of none": func() error { _, err := Children(12345, 16); return err },
		"negative disk":    func() error { _, err := Disk(c, -1); return err },
		"huge disk":        func() error { _, err := Disk(c, 501); return err },
		"huge ring":        func() error { _, err := Ring(c, 1<<30); return err },
		"ring of none":     func() error { _, err := Ring(1, 1); return err },
		"middle of none":   func() error { _, err := Center(math.MaxUint64); return err },
	}
	for name, call := range calls {
		if err := call(); !errors.Is(err, geo.ErrInvalid) {
			t.Errorf("%s: %v, want ErrInvalid", name, err)
		}
	}
}

func TestPentagons(t *testing.T) {
	pentagons, err := h3.Pentagons(5)
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range pentagons {
		ring, err := Ring(Cell(p), 1)
		if err != nil || len(ring) != 5 || slices.Contains(ring, 0) {
			t.Errorf("Ring(%v, 1) = %v, %v, want five cells", p, ring, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"8928308280fffff", "8928308280FFFFF", "", "0", "zz", "08928308280fffff", "ffffffffffffffff", "0x8928308280fffff"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c, err := Parse(s)
		if err != nil {
			if !errors.Is(err, geo.ErrInvalid) {
				t.Fatalf("Parse(%q): %v is not ErrInvalid", s, err)
			}
			return
		}
		if back, err := Parse(c.String()); err != nil || back != c || len(c.String()) != 15 {
			t.Fatalf("Parse(%q) = %v, and back %v, %v", s, c, back, err)
		}
	})
}

// Cover against the definition: every cell of a wider disk whose outline,
// clipped to the bound, is not empty; sampled finely.
func TestCoverHoldsEveryPointAndNoStranger(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	for range 40 {
		west, south := 125.44+0.5*rnd.Float64(), 43.26+0.5*rnd.Float64()
		b := orb.Bound{Min: orb.Point{west, south}, Max: orb.Point{west + 0.03*rnd.Float64(), south + 0.03*rnd.Float64()}}
		res := 6 + rnd.IntN(4)
		got, err := Cover(b, res)
		if err != nil || !slices.IsSorted(got) {
			t.Fatalf("Cover(%v, %d) = %v, %v", b, res, got, err)
		}
		for range 400 {
			p := orb.Point{b.Min[0] + rnd.Float64()*(b.Max[0]-b.Min[0]), b.Min[1] + rnd.Float64()*(b.Max[1]-b.Min[1])}
			switch rnd.IntN(5) { // the rim is where cells are lost
			case 0:
				p[0] = b.Min[0]
			case 1:
				p[1] = b.Max[1]
			}
			c, err := At(p, res)
			if err != nil {
				t.Fatal(err)
			}
			if !slices.Contains(got, c) && distanceToOutline(c, p) > 0.5 {
				t.Fatalf("Cover(%v, %d) lacks %v at %v", b, res, c, p)
			}
		}
		for _, c := range got {
			if !Boundary(c).Bound().Intersects(b) {
				t.Fatalf("Cover(%v, %d) has %v, which does not meet it", b, res, c)
			}
		}
	}
}

// distanceToOutline gives metres, roughly; sides of a cell are great circles
// for H3 and straight in lon/lat here, some centimetres apart.
func distanceToOutline(c Cell, p orb.Point) float64 {
	return planar.DistanceFrom(orb.LineString(Boundary(c)[0]), p) * 80000
}

func TestCoverOfAPointAndRefusals(t *testing.T) {
	p := orb.Point{125.66, 43.52}
	at, _ := At(p, 8)
	if got, err := Cover(p.Bound(), 8); err != nil || !slices.Equal(got, []Cell{at}) {
		t.Errorf("Cover of a point = %v, %v, want %v", got, err, at)
	}
	inside := p.Bound().Pad(1e-5) // far smaller than a cell of resolution 4, whose centre lies elsewhere
	coarse, _ := At(p, 4)
	if got, err := Cover(inside, 4); err != nil || !slices.Equal(got, []Cell{coarse}) {
		t.Errorf("Cover inside one cell = %v, %v, want %v", got, err, coarse)
	}
	box := func(w, s, e, n float64) orb.Bound { return orb.Bound{Min: orb.Point{w, s}, Max: orb.Point{e, n}} }
	tests := []struct {
		name string
		b    orb.Bound
		res  int
	}{
		{"empty", box(2, 2, 1, 1), 7}, {"NaN", box(math.NaN(), 2, 3, 3), 7}, {"swapped", box(43, 125, 44, 126), 7},
		{"pole", box(0, 88, 1, 90), 4}, {"180", box(178, 0, 180, 1), 5}, {"world", box(-178, -80, 178, 80), 1},
		{"too many", box(73, 18, 135, 53), 9}, {"resolution", box(1, 1, 2, 2), 16}, {"resolution below", box(1, 1, 2, 2), -1},
	}
	for _, tt := range tests {
		if got, err := Cover(tt.b, tt.res); !errors.Is(err, geo.ErrInvalid) {
			t.Errorf("%s: Cover(%v, %d) = %d cells, %v, want ErrInvalid", tt.name, tt.b, tt.res, len(got), err)
		}
	}
}
