package tiles

import (
	"fmt"
	"math"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/maptile"
	"github.com/paulmach/orb/maptile/tilecover"
)

type directed struct{ from, to orb.Point }

// edges adds up the directed edges of the polygons that lie wholly inside what
// the tile keeps: an edge that is run both ways, once by each neighbour, is 0.
func edges(sum map[directed]int, g orb.Geometry, sign int) {
	inside := func(p orb.Point) bool {
		return p[0] > -buffer && p[1] > -buffer && p[0] < extent+buffer && p[1] < extent+buffer
	}
	each := func(polygon orb.Polygon) {
		for _, ring := range polygon {
			for i := 1; i < len(ring); i++ {
				a, b := ring[i-1], ring[i]
				if !inside(a) || !inside(b) {
					continue
				}
				if a[0] < b[0] || a[0] == b[0] && a[1] < b[1] {
					sum[directed{a, b}] += sign
				} else {
					sum[directed{b, a}] -= sign
				}
			}
		}
	}
	switch g := g.(type) {
	case orb.Polygon:
		each(g)
	case orb.MultiPolygon:
		for _, p := range g {
			each(p)
		}
	}
}

func areaOf(g orb.Geometry) (sum float64) {
	switch g := g.(type) {
	case orb.Polygon:
		for _, ring := range g {
			sum += doubleArea(ring) / 2
		}
	case orb.MultiPolygon:
		for _, p := range g {
			sum += areaOf(p)
		}
	}
	return sum
}

// TestNeighboursShareEdges checks that, in every tile of every zoom, the edges
// of all groups cancel out but for those of the district, whose line is the
// groups' outermost: no gap and no overlap anywhere.
func TestNeighboursShareEdges(t *testing.T) {
	r := newRig(t)
	snapshot := r.history.Current()
	p := r.prepared.of(snapshot)
	district, ok := snapshot.Index.Area("district", "220112")
	if !ok {
		t.Fatal("the town has no district")
	}
	for z := maptile.Zoom(8); z <= 16; z++ {
		t.Run(fmt.Sprintf("zoom %d", z), func(t *testing.T) {
			covered, shared := 0, 0
			tiles := tilecover.Bound(district.Shape.Bound(), z)
			for tile := range tiles {
				sum := make(map[directed]int)
				groups := 0.0
				for _, name := range []string{"village_groups", "grids"} {
					features := areaFeatures(p, r.layers[name], tile)
					for _, f := range features {
						edges(sum, f.geometry, 1)
						if name == "village_groups" {
							groups += areaOf(f.geometry)
						}
					}
					covered += len(features)
				}
				whole := 0.0
				for _, f := range areaFeatures(p, r.layers["districts"], tile) {
					edges(sum, f.geometry, -2) // groups and grids each go round it once
					whole += areaOf(f.geometry)
				}
				for e, n := range sum {
					if n != 0 {
						t.Fatalf("tile %v: the edge %v is run %d times more one way than the other", tile, e, n)
					}
				}
				shared += len(sum)
				// Clipped corners are rounded, to a unit on the rim.
				if math.Abs(groups-whole) > 4*(extent+2*buffer) {
					t.Errorf("tile %v: the groups have %.0f square units, the district %.0f", tile, groups, whole)
				}
			}
			if covered == 0 || shared == 0 {
				t.Fatalf("%d features and %d shared edges in %d tiles: nothing was looked at", covered, shared, len(tiles))
			}
		})
	}
}

// TestSeamCheckSeesSlivers makes sure that the check above can fail: thinning
// each area by itself, as orb's simplifiers would, must be noticed.
func TestSeamCheckSeesSlivers(t *testing.T) {
	r := newRig(t)
	p := r.prepared.of(r.history.Current())
	tile := maptile.At(townMiddle(), 13)
	sum := make(map[directed]int)
	for i, f := range areaFeatures(p, r.layers["village_groups"], tile) {
		polygon := f.geometry.(orb.Polygon).Clone()
		if i == 14 && len(polygon[0]) > 8 {
			polygon[0] = append(polygon[0][:4], polygon[0][5:]...)
		}
		edges(sum, polygon, 1)
	}
	for _, f := range areaFeatures(p, r.layers["districts"], tile) {
		edges(sum, f.geometry, -1)
	}
	for _, n := range sum {
		if n != 0 {
			return
		}
	}
	t.Error("a vertex was taken from one area alone and the edges still cancel out")
}
