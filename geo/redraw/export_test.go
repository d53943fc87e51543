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
	lines, err := (&edit{}).assemble(edges)
	return lines.shape(nil, nil), err
}

// Remembered counts the steps of a draft whose results are in memory, and the
// states it can be asked about.
func Remembered(d Draft) (results, states int) {
	for _, list := range []*step{d.done, d.undone} {
		for s := list; s != nil; s = s.next {
			if s.whole {
				results++
			}
			if s.result.State != nil {
				states++
			}
		}
	}
	return results, states
}

// RememberedSteps is how many a draft remembers at least.
const RememberedSteps = rememberedSteps
