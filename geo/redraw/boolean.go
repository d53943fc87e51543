package redraw

import (
	"fmt"
	"slices"

	"github.com/gridpatrol/gridpatrol/geo"
)

// side says where a side of one outline lies as seen from another.
type side int

const (
	outside  side = iota
	inside        // within the other
	same          // the other has it too
	opposite      // the other has its reverse
)

// sided is a side with its place.
type sided struct {
	edge
	in side
}

// compared is two outlines that share their nodes, and where the sides of each
// lie in the other.
type compared struct{ x, y []sided }

// unshared says where two outlines meet in no common node.
type unshared struct{ at geo.LatticePoint }

func (u *unshared) Error() string {
	p := u.at.Point()
	return fmt.Sprintf("lines meet without a common node near %.7f %.7f", p[0], p[1])
}

// compare sorts the sides of two outlines. Wherever these meet, both have a node:
// otherwise err is an *unshared.
func compare(x, y outline) (compared, error) {
	near := x.bounds()
	xs, ys := x.near(y.bounds()), y.near(near)
	for _, e := range xs {
		for _, f := range ys {
			if e == f || e == f.reversed() {
				continue
			}
			how, at := geo.Meet(e.a, e.b, f.a, f.b)
			if how == geo.Crosses || how == geo.Touches && !(at == e.a || at == e.b) || how == geo.Touches && !(at == f.a || at == f.b) {
				return compared{}, &unshared{at}
			}
		}
	}
	return compared{x.sidesIn(y, ys), y.sidesIn(x, xs)}, nil
}

// sidesIn tells of each side where it lies in y, whose sides near are given. A
// ring passes from the inside to the outside in common nodes alone.
func (o outline) sidesIn(y outline, near []edge) (out []sided) {
	own := make(map[edge]bool, len(near))
	nodes := make(map[geo.LatticePoint]bool, len(near))
	for _, f := range near {
		own[f] = true
		nodes[f.a], nodes[f.b] = true, true
	}
	within := y.bounds()
	out = make([]sided, 0, o.corners())
	for _, polygon := range o {
		for _, r := range polygon {
			last, known := outside, false
			for i, a := range r {
				b := r[0]
				if i+1 < len(r) {
					b = r[i+1]
				}
				e := edge{a, b}
				if !within.meets(edgeBox(e)) { // most are far away
					out, last, known = append(out, sided{e, outside}), outside, true
					continue
				}
				if nodes[a] {
					known = false
				}
				switch {
				case own[e]:
					out, known = append(out, sided{e, same}), false
					continue
				case own[e.reversed()]:
					out, known = append(out, sided{e, opposite}), false
					continue
				case !known:
					last, known = outside, true
					if in, _ := y.place(e); in {
						last = inside
					}
				}
				out = append(out, sided{e, last})
			}
		}
	}
	return out
}

// pick gives the sides with one of two places.
func pick(sides []sided, in ...side) []edge {
	n := 0
	for _, s := range sides {
		if slices.Contains(in, s.in) {
			n++
		}
	}
	out := make([]edge, 0, n)
	for _, s := range sides {
		if slices.Contains(in, s.in) {
			out = append(out, s.edge)
		}
	}
	return out
}

// union, difference and intersection give the sides of what the two outlines
// make, without those that cancel.
func (c compared) union() []edge { return append(pick(c.x, outside, same), pick(c.y, outside)...) }

func (c compared) difference() []edge {
	out := pick(c.x, outside, opposite)
	for _, e := range pick(c.y, inside) {
		out = append(out, e.reversed())
	}
	return out
}

func (c compared) intersection() []edge { return append(pick(c.x, inside, same), pick(c.y, inside)...) }

// twiceArea is that of closed ways, exact, in square units of the lattice.
func twiceArea(edges []edge) (sum int64) {
	if len(edges) == 0 {
		return 0
	}
	origin := edges[0].a
	for _, e := range edges {
		sum += geo.Turn(origin, e.a, e.b)
	}
	return sum
}
