package tiles

import (
	"math"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/clip"
	"github.com/paulmach/orb/maptile"
)

// worldPoint is a place on the spherical Mercator square (EPSG:3857) in units
// of 2^-32 of its side, about 1 cm, y to the south, as tiles have it.
type worldPoint struct{ x, y uint32 }

// toWorld projects lon/lat in degrees; what lies past the square's rim goes
// onto it. Formula: Snyder, Map Projections, USGS PP 1395, eq. 7-1 and 7-2.
func toWorld(p orb.Point) worldPoint {
	sin := math.Sin(p[1] * math.Pi / 180)
	x := (p[0] + 180) / 360
	y := 0.5 - math.Log((1+sin)/(1-sin))/(4*math.Pi)
	return worldPoint{worldUnits(x), worldUnits(y)}
}

func worldUnits(share float64) uint32 {
	v := math.Round(share * (1 << 32))
	return uint32(min(max(v, 0), math.MaxUint32))
}

// snapper puts world points onto the lattice of one tile's units, or on every
// 2nd, 4th, 8th line of it. It does so point by point and takes nothing but
// the point and the zoom into account: areas that share an edge share it
// afterwards, in every tile, so that simplifying opens no slivers.
type snapper struct {
	shift   uint // bits of a world unit to give up
	coarse  uint
	originX int64
	originY int64
}

func newSnapper(t maptile.Tile) snapper {
	c := coarseness(int(t.Z))
	return snapper{
		shift:   32 - uint(t.Z) - 12 + c, // extent is 2^12
		coarse:  c,
		originX: int64(t.X) * extent,
		originY: int64(t.Y) * extent,
	}
}

// coarseness gives the binary logarithm of the distance between the lines that
// vertices go onto, in tile units. Tiles are shown at 512 pixels, so 4 units
// are half a pixel; the deepest zooms are shown magnified and keep them all.
func coarseness(zoom int) uint {
	switch {
	case zoom <= 9:
		return 3
	case zoom <= 14:
		return 2
	case zoom == 15:
		return 1
	}
	return 0
}

func (s snapper) point(w worldPoint) orb.Point {
	half := int64(1) << s.shift >> 1
	x := (int64(w.x) + half) >> s.shift << s.coarse
	y := (int64(w.y) + half) >> s.shift << s.coarse
	return orb.Point{float64(x - s.originX), float64(y - s.originY)}
}

// line snaps the points and leaves out repeats.
func (s snapper) line(ws []worldPoint) []orb.Point {
	out := make([]orb.Point, 0, len(ws))
	for _, w := range ws {
		p := s.point(w)
		if n := len(out); n == 0 || out[n-1] != p {
			out = append(out, p)
		}
	}
	return out
}

// tileBound is the part of the plane that a tile keeps, in its units.
var tileBound = orb.Bound{Min: orb.Point{-buffer, -buffer}, Max: orb.Point{extent + buffer, extent + buffer}}

// polygons snaps and clips polygons; what vanishes is left out, nil where
// nothing stays. Outer rings turn clockwise on the screen, holes the other
// way, as version 2 of the tile specification asks.
func (s snapper) polygons(shape [][][]worldPoint) orb.MultiPolygon {
	var out orb.MultiPolygon
	for _, polygon := range shape {
		var kept orb.Polygon
		for i, ws := range polygon {
			ring := clipRing(s.line(ws))
			if ring == nil && i == 0 {
				break // its holes go with it
			}
			if ring == nil {
				continue
			}
			if (doubleArea(ring) > 0) != (i == 0) {
				ring.Reverse()
			}
			kept = append(kept, ring)
		}
		if kept != nil {
			out = append(out, kept)
		}
	}
	return out
}

// clipRing gives the part of a ring in tile units that the tile keeps, without
// spikes; nil where it has no area left. The ring is used up.
func clipRing(ring orb.Ring) orb.Ring {
	b := ring.Bound()
	if len(ring) < 4 || !b.Intersects(tileBound) {
		return nil
	}
	if !tileBound.Contains(b.Min) || !tileBound.Contains(b.Max) {
		ring = roundPoints(clip.Ring(tileBound, ring))
	}
	ring = withoutSpikes(ring)
	if doubleArea(ring) == 0 {
		return nil
	}
	return ring
}

// lines clips a line in tile units; nil where nothing stays.
func clipLine(line []orb.Point) orb.MultiLineString {
	var out orb.MultiLineString
	for _, part := range clip.LineString(tileBound, line) {
		part = roundPoints(part)
		kept := part[:0]
		for _, p := range part {
			if n := len(kept); n == 0 || kept[n-1] != p {
				kept = append(kept, p)
			}
		}
		if len(kept) > 1 {
			out = append(out, kept)
		}
	}
	return out
}

func roundPoints[S ~[]orb.Point](ps S) S {
	for i, p := range ps {
		ps[i] = orb.Point{math.Round(p[0]), math.Round(p[1])}
	}
	return ps
}

// withoutSpikes takes repeats, and edges that run out and straight back, out
// of a closed ring; nil where fewer than three corners stay. An edge that is
// taken out lies on itself, so no area changes and no neighbour notices.
func withoutSpikes(ring orb.Ring) orb.Ring {
	if len(ring) < 4 {
		return nil
	}
	out := ring[:0]
	for _, p := range ring[:len(ring)-1] {
		n := len(out)
		switch {
		case n > 0 && out[n-1] == p:
		case n > 1 && out[n-2] == p:
			out = out[:n-1]
		default:
			out = append(out, p)
		}
	}
	for n := len(out); n > 2; n = len(out) {
		switch {
		case out[n-1] == out[0] || out[n-2] == out[0]:
			out = out[:n-1]
		case out[n-1] == out[1]:
			out = out[1:]
		default:
			return append(out, out[0])
		}
	}
	return nil
}

// doubleArea is twice the area of a closed ring in square tile units, positive
// where it turns clockwise on the screen (y to the south): the surveyor's
// formula of the tile specification 4.3.3.3. Tile units are whole numbers
// small enough that a double adds them up exactly.
func doubleArea(ring orb.Ring) float64 {
	sum := 0.0
	for i := 1; i < len(ring); i++ {
		sum += ring[i-1][0]*ring[i][1] - ring[i][0]*ring[i-1][1]
	}
	return sum
}
