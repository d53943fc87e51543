package geo

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"
	orbgeo "github.com/paulmach/orb/geo"
)

func TestAreaM2(t *testing.T) {
	half := orb.MultiPolygon{{{{-90, -90}, {90, -90}, {90, 90}, {-90, 90}, {-90, -90}}}}
	const earth = 510065621724088.44 // the area of the WGS 84 ellipsoid, GeographicLib
	if got := AreaM2(half); math.Abs(got-earth/2) > 0.01*earth {
		t.Errorf("half the world has %v m², want %v", got, earth/2)
	}
	var bands orb.MultiPolygon // short edges, for which the formula is made
	for lat := -90.0; lat < 90; lat++ {
		bands = append(bands, orb.Polygon{{{-90, lat}, {90, lat}, {90, lat + 1}, {-90, lat + 1}, {-90, lat}}})
	}
	if got := AreaM2(bands); math.Abs(got-earth/2) > 1e-9*earth {
		t.Errorf("half the world in bands has %v m², want %v", got, earth/2)
	}
	rnd := rand.New(rand.NewPCG(1, 2))
	shape := orb.MultiPolygon{{star(rnd, 2000, 125.66, 43.52, 0.2), nil}}
	shape[0][1] = star(rnd, 500, 125.66, 43.52, 0.05)
	for i, j := 0, len(shape[0][1])-1; i < j; i, j = i+1, j-1 {
		shape[0][1][i], shape[0][1][j] = shape[0][1][j], shape[0][1][i]
	}
	got := AreaM2(shape)
	if sphere := orbgeo.Area(shape); math.Abs(got/sphere-1) > 0.01 {
		t.Errorf("AreaM2 = %v, and %v on the sphere", got, sphere)
	}
	if plane := planeAreaM2(t, shape); math.Abs(got/plane-1) > 1e-7 {
		t.Errorf("AreaM2 = %.1f, and %.1f in EPSG:4551", got, plane)
	}
	if got := AreaM2(nil); got != 0 {
		t.Errorf("AreaM2(nil) = %v", got)
	}
	if got := AreaM2(orb.MultiPolygon{{{}}, {}}); got != 0 {
		t.Errorf("AreaM2 of an empty ring = %v", got)
	}
}

// planeAreaM2 adds up triangles in EPSG:4551 from the first vertex's parallel,
// each divided by the square of the scale there, 1 + x²/2R².
func planeAreaM2(t *testing.T, shape orb.MultiPolygon) float64 {
	t.Helper()
	const r2 = 6371000.0 * 6371000.0
	sum := 0.0
	for _, ring := range shape[0] {
		for i := range ring[1:] {
			a, err := FromWGS84("EPSG:4551", ring[i])
			if err != nil {
				t.Fatal(err)
			}
			b, err := FromWGS84("EPSG:4551", ring[i+1])
			if err != nil {
				t.Fatal(err)
			}
			// ∮ F(x) dy with F' = 1/scale² = 1 − x²/R²
			f := func(x float64) float64 { x -= 500000; return x - x*x*x/(3*r2) }
			sum += (f(a[0]) + 4*f((a[0]+b[0])/2) + f(b[0])) / 6 * (b[1] - a[1])
		}
	}
	return sum
}

func TestDistanceM(t *testing.T) {
	dms := func(d, m, s float64) float64 { return d + m/60 + s/3600 }
	tests := []struct {
		name   string
		p, q   orb.Point
		want   float64
		within float64
	}{
		// Geocentric Datum of Australia Technical Manual, §4.1
		{"Flinders Peak to Buninyong", orb.Point{dms(144, 25, 29.52440), -dms(37, 57, 3.72030)},
			orb.Point{dms(143, 55, 35.38390), -dms(37, 39, 10.15610)}, 54972.271, 0.001},
		{"a degree along the equator", orb.Point{0, 0}, orb.Point{1, 0}, 6378137 * math.Pi / 180, 1e-6},
		{"equator to pole", orb.Point{30, 0}, orb.Point{30, 90}, 10001965.729, 0.001},
		{"the same", orb.Point{125, 43}, orb.Point{125, 43}, 0, 0},
		{"the same, once round", orb.Point{-180, 43}, orb.Point{180, 43}, 0, 1e-6},
		{"a unit", orb.Point{125, 43}, orb.Point{125, 43.0000001}, 0.0111, 0.0001},
		{"almost opposite", orb.Point{0, 0}, orb.Point{179.9, 0.1}, 20003931, 40000},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := DistanceM(tt.p, tt.q); math.Abs(got-tt.want) > tt.within {
				t.Errorf("DistanceM(%v, %v) = %.6f, want %.6f", tt.p, tt.q, got, tt.want)
			}
			if there, back := DistanceM(tt.p, tt.q), DistanceM(tt.q, tt.p); math.Abs(there-back) > 1e-6 {
				t.Errorf("there %v, back %v", there, back)
			}
		})
	}
	if got := DistanceM(orb.Point{math.NaN(), 0}, orb.Point{0, 0}); !math.IsNaN(got) {
		t.Errorf("DistanceM(NaN) = %v, want NaN", got)
	}
}

func TestPointOnSurface(t *testing.T) {
	horseshoe := orb.MultiPolygon{{units(0, 0, 300, 0, 300, 200, 290, 200, 290, 10, 10, 10, 10, 200, 0, 200)}}
	tests := map[string]orb.MultiPolygon{
		"square":             {{units(0, 0, 100, 0, 100, 100, 0, 100)}},
		"horseshoe":          horseshoe,
		"hole in the middle": {{units(0, 0, 100, 0, 100, 100, 0, 100), units(1, 1, 1, 99, 99, 99, 99, 1)}},
		"sliver":             {{units(0, 0, 1000000, 1, 500000, 1)}},
		"smallest":           {{units(0, 0, 1, 0, 0, 1)}},
		"flat":               {{units(0, 5, 1000, 5, 500, 6)}},
		"two far apart":      {{units(0, 0, 9, 0, 9, 9)}, {units(1000, 1000, 1200, 1000, 1200, 1200)}},
	}
	for name, shape := range tests {
		t.Run(name, func(t *testing.T) {
			p, ok := PointOnSurface(shape)
			q, _ := Snap(p)
			if !ok || !OnLattice(p) || !slowShapeCovers(shape, q) {
				t.Errorf("PointOnSurface = %v, %v, want a lattice point inside", p, ok)
			}
		})
	}
	for name, shape := range map[string]orb.MultiPolygon{"nil": nil, "no ring": {{}}, "empty ring": {{{}}}, "NaN": {{{{math.NaN(), 1}, {1, 1}}}}} {
		if p, ok := PointOnSurface(shape); ok {
			t.Errorf("PointOnSurface(%s) = %v, want none", name, p)
		}
	}
}

func TestBound(t *testing.T) {
	got, ok := Bound(orb.MultiPolygon{{units(0, 0, 10, 0, 10, 10)}, {units(50, -20, 60, -20, 60, 0)}})
	want := orb.Bound{Min: LatticePoint{0, -20}.Point(), Max: LatticePoint{60, 10}.Point()}
	if !ok || got != want {
		t.Errorf("Bound = %v, %v, want %v", got, ok, want)
	}
	if got, ok := Bound(orb.MultiPolygon{{{}}}); ok {
		t.Errorf("Bound of nothing = %v, want none", got)
	}
}

func TestStepAreaM2(t *testing.T) {
	for _, lat := range []float64{0, 43.5, -70, 89} {
		const half = 0.0005
		box := orb.MultiPolygon{{{{125, lat - half}, {125.001, lat - half}, {125.001, lat + half}, {125, lat + half}, {125, lat - half}}}}
		want := AreaM2(box)
		if got := StepAreaM2(lat) * 1e8; math.Abs(got-want) > 1e-6*want {
			t.Errorf("10,000 by 10,000 steps at %v° have %.6f m², want %.6f", lat, got, want)
		}
	}
}
