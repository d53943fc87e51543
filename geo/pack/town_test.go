package pack

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/google/uuid"
	"github.com/paulmach/orb"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/locate"
)

// The town: a district of 6 by 6 village groups with rough edges that neighbours
// share vertex for vertex, nine grids of 2 by 2 of them, and in the grid in the
// middle compounds: one round a yard, and four in a row that each overlap the next.
const (
	townSide = 6
	townStep = 60_000 // lattice units from corner to corner: about 500 by 670 m
	sides    = 24     // of an edge
)

var townOrigin = geo.LatticePoint{Lon: 1_256_600_000, Lat: 435_200_000}

// edge gives the rough line between two corners that stand side by side, the
// same vertices whoever asks.
func edge(i, j [2]int32) []geo.LatticePoint {
	if j[0] < i[0] || j[1] < i[1] {
		line := edge(j, i)
		slices.Reverse(line)
		return line
	}
	rnd := rand.New(rand.NewPCG(uint64(100*i[0]+i[1]), uint64(100*j[0]+j[1])))
	line := []geo.LatticePoint{corner(i)}
	for k := int32(1); k < sides; k++ {
		line = append(line, geo.LatticePoint{
			Lon: corner(i).Lon + (j[0]-i[0])*townStep/sides*k + int32(rnd.IntN(1200)-600),
			Lat: corner(i).Lat + (j[1]-i[1])*townStep/sides*k + int32(rnd.IntN(1200)-600),
		})
	}
	return append(line, corner(j))
}

func corner(c [2]int32) geo.LatticePoint {
	return geo.LatticePoint{Lon: townOrigin.Lon + c[0]*townStep, Lat: townOrigin.Lat + c[1]*townStep}
}

// block gives the ring round a block of groups, counter-clockwise.
func block(x, y, side int32) orb.MultiPolygon {
	var corners [][2]int32
	for i := range side {
		corners = append(corners, [2]int32{x + i, y})
	}
	for i := range side {
		corners = append(corners, [2]int32{x + side, y + i})
	}
	for i := range side {
		corners = append(corners, [2]int32{x + side - i, y + side})
	}
	for i := range side {
		corners = append(corners, [2]int32{x, y + side - i})
	}
	var ring orb.Ring
	for k, c := range corners {
		line := edge(c, corners[(k+1)%len(corners)])
		for _, q := range line[:len(line)-1] {
			ring = append(ring, q.Point())
		}
	}
	return orb.MultiPolygon{{append(ring, ring[0])}}
}

// box gives the ring of a rectangle, counted from the middle grid's corner.
func box(west, south, east, north int32) orb.Ring {
	at := func(lon, lat int32) orb.Point {
		c := corner([2]int32{2, 2})
		return geo.LatticePoint{Lon: c.Lon + lon, Lat: c.Lat + lat}.Point()
	}
	return orb.Ring{at(west, south), at(east, south), at(east, north), at(west, north), at(west, south)}
}

func townAreas() []geo.Area {
	out := []geo.Area{{Kind: geo.District, Code: "d", Name: "District", Shape: block(0, 0, townSide)}}
	for y := range int32(townSide) {
		for x := range int32(townSide) {
			out = append(out, geo.Area{Kind: geo.VillageGroup, Code: fmt.Sprintf("v%d%d", y, x), Name: "Group", Shape: block(x, y, 1)})
			if x%2 == 0 && y%2 == 0 {
				out = append(out, geo.Area{Kind: geo.Grid, Code: fmt.Sprintf("g%d%d", y/2, x/2), Name: "Grid", Shape: block(x, y, 2)})
			}
		}
	}
	yard := box(70_000, 30_000, 90_000, 50_000)
	yard.Reverse()
	out = append(out,
		geo.Area{Kind: geo.Compound, Code: "c1", Name: "One", Shape: orb.MultiPolygon{{box(10_000, 10_000, 30_000, 30_000)}}},
		geo.Area{Kind: geo.Compound, Code: "c2", Name: "Two", Shape: orb.MultiPolygon{{box(20_000, 20_000, 40_000, 40_000)}}},
		geo.Area{Kind: geo.Compound, Code: "c4", Name: "Four", Shape: orb.MultiPolygon{{box(30_000, 35_000, 50_000, 55_000)}}},
		geo.Area{Kind: geo.Compound, Code: "c5", Name: "Five", Shape: orb.MultiPolygon{{box(35_000, 45_000, 55_000, 65_000)}}},
		geo.Area{Kind: geo.Compound, Code: "strip", Name: "Strip", Shape: orb.MultiPolygon{{box(-20_000, 80_000, 140_000, 81_000)}}},
		geo.Area{Kind: geo.Compound, Code: "c3", Name: "Yard", Shape: orb.MultiPolygon{{box(60_000, 20_000, 100_000, 60_000), yard}}})
	for i := range out {
		out[i].ID = uuid.NewSHA1(uuid.Nil, []byte(out[i].Ref().String()))
		out[i].UnitType = ""
	}
	return out
}

func townIndex(t *testing.T) *locate.Index {
	t.Helper()
	x, err := locate.Build(townAreas(), locate.Config{})
	if err != nil {
		t.Fatal(err)
	}
	return x
}

func find(t *testing.T, x *locate.Index, kind geo.Kind, code string) *geo.Area {
	t.Helper()
	a, ok := x.Area(kind, code)
	if !ok {
		t.Fatalf("the town has no %s %s", kind, code)
	}
	return a
}
