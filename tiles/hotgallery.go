package tiles

import (
	"slices"
	"sync"

	"github.com/paulmach/orb/maptile"

	"github.com/gridpatrol/gridpatrol/geo/cell"
	"github.com/gridpatrol/gridpatrol/geo/hotspot"
)

// gallery is the outlines of the cells of one book, made once each, with the
// tiles that show them. Safe for concurrent use.
type gallery struct {
	book *hotspot.Book
	mu   sync.RWMutex
	// by resolution
	rooms    [hotspot.BaseResolution + 1]room
	district *hotspot.District // whose households homes are
	homes    [hotspot.BaseResolution + 1][]home
}

// home is the households in a cell.
type home struct {
	households float64
	known      bool
}

// room is the cells of a resolution.
type room struct {
	hexagons []hexagon          // by number
	shownIn  map[uint64][]int32 // by tile of the resolution's least zoom, numbers ascending by cell
}

// hexagon is a cell as it is drawn. (Where it lies on a corner of the globe's
// twenty faces it has other than six sides.)
type hexagon struct {
	cell     cell.Cell
	line     []worldPoint // open, turning clockwise on the screen
	min, max worldPoint
}

// leastZoom gives the first zoom that shows a resolution; past the last where
// none does.
func leastZoom(res int) int {
	zoom := minHotZoom
	for zoom <= maxHotZoom && resolutionAt(zoom) < res {
		zoom++
	}
	return zoom
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

// hang draws the cells of the resolution that are not drawn yet, and gives the
// room and by number the households, none where the district is nil. Whoever
// reads them holds the lock for reading, which hang takes; done lets go of it.
func (g *gallery) hang(res int, cells []cell.Cell, district *hotspot.District) (r *room, homes []home, done func()) {
	r = &g.rooms[res]
	g.mu.RLock()
	for len(r.hexagons) < len(cells) || district != nil && (g.district != district || len(g.homes[res]) < len(cells)) {
		g.mu.RUnlock()
		g.mu.Lock()
		r.add(leastZoom(res), cells)
		if g.district != district && district != nil {
			g.district, g.homes = district, [len(g.homes)][]home{}
		}
		for n := len(g.homes[res]); n < len(cells) && district != nil; n++ {
			var h home
			h.households, h.known = district.Households(cells[n])
			g.homes[res] = append(g.homes[res], h)
		}
		g.mu.Unlock()
		g.mu.RLock() // another district may have come in between
	}
	return r, g.homes[res], g.mu.RUnlock
}

// add draws the cells that are not drawn yet.
func (r *room) add(zoom int, cells []cell.Cell) {
	if r.shownIn == nil {
		r.shownIn = make(map[uint64][]int32)
		r.hexagons = append(r.hexagons, hexagon{}) // number 0 is none
	}
	shift := 32 - uint(zoom)
	margin := uint32(buffer) << (shift - 12)
	for n := len(r.hexagons); n < len(cells); n++ {
		h := newHexagon(cells[n])
		r.hexagons = append(r.hexagons, h)
		from, to := worldPoint{lower(h.min.x, margin) >> shift, lower(h.min.y, margin) >> shift}, worldPoint{upper(h.max.x, margin) >> shift, upper(h.max.y, margin) >> shift}
		for x := from.x; x <= to.x; x++ {
			for y := from.y; y <= to.y; y++ {
				key := uint64(x)<<32 | uint64(y)
				in := r.shownIn[key]
				i, _ := slices.BinarySearchFunc(in, h.cell, func(m int32, c cell.Cell) int {
					if r.hexagons[m].cell < c {
						return -1
					}
					return 1
				})
				r.shownIn[key] = slices.Insert(in, i, int32(n))
			}
		}
	}
}

func lower(v, by uint32) uint32 { return v - min(v, by) }
func upper(v, by uint32) uint32 { return v + min(^v, by) }

// in gives the numbers of the cells that the tile may show, ascending by cell.
func (r *room) in(t maptile.Tile, res int) []int32 {
	up := uint(int(t.Z) - leastZoom(res))
	return r.shownIn[uint64(t.X>>up)<<32|uint64(t.Y>>up)]
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

// galleries keeps the gallery of the book that is asked for. The zero value is
// ready.
type galleries struct {
	mu      sync.Mutex
	current *gallery
}

func (g *galleries) of(b *hotspot.Book) *gallery {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.current == nil || g.current.book != b {
		g.current = &gallery{book: b}
	}
	return g.current
}
