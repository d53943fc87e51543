package locate

import (
	"fmt"
	"slices"

	"github.com/gridpatrol/gridpatrol/geo"
)

// filler builds cells.
type filler struct {
	*cells
	stateOf []uint32 // of a set: its state plus 1, 0 while it has none
	steps   []step
}

// step says that going east along the parallel of the reference points, from
// that cell on, one lies on the other side of an edge.
type step struct{ cell, toggles uint32 }

// newCells makes the cells of edges within a box. maxCells limits their number.
func newCells(b box, edges []edge, sets *areaSets, areas []*geo.Area, maxCells int) (*cells, error) {
	x := &cells{edges: edges, sets: sets, areas: areas}
	if b.empty() {
		x.box, x.columns, x.rows = box{}, 1, 1
	} else {
		// More than 32 cells an edge are no gain. Long edges may
		// take a quarter of the cells' memory and four places each.
		x.frame = newFrame(b, edges, min(maxCells, 32*len(edges)+64), 4*len(edges)+maxCells/32)
	}
	x.wide = make([]uint32, x.columns*x.rows)
	f := &filler{cells: x, stateOf: make([]uint32, len(sets.start))}
	f.state(0)
	f.deal()
	f.walk()
	if err := f.flood(); err != nil {
		return nil, err
	}
	newFaces(f).find()
	if sets.full {
		return nil, tooDeep(sets)
	}
	x.matches = make([]geo.Match, len(x.states))
	for i, set := range x.states {
		x.matches[i] = x.match(sets.of(set))
	}
	x.trim()
	x.shrink()
	return x, nil
}

// mostCells keeps the numbers of cells and cuts below mixed.
const mostCells = 1 << 28

func tooDeep(sets *areaSets) error {
	return geo.Invalid("overlaps-too-deep", fmt.Sprintf(
		"too many areas lie on each other: the sets of areas that cover a place would have over %d members together", sets.limit))
}

// state gives the state of a set.
func (f *filler) state(set uint32) uint32 {
	if int(set) >= len(f.stateOf) {
		f.stateOf = append(f.stateOf, make([]uint32, int(set)+1-len(f.stateOf))...)
	}
	if f.stateOf[set] == 0 {
		f.states = append(f.states, set)
		f.stateOf[set] = uint32(len(f.states))
	}
	return f.stateOf[set] - 1
}

// deal gives each cell the edges that meet it.
func (f *filler) deal() {
	type entry struct{ cell, edge uint32 }
	entries := make([]entry, 0, len(f.edges)*2)
	for i := range f.edges {
		f.reach(&f.edges[i], func(row, first, last int) {
			for c := row*f.columns + first; c <= row*f.columns+last; c++ {
				entries = append(entries, entry{uint32(c), uint32(i)})
				f.wide[c]++ // how many, for now
			}
		})
	}
	heads := 0
	for _, n := range f.wide {
		if n > 0 {
			heads++
		}
	}
	f.cuts = make([]cut, 0, heads+len(entries))
	next := make([]uint32, len(f.wide))
	for c, n := range f.wide {
		if n > 0 {
			at := len(f.cuts)
			f.wide[c], next[c] = mixed|uint32(at), uint32(at)+1
			f.cuts = f.cuts[:at+1+int(n)]
			f.cuts[at] = newHead(n)
		}
	}
	for _, e := range entries {
		row, column := int(e.cell)/f.columns, int(e.cell)%f.columns
		f.cuts[next[e.cell]] = newCut(&f.edges[e.edge], e.edge, f.west(column), f.south(row))
		next[e.cell]++
	}
}

// walk finds where the parallels of the reference points cross edges. The
// reference point of a cell, its south-west corner, counts as moved by (ε′, ε)
// like all points, see cut.
func (f *filler) walk() {
	f.steps = make([]step, 0, len(f.edges))
	for i := range f.edges {
		e := &f.edges[i]
		dx, dy := int64(e.b.Lon)-int64(e.a.Lon), int64(e.b.Lat)-int64(e.a.Lat)
		row := f.row(e.a.Lat)
		if f.south(row) < int64(e.a.Lat) {
			row++
		}
		for ; row < f.rows && f.south(row) < int64(e.b.Lat); row++ {
			// The first longitude whose moved point lies east of the edge.
			above := dx * (f.south(row) - int64(e.a.Lat))
			if dx > 0 {
				above++
			}
			lon := int64(e.a.Lon) + ceilDiv(above, dy)
			column := int((lon - int64(f.box.minLon) + int64(1)<<f.lonShift - 1) >> f.lonShift)
			if column < f.columns {
				f.steps = append(f.steps, step{uint32(row*f.columns + column), e.toggles})
			}
		}
	}
	slices.SortFunc(f.steps, func(a, b step) int { return int(a.cell) - int(b.cell) })
}

// flood gives each cell the state of its reference point: nothing lies west of
// the box, and going east each step toggles.
func (f *filler) flood() error {
	steps := f.steps
	for row := range f.rows {
		set, state := uint32(0), uint32(0)
		line := f.wide[row*f.columns : (row+1)*f.columns]
		for column, v := range line {
			cell := uint32(row*f.columns + column)
			if len(steps) > 0 && steps[0].cell == cell {
				for ; len(steps) > 0 && steps[0].cell == cell; steps = steps[1:] {
					set = f.sets.toggle(set, steps[0].toggles)
				}
				state = f.state(set)
			}
			if v&mixed != 0 {
				f.cuts[v&^mixed].setBase(set)
			} else {
				line[column] = state
			}
		}
	}
	if len(f.states) >= mixed {
		return geo.Invalid("too-many-states", "the areas cut the land into more pieces than an index can number")
	}
	return nil
}

// trim leaves out the cells of nobody's land at both ends of every row.
func (x *cells) trim() {
	x.lines = make([]line, x.rows)
	kept := x.wide[:0]
	for row := range x.lines {
		all := x.wide[row*x.columns : (row+1)*x.columns]
		first := 0
		for first < len(all) && all[first] == 0 {
			first++
		}
		last := len(all)
		for last > first && all[last-1] == 0 {
			last--
		}
		x.lines[row] = line{first: uint32(first), count: uint32(last - first), at: uint32(len(kept))}
		kept = append(kept, all[first:last]...)
	}
	x.wide = slices.Clone(kept)
}
