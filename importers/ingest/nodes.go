package ingest

import (
	"cmp"
	"math"
	"slices"

	"github.com/gridpatrol/gridpatrol/geo"
)

// shareM is how near lines must come to be taken for one that only lacks common
// corners, in metres: what rounding to the lattice makes of one line.
const shareM = 0.015

// noder gives lines that are one the same corners: where areas do not have their
// sides in common, corners next to each other become one, and a corner next to the
// side of another is put into it.
type noder struct {
	x, y  float64   // metres a step
	lines []outline // changed in place
	fixed []outline // whose corners stay; they may get more
	withM float64

	joined, inserted int // how many corners became another's, how many sides got corners
}

// run does it, and tells which lines changed.
func (n *noder) run() (changed []bool) {
	changed = make([]bool, len(n.lines))
	n.fixed = slices.Clone(n.fixed)
	fixed := n.fixed
	for range 4 {
		torn := n.torn(fixed)
		if len(torn) == 0 {
			break
		}
		moves := n.near(torn, fixed)
		again := n.apply(moves, nil, changed, fixed)
		if len(moves) > 0 {
			torn = n.torn(fixed)
		}
		inserts := n.beside(torn)
		if again = n.apply(nil, inserts, changed, fixed) || again; !again {
			break
		}
	}
	return changed
}

// torn gives the sides that an odd number of lines has.
func (n *noder) torn(fixed []outline) []side {
	odd := map[side]bool{}
	for _, list := range [][]outline{n.lines, fixed} {
		for _, o := range list {
			for _, r := range o {
				for i, p := range r {
					s, _ := sideOf(p, r[(i+1)%len(r)])
					if odd[s] {
						delete(odd, s)
					} else {
						odd[s] = true
					}
				}
			}
		}
	}
	out := make([]side, 0, len(odd))
	for s := range odd {
		out = append(out, s)
	}
	slices.SortFunc(out, func(s, t side) int {
		return cmp.Or(geo.CompareLattice(s.a, t.a), geo.CompareLattice(s.b, t.b))
	})
	return out
}

// near gives each corner of torn sides that lies next to another the one that
// it becomes: a corner that stays, else the first by lon and lat.
func (n *noder) near(torn []side, fixed []outline) map[geo.LatticePoint]geo.LatticePoint {
	stays := map[geo.LatticePoint]bool{}
	for _, o := range fixed {
		for _, r := range o {
			for _, q := range r {
				stays[q] = true
			}
		}
	}
	corners := endsOf(torn)
	slices.SortStableFunc(corners, func(p, q geo.LatticePoint) int {
		switch {
		case stays[p] == stays[q]:
			return 0
		case stays[p]:
			return -1
		}
		return 1
	})
	type cell struct{ x, y int32 }
	size := int32(math.Ceil(n.withM/min(n.x, n.y))) + 1
	cells := map[cell][]geo.LatticePoint{}
	at := func(q geo.LatticePoint) cell { return cell{floorDiv(q.Lon, size), floorDiv(q.Lat, size)} }
	moves := map[geo.LatticePoint]geo.LatticePoint{}
	for _, q := range corners {
		c := at(q)
		best, least := q, math.Inf(1)
		for dx := int32(-1); dx <= 1; dx++ {
			for dy := int32(-1); dy <= 1; dy++ {
				for _, p := range cells[cell{c.x + dx, c.y + dy}] {
					if d := n.distance(p, q); d <= n.withM && d < least {
						best, least = p, d
					}
				}
			}
		}
		if best != q && !stays[q] {
			moves[q] = best
			continue
		}
		cells[c] = append(cells[c], q)
	}
	return moves
}

func floorDiv(a, b int32) int32 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

func endsOf(sides []side) []geo.LatticePoint {
	out := make([]geo.LatticePoint, 0, 2*len(sides))
	for _, s := range sides {
		out = append(out, s.a, s.b)
	}
	slices.SortFunc(out, geo.CompareLattice)
	return slices.Compact(out)
}

func (n *noder) distance(p, q geo.LatticePoint) float64 {
	return math.Hypot((float64(p.Lon)-float64(q.Lon))*n.x, (float64(p.Lat)-float64(q.Lat))*n.y)
}

// offSide gives how far a place lies from a side, and how far along, of 1.
func (n *noder) offSide(s side, q geo.LatticePoint) (away, along float64) {
	ux, uy := (float64(s.b.Lon)-float64(s.a.Lon))*n.x, (float64(s.b.Lat)-float64(s.a.Lat))*n.y
	vx, vy := (float64(q.Lon)-float64(s.a.Lon))*n.x, (float64(q.Lat)-float64(s.a.Lat))*n.y
	along = (ux*vx + uy*vy) / (ux*ux + uy*uy)
	t := min(max(along, 0), 1)
	return math.Hypot(vx-t*ux, vy-t*uy), along
}

// beside gives each torn side the corners of others that lie next to its inside,
// in order.
func (n *noder) beside(torn []side) map[side][]geo.LatticePoint {
	corners := endsOf(torn)
	reach := int32(math.Ceil(n.withM/min(n.x, n.y))) + 1
	out := map[side][]geo.LatticePoint{}
	for _, s := range torn {
		low, high := min(s.a.Lat, s.b.Lat)-reach, max(s.a.Lat, s.b.Lat)+reach
		first, _ := slices.BinarySearchFunc(corners, s.west()-reach, func(q geo.LatticePoint, lon int32) int { return cmp.Compare(q.Lon, lon) })
		for _, q := range corners[first:] {
			if q.Lon > s.east()+reach {
				break
			}
			if q.Lat < low || q.Lat > high || q == s.a || q == s.b {
				continue
			}
			if away, along := n.offSide(s, q); away <= n.withM && along > 0 && along < 1 {
				out[s] = append(out[s], q)
			}
		}
		slices.SortStableFunc(out[s], func(p, q geo.LatticePoint) int {
			_, a := n.offSide(s, p)
			_, b := n.offSide(s, q)
			return cmp.Compare(a, b)
		})
		if len(out[s]) == 0 {
			delete(out, s)
		}
	}
	return out
}

// apply moves corners and puts others into sides.
func (n *noder) apply(moves map[geo.LatticePoint]geo.LatticePoint, inserts map[side][]geo.LatticePoint, changed []bool, fixed []outline) (any bool) {
	if len(moves) == 0 && len(inserts) == 0 {
		return false
	}
	for i, o := range n.lines {
		for k, r := range o {
			if next, did := n.ring(r, moves, inserts); did {
				if !changed[i] {
					n.lines[i] = slices.Clone(o)
					o = n.lines[i]
				}
				o[k] = next
				changed[i], any = true, true
			}
		}
	}
	for i, o := range fixed {
		cloned := false
		for k, r := range o {
			if next, did := n.ring(r, nil, inserts); did {
				if !cloned {
					o, cloned = slices.Clone(o), true
					fixed[i] = o
				}
				o[k] = next
				any = true
			}
		}
	}
	return any
}

// ring gives a ring with the changes.
func (n *noder) ring(r []geo.LatticePoint, moves map[geo.LatticePoint]geo.LatticePoint, inserts map[side][]geo.LatticePoint) (out []geo.LatticePoint, changed bool) {
	place := func(q geo.LatticePoint) geo.LatticePoint {
		if p, ok := moves[q]; ok {
			return p
		}
		return q
	}
	for i, p := range r {
		if _, ok := moves[p]; ok {
			changed = true
			break
		}
		if len(inserts) > 0 {
			s, _ := sideOf(p, r[(i+1)%len(r)])
			if _, ok := inserts[s]; ok {
				changed = true
				break
			}
		}
	}
	if !changed {
		return r, false
	}
	add := func(q geo.LatticePoint) {
		if len(out) == 0 || out[len(out)-1] != q {
			out = append(out, q)
		}
	}
	for i, p := range r {
		if _, ok := moves[p]; ok {
			n.joined++
		}
		add(place(p))
		s, up := sideOf(p, r[(i+1)%len(r)])
		list := inserts[s]
		if len(list) > 0 {
			n.inserted++
		}
		for k := range list {
			if up > 0 {
				add(list[k])
			} else {
				add(list[len(list)-1-k])
			}
		}
	}
	for len(out) > 1 && out[0] == out[len(out)-1] {
		out = out[:len(out)-1]
	}
	if len(out) < 3 {
		return r, false
	}
	return out, true
}
