package redraw_test

import (
	"fmt"
	"reflect"
	"testing"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/redraw"
)

// A long draft lets go of most of what its operations did, and yet goes back and
// forth over all of them, to the very same states.
func TestLongDraft(t *testing.T) {
	const count = 2500
	town := newTown(41)
	d := redraw.NewDraft(town.state(t, redraw.Config{}))
	split := redraw.Split{Area: grid(2), Line: []geo.LatticePoint{town.nodes[6][0], town.nodes[6][1], town.nodes[6][2], town.nodes[6][3], town.nodes[6][4]}, NewCode: gridCode(20)}
	tags := []string{d.ETag()}
	q := town.nodes[4][2]
	var changes [][]redraw.Change
	most := 0
	for n := range count {
		var op redraw.Operation = redraw.Rename{Area: grid(1 + n%9), Name: fmt.Sprint(n)}
		switch {
		case n == 3:
			op = split
		case n%2 == 0:
			to := geo.LatticePoint{Lon: town.nodes[4][2].Lon + int32(n%50)*7 + 1, Lat: q.Lat}
			op, q = redraw.MoveNode{From: q, To: to}, to
		}
		next, r, err := d.Apply(redraw.Entry{Op: op, At: noon, ID: geo.ID{0: byte(n >> 8), 1: byte(n), 6: 0x70, 8: 0x80}})
		if err != nil {
			t.Fatalf("operation %d: %v", n, err)
		}
		d = next
		tags, changes = append(tags, d.ETag()), append(changes, r.Changed)
		results, _ := redraw.Remembered(d)
		most = max(most, results)
	}
	if results, states := redraw.Remembered(d); most > 2*redraw.RememberedSteps || results < redraw.RememberedSteps || states < results+5 || states > 2*redraw.RememberedSteps+20 {
		t.Errorf("at most %d, at last %d results and %d states are remembered", most, results, states)
	}
	if l := redraw.Lineage(d); len(l) != 1 {
		t.Errorf("Lineage = %v, want the split of long ago", l)
	}
	if _, ok := d.ChangedSince(tags[count-redraw.RememberedSteps], nil); !ok {
		t.Error("a state of not long ago is forgotten")
	}
	if _, ok := d.ChangedSince(tags[0], nil); !ok {
		t.Error("the base is forgotten")
	}
	end := d
	for round := range 2 {
		for n := count - 1; n >= 0; n-- {
			back, r, ok := d.Undo()
			if !ok || back.ETag() != tags[n] || r.State != back.State() || len(r.Changed) != len(changes[n]) {
				t.Fatalf("round %d: Undo to %d: %v, %d changes, want %d", round, n, ok, len(r.Changed), len(changes[n]))
			}
			if len(r.Changed) == 1 && (r.Changed[0].Before.Ref() != changes[n][0].After.Ref() || r.Changed[0].After.Name != changes[n][0].Before.Name) {
				t.Fatalf("round %d: Undo to %d changes %+v back", round, n, r.Changed[0])
			}
			d = back
		}
		if _, _, ok := d.Undo(); ok || len(d.Entries()) != 0 {
			t.Fatal("there is more to undo than was done")
		}
		if results, _ := redraw.Remembered(d); results > 2*redraw.RememberedSteps+1 {
			t.Errorf("round %d: %d results are remembered when all is undone", round, results)
		}
		for n := range count {
			next, r, ok := d.Redo()
			if !ok || next.ETag() != tags[n+1] || len(r.Changed) != len(changes[n]) {
				t.Fatalf("round %d: Redo of %d: %v", round, n, ok)
			}
			d = next
		}
		if _, _, ok := d.Redo(); ok {
			t.Fatal("there is more to redo than was undone")
		}
	}
	if !reflect.DeepEqual(d.State().Areas(), end.State().Areas()) || !reflect.DeepEqual(d.Entries(), end.Entries()) {
		t.Error("the same operations lead elsewhere")
	}
	if results, _ := redraw.Remembered(d); results > 2*redraw.RememberedSteps+1 {
		t.Errorf("%d results are remembered at the end", results)
	}
	if l := redraw.Lineage(d); len(l) != 1 {
		t.Errorf("Lineage = %v after all was done again", l)
	}
}
