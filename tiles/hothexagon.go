package tiles

import (
	"slices"

	"github.com/gridpatrol/gridpatrol/geo/cell"
)

// hexagon is a cell as it is drawn. (Where it lies on a corner of the globe's
// twenty faces it has other than six sides.)
type hexagon struct {
	cell     cell.Cell
	line     []worldPoint // open, turning clockwise on the screen
	min, max worldPoint
}

// newHexagon draws a cell.
func newHexagon(c cell.Cell) hexagon {
	ring := cell.Boundary(c)[0]
	h := hexagon{cell: c, line: make([]worldPoint, 0, len(ring)-1)}
	for i, p := range ring[1:] {
		// A cell that crosses the 180th meridian is drawn on the side where it begins.
		if p[0]-ring[0][0] > 180 {
			p[0] = -180
		} else if ring[0][0]-p[0] > 180 {
			p[0] = 180
		}
		w := toWorld(p)
		if i == 0 {
			h.min, h.max = w, w
		}
		h.min = worldPoint{min(h.min.x, w.x), min(h.min.y, w.y)}
		h.max = worldPoint{max(h.max.x, w.x), max(h.max.y, w.y)}
		h.line = append(h.line, w)
	}
	slices.Reverse(h.line) // counter-clockwise as H3 has it, y to the north
	return h
}

// draw gives the hexagon in the units of the tile; nil where the tile does not
// show it. The room is that of ring, which is used again.
func (h *hexagon) draw(snap *snapper, ring []spot) []spot {
	half := uint64(1) << snap.shift >> 1
	ring = ring[:0]
	b := box{1<<31 - 1, 1<<31 - 1, -1 << 31, -1 << 31}
	for _, w := range h.line {
		p := spot{
			int32(int64((uint64(w.x)+half)>>snap.shift<<snap.coarse) - snap.originX),
			int32(int64((uint64(w.y)+half)>>snap.shift<<snap.coarse) - snap.originY),
		}
		b.add(p)
		if n := len(ring); n == 0 || ring[n-1] != p {
			ring = append(ring, p)
		}
	}
	if b.minX > high || b.minY > high || b.maxX < low || b.maxY < low {
		return nil
	}
	if b.minX < low || b.minY < low || b.maxX > high || b.maxY > high || len(ring) != len(h.line) {
		return cutConvex(ring)
	}
	return ring
}
