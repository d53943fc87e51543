package redraw_test

import (
	"errors"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/fixtures"
	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/redraw"
)

// demo is the demo district: all six kinds, neighbours that share every vertex.
var demo = sync.OnceValues(func() (*fixtures.District, error) {
	return fixtures.Generate(fixtures.Config{Until: time.Date(2026, 9, 30, 0, 0, 0, 0, time.UTC)})
})

func demoState(tb testing.TB) *redraw.State {
	tb.Helper()
	d, err := demo()
	if err != nil {
		tb.Fatal(err)
	}
	s, err := redraw.New(d.Areas, redraw.Config{})
	if err != nil {
		tb.Fatal(err)
	}
	return s
}

// TestDemoPlan makes one random plan over the demo district, and looks at all of
// it at the end.
func TestDemoPlan(t *testing.T) {
	if f := faults(demoState(t).Areas()); len(f) > 0 {
		t.Fatalf("the demo district has faults: %v", f)
	}
	p := planner{rand.New(rand.NewPCG(3, 3)), t, 300}
	d := redraw.NewDraft(demoState(t))
	p.run(d, 60, false)

	var done int
	for range 300 {
		next, r, err := d.Apply(redraw.Entry{Op: p.operation(d.State()), At: noon, ID: geo.ID{1: byte(done >> 8), 2: byte(done), 6: 0x70, 8: 0x80}})
		if err != nil || len(r.Problems) > 0 {
			continue
		}
		d = next
		done++
	}
	if f := faults(d.State().Areas()); len(f) > 0 || done < 50 {
		t.Errorf("after %d operations without a problem: %v", done, f)
	}
}

// borderUnits finds groups that lie in one grid and along another.
func borderUnits(s *redraw.State) (units []geo.Ref, to []geo.Ref) {
	for _, a := range ofKind(s.Areas(), geo.VillageGroup) {
		own := map[geo.Ref]bool{}
		next := map[geo.Ref]bool{}
		for _, polygon := range a.Shape {
			for _, r := range polygon {
				for i := range r[1:] {
					u, _ := geo.Snap(r[i])
					v, _ := geo.Snap(r[i+1])
					left, right := s.EdgeUsers(u, v)
					for _, ref := range left {
						own[ref] = own[ref] || ref.Kind == geo.Grid
					}
					for _, ref := range right {
						next[ref] = next[ref] || ref.Kind == geo.Grid
					}
				}
			}
		}
		for ref := range next {
			if next[ref] && !own[ref] && len(units) == len(to) {
				units, to = append(units, a.Ref()), append(to, ref)
			}
		}
	}
	return units, to
}

// TestDemoReassign gives groups to the grid on the other side of their edge and
// back: the grids are then as they were.
func TestDemoReassign(t *testing.T) {
	s := demoState(t)
	units, to := borderUnits(s)
	moved := 0
	for i, unit := range units {
		if i%7 != 0 {
			continue
		}
		there, err := s.Apply(redraw.Reassign{Units: []geo.Ref{unit}, To: to[i]}, geo.ID{})
		if err != nil {
			var p *redraw.Problem
			if !errors.As(err, &p) || p.Code != redraw.ProblemUnitSplit {
				t.Errorf("%s to %s: %v", unit, to[i], err)
			}
			continue
		}
		var from geo.Ref
		for _, c := range there.Changed {
			if c.Ref() != to[i] {
				from = c.Ref()
			}
		}
		back, err := there.State.Apply(redraw.Reassign{Units: []geo.Ref{unit}, To: from}, geo.ID{})
		if err != nil {
			t.Errorf("%s back to %s: %v", unit, from, err)
			continue
		}
		for _, ref := range []geo.Ref{from, to[i]} {
			a, _ := s.Area(ref)
			b, _ := back.State.Area(ref)
			if !sameShape(a.Shape, b.Shape) || a.Households != b.Households {
				t.Errorf("%s there and back: %s is not as it was", unit, ref)
			}
		}
		moved++
	}
	if moved < 5 {
		t.Errorf("%d of %d groups were moved, want 5 at least", moved, len(units))
	}
}

func BenchmarkNew(b *testing.B) {
	d, err := demo()
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := redraw.New(d.Areas, redraw.Config{}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkMoveNode moves nodes of grids that lie on no locked line, one
// after another in one draft.
func BenchmarkMoveNode(b *testing.B) {
	s := demoState(b)
	var nodes []geo.LatticePoint
	for _, a := range ofKind(s.Areas(), geo.Grid) {
		for _, p := range a.Shape[0][0][1:] {
			q, _ := geo.Snap(p)
			if free(s.Users(q)) && !slices.Contains(nodes, q) {
				nodes = append(nodes, q)
			}
		}
	}
	b.Logf("%d nodes of grids are free", len(nodes))
	if len(nodes) == 0 {
		b.Fatal("no node of a grid is free")
	}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		n := &nodes[i%len(nodes)]
		to := geo.LatticePoint{Lon: n.Lon + 1 - 2*int32(i/len(nodes)%2), Lat: n.Lat}
		i++
		r, err := s.Apply(redraw.MoveNode{From: *n, To: to}, geo.ID{})
		if err != nil {
			b.Fatal(err)
		}
		s, *n = r.State, to
	}
}

func free(users []geo.Ref) bool {
	for _, ref := range users {
		if ref.Kind.Statutory() {
			return false
		}
	}
	return true
}

// BenchmarkReassign gives one group to the grid beside its own.
func BenchmarkReassign(b *testing.B) {
	s := demoState(b)
	units, to := borderUnits(s)
	var ops []redraw.Reassign
	for i := range units {
		op := redraw.Reassign{Units: units[i : i+1], To: to[i]}
		if _, err := s.Apply(op, geo.ID{}); err == nil {
			ops = append(ops, op)
		}
	}
	b.Logf("%d groups can go to the next grid", len(ops))
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		if _, err := s.Apply(ops[i%len(ops)], geo.ID{}); err != nil {
			b.Fatal(err)
		}
		i++
	}
}

// BenchmarkSplit cuts grids in two from corner to corner of their boxes.
func BenchmarkSplit(b *testing.B) {
	s := demoState(b)
	var ops []redraw.Split
	for _, a := range ofKind(s.Areas(), geo.Grid) {
		box := a.Shape.Bound()
		p, _ := geo.Snap(box.Min)
		q, _ := geo.Snap(box.Max)
		op := redraw.Split{Area: a.Ref(), Line: []geo.LatticePoint{p, q}}
		if _, err := s.Apply(op, geo.ID{}); err == nil {
			ops = append(ops, op)
		}
	}
	b.ReportAllocs()
	i := 0
	for b.Loop() {
		if _, err := s.Apply(ops[i%len(ops)], geo.ID{}); err != nil {
			b.Fatal(err)
		}
		i++
	}
}
