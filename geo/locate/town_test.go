package locate

import (
	"fmt"
	"math/rand/v2"
	"testing"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/paulmach/orb"
)

// town makes a lattice of columns by rows jittered areas of a kind that share
// edges of so many sides vertex for vertex, over the box of Shuangyang.
func town(rnd *rand.Rand, kind geo.Kind, columns, rows, sides int) []geo.Area {
	const west, south, width, height = 1_254_400_000, 432_600_000, 5_800_000, 5_400_000
	dx, dy := float64(width)/float64(columns), float64(height)/float64(rows)
	node := make([][]geo.LatticePoint, rows+1)
	for r := range node {
		node[r] = make([]geo.LatticePoint, columns+1)
		for c := range node[r] {
			node[r][c] = geo.LatticePoint{
				Lon: int32(west + dx*(float64(c)+0.4*(rnd.Float64()-0.5))),
				Lat: int32(south + dy*(float64(r)+0.4*(rnd.Float64()-0.5))),
			}
		}
	}
	// line gives the rough line between two nodes, the last one left out.
	line := func(a, b geo.LatticePoint) []geo.LatticePoint {
		out := []geo.LatticePoint{a}
		for i := 1; i < sides; i++ {
			t := float64(i) / float64(sides)
			out = append(out, geo.LatticePoint{
				Lon: int32(float64(a.Lon) + t*float64(b.Lon-a.Lon) + dx*0.3/float64(sides)*(rnd.Float64()-0.5)),
				Lat: int32(float64(a.Lat) + t*float64(b.Lat-a.Lat) + dy*0.3/float64(sides)*(rnd.Float64()-0.5)),
			})
		}
		return out
	}
	across, up := make([][][]geo.LatticePoint, rows+1), make([][][]geo.LatticePoint, rows+1)
	for r := range rows + 1 {
		for c := range columns + 1 {
			if c < columns {
				across[r] = append(across[r], line(node[r][c], node[r][c+1]))
			}
			if r < rows {
				up[r] = append(up[r], line(node[r][c], node[r+1][c]))
			}
		}
	}
	var areas []geo.Area
	for r := range rows {
		for c := range columns {
			var ring orb.Ring
			add := func(l []geo.LatticePoint, end geo.LatticePoint, back bool) {
				if !back {
					for _, q := range l {
						ring = append(ring, q.Point())
					}
					return
				}
				ring = append(ring, end.Point())
				for i := len(l) - 1; i > 0; i-- {
					ring = append(ring, l[i].Point())
				}
			}
			add(across[r][c], node[r][c+1], false)
			add(up[r][c+1], node[r+1][c+1], false)
			add(across[r+1][c], node[r+1][c+1], true)
			add(up[r][c], node[r+1][c], true)
			ring = append(ring, ring[0])
			areas = append(areas, geo.Area{
				Kind: kind, Code: fmt.Sprintf("%06d", r*columns+c), Shape: orb.MultiPolygon{{ring}},
			})
		}
	}
	rnd.Shuffle(len(areas), func(i, j int) { areas[i], areas[j] = areas[j], areas[i] })
	return areas
}

// district makes all six kinds in about the numbers and with the roughness of
// the demo district.
func district(rnd *rand.Rand) []geo.Area {
	var areas []geo.Area
	areas = append(areas, town(rnd, geo.District, 1, 1, 1500)...)
	areas = append(areas, town(rnd, geo.Township, 4, 2, 400)...)
	areas = append(areas, town(rnd, geo.Village, 14, 11, 90)...)
	areas = append(areas, town(rnd, geo.VillageGroup, 36, 36, 36)...)
	areas = append(areas, town(rnd, geo.Grid, 8, 8, 160)...)
	areas = append(areas, town(rnd, geo.Compound, 20, 20, 5)...)
	return areas
}

func mustBuild(tb testing.TB, areas []geo.Area) *Index {
	tb.Helper()
	x, err := Build(areas, Config{})
	if err != nil {
		tb.Fatalf("Build: %v", err)
	}
	return x
}
