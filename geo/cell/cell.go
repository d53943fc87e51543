// Package cell gives H3 hexagons round points and over boxes: which cell a
// point lies in, its outline, parents, children and neighbours.
//
// It is the only importer of h3-go, which takes latitude first; one function
// here, latLng, turns our lon/lat round. See https://h3geo.org/docs for the
// grid itself. Resolutions go from 0 (cells of 4 million km²) to 15 (1 m²); at
// resolution 9 a cell is about 0.1 km² large.
package cell

import (
	"fmt"
	"strings"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/paulmach/orb"
	h3 "github.com/uber/h3-go/v4"
)

// Cell is the H3 index of a hexagon, or of one of the twelve pentagons of a
// resolution. The zero value is no cell.
type Cell uint64

// MaxResolution is the finest resolution.
const MaxResolution = 15

// maxCells limits what one call gives: the children of seven levels fit.
const maxCells = 1_000_000

// latLng turns lon/lat in degrees into what h3-go takes. Nothing else in the
// project changes the order for H3, and swapped coordinates give a valid cell,
// so nothing else would notice.
func latLng(p orb.Point) h3.LatLng { return h3.LatLng{Lat: p[1], Lng: p[0]} }

// point is the way back from latLng.
func point(l h3.LatLng) orb.Point { return orb.Point{l.Lng, l.Lat} }

// At gives the cell of the resolution (0 to 15) that p lies in. p is lon/lat in
// degrees, WGS 84, and is taken as it is, not rounded. geo.ErrInvalid where it
// is not a finite lon/lat within ±180, ±90, or the resolution is none.
func At(p orb.Point, res int) (Cell, error) {
	if _, ok := geo.Snap(p); !ok {
		return 0, geo.Invalid("not-a-position", fmt.Sprintf("%v is no lon/lat in degrees", p))
	}
	if err := checkResolution(res); err != nil {
		return 0, err
	}
	c, err := h3.LatLngToCell(latLng(p), res)
	if err != nil {
		return 0, invalid(err, "the cell at %v", p)
	}
	return Cell(c), nil
}

// Parse reads a cell as String writes it, in capitals too. Anything else,
// and an index that is no cell, is geo.ErrInvalid.
func Parse(s string) (Cell, error) {
	c := Cell(h3.IndexFromString(s))
	if !c.Valid() || c.String() != strings.ToLower(s) {
		return 0, geo.Invalid("not-a-cell", fmt.Sprintf("%q is no H3 cell", s))
	}
	return c, nil
}

// String gives the cell as H3 writes it everywhere: 15 hexadecimal digits.
func (c Cell) String() string { return h3.IndexToString(uint64(c)) }

// Center gives the middle of the cell, lon/lat in degrees. geo.ErrInvalid for
// what is no cell.
func Center(c Cell) (orb.Point, error) {
	if err := check(c); err != nil {
		return orb.Point{}, err
	}
	l, err := h3.CellToLatLng(h3.Cell(c))
	if err != nil {
		return orb.Point{}, invalid(err, "the middle of %s", c)
	}
	return point(l), nil
}

// Boundary gives the outline of the cell in lon/lat degrees: one closed ring,
// counter-clockwise. A cell that crosses the 180th meridian has longitudes of
// both signs. It panics for what is no cell: cells come from At, Parse and the
// other functions here, which give valid ones only.
func Boundary(c Cell) orb.Polygon {
	b, err := h3.CellToBoundary(h3.Cell(c))
	if err != nil || !c.Valid() {
		panic(fmt.Sprintf("cell: boundary of %s, which is no cell", c))
	}
	ring := make(orb.Ring, 0, len(b)+1)
	for _, l := range b {
		ring = append(ring, point(l))
	}
	return orb.Polygon{append(ring, ring[0])}
}

// Children gives the cells of a finer (or the same) resolution that belong to
// c, seven times as many with every step; at most seven steps. geo.ErrInvalid
// otherwise.
func Children(c Cell, res int) ([]Cell, error) {
	if err := check(c); err != nil {
		return nil, err
	}
	if res > Resolution(c)+7 {
		return nil, geo.Invalid("too-many-cells", fmt.Sprintf("the children of %s at resolution %d are too many", c, res))
	}
	cs, err := h3.Cell(c).Children(res)
	if err != nil {
		return nil, invalid(err, "the children of %s at resolution %d", c, res)
	}
	return cells(cs), nil
}

// maxSteps limits Disk and Ring: a disk of so many steps has 751,501 cells.
const maxSteps = 500

// Disk gives c and all cells within k steps of it, k from 0 to 500, in no
// particular order. geo.ErrInvalid otherwise.
func Disk(c Cell, k int) ([]Cell, error) {
	if err := checkSteps(c, k); err != nil {
		return nil, err
	}
	cs, err := h3.Cell(c).GridDisk(k)
	if err != nil {
		return nil, invalid(err, "the disk of %d steps round %s", k, c)
	}
	return cells(cs), nil
}

// Ring gives the cells that lie just k steps from c, k from 0 to 500, in no
// particular order. geo.ErrInvalid otherwise.
func Ring(c Cell, k int) ([]Cell, error) {
	if err := checkSteps(c, k); err != nil {
		return nil, err
	}
	cs, err := h3.Cell(c).GridRing(k)
	if err != nil {
		return nil, invalid(err, "the ring of %d steps round %s", k, c)
	}
	return cells(cs), nil
}

func check(c Cell) error {
	if !c.Valid() {
		return geo.Invalid("not-a-cell", fmt.Sprintf("%x is no H3 cell", uint64(c)))
	}
	return nil
}

func checkSteps(c Cell, k int) error {
	if k < 0 || k > maxSteps {
		return geo.Invalid("too-many-cells", fmt.Sprintf("%d steps are not within 0 to %d", k, maxSteps))
	}
	return check(c)
}

func checkResolution(res int) error {
	if res < 0 || res > MaxResolution {
		return geo.Invalid("not-a-resolution", fmt.Sprintf("H3 has resolutions 0 to %d, not %d", MaxResolution, res))
	}
	return nil
}

// invalid turns an error of h3-go, which blames its arguments, into ours.
func invalid(err error, format string, args ...any) error {
	return fmt.Errorf("%s: %w: %w", fmt.Sprintf(format, args...), err, geo.ErrInvalid)
}

func cells(cs []h3.Cell) []Cell {
	out := make([]Cell, 0, len(cs))
	for _, c := range cs {
		if c != 0 { // h3 leaves holes where a pentagon lacks a neighbour
			out = append(out, Cell(c))
		}
	}
	return out
}
