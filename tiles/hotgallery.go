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

// leastZoom gives the first zoom that shows a resolution; past the last where
// none does.
func leastZoom(res int) int {
	zoom := minHotZoom
	for zoom <= maxHotZoom && resolutionAt(zoom) < res {
		zoom++
	}
	return zoom
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
