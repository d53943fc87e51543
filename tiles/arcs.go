package tiles

import (
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/arcs"
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
type arcRef = arcs.Ref

// arcShape is polygons of rings of arcs.
type arcShape [][][]arcRef

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
	b := arcs.NewBuilder[worldPoint](vertices / 2) // most are on two outlines at least
	for _, kind := range kinds {
		for _, a := range x.Areas(kind) {
			for _, polygon := range a.Shape {
				for _, ring := range polygon {
					b.Ring(project(ring))
				}
			}
		}
	}
	lines, rings := b.Build()
	t := &topology{arcs: make([]arc, len(lines))}
	for i, line := range lines {
		t.arcs[i].line = line
		t.arcs[i].weigh()
	}
	next := 0
	for k, kind := range kinds {
		areas := x.Areas(kind)
		t.shapes[k] = make([]arcShape, len(areas))
		for i, a := range areas {
			for _, polygon := range a.Shape {
				p := rings[next : next+len(polygon) : next+len(polygon)]
				next += len(polygon)
				for _, ring := range p {
					for _, ref := range ring {
						t.arcs[ref.Arc()].kinds |= 1 << k
					}
				}
				t.shapes[k][i] = append(t.shapes[k][i], p)
			}
		}
	}
	return t
}
