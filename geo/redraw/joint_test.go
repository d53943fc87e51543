package redraw_test

import (
	"slices"
	"testing"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/redraw"
)

// cornered gives an area a corner between two that follow each other.
func cornered(t *testing.T, a geo.Area, p, q, at geo.LatticePoint) geo.Area {
	t.Helper()
	a.Shape = a.Shape.Clone()
	ring := a.Shape[0][0]
	for i := range len(ring) - 1 {
		if s, e := ring[i], ring[i+1]; s == p.Point() && e == q.Point() || s == q.Point() && e == p.Point() {
			a.Shape[0][0] = slices.Insert(ring, i+1, at.Point())
			a.AreaM2 = geo.AreaM2(a.Shape)
			return a
		}
	}
	t.Fatalf("%s has no such side", a.Ref())
	return a
}

// TestImportSharesCorners: where an area of a file has a corner on lines of others that
// lack it, all of them get it, so that they still share their corners, and nobody's land moves.
func TestImportSharesCorners(t *testing.T) {
	town := newTown(11)
	s := town.state(t, redraw.Config{Locked: []geo.Kind{geo.District, geo.Township, geo.Village}})
	group, ok := s.Area(geo.Ref{Kind: geo.VillageGroup, Code: "220112100200002"})
	if !ok {
		t.Fatal("the group is not there")
	}
	p, q := town.nodes[6][0], town.nodes[6][1] // between two townships
	at := geo.LatticePoint{Lon: p.Lon + (q.Lon-p.Lon)/2, Lat: p.Lat + (q.Lat-p.Lat)/2}
	entry := imported(1, geo.VillageGroup, []geo.Area{cornered(t, group, p, q, at)})
	d := redraw.NewDraft(s)
	next, r, err := d.Apply(entry)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"township:220112100", "township:220112101", "village:220112100200", "village:220112101201",
		"village_group:220112100200002", "village_group:220112101201003"}
	var names []string
	for _, c := range r.Changed {
		names = append(names, c.Ref().String())
		if !slices.Contains(c.After.Shape[0][0], at.Point()) {
			t.Errorf("%s lacks the corner", c.Ref())
		}
		if m := c.After.AreaM2 - c.Before.AreaM2; m > 2 || m < -2 {
			t.Errorf("%s grew by %v m²", c.Ref(), m)
		}
	}
	if !slices.Equal(names, want) {
		t.Errorf("changed were %v, want %v", names, want)
	}
	faults := func(s2 *redraw.State) (n int) {
		for _, p := range redraw.Check(s, s2, redraw.Settings{}) {
			if !p.Warning {
				t.Errorf("%v", &p)
			}
			if p.Code == redraw.ProblemGap || p.Code == redraw.ProblemLocked {
				n++
			}
		}
		return n
	}
	if n := faults(next.State()); n > 0 {
		t.Errorf("%d lines are said to have moved, or not to share their corners", n)
	}
	joints := redraw.Joints(s.Areas(), entry.Op.(redraw.Import))
	if len(joints) != len(r.Changed)-1 {
		t.Fatalf("%d areas are said to get corners, want %d", len(joints), len(r.Changed)-1)
	}
	for _, j := range joints {
		now, _ := next.State().Area(j.Area.Ref())
		if j.Corners != 1 || j.MovedM2 > 2 || !geo.SameShape(j.Area.Shape, now.Shape) {
			t.Errorf("%s is said to get %d corners, %v m²", j.Area.Ref(), j.Corners, j.MovedM2)
		}
	}
	back, _, ok := next.Undo()
	if !ok || len(redraw.Compare(s, back.State())) != 0 {
		t.Fatal("undone, something is left of it")
	}
	again, _, ok := back.Redo()
	if !ok || again.State().ETag() != next.State().ETag() {
		t.Fatal("redone, it is something else")
	}
	if more := redraw.Joints(next.State().Areas(), redraw.Import{Kind: geo.VillageGroup, Areas: entry.Op.(redraw.Import).Areas}); len(more) > 0 {
		t.Errorf("the same once more gives corners to %d areas", len(more))
	}
}
