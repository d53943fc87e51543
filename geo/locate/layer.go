package locate

import (
	"github.com/gridpatrol/gridpatrol/geo"
)

// layer finds the areas of one kind by rectangular cells. A cell knows its
// owner where one area covers all of it, else the few areas that might.
type layer struct {
	areas    []*geo.Area // by code
	outlines []outline   // of areas
	box      box

	lonShift, latShift uint // a cell is 1<<shift units wide and high
	columns            int

	// cells, row by row from the south-west: 0 where no area reaches, i+1 where
	// area i covers the whole cell and owns it, or listed plus the place in
	// lists where its candidates begin.
	cells []uint32
	// lists holds runs of candidates by code: area<<2, with whole where it
	// covers the entire cell and last at the end of the run.
	lists []uint32
}

const (
	listed = 1 << 31
	whole  = 2
	last   = 1
)

// newLayer makes the layer of the areas of a kind, sorted by code.
func newLayer(areas []*geo.Area, outlines []outline, maxCells int) layer {
	l := layer{areas: areas, outlines: outlines, box: emptyBox}
	if len(areas) == 0 {
		return l
	}
	edges := 0
	for i := range outlines {
		l.box = l.box.union(outlines[i].box)
		edges += len(outlines[i].edges)
	}
	rows := l.size(min(edges+64, maxCells))
	l.fill(rows, l.claims())
	return l
}

// size picks cells about as high as wide, at most n of them, and gives the
// number of rows. Where areas lie on top of each other, cells are larger, so
// that the claims of all areas stay within some times n.
func (l *layer) size(n int) (rows int) {
	w, h := l.box.width(), l.box.height()
	for {
		columns, rows := int(w>>l.lonShift)+1, int(h>>l.latShift)+1
		if columns*rows == 1 || columns*rows <= n && l.windows() <= 16*n {
			l.columns = columns
			return rows
		}
		if columns >= rows {
			l.lonShift++
		} else {
			l.latShift++
		}
	}
}

// windows counts the cells in the boxes of all areas.
func (l *layer) windows() int {
	n := 0
	for i := range l.outlines {
		b := l.outlines[i].box
		n += (l.column(b.maxLon) - l.column(b.minLon) + 1) * (l.row(b.maxLat) - l.row(b.minLat) + 1)
	}
	return n
}

// claim says that an area reaches into a cell: ref as in layer.lists.
type claim struct{ cell, ref uint32 }

// claims gives, area by area in order of code, the cells that each reaches.
func (l *layer) claims() []claim {
	var out []claim
	var marks []bool
	for i := range l.outlines {
		o := &l.outlines[i]
		c0, r0 := l.column(o.box.minLon), l.row(o.box.minLat)
		c1, r1 := l.column(o.box.maxLon), l.row(o.box.maxLat)
		columns, rows := c1-c0+1, r1-r0+1
		if n := columns * rows; n > cap(marks) {
			marks = make([]bool, n)
		} else {
			marks = marks[:n]
			clear(marks)
		}
		for _, e := range o.edges {
			l.mark(e, marks, c0, r0, columns)
		}
		for r := range rows {
			// Two neighbouring cells without an edge lie on the same side, so
			// one test serves a run of them.
			inside, known := false, false
			for c := range columns {
				cell := (r0+r)*l.columns + c0 + c
				if marks[r*columns+c] {
					known = false
					out = append(out, claim{uint32(cell), uint32(i) << 2})
					continue
				}
				if !known {
					inside, known = o.covers(l.corner(c0+c, r0+r)), true
				}
				if inside {
					out = append(out, claim{uint32(cell), uint32(i)<<2 | whole})
				}
			}
		}
	}
	return out
}

// mark marks every cell whose closed rectangle the edge meets, and perhaps a
// neighbour more: a mark too many costs a test, one too few a wrong answer.
// marks is a window of cells that begins at column c0, row r0.
func (l *layer) mark(e edge, marks []bool, c0, r0, columns int) {
	const slack = 2 // units; far above the rounding of the float64 below
	west, east := float64(min(e.a.Lon, e.b.Lon)), float64(max(e.a.Lon, e.b.Lon))
	slope := 0.0
	if e.b.Lat > e.a.Lat {
		slope = (float64(e.b.Lon) - float64(e.a.Lon)) / (float64(e.b.Lat) - float64(e.a.Lat))
	}
	for r := l.row(e.a.Lat); r <= l.row(e.b.Lat); r++ {
		lo, hi := west, east
		if slope != 0 {
			south := float64(l.box.minLat) + float64(int64(r)<<l.latShift)
			north := south + float64(int64(1)<<l.latShift)
			x0 := float64(e.a.Lon) + slope*(south-slack-float64(e.a.Lat))
			x1 := float64(e.a.Lon) + slope*(north+slack-float64(e.a.Lat))
			lo, hi = max(lo, min(x0, x1)-slack), min(hi, max(x0, x1)+slack)
		}
		first := l.column(int32(max(lo-slack, float64(l.box.minLon))))
		final := l.column(int32(min(hi+slack, float64(l.box.maxLon))))
		for c := max(first-c0, 0); c <= min(final-c0, columns-1); c++ {
			marks[(r-r0)*columns+c] = true
		}
	}
}

// fill sorts the claims into cells and lists.
func (l *layer) fill(rows int, claims []claim) {
	l.cells = make([]uint32, l.columns*rows)
	start := make([]uint32, len(l.cells)+1)
	for _, c := range claims {
		start[c.cell+1]++
	}
	for i := 1; i < len(start); i++ {
		start[i] += start[i-1]
	}
	refs := make([]uint32, len(claims))
	next := make([]uint32, len(l.cells))
	copy(next, start)
	for _, c := range claims {
		refs[next[c.cell]] = c.ref
		next[c.cell]++
	}
	for i := range l.cells {
		run := refs[start[i]:start[i+1]]
		switch {
		case len(run) == 0:
		case run[0]&whole != 0:
			l.cells[i] = run[0]>>2 + 1
		default:
			l.cells[i] = listed | uint32(len(l.lists))
			for _, ref := range run {
				l.lists = append(l.lists, ref)
				if ref&whole != 0 {
					break // whoever comes after never wins
				}
			}
			l.lists[len(l.lists)-1] |= last
		}
	}
}

// locate gives the first area by code that covers q, nil where none does.
func (l *layer) locate(q geo.LatticePoint) *geo.Area {
	if !l.box.has(q) {
		return nil
	}
	v := l.cells[l.row(q.Lat)*l.columns+l.column(q.Lon)]
	if v&listed == 0 {
		if v == 0 {
			return nil
		}
		return l.areas[v-1]
	}
	for i := v &^ listed; ; i++ {
		ref := l.lists[i]
		if ref&whole != 0 || l.outlines[ref>>2].covers(q) {
			return l.areas[ref>>2]
		}
		if ref&last != 0 {
			return nil
		}
	}
}

func (l *layer) column(lon int32) int { return int(int64(lon)-int64(l.box.minLon)) >> l.lonShift }
func (l *layer) row(lat int32) int    { return int(int64(lat)-int64(l.box.minLat)) >> l.latShift }

// corner gives the south-west lattice point of a cell.
func (l *layer) corner(column, row int) geo.LatticePoint {
	return geo.LatticePoint{
		Lon: int32(int64(l.box.minLon) + int64(column)<<l.lonShift),
		Lat: int32(int64(l.box.minLat) + int64(row)<<l.latShift),
	}
}
