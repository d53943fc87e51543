package locate

import (
	"math/bits"

	"github.com/gridpatrol/gridpatrol/geo"
)

// edge is a side of one or more areas of any kinds: where two areas meet vertex
// for vertex there is one edge, not two.
type edge struct {
	a, b    geo.LatticePoint // the lower end first; of two equally high ones the western
	toggles uint32           // the set of areas that lie on one side of it only
	touch   uint32           // the set of areas that have it as a side
}

// edgeMap collects the sides of all areas into edges.
type edgeMap struct {
	edges []edge
	slots []uint32 // open addressing: index of an edge plus 1
	shift uint     // of the hash to a slot
	sets  *areaSets
}

// newEdgeMap makes a map for at most that many sides.
func newEdgeMap(sides int, sets *areaSets) *edgeMap {
	n := bits.Len(uint(2*sides + 8))
	return &edgeMap{slots: make([]uint32, 1<<n), shift: uint(64 - n), sets: sets}
}

// addRing adds the sides of a closed ring of an area. Areas come in order.
func (m *edgeMap) addRing(ring []geo.LatticePoint, area uint32) {
	real := false
	for i := 1; i < len(ring); i++ {
		a, b := ring[i-1], ring[i]
		if a == b {
			continue
		}
		real = true
		if a.Lat > b.Lat || a.Lat == b.Lat && a.Lon > b.Lon {
			a, b = b, a
		}
		e := m.at(a, b)
		// Areas come in order, so the area's own earlier side is the last member.
		if list := m.sets.of(e.touch); len(list) > 0 && list[len(list)-1] == area {
			// A spike, or parts that lie on each other: inside is what an odd
			// number of sides encloses.
			e.toggles = m.sets.toggle(e.toggles, area+1)
			continue
		}
		same := e.toggles == e.touch
		e.touch = m.sets.toggle(e.touch, area+1)
		if same {
			e.toggles = e.touch
		} else {
			e.toggles = m.sets.toggle(e.toggles, area+1)
		}
	}
	if !real { // all one place, which the area covers and nothing else
		if e := m.at(ring[0], ring[0]); e.touch == 0 {
			e.touch = area + 1
		} else if list := m.sets.of(e.touch); list[len(list)-1] != area {
			e.touch = m.sets.toggle(e.touch, area+1)
		}
	}
}

// at gives the edge between two points, a new one where there is none yet. The
// pointer holds until the next call.
func (m *edgeMap) at(a, b geo.LatticePoint) *edge {
	h := uint64(uint32(a.Lon))<<32 | uint64(uint32(a.Lat))
	h = (h ^ h>>31) * 0x9E3779B97F4A7C15 // D. E. Knuth, TAOCP vol. 3, §6.4: by the golden ratio
	h ^= uint64(uint32(b.Lon))<<32 | uint64(uint32(b.Lat))
	h = (h ^ h>>29) * 0x9E3779B97F4A7C15
	for i := h >> m.shift; ; i = (i + 1) & uint64(len(m.slots)-1) {
		k := m.slots[i]
		if k == 0 {
			m.edges = append(m.edges, edge{a: a, b: b})
			m.slots[i] = uint32(len(m.edges))
			return &m.edges[len(m.edges)-1]
		}
		if e := &m.edges[k-1]; e.a == a && e.b == b {
			return e
		}
	}
}

// has reports whether the edge holds q, given that q is on its line.
func (e *edge) has(q geo.LatticePoint) bool {
	return e.a.Lat <= q.Lat && q.Lat <= e.b.Lat && min(e.a.Lon, e.b.Lon) <= q.Lon && q.Lon <= max(e.a.Lon, e.b.Lon)
}
