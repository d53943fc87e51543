package redraw

import (
	"cmp"
	"math/big"
	"slices"

	"github.com/gridpatrol/gridpatrol/geo"
)

// common gives what two outlines have in common, without slivers of less than a
// step. Where the lines share their corners or keep apart it is exact; where they cross
// elsewhere, the crossings are put on the lattice.
func common(x, y outline) outline {
	if c, err := compare(x, y); err == nil {
		return patches(c.intersection())
	}
	return patches(arrange(x, y).sides(func(x, y bool) bool { return x && y }))
}

// only gives what x has and y has not, as common does.
func only(x, y outline) outline {
	if c, err := compare(x, y); err == nil {
		return patches(c.difference())
	}
	return patches(arrange(x, y).sides(func(x, y bool) bool { return x && !y }))
}

// patches gives the land that sides go round, without slivers.
func patches(sides []edge) outline {
	sum := make(chain, len(sides))
	for _, e := range sides {
		sum.add(e, 1)
	}
	rings, _ := trace(sum.all())
	out, err := polygons(slices.DeleteFunc(rings, ring.thin))
	if err != nil { // a hole that lost what was round it, a sliver
		return nil
	}
	return out
}

// largest gives the largest ring of an outline that has any.
func (o outline) largest() ring {
	return slices.MaxFunc(o, func(a, b []ring) int {
		return int(min(max(geo.TwiceArea(a[0])-geo.TwiceArea(b[0]), -1), 1))
	})[0]
}

// arrangement is the lines of two outlines, cut wherever they meet, each side
// once with its lower end first: whether an odd number of sides of the one, and
// of the other, run there.
type arrangement map[edge]*[2]bool

// arrange rounds crossings to the lattice and leads every side through all nodes in
// whose pixel it comes: then sides meet in nodes alone (J. D. Hobby, Practical
// segment intersection with finite precision output, Computational Geometry 13, 1999).
func arrange(x, y outline) arrangement {
	lines := [2][]edge{x.all(), y.all()}
	nodes := hotNodes(slices.Concat(lines[0], lines[1]))
	a := arrangement{}
	for i := range lines {
		for _, long := range lines[i] {
			from := long.a
			for _, q := range append(long.through(nodes), long.b) {
				if q == from {
					continue
				}
				e := edge{from, q}.rising()
				if a[e] == nil {
					a[e] = &[2]bool{}
				}
				a[e][i] = !a[e][i]
				from = q
			}
		}
	}
	return a
}

// joinLines puts a node wherever lines of some areas meet those of a kind, for
// all that share them. Lines move by less than a step.
func (e *edit) joinLines(slots []int32, k geo.Kind) {
	nodes := map[edge][]geo.LatticePoint{}
	add := func(f edge, q geo.LatticePoint) {
		if f = f.rising(); q != f.a && q != f.b && !slices.Contains(nodes[f], q) {
			nodes[f] = append(nodes[f], q)
		}
	}
	for _, slot := range slots {
		p := e.plot(slot)
		for _, other := range e.now.each() {
			if other.area.Kind != k || !other.box.meets(p.box) {
				continue
			}
			near := other.lines.near(p.box)
			for _, f := range p.lines.near(other.box) {
				for _, g := range near {
					if f == g || f == g.reversed() || !edgeBox(f).meets(edgeBox(g)) {
						continue
					}
					for _, q := range meetings(f, g) {
						add(f, q)
						add(g, q)
					}
				}
			}
		}
	}
	var sides []edge
	for f := range nodes {
		slices.SortFunc(nodes[f], f.order)
		sides = append(sides, f)
	}
	sortEdges(sides)
	for _, f := range sides {
		e.insert(f, nodes[f])
	}
}

// rising gives the side with its lower end first.
func (e edge) rising() edge {
	if geo.CompareLattice(e.a, e.b) > 0 {
		return e.reversed()
	}
	return e
}

// hotNodes gives the ends of sides and the places next to their crossings, in order.
func hotNodes(sides []edge) []geo.LatticePoint {
	tears := make([]tear, len(sides))
	nodes := make([]geo.LatticePoint, len(sides))
	for i, e := range sides {
		tears[i], nodes[i] = tear{edge: e.rising()}, e.a
	}
	slices.SortFunc(tears, func(a, b tear) int { return compareEdges(a.edge, b.edge) })
	pairs(tears, func(i, k int) {
		if e, f := tears[i].edge, tears[k].edge; properlyCross(e, f) {
			nodes = append(nodes, crossing(e, f))
		}
	})
	slices.SortFunc(nodes, geo.CompareLattice)
	return slices.Compact(nodes)
}

// meetings gives the nodes that two sides that are not the same need.
func meetings(e, f edge) (out []geo.LatticePoint) {
	how, at := geo.Meet(e.a, e.b, f.a, f.b)
	switch {
	case how == geo.Apart:
	case how == geo.Touches:
		out = append(out, at)
	case properlyCross(e, f):
		out = append(out, crossing(e, f))
	default: // along a stretch
		for _, q := range []geo.LatticePoint{e.a, e.b} {
			if geo.Turn(f.a, f.b, q) == 0 && edgeBox(f).has(q) {
				out = append(out, q)
			}
		}
		for _, q := range []geo.LatticePoint{f.a, f.b} {
			if geo.Turn(e.a, e.b, q) == 0 && edgeBox(e).has(q) {
				out = append(out, q)
			}
		}
	}
	return out
}

// through gives the nodes in whose pixel a side comes, in the order in which it
// passes them. The pixel of a node is the square of one step round it, with its lower and its
// left border.
func (e edge) through(nodes []geo.LatticePoint) (out []geo.LatticePoint) {
	b := edgeBox(e)
	first, _ := slices.BinarySearchFunc(nodes, b.west, func(q geo.LatticePoint, west int32) int { return cmp.Compare(q.Lon, west) })
	for _, q := range nodes[first:] {
		if q.Lon > b.east {
			break
		}
		if b.has(q) && q != e.a && q != e.b && e.inPixel(q) {
			out = append(out, q)
		}
	}
	slices.SortFunc(out, e.order)
	return out
}

// inPixel tells whether the line of a side comes into the pixel of a place in its box.
func (e edge) inPixel(q geo.LatticePoint) bool {
	dx, dy := int64(e.b.Lon)-int64(e.a.Lon), int64(e.b.Lat)-int64(e.a.Lat)
	x, y := 2*(int64(q.Lon)-int64(e.a.Lon)), 2*(int64(q.Lat)-int64(e.a.Lat))
	left, right, corner := false, false, false
	for i, c := range [4][2]int64{{-1, -1}, {1, -1}, {-1, 1}, {1, 1}} {
		switch turn := crossSign(dx, dy, x+c[0], y+c[1]); {
		case turn > 0:
			left = true
		case turn < 0:
			right = true
		default:
			corner = corner || i == 0
		}
	}
	return left && right || corner
}

// crossSign is the sign of dx·y − x·dy, exact.
func crossSign(dx, dy, x, y int64) int {
	if max(abs(dx), abs(dy), abs(x), abs(y)) < 1<<31 {
		return cmp.Compare(dx*y, x*dy)
	}
	l := new(big.Int).Mul(big.NewInt(dx), big.NewInt(y))
	return l.Cmp(new(big.Int).Mul(big.NewInt(x), big.NewInt(dy)))
}

// sides gives the sides round the land that a rule takes, by whether it lies in
// the one outline and in the other. The land is on their left.
func (a arrangement) sides(take func(x, y bool) bool) (out []edge) {
	all := make([]edge, 0, len(a))
	for e := range a {
		all = append(all, e)
	}
	sortEdges(all)
	by := newBands(all)
	for _, e := range all {
		odd := a[e]
		if !odd[0] && !odd[1] {
			continue
		}
		east := a.eastOf(e, by)
		west := [2]bool{east[0] != odd[0], east[1] != odd[1]}
		here, there := take(east[0], east[1]), take(west[0], west[1])
		// Going from the lower longitude to the higher one, north is left: that is
		// what eastOf tells of for a side along a parallel, and west of one that rises.
		left := e.a.Lat >= e.b.Lat
		switch {
		case here == there:
		case here == left:
			out = append(out, e)
		default:
			out = append(out, e.reversed())
		}
	}
	return out
}

// eastOf tells in which outlines the land lies that is just east of the middle of
// a side, or just north where it runs along a parallel.
func (a arrangement) eastOf(e edge, by bands) (in [2]bool) {
	lon, lat := int64(e.a.Lon)+int64(e.b.Lon), int64(e.a.Lat)+int64(e.b.Lat) // of the middle, doubled
	for _, f := range by.at(lat) {
		if f == e || (2*int64(f.a.Lat) > lat) == (2*int64(f.b.Lat) > lat) || 2*int64(max(f.a.Lon, f.b.Lon)) <= lon {
			continue
		}
		if passesEast(f, lon, lat) {
			odd := a[f]
			in[0], in[1] = in[0] != odd[0], in[1] != odd[1]
		}
	}
	return in
}

// passesEast tells whether a side passes the parallel of a place, given doubled, east
// of it.
func passesEast(f edge, lon, lat int64) bool {
	dx, dy := int64(f.b.Lon)-int64(f.a.Lon), int64(f.b.Lat)-int64(f.a.Lat)
	x, y := lon-2*int64(f.a.Lon), lat-2*int64(f.a.Lat)
	sign := crossSign(dx, dy, x, y) // it passes at dx·y/dy
	if dy < 0 {
		sign = -sign
	}
	return sign > 0
}

// equal tells whether two outlines have the same rings from the same corners.
func (o outline) equal(p outline) bool {
	return slices.EqualFunc(o, p, func(a, b []ring) bool {
		return slices.EqualFunc(a, b, func(r, s ring) bool { return slices.Equal(r, s) })
	})
}
