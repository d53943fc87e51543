package locate

import (
	"slices"

	"github.com/gridpatrol/gridpatrol/geo"
)

// cells is the map that lookups read: the box of all areas in rectangular
// cells. A cell that no edge meets names the state of all its points; a cell
// with edges names the state of its reference point and has its edges as cuts.
// A state is a distinct set of areas that cover a place.
//
// The idea of walking from a point whose owner is known and counting the edges
// crossed is old (Shimrat's even-odd rule, Comm. ACM 5, 1962); that one walk
// serves all areas of all kinds at once comes from giving each edge what lies
// on its two sides, as planar subdivisions have it (de Berg et al.,
// Computational Geometry, ch. 2), here as the set that it toggles.
type cells struct {
	frame
	// The cells, row by row: a state, or mixed, which is the top bit, and where
	// the cell's head stands. There are wide ones with heads in cuts, or, in
	// half the memory, narrow ones with heads in small, counted from the row's
	// first.
	lines  []line
	wide   []uint32
	narrow []uint16

	cuts    []cut       // heads, each followed by the cuts of its cell
	small   []small     // the same
	refs    []uint32    // of each small: the edge of a cut, the base of a head
	faces   []uint32    // tables of the cells with more than two classes
	matches []geo.Match // of each state; state 0 is nobody's land
	states  []uint32    // the set of each state

	edges []edge
	sets  *areaSets
	areas []*geo.Area
}

// line is a row of cells without those at its ends where no area lies.
type line struct {
	first, count uint32 // columns
	at           uint32 // its first cell
	head         uint32 // the first head of its narrow cells
}

// mixed and narrowMixed mark a cell that edges meet.
//
// The edges of a cell toggle a few different sets, its classes; which of them
// were crossed an odd number of times, one bit each, names the face in which a
// point lies. The head has the states of the four combinations of two classes.
// With up to tableClasses classes there is a table of all combinations; with
// more one of the number of faces, then bits and state of each.
const (
	mixed       = 1 << 31
	narrowMixed = 1 << 15

	headClasses  = 2
	tableClasses = 4
	maxClasses   = 32         // cells with more are always looked up the long way
	unknown      = ^uint32(0) // a combination that building did not meet
)

// state gives the state of q. ok is false where only exact can tell: on the
// line of an edge, and in faces that are smaller than building looked for.
func (x *cells) state(q geo.LatticePoint) (state uint32, ok bool) {
	lon, lat := int64(q.Lon)-int64(x.box.minLon), int64(q.Lat)-int64(x.box.minLat)
	if uint64(lon) > uint64(x.box.width()) || uint64(lat) > uint64(x.box.height()) {
		return 0, true
	}
	l := &x.lines[lat>>(x.latShift&63)]
	column := uint32(lon>>(x.lonShift&63)) - l.first
	if column >= l.count {
		return 0, true
	}
	i := l.at + column
	lon, lat = lon&(1<<(x.lonShift&63)-1), lat&(1<<(x.latShift&63)-1)
	if x.narrow == nil {
		v := x.wide[i]
		if v < mixed {
			return v, true
		}
		return x.face(v&^mixed, lon, lat)
	}
	v := x.narrow[i]
	if v < narrowMixed {
		return uint32(v), true
	}
	return x.smallFace(l.head+uint32(v&^narrowMixed), lon, lat)
}

// ground gives what is known of a cell beforehand: the set of areas at its
// reference point, and the edges in it, in one of the two.
func (x *cells) ground(row, column int) (base uint32, refs []uint32, cuts []cut) {
	l := &x.lines[row]
	i, v := uint32(column)-l.first, uint32(0)
	if i >= l.count {
		return 0, nil, nil
	}
	i += l.at
	if x.narrow == nil {
		if v = x.wide[i]; v < mixed {
			return x.states[v], nil, nil
		}
		v &^= mixed
	} else {
		if x.narrow[i] < narrowMixed {
			return x.states[x.narrow[i]], nil, nil
		}
		at := l.head + uint32(x.narrow[i]&^narrowMixed)
		h := &x.small[at]
		if h.class != inCuts {
			return x.refs[at], x.refs[at+1:][:h.last], nil
		}
		v = uint32(h.c)
	}
	h := &x.cuts[v]
	return h.base(), nil, x.cuts[v+1:][:h.count()]
}

// face gives the state at a place of a mixed cell, counted from its corner.
func (x *cells) face(at uint32, lon, lat int64) (state uint32, ok bool) {
	h := &x.cuts[at]
	cuts := x.cuts[at+1:][:h.count()]
	bits := uint32(0)
	for i := range cuts {
		t := &cuts[i]
		side := t.side(lon, lat)
		if side == 0 {
			return 0, false
		}
		bits ^= t.crossed(side, lat) & t.class
	}
	if h.class <= headClasses {
		state = uint32(h.v[bits&3])
		return state, state != unknown
	}
	return x.table(h.class, h.edge, bits)
}

// table looks a face up in the table of a cell, which begins at that place.
func (x *cells) table(classes, at, bits uint32) (state uint32, ok bool) {
	if classes <= tableClasses {
		state = x.faces[at+bits]
		return state, state != unknown
	}
	if classes > maxClasses {
		return 0, false
	}
	list := x.faces[at+1:][:2*x.faces[at]]
	for i := 0; i+1 < len(list); i += 2 {
		if list[i] == bits {
			return list[i+1], true
		}
	}
	return 0, false
}

// cover appends all areas that cover q, edges included, to out: ascending,
// that is by kind and code.
func (x *cells) cover(q geo.LatticePoint, out []uint32) []uint32 {
	if !x.has(q) {
		return out
	}
	column, row := x.column(q.Lon), x.row(q.Lat)
	base, refs, cuts := x.ground(row, column)
	if len(refs)+len(cuts) == 0 {
		return append(out, x.sets.of(base)...)
	}
	west, south := x.west(column), x.south(row)
	lon, lat := int64(q.Lon)-west, int64(q.Lat)-south
	var buffer [128]uint32 // more only where a crowd of areas overlaps or meets
	// Each area as often as it is toggled, and marked where an edge of its own
	// holds the point.
	list := buffer[:0]
	for _, a := range x.sets.of(base) {
		list = append(list, a<<1)
	}
	for i := range len(refs) + len(cuts) {
		var e *edge
		if cuts == nil {
			e = &x.edges[refs[i]]
		} else {
			e = &x.edges[cuts[i].edge>>1]
		}
		t := newCut(e, 0, west, south)
		if t.crossedExactly(lon, lat) {
			for _, a := range x.sets.of(e.toggles) {
				list = append(list, a<<1)
			}
		}
		if t.side(lon, lat) == 0 && e.has(q) {
			for _, a := range x.sets.of(e.touch) {
				list = append(list, a<<1|1)
			}
		}
	}
	return appendOdd(out, list)
}

// exact gives the areas that cover q, of each kind the lowest code: the long way,
// which is right everywhere.
func (x *cells) exact(q geo.LatticePoint) geo.Match {
	var buffer [64]uint32
	return x.match(x.cover(q, buffer[:0]))
}

// match gives of each kind the first area of a set.
func (x *cells) match(set []uint32) (m geo.Match) {
	for i := len(set) - 1; i >= 0; i-- {
		m.Set(x.areas[set[i]])
	}
	return m
}

// appendOdd sorts the list, which holds areas doubled, plus 1 for a mark, and
// appends those that stand in it an odd number of times or are marked.
func appendOdd(out, list []uint32) []uint32 {
	slices.Sort(list)
	for i := 0; i < len(list); {
		area, odd, marked := list[i]>>1, false, false
		for ; i < len(list) && list[i]>>1 == area; i++ {
			if list[i]&1 == 1 {
				marked = true
			} else {
				odd = !odd
			}
		}
		if odd || marked {
			out = append(out, area)
		}
	}
	return out
}
