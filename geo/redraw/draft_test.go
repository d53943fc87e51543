package redraw_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/gridpatrol/gridpatrol/geo"
	"github.com/gridpatrol/gridpatrol/geo/redraw"
)

// TestTwoPlanners: edits of different areas both succeed, those of one are told.
func TestTwoPlanners(t *testing.T) {
	town := newTown(11)
	d := redraw.NewDraft(town.state(t, redraw.Config{}))
	start := d.ETag()
	move := func(x, y int) redraw.Entry {
		q := town.nodes[x][y]
		return redraw.Entry{Op: redraw.MoveNode{From: q, To: geo.LatticePoint{Lon: q.Lon + 100, Lat: q.Lat}}, By: "a", At: noon}
	}
	d, _, err := d.ApplyOn(start, move(4, 2)) // grids 1 and 2
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := d.ApplyOn(start, move(8, 5)); err != nil { // grids 5 and 6
		t.Errorf("another area: %v", err)
	}
	for name, entry := range map[string]redraw.Entry{
		"a neighbouring node": move(4, 1),
		"the same node":       move(4, 2),
		"the name":            {Op: redraw.Rename{Area: grid(1), Name: "x"}, At: noon},
	} {
		same, _, err := d.ApplyOn(start, entry)
		var p *geo.Problem
		if !errors.Is(err, geo.ErrConflict) || !errors.As(err, &p) || p.Code != "areas-changed" || !strings.Contains(p.Detail, gridCode(1)) || same.ETag() != d.ETag() {
			t.Errorf("%s: %v, want a conflict that names grid 1", name, err)
		}
	}
	if _, _, err := d.ApplyOn(d.ETag(), move(4, 1)); err != nil {
		t.Errorf("on the newest state: %v", err)
	}
	if _, _, err := d.ApplyOn("never", move(8, 5)); !errors.Is(err, geo.ErrConflict) {
		t.Errorf("on an unknown state: %v, want a conflict", err)
	}
	back, r, ok := d.Undo()
	if !ok || back.ETag() != start || len(r.Changed) != 2 || r.State != back.State() {
		t.Errorf("Undo: %v, %d changes", ok, len(r.Changed))
	}
	if changed, ok := d.ChangedSince(start, []geo.Ref{grid(1), grid(2), grid(3), grid(1)}); !ok || len(changed) != 2 {
		t.Errorf("ChangedSince = %v, want grids 1 and 2", changed)
	}
	if _, ok := d.ChangedSince("never", nil); ok {
		t.Error("ChangedSince knows a state that never was")
	}
	// After an undo, what the other had seen is known still.
	if _, _, err := back.ApplyOn(d.ETag(), move(8, 5)); err != nil {
		t.Errorf("on a state undone, another area: %v", err)
	}
	if _, _, err := back.ApplyOn(d.ETag(), move(4, 1)); !errors.Is(err, geo.ErrConflict) {
		t.Errorf("on a state undone, the same area: %v, want a conflict", err)
	}
	redone, _, _ := back.Apply(move(8, 5))
	if _, _, ok := redone.Redo(); ok {
		t.Error("Redo after a new operation")
	}
}

func TestReplayNamesTheOperation(t *testing.T) {
	s := newTown(12).state(t, redraw.Config{})
	_, err := redraw.Replay(s, []redraw.Entry{{Op: redraw.Rename{Area: grid(1), Name: "x"}}, {Op: redraw.Retire{Area: grid(40)}}})
	if !errors.Is(err, geo.ErrInvalid) || !strings.HasPrefix(err.Error(), "operation 2, retire") {
		t.Errorf("Replay: %v, want an error of operation 2", err)
	}
	if _, err := redraw.Replay(s, []redraw.Entry{{}}); !errors.Is(err, geo.ErrInvalid) {
		t.Errorf("Replay of no operation: %v", err)
	}
}

func TestNewRefuses(t *testing.T) {
	areas := newTown(13).areas(t)
	if _, err := redraw.New(append(areas, areas[3]), redraw.Config{}); !errors.Is(err, geo.ErrInvalid) {
		t.Errorf("an area twice: %v", err)
	}
	if _, err := redraw.New([]geo.Area{{Kind: "x", Code: "1"}}, redraw.Config{}); !errors.Is(err, geo.ErrInvalid) {
		t.Errorf("no kind: %v", err)
	}
	if _, err := redraw.New(nil, redraw.Config{Locked: []geo.Kind{"x"}}); !errors.Is(err, geo.ErrInvalid) {
		t.Errorf("no kind locked: %v", err)
	}
	empty, err := redraw.New(nil, redraw.Config{})
	if err != nil || len(empty.Areas()) != 0 {
		t.Fatalf("an empty revision: %v", err)
	}
	areas[25].Parent = geo.Ref{}
	r := must(t, empty, redraw.Create{Area: areas[25]})
	if got := r.State.Areas(); len(got) != 1 || !bytes.Equal(geo.HashAreas(got), geo.HashAreas([]geo.Area{*r.Changed[0].After})) {
		t.Errorf("an area in an empty revision: %v", names(r))
	}
}
