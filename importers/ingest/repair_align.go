package ingest

import (
	"cmp"
	"container/heap"
	"fmt"
	"maps"
	"math"
	"slices"

	"github.com/gridpatrol/gridpatrol/geo"
)

// align puts lines of the file on those of kinds in force that they run along.
//
// The file's lines are cut into arcs where three or more sides meet. The ends of arcs that
// lie within the distance become the nearest corner in force, sooner one
// where lines meet, or where no corner is so near a place on the line, which gets
// it as a corner by the import; stretches of an arc that run along are replaced by the way
// along the lines in force, corner by corner. Every arc is done once for both
// areas that it lies between.
func (in *intake) align() {
	for _, a := range in.repairs.align {
		net := newNet(in, a)
		if len(net.ways) == 0 {
			continue
		}
		arcs := newArcs(in.features)
		net.meet(arcs.junctions)
		done := map[*arc][]geo.LatticePoint{}
		for _, f := range in.features {
			if f.land == nil {
				continue
			}
			var next outline
			for _, r := range f.land {
				next = append(next, arcs.rebuild(r, func(c *arc) []geo.LatticePoint {
					if done[c] == nil {
						done[c] = net.follow(c.corners, arcs.junctions)
					}
					return done[c]
				}))
			}
			if next.equal(f.land) {
				continue
			}
			// Ways there and back cancel; rings that begin elsewhere are the same.
			sides := oddSides(next)
			if maps.Equal(sides, oddSides(f.land)) {
				continue
			}
			rings := trace(in.effort, node(in.effort, sides))
			before := f.land
			if n := nest(in.effort, rings); len(rings) > 0 {
				n.wind(rings)
				if f.become(n.polygons(rings)) {
					in.repair(f, repairAlign, before, farthest(before, f.land), fmt.Sprintf("lines within %s of those of the %s put on them", metres(a.withM), a.kind.Plural()))
				}
			}
		}
	}
	if len(in.repairs.align) > 0 {
		in.node(shareM, nil)
	}
}

// net is the lines of a kind in force.
type net struct {
	withM float64
	x, y  float64
	ways  map[geo.LatticePoint][]geo.LatticePoint
	cells map[[2]int32][]side
	size  int32 // of a cell
}

func newNet(in *intake, a alignment) *net {
	n := &net{withM: a.withM, ways: map[geo.LatticePoint][]geo.LatticePoint{}, cells: map[[2]int32][]side{}}
	seen := map[side]bool{}
	for i := range in.basis.Areas {
		b := &in.basis.Areas[i]
		if b.Kind != a.kind {
			continue
		}
		for _, r := range in.landOf(b).outline {
			for k, p := range r {
				if s, _ := sideOf(p, r[(k+1)%len(r)]); !seen[s] {
					seen[s] = true
					n.ways[s.a], n.ways[s.b] = append(n.ways[s.a], s.b), append(n.ways[s.b], s.a)
				}
			}
		}
	}
	sides := slices.SortedFunc(maps.Keys(seen), side.compare) // the same file must come out the same
	for i, s := range sides {
		if i == 0 {
			n.x, n.y = stepM(float64(s.a.Lat))
			n.size = int32(math.Ceil(max(a.withM, 50) / min(n.x, n.y)))
		}
		n.eachCell(s, func(c [2]int32) { n.cells[c] = append(n.cells[c], s) })
	}
	for p := range n.ways {
		slices.SortFunc(n.ways[p], geo.CompareLattice)
	}
	return n
}

// meet puts corners into the lines where junctions of the file come near to them,
// and no corner is within the distance.
func (n *net) meet(junctions map[geo.LatticePoint]bool) {
	cuts := map[side][]geo.LatticePoint{}
	off := noder{x: n.x, y: n.y}
	for p := range junctions {
		s, away, corner := n.closest(p)
		if away > n.withM || corner <= n.withM {
			continue
		}
		if q := off.project(s, p); q != s.a && q != s.b && !slices.Contains(cuts[s], q) {
			cuts[s] = append(cuts[s], q)
		}
	}
	for s, stops := range cuts {
		slices.SortFunc(stops, func(p, q geo.LatticePoint) int { return cmp.Compare(s.progress(p), s.progress(q)) })
		n.unlink(s)
		from := s.a
		for _, q := range append(stops, s.b) {
			t, _ := sideOf(from, q)
			n.link(t)
			from = q
		}
	}
}

// closest gives the side nearest to a place, how far that is, and how far the
// nearest corner; infinitely where there is none near.
func (n *net) closest(p geo.LatticePoint) (best side, away, corner float64) {
	away, corner = math.Inf(1), math.Inf(1)
	off := noder{x: n.x, y: n.y}
	for dx := int32(-1); dx <= 1; dx++ {
		for dy := int32(-1); dy <= 1; dy++ {
			for _, s := range n.cells[[2]int32{floorDiv(p.Lon, n.size) + dx, floorDiv(p.Lat, n.size) + dy}] {
				if d, _ := off.offSide(s, p); d < away || d == away && s.compare(best) < 0 {
					best, away = s, d
				}
				corner = min(corner, n.distance(p, s.a), n.distance(p, s.b))
			}
		}
	}
	return best, away, corner
}

func (s side) compare(t side) int {
	return cmp.Or(geo.CompareLattice(s.a, t.a), geo.CompareLattice(s.b, t.b))
}

func (n *net) link(s side) {
	for _, e := range [][2]geo.LatticePoint{{s.a, s.b}, {s.b, s.a}} {
		n.ways[e[0]] = append(n.ways[e[0]], e[1])
		slices.SortFunc(n.ways[e[0]], geo.CompareLattice)
	}
	n.eachCell(s, func(c [2]int32) { n.cells[c] = append(n.cells[c], s) })
}

func (n *net) unlink(s side) {
	for _, e := range [][2]geo.LatticePoint{{s.a, s.b}, {s.b, s.a}} {
		n.ways[e[0]] = slices.DeleteFunc(n.ways[e[0]], func(q geo.LatticePoint) bool { return q == e[1] })
	}
	n.eachCell(s, func(c [2]int32) {
		n.cells[c] = slices.DeleteFunc(n.cells[c], func(t side) bool { return t == s })
	})
}

// eachCell visits the cells that a side may come into.
func (n *net) eachCell(s side, visit func([2]int32)) {
	for x := floorDiv(s.west(), n.size); x <= floorDiv(s.east(), n.size); x++ {
		for y := floorDiv(s.a.Lat, n.size); y <= floorDiv(s.b.Lat, n.size); y++ {
			visit([2]int32{x, y})
		}
	}
}

func (n *net) distance(p, q geo.LatticePoint) float64 {
	return math.Hypot((float64(p.Lon)-float64(q.Lon))*n.x, (float64(p.Lat)-float64(q.Lat))*n.y)
}

// nearest gives the corner in force for a place within the distance of a line:
// one where lines meet if that is within it too, else the nearer end of the
// nearest side. ok is false for a place that is not so near.
func (n *net) nearest(p geo.LatticePoint) (corner geo.LatticePoint, ok bool) {
	var best side
	least, meeting := math.Inf(1), math.Inf(1)
	var meets geo.LatticePoint
	off := noder{x: n.x, y: n.y}
	for dx := int32(-1); dx <= 1; dx++ {
		for dy := int32(-1); dy <= 1; dy++ {
			for _, s := range n.cells[[2]int32{floorDiv(p.Lon, n.size) + dx, floorDiv(p.Lat, n.size) + dy}] {
				away, _ := off.offSide(s, p)
				if away < least || away == least && s.compare(best) < 0 {
					best, least = s, away
				}
				for _, q := range []geo.LatticePoint{s.a, s.b} {
					if d := n.distance(p, q); len(n.ways[q]) > 2 && d <= n.withM && (d < meeting || d == meeting && geo.CompareLattice(q, meets) < 0) {
						meets, meeting = q, d
					}
				}
			}
		}
	}
	switch {
	case least > n.withM:
		return corner, false
	case meeting <= n.withM:
		return meets, true
	case n.distance(p, best.a) <= n.distance(p, best.b):
		return best.a, true
	}
	return best.b, true
}

// follow gives the corners of an arc with what runs along lines in force put on
// them. Ends that are junctions go by themselves, whichever arc is asked.
func (n *net) follow(arc []geo.LatticePoint, junctions map[geo.LatticePoint]bool) []geo.LatticePoint {
	type stop struct {
		at   geo.LatticePoint
		near bool
		to   geo.LatticePoint
	}
	stops := make([]stop, len(arc))
	for i, p := range arc {
		to, ok := n.nearest(p)
		stops[i] = stop{p, ok, to}
	}
	last := len(arc) - 1
	var out []geo.LatticePoint
	add := func(q ...geo.LatticePoint) {
		for _, q := range q {
			if len(out) == 0 || out[len(out)-1] != q {
				out = append(out, q)
			}
		}
	}
	for i := 0; i <= last; {
		if !stops[i].near {
			add(stops[i].at)
			i++
			continue
		}
		k, long := i, 0.0
		for k < last && stops[k+1].near && n.along(arc[k], arc[k+1]) {
			long += n.distance(arc[k], arc[k+1])
			k++
		}
		whole := i == 0 && k == last
		switch {
		case whole || long > 4*n.withM:
			run := make([]geo.LatticePoint, 0, k-i+1)
			to := make([]geo.LatticePoint, 0, k-i+1)
			for m := i; m <= k; m++ {
				run, to = append(run, stops[m].at), append(to, stops[m].to)
			}
			add(n.way(run, to)...)
		case i == 0 && junctions[arc[0]]:
			add(stops[0].to)
		case k == last && junctions[arc[last]]:
			add(stops[last].to)
		default: // it only comes by
			for m := i; m <= k; m++ {
				add(stops[m].at)
			}
		}
		i = k + 1
	}
	return withoutReturns(out)
}

// along tells whether the middle of a side is near lines too.
func (n *net) along(p, q geo.LatticePoint) bool {
	s, _ := sideOf(p, q)
	for _, part := range []int64{1, 2, 3} {
		if _, ok := n.nearest(s.along(part, 4)); !ok {
			return false
		}
	}
	return true
}

// way gives the corners in force along which a run goes: from the corner of its
// first place to that of its last, by way of those between that can be reached
// without a detour.
func (n *net) way(run, to []geo.LatticePoint) []geo.LatticePoint {
	out := []geo.LatticePoint{to[0]}
	since := 0.0
	for i := 1; i < len(run); i++ {
		since += n.distance(run[i-1], run[i])
		end := i == len(run)-1
		if !end && n.distance(run[i], to[i]) > n.withM/2 && since < 20*n.withM {
			continue // a corner further on says more surely which way it goes
		}
		from := out[len(out)-1]
		if from == to[i] {
			since = 0
			continue
		}
		path, ok := n.path(from, to[i], 1.5*since+6*n.withM)
		if !ok {
			if end {
				path = []geo.LatticePoint{to[i]} // a straight line then; what is wrong with it is told
			} else {
				continue
			}
		}
		out = append(out, path...)
		since = 0
	}
	return out
}

// reached is a corner that a search came to.
type reached struct {
	at    geo.LatticePoint
	costM float64
}

// frontier is the corners from which a search goes on, the nearest first.
type frontier []reached

func (f frontier) Len() int           { return len(f) }
func (f frontier) Less(i, k int) bool { return f[i].costM < f[k].costM }
func (f frontier) Swap(i, k int)      { f[i], f[k] = f[k], f[i] }
func (f *frontier) Push(x any)        { *f = append(*f, x.(reached)) }
func (f *frontier) Pop() any {
	last := (*f)[len(*f)-1]
	*f = (*f)[:len(*f)-1]
	return last
}

// path gives the shortest way along the lines, without its first corner. ok is
// false where it would be longer than most.
func (n *net) path(from, to geo.LatticePoint, most float64) (path []geo.LatticePoint, ok bool) {
	cost := map[geo.LatticePoint]float64{from: 0}
	back := map[geo.LatticePoint]geo.LatticePoint{}
	open := &frontier{{from, 0}}
	for open.Len() > 0 {
		r := heap.Pop(open).(reached)
		if r.costM > cost[r.at] {
			continue
		}
		if r.at == to {
			for q := to; q != from; q = back[q] {
				path = append(path, q)
			}
			slices.Reverse(path)
			return path, true
		}
		for _, q := range n.ways[r.at] {
			d := r.costM + n.distance(r.at, q)
			if was, seen := cost[q]; d > most || seen && was <= d {
				continue
			}
			cost[q], back[q] = d, r.at
			heap.Push(open, reached{q, d})
		}
	}
	return nil, false
}

// withoutReturns leaves out ways to a corner and straight back.
func withoutReturns(path []geo.LatticePoint) []geo.LatticePoint {
	var out []geo.LatticePoint
	for _, q := range path {
		if n := len(out); n >= 2 && out[n-2] == q {
			out = out[:n-1]
			continue
		}
		if n := len(out); n >= 1 && out[n-1] == q {
			continue
		}
		out = append(out, q)
	}
	return out
}
