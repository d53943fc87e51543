package redraw

import (
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/paulmach/orb"
)

// Outline makes a shape of directed sides, for tests that build towns.
func Outline(sides [][2]geo.LatticePoint) (orb.MultiPolygon, error) {
	edges := make([]edge, len(sides))
	for i, s := range sides {
		edges[i] = edge{s[0], s[1]}
	}
	lines, err := assemble(edges)
	return lines.shape(nil, nil), err
}
