// Package pack makes, of a part of a district, what a phone carries along: the
// areas with simplified boundaries, roads, and the lookup by the server's rule.
//
// Boundaries are arcs that areas share (geo/arcs), each simplified once, its ends
// fixed, so that neighbours still fit together and junctions stay where they are.
//
// # What simplifying can change, and what not
//
// Each segment of a simplified arc stands for a part of the true line with the
// same ends, all of whose vertices lie within DisplacementM of the segment. The
// points within that distance of a segment are a convex set, so the whole part
// lies in it, and the part can be drawn onto the segment without leaving it: each
// point straight to the nearest one of the segment. A place outside of all these
// sets is touched by none of it, so every ring winds round it as often as
// before: the place is on the same side of every boundary. That holds even
// where simplified lines should come to cross each other.
//
// So the lookup asks, kind by kind, how far the place is from every simplified
// segment that an area of the kind runs along. Within BandM, which is
// DisplacementM and a margin for rounding, it says that the server decides; beyond,
// its answer is the server's. An arc from which nothing was left out has no
// band: there the lookup is exact to the lattice, edges included. The other
// answer that is left to the server is a place that none of the areas held of a
// kind covers, unless the pack holds all of the kind that there are, or all that
// have land in common with an area that covers the place (Area.Full).
package pack

import (
	"math"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/arcs"
)

// Of simplification, in metres: how far a boundary may move unless asked
// otherwise, and what the band adds for rounding, of which there is a millionth.
const (
	usualDisplacementM = 5
	marginM            = 0.05
)

// Pack is a part of a district for the phone. It is not to be changed.
type Pack struct {
	Plane         Plane
	DisplacementM float64 // no place of a boundary was moved farther
	BandM         float64 // so near a simplified boundary the server decides

	Arcs  []Arc
	Areas [6][]Area // in the order of geo.Kinds, then by code
	Whole [6]bool   // every area of the kind that there is
	Lines []Line    // of the base map
}

// Arc is a line that one or more areas run along, on the lattice.
type Arc struct {
	Line  []geo.LatticePoint // two points at least; the first is the last where closed
	Exact bool               // as the server has it
}

// Area is an area with its outline as arcs.
type Area struct {
	Code, Name, NameEn string
	UnitType, Class    string           // of villages, and of grids
	Parent             geo.Ref          // that it belongs to; the zero Ref for a district
	Households         int              // 0 where unknown
	AreaM2             float64          // of the true shape, to the square metre
	Label              geo.LatticePoint // a place in it
	Own                bool             // what the pack was made for
	// Full areas are those of which the pack holds, of every kind, all areas that
	// have land in common with them.
	Full bool
	// Unsure areas overlap one of their kind that is not held: they decide nothing.
	Unsure bool
	Shape  [][][]arcs.Ref // polygons of rings
}

// Line is a road or a river, simplified as boundaries are.
type Line struct {
	Class, Name string
	Places      []geo.LatticePoint
}

// Make makes a pack of what is held and of the lines of the base map that come
// near. Boundaries move by displacementM at most; 0 means 5 m, less than a
// phone's position is off.
func Make(held Held, ground []geo.Feature, displacementM float64) *Pack {
	if displacementM <= 0 {
		displacementM = usualDisplacementM
	}
	bound, vertices := held.extent()
	p := &Pack{Plane: planeOf(bound.Min[1], bound.Max[1]), Whole: held.Whole}
	b := arcs.NewBuilder[geo.LatticePoint](vertices / 2) // most are on two outlines at least
	held.rings(b.Ring)
	lines, rings := b.Build()
	refs := p.simplify(lines, displacementM)
	next := 0
	for k := range held.Areas {
		for _, a := range held.Areas[k] {
			out := Area{Code: a.Code, Name: a.Name, NameEn: a.NameEn, UnitType: a.UnitType, Class: a.Class, Parent: a.Parent,
				Households: a.Households, AreaM2: math.Round(a.AreaM2), Own: held.Own[a.ID], Full: held.Full[a.ID], Unsure: held.Unsure[a.ID]}
			if at, ok := geo.PointOnSurface(a.Shape); ok {
				out.Label, _ = geo.Snap(at)
			}
			for _, polygon := range a.Shape {
				var shape [][]arcs.Ref
				for range polygon {
					ring := make([]arcs.Ref, len(rings[next]))
					for i, r := range rings[next] {
						ring[i] = refs[r.Arc()]
						if r.Backwards() {
							ring[i] = ^ring[i]
						}
					}
					next++
					shape = append(shape, ring)
				}
				out.Shape = append(out.Shape, shape)
			}
			p.Areas[k] = append(p.Areas[k], out)
		}
	}
	p.lines(ground, held.Near, displacementM)
	return p
}

// simplify puts the arcs into the pack, those first that lose nothing, and gives
// the place of each.
func (p *Pack) simplify(lines [][]geo.LatticePoint, displacementM float64) []arcs.Ref {
	refs := make([]arcs.Ref, len(lines))
	var moved []int
	thinned := make([][]geo.LatticePoint, len(lines))
	for i, line := range lines {
		short, m := p.Plane.simplify(line, displacementM)
		if len(short) < len(line) {
			thinned[i] = short
			p.DisplacementM = max(p.DisplacementM, m)
			moved = append(moved, i)
			continue
		}
		refs[i] = arcs.Ref(len(p.Arcs))
		p.Arcs = append(p.Arcs, Arc{Line: line, Exact: true})
	}
	for _, i := range moved {
		refs[i] = arcs.Ref(len(p.Arcs))
		p.Arcs = append(p.Arcs, Arc{Line: thinned[i]})
	}
	p.BandM = p.DisplacementM + marginM
	return refs
}

// lines takes the lines of the base map that meet a bound.
func (p *Pack) lines(ground []geo.Feature, bound orb.Bound, displacementM float64) {
	for _, f := range ground {
		var parts []orb.LineString
		switch g := f.Geometry.(type) {
		case orb.LineString:
			parts = []orb.LineString{g}
		case orb.MultiLineString:
			parts = g
		default:
			continue // clusters of houses are for the map of the whole district
		}
		for _, part := range parts {
			if len(part) < 2 || !part.Bound().Intersects(bound) {
				continue
			}
			line := make([]geo.LatticePoint, len(part))
			for i, v := range part {
				line[i], _ = geo.Snap(v)
			}
			short, _ := p.Plane.simplify(line, displacementM)
			p.Lines = append(p.Lines, Line{f.Class, f.Name, short})
		}
	}
}
