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
	x, y   float64   // metres a step
	lines  []outline // changed in place
	fixed  []outline // whose corners stay; they may get more
	withM  float64
	effort *effort // where it is not enough, corners stay as they are

	joined, inserted int // how many corners became another's, how many sides got corners
}

// run does it, and tells which lines changed.
func (n *noder) run() (changed []bool) {
	changed = make([]bool, len(n.lines))
	n.fixed = slices.Clone(n.fixed)
	fixed := n.fixed
	for range 4 {
		if n.effort.over() {
			break
		}
		torn := n.torn(fixed)
		if len(torn) == 0 {
			break
		}
		moves := n.near(torn, fixed)
		again := n.apply(moves, nil, changed, fixed)
		if len(moves) > 0 {
			torn = n.torn(fixed)
		}
		stay := n.sidesOf(torn, fixed)
		if n.effort.over() {
			break
		}
		if moves := n.onto(torn, stay, fixed); len(moves) > 0 {
			again = n.apply(moves, nil, changed, fixed) || again
			torn = n.torn(fixed)
			stay = n.sidesOf(torn, fixed)
		}
		inserts := n.beside(torn, stay)
		if again = n.apply(nil, inserts, changed, fixed) || again; !again {
			break
		}
	}
	return changed
}

// torn gives the sides that an odd number of lines has; and where lines that stay
// have sides which the others lack, these, and what of the others is next to
// them: an even number of lines may run beside an even number of those that stay.
func (n *noder) torn(fixed []outline) []side {
	odd := map[side]bool{}
	own := map[side]bool{}
	for _, o := range n.lines {
		for _, r := range o {
			for i, p := range r {
				s, _ := sideOf(p, r[(i+1)%len(r)])
				own[s] = true
				flip(odd, s)
			}
		}
	}
	stay := map[side]bool{}
	var missing []side
	for _, o := range fixed {
		for _, r := range o {
			for i, p := range r {
				s, _ := sideOf(p, r[(i+1)%len(r)])
				flip(odd, s)
				if !own[s] && !stay[s] {
					missing = append(missing, s)
				}
				stay[s] = true
			}
		}
	}
	for s := range n.nextTo(missing, own, stay) {
		odd[s] = true
	}
	out := make([]side, 0, len(odd))
	for s := range odd {
		out = append(out, s)
	}
	slices.SortFunc(out, side.compare)
	return out
}

func flip(odd map[side]bool, s side) {
	if odd[s] {
		delete(odd, s)
	} else {
		odd[s] = true
	}
}

// nextTo gives those of the missing sides that come near to some of own which do
// not stay, and these.
func (n *noder) nextTo(missing []side, own, stay map[side]bool) map[side]bool {
	out := map[side]bool{}
	if len(missing) == 0 {
		return out
	}
	size := int32(math.Ceil(max(n.withM, 50) / min(n.x, n.y)))
	reach := int32(math.Ceil(n.withM/min(n.x, n.y))) + 1
	cells := map[[2]int32][]side{}
	each := func(s side, visit func([2]int32) bool) {
		for x := floorDiv(s.west()-reach, size); x <= floorDiv(s.east()+reach, size); x++ {
			for y := floorDiv(s.a.Lat-reach, size); y <= floorDiv(s.b.Lat+reach, size); y++ {
				if !visit([2]int32{x, y}) {
					return
				}
			}
		}
	}
	for _, s := range missing {
		each(s, func(c [2]int32) bool { cells[c] = append(cells[c], s); return true })
	}
	near := func(s, t side) bool {
		for _, q := range [2]geo.LatticePoint{t.a, t.b} {
			if away, _ := n.offSide(s, q); away <= n.withM {
				return true
			}
		}
		return false
	}
	for s := range own {
		if stay[s] {
			continue
		}
		each(s, func(c [2]int32) bool {
			if !n.effort.take(1 + len(cells[c])) {
				return false
			}
			for _, t := range cells[c] {
				if near(s, t) || near(t, s) {
					out[s], out[t] = true, true
				}
			}
			return true
		})
	}
	return out
}

// sidesOf gives those of the torn sides that lines which stay have.
func (n *noder) sidesOf(torn []side, fixed []outline) map[side]bool {
	is := make(map[side]bool, len(torn))
	for _, s := range torn {
		is[s] = true
	}
	stay := map[side]bool{}
	for _, o := range fixed {
		for _, r := range o {
			for i, p := range r {
				if s, _ := sideOf(p, r[(i+1)%len(r)]); is[s] {
					stay[s] = true
				}
			}
		}
	}
	return stay
}

// onto gives each corner next to a side that stays the place on that side which
// it becomes, so that the side gets it without being moved.
func (n *noder) onto(torn []side, stay map[side]bool, fixed []outline) map[geo.LatticePoint]geo.LatticePoint {
	if len(stay) == 0 {
		return nil
	}
	own := map[geo.LatticePoint]bool{}
	for _, o := range fixed {
		for _, r := range o {
			for _, q := range r {
				own[q] = true
			}
		}
	}
	type place struct {
		to   geo.LatticePoint
		away float64
	}
	best := map[geo.LatticePoint]place{}
	for s, list := range n.beside(torn, nil) {
		if !stay[s] {
			continue
		}
		for _, q := range list {
			if own[q] {
				continue
			}
			away, _ := n.offSide(s, q)
			to := n.project(s, q)
			if was, ok := best[q]; !ok || away < was.away || away == was.away && geo.CompareLattice(to, was.to) < 0 {
				best[q] = place{to, away}
			}
		}
	}
	moves := map[geo.LatticePoint]geo.LatticePoint{}
	for q, p := range best {
		if p.to != q {
			moves[q] = p.to
		}
	}
	return moves
}

// project gives the place of the lattice on a side that is next to q: q itself
// where the side passes it within a step.
func (n *noder) project(s side, q geo.LatticePoint) geo.LatticePoint {
	if s.passes(q) {
		return q
	}
	_, t := n.offSide(s, q)
	t = min(max(t, 0), 1)
	return geo.LatticePoint{
		Lon: s.a.Lon + int32(math.Round(t*float64(int64(s.b.Lon)-int64(s.a.Lon)))),
		Lat: s.a.Lat + int32(math.Round(t*float64(int64(s.b.Lat)-int64(s.a.Lat)))),
	}
}

// passes tells whether the line of a side comes by a place within a step.
func (s side) passes(q geo.LatticePoint) bool {
	dx, dy := int64(s.b.Lon)-int64(s.a.Lon), int64(s.b.Lat)-int64(s.a.Lat)
	off := geo.Turn(s.a, s.b, q)
	return max(off, -off) <= max(dx, -dx, dy, -dy)
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
		if !n.effort.take(1) {
			break
		}
		for dx := int32(-1); dx <= 1; dx++ {
			for dy := int32(-1); dy <= 1; dy++ {
				next := cells[cell{c.x + dx, c.y + dy}]
				n.effort.take(len(next))
				for _, p := range next {
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
// in order; those that stay only what they come by within a step.
func (n *noder) beside(torn []side, stay map[side]bool) map[side][]geo.LatticePoint {
	corners := endsOf(torn)
	reach := int32(math.Ceil(n.withM/min(n.x, n.y))) + 1
	out := map[side][]geo.LatticePoint{}
	for _, s := range torn {
		low, high := min(s.a.Lat, s.b.Lat)-reach, max(s.a.Lat, s.b.Lat)+reach
		if !n.effort.take(8) {
			return out
		}
		first, _ := slices.BinarySearchFunc(corners, s.west()-reach, func(q geo.LatticePoint, lon int32) int { return cmp.Compare(q.Lon, lon) })
		for k, q := range corners[first:] {
			if k%1024 == 1023 && !n.effort.take(1024) {
				return out
			}
			if q.Lon > s.east()+reach {
				break
			}
			if q.Lat < low || q.Lat > high || q == s.a || q == s.b {
				continue
			}
			if away, along := n.offSide(s, q); away <= n.withM && along > 0 && along < 1 && (!stay[s] || s.passes(q)) {
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
	if len(moves) == 0 && len(inserts) == 0 || n.effort.over() {
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
