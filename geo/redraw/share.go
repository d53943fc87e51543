package redraw

import (
	"slices"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/paulmach/orb"
)

// landShare is the land that an area has in common with another.
type landShare struct {
	plot *plot // the other
	land outline
}

func (l landShare) twice() int64 { return l.land.twiceArea() }

// at gives a place in the common land.
func (l landShare) at() orb.Point { return interior(l.land.largest()).Point() }

// sharesOf gives those of some areas of a kind that have land of p, with how
// much. Where one has all of p, it is the only one.
func sharesOf(p *plot, among []*plot) (out []landShare) {
	var near []*plot
	for _, q := range among {
		if !q.box.meets(p.box) {
			continue
		}
		if in, sure := p.within(q); sure && in {
			return []landShare{{q, p.lines}}
		}
		near = append(near, q)
	}
	for _, q := range near {
		if in, sure := q.within(p); sure && in {
			out = append(out, landShare{q, q.lines})
			continue
		}
		both := common(p.lines, q.lines)
		if len(both) == 0 {
			continue
		}
		if both.twiceArea() == p.lines.twiceArea() || len(beyondOf(p, q)) == 0 {
			return []landShare{{q, p.lines}}
		}
		out = append(out, landShare{q, both})
	}
	return out
}

// beyondOf gives what an area has outside another.
func beyondOf(p, home *plot) outline {
	if in, sure := p.within(home); in && sure {
		return nil
	}
	return only(p.lines, home.lines)
}

// within tells whether all of p lies in q, whose box meets its own, at once where their
// lines share corners or keep apart; sure is false where it takes a closer look.
func (p *plot) within(q *plot) (in, sure bool) {
	if q.box.and(p.box) != q.box {
		return false, true
	}
	near := q.lines.near(p.box)
	if len(near) == 0 {
		in, on := q.lines.place(edge{p.lines[0][0][0], p.lines[0][0][0]})
		return in && !on, true
	}
	shared := make(map[edge]bool, len(near)) // of q, and whether p has it too
	for _, f := range near {
		shared[f] = false
	}
	var own []edge
	fits := true
	p.lines.edges(func(e edge) bool {
		if _, ok := shared[e]; ok {
			shared[e] = true
		} else {
			own = append(own, e)
			_, fits = shared[e.reversed()]
			fits = !fits
		}
		return fits
	})
	if !fits {
		return false, true // on the other side of one of q's lines
	}
	for _, f := range near {
		if shared[f] {
			continue
		}
		b := edgeBox(f)
		for _, e := range own {
			if !b.meets(edgeBox(e)) {
				continue
			}
			if how, at := geo.Meet(e.a, e.b, f.a, f.b); how == geo.Crosses || how == geo.Touches && !(at == e.a || at == e.b) || how == geo.Touches && !(at == f.a || at == f.b) {
				return false, false
			}
		}
	}
	if len(own) == 0 && !slices.ContainsFunc(near, func(f edge) bool { return !shared[f] }) {
		return true, true
	}
	nodes := make(map[geo.LatticePoint]bool, len(near))
	for _, f := range near {
		nodes[f.a] = true
		nodes[f.b] = true
	}
	// Between common nodes a line stays on one side of q's.
	for i, e := range own {
		if i > 0 && own[i-1].b == e.a && !nodes[e.a] {
			continue
		}
		if in, _ := q.lines.place(e); !in {
			return false, true
		}
	}
	corners := make(map[geo.LatticePoint]bool, len(own))
	p.lines.edges(func(e edge) bool { corners[e.a] = true; return true })
	for i, f := range near {
		if shared[f] || i > 0 && near[i-1].b == f.a && !shared[near[i-1]] && !corners[f.a] {
			continue
		}
		if in, on := p.lines.place(f); in && !on {
			return false, true
		}
	}
	return true, true
}
