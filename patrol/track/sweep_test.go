package track

import (
	"math"
	"testing"
	"time"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
)

// origin is a place in the middle of the district, and zero an instant.
var (
	origin = geo.LatticePoint{Lon: 1256600000, Lat: 435200000}
	zero   = time.Date(2026, 3, 2, 1, 0, 0, 0, time.UTC)
)

// at gives the place so many metres east and north of the origin in EPSG:4551.
func at(t testing.TB, east, north float64) geo.LatticePoint {
	t.Helper()
	p, err := geo.FromWGS84("EPSG:4551", origin.Point())
	if err != nil {
		t.Fatal(err)
	}
	p, err = geo.ToWGS84("EPSG:4551", orb.Point{p[0] + east, p[1] + north})
	if err != nil {
		t.Fatal(err)
	}
	q, _ := geo.Snap(p)
	return q
}

// walk gives a piece through the places, one a minute.
func walk(t testing.TB, places ...[2]float64) Piece {
	t.Helper()
	var p Piece
	for i, xy := range places {
		p.Vertices = append(p.Vertices, Vertex{zero.Add(time.Duration(i) * time.Minute), at(t, xy[0], xy[1])})
	}
	p.Run = Span{p.From(), p.To()}
	return p
}

// ring gives the closed ring through the places.
func ring(t testing.TB, places ...[2]float64) orb.Ring {
	t.Helper()
	var r orb.Ring
	for _, xy := range places {
		r = append(r, at(t, xy[0], xy[1]).Point())
	}
	return append(r, r[0])
}

func square(t testing.TB, low, high float64) orb.Ring {
	return ring(t, [2]float64{low, low}, [2]float64{high, low}, [2]float64{high, high}, [2]float64{low, high})
}

func reversed(r orb.Ring) orb.Ring {
	r = r.Clone()
	r.Reverse()
	return r
}

func TestCoveredOfKnownShapes(t *testing.T) {
	const (
		swath = 30.0
		disc  = math.Pi * 15 * 15
	)
	field := orb.MultiPolygon{{square(t, -1000, 1000)}}
	holed := orb.MultiPolygon{{square(t, -1000, 1000), reversed(square(t, -100, 100))}}
	tests := []struct {
		name   string
		tracks [][]Piece
		shape  orb.MultiPolygon
		want   Measure
	}{
		{"nobody", nil, field, Measure{4e6, 0, 0, 0}},
		{"an empty shape", [][]Piece{{walk(t, [2]float64{0, 0})}}, nil, Measure{}},
		{"one fix", [][]Piece{{walk(t, [2]float64{0, 0})}}, field, Measure{4e6, disc, disc, 0}},
		{"standing", [][]Piece{{walk(t, [2]float64{3, 0}, [2]float64{3, 0}, [2]float64{3, 0})}}, field, Measure{4e6, disc, disc, 0}},
		{"due east", [][]Piece{{walk(t, [2]float64{-200, 0}, [2]float64{200, 0})}}, field, Measure{4e6, 400*swath + disc, 400*swath + disc, 400}},
		{"along the lines", [][]Piece{{walk(t, [2]float64{0, 0}, [2]float64{500 * cosTurn, 500 * sinTurn})}}, field, Measure{4e6, 500*swath + disc, 500*swath + disc, 500}},
		{"there and back", [][]Piece{{walk(t, [2]float64{0, 0}, [2]float64{100, 300}, [2]float64{0, 0})}}, field,
			Measure{4e6, math.Hypot(100, 300)*swath + disc, math.Hypot(100, 300)*swath + disc, 2 * math.Hypot(100, 300)}},
		{"two on one way", [][]Piece{{walk(t, [2]float64{0, 0}, [2]float64{0, 300})}, {walk(t, [2]float64{0, 300}, [2]float64{0, 0})}}, field,
			Measure{4e6, 300*swath + disc, 2 * (300*swath + disc), 600}},
		{"a cross", [][]Piece{{walk(t, [2]float64{-200, 0}, [2]float64{200, 0}), walk(t, [2]float64{0, -200}, [2]float64{0, 200})}}, field,
			Measure{4e6, 2*(400*swath+disc) - swath*swath, 2*(400*swath+disc) - swath*swath, 800}},
		{"out of the shape", [][]Piece{{walk(t, [2]float64{900, 0}, [2]float64{1500, 0})}}, field, Measure{4e6, 100*swath + disc/2, 100*swath + disc/2, 100}},
		{"beside it, within reach", [][]Piece{{walk(t, [2]float64{1005, -100}, [2]float64{1005, 100})}}, field, Measure{4e6, 200*10 + capArea(15, 10), 200*10 + capArea(15, 10), 0}},
		{"far off", [][]Piece{{walk(t, [2]float64{5000, 0}, [2]float64{5300, 0})}}, field, Measure{4e6, 0, 0, 0}},
		{"through a hole", [][]Piece{{walk(t, [2]float64{-300, 0}, [2]float64{300, 0})}}, holed, Measure{3.96e6, 400*swath + disc, 400*swath + disc, 400}},
		{"on a hole's edge", [][]Piece{{walk(t, [2]float64{-50, 100}, [2]float64{50, 100})}}, holed, Measure{3.96e6, 50*swath + disc/2, 50*swath + disc/2, -1}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := Covered(tt.tracks, []orb.MultiPolygon{tt.shape}, swath)[0]
			near := func(what string, got, want, slack float64) {
				if want >= 0 && math.Abs(got-want) > slack {
					t.Errorf("%s = %.2f, want %.2f (%.3f %%)", what, got, want, 100*(got-want)/want)
				}
			}
			near("AreaM2", got.AreaM2, tt.want.AreaM2, 1e-4*tt.want.AreaM2)
			near("CoveredM2", got.CoveredM2, tt.want.CoveredM2, 1e-3*tt.want.CoveredM2)
			near("UnmergedM2", got.UnmergedM2, tt.want.UnmergedM2, 1e-3*tt.want.UnmergedM2)
			near("DistanceM", got.DistanceM, tt.want.DistanceM, 0.3)
		})
	}
}

// capArea is that of the part of a disc of radius r that lies further than r-h from its middle.
func capArea(r, h float64) float64 {
	return r*r*math.Acos((r-h)/r) - (r-h)*math.Sqrt(2*r*h-h*h)
}

func TestCoveredRefusesNothing(t *testing.T) {
	field := orb.MultiPolygon{{square(t, -1000, 1000)}}
	far := orb.MultiPolygon{{orb.Ring{{2, 48}, {2.1, 48}, {2.1, 48.1}, {2, 48.1}, {2, 48}}}}
	tracks := [][]Piece{{walk(t, [2]float64{0, 0}, [2]float64{100, 0})}, {{Vertices: []Vertex{{zero, geo.LatticePoint{Lon: -1800000000, Lat: -900000000}}}}}}
	for _, swath := range []float64{0, -1, math.NaN(), math.Inf(1), 1e6} {
		if got := Covered(tracks, []orb.MultiPolygon{field}, swath)[0]; got.CoveredM2 != 0 || got.AreaM2 < 3.9e6 {
			t.Errorf("a swath of %v covers %+v, want nothing", swath, got)
		}
	}
	got := Covered(tracks, []orb.MultiPolygon{far, field}, 30)
	if got[0] != (Measure{}) || got[1].CoveredM2 < 3000 {
		t.Errorf("a shape outside the zone beside the field: %+v", got)
	}
}
