package redraw_test

import (
	"testing"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/redraw"
)

func households(tb testing.TB, s *redraw.State, ref geo.Ref) int {
	tb.Helper()
	a, ok := s.Area(ref)
	if !ok {
		tb.Fatalf("there is no %s", ref)
	}
	return a.Households
}

// More or fewer than their homes say, areas keep what no home stands for, and
// give it to the area they are merged into.
func TestHouseholdsWithoutHomes(t *testing.T) {
	areas := newTown(3).areas(t)
	for i := range areas {
		if areas[i].Ref() == grid(1) {
			areas[i].Households += 500
		}
		if areas[i].Ref() == grid(2) {
			areas[i].Households = 3
		}
	}
	s, err := redraw.New(areas, redraw.Config{})
	if err != nil {
		t.Fatal(err)
	}
	one, two, four := households(t, s, grid(1)), households(t, s, grid(2)), households(t, s, grid(4))
	r := must(t, s, redraw.Merge{Kind: geo.Grid, Codes: []string{gridCode(1)}, Into: gridCode(4)})
	if got := households(t, r.State, grid(4)); got != one+four {
		t.Errorf("grids of %d and %d households merged have %d", one, four, got)
	}
	// Grid 2 has fewer than it loses: nothing is below 0, and what comes back is
	// set against it.
	line := across(3, 9, 2)
	cut := must(t, s, redraw.Split{Area: grid(2), Line: line})
	if got := households(t, cut.State, grid(2)); got != 0 {
		t.Errorf("a grid of %d households that lost more has %d, want 0", two, got)
	}
	back := must(t, cut.State, redraw.Merge{Kind: geo.Grid, Codes: []string{gridCode(11)}, Into: gridCode(2)})
	if got := households(t, back.State, grid(2)); got != two {
		t.Errorf("merged again it has %d households, want %d", got, two)
	}
}

// A new area has what it is given, or else its homes; those of a neighbour of a
// higher code become its own.
func TestHouseholdsOfNewAreas(t *testing.T) {
	town := newTown(4)
	s := town.state(t, redraw.Config{})
	inner, _ := s.Area(grid(10))
	for _, c := range []struct{ given, want, left int }{{0, inner.Households, 0}, {7, 7, 0}} {
		r := must(t, s, redraw.Create{Area: geo.Area{Kind: geo.Grid, Code: gridCode(0), Name: "new", Shape: inner.Shape, Households: c.given}})
		if got := households(t, r.State, grid(0)); got != c.want {
			t.Errorf("a new area given %d households has %d, want %d", c.given, got, c.want)
		}
		if got := households(t, r.State, grid(10)); got != c.left {
			t.Errorf("the grid below it has %d households, want %d", got, c.left)
		}
		gone := must(t, r.State, redraw.Retire{Area: grid(0)})
		if got := households(t, gone.State, grid(10)); got != inner.Households {
			t.Errorf("after the new area is retired the grid has %d households, want %d", got, inner.Households)
		}
	}
}

// Without homes numbers stay; homes of half a household are rounded only when
// they are shown.
func TestHomesGiven(t *testing.T) {
	town := newTown(5)
	merge := redraw.Merge{Kind: geo.Grid, Codes: []string{gridCode(10)}, Into: gridCode(1)}
	split := redraw.Split{Area: grid(5), Line: across(3, 9, 6)}
	s := town.state(t, redraw.Config{Homes: []redraw.Home{}})
	sum := households(t, s, grid(1)) + households(t, s, grid(10))
	if got := households(t, must(t, s, merge).State, grid(1)); got != sum {
		t.Errorf("merged without homes: %d households, want %d", got, sum)
	}
	r := must(t, s, split)
	if a, b := households(t, r.State, grid(5)), households(t, r.State, grid(11)); a != households(t, s, grid(5)) || b != 0 {
		t.Errorf("split without homes: %d and %d households", a, b)
	}
	homes := []redraw.Home{}
	for _, h := range redraw.NewHomes(town.areas(t)) {
		if h.Hundredths > 0 {
			homes = append(homes, redraw.Home{At: h.At, Hundredths: 50})
		}
	}
	s = town.state(t, redraw.Config{Homes: homes})
	r = must(t, s, split)
	moved := 0
	part, _ := r.State.Area(grid(11))
	for _, h := range homes {
		if found := housed(t, []geo.Area{part}, []redraw.Home{{At: h.At, Hundredths: 100}}); found[grid(11)].households > 0 {
			moved += 50
		}
	}
	if got := households(t, r.State, grid(11)); got != (moved+50)/100 || moved == 0 {
		t.Errorf("a part of %d hundredths shows %d households", moved, got)
	}
}
