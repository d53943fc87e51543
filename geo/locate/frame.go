package locate

import (
	"math"

	"github.com/gridpatrol/gridpatrol/geo"
)

// frame cuts a box into cells of 1<<lonShift by 1<<latShift units, row by row
// from the south-west.
type frame struct {
	box                box
	lonShift, latShift uint
	columns, rows      int
}

// newFrame picks cells about as high as wide, in units: at most cells of them,
// and so large that the edges stand in no more than entries places together,
// as long as that can be had.
func newFrame(b box, edges []edge, cells, entries int) frame {
	f := frame{box: b}
	for {
		f.columns, f.rows = f.column(b.maxLon)+1, f.row(b.maxLat)+1
		if f.columns == 1 && f.rows == 1 || f.columns <= cells/f.rows && f.entries(edges) <= entries {
			return f
		}
		if f.columns >= f.rows {
			f.lonShift++
		} else {
			f.latShift++
		}
	}
}

// entries counts the cells that edges go through, rather too many.
func (f *frame) entries(edges []edge) int {
	n := 0
	for i := range edges {
		a, b := edges[i].a, edges[i].b
		columns := f.column(b.Lon) - f.column(a.Lon)
		n += max(columns, -columns) + f.row(b.Lat) - f.row(a.Lat) + 1
	}
	return n
}

func (f *frame) column(lon int32) int {
	return int(int64(lon)-int64(f.box.minLon)) >> (f.lonShift & 63)
}
func (f *frame) row(lat int32) int { return int(int64(lat)-int64(f.box.minLat)) >> (f.latShift & 63) }

// west gives the westernmost units of a column, south the southernmost of a
// row.
func (f *frame) west(column int) int64 { return int64(f.box.minLon) + int64(column)<<f.lonShift }
func (f *frame) south(row int) int64   { return int64(f.box.minLat) + int64(row)<<f.latShift }

// reach calls visit with each row that the edge goes through and the columns it
// may reach there: every one that it meets, and rarely a neighbour more.
func (f *frame) reach(e *edge, visit func(row, first, last int)) {
	west, east := min(e.a.Lon, e.b.Lon), max(e.a.Lon, e.b.Lon)
	c0, c1 := f.column(west), f.column(east)
	r0, r1 := f.row(e.a.Lat), f.row(e.b.Lat)
	if c0 == c1 || r0 == r1 { // which most are
		for r := r0; r <= r1; r++ {
			visit(r, c0, c1)
		}
		return
	}
	const slack = 2 // units; far above the rounding of the float64 below
	slope := (float64(e.b.Lon) - float64(e.a.Lon)) / (float64(e.b.Lat) - float64(e.a.Lat))
	for r := r0; r <= r1; r++ {
		south := float64(f.south(r))
		north := south + float64(int64(1)<<f.latShift)
		x0 := float64(e.a.Lon) + slope*(south-slack-float64(e.a.Lat))
		x1 := float64(e.a.Lon) + slope*(north+slack-float64(e.a.Lat))
		lo, hi := max(float64(west), min(x0, x1)-slack), min(float64(east), max(x0, x1)+slack)
		visit(r, f.column(int32(math.Floor(lo))), f.column(int32(math.Ceil(hi))))
	}
}

// has reports whether q lies in the box.
func (f *frame) has(q geo.LatticePoint) bool {
	return f.box.minLon <= q.Lon && q.Lon <= f.box.maxLon && f.box.minLat <= q.Lat && q.Lat <= f.box.maxLat
}
