package ingest

import (
	"slices"

	"github.com/gridpatrol/gridpatrol/geo"
)

// arc is a line between two junctions, or a ring without any, whose first and
// last corner are then the same.
type arc struct{ corners []geo.LatticePoint }

// arcs are the lines of all features, each once.
type arcs struct {
	junctions map[geo.LatticePoint]bool // where not just two sides meet
	known     map[[2]geo.LatticePoint]*arc
}

func newArcs(features []*feature) *arcs {
	ways := map[geo.LatticePoint][]geo.LatticePoint{}
	note := func(p, q geo.LatticePoint) {
		if !slices.Contains(ways[p], q) {
			ways[p] = append(ways[p], q)
		}
	}
	for _, f := range features {
		for _, r := range f.land {
			for i, p := range r {
				q := r[(i+1)%len(r)]
				note(p, q)
				note(q, p)
			}
		}
	}
	a := &arcs{junctions: map[geo.LatticePoint]bool{}, known: map[[2]geo.LatticePoint]*arc{}}
	for p, list := range ways {
		if len(list) != 2 {
			a.junctions[p] = true
		}
	}
	return a
}

// rebuild gives a ring with every arc of it replaced.
func (a *arcs) rebuild(r []geo.LatticePoint, by func(*arc) []geo.LatticePoint) (out []geo.LatticePoint) {
	start := slices.IndexFunc(r, func(p geo.LatticePoint) bool { return a.junctions[p] })
	if start < 0 { // a ring by itself: the same corner first, whoever asks
		start = 0
		for i := range r {
			if geo.CompareLattice(r[i], r[start]) < 0 {
				start = i
			}
		}
	}
	var line []geo.LatticePoint
	for i := range len(r) + 1 {
		p := r[(start+i)%len(r)]
		line = append(line, p)
		if i > 0 && (a.junctions[p] || i == len(r)) {
			c, reversed := a.get(line)
			next := by(c)
			if reversed {
				next = slices.Clone(next)
				slices.Reverse(next)
			}
			if len(next) > 0 {
				out = append(out, next[:len(next)-1]...)
			}
			line = []geo.LatticePoint{p}
		}
	}
	return out
}

// get gives the arc of a line, and whether the line runs the other way.
func (a *arcs) get(line []geo.LatticePoint) (c *arc, reversed bool) {
	n := len(line)
	if c := a.known[[2]geo.LatticePoint{line[0], line[1]}]; c != nil {
		return c, false
	}
	if c := a.known[[2]geo.LatticePoint{line[n-1], line[n-2]}]; c != nil {
		return c, true
	}
	c = &arc{slices.Clone(line)}
	a.known[[2]geo.LatticePoint{line[0], line[1]}] = c
	return c, false
}
