// Package locate answers which areas cover a point, exactly and from memory.
//
// All geometry is on the lattice of 1e-7°, so that which side of an edge a
// point lies on is the sign of one integer cross product. An Index keeps all
// coordinates within a box of less than MaxExtent on both axes, so a difference
// of two of them is below 2^30, a product of two differences below 2^60, and
// the cross product below 2^61: none can overflow an int64. What does not fit
// in the box is refused when the index is built.
//
// A lookup finds the cell of the point and is done where no edge meets the
// cell; else it tests the few edges that do. Files, in the order of the work:
// edge (sides that areas have in common become one), areaset (what they
// separate), frame and cells (the map), fill, cut and faces (how it is made),
// small (half the memory), near (distances).
package locate

import (
	"cmp"
	"fmt"
	"slices"
	"sync"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/paulmach/orb"
)

// MaxExtent is the first width or height, in units of 1e-7°, of the bound of
// all areas that an index refuses: 2^30 units, 107.37°. A country fits, a large
// continent does not.
const MaxExtent = 1 << 30

// MaxAreas and MaxVertices are how many areas and vertices an index takes.
const (
	MaxAreas    = 1 << 24
	MaxVertices = 1 << 27
)

// Config tunes an index. The zero value serves a district.
type Config struct {
	// MaxCells limits the look-up cells, at 2 bytes each, 4 from some 30,000
	// areas on; 0 means 1<<22, and what goes beyond 1<<28 does not count. Fewer
	// cells make lookups slower, never different.
	MaxCells int
}

// Index finds areas by place, by code and by id. It never changes; a new
// revision is a new index. Safe for concurrent use.
type Index struct {
	areas []*geo.Area // by kind, then code
	boxes []box       // of areas
	cells *cells
	near  [6]near // in the order of geo.Kinds
	byID  map[geo.ID]*geo.Area
	bound orb.Bound
}

// Build makes an index of the areas of one revision, in any order. It copies
// the areas but not their shapes, names and aliases, which must not be changed
// afterwards.
//
// Each area needs a known kind, a code that no other of its kind has, an id
// that no other area has (or the zero id), and a shape as geo.NormalizeShape
// gives it: closed rings of vertices on the lattice, polygons that overlap
// neither each other nor themselves. Build checks all of that but the overlap.
// The error says which area is at fault; it is geo.ErrInvalid, with a
// *geo.GeometryError for a fault of the shape and a *geo.Problem otherwise
// ("extent-too-large" where the bound of all areas reaches MaxExtent,
// "too-many-areas" above MaxAreas, "too-many-vertices", "overlaps-too-deep" where so many areas lie
// on each other that the index would outgrow its memory).
//
// Memory is bounded by what goes in: 2 or 4 bytes a cell (see Config), 24 bytes
// for each distinct edge, and 16 to 32 more for each cell that it meets, which
// cells are chosen for to be four on average at most, beside 4 MB; 4 bytes for
// each area of each distinct set of areas that cover some place, up to 64 MB.
// While it is built an index takes three times that.
func Build(areas []geo.Area, c Config) (*Index, error) {
	if c.MaxCells <= 0 {
		c.MaxCells = 1 << 22
	}
	c.MaxCells = min(c.MaxCells, mostCells)
	if len(areas) > MaxAreas {
		return nil, geo.Invalid("too-many-areas", fmt.Sprintf("an index takes %d areas, not %d", MaxAreas, len(areas)))
	}
	own := slices.Clone(areas)
	x := &Index{
		areas: make([]*geo.Area, len(own)),
		byID:  make(map[geo.ID]*geo.Area, len(own)),
	}
	for i := range own {
		x.areas[i] = &own[i]
	}
	slices.SortFunc(x.areas, func(a, b *geo.Area) int {
		return cmp.Or(cmp.Compare(a.Kind.Index(), b.Kind.Index()), cmp.Compare(a.Code, b.Code))
	})
	if err := x.checkNames(); err != nil {
		return nil, err
	}
	sets := newAreaSets(len(own))
	edges, all, err := x.readShapes(sets)
	if err != nil {
		return nil, err
	}
	if sets.full {
		return nil, tooDeep(sets)
	}
	var wait sync.WaitGroup
	for k, kind := range geo.Kinds() {
		from, to := x.span(kind)
		wait.Go(func() { x.near[k] = newNear(edges, sets, uint32(from), uint32(to)) })
	}
	wait.Wait()
	x.cells, err = newCells(all, edges, sets, x.areas, c.MaxCells)
	if err != nil {
		return nil, err
	}
	sets.forget()
	if len(x.areas) > 0 {
		x.bound = all.bound()
	}
	return x, nil
}

// readShapes puts all shapes on the lattice and gives their edges and the box
// round them.
func (x *Index) readShapes(sets *areaSets) (edges []edge, all box, err error) {
	points := 0
	for _, a := range x.areas {
		for _, polygon := range a.Shape {
			for _, ring := range polygon {
				points += len(ring)
			}
		}
	}
	if points > MaxVertices {
		return nil, all, geo.Invalid("too-many-vertices", fmt.Sprintf("an index takes %d vertices, not %d", MaxVertices, points))
	}
	var corners []geo.LatticePoint
	m := newEdgeMap(points, sets)
	x.boxes = make([]box, len(x.areas))
	all = emptyBox
	var ends []int
	for i, a := range x.areas {
		corners, ends, err = lattice(a.Shape, corners[:0], ends[:0])
		if err != nil {
			return nil, all, fmt.Errorf("%s: %w", a.Ref(), err)
		}
		x.boxes[i] = boxOf(corners)
		all = all.union(x.boxes[i])
		if all.wide() {
			return nil, all, geo.Invalid("extent-too-large", fmt.Sprintf(
				"%s: the areas would extend over %.1f° of longitude and %.1f° of latitude; an index takes less than %.2f° of either",
				a.Ref(), float64(all.width())/geo.Scale, float64(all.height())/geo.Scale, MaxExtent/geo.Scale))
		}
		begin := 0
		for _, end := range ends {
			m.addRing(corners[begin:end], uint32(i))
			begin = end
		}
	}
	return slices.Clip(m.edges), all, nil
}

// checkNames refuses unknown kinds, and codes and ids that are there twice.
func (x *Index) checkNames() error {
	for i, a := range x.areas {
		switch {
		case a.Kind.Index() < 0:
			return geo.Invalid("unknown-kind", fmt.Sprintf("area %q is of no known kind: %q", a.Code, a.Kind))
		case a.Code == "":
			return geo.Invalid("no-code", fmt.Sprintf("%s %q has no code", a.Kind, a.Name))
		case i > 0 && x.areas[i-1].Ref() == a.Ref():
			return geo.Invalid("duplicate-code", fmt.Sprintf("%s is there twice", a.Ref()))
		}
		if a.ID == (geo.ID{}) {
			continue
		}
		if b, ok := x.byID[a.ID]; ok {
			return geo.Invalid("duplicate-id", fmt.Sprintf("%s and %s have the same id %s", b.Ref(), a.Ref(), a.ID))
		}
		x.byID[a.ID] = a
	}
	return nil
}

// Locate returns the areas that cover p, at most one of each kind.
//
// p is lon/lat in degrees, WGS 84, and is rounded to the lattice first. Edges
// are included; among several areas of one kind that cover the point the lowest
// code wins, compared bytewise. A kind that covers nothing there is absent from
// m. ok is false when p is not a finite lon/lat within ±180, ±90; a point far
// from every area is ok with an empty m. The answer holds for the areas the
// index was built from. It allocates nothing.
func (x *Index) Locate(p orb.Point) (m geo.Match, ok bool) {
	q, ok := geo.Snap(p)
	if !ok {
		return geo.Match{}, false
	}
	s, known := x.cells.state(q)
	if !known {
		return x.cells.exact(q), true
	}
	return x.cells.matches[s], true
}

// LocateLattice is Locate for a point that is on the lattice already.
func (x *Index) LocateLattice(q geo.LatticePoint) geo.Match {
	s, known := x.cells.state(q)
	if !known {
		return x.cells.exact(q)
	}
	return x.cells.matches[s]
}
