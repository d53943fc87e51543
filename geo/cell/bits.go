package cell

import (
	"fmt"
	"math/bits"

	"github.com/gridpatrol/gridpatrol/geo"
)

// What is asked of every cell that is counted is read from the bits of its
// index here, not asked of the library: a call through cgo takes longer than
// the answer. The layout (https://h3geo.org/docs/core-library/h3Indexing):
// a reserved bit, four of mode (1 for a cell), three reserved, four of
// resolution, seven of base cell, and fifteen digits of three bits, coarse to
// fine, 7 where the resolution has none.
const (
	resolutionAt = 52
	baseAt       = 45
	digitBits    = 3
)

// pentagonBases are the base cells that are pentagons, as bits.
// (H3's baseCells.c, baseCellData.)
var pentagonBases = [2]uint64{
	1<<4 | 1<<14 | 1<<24 | 1<<38 | 1<<49 | 1<<58 | 1<<63,
	1<<(72-64) | 1<<(83-64) | 1<<(97-64) | 1<<(107-64) | 1<<(117-64),
}

// unused are the digits that a cell of a resolution does not have.
func unused(res int) Cell { return 1<<(digitBits*(MaxResolution-res)) - 1 }

// Valid reports whether c is a cell.
func (c Cell) Valid() bool {
	const head = 1<<63 | 15<<59 | 7<<56
	base := c >> baseAt & 127
	if c&head != 1<<59 || base > 121 {
		return false
	}
	none := unused(Resolution(c))
	if c&none != none {
		return false
	}
	digits := c & (1<<baseAt - 1) &^ none
	// A digit of 7 among those it has: all three bits set.
	const lowest = 0o111111111111111
	if digits&(digits>>1)&(digits>>2)&lowest != 0 {
		return false
	}
	if pentagonBases[base/64]>>(base%64)&1 == 0 || digits == 0 {
		return true
	}
	// A pentagon has no child in the direction of 1: the first digit that is
	// not 0 is another.
	first := (bits.Len64(uint64(digits)) - 1) / digitBits * digitBits
	return digits>>first != 1
}

// Resolution gives the resolution, 0 to 15, of a valid cell.
func Resolution(c Cell) int { return int(c >> resolutionAt & 15) }

// Parent gives the cell of a coarser (or the same) resolution that c belongs
// to. geo.ErrInvalid for a finer one.
func Parent(c Cell, res int) (Cell, error) {
	if err := check(c); err != nil {
		return 0, err
	}
	if res < 0 || res > Resolution(c) {
		return 0, geo.Invalid("not-a-resolution", fmt.Sprintf("%s has no parent of resolution %d", c, res))
	}
	return parent(c, res), nil
}

// parent is Parent where both are known to be valid.
func parent(c Cell, res int) Cell {
	return c&^(15<<resolutionAt) | Cell(res)<<resolutionAt | unused(res)
}

// Span gives the first and the last, by number, of the cells of a finer (or the
// same) resolution that belong to c: a cell of that resolution belongs to c
// just where it lies within them. The two need not be cells themselves: a
// pentagon lacks some. geo.ErrInvalid for a coarser resolution.
func Span(c Cell, res int) (first, last Cell, err error) {
	if err := check(c); err != nil {
		return 0, 0, err
	}
	if res < Resolution(c) || res > MaxResolution {
		return 0, 0, geo.Invalid("not-a-resolution", fmt.Sprintf("%s has no children of resolution %d", c, res))
	}
	below := unused(Resolution(c)) &^ unused(res)
	first = c&^(15<<resolutionAt)&^below | Cell(res)<<resolutionAt
	const sixes = 0o666666666666666
	return first, first | below&sixes, nil
}
