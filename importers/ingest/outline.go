package ingest

import (
	"math"
	"slices"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
)

// outline is the rings of a shape on a lattice, without their closing points, in
// no order. Land lies on their left, once nest has seen to it.
type outline [][]geo.LatticePoint

// outlineOf reads a shape as geo.NormalizeShape gives it.
func outlineOf(shape orb.MultiPolygon) outline {
	var out outline
	for _, polygon := range shape {
		for _, ring := range polygon {
			r := make([]geo.LatticePoint, 0, len(ring))
			for _, p := range ring[:max(len(ring)-1, 0)] {
				q, _ := geo.Snap(p)
				r = append(r, q)
			}
			out = append(out, r)
		}
	}
	return out
}

// covers reports whether a place in steps lies inside, by the even-odd rule; on
// an edge it may be either.
func (o outline) covers(lon, lat float64) bool {
	in := false
	for _, r := range o {
		for i, p := range r {
			q := r[(i+1)%len(r)]
			if (float64(p.Lat) > lat) != (float64(q.Lat) > lat) {
				s, _ := sideOf(p, q)
				if s.lonAt(lat) < lon {
					in = !in
				}
			}
		}
	}
	return in
}

func (o outline) box() box {
	b := emptyBox()
	for _, r := range o {
		for _, q := range r {
			b = b.with(q)
		}
	}
	return b
}

func (o outline) equal(p outline) bool {
	return slices.EqualFunc(o, p, func(r, s []geo.LatticePoint) bool { return slices.Equal(r, s) })
}

func (o outline) corners() (n int) {
	for _, r := range o {
		n += len(r)
	}
	return n
}

// weigh gives the sides, counted in one set.
func (o outline) weigh(set int, near box) []weighed {
	out := make([]weighed, 0, o.corners())
	for _, r := range o {
		for i, p := range r {
			s, up := sideOf(p, r[(i+1)%len(r)])
			// What lies east of a place says nothing about it.
			if s.b.Lat < near.south || s.a.Lat > near.north || s.west() > near.east {
				continue
			}
			w := weighed{side: s}
			w.by[set] = -up
			out = append(out, w)
		}
	}
	return out
}

// box is a closed box in steps.
type box struct{ west, south, east, north int32 }

func emptyBox() box {
	return box{math.MaxInt32, math.MaxInt32, math.MinInt32, math.MinInt32}
}

func (b box) with(q geo.LatticePoint) box {
	return box{min(b.west, q.Lon), min(b.south, q.Lat), max(b.east, q.Lon), max(b.north, q.Lat)}
}

func (b box) meets(c box) bool {
	return b.west <= c.east && c.west <= b.east && b.south <= c.north && c.south <= b.north
}

func (b box) and(c box) box {
	return box{max(b.west, c.west), max(b.south, c.south), min(b.east, c.east), min(b.north, c.north)}
}

func (b box) join(c box) box {
	return box{min(b.west, c.west), min(b.south, c.south), max(b.east, c.east), max(b.north, c.north)}
}

// What overlay finds of two shapes.
const (
	inBoth fault = iota + 1
	inFirst
	inSecond
)

// overlay sweeps two shapes and gives the land that a classifier asks for.
func overlay(e *effort, a, b outline, flat *plane, near box, of func(count [2]int32) fault) []patch {
	if !e.take(overlaySteps) {
		return nil
	}
	list := append(a.weigh(0, near), b.weigh(1, near)...)
	sortSides(list)
	w := &sweeper{sides: list, of: of, flat: flat, effort: e}
	w.run(float64(near.south), float64(near.north))
	return w.patches()
}

// common gives the land that two shapes have in common, piece by piece. They lie in
// a plane, or where it is nil on the lattice of everything.
func common(e *effort, a, b outline, flat *plane) []patch {
	near := a.box().and(b.box())
	if near.west > near.east || near.south > near.north {
		return nil
	}
	return overlay(e, a, b, flat, near, func(c [2]int32) fault {
		if c[0] > 0 && c[1] > 0 {
			return inBoth
		}
		return 0
	})
}

// differing gives the land that one of two shapes has and the other has not.
func differing(e *effort, a, b outline) []patch {
	return overlay(e, a, b, nil, a.box().join(b.box()), func(c [2]int32) fault {
		switch {
		case c[0] > 0 && c[1] <= 0:
			return inFirst
		case c[1] > 0 && c[0] <= 0:
			return inSecond
		}
		return 0
	})
}

// landM2 adds up the land of one sort.
func landM2(patches []patch, of fault) (sum float64) {
	for i := range patches {
		if patches[i].fault == of {
			sum += patches[i].areaM2
		}
	}
	return sum
}
