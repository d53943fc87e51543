package tiles

import (
	"math"
	"math/rand/v2"
	"testing"

	"github.com/paulmach/orb"
	"github.com/paulmach/orb/clip"
	"github.com/paulmach/orb/maptile"
	"github.com/paulmach/orb/planar"
)

// inTile gives a shape in units of a tile, exactly.
func inTile(shape orb.MultiPolygon, t maptile.Tile) orb.MultiPolygon {
	out := shape.Clone()
	for _, polygon := range out {
		for _, ring := range polygon {
			for i, p := range ring {
				f := maptile.Fraction(p, t.Z)
				ring[i] = orb.Point{(f[0] - float64(t.X)) * extent, (f[1] - float64(t.Y)) * extent}
			}
		}
	}
	return out
}

// distanceToLines is from p to the nearest edge of the shape that lies in reach.
func distanceToLines(g orb.MultiPolygon, p orb.Point, reach float64) float64 {
	best := math.Inf(1)
	for _, polygon := range g {
		for _, ring := range polygon {
			for i := 1; i < len(ring); i++ {
				a, b := ring[i-1], ring[i]
				if max(a[0], b[0]) < p[0]-reach || min(a[0], b[0]) > p[0]+reach || max(a[1], b[1]) < p[1]-reach || min(a[1], b[1]) > p[1]+reach {
					continue
				}
				best = min(best, planar.DistanceFromSegment(a, b, p))
			}
		}
	}
	return best
}

// TestTilesShowTheTrueLines compares what tiles show with the areas' shapes: no
// vertex is further from the true line than thinning and rounding may move it,
// no true vertex further from what is drawn, and the area is the same but for
// a strip along the line.
func TestTilesShowTheTrueLines(t *testing.T) {
	r, _ := districtRig(t)
	p := r.prepared.of(r.history.Current())
	rnd := rand.New(rand.NewPCG(21, 22))
	vertices, missing := 0, 0
	for _, name := range []string{"districts", "villages", "village_groups", "grids", "compounds"} {
		l := r.layers[name]
		for z := l.minZoom; z <= l.maxZoom; z++ {
			limit := tolerance(z) + 1.5 // rounding of both ends
			for _, at := range sample(p, l.kind, maptile.Zoom(z), 2, rnd) {
				drawn := make(map[any]orb.MultiPolygon)
				for _, f := range areaFeatures(p, l, at) {
					mp, ok := f.geometry.(orb.MultiPolygon)
					if !ok {
						mp = orb.MultiPolygon{f.geometry.(orb.Polygon)}
					}
					drawn[f.properties["code"]] = mp
				}
				within := p.snapshot.Index.Within(l.kind, reach(at))
				for n, a := range within {
					if n%(1+len(within)/20) != 0 {
						continue
					}
					exact := inTile(a.Shape, at)
					shown := drawn[a.Code]
					clipped := clip.MultiPolygon(tileBound, exact.Clone())
					if area, length := planar.Area(clipped), planar.Length(clipped); math.Abs(areaOf(shown)-area) > limit*length+limit*limit {
						t.Errorf("%s %v %s: area %v, is %v", name, at, a.Code, areaOf(shown), area)
					}
					for _, polygon := range shown {
						for _, ring := range polygon {
							for _, q := range ring[1:] {
								if !tileBound.Pad(-1).Contains(q) {
									continue
								}
								vertices++
								if distanceToLines(exact, q, limit) > limit {
									t.Errorf("%s %v: %s has a corner at %v, off its line", name, at, a.Code, q)
								}
							}
						}
					}
					for _, polygon := range exact {
						for _, ring := range polygon {
							for i := rnd.IntN(5); i < len(ring); i += 5 {
								q := ring[i]
								if tileBound.Pad(-8).Contains(q) && distanceToLines(shown, q, limit) > limit {
									missing++
									if planar.Area(exact) > 16*limit*limit {
										t.Errorf("%s %v: the line of %s passes %v, and is not drawn there", name, at, a.Code, q)
									}
								}
							}
						}
					}
				}
			}
		}
	}
	t.Logf("%d vertices; %d true ones have no line near, of areas too small to be seen", vertices, missing)
	if vertices < 10000 {
		t.Errorf("only %d vertices were looked at", vertices)
	}
}
