package tiles

import (
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/locate"
)

// topology is the outlines of all areas of a snapshot as arcs: lines between
// junctions, each kept once however many areas run along it. What is done to an
// arc is done to all its areas alike, so no gap and no overlap can open.
type topology struct {
	arcs   []arc
	shapes [6][]arcShape // by kind, then as Index.Areas has them
}

// arc is a line between two junctions, or a closed one that meets no other.
type arc struct {
	line  []worldPoint // two points at least; the first is the last where closed
	worth []float32    // of each point: the tolerance up to which it must stay, in world units
	kinds uint8        // bit i: an area of the i-th kind runs along it
}

// arcRef is the number of an arc, or its complement where it is run backwards.
type arcRef int32

// arcShape is polygons of rings of arcs.
type arcShape [][][]arcRef

// corners are the distinct vertices of all outlines, each with up to two
// neighbours; where it has more, lines part there.
type corners struct {
	number   map[worldPoint]int32
	at       []worldPoint
	beside   [][2]int32 // -1 for none
	junction []bool
}

func newTopology(x *locate.Index) *topology {
	kinds := geo.Kinds()
	vertices := 0
	for _, kind := range kinds {
		for _, a := range x.Areas(kind) {
			for _, polygon := range a.Shape {
				for _, ring := range polygon {
					vertices += len(ring)
				}
			}
		}
	}
	c := &corners{number: make(map[worldPoint]int32, vertices/2)} // most are on two outlines at least
	var rings [6][][][][]int32
	for k, kind := range kinds {
		areas := x.Areas(kind)
		rings[k] = make([][][][]int32, len(areas))
		for i, a := range areas {
			for _, polygon := range a.Shape {
				var p [][]int32
				for _, ring := range polygon {
					p = append(p, c.ring(project(ring)))
				}
				rings[k][i] = append(rings[k][i], p)
			}
		}
	}
	t := &topology{}
	begun := make(map[[2]int32]arcRef) // by the first two vertices
	for k := range kinds {
		t.shapes[k] = make([]arcShape, len(rings[k]))
		for i, polygons := range rings[k] {
			for _, polygon := range polygons {
				var p [][]arcRef
				for _, ring := range polygon {
					p = append(p, t.cut(c, ring, begun, 1<<k))
				}
				t.shapes[k][i] = append(t.shapes[k][i], p)
			}
		}
	}
	for i := range t.arcs {
		t.arcs[i].weigh()
	}
	return t
}

// ring takes a closed ring in and gives the numbers of its vertices, without
// the last one and without repeats.
func (c *corners) ring(line []worldPoint) []int32 {
	out := make([]int32, 0, len(line))
	for _, w := range line {
		n, ok := c.number[w]
		if !ok {
			n = int32(len(c.at))
			c.number[w] = n
			c.at = append(c.at, w)
			c.beside = append(c.beside, [2]int32{-1, -1})
			c.junction = append(c.junction, false)
		}
		if len(out) == 0 || out[len(out)-1] != n {
			out = append(out, n)
		}
	}
	if len(out) > 1 && out[0] == out[len(out)-1] {
		out = out[:len(out)-1]
	}
	for i, n := range out {
		next := out[(i+1)%len(out)]
		c.meet(n, next)
		c.meet(next, n)
	}
	return out
}

func (c *corners) meet(n, other int32) {
	b := &c.beside[n]
	switch {
	case b[0] == other || b[1] == other:
	case b[0] < 0:
		b[0] = other
	case b[1] < 0:
		b[1] = other
	default:
		c.junction[n] = true
	}
}

// cut gives a ring as arcs, the ones that are there already where they are.
func (t *topology) cut(c *corners, ring []int32, begun map[[2]int32]arcRef, kind uint8) []arcRef {
	first, closed := -1, false
	for i, n := range ring {
		if c.junction[n] {
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
	var out []arcRef
	n := len(ring)
	line := []int32{ring[first%n]}
	for i := 1; i <= n; i++ {
		v := ring[(first+i)%n]
		line = append(line, v)
		if i < n && (closed || !c.junction[v]) {
			continue
		}
		ref, ok := begun[[2]int32{line[0], line[1]}]
		if !ok {
			ref = arcRef(len(t.arcs))
			a := arc{line: make([]worldPoint, len(line))}
			for i, v := range line {
				a.line[i] = c.at[v]
			}
			t.arcs = append(t.arcs, a)
			begun[[2]int32{line[0], line[1]}] = ref
			begun[[2]int32{v, line[len(line)-2]}] = ^ref
		}
		t.arcs[max(ref, ^ref)].kinds |= kind
		out = append(out, ref)
		line = append(line[:0], v)
	}
	return out
}
