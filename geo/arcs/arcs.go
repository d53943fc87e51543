// Package arcs parts the outlines of areas into lines between junctions, each
// kept once however many areas run along it. What is done to an arc is done to
// all its areas alike, so that no gap and no overlap can open.
package arcs

// Ref is the number of an arc, or its complement where it is run backwards.
type Ref int32

// Arc is the number of the arc, whichever way it is run.
func (r Ref) Arc() int { return int(max(r, ^r)) }

// Backwards reports whether the arc is run from its last point to its first.
func (r Ref) Backwards() bool { return r < 0 }

// Builder takes rings in, then parts them. The zero value is not usable.
type Builder[P comparable] struct {
	number map[P]int32
	at     []P
	// Of each vertex up to two neighbours, -1 for none; where it has more, lines
	// part there.
	beside   [][2]int32
	junction []bool
	rings    [][]int32
}

// NewBuilder makes a builder for about so many distinct vertices.
func NewBuilder[P comparable](vertices int) *Builder[P] {
	return &Builder[P]{number: make(map[P]int32, vertices)}
}

// Ring takes a closed ring in. Repeated points count once.
func (b *Builder[P]) Ring(line []P) {
	ring := make([]int32, 0, len(line))
	for _, p := range line {
		n, ok := b.number[p]
		if !ok {
			n = int32(len(b.at))
			b.number[p] = n
			b.at = append(b.at, p)
			b.beside = append(b.beside, [2]int32{-1, -1})
			b.junction = append(b.junction, false)
		}
		if len(ring) == 0 || ring[len(ring)-1] != n {
			ring = append(ring, n)
		}
	}
	if len(ring) > 1 && ring[0] == ring[len(ring)-1] {
		ring = ring[:len(ring)-1]
	}
	for i, n := range ring {
		next := ring[(i+1)%len(ring)]
		b.meet(n, next)
		b.meet(next, n)
	}
	b.rings = append(b.rings, ring)
}

func (b *Builder[P]) meet(n, other int32) {
	beside := &b.beside[n]
	switch {
	case beside[0] == other || beside[1] == other:
	case beside[0] < 0:
		beside[0] = other
	case beside[1] < 0:
		beside[1] = other
	default:
		b.junction[n] = true
	}
}

// Build gives the arcs, of two points at least, in the order in which the rings
// come upon them, and the rings as arcs, in the order in which they were taken
// in. An arc that meets no other is closed: its last point is its first.
func (b *Builder[P]) Build() (lines [][]P, rings [][]Ref) {
	begun := make(map[[2]int32]Ref) // by the first two vertices
	rings = make([][]Ref, len(b.rings))
	for i, ring := range b.rings {
		lines, rings[i] = b.cut(lines, ring, begun)
	}
	return lines, rings
}

// cut gives a ring as arcs, the ones that are there already where they are.
func (b *Builder[P]) cut(lines [][]P, ring []int32, begun map[[2]int32]Ref) ([][]P, []Ref) {
	if len(ring) == 0 {
		return lines, nil
	}
	first, closed := -1, false
	for i, n := range ring {
		if b.junction[n] {
			first = i
			break
		}
	}
	if first < 0 { // begin at the same vertex whoever runs along it
		closed, first = true, 0
		for i, n := range ring {
			if n < ring[first] {
				first = i
			}
		}
	}
	var out []Ref
	n := len(ring)
	line := []int32{ring[first]}
	for i := 1; i <= n; i++ {
		v := ring[(first+i)%n]
		line = append(line, v)
		if i < n && (closed || !b.junction[v]) {
			continue
		}
		ref, ok := begun[[2]int32{line[0], line[1]}]
		if !ok {
			ref = Ref(len(lines))
			arc := make([]P, len(line))
			for k, v := range line {
				arc[k] = b.at[v]
			}
			lines = append(lines, arc)
			begun[[2]int32{line[0], line[1]}] = ref
			begun[[2]int32{v, line[len(line)-2]}] = ^ref
		}
		out = append(out, ref)
		line = append(line[:0], v)
	}
	return lines, out
}
