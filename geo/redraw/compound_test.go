package redraw_test

import (
	"math/rand/v2"
	"testing"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/redraw"
	"github.com/paulmach/orb"
)

// yards is a state of compounds that lie apart in the cells of the town, every
// other one, and of the district.
func yards(t *testing.T, town *town) *redraw.State {
	var areas []geo.Area
	for i := range side * side {
		x, y := i%side, i/side
		if (x+y)%2 == 0 && x > 0 && y > 0 {
			n := town.nodes[x][y]
			shape, err := geo.NormalizeShape(orb.MultiPolygon{{{
				n.Point(), {n.Point()[0] + 6e-4, n.Point()[1]}, {n.Point()[0] + 6e-4, n.Point()[1] + 6e-4}, {n.Point()[0] + 1e-4, n.Point()[1] + 6e-4}, n.Point(),
			}}})
			if err != nil {
				t.Fatal(err)
			}
			areas = append(areas, geo.Area{Kind: geo.Compound, Code: gridCode(i), Name: "n", Shape: shape, ID: geo.ID{15: byte(i)}})
		}
	}
	areas = append(areas, town.areas(t)[0])
	s, err := redraw.New(areas, redraw.Config{})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// overlapping finds two compounds whose insides meet: where a side of one
// crosses one of the other, or its middle lies inside it.
func overlapping(areas []geo.Area) (pairs [][2]geo.Ref) {
	rings := make([][]geo.LatticePoint, len(areas))
	for i, a := range areas {
		for _, p := range a.Shape[0][0][1:] {
			q, _ := geo.Snap(p)
			rings[i] = append(rings[i], q)
		}
	}
	meet := func(r, s []geo.LatticePoint) bool {
		for i, a := range r {
			b := r[(i+1)%len(r)]
			if in, on := geo.MiddleInRing(s, a, b); in && !on {
				return true
			}
			for k, c := range s {
				d := s[(k+1)%len(s)]
				if how, _ := geo.Meet(a, b, c, d); how == geo.Crosses {
					return true
				}
			}
		}
		return false
	}
	for i := range areas {
		for k := range i {
			if meet(rings[i], rings[k]) || meet(rings[k], rings[i]) {
				pairs = append(pairs, [2]geo.Ref{areas[k].Ref(), areas[i].Ref()})
			}
		}
	}
	return pairs
}

// TestCompoundsOverlap moves corners of compounds that share no line with
// another far enough to run into it, or round it.
func TestCompoundsOverlap(t *testing.T) {
	seen := map[bool]int{}
	for seed := range uint64(4) {
		rnd := rand.New(rand.NewPCG(seed, 5))
		s := yards(t, newTown(seed))
		all := ofKind(s.Areas(), geo.Compound)
		for range 150 {
			a := all[rnd.IntN(len(all))]
			from, _ := geo.Snap(a.Shape[0][0][rnd.IntN(4)])
			r, err := s.Apply(redraw.MoveNode{From: from, To: geo.LatticePoint{Lon: from.Lon + rnd.Int32N(60_000) - 30_000, Lat: from.Lat + rnd.Int32N(60_000) - 30_000}}, geo.ID{})
			if err != nil {
				t.Fatal(err)
			}
			got, sound := map[geo.Ref]bool{}, true
			for _, p := range r.Problems {
				switch p.Code {
				case redraw.ProblemOverlap:
					for _, ref := range p.Areas {
						got[ref] = true
					}
				case redraw.ProblemSelfIntersection:
					sound = false
				}
			}
			if !sound {
				continue
			}
			want := map[geo.Ref]bool{}
			for _, pair := range overlapping(ofKind(r.State.Areas(), geo.Compound)) {
				want[pair[0]], want[pair[1]] = true, true
			}
			seen[len(want) > 0]++
			for _, b := range all {
				if got[b.Ref()] != want[b.Ref()] {
					t.Fatalf("seed %d, a corner of %s moved: problems %v, want overlaps of %v", seed, a.Ref(), r.Problems, want)
				}
			}
		}
	}
	if seen[true] < 50 || seen[false] < 50 {
		t.Errorf("overlaps and none: %v, want 50 of both", seen)
	}
}

// TestOutline moves a node of grids that no other kind has, on the edge of a
// district that is wider than its grids.
func TestOutline(t *testing.T) {
	town := newTown(3)
	areas := town.areas(t)[:1]
	areas = append(areas, ofKind(town.areas(t), geo.Grid)...)
	low, high := town.nodes[0][0].Point(), town.nodes[side][side].Point()
	wide, err := geo.NormalizeShape(orb.MultiPolygon{{{{low[0] - .01, low[1] - .01}, {high[0] + .01, low[1] - .01}, {high[0] + .01, high[1] + .01}, {low[0] - .01, high[1] + .01}, {low[0] - .01, low[1] - .01}}}})
	if err != nil {
		t.Fatal(err)
	}
	s, err := redraw.New(areas, redraw.Config{Locked: []geo.Kind{}})
	if err != nil {
		t.Fatal(err)
	}
	r := must(t, s, redraw.Replace{Area: areas[0].Ref(), Shape: wide})
	if got := codesOf(r.Problems); len(got) == 0 || got[0] != redraw.ProblemGap {
		t.Errorf("the district grows: problems %v, want gaps", r.Problems)
	}
	narrow := must(t, s, redraw.Replace{Area: grid(5), Shape: town.shape(t, func(x, y int) bool { return x == 5 && y == 5 })})
	if got := codesOf(narrow.Problems); len(got) != 1 || got[0] != redraw.ProblemGap {
		t.Errorf("a grid shrinks to a cell: problems %v, want one gap", narrow.Problems)
	}
	from := town.nodes[4][0] // of grids 1 and 2
	for name, c := range map[string]struct {
		lon, lat int32
		want     []string
	}{
		"outward":             {0, -5000, nil},
		"inward":              {0, 5000, []string{redraw.ProblemGap}},
		"beyond the district": {0, -130_000, []string{redraw.ProblemOutsideDistrict}},
	} {
		t.Run(name, func(t *testing.T) {
			to := geo.LatticePoint{Lon: from.Lon + c.lon, Lat: from.Lat + c.lat}
			got := map[string]bool{}
			moved := must(t, r.State, redraw.MoveNode{From: from, To: to})
			for _, p := range moved.Problems {
				got[p.Code] = true
			}
			for _, code := range c.want {
				if !got[code] {
					t.Errorf("problems %v, want %v", moved.Problems, c.want)
				}
			}
			if len(got) != len(c.want) {
				t.Errorf("problems %v, want %v", moved.Problems, c.want)
			}
		})
	}
	// First inward, then aside, so that new and old lines cross: some is won and some
	// is lost.
	mid := geo.LatticePoint{Lon: from.Lon, Lat: from.Lat + 5000}
	inward := must(t, r.State, redraw.MoveNode{From: from, To: mid})
	aside := must(t, inward.State, redraw.MoveNode{From: mid, To: geo.LatticePoint{Lon: from.Lon + 8000, Lat: from.Lat + 3000}})
	if got := codesOf(aside.Problems); len(got) != 1 || got[0] != redraw.ProblemGap {
		t.Errorf("aside: problems %v, want one gap", aside.Problems)
	}
}
