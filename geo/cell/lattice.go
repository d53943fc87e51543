package cell

import (
	"fmt"

	"github.com/paulmach/orb"
	h3 "github.com/uber/h3-go/v4"

	"github.com/gridpatrol/gridpatrol/geo"
)

// maxLattice is the most places a Lattice has: among them some
// 30,000 km² of cells of resolution 10 and what lies beside on the two axes.
const maxLattice = 8_000_000

// Lattice lays the cells of one resolution in a bound out on two axes, 120°
// apart, so that what would take a call of the library for every cell is
// arithmetic: cell (i, j) is the regular hexagon round that place, with the
// neighbours (i+1, j), (i+1, j+1), (i, j+1), (i-1, j), (i-1, j-1), (i, j-1),
// counter-clockwise. It does not change. Safe for concurrent use.
//
// H3 draws its hexagons on the faces of an icosahedron, in the gnomonic
// projection on each, where they are regular; across the edge between two faces
// they go on as if both lay flat.
type Lattice struct {
	width, height int
	cells         []Cell       // row after row; 0 where there is none
	planes        []projection // one for each face of the icosahedron
}

// NewLattice gives the cells of a resolution from 2 on that meet the bound, and
// some round it. geo.ErrInvalid for a bound and a resolution that Cover does not
// take, for more than 8 million places, and near one of the twelve pentagons of
// the grid, round which no lattice can be laid: all lie at sea, one of them off
// the coast of Liaoning, among the islands of Changhai.
func NewLattice(bound orb.Bound, res int) (*Lattice, error) {
	const up = 2 // blocks of 49 cells are laid out at once
	if err := checkResolution(res - up); err != nil {
		return nil, err
	}
	blocks, err := around(bound, res-up)
	if err != nil {
		return nil, err
	}
	if len(blocks) == 0 {
		return nil, geo.Invalid("not-a-bound", fmt.Sprintf("no cell lies round %v", bound))
	}
	if n := len(blocks) * 49; n > maxLattice {
		return nil, geo.Invalid("too-many-cells", fmt.Sprintf("%v takes %d cells of resolution %d", bound, n, res))
	}
	middle, err := At(bound.Center(), res)
	if err != nil {
		return nil, err
	}
	laid := layer{origin: h3.Cell(middle), res: res, cells: make([]placed, 0, len(blocks)*49)}
	for _, b := range blocks {
		if err := laid.add(b); err != nil {
			return nil, err
		}
	}
	l := &Lattice{}
	corner, err := l.fill(laid.cells)
	if err != nil {
		return nil, err
	}
	holds, err := l.project(blocks, h3.Cell(middle), corner, res)
	if err == nil && !holds {
		err = nearPentagon(middle)
	}
	if err != nil {
		return nil, err
	}
	return l, nil
}

// fill puts the cells in their places and gives that of the first.
func (l *Lattice) fill(laid []placed) (corner h3.CoordIJ, err error) {
	low, high := laid[0].at, laid[0].at
	for _, c := range laid {
		low = h3.CoordIJ{I: min(low.I, c.at.I), J: min(low.J, c.at.J)}
		high = h3.CoordIJ{I: max(high.I, c.at.I), J: max(high.J, c.at.J)}
	}
	l.width, l.height = high.I-low.I+1, high.J-low.J+1
	if l.width > maxLattice || l.height > maxLattice/l.width {
		return low, geo.Invalid("too-many-cells", fmt.Sprintf("a lattice of %d by %d cells is too large", l.width, l.height))
	}
	l.cells = make([]Cell, l.width*l.height)
	for _, c := range laid {
		at := &l.cells[(c.at.J-low.J)*l.width+c.at.I-low.I]
		if *at != 0 {
			return low, nearPentagon(c.cell)
		}
		*at = c.cell
	}
	return low, nil
}

// Size gives the number of places on either axis.
func (l *Lattice) Size() (width, height int) { return l.width, l.height }

// Cell gives the cell at a place; ok is false where there is none.
func (l *Lattice) Cell(i, j int) (c Cell, ok bool) {
	if i < 0 || j < 0 || i >= l.width || j >= l.height {
		return 0, false
	}
	c = l.cells[j*l.width+i]
	return c, c != 0
}

// Place gives the coordinates on the two axes of p, lon/lat in degrees: p lies
// in the cell whose middle is nearest, counting i² - ij + j².
func (l *Lattice) Place(p orb.Point) (i, j float64) {
	v := onSphere(p)
	return l.on(v).place(v)
}

// AreaM2 gives the area in square metres of the cell at a place, there or not,
// on a sphere as large as the Earth. It is good for comparing cells with each
// other (to 1e-4 over a degree of latitude); the ellipsoid's differ by up to 0.5 %.
func (l *Lattice) AreaM2(i, j int) float64 {
	x, y := float64(i), float64(j)
	for k := range l.planes {
		g := &l.planes[k]
		if l.on(g.at(x, y)) == g {
			return g.areaM2(x, y)
		}
	}
	return l.planes[0].areaM2(x, y)
}

// placed is a cell and its place, in H3's local coordinates.
type placed struct {
	cell Cell
	at   h3.CoordIJ
}

// layer lays blocks of cells out. Within a block the order is always the same,
// turned by one of six angles: one cell besides the middle one tells which, so
// that the library is asked for two cells out of 49.
type layer struct {
	origin h3.Cell
	res    int
	turns  map[h3.CoordIJ][]h3.CoordIJ // by the place of the second cell from the middle one: that of each
	cells  []placed

	children []Cell // of the block now laid out
}

func (y *layer) add(block Cell) error {
	children := appendChildren(y.children[:0], block, y.res)
	y.children = children
	if len(children) < 2 {
		return geo.Invalid("not-a-resolution", "blocks have more than one cell")
	}
	middle, err := y.place(children[0])
	if err != nil {
		return err
	}
	second, err := y.place(children[1])
	if err != nil {
		return err
	}
	turn := h3.CoordIJ{I: second.I - middle.I, J: second.J - middle.J}
	offsets, known := y.turns[turn]
	if !known || len(offsets) != len(children) {
		offsets = make([]h3.CoordIJ, len(children))
		for k, c := range children {
			at, err := y.place(c)
			if err != nil {
				return err
			}
			offsets[k] = h3.CoordIJ{I: at.I - middle.I, J: at.J - middle.J}
		}
		if y.turns == nil {
			y.turns = make(map[h3.CoordIJ][]h3.CoordIJ)
		}
		y.turns[turn] = offsets
	}
	for k, c := range children {
		y.cells = append(y.cells, placed{c, h3.CoordIJ{I: middle.I + offsets[k].I, J: middle.J + offsets[k].J}})
	}
	return nil
}

func (y *layer) place(c Cell) (h3.CoordIJ, error) {
	at, err := h3.CellToLocalIJ(y.origin, h3.Cell(c))
	if err != nil {
		return at, fmt.Errorf("%w: %w", nearPentagon(c), err)
	}
	return at, nil
}

func nearPentagon(c Cell) error {
	return geo.Invalid("near-a-pentagon", fmt.Sprintf("no lattice can be laid out up to %s: a pentagon of the grid lies near", c))
}

// appendChildren appends the cells that belong to a valid cell, by number: the
// middle one first.
func appendChildren(out []Cell, c Cell, res int) []Cell {
	if Resolution(c) == res {
		return append(out, c)
	}
	digit := Cell(1) << (digitBits * (MaxResolution - Resolution(c) - 1))
	first := c&^(15<<resolutionAt)&^(7*digit) | Cell(Resolution(c)+1)<<resolutionAt
	for k := range Cell(7) {
		if child := first + k*digit; child.Valid() {
			out = appendChildren(out, child, res)
		}
	}
	return out
}
