package ingest

import (
	"cmp"
	"math"
	"slices"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
)

// patch is a piece of land with one fault that hangs together by more than
// points.
type patch struct {
	fault      fault
	areaM2     float64
	perimeterM float64
	at         orb.Point // inside it, in degrees, not on the lattice
	where      orb.Point // the same in steps
	largest    float64   // strip
	box        box
	borders    []side // round it
	open       bool   // reaches to infinity
}

// widthM is twice the area over the perimeter.
func (p *patch) widthM() float64 {
	if p.perimeterM == 0 {
		return 0
	}
	return 2 * p.areaM2 / p.perimeterM
}

// patches adds up the strips of each group.
func (w *sweeper) patches() (out []patch) {
	place := map[int]int{}
	for i := range w.strips {
		s := &w.strips[i]
		root := w.root(i)
		k, ok := place[root]
		if !ok {
			k = len(out)
			place[root] = k
			out = append(out, patch{fault: s.fault, largest: -1, box: emptyBox()})
		}
		p := &out[k]
		if s.left < 0 || s.right < 0 {
			p.open = true
			continue
		}
		area := w.areaM2(s)
		p.areaM2 += area
		p.perimeterM += w.lengthM(s.lowL, s.low, s.highL, s.high) + w.lengthM(s.lowR, s.low, s.highR, s.high) +
			w.lengthM(s.lowL, s.low, s.lowR, s.low) + w.lengthM(s.highL, s.high, s.highR, s.high) - s.inner
		if area > p.largest {
			p.largest = area
			p.where = orb.Point{(s.lowL + s.lowR + s.highL + s.highR) / 4, (s.low + s.high) / 2}
		}
		for _, q := range [4][2]float64{{s.lowL, s.low}, {s.lowR, s.low}, {s.highL, s.high}, {s.highR, s.high}} {
			p.box = p.box.with(geo.LatticePoint{Lon: int32(math.Round(q[0])), Lat: int32(math.Round(q[1]))})
		}
		for _, i := range []int{s.left, s.right} {
			p.borders = append(p.borders, w.sides[i].side)
		}
	}
	for i := range out {
		at := out[i].where
		if out[i].at = (orb.Point{at[0] / geo.Scale, at[1] / geo.Scale}); w.flat != nil {
			out[i].at = w.flat.degrees(at[0], at[1])
		}
		slices.SortFunc(out[i].borders, func(s, t side) int {
			return cmp.Or(geo.CompareLattice(s.a, t.a), geo.CompareLattice(s.b, t.b))
		})
		out[i].borders = slices.Compact(out[i].borders)
	}
	return out
}

// areaM2 measures a strip: on the ellipsoid, by Simpson's rule along the
// meridian, or in the plane.
func (w *sweeper) areaM2(s *strip) float64 {
	low, high := s.lowR-s.lowL, s.highR-s.highL
	if w.flat != nil {
		return (s.high - s.low) * (low + high) / 2 * w.x * w.y
	}
	per := func(lat float64) float64 { return geo.StepAreaM2(lat / geo.Scale) }
	return (s.high - s.low) * (low*per(s.low) + 2*(low+high)*per((s.low+s.high)/2) + high*per(s.high)) / 6
}

// stepM gives the length of a step of the lattice along lon and along lat, in
// metres, at a latitude in steps: the usual series for a degree on the
// ellipsoid of WGS 84 (National Geospatial-Intelligence Agency, Length of a
// degree of latitude and longitude), good to a centimetre a kilometre.
func stepM(lat float64) (x, y float64) {
	phi := lat / geo.Scale * math.Pi / 180
	x = 111412.84*math.Cos(phi) - 93.5*math.Cos(3*phi) + 0.118*math.Cos(5*phi)
	y = 111132.92 - 559.82*math.Cos(2*phi) + 1.175*math.Cos(4*phi) - 0.0023*math.Cos(6*phi)
	return x / geo.Scale, y / geo.Scale
}
