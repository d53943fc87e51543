package tiles

import (
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/maptile"

	"github.com/gridpatrol/gridpatrol/geo/locate"
)

// Limit is the tiles of a zoom that may show something: columns and rows, both
// ends included, counted from the north-west.
type Limit struct {
	Zoom, MinCol, MaxCol, MinRow, MaxRow int
}

// Holds reports whether the tile is within the limit.
func (l Limit) Holds(t maptile.Tile) bool {
	return int(t.Z) == l.Zoom && int(t.X) >= l.MinCol && int(t.X) <= l.MaxCol && int(t.Y) >= l.MinRow && int(t.Y) <= l.MaxRow
}

// shownBeside is how far from its true place, in degrees, a report may be shown.
const shownBeside = 0.01

// Bounds gives the box round what the layers may show of a snapshot, lon/lat in
// degrees; without areas all the map.
func (s *Server) Bounds(snapshot *locate.Snapshot, names []string) orb.Bound {
	b := bounds(snapshot)
	for _, name := range names {
		if l := s.layers[name]; l != nil && l.source == fromGround && snapshot.Index.Len() > 0 {
			if p := s.prepared.of(snapshot); len(p.groundShapes()) > 0 {
				b = b.Union(p.groundBound)
			}
		}
	}
	return b
}

// Limit gives the tiles of a zoom that may show something of the layers; not ok
// where none of them has the zoom. Cells of hot spots reach beyond the district,
// by less than a tile, and reports may be shown beside their places.
func (s *Server) Limit(snapshot *locate.Snapshot, names []string, zoom int) (limit Limit, ok bool) {
	var here []string
	beyond := false
	for _, name := range names {
		if l := s.layers[name]; l != nil && l.minZoom <= zoom && zoom <= l.maxZoom {
			here = append(here, name)
			beyond = beyond || l.source == fromReports || l.source == fromCounts
		}
	}
	if here == nil {
		return Limit{}, false
	}
	b := s.Bounds(snapshot, here)
	rim := 0
	if beyond {
		b, rim = b.Pad(shownBeside), 1
	}
	last := 1<<zoom - 1
	column := func(lon float64) int { return int(toWorld(orb.Point{lon, 0}).x >> (32 - zoom)) }
	row := func(lat float64) int { return int(toWorld(orb.Point{0, lat}).y >> (32 - zoom)) }
	return Limit{
		Zoom:   zoom,
		MinCol: max(column(b.Min[0])-rim, 0), MaxCol: min(column(b.Max[0])+rim, last),
		MinRow: max(row(b.Max[1])-rim, 0), MaxRow: min(row(b.Min[1])+rim, last),
	}, true
}
