package tiles

import (
	"github.com/paulmach/orb"
	"github.com/paulmach/orb/maptile"
)

// groundFeatures gives the roads, rivers and houses that the tile shows. Small
// ways and houses come with the zoom.
func groundFeatures(p *prepared, t maptile.Tile) []feature {
	snap := newSnapper(t)
	bound := reach(t)
	var out []feature
	for _, g := range p.groundShapes() {
		if int(t.Z) < groundMinZoom(g.class) || !g.bound.Intersects(bound) {
			continue
		}
		var geometry orb.Geometry
		switch {
		case g.polygons != nil:
			geometry = polygonal(snap.polygons(g.polygons))
		case g.lines != nil:
			geometry = linear(snap, g.lines)
		default:
			geometry = punctual(snap, g.points)
		}
		if geometry != nil {
			out = append(out, feature{g.id, geometry, g.properties})
		}
	}
	return out
}

func groundMinZoom(class string) int {
	switch class {
	case "road_main", "river":
		return 8
	case "road":
		return 10
	}
	return 12
}

// reach is the part of the earth that a tile keeps, rim included, lon/lat in
// degrees.
func reach(t maptile.Tile) orb.Bound { return t.Bound(float64(buffer) / extent) }

// polygonal, linear and punctual give the plainest geometry that holds the
// parts; a nil interface where there are none.
func polygonal(mp orb.MultiPolygon) orb.Geometry {
	switch len(mp) {
	case 0:
		return nil
	case 1:
		return mp[0]
	}
	return mp
}

func linear(snap snapper, lines [][]worldPoint) orb.Geometry {
	var out orb.MultiLineString
	for _, ws := range lines {
		out = append(out, clipLine(snap.line(ws))...)
	}
	switch len(out) {
	case 0:
		return nil
	case 1:
		return out[0]
	}
	return out
}

func punctual(snap snapper, points []worldPoint) orb.Geometry {
	var out orb.MultiPoint
	for _, w := range points {
		if p := snap.point(w); tileBound.Contains(p) {
			out = append(out, p)
		}
	}
	switch len(out) {
	case 0:
		return nil
	case 1:
		return out[0]
	}
	return out
}
