package basemap

import (
	"math"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/maptile"

	"github.com/gridpatrol/gridpatrol/geo"
)

// meshStep is the distance of the nodes at which a shift is computed, in pixels
// of a tile of 256: between them it is taken as linear.
//
// GCJ-02's shift bends by at most 4.8 km a square degree (its term
// 13.3 m · sin 6πx), so that between nodes 16 pixels apart it is off by less
// than a hundredth of a pixel at zoom 12 and nearer; further out, where a node's
// distance nears the wavelength of a third of a degree, by less than the term's
// own 27 m, which is a twentieth of a pixel at zoom 8.
const meshStep = 16

// mesh says where in the world's pixels, of side pixels a tile, a GCJ-02 map
// shows the nodes of a tile. nodes are row by row from the north-west corner.
type mesh struct {
	step  float64 // pixels between nodes
	n     int     // nodes a row
	nodes []orb.Point
}

func newMesh(t maptile.Tile, side int) (mesh, error) {
	cells := 256 / meshStep
	m := mesh{step: float64(side) / float64(cells), n: cells + 1}
	world := float64(side) * math.Exp2(float64(t.Z))
	for j := range m.n {
		for i := range m.n {
			at := unproject(world, float64(t.X)*float64(side)+float64(i)*m.step, float64(t.Y)*float64(side)+float64(j)*m.step)
			shifted, err := geo.FromWGS84(geo.GCJ02, at)
			if err != nil {
				return mesh{}, err
			}
			m.nodes = append(m.nodes, project(world, shifted))
		}
	}
	return m, nil
}

// at gives where in the source the place (x, y) of the tile is, in pixels.
func (m mesh) at(x, y float64) (sx, sy float64) {
	i, j := min(int(x/m.step), m.n-2), min(int(y/m.step), m.n-2)
	u, v := x/m.step-float64(i), y/m.step-float64(j)
	a, b := m.nodes[j*m.n+i], m.nodes[j*m.n+i+1]
	c, d := m.nodes[(j+1)*m.n+i], m.nodes[(j+1)*m.n+i+1]
	mix := func(k int) float64 {
		return (a[k]*(1-u)+b[k]*u)*(1-v) + (c[k]*(1-u)+d[k]*u)*v
	}
	return mix(0), mix(1)
}

// bound gives the least and greatest pixel that the tile needs.
func (m mesh) bound() orb.Bound { return orb.MultiPoint(m.nodes).Bound() }

// project gives a place, lon/lat in degrees, in pixels of a Web Mercator world
// of world pixels, from its north-west corner; unproject is the inverse.
func project(world float64, p orb.Point) orb.Point {
	y := math.Asinh(math.Tan(p[1] * math.Pi / 180))
	return orb.Point{(p[0]/360 + 0.5) * world, (0.5 - y/(2*math.Pi)) * world}
}

func unproject(world, x, y float64) orb.Point {
	return orb.Point{
		(x/world - 0.5) * 360,
		math.Atan(math.Sinh(math.Pi*(1-2*y/world))) * 180 / math.Pi,
	}
}
