package hotspot

import (
	"fmt"
	"math"

	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/cell"
)

// overlay measures how much of every cell of a lattice a shape covers. Not for
// concurrent use.
//
// It walks along each ring from cell to cell and sums up the area on the left of
// the way through each (Green's theorem); then it closes the sums along the sides
// of the cells: a corner of a cell lies inside the ring or not, and the
// ring's passing through a side tells how one corner differs from the next. So
// the ring is looked at once, whatever the number of cells, and those wholly
// inside are filled.
type overlay struct {
	lattice       *cell.Lattice
	width, height int
	crossed       []crossing
	touched       []int32 // places that the ring goes through or encloses
	queue         []int32 // places still to look round from
	turn          int32   // of the ring now measured
}

// crossing is what is known of a cell while a ring is measured.
type crossing struct {
	area   float64 // covered so far, in cells
	turn   int32   // the ring it is of; all else is void for another
	passed [6]int8 // how often the ring leaves through a side, less how often it enters
	corner int8    // how often the ring goes round the first corner, once known
	known  bool
	walked bool
}

// sides are the steps to the neighbours of a cell, counter-clockwise.
var sides = [6][2]int{{1, 0}, {1, 1}, {0, 1}, {-1, 0}, {-1, -1}, {0, -1}}

// corners are those of the cell round place (0, 0); side k goes from corner k
// to the next. Each is the middle of three cells.
var corners = [6][2]float64{
	{1. / 3, -1. / 3}, {2. / 3, 1. / 3}, {1. / 3, 2. / 3}, {-1. / 3, 1. / 3}, {-2. / 3, -1. / 3}, {-1. / 3, -2. / 3},
}

// towards gives how far place (i, j) lies from the middle in the direction of
// each of the first three sides: 1 on the side.
func towards(i, j float64) [3]float64 { return [3]float64{2*i - j, i + j, 2*j - i} }

func newOverlay(l *cell.Lattice) *overlay {
	o := &overlay{lattice: l}
	o.width, o.height = l.Size()
	o.crossed = make([]crossing, o.width*o.height)
	return o
}

// measure calls add with every place that the shape covers something of, and the
// share of the cell that it covers, above 0. A place may come several
// times; its shares add up. Holes come with shares below 0.
//
// Sides of the shape are taken as straight on H3's faces, that is as great
// circles; those straight in lon/lat lie beside them by length² × 2e-8 /m at
// 45° of latitude: 2 cm at a kilometre. geo.ErrInvalid where the shape is not
// within the lattice.
func (o *overlay) measure(shape orb.MultiPolygon, add func(place int32, share float64)) error {
	for _, polygon := range shape {
		for n, ring := range polygon {
			if err := o.walk(ring); err != nil {
				return err
			}
			o.close(n > 0)
			for _, at := range o.touched {
				if c := &o.crossed[at]; c.area != 0 {
					add(at, c.area)
				}
			}
		}
	}
	return nil
}

// walk goes along a ring.
func (o *overlay) walk(ring orb.Ring) error {
	o.touched = o.touched[:0]
	o.turn++
	if len(ring) == 0 {
		return nil
	}
	i, j := o.lattice.Place(ring[0])
	w := walker{overlay: o, i: i, j: j}
	if !(math.Abs(i)+math.Abs(j) < beyondAll) {
		return errBeyond(ring[0])
	}
	w.ci, w.cj = containing(i, j)
	if !w.enter() {
		return errBeyond(ring[0])
	}
	startI, startJ := w.ci, w.cj
	for _, p := range ring[1:] {
		i, j := o.lattice.Place(p)
		if !(math.Abs(i)+math.Abs(j) < beyondAll) || !w.to(i, j) {
			return errBeyond(p)
		}
	}
	// A ring that begins on a side may end in the other cell there.
	for k := 0; w.ci != startI || w.cj != startJ; k++ {
		if k == len(sides) {
			return geo.Invalid("not-closed", "a ring does not end where it began")
		}
		if w.ci+sides[k][0] == startI && w.cj+sides[k][1] == startJ {
			w.through(k)
		}
	}
	return nil
}

// beyondAll is farther than any lattice reaches.
const beyondAll = 1e9

func errBeyond(p orb.Point) error {
	return geo.Invalid("outside", fmt.Sprintf("a shape reaches beyond the cells at %v", p))
}

// containing gives the cell that a place lies in.
func containing(i, j float64) (ci, cj int) {
	best := math.Inf(1)
	for a := int(math.Floor(i)); a <= int(math.Floor(i))+1; a++ {
		for b := int(math.Floor(j)); b <= int(math.Floor(j))+1; b++ {
			di, dj := i-float64(a), j-float64(b)
			if d := di*di - di*dj + dj*dj; d < best {
				best, ci, cj = d, a, b
			}
		}
	}
	return ci, cj
}

// walker is where a walk stands: at (i, j), in the cell round (ci, cj).
type walker struct {
	*overlay
	i, j   float64
	ci, cj int
	cell   *crossing
}

// enter takes up the cell the walk is now in; false beyond the lattice's rim.
func (w *walker) enter() bool {
	// A cell at the rim would have no neighbours to fill.
	if w.ci < 1 || w.cj < 1 || w.ci >= w.width-1 || w.cj >= w.height-1 {
		return false
	}
	at := int32(w.cj*w.width + w.ci)
	w.cell = w.fresh(at)
	if !w.cell.walked {
		w.cell.walked = true
		w.touched = append(w.touched, at)
	}
	return true
}

// fresh gives the cell at a place, made void where it is of another ring.
func (o *overlay) fresh(at int32) *crossing {
	c := &o.crossed[at]
	if c.turn != o.turn {
		*c = crossing{turn: o.turn}
	}
	return c
}

// to goes straight to a place.
func (w *walker) to(i, j float64) bool {
	for {
		from := towards(w.i-float64(w.ci), w.j-float64(w.cj))
		goal := towards(i-float64(w.ci), j-float64(w.cj))
		side, first := -1, 1.0
		for k := range from {
			way := goal[k] - from[k]
			switch {
			case goal[k] > 1 && way > 0:
				if t := (1 - from[k]) / way; t < first || side < 0 {
					side, first = k, t
				}
			case goal[k] < -1 && way < 0:
				if t := (-1 - from[k]) / way; t < first || side < 0 {
					side, first = k+3, t
				}
			}
		}
		if side < 0 {
			w.move(i, j)
			return true
		}
		first = max(first, 0)
		w.move(w.i+first*(i-w.i), w.j+first*(j-w.j))
		if !w.through(side) {
			return false
		}
	}
}

// move goes straight to a place within the cell, or on its side.
func (w *walker) move(i, j float64) {
	ai, aj := w.i-float64(w.ci), w.j-float64(w.cj)
	bi, bj := i-float64(w.ci), j-float64(w.cj)
	w.cell.area += (ai*bj - aj*bi) / 2
	w.i, w.j = i, j
}

// through leaves the cell through a side, where the walk now stands. Who leaves
// has the inside on the left: on the side from here on counter-clockwise.
func (w *walker) through(side int) bool {
	w.pass(side, 1)
	w.ci, w.cj = w.ci+sides[side][0], w.cj+sides[side][1]
	if !w.enter() {
		return false
	}
	w.pass((side+3)%6, -1)
	return true
}

func (w *walker) pass(side int, n int8) {
	w.cell.passed[side] += n
	i, j := w.i-float64(w.ci), w.j-float64(w.cj)
	end := &corners[(side+1)%6]
	w.cell.area += float64(n) * (i*end[1] - j*end[0]) / 2
}

// close adds up what lies along the sides of the cells, and fills the cells that
// the ring encloses.
func (o *overlay) close(hole bool) {
	if len(o.touched) == 0 {
		return
	}
	// How often the ring goes round a corner: first less by an unknown number.
	walked := len(o.touched)
	o.crossed[o.touched[0]].known = true
	least, most := int8(0), int8(0)
	for o.queue = append(o.queue[:0], o.touched[0]); len(o.queue) > 0; {
		at := o.queue[len(o.queue)-1]
		o.queue = o.queue[:len(o.queue)-1]
		c := &o.crossed[at]
		corner := c.corner
		for k := range sides {
			least, most = min(least, corner), max(most, corner)
			next := at + int32(sides[k][1]*o.width+sides[k][0])
			if n := &o.crossed[next]; n.turn == o.turn && !n.known {
				n.known = true
				n.first((k+4)%6, corner)
				o.queue = append(o.queue, next)
			}
			corner += c.passed[k]
		}
	}
	// A ring goes round nothing outside it, and some corner of the cells it goes
	// through lies outside.
	outside := least
	if hole {
		outside = most
	}
	for _, at := range o.touched[:walked] {
		o.crossed[at].corner -= outside
	}
	for n := 0; n < len(o.touched); n++ {
		at := o.touched[n]
		c := &o.crossed[at]
		corner := c.corner
		for k := range sides {
			c.area += float64(corner) / 6
			if corner != 0 {
				next := at + int32(sides[k][1]*o.width+sides[k][0])
				if inner := &o.crossed[next]; inner.turn != o.turn {
					inner = o.fresh(next)
					inner.corner = corner
					o.touched = append(o.touched, next)
				}
			}
			corner += c.passed[k]
		}
	}
}

// first sets how often the ring goes round the first corner, from what is known
// of another.
func (c *crossing) first(corner int, n int8) {
	for k := range corner {
		n -= c.passed[k]
	}
	c.corner = n
}
