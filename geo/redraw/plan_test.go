package redraw_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/redraw"
)

var noon = time.Date(2026, 10, 1, 4, 0, 0, 0, time.UTC)

// planner makes random operations.
type planner struct {
	*rand.Rand
	t     *testing.T
	reach int32 // of moves, in steps of the lattice
}

func (p planner) corner(areas []geo.Area) (geo.Area, int, []geo.LatticePoint) {
	a := areas[p.IntN(len(areas))]
	polygon := a.Shape[p.IntN(len(a.Shape))]
	var corners []geo.LatticePoint
	for _, q := range polygon[p.IntN(len(polygon))][1:] {
		c, _ := geo.Snap(q)
		corners = append(corners, c)
	}
	return a, p.IntN(len(corners)), corners
}

func (p planner) near(q geo.LatticePoint, reach int32) geo.LatticePoint {
	return geo.LatticePoint{Lon: q.Lon + p.Int32N(2*reach+1) - reach, Lat: q.Lat + p.Int32N(2*reach+1) - reach}
}

func (p planner) operation(s *redraw.State) redraw.Operation {
	areas := s.Areas()
	grids, groups := ofKind(areas, geo.Grid), ofKind(areas, geo.VillageGroup)
	switch p.IntN(12) {
	case 0, 1, 2:
		_, i, c := p.corner(grids)
		return redraw.MoveNode{From: c[i], To: p.near(c[i], p.reach)}
	case 3:
		_, i, c := p.corner(append(groups, ofKind(areas, geo.Compound)...))
		return redraw.MoveNode{From: c[i], To: p.near(c[i], p.reach)}
	case 4:
		_, i, c := p.corner(areas)
		a, b := c[i], c[(i+1)%len(c)]
		f := p.Float64()
		return redraw.InsertNode{At: p.near(geo.LatticePoint{Lon: a.Lon + int32(f*float64(b.Lon-a.Lon)), Lat: a.Lat + int32(f*float64(b.Lat-a.Lat))}, 40)}
	case 5, 6:
		_, i, c := p.corner(grids)
		return redraw.RemoveNode{At: c[i]}
	case 7, 8:
		a := grids[p.IntN(len(grids))]
		b := a.Shape.Bound()
		var line []geo.LatticePoint
		for range 2 + p.IntN(4) {
			w, h := b.Max[0]-b.Min[0], b.Max[1]-b.Min[1]
			q, _ := geo.Snap([2]float64{b.Min[0] + w*(1.4*p.Float64()-0.2), b.Min[1] + h*(1.4*p.Float64()-0.2)})
			line = append(line, q)
		}
		return redraw.Split{Area: a.Ref(), Line: line}
	case 9:
		a, i, c := p.corner(grids)
		_, right := s.EdgeUsers(c[i], c[(i+1)%len(c)])
		op := redraw.Merge{Kind: geo.Grid, Into: a.Code}
		for _, r := range right {
			if r.Kind == geo.Grid {
				op.Codes = append(op.Codes, r.Code)
			}
		}
		return op
	}
	return redraw.Reassign{Units: []geo.Ref{groups[p.IntN(len(groups))].Ref()}, To: grids[p.IntN(len(grids))].Ref()}
}

// TestRandomPlans makes long random plans. After each operation that says it
// caused no problem, functions that look at all areas find none; one that says
// so is right; the grids cover the district to the last unit; the index is
// that of a state made afresh; and undoing goes back through the same bytes.
func TestRandomPlans(t *testing.T) {
	for seed := range uint64(12) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			p := planner{rand.New(rand.NewPCG(seed, 7)), t, []int32{1500, 6000, 20_000}[seed%3]}
			p.run(redraw.NewDraft(newTown(seed).state(t, redraw.Config{})), 150, true)
		})
	}
}

func (p planner) run(d redraw.Draft, steps int, whole bool) {
	t := p.t
	counts := map[string][2]int{}
	hashes := [][]byte{geo.HashAreas(d.State().Areas())}
	drafts := []redraw.Draft{d}
	for range steps {
		op := p.operation(d.State())
		id := geo.ID{0: byte(len(hashes)), 6: 0x70, 8: 0x80}
		next, r, err := d.Apply(redraw.Entry{Op: op, By: "planner", At: noon, ID: id})
		n := counts[op.Op()]
		n[0]++
		if err != nil {
			if !errors.Is(err, geo.ErrInvalid) && !errors.Is(err, geo.ErrConflict) {
				t.Fatalf("%s: error %v is of no kind", op.Op(), err)
			}
			if n[0] < 400 {
				t.Logf("%s refused: %v", op.Op(), err)
			}
			counts[op.Op()] = n
			continue
		}
		n[1]++
		counts[op.Op()] = n
		areas := r.State.Areas()
		var found []string
		if whole {
			found = faults(areas)
		}
		errorsSeen := 0
		for _, q := range r.Problems {
			if q.Code != redraw.ProblemNotContiguous {
				errorsSeen++
			}
		}
		if whole || len(hashes)%8 == 0 {
			if wrong := unhoused(t, r.State); wrong != "" {
				text, _ := json.Marshal(op)
				t.Fatalf("step %d, %s: %s", len(hashes), text, wrong)
			}
		}
		if whole && (errorsSeen > 0) != (len(found) > 0) {
			text, _ := json.Marshal(op)
			t.Fatalf("step %d, %s: problems %v, want those of %v", len(hashes), text, r.Problems, found)
		}
		if errorsSeen > 0 {
			continue // a planner undoes what is wrong
		}
		sums := map[geo.Kind]int64{}
		for _, a := range areas {
			sums[a.Kind] += twiceArea(a.Shape)
		}
		if sums[geo.Grid] != sums[geo.District] || sums[geo.Township] != sums[geo.District] || sums[geo.Village] != sums[geo.District] {
			text, _ := json.Marshal(op)
			t.Fatalf("%s: areas by kind %v, want that of the district", text, sums)
		}
		d = next
		drafts = append(drafts, d)
		hashes = append(hashes, geo.HashAreas(areas))
	}
	t.Logf("operations tried and done: %v", counts)
	p.sameAsFresh(d.State(), whole)
	again, err := redraw.Replay(d.Base(), p.throughJSON(d.Entries()))
	if err != nil || again.ETag() != d.ETag() || !bytes.Equal(geo.HashAreas(again.State().Areas()), hashes[len(hashes)-1]) {
		t.Fatalf("Replay gives another state, error %v", err)
	}
	for i := len(hashes) - 2; i >= 0; i-- {
		back, _, ok := d.Undo()
		if !ok || back.ETag() != drafts[i].ETag() || !bytes.Equal(geo.HashAreas(back.State().Areas()), hashes[i]) {
			t.Fatalf("Undo to %d gives another state", i)
		}
		d = back
	}
	if _, _, ok := d.Undo(); ok {
		t.Error("Undo goes back beyond the base")
	}
	for i := 1; i < len(hashes); i++ {
		next, r, ok := d.Redo()
		if !ok || next.ETag() != drafts[i].ETag() || r.State != next.State() {
			t.Fatalf("Redo to %d gives another state", i)
		}
		d = next
	}
}

// throughJSON writes the operations of a draft and reads them again.
func (p planner) throughJSON(entries []redraw.Entry) []redraw.Entry {
	for i := range entries {
		text, err := json.Marshal(entries[i].Op)
		if err != nil {
			p.t.Fatal(err)
		}
		if entries[i].Op, err = redraw.ParseOperation(text); err != nil {
			p.t.Fatalf("ParseOperation(%s): %v", text, err)
		}
	}
	return entries
}

// sameAsFresh compares a state with one made from its areas: the users of all
// nodes, and where wanted of all sides.
func (p planner) sameAsFresh(s *redraw.State, sides bool) {
	areas := s.Areas()
	fresh, err := redraw.New(areas, redraw.Config{})
	if err != nil || fresh.ETag() != s.ETag() {
		p.t.Fatalf("a state made of the same areas has another ETag, error %v", err)
	}
	for _, a := range areas {
		for _, polygon := range a.Shape {
			for _, r := range polygon {
				for i := range r[1:] {
					u, _ := geo.Snap(r[i])
					v, _ := geo.Snap(r[i+1])
					if got, want := s.Users(u), fresh.Users(u); fmt.Sprint(got) != fmt.Sprint(want) {
						p.t.Fatalf("Users(%v) = %v, want %v", r[i], got, want)
					}
					if !sides {
						continue
					}
					gl, gr := s.EdgeUsers(u, v)
					wl, wr := fresh.EdgeUsers(u, v)
					if fmt.Sprint(gl, gr) != fmt.Sprint(wl, wr) {
						p.t.Fatalf("EdgeUsers(%v) = %v %v, want %v %v", r[i], gl, gr, wl, wr)
					}
				}
			}
		}
	}
}
