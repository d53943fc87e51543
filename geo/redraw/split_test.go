package redraw_test

import (
	"slices"
	"testing"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/redraw"
	"github.com/paulmach/orb"
)

// across is a line over the town at a height in cells, from x to x.
func across(x0, x1, y float64) []geo.LatticePoint {
	at := func(x float64) geo.LatticePoint {
		return geo.LatticePoint{Lon: 1_256_600_000 + int32(x*10_000), Lat: 435_200_000 + int32(y*10_000)}
	}
	return []geo.LatticePoint{at(x0), at(x1)}
}

func TestSplit(t *testing.T) {
	town := newTown(7)
	s := town.state(t, redraw.Config{})
	for name, c := range map[string]struct {
		op      redraw.Split
		created []string
		parts   int // polygons of the area that keeps the code
	}{
		"in two":                  {redraw.Split{Area: grid(5), Line: across(3.5, 8.5, 5.5), NewCode: gridCode(77)}, []string{gridCode(77)}, 1},
		"a free code":             {redraw.Split{Area: grid(5), Line: across(3.5, 8.5, 5.5)}, []string{gridCode(11)}, 1},
		"through a hole":          {redraw.Split{Area: grid(1), Line: across(-0.5, 4.5, 1.5)}, []string{gridCode(11)}, 1},
		"of two polygons":         {redraw.Split{Area: grid(2), Line: across(3.5, 8.5, 1.5)}, []string{gridCode(11)}, 2},
		"three times":             {redraw.Split{Area: grid(5), Line: append(across(3, 9, 4.8), append(slices.Clone(across(9.5, 3, 6)), across(2.5, 9, 7)...)...)}, []string{gridCode(11), gridCode(12), gridCode(13)}, 1},
		"from node to node":       {redraw.Split{Area: grid(5), Line: []geo.LatticePoint{town.nodes[4][5], town.nodes[8][6]}}, []string{gridCode(11)}, 1},
		"to a locked line":        {redraw.Split{Area: grid(3), Line: across(7, 13, 2.5)}, []string{gridCode(11)}, 1},
		"a bend inside":           {redraw.Split{Area: grid(5), Line: []geo.LatticePoint{across(3, 3, 4.7)[0], across(6, 6, 5.5)[0], across(3, 3, 6.5)[0]}}, []string{gridCode(11)}, 1},
		"ends inside are no cuts": {redraw.Split{Area: grid(5), Line: append(across(5, 9, 4.8), across(9.5, 3, 6)...)}, []string{gridCode(11)}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			r := must(t, s, c.op)
			var created []string
			ids := map[geo.ID]bool{}
			for _, ch := range r.Changed {
				if ids[ch.After.ID] {
					t.Errorf("two areas have the id %v", ch.After.ID)
				}
				ids[ch.After.ID] = true
				if ch.Before == nil {
					created = append(created, ch.After.Code)
					if v := ch.After.ID.Version(); v != 7 {
						t.Errorf("the new id has version %d, want 7", v)
					}
				}
			}
			if !slices.Equal(created, c.created) {
				t.Errorf("created %v, want %v", created, c.created)
			}
			if f := faults(r.State.Areas()); len(f) > 0 || len(r.Problems) > 0 {
				t.Errorf("faults %v, problems %v, want none", f, r.Problems)
			}
			old, _ := s.Area(c.op.Area)
			kept, _ := r.State.Area(c.op.Area)
			sum, households := twiceArea(kept.Shape), kept.Households
			for _, code := range created {
				part, _ := r.State.Area(geo.Ref{Kind: geo.Grid, Code: code})
				if twiceArea(part.Shape) > twiceArea(kept.Shape) {
					t.Errorf("%s is larger than what keeps the code", code)
				}
				sum += twiceArea(part.Shape)
				households += part.Households
			}
			// The line ends on rounded places: each end may move a side by less than a step.
			if d := sum - twiceArea(old.Shape); d < -80_000 || d > 80_000 || kept.ID != old.ID || len(kept.Shape) != c.parts || households != old.Households {
				t.Errorf("area %d more, id %v, %d polygons, %d households", d, kept.ID, len(kept.Shape), households)
			}
			// Merged again, the grid has its old outline and the new nodes in it.
			back := must(t, r.State, redraw.Merge{Kind: geo.Grid, Codes: created, Into: c.op.Area.Code})
			if f := faults(back.State.Areas()); len(f) > 0 {
				t.Errorf("merged again: %v", f)
			}
			whole, _ := back.State.Area(c.op.Area)
			if twiceArea(whole.Shape) != sum || len(whole.Shape) != len(old.Shape) || whole.Households != old.Households {
				t.Errorf("merged again: area %d, want %d", twiceArea(whole.Shape), sum)
			}
		})
	}
	refused(t, s, redraw.Split{Area: grid(5), Line: across(0, 1, 1)}, "line-does-not-cross", geo.ErrInvalid)
	refused(t, s, redraw.Split{Area: grid(5), Line: across(5, 6, 5.5)}, "line-does-not-cross", geo.ErrInvalid)
	refused(t, s, redraw.Split{Area: grid(1), Line: across(-0.5, 1.5, 1.5)}, "line-does-not-cross", geo.ErrInvalid) // from the edge to the hole
	refused(t, s, redraw.Split{Area: grid(5), Line: across(3.5, 9, 5.5), NewCode: gridCode(4)}, redraw.ProblemDupCode, geo.ErrConflict)
	refused(t, s, redraw.Split{Area: geo.Ref{Kind: geo.Village, Code: "220112100200"}, Line: across(-1, 7, 3)}, redraw.ProblemLocked, geo.ErrConflict)
	refused(t, s, redraw.Split{Area: grid(5), Line: append(across(3, 9, 5.5), town.nodes[8][4], town.nodes[4][7])}, "line-crosses-itself", geo.ErrInvalid)
}

// TestSplitChildren gives compounds to the part they lie in.
func TestSplitChildren(t *testing.T) {
	s := newTown(7).state(t, redraw.Config{})
	r := must(t, s, redraw.Split{Area: grid(3), Line: []geo.LatticePoint{across(10, 10, -0.5)[0], across(10, 10, 4.6)[0]}})
	parents := map[geo.Ref]int{}
	for _, a := range ofKind(r.State.Areas(), geo.Compound) {
		parents[a.Parent]++
	}
	if parents[grid(3)] != 1 || parents[grid(11)] != 1 {
		t.Errorf("parents of compounds %v, want one in each part", parents)
	}
}

func TestMerge(t *testing.T) {
	s := newTown(8).state(t, redraw.Config{})
	// Grid 10 fills the hole of grid 1.
	r := must(t, s, redraw.Merge{Kind: geo.Grid, Codes: []string{gridCode(10)}, Into: gridCode(1)})
	a, _ := r.State.Area(grid(1))
	outer, _ := s.Area(grid(1))
	inner, _ := s.Area(grid(10))
	if len(a.Shape) != 1 || len(a.Shape[0]) != 1 || a.Households != outer.Households+inner.Households || len(r.Problems) > 0 || len(faults(r.State.Areas())) > 0 {
		t.Errorf("a hole filled: %d polygons, %d households, problems %v", len(a.Shape), a.Households, r.Problems)
	}
	// Grids 1 and 5 meet in one node alone.
	r = must(t, s, redraw.Merge{Kind: geo.Grid, Codes: []string{gridCode(1), gridCode(5)}, Into: gridCode(5)})
	a, _ = r.State.Area(grid(5))
	if got := codesOf(r.Problems); !slices.Equal(got, []string{redraw.ProblemNotContiguous}) || len(a.Shape) != 2 || len(faults(r.State.Areas())) > 0 {
		t.Errorf("problems %v, %d polygons, want %s and 2", r.Problems, len(a.Shape), redraw.ProblemNotContiguous)
	}
	// All but grid 5 leave a hole.
	codes := []string{gridCode(1), gridCode(2), gridCode(3), gridCode(4), gridCode(6), gridCode(7), gridCode(8), gridCode(9), gridCode(10)}
	r = must(t, s, redraw.Merge{Kind: geo.Grid, Codes: codes, Into: gridCode(9)})
	a, _ = r.State.Area(grid(9))
	five, _ := r.State.Area(grid(5))
	reverse := five.Shape.Clone()
	slices.Reverse(reverse[0][0])
	if len(a.Shape) != 1 || len(a.Shape[0]) != 2 || !sameShape(orb.MultiPolygon{{a.Shape[0][1]}}, reverse) || len(faults(r.State.Areas())) > 0 {
		t.Errorf("round grid 5: %d polygons", len(a.Shape))
	}
	for _, c := range ofKind(r.State.Areas(), geo.Compound) {
		if c.Parent != grid(9) && c.Parent != grid(5) {
			t.Errorf("%s belongs to %s, which is gone", c.Ref(), c.Parent)
		}
	}
	refused(t, s, redraw.Merge{Kind: geo.Grid, Codes: []string{gridCode(1)}, Into: gridCode(1)}, "no-change", geo.ErrInvalid)
	refused(t, s, redraw.Merge{Kind: geo.Grid, Codes: []string{gridCode(99)}, Into: gridCode(1)}, "unknown-area", geo.ErrInvalid)
	refused(t, s, redraw.Merge{Kind: geo.Village, Codes: []string{"220112100200", "220112101201"}, Into: "220112100200"}, redraw.ProblemLocked, geo.ErrConflict)
}

func TestReassign(t *testing.T) {
	town := newTown(9)
	s := town.state(t, redraw.Config{})
	group := func(i int) geo.Ref {
		return ofKind(s.Areas(), geo.VillageGroup)[i].Ref()
	}
	var inside, across geo.Ref // a group inside grid 1 and 10, one in two grids
	for _, a := range ofKind(s.Areas(), geo.VillageGroup) {
		switch low, _ := geo.Snap(a.Shape.Bound().Min); {
		case slices.Contains(s.Users(town.nodes[3][3]), a.Ref()) && slices.Contains(s.Users(town.nodes[0][3]), a.Ref()) && slices.Contains(s.Users(town.nodes[0][0]), a.Ref()):
			inside = a.Ref()
		case slices.Contains(s.Users(town.nodes[3][0]), a.Ref()) && low.Lon > town.nodes[2][0].Lon:
			across = a.Ref()
		}
	}
	// Lies in grid 1 but for its middle cell, which is grid 10.
	r := must(t, s, redraw.Reassign{Units: []geo.Ref{inside}, To: grid(10)})
	got, _ := r.State.Area(grid(10))
	unit, _ := s.Area(inside)
	if !sameShape(got.Shape, unit.Shape) || len(r.Problems) > 0 || len(faults(r.State.Areas())) > 0 {
		t.Errorf("%s: grid 10 has not its shape; problems %v, faults %v", inside, r.Problems, faults(r.State.Areas()))
	}
	if got.Households != unit.Households || got.Population != unit.Population {
		t.Errorf("grid 10 has %d households and %d people, want the group's %d and %d", got.Households, got.Population, unit.Households, unit.Population)
	}
	// Lies in grids 1 and 2: grid 3 takes it from neither.
	p := refused(t, s, redraw.Reassign{Units: []geo.Ref{across}, To: grid(3)}, redraw.ProblemUnitSplit, geo.ErrInvalid)
	if !slices.Contains(p.Areas, across) {
		t.Errorf("UNIT_SPLIT names %v, want %s", p.Areas, across)
	}
	// But grid 1 takes the rest of it from grid 2, and all is well.
	r = must(t, s, redraw.Reassign{Units: []geo.Ref{across}, To: grid(1)})
	if len(r.Problems) > 0 || len(faults(r.State.Areas())) > 0 {
		t.Errorf("%s to grid 1: problems %v", across, r.Problems)
	}
	// A compound becomes an island of a grid far away.
	yard := geo.Ref{Kind: geo.Compound, Code: "220112101201C003"}
	r = must(t, s, redraw.Reassign{Units: []geo.Ref{yard}, To: grid(9)})
	if got := codesOf(r.Problems); !slices.Equal(got, []string{redraw.ProblemNotContiguous}) || len(faults(r.State.Areas())) > 0 {
		t.Errorf("an island: problems %v, want %s", r.Problems, redraw.ProblemNotContiguous)
	}
	back := must(t, r.State, redraw.Reassign{Units: []geo.Ref{yard}, To: grid(5)})
	for _, ref := range []geo.Ref{grid(5), grid(9)} {
		a, _ := s.Area(ref)
		b, _ := back.State.Area(ref)
		if !sameShape(a.Shape, b.Shape) || a.Households != b.Households {
			t.Errorf("%s there and back is not as it was", ref)
		}
	}
	refused(t, s, redraw.Reassign{Units: []geo.Ref{grid(1)}, To: geo.Ref{Kind: geo.Village, Code: "220112100200"}}, redraw.ProblemLocked, geo.ErrConflict)
	refused(t, s, redraw.Reassign{Units: []geo.Ref{grid(1)}, To: grid(2)}, "same-kind", geo.ErrInvalid)
	refused(t, s, redraw.Reassign{Units: []geo.Ref{yard}, To: grid(5)}, "no-change", geo.ErrInvalid)
	refused(t, s, redraw.Reassign{Units: []geo.Ref{group(0)}, To: grid(98)}, "unknown-area", geo.ErrInvalid)
}
