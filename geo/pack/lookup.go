package pack

import (
	"github.com/gridpatrol/gridpatrol/geo"
)

// Found is what a pack says of a place and a kind.
type Found struct {
	// Server: the pack cannot tell; Area is nil.
	Server bool
	Area   *Area // nil where no area of the kind covers the place
}

// Lookup answers from a pack which areas cover a place. It never changes. Safe
// for concurrent use.
type Lookup struct {
	pack  *Pack
	kinds [6]bands
}

// bands are the segments that areas of a kind run along, in strips of latitude
// that reach as far as the band round each segment.
type bands struct {
	south, high int64 // of the first strip, of each
	strips      [][]side
	users       [][]int32 // of each arc: the areas of the kind, each as often as it runs along it
}

type side struct {
	a, b  geo.LatticePoint
	arc   int32
	exact bool
}

// maxStrips limits what an index of a kind holds.
const maxStrips = 512

// NewLookup makes the lookup of a pack.
func NewLookup(p *Pack) *Lookup {
	l := &Lookup{pack: p}
	for k := range p.Areas {
		l.kinds[k] = newBands(p, k)
	}
	return l
}

func newBands(p *Pack, kind int) bands {
	b := bands{users: make([][]int32, len(p.Arcs))}
	for i, a := range p.Areas[kind] {
		for _, polygon := range a.Shape {
			for _, ring := range polygon {
				for _, r := range ring {
					b.users[r.Arc()] = append(b.users[r.Arc()], int32(i))
				}
			}
		}
	}
	var sides []side
	for i, a := range p.Arcs {
		if len(b.users[i]) == 0 {
			continue
		}
		for k := 1; k < len(a.Line); k++ {
			sides = append(sides, side{a.Line[k-1], a.Line[k], int32(i), a.Exact})
		}
	}
	if len(sides) == 0 {
		return b
	}
	reach := int64(p.BandM/p.Plane.LatM) + 1
	low, high := func(s side) int64 { return int64(min(s.a.Lat, s.b.Lat)) - reach }, func(s side) int64 { return int64(max(s.a.Lat, s.b.Lat)) + reach }
	south, north := low(sides[0]), high(sides[0])
	for _, s := range sides {
		south, north = min(south, low(s)), max(north, high(s))
	}
	n := int64(min(max(len(sides)/8, 1), maxStrips))
	b.south, b.high = south, (north-south)/n+1
	b.strips = make([][]side, n)
	for _, s := range sides {
		for i := (low(s) - south) / b.high; i <= (high(s)-south)/b.high; i++ {
			b.strips[i] = append(b.strips[i], s)
		}
	}
	return b
}

// Locate says of each kind, in the order of geo.Kinds, which area covers a place:
// edges included, of several the one of the lowest code, as the server has it.
func (l *Lookup) Locate(q geo.LatticePoint) (out [6]Found) {
	var bare [6]bool // kinds of which nothing that is held covers the place
	full := false
	for k := range out {
		out[k], bare[k] = l.find(k, q)
		full = full || out[k].Area != nil && out[k].Area.Full
	}
	for k := range out {
		if bare[k] && !full && !l.pack.Whole[k] {
			out[k].Server = true
		}
	}
	return out
}

// find gives the area of a kind that covers a place; bare says that none of those
// held does.
func (l *Lookup) find(kind int, q geo.LatticePoint) (f Found, bare bool) {
	b := &l.kinds[kind]
	p := l.pack
	strip := int64(q.Lat) - b.south
	if strip < 0 || len(b.strips) == 0 || strip/b.high >= int64(len(b.strips)) {
		return Found{}, true
	}
	odd := make([]int32, 0, 8)  // areas whose outline was crossed an odd number of times
	edge := make([]int32, 0, 4) // areas on whose outline the place lies
	for _, s := range b.strips[strip/b.high] {
		if !s.exact && p.Plane.squareM2(q, s.a, s.b) <= p.BandM*p.BandM {
			return Found{Server: true}, false
		}
		switch look(&s, q) {
		case onSide:
			edge = append(edge, b.users[s.arc]...)
		case crossed:
			for _, u := range b.users[s.arc] {
				odd = toggled(odd, u)
			}
		}
	}
	best := int32(-1)
	for _, i := range append(odd, edge...) {
		if best < 0 || i < best {
			best = i
		}
	}
	if best < 0 {
		return Found{}, true
	}
	for _, i := range append(odd, edge...) {
		if p.Areas[kind][i].Unsure {
			return Found{Server: true}, false
		}
	}
	return Found{Area: &p.Areas[kind][best]}, false
}

func toggled(set []int32, u int32) []int32 {
	for i, v := range set {
		if v == u {
			set[i] = set[len(set)-1]
			return set[:len(set)-1]
		}
	}
	return append(set, u)
}

// What a side says of a place: that the place lies on it, that a ray from the
// place to the east crosses it, or neither.
const (
	passed = iota
	onSide
	crossed
)

// look says of one side. Of its ends the lower counts and the higher does not:
// every ray crosses every ring as it should.
func look(s *side, q geo.LatticePoint) int {
	a, b := s.a, s.b
	if a.Lat > q.Lat && b.Lat > q.Lat || a.Lat < q.Lat && b.Lat < q.Lat || a.Lon < q.Lon && b.Lon < q.Lon {
		return passed
	}
	turn := geo.Turn(a, b, q)
	if turn == 0 {
		if a.Lon > q.Lon && b.Lon > q.Lon {
			return passed
		}
		return onSide
	}
	if (a.Lat > q.Lat) == (b.Lat > q.Lat) {
		return passed
	}
	// The side rises past the place on its east where the place is left of it,
	// and falls where it is right.
	if (b.Lat > a.Lat) == (turn > 0) {
		return crossed
	}
	return passed
}
