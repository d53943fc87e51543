package impact

import (
	"slices"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
)

// beside is how far from a side, in steps of the lattice of about a centimetre, a
// corner may lie that was only put on it.
const beside = 2

// alike tells whether two shapes enclose the same ground for people who work
// there: one has corners on sides of the other at most, which neighbours have
// put there, each within two steps.
func alike(a, b orb.MultiPolygon) bool {
	if geo.SameShape(a, b) {
		return true
	}
	p, q := thinned(a, cornersOf(b)), thinned(b, cornersOf(a))
	return slices.EqualFunc(p, q, func(r, s []geo.LatticePoint) bool { return slices.Equal(r, s) })
}

func cornersOf(shape orb.MultiPolygon) map[geo.LatticePoint]bool {
	out := map[geo.LatticePoint]bool{}
	for _, polygon := range shape {
		for _, ring := range polygon {
			for _, p := range ring {
				q, _ := geo.Snap(p)
				out[q] = true
			}
		}
	}
	return out
}

// thinned gives the rings of a shape, each from its least corner and without the
// last, but for corners that lie on the way between their neighbours and that are
// not among others.
func thinned(shape orb.MultiPolygon, others map[geo.LatticePoint]bool) (out [][]geo.LatticePoint) {
	for _, polygon := range shape {
		for _, ring := range polygon {
			corners := make([]geo.LatticePoint, 0, len(ring))
			for _, p := range ring[:max(len(ring)-1, 0)] {
				q, _ := geo.Snap(p)
				corners = append(corners, q)
			}
			var kept []geo.LatticePoint
			for i, q := range corners {
				n := len(corners)
				if others[q] || !between(corners[(i+n-1)%n], q, corners[(i+1)%n]) {
					kept = append(kept, q)
				}
			}
			out = append(out, fromLeast(kept))
		}
	}
	return out
}

// between tells whether q lies within two steps of the way from p to r, and not
// before or beyond it.
func between(p, q, r geo.LatticePoint) bool {
	dx, dy := float64(r.Lon)-float64(p.Lon), float64(r.Lat)-float64(p.Lat)
	x, y := float64(q.Lon)-float64(p.Lon), float64(q.Lat)-float64(p.Lat)
	long, along, across := dx*dx+dy*dy, x*dx+y*dy, x*dy-y*dx
	return long > 0 && along >= 0 && along <= long && across*across <= beside*beside*long
}

// fromLeast turns a ring so that it begins with its least corner.
func fromLeast(ring []geo.LatticePoint) []geo.LatticePoint {
	if len(ring) == 0 {
		return nil
	}
	least := 0
	for i, q := range ring {
		if q.Lon < ring[least].Lon || q.Lon == ring[least].Lon && q.Lat < ring[least].Lat {
			least = i
		}
	}
	return slices.Concat(ring[least:], ring[:least])
}
